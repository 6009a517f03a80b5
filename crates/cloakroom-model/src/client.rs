//! Clients: applications that ask for tokens, with their settings and secrets.

mod kind;
mod query;

use std::collections::BTreeMap;
use std::sync::Arc;

use diesel::dsl;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::cx::Cx;
use crate::id::{ClientUuid, RealmId, RoleId, ScopeId};
use crate::mapper::{self, Mapper};
use crate::schema::clients;
use crate::scope::{self, Links};
use crate::secret::{Digest, Sealed, Secret};
use crate::sql::Unless;
use crate::time::Timestamp;
use crate::workflow::trigger;
use crate::{Fault, Result, hidden, realm, role};

pub use kind::Kind;
pub use query::{Access, Query, find_ids, find_names, list, list_bound, visit};

/// A client with all that the protocol asks of it.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its id, by which other rows know it.
    pub id: ClientUuid,
    /// The name it gives itself in the protocol, which the operator chose.
    pub client_id: String,
    /// The client may be used.
    pub enabled: bool,
    /// Everything else.
    pub settings: Settings,
    /// What its secret is compared with; `None` if it has none.
    pub secret: Option<Digest>,
    /// The secret itself, sealed, for HMAC client assertions and for its administrator.
    pub sealed_secret: Option<Sealed>,
    /// Scopes that every request gets.
    pub default_scopes: Vec<ScopeId>,
    /// Scopes that a request may ask for.
    pub optional_scopes: Vec<ScopeId>,
    /// Its own mappers.
    pub mappers: Vec<Mapper>,
    /// The roles it may put into tokens, where it has not the full scope.
    pub scope_mappings: Vec<RoleId>,
    /// When it was made; `None` if that was before this was written down.
    pub created_at: Option<Timestamp>,
    /// When its own row was last changed; `None` if that was before this was written down.
    pub updated_at: Option<Timestamp>,
}

/// A client's settings, stored in Keycloak's field names; what no rule reads is kept as it came.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the names are Keycloak's own")]
pub struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    pub surrogate_auth_required: bool,
    pub always_display_in_console: bool,
    pub client_authenticator_type: String,
    pub redirect_uris: Vec<String>,
    pub web_origins: Vec<String>,
    pub not_before: i64,
    pub bearer_only: bool,
    pub consent_required: bool,
    pub standard_flow_enabled: bool,
    pub implicit_flow_enabled: bool,
    pub direct_access_grants_enabled: bool,
    pub service_accounts_enabled: bool,
    pub public_client: bool,
    pub frontchannel_logout: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    pub full_scope_allowed: bool,
    pub attributes: BTreeMap<String, String>,
    /// What no rule reads yet, in Keycloak's words.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Settings {
    /// An attribute's value, if it is set and not empty.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// An attribute that is a switch.
    pub fn has(&self, name: &str) -> bool {
        self.attribute(name) == Some("true")
    }
}

/// The client with this `client_id`, from the realm's snapshot if it is there.
pub fn find(cx: &mut Cx<'_>, client_id: &str) -> Result<Option<Arc<Client>>> {
    if let Some(known) = cx.realm.memory.client(client_id) {
        return Ok(Some(known));
    }
    let row = mine(cx)
        .filter(clients::client_id.eq(client_id))
        .get_result::<Row>(cx.db.conn()?);
    remember(cx, row.optional()?)
}

/// The client with this id, from the realm's snapshot if it is there.
pub fn find_by_id(cx: &mut Cx<'_>, id: &ClientUuid) -> Result<Option<Arc<Client>>> {
    if let Some(known) = cx.realm.memory.client_by_id(id) {
        return Ok(Some(known));
    }
    let row = mine(cx)
        .filter(clients::id.eq(id))
        .get_result::<Row>(cx.db.conn()?);
    remember(cx, row.optional()?)
}

/// The client with this id as it stands in this transaction, past the snapshot.
pub fn load(cx: &mut Cx<'_>, id: &ClientUuid) -> Result<Option<Client>> {
    let row = mine(cx)
        .filter(clients::id.eq(id))
        .get_result::<Row>(cx.db.conn()?)
        .optional()?;
    row.map(|row| assemble(cx, row)).transpose()
}

/// The id of the client with this `client_id`, as it stands in this transaction.
pub fn find_id(cx: &mut Cx<'_>, client_id: &str) -> Result<Option<ClientUuid>> {
    let mine = mine(cx)
        .filter(clients::client_id.eq(client_id))
        .select(clients::id);
    Ok(mine.get_result(cx.db.conn()?).optional()?)
}

/// What is stored of a new or changed client.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its id.
    pub id: ClientUuid,
    /// The name it gives itself in the protocol.
    pub client_id: String,
    /// The client may be used.
    pub enabled: bool,
    /// Everything else.
    pub settings: Settings,
    /// Its secret, if it has one.
    pub secret: Option<Secret>,
}

/// Stores a new client; false if its id or `client_id` is taken.
pub fn insert(cx: &mut Cx<'_>, draft: &Draft) -> Result<bool> {
    if realm::is_owner(&mut cx.db, draft.id.as_str())? {
        return Ok(false);
    }
    let secret = seal(cx, &draft.id, draft.secret.as_ref())?;
    let (settings, hidden) = hide(cx, draft)?;
    let insert = diesel::insert_into(clients::table).values((
        clients::id.eq(&draft.id),
        clients::realm_id.eq(&cx.realm.id),
        clients::client_id.eq(&draft.client_id),
        clients::enabled.eq(draft.enabled),
        clients::settings.eq(settings),
        clients::kind.eq(Kind::of(&draft.settings).name()),
        clients::secret.eq(secret),
        clients::secret_attributes.eq(hidden),
        clients::created_at.eq(cx.now),
        clients::updated_at.eq(cx.now),
    ));
    let is_new = Unless(insert, "").execute(cx.db.conn()?)? == 1;
    if is_new {
        trigger::client_created(cx, &draft.id)?;
    }
    cx.settings_changed();
    Ok(is_new)
}

/// Replaces a client's own row; false if it is gone. Its `client_id` must be free.
pub fn update(cx: &mut Cx<'_>, draft: &Draft) -> Result<bool> {
    let secret = seal(cx, &draft.id, draft.secret.as_ref())?;
    let (settings, hidden) = hide(cx, draft)?;
    let mine = clients::table
        .filter(clients::realm_id.eq(&cx.realm.id))
        .filter(clients::id.eq(&draft.id));
    let changed = diesel::update(mine)
        .set((
            clients::client_id.eq(&draft.client_id),
            clients::enabled.eq(draft.enabled),
            clients::settings.eq(settings),
            clients::kind.eq(Kind::of(&draft.settings).name()),
            clients::secret.eq(secret),
            clients::secret_attributes.eq(hidden),
            clients::updated_at.eq(cx.now),
        ))
        .execute(cx.db.conn()?)?;
    cx.settings_changed();
    cx.people_changed();
    Ok(changed == 1)
}

/// Says which registration access token of a client counts from now on, by its `jti`.
pub fn set_registration_token(cx: &mut Cx<'_>, id: &ClientUuid, jti: &str) -> Result<()> {
    let mine = clients::table
        .filter(clients::realm_id.eq(&cx.realm.id))
        .filter(clients::id.eq(id));
    diesel::update(mine)
        .set(clients::registration_token.eq(jti))
        .execute(cx.db.conn()?)?;
    Ok(())
}

/// The `jti` of the one registration access token of a client that counts; `None` if it has none.
pub fn registration_token(cx: &mut Cx<'_>, id: &ClientUuid) -> Result<Option<String>> {
    let mine = mine(cx)
        .filter(clients::id.eq(id))
        .select(clients::registration_token);
    let found: Option<Option<String>> = mine.get_result(cx.db.conn()?).optional()?;
    Ok(found.flatten())
}

/// How many clients the realm has.
pub fn count(cx: &mut Cx<'_>) -> Result<i64> {
    Ok(mine(cx).count().get_result(cx.db.conn()?)?)
}

/// Removes a client with its roles, mappers and links; false if it is gone.
pub fn remove(cx: &mut Cx<'_>, id: &ClientUuid) -> Result<bool> {
    role::remove_of_container(cx, id.as_str())?;
    mapper::remove_of_owner(cx, id.as_str())?;
    scope::unlink_owner(cx, id.as_str())?;
    crate::user::remove_service_account(cx, id)?;
    let mine = clients::table
        .filter(clients::realm_id.eq(&cx.realm.id))
        .filter(clients::id.eq(id));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.settings_changed();
    cx.people_changed();
    Ok(removed == 1)
}

/// The client's secret in the clear, for its administrator and for HMAC assertions.
pub fn reveal_secret(cx: &Cx<'_>, client: &Client) -> Result<Option<Secret>> {
    let open = |sealed| cx.vault.open_text(&place(&client.id), sealed);
    client.sealed_secret.as_ref().map(open).transpose()
}

fn place(id: &ClientUuid) -> String {
    format!("clients/{id}/secret")
}

fn seal(cx: &mut Cx<'_>, id: &ClientUuid, secret: Option<&Secret>) -> Result<Option<Sealed>> {
    let Some(secret) = secret else {
        return Ok(None);
    };
    cx.vault
        .seal(cx.rng, &place(id), secret.expose().as_bytes())
        .map(Some)
}

/// The settings as they are stored: in the clear, and the secret ones among the attributes sealed.
fn hide(cx: &mut Cx<'_>, draft: &Draft) -> Result<(String, Option<Sealed>)> {
    let place = attributes_place(&draft.id);
    let attributes = &draft.settings.attributes;
    let (shown, sealed) = hidden::hide(cx, &place, attributes, is_secret_attribute)?;
    let settings = Settings {
        attributes: shown,
        ..draft.settings.clone()
    };
    Ok((serde_json::to_string(&settings)?, sealed))
}

/// An attribute of a client that is a secret of it.
pub fn is_secret_attribute(name: &str) -> bool {
    name.ends_with(".private.key") || name == "client.secret.rotated"
}

fn attributes_place(id: &ClientUuid) -> String {
    format!("clients/{id}/attributes")
}

type Mine<'a> = dsl::Filter<clients::table, dsl::Eq<clients::realm_id, &'a RealmId>>;

fn mine<'a>(cx: &Cx<'a>) -> Mine<'a> {
    clients::table.filter(clients::realm_id.eq(&cx.realm.id))
}

fn remember(cx: &mut Cx<'_>, row: Option<Row>) -> Result<Option<Arc<Client>>> {
    let Some(row) = row else { return Ok(None) };
    let client = Arc::new(assemble(cx, row)?);
    // A unit of work that changes settings sees its own rows, which are not committed yet.
    if cx.changes.settings.is_empty() {
        cx.realm.memory.remember_client(&client);
    }
    Ok(Some(client))
}

fn assemble(cx: &mut Cx<'_>, row: Row) -> Result<Client> {
    let mut links = scope::links(cx, row.id.as_str())?;
    let mut one = assemble_all(cx, &[row], |_| std::mem::take(&mut links))?;
    one.pop()
        .ok_or_else(|| Fault::corrupt("a row makes a client"))
}

fn assemble_all(
    cx: &mut Cx<'_>,
    rows: &[Row],
    mut links: impl FnMut(&str) -> Links,
) -> Result<Vec<Client>> {
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let mut mappers = mapper::list_of_owners(cx, &ids)?;
    let mut mappings = role::scope_mappings_of_all(cx, &ids)?;
    let mut clients = Vec::with_capacity(rows.len());
    for row in rows {
        let id = row.id.as_str();
        let secret = match &row.secret {
            Some(sealed) => Some(cx.vault.open_text(&place(&row.id), sealed)?.digest()),
            None => None,
        };
        let (default_scopes, optional_scopes) = links(id);
        let mut settings: Settings = serde_json::from_str(&row.settings)?;
        if let Some(sealed) = &row.secret_attributes {
            let place = attributes_place(&row.id);
            hidden::reveal(cx, &place, sealed, &mut settings.attributes)?;
        }
        clients.push(Client {
            settings,
            secret,
            sealed_secret: row.secret.clone(),
            default_scopes,
            optional_scopes,
            mappers: mappers.remove(id).unwrap_or_default(),
            scope_mappings: mappings.remove(id).unwrap_or_default(),
            id: row.id.clone(),
            client_id: row.client_id.clone(),
            enabled: row.enabled,
            created_at: row.created_at,
            updated_at: row.updated_at,
        });
    }
    Ok(clients)
}

#[derive(Queryable)]
struct Row {
    id: ClientUuid,
    _realm: RealmId,
    client_id: String,
    enabled: bool,
    settings: String,
    secret: Option<Sealed>,
    _registration_token: Option<String>,
    secret_attributes: Option<Sealed>,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    _kind: Option<String>,
}
