//! Who fetched a realm's public keys: what an administrator who waits with a new key wants to know. A list to look at, and no record.

use std::collections::HashMap;
use std::net::IpAddr;

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::RealmId;
use crate::schema::key_fetches;
use crate::sql::Unless;
use crate::swept::swept_until;
use crate::time::{Timestamp, Ttl};

/// So many are known of each realm.
pub const MOST: i64 = 200;

/// So many are known of those who come from one address: whoever plays with names has few of these.
const OF_ONE: usize = 20;

/// Whoever has come for so long is no game of a moment, and is pushed out by none.
const ESTABLISHED: Ttl = Ttl::seconds(10 * 60);

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

/// Forgets whom there is no room for, of one address and of all: those first who have come for a moment only, and of these, as of the
/// others, whoever came longest ago.
pub fn trim(cx: &mut Cx<'_>) -> Result<()> {
    let mine = key_fetches::table.filter(key_fetches::realm_id.eq(&cx.realm.id));
    let mut all: Vec<Fetcher> = mine.load(cx.db.conn()?)?;
    all.sort_by_key(|one| std::cmp::Reverse((one.is_established(), one.last_at)));
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut room = usize::try_from(MOST).unwrap_or(usize::MAX);
    for one in all {
        let of_one = known.entry(network(&one.address)).or_default();
        if *of_one < OF_ONE && room > 0 {
            *of_one += 1;
            room -= 1;
            continue;
        }
        let gone = key_fetches::table
            .filter(key_fetches::realm_id.eq(&cx.realm.id))
            .filter(key_fetches::address.eq(&one.address))
            .filter(key_fetches::agent.eq(&one.agent));
        diesel::delete(gone).execute(cx.db.conn()?)?;
    }
    Ok(())
}

impl Fetcher {
    fn is_established(&self) -> bool {
        self.last_at.since(self.first_at) >= ESTABLISHED
    }
}

/// What stands for all addresses of one subscriber: an IPv6 network has 2^64 of them.
pub fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(long)) if long.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = long.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
        _ => address.to_owned(),
    }
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
