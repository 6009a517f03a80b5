//! The steps of a key's life: when it began to sign, only to verify, or to be used for nothing.

use diesel::prelude::*;

use super::{PROVIDER_TYPE, Status, status};
use crate::Result;
use crate::component::Component;
use crate::cx::Cx;
use crate::id::ComponentId;
use crate::schema::key_steps;
use crate::time::Timestamp;

/// One step.
#[derive(Clone, Debug, Queryable)]
pub struct Step {
    /// The key.
    pub component: ComponentId,
    /// `active`, `passive` or `disabled`.
    pub status: String,
    /// When it began.
    pub began_at: Timestamp,
}

fn name(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Passive => "passive",
        Status::Disabled => "disabled",
    }
}

/// Writes down that a key's status is another one than before; nothing for other components.
pub(crate) fn record(cx: &mut Cx<'_>, component: &Component) -> Result<()> {
    if component.provider_type != PROVIDER_TYPE {
        return Ok(());
    }
    let last = key_steps::table
        .filter(key_steps::realm_id.eq(&cx.realm.id))
        .filter(key_steps::component_id.eq(&component.id))
        .order((key_steps::began_at.desc(), key_steps::id.desc()))
        .select(key_steps::status);
    let last: Option<String> = last.first(cx.db.conn()?).optional()?;
    let now = name(status(component));
    if last.as_deref() == Some(now) {
        return Ok(());
    }
    let id = cx.new_ordered_id();
    diesel::insert_into(key_steps::table)
        .values((
            key_steps::id.eq(id),
            key_steps::realm_id.eq(&cx.realm.id),
            key_steps::component_id.eq(&component.id),
            key_steps::status.eq(now),
            key_steps::began_at.eq(cx.now),
        ))
        .execute(cx.db.conn()?)?;
    Ok(())
}

/// The steps of all keys of the realm, in the order of time.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<Step>> {
    let mine = key_steps::table
        .filter(key_steps::realm_id.eq(&cx.realm.id))
        .order((key_steps::began_at.asc(), key_steps::id.asc()))
        .select((
            key_steps::component_id,
            key_steps::status,
            key_steps::began_at,
        ));
    Ok(mine.load(cx.db.conn()?)?)
}
