//! Work that goes on after the request that asked for it: taken from line by one node, in small steps.
//!
//! A step acts as the administrator who asked, with the rights that they have at that moment.

mod many;
mod people;
pub(crate) mod sheet;

use std::sync::Arc;
use std::time::{Duration, Instant};

use cloakroom_model::id::{RealmId, UserId};
use cloakroom_model::job::{self, Job};
use cloakroom_model::{Changes, Cx, Door, Fault, Link, Realm, Ttl, lease};
use cloakroom_web::App;
use cloakroom_web::app::{now, random};
use serde::{Deserialize, Serialize};

use crate::access::{self, Actor, Admin, Grants};
use crate::directories;
use crate::error::{AdminError, Result};

/// What a job does.
pub(crate) const IMPORT_PEOPLE: &str = "import-users";
/// The same act for many people.
pub(crate) const CHANGE_PEOPLE: &str = "change-users";

/// The node that does the jobs keeps that right for so long after its last round.
const TURN: Ttl = Ttl::seconds(30);

/// One job goes on for so long before another gets its turn.
const SPAN: Duration = Duration::from_secs(2);

/// A unit of work takes no further row after so long, so that no request waits for it.
const UNIT: Duration = Duration::from_millis(60);

/// The most rows in one unit of work.
const ROWS: usize = 200;

/// The administrator who asked for a job.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Asker {
    /// The name of the realm that they belong to.
    home: String,
    realm: RealmId,
    client: String,
    user: UserId,
    ip: String,
}

impl Asker {
    /// Whoever calls.
    pub(crate) fn of(admin: &Admin) -> Self {
        let actor = admin.actor.clone();
        Self {
            home: admin.home().name.clone(),
            realm: actor.realm,
            client: actor.client,
            user: actor.user,
            ip: actor.ip,
        }
    }

    /// The same for the audit trail.
    fn actor(&self) -> Actor {
        Actor {
            realm: self.realm.clone(),
            client: self.client.clone(),
            user: self.user.clone(),
            session: None,
            ip: self.ip.clone(),
            sent: None,
        }
    }
}

/// Goes on with the jobs of all realms, if it is this node's turn. `node` tells it from the others.
///
/// # Errors
///
/// The database cannot be reached.
pub async fn round(app: &App, node: &str) -> std::result::Result<(), Fault> {
    let holder = node.to_owned();
    let waiting = in_no_realm(app, move |cx| {
        let all = job::waiting(cx, directories::JOB)?;
        match all.is_empty() || !lease::take(cx, "jobs", &holder, TURN)? {
            true => Ok(Vec::new()),
            false => Ok(all),
        }
    });
    for (realm, id) in waiting.await? {
        let Some(realm) = app.realm(&realm).await? else {
            continue;
        };
        let begun = Instant::now();
        let Some(task) = task(app, &realm, &id).await? else {
            continue;
        };
        while begun.elapsed() < SPAN {
            match step(app, &realm, &id, &task).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(AdminError::Fault(fault)) => return Err(fault),
                Err(error) => {
                    tracing::warn!(job = id, %error, "a step of a job was undone");
                    break;
                }
            }
        }
    }
    Ok(())
}

/// Asks about what belongs to no realm.
pub(crate) async fn in_no_realm<T: Send + 'static>(
    app: &App,
    mut work: impl FnMut(&mut Cx<'_>) -> std::result::Result<T, Fault> + Send + 'static,
) -> std::result::Result<T, Fault> {
    let vault = app.vault();
    app.db()
        .write(move |conn| {
            let (mut changes, mut rng) = (Changes::default(), random()?);
            let nobody = Arc::new(Realm::nobody());
            work(&mut Cx {
                db: Link::Open(conn),
                realm: &nobody,
                now: now(),
                rng: &mut rng,
                vault: &vault,
                changes: &mut changes,
            })
        })
        .await
}

/// What a job does, read once for all of its steps in a round: a table may be long.
enum Task {
    Import(people::Rows),
    Many(Many),
}

/// What is to be done; nothing where the job is over.
async fn task(
    app: &App,
    realm: &Arc<Realm>,
    id: &str,
) -> std::result::Result<Option<Arc<Task>>, Fault> {
    let named = id.to_owned();
    let read = move |cx: &mut Cx<'_>| -> std::result::Result<_, Fault> {
        let Some(job) = job::find(cx, &named)? else {
            return Ok(None);
        };
        let Some(input) = job::input(cx, &named)? else {
            return Ok(None);
        };
        let task = match job.kind.as_str() {
            CHANGE_PEOPLE => Task::Many(serde_json::from_slice(&input)?),
            _ => {
                let import: Import = serde_json::from_slice(&input)?;
                let rows = import.rows();
                Task::Import(rows.map_err(|_| Fault::corrupt("a stored table cannot be read"))?)
            }
        };
        Ok(Some(Arc::new(task)))
    };
    app.enter(realm, Door::Read, read).await
}

/// One step of a job; false if there is nothing more to do.
async fn step(app: &App, realm: &Arc<Realm>, id: &str, task: &Arc<Task>) -> Result<bool> {
    let named = id.to_owned();
    let found = app
        .enter(realm, Door::Read, move |cx| {
            Ok::<_, AdminError>(job::find(cx, &named)?)
        })
        .await?;
    let Some(job) = found.filter(|job| job.state == job::WAITING) else {
        return Ok(false);
    };
    let asker: Asker = serde_json::from_str(&job.actor).map_err(Fault::from)?;
    let who = (asker.home.as_str(), &asker.user);
    let grants = access::standing(app, who, &realm.name, &["manage-users"]).await?;
    let actor = asker.actor();
    let Some(grants) = grants else {
        let over = move |cx: &mut Cx<'_>| job::end(cx, &job.id, job::REFUSED);
        return app
            .enter(realm, Door::Write, over)
            .await
            .map(|_| false)
            .map_err(AdminError::from);
    };
    let elsewhere = tell(app, realm, (task, &job), &grants).await?;
    let task = Arc::clone(task);
    let work = move |cx: &mut Cx<'_>| {
        cloakroom_model::db::administer(cx)?;
        advance(cx, &job, (&*task, &elsewhere), (&grants, &actor))
    };
    app.enter(realm, Door::Write, work).await
}

/// What was done with the next one in a directory.
enum Elsewhere {
    /// There was nothing to do.
    Nothing,
    Done,
    /// The directory does not take it, for this reason.
    Refused(String),
}

/// Does in a directory what has to be done there first.
async fn tell(
    app: &App,
    realm: &Arc<Realm>,
    (task, job): (&Arc<Task>, &Job),
    grants: &Grants,
) -> Result<Elsewhere> {
    let (looked_at, grants) = (Arc::clone(task), grants.clone());
    let done = usize::try_from(job.handled).unwrap_or(usize::MAX);
    let look = move |cx: &mut Cx<'_>| match &*looked_at {
        Task::Many(many) => many.errand(cx, done, &grants),
        Task::Import(_) => Ok(None),
    };
    let Some(errand) = app.enter(realm, Door::Read, look).await? else {
        return Ok(Elsewhere::Nothing);
    };
    Ok(match errand.run(&*app.outbound).await {
        Ok(()) => Elsewhere::Done,
        Err(problem) => Elsewhere::Refused(problem.to_string()),
    })
}

fn advance(
    cx: &mut Cx<'_>,
    job: &Job,
    (task, elsewhere): (&Task, &Elsewhere),
    (grants, actor): (&Grants, &Actor),
) -> Result<bool> {
    let done = usize::try_from(job.handled).unwrap_or(usize::MAX);
    let until = Instant::now() + UNIT;
    let (tried, wrong) = match task {
        Task::Many(many) => match elsewhere {
            Elsewhere::Refused(problem) => many.skip(cx, done, problem)?,
            Elsewhere::Done => many.some(cx, (done, until), true, (grants, actor))?,
            Elsewhere::Nothing => many.some(cx, (done, until), false, (grants, actor))?,
        },
        Task::Import(rows) => rows.some(cx, (done, until), grants, actor)?,
    };
    let count = |many: usize| i64::try_from(many).unwrap_or(0);
    let (tried, failed) = (count(tried), count(wrong.len()));
    let mut lines = match task {
        Task::Import(rows) if done == 0 => rows.lost(&cx.realm.profile),
        _ => Vec::new(),
    };
    lines.extend(wrong);
    if !job::step(cx, job, (tried, failed), lines)? {
        // It was cancelled meanwhile: nothing of this step may stay.
        return Err(AdminError::message(409, "The job is over").undoing());
    }
    Ok(job.handled + tried < job.total)
}

pub(crate) use many::Many;
pub(crate) use people::Import;
