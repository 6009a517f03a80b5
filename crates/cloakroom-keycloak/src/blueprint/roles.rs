//! The roles of a new realm and of its own clients, and what they are composed of.

use std::collections::{BTreeMap, HashMap};

use cloakroom_model::id::{ClientUuid, RoleId};
use cloakroom_model::role::{self, Role};
use cloakroom_model::{Cx, Fault, Result};

/// The roles of a container by name.
pub(crate) type Ids = HashMap<&'static str, RoleId>;

/// A role: its name, the key of its description, and the roles of its container inside it.
type RolePlan = (&'static str, &'static str, &'static [&'static str]);

/// Stores the realm's own roles; the default role has the id that the settings name.
pub(crate) fn insert_of_realm(cx: &mut Cx<'_>, default_role: &RoleId) -> Result<Ids> {
    let container = cx.realm.id.as_str().to_owned();
    let ids = insert(cx, &container, false, REALM)?;
    let role = Role {
        id: default_role.clone(),
        container_id: container,
        client_role: false,
        name: super::default_role_name(&cx.realm.name),
        description: Some(super::DEFAULT_ROLE_DESCRIPTION.to_owned()),
        attributes: BTreeMap::new(),
    };
    role::insert(cx, &role)?;
    for id in ids.values() {
        role::add_composite(cx, default_role, id)?;
    }
    Ok(ids)
}

/// Stores the roles of the client `account`.
pub(crate) fn insert_of_account(
    cx: &mut Cx<'_>,
    client: &ClientUuid,
    default_role: &RoleId,
) -> Result<Ids> {
    let ids = insert(cx, client.as_str(), true, ACCOUNT)?;
    for name in ["view-profile", "manage-account"] {
        role::add_composite(cx, default_role, known(&ids, name)?)?;
    }
    Ok(ids)
}

/// Stores the role of the client `broker`.
pub(crate) fn insert_of_broker(cx: &mut Cx<'_>, client: &ClientUuid) -> Result<()> {
    insert(
        cx,
        client.as_str(),
        true,
        &[("read-token", "${role_read-token}", &[])],
    )
    .map(drop)
}

/// Stores the realm's own roles that are not there yet, without their place in the default role.
pub(crate) fn ensure_of_realm(cx: &mut Cx<'_>) -> Result<Ids> {
    let container = cx.realm.id.as_str().to_owned();
    let mut added = ensure(cx, &container, false, REALM)?;
    if cx.realm.name == super::MASTER {
        added.extend(ensure(cx, &container, false, MASTER)?);
    }
    Ok(added)
}

/// Stores the roles that manage a realm that are not there yet, and says which these were.
pub(crate) fn ensure_management(cx: &mut Cx<'_>, client: &ClientUuid) -> Result<Ids> {
    ensure(cx, client.as_str(), true, MANAGEMENT)
}

/// Puts the roles that were `added` inside `realm-admin`; makes it, with every role that manages the
/// realm inside, if it is not there.
pub(crate) fn ensure_realm_admin(cx: &mut Cx<'_>, client: &ClientUuid, added: &Ids) -> Result<()> {
    if let Some(all) = role::find_named(cx, client.as_str(), "realm-admin")? {
        for role in added.values() {
            role::add_composite(cx, &all.id, role)?;
        }
        return Ok(());
    }
    let mut ids = Ids::new();
    for &(name, ..) in MANAGEMENT {
        if let Some(role) = role::find_named(cx, client.as_str(), name)? {
            ids.insert(name, role.id);
        }
    }
    insert_realm_admin(cx, client, &ids)
}

/// Stores the roles of the client `account` that are not there yet.
pub(crate) fn ensure_account(cx: &mut Cx<'_>, client: &ClientUuid) -> Result<Ids> {
    ensure(cx, client.as_str(), true, ACCOUNT)
}

/// Stores those of the roles that are not there yet, with what is inside them.
fn ensure(
    cx: &mut Cx<'_>,
    container: &str,
    client_role: bool,
    plans: &'static [RolePlan],
) -> Result<Ids> {
    let mut added = Ids::new();
    for plan in plans {
        if role::find_named(cx, container, plan.0)?.is_none() {
            let alone: &[RolePlan] = &[(plan.0, plan.1, &[])];
            added.extend(insert(cx, container, client_role, alone)?);
        }
    }
    for (name, id) in &added {
        let plan = plans.iter().find(|plan| plan.0 == *name);
        for child in plan.iter().flat_map(|plan| plan.2) {
            if let Some(child) = role::find_named(cx, container, child)? {
                role::add_composite(cx, id, &child.id)?;
            }
        }
    }
    Ok(added)
}

/// Stores the roles that manage a realm, on `realm-management` or on the master's client for it.
pub(crate) fn insert_of_management(cx: &mut Cx<'_>, client: &ClientUuid) -> Result<Ids> {
    insert(cx, client.as_str(), true, MANAGEMENT)
}

/// Stores `realm-admin`, which has every other role of `realm-management` inside it.
pub(crate) fn insert_realm_admin(cx: &mut Cx<'_>, client: &ClientUuid, all: &Ids) -> Result<()> {
    let plan: &[RolePlan] = &[("realm-admin", "${role_realm-admin}", &[])];
    let ids = insert(cx, client.as_str(), true, plan)?;
    for id in all.values() {
        role::add_composite(cx, known(&ids, "realm-admin")?, id)?;
    }
    Ok(())
}

/// Stores `admin` and `create-realm`, which only the realm `master` has.
pub(crate) fn insert_of_master(cx: &mut Cx<'_>) -> Result<()> {
    let container = cx.realm.id.as_str().to_owned();
    insert(cx, &container, false, MASTER).map(drop)
}

/// The role with this name among those just stored.
pub(crate) fn known<'a>(ids: &'a Ids, name: &str) -> Result<&'a RoleId> {
    ids.get(name)
        .ok_or_else(|| Fault::corrupt(format!("the roles name no {name}")))
}

fn insert(cx: &mut Cx<'_>, container: &str, client_role: bool, plans: &[RolePlan]) -> Result<Ids> {
    let mut ids = Ids::new();
    for &(name, description, _) in plans {
        let role = Role {
            id: RoleId::new(cx.new_id()),
            container_id: container.to_owned(),
            client_role,
            name: name.to_owned(),
            description: Some(description.to_owned()),
            attributes: BTreeMap::new(),
        };
        role::insert(cx, &role)?;
        ids.insert(name, role.id);
    }
    for &(name, _, children) in plans {
        for child in children {
            role::add_composite(cx, known(&ids, name)?, known(&ids, child)?)?;
        }
    }
    Ok(ids)
}

const REALM: &[RolePlan] = &[
    ("offline_access", "${role_offline-access}", &[]),
    ("uma_authorization", "${role_uma_authorization}", &[]),
];

const MASTER: &[RolePlan] = &[
    ("create-realm", "${role_create-realm}", &[]),
    ("admin", "${role_admin}", &["create-realm"]),
];

const ACCOUNT: &[RolePlan] = &[
    ("delete-account", "${role_delete-account}", &[]),
    (
        "manage-account",
        "${role_manage-account}",
        &["manage-account-links"],
    ),
    ("manage-account-links", "${role_manage-account-links}", &[]),
    (
        "manage-consent",
        "${role_manage-consent}",
        &["view-consent"],
    ),
    ("view-applications", "${role_view-applications}", &[]),
    ("view-consent", "${role_view-consent}", &[]),
    ("view-groups", "${role_view-groups}", &[]),
    ("view-profile", "${role_view-profile}", &[]),
];

const MANAGEMENT: &[RolePlan] = &[
    ("create-client", "${role_create-client}", &[]),
    ("impersonation", "${role_impersonation}", &[]),
    ("manage-authorization", "${role_manage-authorization}", &[]),
    ("manage-clients", "${role_manage-clients}", &[]),
    ("manage-events", "${role_manage-events}", &[]),
    (
        "manage-identity-providers",
        "${role_manage-identity-providers}",
        &[],
    ),
    ("manage-organizations", "${role_manage-organizations}", &[]),
    ("manage-realm", "${role_manage-realm}", &[]),
    ("manage-users", "${role_manage-users}", &[]),
    ("query-clients", "${role_query-clients}", &[]),
    ("query-groups", "${role_query-groups}", &[]),
    ("query-organizations", "${role_query-organizations}", &[]),
    ("query-realms", "${role_query-realms}", &[]),
    ("query-users", "${role_query-users}", &[]),
    ("view-authorization", "${role_view-authorization}", &[]),
    ("view-clients", "${role_view-clients}", &["query-clients"]),
    ("view-events", "${role_view-events}", &[]),
    (
        "view-identity-providers",
        "${role_view-identity-providers}",
        &[],
    ),
    (
        "view-organizations",
        "${role_view-organizations}",
        &["query-organizations"],
    ),
    ("view-realm", "${role_view-realm}", &[]),
    (
        "view-users",
        "${role_view-users}",
        &["query-groups", "query-users"],
    ),
];
