//! Whether anybody has a role: a person or a service account who may come in, and who has it by themselves, by a group, or inside another role.

use diesel::prelude::*;

use crate::client::Settings;
use crate::conn::MultiBackend;
use crate::cx::Cx;
use crate::id::{ClientUuid, GroupId, RealmId, RoleId, UserId};
use crate::realm::MASTER;
use crate::schema::{clients, group_roles, user_groups, user_roles, users};
use crate::{Result, group, role};

/// Tells whether somebody who may come in has the role, however they come to it.
///
/// A person may come in whose account is enabled, and a service account whose client is enabled too, proves itself and gets tokens of its
/// own with all roles. Whoever `besides` names does not count.
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
    is_any(cx, move || {
        let members = user_groups::table
            .filter(user_groups::realm_id.eq(&realm.id))
            .filter(user_groups::group_id.eq_any(groups.clone()))
            .select(user_groups::user_id);
        enabled(&realm.id, besides).filter(users::id.eq_any(members))
    })
}

/// The role with every right there is, which the realm `master` alone has.
pub fn administering_role(cx: &mut Cx<'_>) -> Result<Option<RoleId>> {
    if cx.realm.name != MASTER {
        return Ok(None);
    }
    let realm = cx.realm.id.as_str().to_owned();
    Ok(role::find_named(cx, &realm, "admin")?.map(|role| role.id))
}

/// Tells whether nobody would administer all realms any more without this user.
pub fn is_last_administrator(cx: &mut Cx<'_>, id: &UserId) -> Result<bool> {
    let Some(role) = administering_role(cx)? else {
        return Ok(false);
    };
    Ok(!is_held(cx, &role, Some(id))? && is_held(cx, &role, None)?)
}

fn has_holder(cx: &mut Cx<'_>, roles: &[RoleId], besides: Option<&UserId>) -> Result<bool> {
    let realm = cx.realm;
    is_any(cx, move || {
        let holders = user_roles::table
            .filter(user_roles::realm_id.eq(&realm.id))
            .filter(user_roles::role_id.eq_any(roles.to_vec()))
            .select(user_roles::user_id);
        enabled(&realm.id, besides).filter(users::id.eq_any(holders))
    })
}

type Accounts<'a> = users::BoxedQuery<'a, MultiBackend>;

/// Accounts that are not switched off.
fn enabled<'a>(realm: &'a RealmId, besides: Option<&UserId>) -> Accounts<'a> {
    let all = users::table
        .filter(users::realm_id.eq(realm))
        .filter(users::enabled.eq(true))
        .into_boxed();
    match besides {
        Some(besides) => all.filter(users::id.ne(besides.clone())),
        None => all,
    }
}

/// Tells whether a person is among these accounts, or else a service account that can be used.
fn is_any<'a>(cx: &mut Cx<'_>, found: impl Fn() -> Accounts<'a>) -> Result<bool> {
    let person = found()
        .filter(users::service_account_client.is_null())
        .select(users::id)
        .limit(1);
    let person: Option<UserId> = person.get_result(cx.db.conn()?).optional()?;
    if person.is_some() {
        return Ok(true);
    }
    let owners = found()
        .filter(users::service_account_client.is_not_null())
        .select(users::service_account_client);
    let owners: Vec<Option<ClientUuid>> = owners.load(cx.db.conn()?)?;
    let owners: Vec<ClientUuid> = owners.into_iter().flatten().collect();
    if owners.is_empty() {
        return Ok(false);
    }
    let kept = clients::table
        .filter(clients::realm_id.eq(&cx.realm.id))
        .filter(clients::id.eq_any(owners))
        .filter(clients::enabled.eq(true))
        .select(clients::settings);
    let kept: Vec<String> = kept.load(cx.db.conn()?)?;
    for settings in kept {
        let settings: Settings = serde_json::from_str(&settings)?;
        let proves_itself = !settings.public_client && !settings.bearer_only;
        // Without the full scope, the role may be missing from its tokens.
        if proves_itself && settings.service_accounts_enabled && settings.full_scope_allowed {
            return Ok(true);
        }
    }
    Ok(false)
}
