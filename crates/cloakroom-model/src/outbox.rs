//! The outbox: what leaves the system after the commit of what it tells about.

use diesel::prelude::*;
use serde_json::Value;

use crate::Result;
use crate::cx::Cx;
use crate::schema::outbox;

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
