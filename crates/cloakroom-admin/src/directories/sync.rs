//! Everybody of a directory, or everybody who has changed, becomes or stays a user.

mod gone;

use std::sync::Arc;

use cloakroom_federation::directory::adopt::{self, Adopted};
use cloakroom_federation::directory::entry::Entry;
use cloakroom_federation::directory::line::Line;
use cloakroom_federation::directory::person::Person;
use cloakroom_federation::directory::search::{self, Whom};
use cloakroom_federation::directory::{Directory, membership};
use cloakroom_keycloak::blueprint;
use cloakroom_model::job::{self, Line as Report};
use cloakroom_model::user;
use cloakroom_model::user::directory as link;
use cloakroom_model::{Cx, Door, Fault, Realm, Timestamp, Ttl, component, lease};
use cloakroom_web::App;
use cloakroom_web::app::now;
use serde_json::Value;

use super::order::Order;
use super::pages::Pages;
use super::tally::Tally;
use crate::error::{AdminError, Result};

/// The name of the job.
pub(crate) const JOB: &str = "sync-users";

/// People stored in one unit of work: few enough to delay no request.
const ROWS: usize = 25;

/// Whoever syncs a directory keeps the others from it for so long after each page.
const TURN: Ttl = Ttl::seconds(60);

/// Which people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Everybody; those who are gone there go here.
    Full,
    /// Whoever changed since the last time.
    Changed,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    /// Which people.
    pub(crate) kind: Kind,
    /// Nothing is stored, only counted.
    pub(crate) is_preview: bool,
    /// Somebody has agreed that many go.
    pub(crate) may_remove_many: bool,
    /// Who asks, for the list of jobs.
    pub(crate) actor: String,
    /// How often it was begun before, and a node stopped in the middle.
    pub(crate) again: u32,
}

/// Where a run is.
struct Run<'a> {
    app: &'a App,
    realm: &'a Arc<Realm>,
    directory: &'a Directory,
    wish: Wish,
    holder: String,
    job: Option<String>,
    started: Timestamp,
    tally: Tally,
}

/// The lease of whoever syncs a directory.
pub(super) fn lease_of(id: &str) -> String {
    format!("directory/{id}")
}

/// Takes over the people of a directory. A directory that does not answer is no fault of ours: the tally says so.
///
/// # Errors
/// If the database cannot be asked.
pub(crate) async fn run(
    app: &App,
    realm: &Arc<Realm>,
    directory: &Directory,
    wish: Wish,
) -> Result<Tally> {
    let holder = {
        let mut rng = cloakroom_web::app::random()?;
        let secret = cloakroom_model::Secret::random(&mut rng);
        secret.digest().to_base64url()
    };
    let mut run = Run {
        app,
        realm,
        directory,
        wish,
        holder,
        job: None,
        started: now(),
        tally: Tally::default(),
    };
    if !run.hold(TURN).await? {
        run.tally.is_ignored = true;
        return Ok(run.tally);
    }
    let done = run.take_everybody().await;
    run.close().await?;
    run.hold(Ttl::seconds(0)).await?;
    done.map(|()| run.tally)
}

impl Run<'_> {
    /// Keeps others from this directory, on all nodes.
    async fn hold(&self, time: Ttl) -> Result<bool> {
        let name = lease_of(self.directory.id.as_str());
        let holder = self.holder.clone();
        let take = move |cx: &mut Cx<'_>| Ok(lease::take(cx, &name, &holder, time)?);
        self.enter(Door::Write, take).await
    }

    async fn enter<T: Send + 'static>(
        &self,
        door: Door,
        work: impl FnMut(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.app.enter(self.realm, door, work).await
    }

    async fn take_everybody(&mut self) -> Result<()> {
        self.open_job().await?;
        let since = match self.wish.kind {
            Kind::Full => None,
            Kind::Changed => self.directory.text("lastSync").and_then(instant),
        };
        let opened = Line::open_to_search(self.directory, &*self.app.outbound).await;
        let mut line = match opened {
            Ok(line) => line,
            Err(problem) => return self.stop(&problem.to_string()),
        };
        let (mut cookie, mut pages) = (Vec::new(), Pages::default());
        loop {
            let whom = since.as_deref().map_or(Whom::All, Whom::ChangedSince);
            let page = match search::page(self.directory, whom, cookie, &mut line).await {
                Ok(page) => page,
                Err(problem) => return self.stop(&problem.to_string()),
            };
            if let Some(why) = pages.refusal(&page) {
                return self.stop(why);
            }
            for some in page.entries.chunks(ROWS) {
                self.store(some).await?;
            }
            if !self.hold(TURN).await? || self.is_cancelled().await? {
                return self.stop("it was stopped");
            }
            if page.next.is_empty() {
                break;
            }
            cookie = page.next;
        }
        if since.is_none() {
            self.remove_the_gone().await?;
        }
        if !self.wish.is_preview && self.tally.problem.is_none() {
            self.note_time().await?;
        }
        Ok(())
    }

    /// Ends before the end, which the tally says and is no fault.
    fn stop(&mut self, why: &str) -> Result<()> {
        let (provider, realm) = (&self.directory.name, &self.realm.name);
        tracing::warn!(%realm, %provider, why, "a sync of users ended before its end");
        self.tally.problem = Some(format!("{provider}: {why}"));
        Ok(())
    }

    /// Stores some people, or counts what would be done with them.
    async fn store(&mut self, entries: &[Entry]) -> Result<()> {
        let mut people = Vec::new();
        let mut wrong = Vec::new();
        for entry in entries {
            match Person::of(self.directory, entry) {
                Ok(mut person) => {
                    membership::find_listed(self.directory, entry, &mut person);
                    people.push(person);
                }
                Err(problem) => wrong.push((entry.dn.clone(), problem.to_string())),
            }
        }
        let (directory, is_preview) = (self.directory.clone(), self.wish.is_preview);
        let (job, before) = (self.job.clone(), self.tally.clone());
        let (name, holder) = (lease_of(self.directory.id.as_str()), self.holder.clone());
        let read = i64::try_from(entries.len()).unwrap_or(i64::MAX);
        let work = move |cx: &mut Cx<'_>| {
            if !is_preview {
                gone::hold_master(cx)?;
            }
            let (mut tally, mut lines) = (before.clone(), wrong.clone());
            tally.seen += read;
            for person in &people {
                let done = match is_preview {
                    true => foresee(cx, &directory, person)?,
                    false => {
                        let role = blueprint::default_role(&cx.realm.settings);
                        let done = adopt::adopt(cx, &directory, person, role.as_ref(), false)?;
                        done.map(|adopted| match adopted {
                            Adopted::Added(_) => Done::Added,
                            Adopted::Updated(_) => Done::Updated,
                            Adopted::Same(_) => Done::Same,
                            Adopted::Kept(_) => Done::Kept,
                        })
                    }
                };
                match done {
                    Ok(Done::Added) => tally.added += 1,
                    // Keycloak counts everybody who was here before.
                    Ok(Done::Updated | Done::Same) => tally.updated += 1,
                    Ok(Done::Kept) => {
                        tally.updated += 1;
                        lines.push((person.dn.clone(), gone::KEPT.to_owned()));
                    }
                    Err(why) => lines.push((person.dn.clone(), why.to_string())),
                }
            }
            tally.failed += i64::try_from(lines.len()).unwrap_or(0);
            if let Some(job) = &job {
                let lines = lines.into_iter().map(|(name, problem)| Report {
                    line: tally.seen,
                    name,
                    problem,
                    said: Value::Null,
                });
                job::progress(cx, job, (tally.seen, tally.failed), lines.collect())?;
                // However long a page takes, whoever looks for syncs of nobody sees that this one goes on.
                lease::take(cx, &name, &holder, TURN)?;
            }
            Ok(tally)
        };
        let door = if is_preview { Door::Read } else { Door::Write };
        self.tally = self.enter(door, work).await?;
        Ok(())
    }

    async fn open_job(&mut self) -> Result<()> {
        if self.wish.is_preview {
            return Ok(());
        }
        let (actor, id) = (self.wish.actor.clone(), self.directory.id.clone());
        let input = Order::of(self.directory, &self.wish);
        let input = serde_json::to_vec(&input).map_err(Fault::from)?;
        let job = self
            .enter(Door::Write, move |cx| {
                let wish = job::Wish {
                    kind: JOB,
                    actor: &actor,
                    input: &input,
                    total: link::count(cx, &id)?,
                };
                Ok(job::insert(cx, wish)?)
            })
            .await?;
        self.job = Some(job);
        Ok(())
    }

    async fn is_cancelled(&self) -> Result<bool> {
        let Some(id) = self.job.clone() else {
            return Ok(false);
        };
        let find = move |cx: &mut Cx<'_>| Ok(job::find(cx, &id)?);
        let found = self.enter(Door::Read, find).await?;
        Ok(found.is_none_or(|job| job.state != job::WAITING))
    }

    async fn close(&self) -> Result<()> {
        let Some(id) = self.job.clone() else {
            return Ok(());
        };
        let state = match self.tally.problem {
            Some(_) => job::CANCELLED,
            None => job::DONE,
        };
        let problem = self.tally.problem.clone();
        let counts = (self.tally.seen, self.tally.failed);
        self.enter(Door::Write, move |cx| {
            let lines = problem.iter().map(|problem| Report {
                line: 0,
                name: String::new(),
                problem: problem.clone(),
                said: Value::Null,
            });
            job::progress(cx, &id, counts, lines.collect())?;
            job::end(cx, &id, state)?;
            Ok(())
        })
        .await
    }

    /// Remembers when this was, in Keycloak's setting for it.
    async fn note_time(&self) -> Result<()> {
        let (id, started) = (self.directory.id.clone(), self.started);
        self.enter(Door::Write, move |cx| {
            if let Some(mut found) = component::find(cx, &id)? {
                let seconds = vec![started.seconds().to_string()];
                found.config.insert("lastSync".to_owned(), seconds);
                component::update(cx, &found)?;
            }
            Ok(())
        })
        .await
    }
}

enum Done {
    Added,
    Updated,
    Same,
    /// Something of them stays, because nobody else administers.
    Kept,
}

/// What would become of a person.
fn foresee(
    cx: &mut Cx<'_>,
    directory: &Directory,
    person: &Person,
) -> std::result::Result<std::result::Result<Done, adopt::Refused>, Fault> {
    if link::find_user(cx, &directory.id, &person.external_id)?.is_some() {
        return Ok(Ok(Done::Updated));
    }
    match user::find_by_username(cx, &person.username)? {
        Some(_) => Ok(Err(adopt::Refused::NameTaken)),
        None => Ok(Ok(Done::Added)),
    }
}

/// Seconds since 1970 as a generalized time, which both kinds of directories compare with (RFC 4517 §3.3.13).
fn instant(seconds: &str) -> Option<String> {
    let seconds: i64 = seconds.parse().ok()?;
    let at = time::OffsetDateTime::from_unix_timestamp(seconds).ok()?;
    let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
    let (hour, minute, second) = (at.hour(), at.minute(), at.second());
    Some(format!(
        "{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}.0Z"
    ))
}

impl From<cloakroom_federation::Problem> for AdminError {
    fn from(problem: cloakroom_federation::Problem) -> Self {
        let status = if problem.is_unreachable() { 503 } else { 400 };
        Self::message(status, problem.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::instant;

    #[test]
    fn an_instant_is_written_as_directories_compare_it() {
        assert_eq!(instant("1700000000").as_deref(), Some("20231114221320.0Z"));
        assert_eq!(instant("soon"), None);
    }
}
