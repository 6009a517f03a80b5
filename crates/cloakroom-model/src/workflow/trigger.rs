//! What has happened that a workflow may begin with: a row in the same unit of work, until a node has looked at it.

use diesel::prelude::*;

use super::Resource;
use crate::cx::Cx;
use crate::event::Event;
use crate::group;
use crate::id::{ClientUuid, GroupId, RoleId, UserId};
use crate::schema::{realms, workflow_triggers as triggers};
use crate::{Result, client, role};

/// More workflows than these do not follow from one another: two of them could go on for ever.
pub const HOPS: i64 = 8;

/// Something that has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// Its id, which sorts by age.
    pub id: String,
    /// Keycloak's name of the event.
    pub kind: String,
    /// Whom it happened to.
    pub resource: Resource,
    /// The names of what it is about: a role, a group, a provider, a client.
    pub names: Vec<String>,
    /// How many workflows after one another have led to it.
    pub hops: i64,
}

/// A workflow of the realm may begin with this event.
fn is_awaited(cx: &Cx<'_>, kind: &str) -> bool {
    cx.realm.awaited.contains(kind)
}

fn insert(cx: &mut Cx<'_>, kind: &str, resource: &Resource, names: &[String]) -> Result<()> {
    let id = cx.new_ordered_id();
    let (user, client) = resource.columns();
    diesel::insert_into(triggers::table)
        .values((
            triggers::id.eq(id),
            triggers::realm_id.eq(&cx.realm.id),
            triggers::kind.eq(kind),
            triggers::user_id.eq(user),
            triggers::client_uuid.eq(client),
            triggers::detail.eq(serde_json::to_string(names)?),
            triggers::hops.eq(cx.changes.hops),
        ))
        .execute(cx.db.conn()?)?;
    Ok(())
}

/// Somebody came to be.
pub(crate) fn user_created(cx: &mut Cx<'_>, id: &UserId) -> Result<()> {
    if !is_awaited(cx, "user-created") {
        return Ok(());
    }
    insert(cx, "user-created", &Resource::User(id.clone()), &[])
}

/// A client came to be.
pub(crate) fn client_created(cx: &mut Cx<'_>, id: &ClientUuid) -> Result<()> {
    if !is_awaited(cx, "client-created") {
        return Ok(());
    }
    insert(cx, "client-created", &Resource::Client(id.clone()), &[])
}

/// Somebody was given a role, or lost it.
pub(crate) fn role_changed(
    cx: &mut Cx<'_>,
    user: &UserId,
    role: &RoleId,
    is_given: bool,
) -> Result<()> {
    let kind = match is_given {
        true => "user-role-granted",
        false => "user-role-revoked",
    };
    if !is_awaited(cx, kind) {
        return Ok(());
    }
    let Some(role) = role::find(cx, role)? else {
        return Ok(());
    };
    let mut names = vec![role.name.clone()];
    if role.client_role {
        let owner = ClientUuid::new(role.container_id.clone());
        let owner = client::find_by_id(cx, &owner)?;
        names.extend(owner.map(|owner| format!("{}/{}", owner.client_id, role.name)));
    }
    insert(cx, kind, &Resource::User(user.clone()), &names)
}

/// Somebody came into a group, or left it.
pub(crate) fn membership_changed(
    cx: &mut Cx<'_>,
    user: &UserId,
    group: &GroupId,
    is_in: bool,
) -> Result<()> {
    let kind = match is_in {
        true => "user-group-membership-added",
        false => "user-group-membership-removed",
    };
    if !is_awaited(cx, kind) {
        return Ok(());
    }
    let Some(found) = group::find(cx, group)? else {
        return Ok(());
    };
    let above = group::ancestors(cx, &found)?;
    let path = group::path(&above, group);
    insert(cx, kind, &Resource::User(user.clone()), &[path])
}

/// Somebody was linked to an identity provider, or is not any more.
pub(crate) fn link_changed(
    cx: &mut Cx<'_>,
    user: &UserId,
    provider: &str,
    is_linked: bool,
) -> Result<()> {
    let kind = match is_linked {
        true => "user-federated-identity-added",
        false => "user-federated-identity-removed",
    };
    if !is_awaited(cx, kind) {
        return Ok(());
    }
    insert(
        cx,
        kind,
        &Resource::User(user.clone()),
        &[provider.to_owned()],
    )
}

/// An event of the audit trail that is also one of a workflow: a sign-in, or a client that asks for itself.
pub(crate) fn reported(cx: &mut Cx<'_>, event: &Event) -> Result<()> {
    if event.error.is_some() {
        return Ok(());
    }
    match event.kind.as_str() {
        "LOGIN" if is_awaited(cx, "user-authenticated") => {
            let Some(user) = event.user.clone() else {
                return Ok(());
            };
            let names: Vec<String> = event.client_id.clone().into_iter().collect();
            insert(cx, "user-authenticated", &Resource::User(user), &names)
        }
        "CLIENT_LOGIN" if is_awaited(cx, "client-authenticated") => {
            let Some(named) = event.client_id.clone() else {
                return Ok(());
            };
            match client::find_id(cx, &named)? {
                Some(id) => insert(cx, "client-authenticated", &Resource::Client(id), &[named]),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// The oldest that nobody has looked at, in all realms: the name of the realm, and the id.
pub fn waiting(cx: &mut Cx<'_>, most: i64) -> Result<Vec<(String, String)>> {
    let all = triggers::table
        .inner_join(realms::table.on(realms::id.eq(triggers::realm_id)))
        .order(triggers::id.asc())
        .limit(most)
        .select((realms::name, triggers::id));
    Ok(all.load(cx.db.conn()?)?)
}

type Row = (
    String,
    String,
    Option<UserId>,
    Option<ClientUuid>,
    String,
    i64,
);

/// Takes one, which nobody else gets then; `None` if somebody else has.
pub fn take(cx: &mut Cx<'_>, id: &str) -> Result<Option<Trigger>> {
    let mine = triggers::table
        .filter(triggers::realm_id.eq(&cx.realm.id))
        .filter(triggers::id.eq(id));
    let found = mine
        .select((
            triggers::id,
            triggers::kind,
            triggers::user_id,
            triggers::client_uuid,
            triggers::detail,
            triggers::hops,
        ))
        .get_result::<Row>(cx.db.conn()?)
        .optional()?;
    let taken = diesel::delete(mine).execute(cx.db.conn()?)?;
    let Some((id, kind, user, client, detail, hops)) = found.filter(|_| taken == 1) else {
        return Ok(None);
    };
    Ok(Some(Trigger {
        id,
        kind,
        resource: Resource::of(user, client)?,
        names: serde_json::from_str(&detail)?,
        hops,
    }))
}

/// Takes one away without reading it.
pub fn discard(cx: &mut Cx<'_>, id: &str) -> Result<()> {
    let mine = triggers::table
        .filter(triggers::realm_id.eq(&cx.realm.id))
        .filter(triggers::id.eq(id));
    diesel::delete(mine).execute(cx.db.conn()?)?;
    Ok(())
}
