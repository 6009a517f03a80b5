//! How long a request's body may take to arrive: whoever sends it byte by byte does not hold a connection for ever.
//!
//! The head has a deadline of its own, which the HTTP server keeps.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::HttpMessage as _;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::header::TRANSFER_ENCODING;
use actix_web::rt::time::{Sleep, sleep};
use actix_web::web::Bytes;
use futures_core::Stream;

/// A body may take as long as this, however slow the line is.
const PATIENCE: Duration = Duration::from_secs(20);

/// A long body may take longer, as long as it arrives this fast, in bytes a second.
const SLOWEST: u64 = 500;

/// What is known of a body while its request is answered.
#[derive(Default)]
pub struct Watched {
    /// `None` where there is no body.
    is_late: Option<Rc<Cell<bool>>>,
    /// A body in chunks, whose end nobody knows.
    rest: Option<Rest>,
}

/// The part of a body that nobody has read. As long as it is there, the connection ends with the answer.
type Rest = Rc<RefCell<Payload>>;

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").finish_non_exhaustive()
    }
}

impl Watched {
    /// The request has a body.
    pub(crate) fn is_there(&self) -> bool {
        self.is_late.is_some()
    }

    /// The body was given up, because it took too long.
    pub(crate) fn is_late(&self) -> bool {
        self.is_late.as_ref().is_some_and(|is_late| is_late.get())
    }

    /// Lets the connection end with this answer where the body was not read to its end.
    ///
    /// What is left of a body in chunks would be read and thrown away for as long as somebody sends it.
    pub(crate) fn end_with(self, answer: ServiceResponse) -> ServiceResponse {
        let Some(rest) = self.rest else {
            return answer;
        };
        answer.map_body(|_, body| {
            let body = Box::pin(body);
            BoxBody::new(Holding { body, _rest: rest })
        })
    }
}

/// Gives the body of a request a deadline.
pub(crate) fn hurry(request: &mut ServiceRequest) -> Watched {
    let inner = match request.take_payload() {
        Payload::None => return Watched::default(),
        inner => Rc::new(RefCell::new(inner)),
    };
    let is_late = Rc::new(Cell::new(false));
    let is_chunked = request.headers().contains_key(TRANSFER_ENCODING);
    let rest = is_chunked.then(|| Rc::clone(&inner));
    let body: Pin<Box<dyn Stream<Item = _>>> = Box::pin(Timed {
        inner,
        is_late: Rc::clone(&is_late),
        waits: None,
        received: 0,
    });
    request.set_payload(Payload::from(body));
    let is_late = Some(is_late);
    Watched { is_late, rest }
}

/// The body of an answer, and with it the rest of what was sent.
struct Holding<B> {
    body: Pin<Box<B>>,
    _rest: Rest,
}

impl<B: MessageBody> MessageBody for Holding<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.body.as_mut().poll_next(context)
    }
}

/// A body with a deadline.
struct Timed {
    inner: Rest,
    is_late: Rc<Cell<bool>>,
    /// Since when it is waited for, and the alarm; `None` as long as all of it was there already.
    waits: Option<(Instant, Pin<Box<Sleep>>)>,
    /// Bytes so far.
    received: u64,
}

impl Stream for Timed {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let polled = Pin::new(&mut *this.inner.borrow_mut()).poll_next(context);
        if let Poll::Ready(part) = polled {
            if let Some(Ok(bytes)) = &part {
                let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                this.received = this.received.saturating_add(length);
            }
            return Poll::Ready(part);
        }
        let (since, alarm) = this
            .waits
            .get_or_insert_with(|| (Instant::now(), Box::pin(sleep(PATIENCE))));
        while alarm.as_mut().poll(context).is_ready() {
            let left = allowed(this.received).saturating_sub(since.elapsed());
            if left.is_zero() {
                this.is_late.set(true);
                return Poll::Ready(Some(Err(PayloadError::Incomplete(None))));
            }
            alarm.set(sleep(left));
        }
        Poll::Pending
    }
}

/// How long a body may take of which so much has arrived.
fn allowed(received: u64) -> Duration {
    PATIENCE.saturating_add(Duration::from_secs(received / SLOWEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body of which a part arrives in each interval.
    struct Trickle {
        part: usize,
        every: Duration,
        left: usize,
        next: Pin<Box<Sleep>>,
    }

    impl Trickle {
        fn new(part: usize, every: Duration, parts: usize) -> Self {
            Self {
                part,
                every,
                left: parts,
                next: Box::pin(sleep(every)),
            }
        }
    }

    impl Stream for Trickle {
        type Item = Result<Bytes, PayloadError>;

        fn poll_next(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Self::Item>> {
            let this = &mut *self;
            if this.left == 0 {
                return Poll::Ready(None);
            }
            if this.next.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            this.left -= 1;
            this.next.set(sleep(this.every));
            Poll::Ready(Some(Ok(Bytes::from(vec![b'x'; this.part]))))
        }
    }

    fn timed(trickle: Trickle) -> Timed {
        let body = Box::pin(trickle) as Pin<Box<dyn Stream<Item = _>>>;
        Timed {
            inner: Rc::new(RefCell::new(Payload::from(body))),
            is_late: Rc::default(),
            waits: None,
            received: 0,
        }
    }

    async fn read(mut body: Timed) -> Result<usize, PayloadError> {
        let mut length = 0;
        while let Some(part) =
            std::future::poll_fn(|context| Pin::new(&mut body).poll_next(context)).await
        {
            length += part?.len();
        }
        Ok(length)
    }

    #[test]
    fn a_long_body_may_take_longer() {
        assert_eq!(allowed(0), PATIENCE);
        assert_eq!(allowed(499), PATIENCE);
        assert_eq!(allowed(1_000_000), Duration::from_secs(2020));
    }

    #[actix_web::test]
    async fn a_body_that_comes_in_time_is_read() {
        let body = timed(Trickle::new(1000, Duration::from_millis(1), 20));
        let is_late = Rc::clone(&body.is_late);

        assert_eq!(read(body).await.unwrap(), 20_000);
        assert!(!is_late.get());
    }
}
