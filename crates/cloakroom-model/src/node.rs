//! Nodes: the servers that work on this database, as far as each of them has said that it is there.

use diesel::prelude::*;

use crate::Result;
use crate::cx::{Cx, Link};
use crate::schema::nodes;
use crate::swept::swept;
use crate::time::{Timestamp, Ttl};

/// How often a node says that it is there. Nothing but a list to look at depends on it, so a row is seldom written.
pub const BEAT: Ttl = Ttl::seconds(30);

/// Whoever has missed so much is gone: two beats may be late.
const GONE: Ttl = Ttl::seconds(90);

/// How long a node that is gone is told of: until whoever looks the next day has seen it.
const TOLD: Ttl = Ttl::seconds(24 * 60 * 60);

/// One node.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Node {
    /// What tells it from others of the same name, and from itself before it was started again.
    pub id: String,
    /// The machine and the port.
    pub name: String,
    /// What it runs.
    pub version: String,
    /// Since when.
    pub started_at: Timestamp,
    /// When it last said that it is there.
    pub seen_at: Timestamp,
}

impl Node {
    /// It has not said anything for so long that it is not there any more.
    pub fn is_gone(&self, now: Timestamp) -> bool {
        self.seen_at.plus(GONE) <= now
    }
}

/// Says that a node is there. What it was before it was started again is forgotten once that is gone; where nodes cannot be
/// several, `is_alone`, any other is.
pub fn beat(link: &mut Link<'_>, node: &Node, is_alone: bool) -> Result<()> {
    let mine = nodes::table.filter(nodes::id.eq(&node.id));
    let told = diesel::update(mine).set(nodes::seen_at.eq(node.seen_at));
    if told.execute(link.conn()?)? == 0 {
        diesel::insert_into(nodes::table)
            .values((
                nodes::id.eq(&node.id),
                nodes::name.eq(&node.name),
                nodes::version.eq(&node.version),
                nodes::started_at.eq(node.started_at),
                nodes::seen_at.eq(node.seen_at),
            ))
            .execute(link.conn()?)?;
    }
    let before = nodes::table
        .filter(nodes::name.eq(&node.name))
        .filter(nodes::id.ne(&node.id))
        .filter(nodes::seen_at.le(node.seen_at.minus(GONE)));
    diesel::delete(before).execute(link.conn()?)?;
    if is_alone {
        let all: Vec<String> = nodes::table.select(nodes::id).load(link.conn()?)?;
        let others: Vec<String> = all.into_iter().filter(|id| *id != node.id).collect();
        let others = nodes::table.filter(nodes::id.eq_any(others));
        diesel::delete(others).execute(link.conn()?)?;
    }
    Ok(())
}

/// Takes a node off the list that stops as it should.
pub fn remove(link: &mut Link<'_>, id: &str) -> Result<()> {
    diesel::delete(nodes::table.filter(nodes::id.eq(id))).execute(link.conn()?)?;
    Ok(())
}

/// All that are told of, by their names.
pub fn list(link: &mut Link<'_>) -> Result<Vec<Node>> {
    let all = nodes::table.order((nodes::name.asc(), nodes::started_at.asc()));
    Ok(all.load(link.conn()?)?)
}

/// Removes those that have been gone for a day, at most `most`; how many there were.
pub fn sweep(cx: &mut Cx<'_>, most: i64) -> Result<usize> {
    let until = cx.now.minus(TOLD);
    swept!(cx, nodes, id: String, nodes::seen_at.le(until), most)
}
