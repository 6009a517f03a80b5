//! Workflows that are under way for somebody: which step is next, and when.
//!
//! Whoever moves one says what it has seen, so that of several nodes one does a step: the others change no row.

use diesel::prelude::*;

use super::Resource;
use crate::Result;
use crate::cx::Cx;
use crate::id::{ClientUuid, UserId};
use crate::schema::{realms, workflow_runs, workflow_runs as runs, workflows};
use crate::sql::Unless;
use crate::time::Timestamp;

diesel::alias!(workflow_runs as there: There);

/// A workflow that is under way for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// The workflow's id.
    pub workflow: String,
    /// Whom it is for.
    pub resource: Resource,
    /// The id of the step that is next.
    pub step: String,
    /// When that is.
    pub due_at: Timestamp,
    /// How often that step was tried.
    pub attempts: i64,
    /// Why it did not work the last time.
    pub problem: Option<String>,
    /// How many workflows after one another have led to it.
    pub hops: i64,
}

/// Where a run begins or goes on.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// The id of the step.
    pub step: &'a str,
    /// When it is due.
    pub due_at: Timestamp,
}

/// Begins a workflow for somebody; false if it is under way for them already.
pub fn begin(
    cx: &mut Cx<'_>,
    workflow: &str,
    resource: &Resource,
    at: At<'_>,
    hops: i64,
) -> Result<bool> {
    let id = cx.new_ordered_id();
    let (user, client) = resource.columns();
    let insert = diesel::insert_into(runs::table).values((
        runs::id.eq(id),
        runs::realm_id.eq(&cx.realm.id),
        runs::workflow_id.eq(workflow),
        runs::user_id.eq(user),
        runs::client_uuid.eq(client),
        runs::step_id.eq(at.step),
        runs::due_at.eq(at.due_at),
        runs::attempts.eq(0_i64),
        runs::hops.eq(hops),
    ));
    Ok(Unless(insert, "").execute(cx.db.conn()?)? == 1)
}

macro_rules! shown {
    () => {
        (
            runs::id,
            runs::workflow_id,
            runs::user_id,
            runs::client_uuid,
            runs::step_id,
            runs::due_at,
            runs::attempts,
            runs::problem,
            runs::hops,
        )
    };
}

type Row = (
    String,
    String,
    Option<UserId>,
    Option<ClientUuid>,
    String,
    Timestamp,
    i64,
    Option<String>,
    i64,
);

fn run((id, workflow, user, client, step, due_at, attempts, problem, hops): Row) -> Result<Run> {
    Ok(Run {
        id,
        workflow,
        resource: Resource::of(user, client)?,
        step,
        due_at,
        attempts,
        problem,
        hops,
    })
}

/// The run with this id.
pub fn find(cx: &mut Cx<'_>, id: &str) -> Result<Option<Run>> {
    let mine = runs::table
        .filter(runs::realm_id.eq(&cx.realm.id))
        .filter(runs::id.eq(id))
        .select(shown!());
    let found: Option<Row> = mine.get_result(cx.db.conn()?).optional()?;
    found.map(run).transpose()
}

/// The run of a workflow for somebody; `None` if it is not under way for them.
pub fn find_of(cx: &mut Cx<'_>, workflow: &str, resource: &Resource) -> Result<Option<Run>> {
    let mine = runs::table
        .filter(runs::realm_id.eq(&cx.realm.id))
        .filter(runs::workflow_id.eq(workflow))
        .select(shown!())
        .into_boxed();
    let mine = match resource {
        Resource::User(id) => mine.filter(runs::user_id.eq(id.clone())),
        Resource::Client(id) => mine.filter(runs::client_uuid.eq(id.clone())),
    };
    let found: Option<Row> = mine.get_result(cx.db.conn()?).optional()?;
    found.map(run).transpose()
}

/// All that is under way for whoever has this id.
pub fn list_for(cx: &mut Cx<'_>, id: &str) -> Result<Vec<Run>> {
    let theirs = runs::user_id
        .eq(UserId::new(id))
        .or(runs::client_uuid.eq(ClientUuid::new(id)));
    let mine = runs::table
        .filter(runs::realm_id.eq(&cx.realm.id))
        .filter(theirs)
        .order(runs::id.asc())
        .select(shown!());
    let all: Vec<Row> = mine.load(cx.db.conn()?)?;
    all.into_iter().map(run).collect()
}

/// The workflow is under way for somebody.
pub fn is_any(cx: &mut Cx<'_>, workflow: &str) -> Result<bool> {
    let mine = runs::table
        .filter(runs::realm_id.eq(&cx.realm.id))
        .filter(runs::workflow_id.eq(workflow))
        .select(runs::id)
        .limit(1);
    let found: Vec<String> = mine.load(cx.db.conn()?)?;
    Ok(!found.is_empty())
}

/// What is due of workflows that are on, in all realms, the oldest first: the name of the realm, and the id of the run.
pub fn due(cx: &mut Cx<'_>, most: i64) -> Result<Vec<(String, String)>> {
    let all = runs::table
        .inner_join(realms::table.on(realms::id.eq(runs::realm_id)))
        .inner_join(workflows::table.on(workflows::id.eq(runs::workflow_id)))
        .filter(runs::due_at.le(cx.now))
        .filter(workflows::enabled.eq(true))
        .order(runs::due_at.asc())
        .limit(most)
        .select((realms::name, runs::id));
    Ok(all.load(cx.db.conn()?)?)
}

/// Takes a step that is due for as long as its work may take; false if somebody else has, or if it is not as it was seen.
pub fn claim(cx: &mut Cx<'_>, run: &Run, until: Timestamp) -> Result<bool> {
    let mine = runs::table
        .filter(runs::realm_id.eq(&cx.realm.id))
        .filter(runs::id.eq(&run.id))
        .filter(runs::step_id.eq(&run.step))
        .filter(runs::due_at.eq(run.due_at));
    let changed = diesel::update(mine).set((
        runs::due_at.eq(until),
        runs::attempts.eq(run.attempts.saturating_add(1)),
    ));
    Ok(changed.execute(cx.db.conn()?)? == 1)
}

/// Goes on to a step; false if the run is not as it was seen.
pub fn advance(cx: &mut Cx<'_>, run: &Run, to: At<'_>) -> Result<bool> {
    let mine = runs::table
        .filter(runs::realm_id.eq(&cx.realm.id))
        .filter(runs::id.eq(&run.id))
        .filter(runs::step_id.eq(&run.step))
        .filter(runs::due_at.eq(run.due_at));
    let changed = diesel::update(mine).set((
        runs::step_id.eq(to.step),
        runs::due_at.eq(to.due_at),
        runs::attempts.eq(0_i64),
        runs::problem.eq(None::<String>),
    ));
    Ok(changed.execute(cx.db.conn()?)? == 1)
}

/// Leaves a step that did not work for later, and says why; false if the run is not as it was seen.
pub fn postpone(cx: &mut Cx<'_>, run: &Run, until: Timestamp, problem: &str) -> Result<bool> {
    let mine = runs::table
        .filter(runs::realm_id.eq(&cx.realm.id))
        .filter(runs::id.eq(&run.id))
        .filter(runs::step_id.eq(&run.step))
        .filter(runs::due_at.eq(run.due_at));
    let changed =
        diesel::update(mine).set((runs::due_at.eq(until), runs::problem.eq(Some(problem))));
    Ok(changed.execute(cx.db.conn()?)? == 1)
}

/// Ends a run; false if it is not as it was seen.
pub fn end(cx: &mut Cx<'_>, run: &Run) -> Result<bool> {
    let mine = runs::table
        .filter(runs::realm_id.eq(&cx.realm.id))
        .filter(runs::id.eq(&run.id))
        .filter(runs::step_id.eq(&run.step))
        .filter(runs::due_at.eq(run.due_at));
    Ok(diesel::delete(mine).execute(cx.db.conn()?)? == 1)
}

/// Those who wait for a step move to another one, of this workflow or of another; how many they are, or `None` if one of them is under way in the
/// other workflow already, and nobody moves.
pub fn migrate(cx: &mut Cx<'_>, from: (&str, &str), to: (&str, At<'_>)) -> Result<Option<usize>> {
    let ((from_workflow, step), (workflow, at)) = (from, to);
    if from_workflow != workflow {
        let users = there
            .filter(there.field(runs::workflow_id).eq(workflow))
            .filter(there.field(runs::user_id).is_not_null())
            .select(there.field(runs::user_id));
        let clients = there
            .filter(there.field(runs::workflow_id).eq(workflow))
            .filter(there.field(runs::client_uuid).is_not_null())
            .select(there.field(runs::client_uuid));
        let both = runs::table
            .filter(runs::realm_id.eq(&cx.realm.id))
            .filter(runs::workflow_id.eq(from_workflow))
            .filter(runs::step_id.eq(step))
            .filter(
                runs::user_id
                    .eq_any(users)
                    .or(runs::client_uuid.eq_any(clients)),
            );
        if both.count().get_result::<i64>(cx.db.conn()?)? > 0 {
            return Ok(None);
        }
    }
    let mine = runs::table
        .filter(runs::realm_id.eq(&cx.realm.id))
        .filter(runs::workflow_id.eq(from_workflow))
        .filter(runs::step_id.eq(step));
    let moved = diesel::update(mine).set((
        runs::workflow_id.eq(workflow),
        runs::step_id.eq(at.step),
        runs::due_at.eq(at.due_at),
        runs::attempts.eq(0_i64),
        runs::problem.eq(None::<String>),
    ));
    Ok(Some(moved.execute(cx.db.conn()?)?))
}
