//! Identity providers: other servers that people may sign in with, their secrets sealed.

mod mapper;

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::conn::Conn;
use crate::cx::Cx;
use crate::id::{IdentityProviderId, RealmId};
use crate::schema::{identity_providers, realms};
use crate::secret::Sealed;
use crate::sql::Unless;

pub use mapper::{
    Mapper, insert_mapper, list_all_mappers, list_mappers, remove_mapper, update_mapper,
};

/// Settings of a kind of provider.
pub type Config = BTreeMap<String, String>;

/// An identity provider.
#[derive(Clone)]
pub struct IdentityProvider {
    /// Its id.
    pub id: IdentityProviderId,
    /// Its name, unique in the realm and part of its addresses.
    pub alias: String,
    /// The kind of provider, `oidc` for example.
    pub provider_id: String,
    /// People can sign in with it.
    pub enabled: bool,
    /// What every kind has.
    pub settings: Settings,
    /// What its kind has, as far as an administrator sees it.
    pub config: Config,
    /// What nobody sees: the client's secret.
    pub secrets: Config,
}

impl std::fmt::Debug for IdentityProvider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IdentityProvider")
            .field("alias", &self.alias)
            .field("provider_id", &self.provider_id)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// What every identity provider has, in Keycloak's field names; what was never said stays unsaid.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the names are Keycloak's own")]
pub struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_profile_first_login_mode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trust_email: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store_token: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub add_read_token_role_on_create: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticate_by_default: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_only: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hide_on_login: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_broker_login_flow_alias: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_broker_login_flow_alias: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_link: Option<OrganizationLink>,
}

/// How people who come through an identity provider belong to its organization, in Keycloak's
/// field names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OrganizationLink {
    /// They become members by signing in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_membership: Option<bool>,
    /// As what: `MANAGED` or `UNMANAGED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub membership_type: Option<String>,
}

/// A provider as the sign-in page needs it: no more than its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its alias.
    pub alias: String,
    /// The kind of provider.
    pub provider_id: String,
    /// What people call it; a message's key if it begins so.
    pub name: String,
    /// People find it on the sign-in page.
    pub is_listed: bool,
    /// The organization that it is of.
    pub organization: Option<String>,
    /// Applications may name it, to have people sent there without a question.
    pub may_ask_nothing: bool,
}

/// The providers of the realm that people may sign in with, in the order of the sign-in page.
pub fn list_shown(cx: &mut Cx<'_>) -> Result<Vec<Shown>> {
    let mine = identity_providers::table
        .filter(identity_providers::realm_id.eq(&cx.realm.id))
        .filter(identity_providers::enabled.eq(true))
        .order(identity_providers::alias.asc())
        .select((
            identity_providers::alias,
            identity_providers::provider_id,
            identity_providers::settings,
            identity_providers::config,
        ));
    let rows: Vec<(String, String, String, String)> = mine.load(cx.db.conn()?)?;
    let mut shown = Vec::new();
    for (alias, provider_id, settings, config) in rows {
        let settings: Settings = serde_json::from_str(&settings)?;
        let config: Config = serde_json::from_str(&config)?;
        if settings.link_only == Some(true) {
            continue;
        }
        let is_set = |name: &str| config.get(name).is_some_and(|value| value == "true");
        // A provider of an organization is offered to its own people, unless it is public.
        let organization = settings.organization_id.filter(|id| !id.is_empty());
        let is_private = organization.is_some() && !is_set("kc.org.broker.public");
        let name = settings.display_name.filter(|name| !name.is_empty());
        let order = config
            .get("guiOrder")
            .and_then(|text| text.trim().parse().ok());
        let one = Shown {
            name: name.unwrap_or_else(|| alias.clone()),
            is_listed: settings.hide_on_login != Some(true) && !is_private,
            may_ask_nothing: is_set("acceptsPromptNoneForwardFromClient"),
            organization,
            alias,
            provider_id,
        };
        shown.push((order.unwrap_or(i64::MAX), one));
    }
    // As in Keycloak: those with an order first, and by their aliases among each other.
    shown.sort_by_key(|(order, _)| *order);
    Ok(shown.into_iter().map(|(_, one)| one).collect())
}

/// The settings of all identity providers that are switched on, of all realms: realm, alias, settings.
pub fn list_of_all_realms(conn: &mut Conn) -> Result<Vec<(String, String, Config)>> {
    let all = identity_providers::table
        .inner_join(realms::table.on(realms::id.eq(identity_providers::realm_id)))
        .filter(identity_providers::enabled.eq(true))
        .select((
            realms::name,
            identity_providers::alias,
            identity_providers::config,
        ));
    let rows: Vec<(String, String, String)> = all.load(conn)?;
    let read = |(realm, alias, config): (String, String, String)| {
        Ok((realm, alias, serde_json::from_str(&config)?))
    };
    rows.into_iter().map(read).collect()
}

/// All identity providers of the realm by alias.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<IdentityProvider>> {
    let mine = identity_providers::table
        .filter(identity_providers::realm_id.eq(&cx.realm.id))
        .order(identity_providers::alias.asc());
    let rows = mine.load::<Row>(cx.db.conn()?)?;
    rows.into_iter().map(|row| open(cx, row)).collect()
}

/// The realm has an identity provider, be it switched on or off.
pub fn is_any(cx: &mut Cx<'_>) -> Result<bool> {
    let mine = identity_providers::table
        .filter(identity_providers::realm_id.eq(&cx.realm.id))
        .select(identity_providers::alias)
        .limit(1);
    let found = mine.get_result::<String>(cx.db.conn()?).optional()?;
    Ok(found.is_some())
}

/// The identity provider with this alias.
pub fn find(cx: &mut Cx<'_>, alias: &str) -> Result<Option<IdentityProvider>> {
    let mine = identity_providers::table
        .filter(identity_providers::realm_id.eq(&cx.realm.id))
        .filter(identity_providers::alias.eq(alias));
    let row = mine.get_result::<Row>(cx.db.conn()?).optional()?;
    row.map(|row| open(cx, row)).transpose()
}

/// Stores a new identity provider; false if its id or alias is taken.
pub fn insert(cx: &mut Cx<'_>, provider: &IdentityProvider) -> Result<bool> {
    let secrets = seal(cx, provider)?;
    let insert = diesel::insert_into(identity_providers::table).values((
        identity_providers::id.eq(&provider.id),
        identity_providers::realm_id.eq(&cx.realm.id),
        identity_providers::alias.eq(&provider.alias),
        identity_providers::provider_id.eq(&provider.provider_id),
        identity_providers::enabled.eq(provider.enabled),
        identity_providers::settings.eq(serde_json::to_string(&provider.settings)?),
        identity_providers::config.eq(serde_json::to_string(&provider.config)?),
        identity_providers::secrets.eq(secrets),
    ));
    let inserted = Unless(insert, "").execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(inserted == 1)
}

/// Replaces switch and settings of an identity provider; false if it is gone.
pub fn update(cx: &mut Cx<'_>, provider: &IdentityProvider) -> Result<bool> {
    let secrets = seal(cx, provider)?;
    let mine = identity_providers::table
        .filter(identity_providers::realm_id.eq(&cx.realm.id))
        .filter(identity_providers::id.eq(&provider.id));
    let changed = diesel::update(mine)
        .set((
            identity_providers::enabled.eq(provider.enabled),
            identity_providers::settings.eq(serde_json::to_string(&provider.settings)?),
            identity_providers::config.eq(serde_json::to_string(&provider.config)?),
            identity_providers::secrets.eq(secrets),
        ))
        .execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(changed == 1)
}

/// Removes an identity provider with its mappers; false if it is gone.
pub fn remove(cx: &mut Cx<'_>, id: &IdentityProviderId) -> Result<bool> {
    let mine = identity_providers::table
        .filter(identity_providers::realm_id.eq(&cx.realm.id))
        .filter(identity_providers::id.eq(id));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(removed == 1)
}

fn place(id: &IdentityProviderId) -> String {
    format!("identity_providers/{id}/secrets")
}

fn seal(cx: &mut Cx<'_>, provider: &IdentityProvider) -> Result<Option<Sealed>> {
    if provider.secrets.is_empty() {
        return Ok(None);
    }
    let text = zeroize::Zeroizing::new(serde_json::to_string(&provider.secrets)?);
    cx.vault
        .seal(cx.rng, &place(&provider.id), text.as_bytes())
        .map(Some)
}

fn open(cx: &Cx<'_>, row: Row) -> Result<IdentityProvider> {
    let secrets = match &row.secrets {
        Some(sealed) => serde_json::from_slice(&cx.vault.open(&place(&row.id), sealed)?)?,
        None => Config::new(),
    };
    Ok(IdentityProvider {
        settings: serde_json::from_str(&row.settings)?,
        config: serde_json::from_str(&row.config)?,
        secrets,
        id: row.id,
        alias: row.alias,
        provider_id: row.provider_id,
        enabled: row.enabled,
    })
}

#[derive(Queryable)]
struct Row {
    id: IdentityProviderId,
    _realm: RealmId,
    alias: String,
    provider_id: String,
    enabled: bool,
    settings: String,
    config: String,
    secrets: Option<Sealed>,
}
