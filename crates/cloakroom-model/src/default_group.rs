//! The groups that a new user joins.

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::GroupId;
use crate::schema::default_groups;
use crate::sql::Unless;

/// Lets new users join a group.
pub fn insert(cx: &mut Cx<'_>, group: &GroupId) -> Result<()> {
    let insert = diesel::insert_into(default_groups::table).values((
        default_groups::realm_id.eq(&cx.realm.id),
        default_groups::group_id.eq(group),
    ));
    Unless(insert, "").execute(cx.db.conn()?)?;
    Ok(())
}

/// Lets new users join a group no longer; false if they did not.
pub fn remove(cx: &mut Cx<'_>, group: &GroupId) -> Result<bool> {
    let mine = default_groups::table
        .filter(default_groups::realm_id.eq(&cx.realm.id))
        .filter(default_groups::group_id.eq(group));
    Ok(diesel::delete(mine).execute(cx.db.conn()?)? == 1)
}
