//! Client scopes: named bundles of mappers and roles, and who has them.

mod packed;

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::{RealmId, RoleId, ScopeId};
use crate::mapper::{self, Mapper};
use crate::schema::{client_scopes, scope_links};
use crate::sql::Unless;
use crate::{realm, role};

pub(crate) use packed::{Packed, packed_links};

/// A client scope with its mappers.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Its id.
    pub id: ScopeId,
    /// Its name, as in a request's `scope`.
    pub name: String,
    /// `openid-connect` or `saml`.
    pub protocol: String,
    /// What it is for.
    pub description: Option<String>,
    /// Keycloak's attributes, `include.in.token.scope` among them.
    pub attributes: BTreeMap<String, String>,
    /// What it puts into tokens.
    pub mappers: Vec<Mapper>,
    /// The roles that it lets through where a client has not the full scope.
    pub scope_mappings: Vec<RoleId>,
}

impl Scope {
    /// The scope's name appears in the `scope` of tokens and answers.
    pub fn is_in_token_scope(&self) -> bool {
        self.attributes
            .get("include.in.token.scope")
            .is_none_or(|value| value != "false")
    }

    /// The scope is shown on the consent page.
    pub fn is_on_consent_screen(&self) -> bool {
        self.attributes
            .get("display.on.consent.screen")
            .is_none_or(|value| value != "false")
    }
}

/// All client scopes of the realm with their mappers, by name.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<Scope>> {
    let rows = client_scopes::table
        .filter(client_scopes::realm_id.eq(&cx.realm.id))
        .order(client_scopes::name.asc())
        .load::<Row>(cx.db.conn()?)?;
    let mut mappers: HashMap<String, Vec<Mapper>> = HashMap::new();
    for mapper in mapper::list(cx)? {
        mappers
            .entry(mapper.owner_id.clone())
            .or_default()
            .push(mapper);
    }
    let mut mappings = role::all_scope_mappings(cx)?;
    rows.into_iter()
        .map(|row| {
            Ok(Scope {
                attributes: serde_json::from_str(&row.attributes)?,
                mappers: mappers.remove(row.id.as_str()).unwrap_or_default(),
                scope_mappings: mappings.remove(row.id.as_str()).unwrap_or_default(),
                id: row.id,
                name: row.name,
                protocol: row.protocol,
                description: row.description,
            })
        })
        .collect()
}

/// Stores a new client scope without its mappers; false if its id or name is taken.
pub fn insert(cx: &mut Cx<'_>, scope: &Scope) -> Result<bool> {
    if realm::is_owner(&mut cx.db, scope.id.as_str())? {
        return Ok(false);
    }
    let insert = diesel::insert_into(client_scopes::table).values((
        client_scopes::id.eq(&scope.id),
        client_scopes::realm_id.eq(&cx.realm.id),
        client_scopes::name.eq(&scope.name),
        client_scopes::protocol.eq(&scope.protocol),
        client_scopes::description.eq(&scope.description),
        client_scopes::attributes.eq(serde_json::to_string(&scope.attributes)?),
    ));
    let inserted = Unless(insert, "").execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(inserted == 1)
}

/// Replaces name, protocol, description and attributes; false if the scope is gone.
pub fn update(cx: &mut Cx<'_>, scope: &Scope) -> Result<bool> {
    let mine = client_scopes::table
        .filter(client_scopes::realm_id.eq(&cx.realm.id))
        .filter(client_scopes::id.eq(&scope.id));
    let changed = diesel::update(mine)
        .set((
            client_scopes::name.eq(&scope.name),
            client_scopes::protocol.eq(&scope.protocol),
            client_scopes::description.eq(&scope.description),
            client_scopes::attributes.eq(serde_json::to_string(&scope.attributes)?),
        ))
        .execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(changed == 1)
}

/// Removes a client scope with its mappers; false if it is gone.
pub fn remove(cx: &mut Cx<'_>, id: &ScopeId) -> Result<bool> {
    mapper::remove_of_owner(cx, id.as_str())?;
    role::remove_scope_mappings_of(cx, id.as_str())?;
    let mine = client_scopes::table
        .filter(client_scopes::realm_id.eq(&cx.realm.id))
        .filter(client_scopes::id.eq(id));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(removed == 1)
}

/// The default scopes of an owner, and the optional ones.
pub type Links = (Vec<ScopeId>, Vec<ScopeId>);

/// The scopes of an owner: a client, or the realm for its new clients.
pub fn links(cx: &mut Cx<'_>, owner: &str) -> Result<Links> {
    let rows: Vec<(ScopeId, bool)> = scope_links::table
        .filter(scope_links::realm_id.eq(&cx.realm.id))
        .filter(scope_links::owner_id.eq(owner))
        // The order of the key: nothing has to be sorted.
        .order(scope_links::scope_id.asc())
        .select((scope_links::scope_id, scope_links::is_default))
        .load(cx.db.conn()?)?;
    let (default, optional): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|(_, is_default)| *is_default);
    let ids = |rows: Vec<(ScopeId, bool)>| rows.into_iter().map(|(id, _)| id).collect();
    Ok((ids(default), ids(optional)))
}

/// Gives an owner a scope, by default or on request, whatever it was before.
pub fn link(cx: &mut Cx<'_>, owner: &str, scope: &ScopeId, is_default: bool) -> Result<()> {
    unlink(cx, owner, scope)?;
    diesel::insert_into(scope_links::table)
        .values((
            scope_links::owner_id.eq(owner),
            scope_links::scope_id.eq(scope),
            scope_links::realm_id.eq(&cx.realm.id),
            scope_links::is_default.eq(is_default),
        ))
        .execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(())
}

/// Takes a scope from an owner; false if it had it not.
pub fn unlink(cx: &mut Cx<'_>, owner: &str, scope: &ScopeId) -> Result<bool> {
    let mine = scope_links::table
        .filter(scope_links::realm_id.eq(&cx.realm.id))
        .filter(scope_links::owner_id.eq(owner))
        .filter(scope_links::scope_id.eq(scope));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(removed == 1)
}

/// Takes all scopes and role mappings from an owner that goes away.
pub(crate) fn unlink_owner(cx: &mut Cx<'_>, owner: &str) -> Result<()> {
    let mine = scope_links::table
        .filter(scope_links::realm_id.eq(&cx.realm.id))
        .filter(scope_links::owner_id.eq(owner));
    diesel::delete(mine).execute(cx.db.conn()?)?;
    role::remove_scope_mappings_of(cx, owner)
}

#[derive(Queryable)]
struct Row {
    id: ScopeId,
    _realm: RealmId,
    name: String,
    protocol: String,
    description: Option<String>,
    attributes: String,
}
