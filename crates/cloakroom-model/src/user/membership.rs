//! Membership: the roles of users, the groups they are in, and who has the one or is in the other.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::User;
use super::search::{everybody, page};
use crate::cx::Cx;
use crate::id::{ClientUuid, GroupId, RoleId, UserId};
use crate::pairs::{user_groups as groups_of, user_roles as roles_of};
use crate::schema::{user_groups, user_roles, users};
use crate::{Result, group, role};

/// The roles given to a user directly.
pub fn direct_roles(cx: &mut Cx<'_>, id: &UserId) -> Result<Vec<RoleId>> {
    roles_of::list(cx, id)
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
    roles_of::add(cx, id, role)?;
    roles_changed(cx, id)
}

/// Takes a role from a user.
pub fn revoke_role(cx: &mut Cx<'_>, id: &UserId, role: &RoleId) -> Result<()> {
    roles_of::remove(cx, id, role)?;
    roles_changed(cx, id)
}

/// The groups a user is in.
pub fn groups(cx: &mut Cx<'_>, id: &UserId) -> Result<Vec<GroupId>> {
    groups_of::list(cx, id)
}

/// Puts a user into a group.
pub fn join(cx: &mut Cx<'_>, id: &UserId, group: &GroupId) -> Result<()> {
    groups_of::add(cx, id, group)?;
    roles_changed(cx, id)
}

/// Takes a user out of a group.
pub fn leave(cx: &mut Cx<'_>, id: &UserId, group: &GroupId) -> Result<()> {
    groups_of::remove(cx, id, group)?;
    roles_changed(cx, id)
}

/// People with a role given directly, by username.
pub fn list_with_role(cx: &mut Cx<'_>, role: &RoleId, first: i64, max: i64) -> Result<Vec<User>> {
    let ids = user_roles::table
        .filter(user_roles::realm_id.eq(&cx.realm.id))
        .filter(user_roles::role_id.eq(role))
        .select(user_roles::user_id);
    let people = everybody(&cx.realm.id).filter(users::id.eq_any(ids));
    page(cx, people, first, max)
}

/// People in a group, by username.
pub fn list_in_group(cx: &mut Cx<'_>, group: &GroupId, first: i64, max: i64) -> Result<Vec<User>> {
    let ids = user_groups::table
        .filter(user_groups::realm_id.eq(&cx.realm.id))
        .filter(user_groups::group_id.eq(group))
        .select(user_groups::user_id);
    let people = everybody(&cx.realm.id).filter(users::id.eq_any(ids));
    page(cx, people, first, max)
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
