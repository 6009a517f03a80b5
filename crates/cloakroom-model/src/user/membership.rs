//! Membership: the roles of users and the groups they are in.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::{Row, User};
use crate::cx::Cx;
use crate::id::{ClientUuid, GroupId, RoleId, UserId};
use crate::schema::{user_groups, user_roles, users};
use crate::sql::Unless;
use crate::{Result, group, role};

/// The roles given to a user directly.
pub fn direct_roles(cx: &mut Cx<'_>, id: &UserId) -> Result<Vec<RoleId>> {
    let mine = user_roles::table
        .filter(user_roles::realm_id.eq(&cx.realm.id))
        .filter(user_roles::user_id.eq(id))
        .select(user_roles::role_id);
    Ok(mine.load(cx.db.conn()?)?)
}

/// All roles of a user: its own, those of its groups and their parents, composites expanded.
pub fn effective_roles(cx: &mut Cx<'_>, id: &UserId) -> Result<BTreeSet<RoleId>> {
    let mut all = direct_roles(cx, id)?;
    let groups = groups(cx, id)?;
    if !groups.is_empty() {
        all.extend(group::roles_of_all(cx, &groups)?);
    }
    Ok(role::graph(cx)?.expand(all))
}

/// Gives a user a role.
pub fn grant_role(cx: &mut Cx<'_>, id: &UserId, role: &RoleId) -> Result<()> {
    let insert = diesel::insert_into(user_roles::table).values((
        user_roles::user_id.eq(id),
        user_roles::role_id.eq(role),
        user_roles::realm_id.eq(&cx.realm.id),
    ));
    Unless(insert, "").execute(cx.db.conn()?)?;
    roles_changed(cx, id)?;
    Ok(())
}

/// Takes a role from a user.
pub fn revoke_role(cx: &mut Cx<'_>, id: &UserId, role: &RoleId) -> Result<()> {
    let mine = user_roles::table
        .filter(user_roles::realm_id.eq(&cx.realm.id))
        .filter(user_roles::user_id.eq(id))
        .filter(user_roles::role_id.eq(role));
    diesel::delete(mine).execute(cx.db.conn()?)?;
    roles_changed(cx, id)?;
    Ok(())
}

/// People with a role given directly, by username.
pub fn list_with_role(cx: &mut Cx<'_>, role: &RoleId, first: i64, max: i64) -> Result<Vec<User>> {
    let ids = user_roles::table
        .filter(user_roles::realm_id.eq(&cx.realm.id))
        .filter(user_roles::role_id.eq(role))
        .select(user_roles::user_id);
    let rows = users::table
        .filter(users::realm_id.eq(&cx.realm.id))
        .filter(users::id.eq_any(ids))
        .order(users::username.asc())
        .offset(first)
        .limit(max)
        .load::<Row>(cx.db.conn()?)?;
    rows.into_iter().map(Row::into_user).collect()
}

/// People in a group, by username.
pub fn list_in_group(cx: &mut Cx<'_>, group: &GroupId, first: i64, max: i64) -> Result<Vec<User>> {
    let ids = user_groups::table
        .filter(user_groups::realm_id.eq(&cx.realm.id))
        .filter(user_groups::group_id.eq(group))
        .select(user_groups::user_id);
    let rows = users::table
        .filter(users::realm_id.eq(&cx.realm.id))
        .filter(users::id.eq_any(ids))
        .order(users::username.asc())
        .offset(first)
        .limit(max)
        .load::<Row>(cx.db.conn()?)?;
    rows.into_iter().map(Row::into_user).collect()
}

/// The groups a user is in.
pub fn groups(cx: &mut Cx<'_>, id: &UserId) -> Result<Vec<GroupId>> {
    let mine = user_groups::table
        .filter(user_groups::realm_id.eq(&cx.realm.id))
        .filter(user_groups::user_id.eq(id))
        .select(user_groups::group_id);
    Ok(mine.load(cx.db.conn()?)?)
}

/// Puts a user into a group.
pub fn join(cx: &mut Cx<'_>, id: &UserId, group: &GroupId) -> Result<()> {
    let insert = diesel::insert_into(user_groups::table).values((
        user_groups::user_id.eq(id),
        user_groups::group_id.eq(group),
        user_groups::realm_id.eq(&cx.realm.id),
    ));
    Unless(insert, "").execute(cx.db.conn()?)?;
    roles_changed(cx, id)?;
    Ok(())
}

/// Takes a user out of a group.
pub fn leave(cx: &mut Cx<'_>, id: &UserId, group: &GroupId) -> Result<()> {
    let mine = user_groups::table
        .filter(user_groups::realm_id.eq(&cx.realm.id))
        .filter(user_groups::user_id.eq(id))
        .filter(user_groups::group_id.eq(group));
    diesel::delete(mine).execute(cx.db.conn()?)?;
    roles_changed(cx, id)?;
    Ok(())
}

/// Answers about tokens hold everybody's roles; the snapshot holds those of service accounts alone.
fn roles_changed(cx: &mut Cx<'_>, id: &UserId) -> Result<()> {
    cx.people_changed();
    let mine = users::table
        .filter(users::realm_id.eq(&cx.realm.id))
        .filter(users::id.eq(id))
        .select(users::service_account_client);
    let found: Option<Option<ClientUuid>> = mine.first(cx.db.conn()?).optional()?;
    if found.flatten().is_some() {
        cx.settings_changed();
    }
    Ok(())
}
