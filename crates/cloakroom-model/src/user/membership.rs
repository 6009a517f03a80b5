//! Membership: the roles of users, and the groups they are in.

use std::collections::BTreeSet;
use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::{Given, User, fold};
use crate::cx::Cx;
use crate::id::{GroupId, RoleId, UserId};
use crate::pairs::{user_groups as groups_of, user_roles as roles_of};
use crate::schema::{user_groups, user_roles, users};
use crate::sql::fixed;
use crate::workflow::trigger;
use crate::{Result, role};

/// The roles given to a user directly.
pub fn direct_roles(cx: &mut Cx<'_>, id: &UserId) -> Result<Vec<RoleId>> {
    roles_of::list(cx, id)
}

/// All roles of a user: its own, those of its groups and their parents, composites expanded.
pub fn effective_roles(cx: &mut Cx<'_>, id: &UserId) -> Result<BTreeSet<RoleId>> {
    let all = given_roles(cx, id)?;
    Ok(role::graph(cx)?.expand(all))
}

/// The same of what is known to be given to a user.
pub fn expand(cx: &mut Cx<'_>, given: Given) -> Result<BTreeSet<RoleId>> {
    let all = given.roles(cx)?;
    Ok(role::graph(cx)?.expand(all))
}

/// The same, shared with whoever has the same roles directly.
pub fn shared_roles(cx: &mut Cx<'_>, id: &UserId) -> Result<Arc<BTreeSet<RoleId>>> {
    let all = given_roles(cx, id)?;
    Ok(role::graph(cx)?.expand_shared(all))
}

/// The roles that a user has by itself or by its groups, before composites are expanded.
fn given_roles(cx: &mut Cx<'_>, id: &UserId) -> Result<Vec<RoleId>> {
    let roles = user_roles::table
        .filter(user_roles::realm_id.eq(&cx.realm.id))
        .filter(user_roles::user_id.eq(id))
        .select((user_roles::role_id, true.into_sql::<Bool>()));
    let groups = user_groups::table
        .filter(user_groups::realm_id.eq(&cx.realm.id))
        .filter(user_groups::user_id.eq(id))
        .select((user_groups::group_id, false.into_sql::<Bool>()));
    let both = roles.union_all(groups);
    let (mut given, mut joined) = (Vec::new(), Vec::new());
    for (id, is_role) in fixed!(cx.db.conn()?, both, load::<(String, bool)>)? {
        match is_role {
            true => given.push(RoleId::new(id)),
            false => joined.push(GroupId::new(id)),
        }
    }
    Given::new(given, joined).roles(cx)
}

/// Gives a user a role.
pub fn grant_role(cx: &mut Cx<'_>, id: &UserId, role: &RoleId) -> Result<()> {
    let Some((username, is_service)) = name_of(cx, id)? else {
        return Ok(());
    };
    let is_new = roles_of::add_named(cx, id, role, &username)?;
    if is_new && !is_service {
        trigger::role_changed(cx, id, role, true)?;
    }
    roles_changed(cx, is_service);
    Ok(())
}

/// Gives a user whose row is known several roles and groups at once.
pub fn enrol(cx: &mut Cx<'_>, user: &User, roles: &[RoleId], groups: &[GroupId]) -> Result<()> {
    let username = fold(&user.username);
    let is_service = user.service_account_client.is_some();
    for role in roles {
        let is_new = roles_of::add_named(cx, &user.id, role, &username)?;
        if is_new && !is_service {
            trigger::role_changed(cx, &user.id, role, true)?;
        }
    }
    for group in groups {
        let is_new = groups_of::add_named(cx, &user.id, group, &username)?;
        if is_new && !is_service {
            trigger::membership_changed(cx, &user.id, group, true)?;
        }
    }
    roles_changed(cx, is_service);
    Ok(())
}

/// Takes a role from a user.
pub fn revoke_role(cx: &mut Cx<'_>, id: &UserId, role: &RoleId) -> Result<()> {
    let was_there = roles_of::remove(cx, id, role)?;
    let found = name_of(cx, id)?;
    if was_there && matches!(found, Some((_, false))) {
        trigger::role_changed(cx, id, role, false)?;
    }
    roles_changed(cx, found.is_some_and(|(_, is_service)| is_service));
    Ok(())
}

/// The groups a user is in.
pub fn groups(cx: &mut Cx<'_>, id: &UserId) -> Result<Vec<GroupId>> {
    groups_of::list(cx, id)
}

/// Puts a user into a group.
pub fn join(cx: &mut Cx<'_>, id: &UserId, group: &GroupId) -> Result<()> {
    let Some((username, is_service)) = name_of(cx, id)? else {
        return Ok(());
    };
    let is_new = groups_of::add_named(cx, id, group, &username)?;
    if is_new && !is_service {
        trigger::membership_changed(cx, id, group, true)?;
    }
    roles_changed(cx, is_service);
    Ok(())
}

/// Takes a user out of a group.
pub fn leave(cx: &mut Cx<'_>, id: &UserId, group: &GroupId) -> Result<()> {
    let was_there = groups_of::remove(cx, id, group)?;
    let found = name_of(cx, id)?;
    if was_there && matches!(found, Some((_, false))) {
        trigger::membership_changed(cx, id, group, false)?;
    }
    roles_changed(cx, found.is_some_and(|(_, is_service)| is_service));
    Ok(())
}

/// Puts a user's new name where lists are in its order.
pub(super) fn renamed(cx: &mut Cx<'_>, id: &UserId, username: &str) -> Result<()> {
    let roles = user_roles::table
        .filter(user_roles::realm_id.eq(&cx.realm.id))
        .filter(user_roles::user_id.eq(id));
    let roles = diesel::update(roles).set(user_roles::username.eq(username));
    roles.execute(cx.db.conn()?)?;
    let groups = user_groups::table
        .filter(user_groups::realm_id.eq(&cx.realm.id))
        .filter(user_groups::user_id.eq(id));
    let groups = diesel::update(groups).set(user_groups::username.eq(username));
    groups.execute(cx.db.conn()?)?;
    Ok(())
}

/// The username, and whether it is that of a service account; `None` if there is no such user.
fn name_of(cx: &mut Cx<'_>, id: &UserId) -> Result<Option<(String, bool)>> {
    let mine = users::table
        .filter(users::realm_id.eq(&cx.realm.id))
        .filter(users::id.eq(id))
        .select((users::username, users::service_account_client.is_not_null()));
    Ok(mine.get_result(cx.db.conn()?).optional()?)
}

/// Answers about tokens hold everybody's roles; the snapshot holds those of service accounts alone.
fn roles_changed(cx: &mut Cx<'_>, is_service: bool) {
    cx.people_changed();
    if is_service {
        cx.settings_changed();
    }
}
