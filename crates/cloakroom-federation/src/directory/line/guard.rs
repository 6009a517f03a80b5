//! What stands between the network and the library: TLS before anything is said, and messages that are whole and sound.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use crate::directory::ber::{self, Begun};
use crate::directory::dial::{Dial, Place, Stream};
use crate::directory::settings::Directory;
use crate::{Problem, Result};

/// The largest message: an entry with a picture in it, and no more.
const MESSAGE: usize = 4 * 1024 * 1024;

/// Connects to a place, and secures the connection as the settings say.
pub(super) async fn connect(
    directory: &Directory,
    place: &Place,
    dial: &impl Dial,
) -> Result<Box<dyn Stream>> {
    let unreached = |error: crate::Unreached| Problem::unreachable(error.0);
    let mut stream = dial.dial(place).await.map_err(unreached)?;
    if !place.is_secure && directory.starts_tls() {
        let asked = tokio::time::timeout(place.patience, start_tls(&mut stream)).await;
        asked.map_err(|_| Problem::unreachable("it did not answer in time"))??;
        return dial.secure(stream, place).await.map_err(unreached);
    }
    match place.is_secure {
        true => dial.secure(stream, place).await.map_err(unreached),
        false => Ok(stream),
    }
}

/// `StartTLS` as message 1: an extended request with the name 1.3.6.1.4.1.1466.20037 (RFC 4511 §4.14.1).
const START_TLS: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";

/// Asks for TLS. Nothing else is sent before it is there, and nothing that came before it counts.
async fn start_tls(stream: &mut Box<dyn Stream>) -> Result<()> {
    let unread = || Problem::unreachable("it did not answer to StartTLS");
    stream.write_all(START_TLS).await.map_err(|_| unread())?;
    stream.flush().await.map_err(|_| unread())?;
    let mut message = Vec::new();
    let is_whole = read_message(stream, &mut message, 4096).await;
    if !is_whole || !ber::is_answer(&message) {
        return Err(unread());
    }
    match ber::code(&message) {
        Some(0) => Ok(()),
        _ => Err(Problem::refused("it refuses StartTLS")),
    }
}

/// Reads one message; false if there is none, or none that is smaller than `most`.
async fn read_message(
    stream: &mut (impl tokio::io::AsyncRead + Unpin),
    message: &mut Vec<u8>,
    most: usize,
) -> bool {
    message.clear();
    let whole = loop {
        match ber::head(message) {
            Begun::Head(head) => match head.size.checked_add(head.length) {
                Some(whole) if whole <= most => break whole,
                _ => return false,
            },
            Begun::Wrong => return false,
            Begun::More => match stream.read_u8().await {
                Ok(byte) => message.push(byte),
                Err(_) => return false,
            },
        }
    };
    let missing = u64::try_from(whole.saturating_sub(message.len())).unwrap_or(0);
    let read = (&mut *stream).take(missing).read_to_end(message).await;
    read.is_ok() && message.len() == whole
}

#[expect(
    clippy::disallowed_methods,
    reason = "it ends with the connection that it serves"
)]
pub(super) fn in_background(work: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(work);
}

/// Passes on what is asked as it is, and of what is answered only sound messages within the allowance.
pub(super) async fn relay(stream: Box<dyn Stream>, ours: UnixStream, allowance: Arc<AtomicUsize>) {
    let (far_in, mut far_out) = tokio::io::split(stream);
    let mut far_in = tokio::io::BufReader::new(far_in);
    let (mut near_in, mut near_out) = ours.into_split();
    let asking = async {
        let _ = tokio::io::copy(&mut near_in, &mut far_out).await;
        let _ = far_out.shutdown().await;
    };
    let answering = async {
        let mut message = Vec::new();
        while read_message(&mut far_in, &mut message, MESSAGE).await && ber::is_answer(&message) {
            let left = allowance.load(Ordering::Relaxed);
            let Some(left) = left.checked_sub(message.len()) else {
                break;
            };
            allowance.store(left, Ordering::Relaxed);
            if near_out.write_all(&message).await.is_err() {
                break;
            }
        }
    };
    tokio::select! {
        () = asking => {}
        () = answering => {}
    }
}
