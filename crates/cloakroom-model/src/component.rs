//! Components: configured providers of a realm, with their secret settings sealed.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::{ComponentId, RealmId};
use crate::key;
use crate::schema::{components, realms};
use crate::secret::Sealed;
use crate::sql::{Unless, fixed};
use crate::time::Timestamp;

/// Settings of a provider: each name has a list of values, as in Keycloak.
pub type Config = BTreeMap<String, Vec<String>>;

/// A configured provider.
#[derive(Clone)]
pub struct Component {
    /// Its id.
    pub id: ComponentId,
    /// What it belongs to: the realm or another component.
    pub parent_id: String,
    /// Its name.
    pub name: Option<String>,
    /// The kind of provider, `rsa-generated` for example.
    pub provider_id: String,
    /// The family of providers, `org.keycloak.keys.KeyProvider` for example.
    pub provider_type: String,
    /// A part of the family.
    pub sub_type: Option<String>,
    /// Settings that an administrator sees.
    pub config: Config,
    /// Settings that nobody sees: private keys, passwords.
    pub secrets: Config,
}

impl std::fmt::Debug for Component {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Component")
            .field("id", &self.id)
            .field("provider_id", &self.provider_id)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl Component {
    /// The first value of a setting, secret or not.
    pub fn text(&self, name: &str) -> Option<&str> {
        let values = self.config.get(name).or_else(|| self.secrets.get(name))?;
        values.first().map(String::as_str)
    }
}

/// The realm's components, of one family or all.
pub fn list(cx: &mut Cx<'_>, provider_type: Option<&str>) -> Result<Vec<Component>> {
    let mine = components::table
        .filter(components::realm_id.eq(&cx.realm.id))
        .order(components::id.asc());
    let rows = match provider_type {
        None => mine.load::<Row>(cx.db.conn()?)?,
        // Each sign-in asks for the directories of the realm.
        Some(family) => {
            let mine = mine.filter(components::provider_type.eq(family));
            fixed!(cx.db.conn()?, mine, load::<Row>)?
        }
    };
    rows.into_iter().map(|row| open(cx, row)).collect()
}

/// The component with this id.
pub fn find(cx: &mut Cx<'_>, id: &ComponentId) -> Result<Option<Component>> {
    let mine = components::table
        .filter(components::realm_id.eq(&cx.realm.id))
        .filter(components::id.eq(id));
    let row = mine.get_result::<Row>(cx.db.conn()?).optional()?;
    row.map(|row| open(cx, row)).transpose()
}

/// Directories that have a period, in all realms: the name of the realm, and the id.
pub fn periodic(cx: &mut Cx<'_>) -> Result<Vec<(String, ComponentId)>> {
    let all = components::table
        .inner_join(realms::table.on(realms::id.eq(components::realm_id)))
        .filter(components::provider_id.eq("ldap"))
        .filter(components::config.like("%SyncPeriod%"))
        .order(components::id.asc())
        .select((realms::name, components::id));
    Ok(all.load(cx.db.conn()?)?)
}

/// Stores a new component; false if its id is taken.
pub fn insert(cx: &mut Cx<'_>, component: &Component) -> Result<bool> {
    let secrets = seal(cx, component)?;
    let insert = diesel::insert_into(components::table).values((
        components::id.eq(&component.id),
        components::realm_id.eq(&cx.realm.id),
        components::parent_id.eq(&component.parent_id),
        components::name.eq(&component.name),
        components::provider_id.eq(&component.provider_id),
        components::provider_type.eq(&component.provider_type),
        components::sub_type.eq(&component.sub_type),
        components::config.eq(serde_json::to_string(&component.config)?),
        components::secrets.eq(secrets),
        components::created_at.eq(cx.now),
    ));
    let inserted = Unless(insert, "").execute(cx.db.conn()?)?;
    if inserted == 1 {
        key::step::record(cx, component)?;
    }
    cx.settings_changed();
    Ok(inserted == 1)
}

/// Replaces a component's name and settings; false if it is gone.
pub fn update(cx: &mut Cx<'_>, component: &Component) -> Result<bool> {
    let secrets = seal(cx, component)?;
    let mine = components::table
        .filter(components::realm_id.eq(&cx.realm.id))
        .filter(components::id.eq(&component.id));
    let changed = diesel::update(mine)
        .set((
            components::parent_id.eq(&component.parent_id),
            components::name.eq(&component.name),
            components::sub_type.eq(&component.sub_type),
            components::config.eq(serde_json::to_string(&component.config)?),
            components::secrets.eq(secrets),
        ))
        .execute(cx.db.conn()?)?;
    if changed == 1 {
        key::step::record(cx, component)?;
    }
    cx.settings_changed();
    Ok(changed == 1)
}

/// Removes a component; false if it is gone.
pub fn remove(cx: &mut Cx<'_>, id: &ComponentId) -> Result<bool> {
    let mine = components::table
        .filter(components::realm_id.eq(&cx.realm.id))
        .filter(components::id.eq(id));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(removed == 1)
}

fn place(id: &ComponentId) -> String {
    format!("components/{id}/secrets")
}

fn seal(cx: &mut Cx<'_>, component: &Component) -> Result<Option<Sealed>> {
    if component.secrets.is_empty() {
        return Ok(None);
    }
    let text = zeroize::Zeroizing::new(serde_json::to_string(&component.secrets)?);
    cx.vault
        .seal(cx.rng, &place(&component.id), text.as_bytes())
        .map(Some)
}

fn open(cx: &Cx<'_>, row: Row) -> Result<Component> {
    let secrets = match &row.secrets {
        Some(sealed) => serde_json::from_slice(&cx.vault.open(&place(&row.id), sealed)?)?,
        None => Config::new(),
    };
    Ok(Component {
        config: serde_json::from_str(&row.config)?,
        secrets,
        id: row.id,
        parent_id: row.parent_id,
        name: row.name,
        provider_id: row.provider_id,
        provider_type: row.provider_type,
        sub_type: row.sub_type,
    })
}

#[derive(Queryable)]
struct Row {
    id: ComponentId,
    _realm: RealmId,
    parent_id: String,
    name: Option<String>,
    provider_id: String,
    provider_type: String,
    sub_type: Option<String>,
    config: String,
    secrets: Option<Sealed>,
    _created_at: Timestamp,
}
