//! What is sent bit by bit while the browser reads: a file of any length, or news as they come.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::web::Bytes;
use futures_core::Stream;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// The reading end, which becomes the body of an answer.
pub(crate) struct Feed(Receiver<Bytes>);

/// The writing end. Nobody reads any more where it says so.
#[derive(Clone)]
pub(crate) struct Writer(Sender<Bytes>);

/// Both ends. Whoever writes waits while the reader is slow.
pub(crate) fn feed() -> (Writer, Feed) {
    let (to, from) = channel(8);
    (Writer(to), Feed(from))
}

/// An answer of the browser's own kind for news that come one by one. Nothing between keeps them back to compress or to collect them.
pub(crate) fn event_stream(feed: Feed) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .insert_header(("content-encoding", "identity"))
        .insert_header(("x-accel-buffering", "no"))
        .content_type("text/event-stream")
        .streaming(feed)
}

impl Writer {
    /// Sends a text; false if nobody reads any more.
    pub(crate) async fn write(&self, text: String) -> bool {
        text.is_empty() || self.0.send(Bytes::from(text)).await.is_ok()
    }
}

impl Stream for Feed {
    type Item = Result<Bytes, actix_web::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx).map(|some| some.map(Ok))
    }
}
