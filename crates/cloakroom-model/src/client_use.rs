//! When each client last took tokens, and how often it does on a day.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::ClientUuid;
use crate::schema::client_uses;
use crate::sql::Unless;
use crate::time::Timestamp;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Days that are counted; older ones go when a new one comes, so that the last one stays.
const KEPT: i64 = 30;

/// Days that the usual number of a day is taken from.
const LATELY: i64 = 7;

/// What is known of a client's use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// When it last took tokens.
    pub last: Timestamp,
    /// How often it did in the last seven days, today among them.
    pub lately: i64,
}

/// Adds to today's number of a client.
pub fn add(cx: &mut Cx<'_>, client: &ClientUuid, count: i64, last: Timestamp) -> Result<()> {
    let day = last.millis().div_euclid(DAY);
    if raise(cx, client, day, (count, last))? {
        return Ok(());
    }
    let old = client_uses::table
        .filter(client_uses::realm_id.eq(&cx.realm.id))
        .filter(client_uses::client_uuid.eq(client))
        .filter(client_uses::day.lt(day - KEPT));
    let first = diesel::insert_into(client_uses::table).values((
        client_uses::client_uuid.eq(client),
        client_uses::day.eq(day),
        client_uses::realm_id.eq(&cx.realm.id),
        client_uses::count.eq(count),
        client_uses::last_at.eq(last),
    ));
    // Another node may have had the first of the day at the same moment.
    if Unless(first, "(client_uuid, day)").execute(cx.db.conn()?)? == 0 {
        raise(cx, client, day, (count, last))?;
    }
    diesel::delete(old).execute(cx.db.conn()?)?;
    Ok(())
}

fn raise(
    cx: &mut Cx<'_>,
    client: &ClientUuid,
    day: i64,
    (count, last): (i64, Timestamp),
) -> Result<bool> {
    let mine = client_uses::table
        .filter(client_uses::realm_id.eq(&cx.realm.id))
        .filter(client_uses::client_uuid.eq(client))
        .filter(client_uses::day.eq(day));
    let raised = diesel::update(mine).set((
        client_uses::count.eq(client_uses::count + count),
        client_uses::last_at.eq(last),
    ));
    Ok(raised.execute(cx.db.conn()?)? == 1)
}

/// What is known of these clients; one that never took tokens is left out.
pub fn find(cx: &mut Cx<'_>, clients: &[ClientUuid]) -> Result<HashMap<ClientUuid, Use>> {
    if clients.is_empty() {
        return Ok(HashMap::new());
    }
    let since = cx.now.millis().div_euclid(DAY) - LATELY;
    let mine = client_uses::table
        .filter(client_uses::realm_id.eq(&cx.realm.id))
        .filter(client_uses::client_uuid.eq_any(clients.to_vec()))
        .select((
            client_uses::client_uuid,
            client_uses::day,
            client_uses::count,
            client_uses::last_at,
        ));
    let rows: Vec<(ClientUuid, i64, i64, Timestamp)> = mine.load(cx.db.conn()?)?;
    let mut found: HashMap<ClientUuid, Use> = HashMap::new();
    for (client, day, count, last) in rows {
        let one = found.entry(client).or_insert(Use { last, lately: 0 });
        one.last = one.last.max(last);
        if day > since {
            one.lately += count;
        }
    }
    Ok(found)
}
