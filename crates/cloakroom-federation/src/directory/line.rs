//! A connection to a directory: bounded in time, in bytes and in the shape of what comes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ldap3::controls::{ControlType, PagedResults, RawControl};
use ldap3::exop::PasswordModify;
use ldap3::{
    Ldap, LdapConnAsync, LdapConnSettings, LdapResult, Mod, Scope, SearchOptions, StdStream,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use super::ber::{self, Begun};
use super::dial::{Dial, Place, Stream};
use super::entry::Entry;
use super::settings::Directory;
use crate::{Problem, Result};

/// The largest message: an entry with a picture in it, and no more.
const MESSAGE: usize = 4 * 1024 * 1024;
/// What all answers to one question may come to.
const ANSWER: usize = 32 * 1024 * 1024;

/// A connection to a directory.
pub struct Line {
    ldap: Ldap,
    patience: Duration,
    allowance: Arc<AtomicUsize>,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").finish_non_exhaustive()
    }
}

/// Where and how a search looks.
#[derive(Clone, Debug)]
pub struct Question {
    /// Below which entry.
    pub base: String,
    /// How deep.
    pub scope: Scope,
    /// Which entries, with all values escaped.
    pub filter: String,
    /// Which attributes.
    pub attributes: Vec<String>,
}

impl Question {
    /// Asks what the server says of itself (RFC 4512 §5.1).
    pub fn about_root(attributes: &[&str]) -> Self {
        Self {
            base: String::new(),
            scope: Scope::Base,
            filter: "(objectClass=*)".to_owned(),
            attributes: attributes.iter().map(|name| (*name).to_owned()).collect(),
        }
    }
}

/// A page of entries, and what the next one is asked with; empty at the end.
#[derive(Debug, Default)]
pub struct Page {
    /// The entries.
    pub entries: Vec<Entry>,
    /// The cookie of the next page.
    pub next: Vec<u8>,
}

impl Line {
    /// Connects to the first address of a directory that is reached.
    ///
    /// # Errors
    /// If none is reached, or one of them cannot be trusted.
    pub async fn open(directory: &Directory, dial: &impl Dial) -> Result<Self> {
        Ok(Self::reach(directory, dial).await?.0)
    }

    async fn reach(directory: &Directory, dial: &impl Dial) -> Result<(Self, Place)> {
        let mut last = Problem::settings("connectionUrl is not set");
        for place in directory.places()? {
            match connect(directory, &place, dial).await {
                Ok(stream) => {
                    let line = Self::over(stream, directory.patience()).await?;
                    return Ok((line, place));
                }
                Err(problem) => last = problem,
            }
        }
        Err(last)
    }

    /// Connects, and proves to be whoever may search.
    ///
    /// # Errors
    /// If the directory is not reached or refuses.
    pub async fn open_to_search(directory: &Directory, dial: &impl Dial) -> Result<Self> {
        let (mut line, place) = Self::reach(directory, dial).await?;
        if let Some((name, password)) = directory.service() {
            let done = line.bind(name, password.expose()).await;
            let is_away = done.as_ref().is_err_and(Problem::is_unreachable);
            dial.note(&place, is_away);
            let code = done?.rc;
            if code != 0 {
                let why = format!("it refuses bindDn and bindCredential ({code})");
                return Err(Problem::refused(why));
            }
        }
        Ok(line)
    }

    async fn over(stream: Box<dyn Stream>, patience: Duration) -> Result<Self> {
        let broken = |_| Problem::unreachable("no socket for the connection");
        let (ours, theirs) = std::os::unix::net::UnixStream::pair().map_err(broken)?;
        ours.set_nonblocking(true).map_err(broken)?;
        let ours = UnixStream::from_std(ours).map_err(broken)?;
        let allowance = Arc::new(AtomicUsize::new(ANSWER));
        in_background(relay(stream, ours, Arc::clone(&allowance)));
        let settings = LdapConnSettings::new().set_std_stream(StdStream::Unix(theirs));
        let made = LdapConnAsync::with_settings(settings, "ldapi:///").await;
        let (driver, ldap) = made.map_err(|_| Problem::unreachable("no connection"))?;
        in_background(async move {
            // Whoever waits for an answer hears that there is none.
            let _ = driver.drive().await;
        });
        Ok(Self {
            ldap,
            patience,
            allowance,
        })
    }

    fn ask(&mut self) -> &mut Ldap {
        self.allowance.store(ANSWER, Ordering::Relaxed);
        self.ldap.with_timeout(self.patience)
    }

    /// Proves to be somebody; the answer says whether the directory believes it.
    ///
    /// # Errors
    /// If the directory does not answer, or the password is empty: a server takes that for nobody, and says yes
    /// (RFC 4513 §5.1.2).
    pub async fn bind(&mut self, name: &str, password: &str) -> Result<LdapResult> {
        if name.is_empty() || password.is_empty() {
            return Err(Problem::settings("a bind needs a name and a password"));
        }
        let done = self.ask().simple_bind(name, password).await;
        done.map_err(unanswered)
    }

    /// One page of what a search finds; all of it if `size` is 0 or the directory knows no pages.
    ///
    /// # Errors
    /// If the directory does not answer, refuses, or sends more than `most` entries.
    pub async fn search(
        &mut self,
        question: &Question,
        (size, cookie): (i32, Vec<u8>),
        most: usize,
    ) -> Result<Page> {
        let patience = self.patience;
        let options = SearchOptions::new().timelimit(seconds(patience));
        let ldap = self.ask().with_search_options(options);
        if size > 0 {
            let control: RawControl = PagedResults { size, cookie }.into();
            ldap.with_controls(vec![control]);
        }
        let Question {
            base,
            scope,
            filter,
            ..
        } = question;
        let opened = ldap.streaming_search(base, *scope, filter, question.attributes.clone());
        let mut stream = opened.await.map_err(unanswered)?;
        let mut page = Page::default();
        let reading = async {
            while let Some(item) = stream.next().await.map_err(unanswered)? {
                // References to other servers are not followed.
                if item.is_ref() || item.is_intermediate() {
                    continue;
                }
                let entry = Entry::read(item.0);
                page.entries
                    .push(entry.ok_or_else(|| Problem::untrusted("it sent a broken entry"))?);
                if page.entries.len() > most {
                    return Err(Problem::untrusted(
                        "it sent more entries than were asked for",
                    ));
                }
            }
            Ok(())
        };
        // Entries that trickle in are no answer either.
        let read = tokio::time::timeout(patience.saturating_mul(3), reading).await;
        read.map_err(|_| Problem::unreachable("it did not answer in time"))??;
        let done = stream.finish().await;
        match done.rc {
            // No such object: nobody is there. A referral is not followed.
            0 | 32 | 10 => {}
            // Size limit exceeded: what has come has come.
            4 if size == 0 => {}
            code => return Err(Problem::refused(format!("it refuses the search ({code})"))),
        }
        let is_paged = |kind: &Option<ControlType>| matches!(kind, Some(ControlType::PagedResults));
        let control = done.ctrls.iter().find(|control| is_paged(&control.0));
        if let Some(value) = control.and_then(|control| control.1.val.as_deref()) {
            let cookie = ber::cookie(value);
            page.next = cookie.ok_or_else(|| Problem::untrusted("it sent a broken page"))?;
        }
        Ok(page)
    }

    /// Replaces attributes of an entry; no values take one away.
    ///
    /// # Errors
    /// If the directory does not answer or refuses.
    pub async fn replace(&mut self, dn: &str, all: Vec<(String, Vec<Vec<u8>>)>) -> Result<()> {
        let changes = all.into_iter().map(|(name, values)| {
            let values = values.into_iter().collect();
            Mod::Replace(name.into_bytes(), values)
        });
        let changes: Vec<Mod<Vec<u8>>> = changes.collect();
        let done = self.ask().modify(dn, changes).await.map_err(unanswered)?;
        accepted(&done, "the change")
    }

    /// Sets a password by the operation that is made for it (RFC 3062).
    ///
    /// # Errors
    /// If the directory does not answer or refuses.
    pub async fn set_password(&mut self, dn: &str, password: &str) -> Result<()> {
        let wish = PasswordModify {
            user_id: Some(dn),
            old_pass: None,
            new_pass: Some(password),
        };
        let done = self.ask().extended(wish).await.map_err(unanswered)?;
        accepted(&done.1, "the new password")
    }
}

fn accepted(done: &LdapResult, what: &str) -> Result<()> {
    match done.rc {
        0 => Ok(()),
        code => Err(Problem::refused(format!("it refuses {what} ({code})"))),
    }
}

fn seconds(patience: Duration) -> i32 {
    i32::try_from(patience.as_secs()).unwrap_or(1).max(1)
}

fn unanswered(error: ldap3::LdapError) -> Problem {
    match error {
        ldap3::LdapError::FilterParsing => Problem::settings("the search filter is not one"),
        _ => Problem::unreachable("it did not answer, or not in a way that can be read"),
    }
}

async fn connect(
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
fn in_background(work: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(work);
}

/// Passes on what is asked as it is, and of what is answered only sound messages within the allowance.
async fn relay(stream: Box<dyn Stream>, ours: UnixStream, allowance: Arc<AtomicUsize>) {
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
