//! The outbox: what leaves the system after the commit of what it tells about.

use diesel::prelude::*;
use serde_json::Value;

use crate::Result;
use crate::cx::Cx;
use crate::schema::{outbox, realms};
use crate::time::{Timestamp, Ttl};

/// Puts something into the outbox, in the transaction of what it tells about. Its payload holds no secret.
pub fn insert(cx: &mut Cx<'_>, kind: &str, payload: &Value) -> Result<()> {
    let id = cx.new_ordered_id();
    diesel::insert_into(outbox::table)
        .values((
            outbox::id.eq(id),
            outbox::realm_id.eq(&cx.realm.id),
            outbox::kind.eq(kind),
            outbox::payload.eq(payload.to_string()),
            outbox::created_at.eq(cx.now),
            outbox::due_at.eq(cx.now),
            outbox::attempts.eq(0i64),
        ))
        .execute(cx.db.conn()?)?;
    Ok(())
}

/// Something that is due.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its id.
    pub id: String,
    /// The name of its realm.
    pub realm: String,
    /// What it tells.
    pub payload: Value,
    /// How often it was tried before.
    pub attempts: i64,
}

/// Takes what is due of a kind, in all realms. Of several nodes, each item goes to one.
///
/// An item that is neither removed nor postponed comes again after `again_after`: the node may have
/// ended in the middle, and being told twice harms nobody.
pub fn take_due(cx: &mut Cx<'_>, kind: &str, most: i64, again_after: Ttl) -> Result<Vec<Item>> {
    let due: Vec<(String, String, String, Timestamp, i64)> = outbox::table
        .inner_join(realms::table.on(realms::id.eq(outbox::realm_id)))
        .filter(outbox::kind.eq(kind))
        .filter(outbox::due_at.le(cx.now))
        .order(outbox::due_at.asc())
        .limit(most)
        .select((
            outbox::id,
            realms::name,
            outbox::payload,
            outbox::due_at,
            outbox::attempts,
        ))
        .load(cx.db.conn()?)?;
    let mut taken = Vec::new();
    for (id, realm, payload, due_at, attempts) in due {
        let mine = outbox::table
            .filter(outbox::id.eq(&id))
            .filter(outbox::due_at.eq(due_at));
        let claimed = diesel::update(mine)
            .set((
                outbox::due_at.eq(cx.now.plus(again_after)),
                outbox::attempts.eq(attempts.saturating_add(1)),
            ))
            .execute(cx.db.conn()?)?;
        if claimed == 1 {
            taken.push(Item {
                payload: serde_json::from_str(&payload)?,
                id,
                realm,
                attempts,
            });
        }
    }
    Ok(taken)
}

/// Lets an item come again at another time.
pub fn postpone(cx: &mut Cx<'_>, id: &str, until: Timestamp) -> Result<()> {
    let mine = outbox::table.filter(outbox::id.eq(id));
    diesel::update(mine)
        .set(outbox::due_at.eq(until))
        .execute(cx.db.conn()?)?;
    Ok(())
}

/// Takes an item out for good.
pub fn remove(cx: &mut Cx<'_>, id: &str) -> Result<()> {
    diesel::delete(outbox::table.filter(outbox::id.eq(id))).execute(cx.db.conn()?)?;
    Ok(())
}
