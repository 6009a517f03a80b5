//! Writes a realm in Keycloak's representation: the same data gives the same bytes, and what is
//! written comes in again as it was.

mod clients;
mod components;
mod flows;
mod groups;
mod identity_providers;
mod names;
mod organizations;
mod roles;
mod users;
mod write;

use cloakroom_model::realm::RealmRow;
use cloakroom_model::{Cx, Result, group, localization, scope};
use serde_json::{Map, Value, json};

pub use names::Names;
pub use users::{each as each_user, show as show_user};
pub use write::{Form, People, WriteError, write};

use crate::{client_scope, mapper, realm};

/// What stands in place of a secret.
pub const MASK: &str = "**********";

/// The member of clients and client scopes that lists their mappers.
const MAPPERS: &str = "protocolMappers";

/// The Keycloak whose form the files have.
pub const VERSION: &str = "26.8.1";

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Passwords, keys and secrets are written, not masked.
    pub secrets: bool,
    /// Clients are written.
    pub clients: bool,
    /// Groups and roles are written.
    pub groups_and_roles: bool,
    /// Users are written, and who belongs to an organization.
    pub users: bool,
}

impl Choice {
    /// All of it.
    pub const ALL: Self = Self {
        secrets: true,
        clients: true,
        groups_and_roles: true,
        users: true,
    };
}

/// The realm of this request without its users. It has to be read from a steady view of the database.
pub fn realm_without_users(cx: &mut Cx<'_>, choice: Choice) -> Result<Map<String, Value>> {
    let names = Names::load(cx)?;
    let mut all = settings(cx, choice)?;
    all.insert("clientScopes".to_owned(), scopes(cx));
    let lists = [
        ("defaultDefaultClientScopes", &cx.realm.default_scopes),
        ("defaultOptionalClientScopes", &cx.realm.optional_scopes),
    ];
    for (member, ids) in lists {
        all.insert(member.to_owned(), json!(names.scopes_of(ids)));
    }
    if choice.clients {
        all.insert("clients".to_owned(), clients::show(cx, &names, choice)?);
    }
    if choice.groups_and_roles {
        all.insert("groups".to_owned(), groups::show(cx, &names)?);
        all.insert("roles".to_owned(), roles::show(cx, &names, choice)?);
    }
    let mut defaults: Vec<String> = Vec::new();
    for id in group::defaults(cx)? {
        defaults.extend(names.group(&id).map(str::to_owned));
    }
    defaults.sort();
    all.insert("defaultGroups".to_owned(), json!(defaults));
    clients::scope_mappings(cx, &names, choice, &mut all)?;
    flows::show(cx, choice, &mut all)?;
    identity_providers::show(cx, choice, &mut all)?;
    all.insert("components".to_owned(), components::show(cx, choice)?);
    let organizations = organizations::show(cx, &names, choice)?;
    if organizations.as_array().is_some_and(|all| !all.is_empty()) {
        all.insert("organizations".to_owned(), organizations);
    }
    let mut texts = Map::new();
    for locale in localization::list_locales(cx)? {
        let mine = localization::list(cx, &locale)?;
        texts.insert(locale, json!(mine));
    }
    if !texts.is_empty() {
        all.insert("localizationTexts".to_owned(), Value::Object(texts));
    }
    all.insert("keycloakVersion".to_owned(), json!(VERSION));
    Ok(all)
}

fn settings(cx: &mut Cx<'_>, choice: Choice) -> Result<Map<String, Value>> {
    let row = RealmRow {
        id: cx.realm.id.clone(),
        name: cx.realm.name.clone(),
        enabled: cx.realm.enabled,
        version: cx.realm.version,
        settings: cx.realm.settings.clone(),
    };
    let shown = realm::show(&row)?;
    let mut shown = match shown {
        Value::Object(shown) => shown,
        _ => Map::new(),
    };
    if choice.secrets {
        reveal(cx, &mut shown)?;
    }
    Ok(shown)
}

/// Puts the secrets of the settings where a mask stands.
fn reveal(cx: &mut Cx<'_>, shown: &mut Map<String, Value>) -> Result<()> {
    for ((member, name), secret) in cloakroom_model::realm::secrets(cx)? {
        if let Some(Value::Object(members)) = shown.get_mut(&member) {
            members.insert(name, json!(secret.expose()));
        }
    }
    Ok(())
}

fn scopes(cx: &Cx<'_>) -> Value {
    let mut all: Vec<&scope::Scope> = cx.realm.scopes.iter().collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    let show = |scope: &scope::Scope| {
        let mut shown = client_scope::show(scope);
        if let Some(mappers) = shown.get_mut(MAPPERS) {
            *mappers = scope.mappers.iter().map(mapper::export).collect();
        }
        shown
    };
    all.into_iter().map(show).collect()
}
