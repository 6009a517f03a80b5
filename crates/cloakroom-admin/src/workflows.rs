//! Workflows run: what has happened begins them, their steps are done when they are due, and schedules look for whom they are for.
//!
//! Whoever does something takes it first, by a row that it alone changes, so that of several nodes one does it. A step and
//! that it was done are one unit of work. It acts with a right of its own, and under its own name in the audit trail.

pub(crate) mod begin;
mod client;
mod condition;
mod fit;
mod notice;
pub(crate) mod rights;
mod step;
mod walk;

use std::sync::Arc;
use std::time::{Duration, Instant};

use cloakroom_federation::directory::assign::Assignment;
use cloakroom_keycloak::workflow::{Kind, Step, steps};
use cloakroom_model::id::UserId;
use cloakroom_model::workflow::run::{self, At, Run};
use cloakroom_model::workflow::{self, Resource, Workflow, trigger, walk as schedule};
use cloakroom_model::{Cx, Door, Fault, Realm, Timestamp, Ttl};
use cloakroom_web::App;

use self::begin::later;
use self::condition::Facts;
use self::step::Errand;
use crate::access::{Actor, Grants, keeping};
use crate::error::{AdminError, Result};

/// As many are looked at in one round.
const MOST: i64 = 100;

/// A round goes no further after so long, so that what is due elsewhere gets its turn.
const SPAN: Duration = Duration::from_secs(2);

/// Whoever takes a step has this long for it; beyond it the node is taken for gone. A step that does not work is tried again after
/// twice as long each time.
const TAKEN: Ttl = Ttl::seconds(60);

/// A step that never works is tried as seldom as this, and not more seldom.
const SELDOM: Ttl = Ttl::seconds(12 * 60 * 60);

/// What goes round rests at least as long each time, in milliseconds.
const REST: i64 = 1_000;

/// Goes on with the workflows of all realms; true if there may be more to do at once.
///
/// # Errors
///
/// The database cannot be reached.
pub async fn round(app: &App) -> std::result::Result<bool, Fault> {
    // Each kind of work has a time of its own, so that a flood of one keeps no other from its turn.
    let begun = Instant::now();
    let heard = list(app, |cx| trigger::waiting(cx, MOST)).await?;
    for (realm, id) in &heard {
        if begun.elapsed() < SPAN {
            told(id, hear(app, realm, id).await);
        }
    }
    let mut is_late = begun.elapsed() >= SPAN;
    let begun = Instant::now();
    for (realm, id) in list(app, |cx| schedule::due(cx, MOST)).await? {
        if begun.elapsed() < SPAN {
            told(&id, look(app, &realm, &id).await);
        }
    }
    is_late |= begun.elapsed() >= SPAN;
    let begun = Instant::now();
    let runs = list(app, |cx| run::due(cx, MOST)).await?;
    for (realm, id) in &runs {
        if begun.elapsed() < SPAN {
            told(id, resume(app, (realm, id), begun).await);
        }
    }
    is_late |= begun.elapsed() >= SPAN;
    let is_full = |all: &[(String, String)]| i64::try_from(all.len()).is_ok_and(|n| n >= MOST);
    Ok(is_full(&heard) || is_full(&runs) || is_late)
}

/// What went wrong with one keeps no other from its turn.
fn told(id: &str, done: std::result::Result<(), Fault>) {
    if let Err(fault) = done {
        tracing::warn!(id, error = %fault, "a workflow does not go on");
    }
}

/// What waits in all realms: the name of the realm, and the id.
type Waiting = std::result::Result<Vec<(String, String)>, Fault>;

async fn list(app: &App, work: fn(&mut Cx<'_>) -> Waiting) -> Waiting {
    let nobody = Arc::new(Realm::nobody());
    app.enter(&nobody, Door::Scan, work).await
}

/// Lets workflows hear of something that has happened. What cannot be read is heard of by none.
async fn hear(app: &App, realm: &str, id: &str) -> std::result::Result<(), Fault> {
    let Some(realm) = app.realm(realm).await? else {
        return Ok(());
    };
    let named = id.to_owned();
    let work = move |cx: &mut Cx<'_>| begin::with(cx, &named);
    match app.enter(&realm, Door::Write, work).await {
        Err(fault) if !fault.is_temporary() => {
            let named = id.to_owned();
            let drop = move |cx: &mut Cx<'_>| trigger::discard(cx, &named);
            app.enter(&realm, Door::Write, drop).await?;
            Err(fault)
        }
        done => done,
    }
}

/// Goes on with a schedule that is due.
async fn look(app: &App, realm: &str, id: &str) -> std::result::Result<(), Fault> {
    match app.realm(realm).await? {
        Some(realm) => walk::some(app, &realm, id).await,
        None => Ok(()),
    }
}

/// Goes on with a run that is due.
async fn resume(
    app: &App,
    (realm, id): (&str, &str),
    begun: Instant,
) -> std::result::Result<(), Fault> {
    let Some(realm) = app.realm(realm).await? else {
        return Ok(());
    };
    match go_on(app, &realm, id, begun).await {
        Err(fault) if !fault.is_temporary() => {
            put_off(app, &realm, id).await?;
            Err(fault)
        }
        done => done,
    }
}

/// Leaves a step that cannot even be taken for later: what is due first would keep all others from their turn.
async fn put_off(app: &App, realm: &Arc<Realm>, id: &str) -> std::result::Result<(), Fault> {
    let named = id.to_owned();
    let work = move |cx: &mut Cx<'_>| {
        if let Some(run) = run::find(cx, &named)?.filter(|run| run.due_at <= cx.now) {
            let until = rest(cx, &run);
            run::claim(cx, &run, until)?;
        }
        Ok::<_, Fault>(())
    };
    app.enter(realm, Door::Write, work).await
}

/// Until when whoever takes a step has time for it.
fn rest(cx: &Cx<'_>, run: &Run) -> Timestamp {
    let wait = TAKEN
        .as_seconds()
        .saturating_mul(1 << run.attempts.clamp(0, 10));
    cx.now.plus(Ttl::seconds(wait.min(SELDOM.as_seconds())))
}

/// A step that this node has taken.
struct Taken {
    run: Run,
    workflow: Workflow,
    step: Step,
    /// What comes after it: the step, and when; `None` at the end.
    next: Option<(String, Timestamp)>,
}

/// Does the step that is due, and those that follow at once.
async fn go_on(
    app: &App,
    realm: &Arc<Realm>,
    id: &str,
    begun: Instant,
) -> std::result::Result<(), Fault> {
    while begun.elapsed() < SPAN {
        let named = id.to_owned();
        let taken = app
            .enter(realm, Door::Write, move |cx| take(cx, &named))
            .await;
        let taken = match taken {
            Ok(Some(taken)) => taken,
            Ok(None) => return Ok(()),
            Err(error) => return fault_of(error),
        };
        let (taken, refused) = perform(app, realm, taken).await?;
        if let Some(why) = refused {
            let (problem, until) = (why.clone(), taken.run.due_at);
            let left = taken.run.clone();
            app.enter(realm, Door::Write, move |cx| {
                run::postpone(cx, &left, until, &problem)
            })
            .await?;
            tracing::warn!(
                realm = %realm.name,
                workflow = %taken.workflow.name,
                resource = taken.run.resource.id(),
                step = ?taken.step.kind,
                why,
                "a step of a workflow was refused, and is tried again"
            );
            return Ok(());
        }
        tracing::debug!(
            realm = %realm.name,
            workflow = %taken.workflow.name,
            resource = taken.run.resource.id(),
            step = ?taken.step.kind,
            "a step of a workflow is done"
        );
    }
    Ok(())
}

fn fault_of(error: AdminError) -> std::result::Result<(), Fault> {
    match error {
        AdminError::Fault(fault) | AdminError::Undone { fault, .. } => Err(fault),
        AdminError::Refused { .. } | AdminError::Busy(_) => Ok(()),
    }
}

/// Takes a step that is due, and finds what has to be done in a directory before it; `None` if there is none any more, or if it is somebody else's.
fn take(cx: &mut Cx<'_>, id: &str) -> Result<Option<(Taken, Option<Errand>)>> {
    let Some(mut run) = run::find(cx, id)?.filter(|run| run.due_at <= cx.now) else {
        return Ok(None);
    };
    let Some(workflow) = workflow::find(cx, &run.workflow)?.filter(Workflow::is_enabled) else {
        return Ok(None);
    };
    let steps = steps(&workflow);
    let at = steps.iter().position(|step| step.id == run.step);
    let Some((at, step)) = at.and_then(|at| Some((at, steps.get(at)?.clone()))) else {
        // The step is not part of the workflow any more.
        run::end(cx, &run)?;
        return Ok(None);
    };
    // Who waited may have changed meanwhile, so that the workflow is not for them any more.
    let mut facts = Facts::of(run.resource.clone());
    if step.after > 0 && !facts.are_for(cx, &workflow)? {
        run::end(cx, &run)?;
        return Ok(None);
    }
    let until = rest(cx, &run);
    if !run::claim(cx, &run, until)? {
        return Ok(None);
    }
    run.due_at = until;
    run.attempts += 1;
    let (next, least) = match step.kind {
        Kind::Restart => {
            let position = step
                .text("position")
                .and_then(|text| text.trim().parse().ok());
            (steps.get(position.unwrap_or(0)), REST)
        }
        _ => (steps.get(at + 1), 0),
    };
    let next = next.map(|next| (next.id.clone(), later(cx.now, next.after.max(least))));
    let grants = rights::of_step(&workflow, step.kind);
    let errand = match (&run.resource, step.kind) {
        (Resource::User(user), kind) if kind != Kind::Restart => {
            // What is refused is refused again by the step itself, which says so.
            match step::errand(cx, &step, user, &grants) {
                Err(AdminError::Refused { .. }) => None,
                other => other?,
            }
        }
        _ => None,
    };
    let taken = Taken {
        run,
        workflow,
        step,
        next,
    };
    Ok(Some((taken, errand)))
}

/// Does a step that was taken; why it was refused, if it was.
async fn perform(
    app: &App,
    realm: &Arc<Realm>,
    (taken, errand): (Taken, Option<Errand>),
) -> std::result::Result<(Arc<Taken>, Option<String>), Fault> {
    let taken = Arc::new(taken);
    let told = match errand {
        None => Vec::new(),
        Some(errand) => match errand.run(app).await {
            Ok(told) => told,
            Err(problem) => return Ok((taken, Some(problem.to_string()))),
        },
    };
    let (doing, told) = (Arc::clone(&taken), Arc::new(told));
    let done = app.enter(realm, Door::Write, move |cx| {
        keeping(cx, |cx| settle(cx, &doing, &told))
    });
    let refused = match done.await {
        Ok(()) => None,
        Err(AdminError::Refused { body, .. } | AdminError::Undone { body, .. }) => {
            Some(words(&body))
        }
        Err(AdminError::Busy(busy)) => Some(busy.to_string()),
        Err(AdminError::Fault(fault)) => return Err(fault),
    };
    Ok((taken, refused))
}

/// The words of a refusal.
fn words(body: &serde_json::Value) -> String {
    let said = ["errorMessage", "error_description", "error"]
        .into_iter()
        .find_map(|name| body.get(name)?.as_str());
    said.unwrap_or("the user's attributes do not fit the user profile")
        .to_owned()
}

/// Goes on to the next step, and does this one. Nothing of it stays if it is refused, or if it is not this node's any more.
fn settle(cx: &mut Cx<'_>, taken: &Taken, told: &[Assignment]) -> Result<()> {
    let run = &taken.run;
    let is_mine = match &taken.next {
        Some((step, due_at)) => {
            let due_at = *due_at;
            run::advance(cx, run, At { step, due_at })?
        }
        None => run::end(cx, run)?,
    };
    if !is_mine {
        return Ok(());
    }
    cx.changes.hops = run.hops + 1;
    let grants = rights::of_step(&taken.workflow, taken.step.kind);
    let actor = actor(cx, &taken.workflow);
    let by: (&Grants, &Actor) = (&grants, &actor);
    let done = match (&run.resource, taken.step.kind) {
        (_, Kind::Restart) => Ok(()),
        (Resource::User(user), _) => step::run(cx, &taken.step, user, told, by),
        (Resource::Client(id), _) => client::run(cx, &taken.step, id, by),
    };
    done.map_err(AdminError::undoing)
}

/// Who did it, for the audit trail: the workflow itself.
fn actor(cx: &Cx<'_>, workflow: &Workflow) -> Actor {
    Actor {
        realm: cx.realm.id.clone(),
        client: String::new(),
        user: UserId::new(format!("workflows/{}", workflow.id)),
        session: None,
        ip: String::new(),
        sent: None,
    }
}
