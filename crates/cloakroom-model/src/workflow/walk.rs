//! The schedules of workflows: one that is due walks over everybody, some at a time.

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::schema::{realms, workflows};
use crate::time::Timestamp;

/// Where a walk has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// When it goes on.
    pub due_at: Timestamp,
    /// The name of the last one that was looked at; empty at the beginning.
    pub walked_to: String,
    /// How many it may still take before it rests; `None` if it has rested.
    pub left: Option<i64>,
}

/// The workflows whose schedule is due, in all realms: the name of the realm, and the id of the workflow.
pub fn due(cx: &mut Cx<'_>, most: i64) -> Result<Vec<(String, String)>> {
    let all = workflows::table
        .inner_join(realms::table.on(realms::id.eq(workflows::realm_id)))
        .filter(workflows::enabled.eq(true))
        .filter(workflows::due_at.le(cx.now))
        .order(workflows::due_at.asc())
        .limit(most)
        .select((realms::name, workflows::id));
    Ok(all.load(cx.db.conn()?)?)
}

/// The walk of a workflow; `None` if it has no schedule.
pub fn find(cx: &mut Cx<'_>, workflow: &str) -> Result<Option<Walk>> {
    let mine = workflows::table
        .filter(workflows::realm_id.eq(&cx.realm.id))
        .filter(workflows::id.eq(workflow))
        .select((
            workflows::due_at,
            workflows::walked_to,
            workflows::walk_left,
        ));
    let found: Option<(Option<Timestamp>, String, Option<i64>)> =
        mine.get_result(cx.db.conn()?).optional()?;
    Ok(found.and_then(|(due_at, walked_to, left)| {
        Some(Walk {
            due_at: due_at?,
            walked_to,
            left,
        })
    }))
}

/// Goes on from what was seen; false if somebody else has gone on already.
pub fn advance(cx: &mut Cx<'_>, workflow: &str, seen: &Walk, next: &Walk) -> Result<bool> {
    let mine = workflows::table
        .filter(workflows::realm_id.eq(&cx.realm.id))
        .filter(workflows::id.eq(workflow))
        .filter(workflows::due_at.eq(Some(seen.due_at)))
        .filter(workflows::walked_to.eq(&seen.walked_to));
    let changed = diesel::update(mine).set((
        workflows::due_at.eq(Some(next.due_at)),
        workflows::walked_to.eq(&next.walked_to),
        workflows::walk_left.eq(next.left),
    ));
    Ok(changed.execute(cx.db.conn()?)? == 1)
}
