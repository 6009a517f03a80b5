//! Realms: tenants and their settings. The only file whose queries are not scoped to one realm.

mod flowless;
pub mod frontend;
mod restored;
mod secrets;

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::conn::Conn;
use crate::cx::{Cx, Link};
use crate::id::RealmId;
use crate::key::{self, Status};
use crate::schema::{alert_rules, client_scopes, clients, components, realms, sessions};
use crate::secret::Sealed;
use crate::time::Timestamp;
use crate::{Fault, Result};

pub use flowless::{list_with_flow_gone, list_without_flow};
pub use restored::{Forgotten, forget_grants};
pub use secrets::secrets;

/// The name of the realm whose administrators manage all realms.
pub const MASTER: &str = "master";

/// Attribute: clients with the implicit flow get access tokens from the authorization endpoint, and not ID tokens alone.
pub const FRONT_CHANNEL_ACCESS: &str = "cloakroom.frontChannelAccessTokens";

/// A realm as it is stored.
#[derive(Clone, Debug)]
pub struct RealmRow {
    /// Its id, which tokens never show.
    pub id: RealmId,
    /// Its name, which is part of every URL.
    pub name: String,
    /// People can sign in.
    pub enabled: bool,
    /// Grows with each change of a setting, so that a snapshot knows its age.
    pub version: i64,
    /// Everything else.
    pub settings: Settings,
}

/// A realm's settings, stored in Keycloak's field names; what no rule reads is kept as it came.
///
/// Spans are in seconds, and 0 often means "inherit", as in Keycloak.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the names are Keycloak's own")]
pub struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name_html: Option<String>,
    pub not_before: i64,
    pub default_signature_algorithm: String,
    pub revoke_refresh_token: bool,
    pub refresh_token_max_reuse: i64,
    pub access_token_lifespan: i64,
    pub access_token_lifespan_for_implicit_flow: i64,
    pub sso_session_idle_timeout: i64,
    pub sso_session_max_lifespan: i64,
    pub sso_session_idle_timeout_remember_me: i64,
    pub sso_session_max_lifespan_remember_me: i64,
    pub offline_session_idle_timeout: i64,
    pub offline_session_max_lifespan_enabled: bool,
    pub offline_session_max_lifespan: i64,
    pub client_session_idle_timeout: i64,
    pub client_session_max_lifespan: i64,
    pub client_offline_session_idle_timeout: i64,
    pub client_offline_session_max_lifespan: i64,
    pub access_code_lifespan: i64,
    pub access_code_lifespan_login: i64,
    pub access_code_lifespan_user_action: i64,
    pub ssl_required: String,
    pub registration_allowed: bool,
    pub registration_email_as_username: bool,
    pub remember_me: bool,
    pub verify_email: bool,
    pub login_with_email_allowed: bool,
    pub duplicate_emails_allowed: bool,
    pub reset_password_allowed: bool,
    pub edit_username_allowed: bool,
    pub brute_force_protected: bool,
    pub permanent_lockout: bool,
    pub max_temporary_lockouts: i64,
    pub brute_force_strategy: String,
    pub max_failure_wait_seconds: i64,
    pub minimum_quick_login_wait_seconds: i64,
    pub wait_increment_seconds: i64,
    pub quick_login_check_milli_seconds: i64,
    pub max_delta_time_seconds: i64,
    pub failure_factor: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_policy: Option<String>,
    pub internationalization_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supported_locales: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_locale: Option<String>,
    pub events_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events_expiration: Option<i64>,
    pub enabled_event_types: Vec<String>,
    pub admin_events_enabled: bool,
    pub admin_events_details_enabled: bool,
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

    /// Access tokens may go through browsers ([`FRONT_CHANNEL_ACCESS`]).
    pub fn has_front_channel_access(&self) -> bool {
        self.attribute(FRONT_CHANNEL_ACCESS) == Some("true")
    }
}

/// The realm with this name.
pub fn find(link: &mut Link<'_>, name: &str) -> Result<Option<RealmRow>> {
    let row = realms::table
        .filter(realms::name.eq(name))
        .get_result::<Row>(link.conn()?)
        .optional()?;
    row.map(RealmRow::try_from).transpose()
}

/// The realm with this id.
pub fn find_by_id(link: &mut Link<'_>, id: &RealmId) -> Result<Option<RealmRow>> {
    let row = realms::table
        .filter(realms::id.eq(id))
        .get_result::<Row>(link.conn()?)
        .optional()?;
    row.map(RealmRow::try_from).transpose()
}

/// All realms, by name.
pub fn list(link: &mut Link<'_>) -> Result<Vec<RealmRow>> {
    let rows = realms::table
        .order(realms::name.asc())
        .load::<Row>(link.conn()?)?;
    rows.into_iter().map(RealmRow::try_from).collect()
}

/// A realm, a client or a client scope, of whichever realm, has this id.
///
/// Roles, mappers and links to scopes are found by the id of their owner, so that no two owners, in
/// whichever realms, may have one id.
pub(crate) fn is_owner(link: &mut Link<'_>, id: &str) -> Result<bool> {
    let conn = link.conn()?;
    let realms = realms::table.filter(realms::id.eq(id)).count();
    let clients = clients::table.filter(clients::id.eq(id)).count();
    let scopes = client_scopes::table
        .filter(client_scopes::id.eq(id))
        .count();
    Ok(realms.get_result::<i64>(conn)? > 0
        || clients.get_result::<i64>(conn)? > 0
        || scopes.get_result::<i64>(conn)? > 0)
}

/// The realms that say how long they keep events, of users or of administrators.
pub(crate) fn list_with_expiry(link: &mut Link<'_>) -> Result<Vec<RealmRow>> {
    // Both settings have this in their names, and all that is set stands in one text.
    let rows = realms::table
        .filter(realms::settings.like("%ventsExpiration\":%"))
        .load::<Row>(link.conn()?)?;
    rows.into_iter().map(RealmRow::try_from).collect()
}

/// The realms that have an alert rule which watches.
pub fn list_with_alerts(link: &mut Link<'_>) -> Result<Vec<RealmRow>> {
    let watching = alert_rules::table
        .filter(alert_rules::realm_id.eq(realms::id))
        .filter(alert_rules::fired_at.is_null());
    let rows = realms::table
        .filter(diesel::dsl::exists(watching))
        .load::<Row>(link.conn()?)?;
    rows.into_iter().map(RealmRow::try_from).collect()
}

/// How many sessions that are not over each realm has: its name, offline or not, number.
pub fn count_sessions(conn: &mut Conn, now: Timestamp) -> Result<Vec<(String, bool, i64)>> {
    let counts = sessions::table
        .filter(sessions::expires_at.gt(now))
        .group_by((sessions::realm_id, sessions::offline))
        .select((
            sessions::realm_id,
            sessions::offline,
            diesel::dsl::count_star(),
        ));
    let counts: Vec<(RealmId, bool, i64)> = counts.load(conn)?;
    let names = realms::table.select((realms::id, realms::name));
    let names: BTreeMap<RealmId, String> = names.load(conn)?.into_iter().collect();
    let named = counts
        .into_iter()
        .filter_map(|(id, offline, number)| Some((names.get(&id)?.clone(), offline, number)));
    Ok(named.collect())
}

/// How old the oldest active key of each kind is in each realm, in seconds: realm, kind, age.
///
/// The kind is the provider's id, `rsa-generated` for example. A key counts from when it came to this server.
pub fn key_ages(conn: &mut Conn, now: Timestamp) -> Result<BTreeMap<(String, String), i64>> {
    let keys = components::table
        .inner_join(realms::table.on(realms::id.eq(components::realm_id)))
        .filter(components::provider_type.eq(key::PROVIDER_TYPE))
        .filter(components::created_at.gt(Timestamp::from_millis(0)))
        .select((
            realms::name,
            components::provider_id,
            components::config,
            components::created_at,
        ));
    let keys: Vec<(String, String, String, Timestamp)> = keys.load(conn)?;
    let mut ages = BTreeMap::new();
    for (realm, kind, config, created_at) in keys {
        if key::status_of(&serde_json::from_str(&config)?) != Status::Active {
            continue;
        }
        let age = now.since(created_at).as_seconds().max(0);
        let oldest = ages.entry((realm, kind)).or_insert(age);
        *oldest = age.max(*oldest);
    }
    Ok(ages)
}

/// Stores a new realm; false if its id or name is taken.
pub fn insert(cx: &mut Cx<'_>, realm: &RealmRow) -> Result<bool> {
    if is_owner(&mut cx.db, realm.id.as_str())? {
        return Ok(false);
    }
    let (settings, sealed) = secrets::seal(cx, &realm.id, &realm.settings)?;
    let insert = diesel::insert_into(realms::table).values((
        realms::id.eq(&realm.id),
        realms::name.eq(&realm.name),
        realms::enabled.eq(realm.enabled),
        realms::version.eq(1),
        realms::settings.eq(serde_json::to_string(&settings)?),
        realms::secrets.eq(sealed),
    ));
    let inserted = crate::sql::Unless(insert, "").execute(cx.db.conn()?)?;
    cx.changes.settings.push(realm.id.as_str().to_owned());
    Ok(inserted == 1)
}

/// Replaces name, switch and settings of this request's realm; false if it is gone.
///
/// The new name must be free: the caller asks before.
pub fn update(cx: &mut Cx<'_>, name: &str, enabled: bool, settings: &Settings) -> Result<bool> {
    let id = cx.realm.id.clone();
    let (settings, sealed) = secrets::seal(cx, &id, settings)?;
    let text = serde_json::to_string(&settings)?;
    let changed = diesel::update(realms::table.filter(realms::id.eq(&cx.realm.id)))
        .set((
            realms::name.eq(name),
            realms::enabled.eq(enabled),
            realms::settings.eq(text),
            realms::secrets.eq(sealed),
        ))
        .execute(cx.db.conn()?)?;
    cx.settings_changed();
    cx.people_changed();
    Ok(changed == 1)
}

/// Takes the turn of administrators, and holds this request's realm until the transaction ends, so that no other node
/// changes or removes it meanwhile.
///
/// # Errors
///
/// [`Fault::gone`] where the realm was removed meanwhile.
pub fn hold(cx: &mut Cx<'_>) -> Result<()> {
    crate::db::administer(cx)?;
    let id = cx.realm.id.clone();
    let row = realms::table.filter(realms::id.eq(&id)).select(realms::id);
    let held: Option<RealmId> = match cx.db.conn()? {
        Conn::Postgres(conn) => row.for_key_share().get_result(conn).optional()?,
        Conn::Sqlite(conn) => row.get_result(conn).optional()?,
    };
    held.map(|_| ()).ok_or_else(Fault::gone)
}

/// This request's realm is still there.
pub fn is_there(conn: &mut Conn, id: &RealmId) -> Result<bool> {
    let found: Option<RealmId> = realms::table
        .filter(realms::id.eq(id))
        .select(realms::id)
        .get_result(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Removes this request's realm with everything in it.
pub fn remove(cx: &mut Cx<'_>) -> Result<bool> {
    let removed =
        diesel::delete(realms::table.filter(realms::id.eq(&cx.realm.id))).execute(cx.db.conn()?)?;
    cx.settings_changed();
    cx.people_changed();
    Ok(removed == 1)
}

/// Makes this request's realm count from above a version that others may remember.
pub fn raise_version(cx: &mut Cx<'_>, above: i64) -> Result<()> {
    diesel::update(realms::table.filter(realms::id.eq(&cx.realm.id)))
        .set(realms::version.eq(above.saturating_add(1)))
        .execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(())
}

/// Makes each changed realm's version grow, so that other nodes see that it did; announces it.
///
/// Called once, at the end of a unit of work.
pub fn commit_changes(conn: &mut Conn, changes: &crate::Changes) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    if !changes.settings.is_empty() {
        diesel::update(realms::table.filter(realms::id.eq_any(&changes.settings)))
            .set(realms::version.eq(realms::version + 1))
            .execute(conn)?;
    }
    crate::db::announce(conn, changes)
}

/// The id and the version of each realm.
pub(crate) fn versions(conn: &mut Conn) -> Result<Vec<(String, i64)>> {
    Ok(realms::table
        .select((realms::id, realms::version))
        .load(conn)?)
}

#[derive(Queryable)]
struct Row {
    id: RealmId,
    name: String,
    enabled: bool,
    version: i64,
    settings: String,
    _secrets: Option<Sealed>,
}

impl TryFrom<Row> for RealmRow {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            settings: serde_json::from_str(&row.settings)?,
            id: row.id,
            name: row.name,
            enabled: row.enabled,
            version: row.version,
        })
    }
}
