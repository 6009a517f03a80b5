//! Who fetched a realm's public keys: what an administrator who waits with a new key wants to know. A list to look at, and no record.

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::RealmId;
use crate::schema::key_fetches;
use crate::sql::Unless;
use crate::swept::swept_until;
use crate::time::{Timestamp, Ttl};

/// So many are known of each realm; whoever was here last stays.
pub const MOST: i64 = 200;

/// Whoever has not come for so long is forgotten.
const KEPT: Ttl = Ttl::seconds(7 * 24 * 60 * 60);

/// Who came, how often and from when to when.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Fetcher {
    _realm: RealmId,
    /// Where the requests came from.
    pub address: String,
    /// What the program says it is.
    pub agent: String,
    /// When it first came.
    pub first_at: Timestamp,
    /// When it last did.
    pub last_at: Timestamp,
    /// How often.
    pub count: i64,
}

/// Visits of one program that are not stored yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visits {
    /// How many.
    pub count: i64,
    /// When the first was.
    pub first: Timestamp,
    /// When the last was.
    pub last: Timestamp,
}

/// Adds the visits of a program to those that are known.
pub fn add(cx: &mut Cx<'_>, address: &str, agent: &str, visits: Visits) -> Result<()> {
    if raise(cx, address, agent, visits)? {
        return Ok(());
    }
    let first = diesel::insert_into(key_fetches::table).values((
        key_fetches::realm_id.eq(&cx.realm.id),
        key_fetches::address.eq(address),
        key_fetches::agent.eq(agent),
        key_fetches::first_at.eq(visits.first),
        key_fetches::last_at.eq(visits.last),
        key_fetches::count.eq(visits.count),
    ));
    // Another node may have met it at the same moment.
    if Unless(first, "(realm_id, address, agent)").execute(cx.db.conn()?)? == 0 {
        raise(cx, address, agent, visits)?;
    }
    Ok(())
}

fn raise(cx: &mut Cx<'_>, address: &str, agent: &str, visits: Visits) -> Result<bool> {
    let mine = key_fetches::table
        .filter(key_fetches::realm_id.eq(&cx.realm.id))
        .filter(key_fetches::address.eq(address))
        .filter(key_fetches::agent.eq(agent));
    let raised = diesel::update(mine).set((
        key_fetches::count.eq(key_fetches::count + visits.count),
        key_fetches::last_at.eq(visits.last),
    ));
    Ok(raised.execute(cx.db.conn()?)? == 1)
}

/// Forgets those who came longest ago where the realm has too many.
pub fn trim(cx: &mut Cx<'_>) -> Result<()> {
    let beyond = key_fetches::table
        .filter(key_fetches::realm_id.eq(&cx.realm.id))
        .select(key_fetches::last_at)
        .order(key_fetches::last_at.desc())
        .offset(MOST)
        .limit(1);
    let beyond: Option<Timestamp> = beyond.get_result(cx.db.conn()?).optional()?;
    if let Some(last) = beyond {
        let old = key_fetches::table
            .filter(key_fetches::realm_id.eq(&cx.realm.id))
            .filter(key_fetches::last_at.le(last));
        diesel::delete(old).execute(cx.db.conn()?)?;
    }
    Ok(())
}

/// All that are known, whoever came last first.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<Fetcher>> {
    let mine = key_fetches::table
        .filter(key_fetches::realm_id.eq(&cx.realm.id))
        .order(key_fetches::last_at.desc())
        .limit(MOST);
    Ok(mine.load(cx.db.conn()?)?)
}

/// Removes those of all realms who have not come for a week, some `most` at once; how many there were.
pub fn sweep(cx: &mut Cx<'_>, most: i64) -> Result<usize> {
    let until = cx.now.minus(KEPT);
    swept_until!(cx, key_fetches, last_at, until, most)
}
