//! Whether anybody has a role: a person whose account is enabled, and who has it by themselves, by a group, or inside another role.

use diesel::prelude::*;

use crate::conn::MultiBackend;
use crate::cx::Cx;
use crate::id::{GroupId, RealmId, RoleId, UserId};
use crate::schema::{group_roles, user_groups, user_roles, users};
use crate::{Result, group, role};

/// Tells whether a person whose account is enabled has the role, however they come to it.
///
/// Service accounts are nobody, and whoever `besides` names does not count.
pub fn is_held(cx: &mut Cx<'_>, id: &RoleId, besides: Option<&UserId>) -> Result<bool> {
    // Most have it by themselves, which one statement tells.
    if has_holder(cx, std::slice::from_ref(id), besides)? {
        return Ok(true);
    }
    let roles = role::with_all_above(cx, id)?;
    if roles.len() > 1 && has_holder(cx, &roles, besides)? {
        return Ok(true);
    }
    let groups: Vec<GroupId> = group_roles::table
        .filter(group_roles::realm_id.eq(&cx.realm.id))
        .filter(group_roles::role_id.eq_any(roles))
        .select(group_roles::group_id)
        .load(cx.db.conn()?)?;
    if groups.is_empty() {
        return Ok(false);
    }
    let groups = group::with_all_inside(cx, &groups)?;
    let realm = cx.realm;
    let members = user_groups::table
        .filter(user_groups::realm_id.eq(&realm.id))
        .filter(user_groups::group_id.eq_any(groups))
        .select(user_groups::user_id);
    let found = people(&realm.id, besides).filter(users::id.eq_any(members));
    is_any(cx, found)
}

fn has_holder(cx: &mut Cx<'_>, roles: &[RoleId], besides: Option<&UserId>) -> Result<bool> {
    let realm = cx.realm;
    let holders = user_roles::table
        .filter(user_roles::realm_id.eq(&realm.id))
        .filter(user_roles::role_id.eq_any(roles.to_vec()))
        .select(user_roles::user_id);
    let found = people(&realm.id, besides).filter(users::id.eq_any(holders));
    is_any(cx, found)
}

type People<'a> = users::BoxedQuery<'a, MultiBackend>;

/// People who may sign in.
fn people<'a>(realm: &'a RealmId, besides: Option<&UserId>) -> People<'a> {
    let all = users::table
        .filter(users::realm_id.eq(realm))
        .filter(users::enabled.eq(true))
        .filter(users::service_account_client.is_null())
        .into_boxed();
    match besides {
        Some(besides) => all.filter(users::id.ne(besides.clone())),
        None => all,
    }
}

fn is_any(cx: &mut Cx<'_>, found: People<'_>) -> Result<bool> {
    let first = found.select(users::id).limit(1);
    let first: Option<UserId> = first.get_result(cx.db.conn()?).optional()?;
    Ok(first.is_some())
}
