//! A connection to a directory: bounded in time, in bytes and in the shape of what comes.

mod guard;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ldap3::controls::{ControlType, PagedResults, RawControl};
use ldap3::exop::PasswordModify;
use ldap3::{
    Ldap, LdapConnAsync, LdapConnSettings, LdapResult, Mod, Scope, SearchOptions, StdStream,
};
use tokio::net::UnixStream;

use super::ber;
use super::dial::{Dial, Place, Stream};
use super::entry::Entry;
use super::pool::{Idle, Purpose, Slot};
use super::settings::Directory;
use crate::{Blame, Problem, Result};

/// What all answers to one question may come to.
const ANSWER: usize = 32 * 1024 * 1024;

/// Stands in a group without members whose class demands one; Keycloak's.
pub(super) const PLACEHOLDER: &str = "cn=empty-membership-placeholder";

/// A connection to a directory. One that may be used again is left to the pool when it goes.
pub struct Line {
    ldap: Ldap,
    patience: Duration,
    allowance: Arc<AtomicUsize>,
    /// Nothing is under way on it, and all that was asked was answered.
    is_at_rest: bool,
    place: Place,
    slot: Option<Slot>,
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take().filter(|_| self.is_at_rest) {
            slot.give_back(Idle {
                ldap: self.ldap.clone(),
                allowance: Arc::clone(&self.allowance),
                place: self.place.clone(),
            });
        }
    }
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
        let mut last = Problem::settings("connectionUrl is not set");
        for place in directory.places()? {
            match guard::connect(directory, &place, dial).await {
                Ok(stream) => return Self::over(stream, place, directory.patience()).await,
                Err(problem) => last = problem,
            }
        }
        Err(last)
    }

    /// A connection on which people prove who they are, one after the other: each bind takes the place of the last one.
    ///
    /// # Errors
    /// If the directory is not reached.
    pub async fn open_to_prove(directory: &Directory, dial: &impl Dial) -> Result<Self> {
        if let Some(line) = Self::reuse(directory, Purpose::Proof, dial).await {
            return Ok(line);
        }
        let mut line = Self::open(directory, dial).await?;
        line.slot = Slot::of(directory, Purpose::Proof, dial);
        Ok(line)
    }

    /// Connects, and proves to be whoever may search; or takes a connection that has done so before.
    ///
    /// # Errors
    /// If the directory is not reached or refuses.
    pub async fn open_to_search(directory: &Directory, dial: &impl Dial) -> Result<Self> {
        if let Some(line) = Self::reuse(directory, Purpose::Search, dial).await {
            return Ok(line);
        }
        let mut line = Self::open(directory, dial).await?;
        if let Some((name, password)) = directory.service() {
            let done = line.bind(name, password.expose()).await;
            let is_away = done.as_ref().is_err_and(Problem::is_unreachable);
            dial.note(&line.place, is_away);
            let code = done?.rc;
            if code != 0 {
                let why = format!("it refuses bindDn and bindCredential ({code})");
                return Err(Problem::refused(why));
            }
        }
        line.slot = Slot::of(directory, Purpose::Search, dial);
        Ok(line)
    }

    /// A connection of the pool that still answers. A server that was restarted, or a wall that forgot the connection,
    /// has said nothing, so that it is asked for something small.
    async fn reuse(directory: &Directory, purpose: Purpose, dial: &impl Dial) -> Option<Self> {
        let slot = Slot::of(directory, purpose, dial)?;
        let idle = slot.take()?;
        let mut line = Self {
            ldap: idle.ldap,
            patience: directory.patience(),
            allowance: idle.allowance,
            is_at_rest: false,
            place: idle.place,
            slot: None,
        };
        let asked = Question::about_root(&["1.1"]);
        let answered = line.search(&asked, (0, Vec::new()), 1).await;
        if answered.is_err_and(|problem| problem.is_unreachable()) {
            // The others are as old.
            slot.forget();
            return None;
        }
        line.slot = Some(slot);
        Some(line)
    }

    async fn over(stream: Box<dyn Stream>, place: Place, patience: Duration) -> Result<Self> {
        let broken = |_| Problem::unreachable("no socket for the connection");
        let (ours, theirs) = std::os::unix::net::UnixStream::pair().map_err(broken)?;
        ours.set_nonblocking(true).map_err(broken)?;
        let ours = UnixStream::from_std(ours).map_err(broken)?;
        let allowance = Arc::new(AtomicUsize::new(ANSWER));
        guard::in_background(guard::relay(stream, ours, Arc::clone(&allowance)));
        let settings = LdapConnSettings::new().set_std_stream(StdStream::Unix(theirs));
        let made = LdapConnAsync::with_settings(settings, "ldapi:///").await;
        let (driver, ldap) = made.map_err(|_| Problem::unreachable("no connection"))?;
        guard::in_background(async move {
            // Whoever waits for an answer hears that there is none.
            let _ = driver.drive().await;
        });
        Ok(Self {
            ldap,
            patience,
            allowance,
            is_at_rest: true,
            place,
            slot: None,
        })
    }

    fn ask(&mut self) -> &mut Ldap {
        self.is_at_rest = false;
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
        self.settle(done)
    }

    /// What came of a request that has one answer. Whatever it says, nothing is under way any more.
    fn settle<T>(&mut self, done: std::result::Result<T, ldap3::LdapError>) -> Result<T> {
        self.is_at_rest = done.is_ok();
        done.map_err(unanswered)
    }

    /// One page of what a search finds; all of it if `size` is 0 or the directory knows no pages.
    ///
    /// # Errors
    /// If the directory does not answer, refuses, or sends more than `most` entries.
    pub async fn search(
        &mut self,
        question: &Question,
        page: (i32, Vec<u8>),
        most: usize,
    ) -> Result<Page> {
        let found = self.look(question, page, most).await;
        self.is_at_rest = match &found {
            Ok(_) => true,
            Err(problem) => problem.blame == Blame::Refused,
        };
        found
    }

    async fn look(
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
        let done = self.ask().modify(dn, changes).await;
        accepted(&self.settle(done)?, "the change")
    }

    /// Adds one value to an attribute of an entry, or takes it away; it is no fault if that is so already.
    ///
    /// # Errors
    /// If the directory does not answer or refuses.
    pub async fn set_member(&mut self, dn: &str, own: (&str, &str), is_in: bool) -> Result<()> {
        let (name, value) = own;
        let values = HashSet::from([value.as_bytes().to_vec()]);
        let change = match is_in {
            true => Mod::Add(name.as_bytes().to_vec(), values),
            false => Mod::Delete(name.as_bytes().to_vec(), values),
        };
        let done = self.ask().modify(dn, vec![change]).await;
        let done = self.settle(done)?;
        match done.rc {
            // The value is there; there is no such value (RFC 4511 §4.1.9).
            20 if is_in => Ok(()),
            16 if !is_in => Ok(()),
            // The class demands a member (RFC 4511 §A.2, objectClassViolation).
            65 if !is_in => {
                let nobody = vec![PLACEHOLDER.as_bytes().to_vec()];
                self.replace(dn, vec![(name.to_owned(), nobody)]).await
            }
            // Active Directory's word for both.
            68 if is_in => Ok(()),
            53 if !is_in => Ok(()),
            _ => accepted(&done, "the change"),
        }
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// If the directory does not answer or refuses, as it does if the entry is there.
    pub async fn add(&mut self, dn: &str, all: Vec<(String, Vec<Vec<u8>>)>) -> Result<()> {
        let each = all
            .into_iter()
            .map(|(name, values)| (name.into_bytes(), values.into_iter().collect()));
        let done = self.ask().add(dn, each.collect()).await;
        let done = self.settle(done)?;
        match done.rc {
            68 => Err(Problem::refused("it has an entry of this name")),
            _ => accepted(&done, "the new entry"),
        }
    }

    /// Removes an entry; it is no fault if it is gone.
    ///
    /// # Errors
    /// If the directory does not answer or refuses.
    pub async fn remove(&mut self, dn: &str) -> Result<()> {
        let done = self.ask().delete(dn).await;
        let done = self.settle(done)?;
        match done.rc {
            32 => Ok(()),
            _ => accepted(&done, "to remove the entry"),
        }
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
        let done = self.ask().extended(wish).await;
        accepted(&self.settle(done)?.1, "the new password")
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
