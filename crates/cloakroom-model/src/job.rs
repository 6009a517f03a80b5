//! Jobs: work that takes longer than a request. Its progress is stored in the same unit of work as what it does, so a
//! restart neither loses nor repeats a step.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::Result;
use crate::cx::Cx;
use crate::schema::{jobs, realms};
use crate::secret::Sealed;
use crate::swept::swept;
use crate::time::{Timestamp, Ttl};

/// How long a job that is over is kept, from its beginning.
const KEPT: Ttl = Ttl::seconds(30 * 24 * 60 * 60);

/// More lines than this of a report are not kept.
const MOST: usize = 1000;

/// Waits for its turn, or is under way.
pub const WAITING: &str = "waiting";
/// Everything has been tried.
pub const DONE: &str = "done";
/// Somebody stopped it.
pub const CANCELLED: &str = "cancelled";
/// Whoever asked for it may not do it any more.
pub const REFUSED: &str = "refused";

/// A job as it stands.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// What is done.
    pub kind: String,
    /// One of the states above.
    pub state: String,
    /// Who asked for it, as JSON that the caller made.
    pub actor: String,
    /// How much there is to do.
    pub total: i64,
    /// How much of it has been tried.
    pub handled: i64,
    /// How much of that went wrong.
    pub failed: i64,
    /// What went wrong.
    pub report: Vec<Line>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
}

/// Something that went wrong, or that somebody has to know of the whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The line of the input, counted from 1.
    pub line: i64,
    /// What it is about.
    pub name: String,
    /// What is wrong.
    pub problem: String,
    /// The same by the names of messages, as the API says it of what is sent; absent where there are only words.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub said: Value,
}

/// A job that somebody asks for.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// What is to be done.
    pub kind: &'a str,
    /// Who asks, as JSON.
    pub actor: &'a str,
    /// What it is done with.
    pub input: &'a [u8],
    /// How much there is to do.
    pub total: i64,
}

fn place(id: &str) -> String {
    format!("jobs/{id}/input")
}

/// Puts a job in line; its id.
pub fn insert(cx: &mut Cx<'_>, wish: Wish<'_>) -> Result<String> {
    let id = cx.new_ordered_id();
    let input = cx.vault.seal(cx.rng, &place(&id), wish.input)?;
    diesel::insert_into(jobs::table)
        .values((
            jobs::id.eq(&id),
            jobs::realm_id.eq(&cx.realm.id),
            jobs::kind.eq(wish.kind),
            jobs::state.eq(WAITING),
            jobs::actor.eq(wish.actor),
            jobs::input.eq(Some(input)),
            jobs::total.eq(wish.total),
            jobs::handled.eq(0_i64),
            jobs::failed.eq(0_i64),
            jobs::report.eq("[]"),
            jobs::created_at.eq(cx.now),
        ))
        .execute(cx.db.conn()?)?;
    Ok(id)
}

type Row = (
    String,
    String,
    String,
    String,
    i64,
    i64,
    i64,
    String,
    Timestamp,
    Option<Timestamp>,
);

fn job(row: Row) -> Result<Job> {
    let (id, kind, state, actor, total, handled, failed, report, created_at, ended_at) = row;
    Ok(Job {
        report: serde_json::from_str(&report)?,
        id,
        kind,
        state,
        actor,
        total,
        handled,
        failed,
        created_at,
        ended_at,
    })
}

macro_rules! shown {
    () => {
        (
            jobs::id,
            jobs::kind,
            jobs::state,
            jobs::actor,
            jobs::total,
            jobs::handled,
            jobs::failed,
            jobs::report,
            jobs::created_at,
            jobs::ended_at,
        )
    };
}

/// The job with this id.
pub fn find(cx: &mut Cx<'_>, id: &str) -> Result<Option<Job>> {
    let mine = jobs::table
        .filter(jobs::realm_id.eq(&cx.realm.id))
        .filter(jobs::id.eq(id))
        .select(shown!());
    let found: Option<Row> = mine.get_result(cx.db.conn()?).optional()?;
    found.map(job).transpose()
}

/// The jobs of the realm, the latest first.
pub fn list(cx: &mut Cx<'_>, first: i64, max: i64) -> Result<Vec<Job>> {
    let mine = jobs::table
        .filter(jobs::realm_id.eq(&cx.realm.id))
        .order((jobs::created_at.desc(), jobs::id.desc()))
        .offset(first)
        .limit(max)
        .select(shown!());
    let all: Vec<Row> = mine.load(cx.db.conn()?)?;
    all.into_iter().map(job).collect()
}

/// What the job is done with, unless it is over.
pub fn input(cx: &mut Cx<'_>, id: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
    let mine = jobs::table
        .filter(jobs::realm_id.eq(&cx.realm.id))
        .filter(jobs::id.eq(id))
        .filter(jobs::state.eq(WAITING))
        .select(jobs::input);
    let found: Option<Option<Sealed>> = mine.get_result(cx.db.conn()?).optional()?;
    let sealed = found.flatten();
    sealed
        .map(|sealed| cx.vault.open(&place(id), &sealed))
        .transpose()
}

/// Writes down how far a job has come: so many more were tried and so many went wrong, and what there is to report.
///
/// False if it is over already, or if another has come further meanwhile; what was done in this unit of work has to be
/// undone then.
pub fn step(
    cx: &mut Cx<'_>,
    job: &Job,
    (tried, failed): (i64, i64),
    lines: Vec<Line>,
) -> Result<bool> {
    let mut report = job.report.clone();
    let failed = job.failed + failed;
    report.extend(lines);
    report.truncate(MOST);
    let handled = job.handled + tried;
    let mine = jobs::table
        .filter(jobs::realm_id.eq(&cx.realm.id))
        .filter(jobs::id.eq(&job.id))
        .filter(jobs::state.eq(WAITING))
        .filter(jobs::handled.eq(job.handled));
    let count = diesel::update(mine)
        .set((
            jobs::handled.eq(handled),
            jobs::failed.eq(failed),
            jobs::report.eq(serde_json::to_string(&report)?),
        ))
        .execute(cx.db.conn()?)?;
    if count == 1 && handled >= job.total {
        return end(cx, &job.id, DONE);
    }
    Ok(count == 1)
}

/// Writes down how far a job of unknown length has come: so many were tried and so many went wrong so far, and these are
/// new among them. What there is to do grows with what was tried.
pub fn progress(
    cx: &mut Cx<'_>,
    id: &str,
    (handled, failed): (i64, i64),
    wrong: Vec<Line>,
) -> Result<()> {
    let Some(known) = find(cx, id)? else {
        return Ok(());
    };
    let mut report = known.report;
    report.extend(wrong);
    report.truncate(MOST);
    let mine = jobs::table
        .filter(jobs::realm_id.eq(&cx.realm.id))
        .filter(jobs::id.eq(id))
        .filter(jobs::state.eq(WAITING));
    diesel::update(mine)
        .set((
            jobs::total.eq(known.total.max(handled)),
            jobs::handled.eq(handled),
            jobs::failed.eq(failed),
            jobs::report.eq(serde_json::to_string(&report)?),
        ))
        .execute(cx.db.conn()?)?;
    Ok(())
}

/// Ends a job, and forgets what it was done with; false if it is over already.
pub fn end(cx: &mut Cx<'_>, id: &str, state: &str) -> Result<bool> {
    let mine = jobs::table
        .filter(jobs::realm_id.eq(&cx.realm.id))
        .filter(jobs::id.eq(id))
        .filter(jobs::state.eq(WAITING));
    let count = diesel::update(mine)
        .set((
            jobs::state.eq(state),
            jobs::ended_at.eq(Some(cx.now)),
            jobs::input.eq(None::<Sealed>),
        ))
        .execute(cx.db.conn()?)?;
    Ok(count == 1)
}

/// Jobs that are not over, save those of one kind, in all realms, the oldest first: the name of the realm, and the id.
pub fn waiting(cx: &mut Cx<'_>, except: &str) -> Result<Vec<(String, String)>> {
    let all = jobs::table
        .inner_join(realms::table.on(realms::id.eq(jobs::realm_id)))
        .filter(jobs::state.eq(WAITING))
        .filter(jobs::kind.ne(except))
        .order(jobs::created_at.asc())
        .limit(20)
        .select((realms::name, jobs::id));
    Ok(all.load(cx.db.conn()?)?)
}

/// Jobs of one kind that are not over, in all realms: the name of the realm, and the id.
pub fn unfinished(cx: &mut Cx<'_>, kind: &str) -> Result<Vec<(String, String)>> {
    let all = jobs::table
        .inner_join(realms::table.on(realms::id.eq(jobs::realm_id)))
        .filter(jobs::state.eq(WAITING))
        .filter(jobs::kind.eq(kind))
        .limit(20)
        .select((realms::name, jobs::id));
    Ok(all.load(cx.db.conn()?)?)
}

/// Removes the reports of jobs that were over long ago, in all realms; how many there were.
pub fn sweep(cx: &mut Cx<'_>, most: i64) -> Result<usize> {
    let over = || {
        let ended = jobs::state.ne(WAITING);
        ended.and(jobs::created_at.le(cx.now.minus(KEPT)))
    };
    swept!(cx, jobs, id: String, over(), most)
}
