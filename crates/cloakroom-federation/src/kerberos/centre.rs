//! The way to centres of keys, as this crate sees it, and one question to them: a message over TCP, and its answer (RFC 4120 §7.2.2).

use std::time::Duration;

use cloakroom_model::Secret;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{Instant, timeout};
use zeroize::Zeroizing;

use super::initial::Method;
use super::{Crypto, Keytab, Usual};
use crate::directory::{Dial, Place, Stream};
use crate::{Problem, Result};

/// The port of centres of keys.
pub const PORT: u16 = 88;

/// A longer answer is none: what tickets say of groups takes a few kilobytes.
const LONGEST: usize = 64 * 1024;

/// What this server has for proving a password to a centre of keys.
pub trait Centre {
    /// Hosts and ports of the centres of a realm, in the order in which they are asked. The operator lists them.
    fn hosts(&self, realm: &str) -> Vec<(String, u16)>;

    /// The keys in a file, if the operator lists it.
    fn keytab(&self, file: &str) -> impl Future<Output = Option<Keytab>>;

    /// Makes a password a key, on threads that may be busy with that; `None` if they have too much to do.
    fn stretch(
        &self,
        password: &Secret,
        method: &Method,
    ) -> impl Future<Output = Option<Zeroizing<Vec<u8>>>>;

    /// The encryption.
    fn crypto(&self) -> &dyn Crypto;

    /// Bytes by chance.
    fn random(&self) -> Option<[u8; 16]>;

    /// How keys are made at each centre.
    fn usual(&self) -> &Usual;
}

/// All ways out of this server that a password may take.
#[derive(Debug)]
pub struct Ways<'a, D, C> {
    /// To directories, and wherever else a connection goes.
    pub dial: &'a D,
    /// To centres of keys.
    pub centre: &'a C,
}

impl<D, C> Clone for Ways<'_, D, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D, C> Copy for Ways<'_, D, C> {}

/// Asks the first centre of the realm that is reached, and waits so long for all of them together: each has its share of what
/// those before it have left.
///
/// # Errors
/// If none is listed, or none is reached.
pub(super) async fn ask(
    (realm, patience): (&str, Duration),
    message: &[u8],
    ways: Ways<'_, impl Dial, impl Centre>,
) -> Result<Vec<u8>> {
    let mut last = Problem::settings(format!(
        "no centre of keys is listed for {} in CLOAKROOM_KERBEROS_KDCS",
        crate::error::plain(realm)
    ));
    let end = Instant::now() + patience;
    let hosts = ways.centre.hosts(realm);
    let count = u32::try_from(hosts.len()).unwrap_or(u32::MAX);
    for ((host, port), rest) in hosts.into_iter().zip((1..=count).rev()) {
        let left = end.saturating_duration_since(Instant::now());
        let place = Place {
            host,
            port,
            is_secure: false,
            // Whoever listens could guess at the password.
            stays_plain: true,
            is_centre: true,
            patience: left.checked_div(rest).unwrap_or_default(),
        };
        match ask_one(&place, message, ways.dial).await {
            Ok(answer) => return Ok(answer),
            Err(problem) => last = problem,
        }
    }
    Err(last)
}

async fn ask_one(place: &Place, message: &[u8], dial: &impl Dial) -> Result<Vec<u8>> {
    let whole = async {
        let stream = dial.dial(place).await;
        let stream = stream.map_err(|why| (false, format!("the centre of keys: {why}")));
        let stream = stream.map_err(|(is_new, why)| (is_new, Problem::unreachable(why)))?;
        talk(stream, message)
            .await
            .map_err(|problem| (true, problem))
    };
    let talked = timeout(place.patience, whole).await;
    let late = || Problem::unreachable("the centre of keys did not answer in time");
    let answer = talked.unwrap_or_else(|_| Err((true, late())));
    // Who dials has noted already what became of that.
    match answer {
        Ok(answer) => {
            dial.note(place, false);
            Ok(answer)
        }
        Err((is_new, problem)) => {
            if is_new {
                dial.note(place, problem.is_unreachable());
            }
            Err(problem)
        }
    }
}

/// Each message has its length before it, in four bytes.
async fn talk(mut stream: Box<dyn Stream>, message: &[u8]) -> Result<Vec<u8>> {
    let broken = |_| Problem::unreachable("the connection to the centre of keys broke");
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    let whole = [&length.to_be_bytes()[..], message].concat();
    stream.write_all(&whole).await.map_err(broken)?;
    stream.flush().await.map_err(broken)?;
    let length = stream.read_u32().await.map_err(broken)?;
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > LONGEST {
        return Err(Problem::untrusted(
            "the answer of the centre of keys is too long",
        ));
    }
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer).await.map_err(broken)?;
    Ok(answer)
}
