//! User stores in the form of Keycloak 2, and of files that are still written in it by hand: they become components, as
//! Keycloak makes them of such a file.

use std::collections::{BTreeMap, BTreeSet};

use cloakroom_model::component;
use cloakroom_model::id::ComponentId;
use cloakroom_model::{Cx, Fault};
use serde_json::{Value, json};

use super::Import;
use super::components::{self, MAPPERS, SPOKEN, STORES};
use super::error::Result;
use super::lenient::Part;
use crate::read::Object;

/// The members of realms that are read here.
pub(super) const MEMBERS: [&str; 2] = ["userFederationProviders", "userFederationMappers"];

const PROVIDER: [&str; 8] = [
    "changedSyncPeriod",
    "config",
    "displayName",
    "fullSyncPeriod",
    "id",
    "lastSync",
    "priority",
    "providerName",
];

const MAPPER: [&str; 5] = [
    "config",
    "federationMapperType",
    "federationProviderDisplayName",
    "id",
    "name",
];

/// Members of a store that are settings of its component.
const SETTINGS: [&str; 4] = [
    "changedSyncPeriod",
    "fullSyncPeriod",
    "lastSync",
    "priority",
];

/// Stores the user stores of a realm, and their mappers.
pub(super) fn import(cx: &mut Cx<'_>, import: &mut Import<'_>, realm: &str) -> Result<()> {
    let sent = import.sent;
    let mut stores: BTreeMap<String, ComponentId> = BTreeMap::new();
    let mut unmapped = BTreeSet::new();
    for object in sent.objects("userFederationProviders")? {
        let part = Part::new(object, "userFederationProviders[]", "");
        let given = part.text("displayName")?.filter(|name| !name.is_empty());
        let kind = part.text("providerName")?.filter(|kind| !kind.is_empty());
        let Some(kind) = kind else {
            let why = "it does not say what kind of user store it is";
            import
                .report
                .drop(part.place, &given.unwrap_or_default(), why);
            continue;
        };
        let name = given.unwrap_or_else(|| kind.clone());
        let part = Part::new(object, part.place, &name);
        part.report_unknown(&PROVIDER, import.report);
        if !SPOKEN.contains(&kind.as_str()) {
            let why = format!(
                "there is no user store {kind} here, and as in Keycloak none is made of this form"
            );
            import.report.drop(part.place, &name, why);
            continue;
        }
        let id = part.id("id")?.unwrap_or_else(|| cx.new_id());
        let component = Object::from_iter([
            ("id".to_owned(), json!(id)),
            ("name".to_owned(), json!(name)),
            ("providerId".to_owned(), json!(kind)),
            ("config".to_owned(), settings(&part)?),
        ]);
        components::insert(cx, import, &component, (STORES, realm))?;
        let how = "became a component, as Keycloak has it since version 2.5";
        import.report.approximate(part.place, &name, how);
        if kind == "ldap" {
            unmapped.insert(name.clone());
        }
        stores.insert(name, ComponentId::new(id));
    }
    for object in sent.objects("userFederationMappers")? {
        let place = "userFederationMappers[]";
        let name = Part::new(object, place, "").text("name")?;
        let name = name.unwrap_or_default();
        let part = Part::new(object, place, &name);
        part.report_unknown(&MAPPER, import.report);
        let of = part
            .text("federationProviderDisplayName")?
            .unwrap_or_default();
        let Some(store) = stores.get(&of) else {
            let why = format!("it belongs to user store {of}, which did not come in");
            import.report.drop(place, &name, why);
            continue;
        };
        unmapped.remove(&of);
        let component = Object::from_iter([
            ("id".to_owned(), json!(part.id("id")?)),
            ("name".to_owned(), json!(name)),
            (
                "providerId".to_owned(),
                json!(part.name("federationMapperType")?),
            ),
            ("config".to_owned(), json!(part.list_map("config")?)),
        ]);
        components::insert(cx, import, &component, (MAPPERS, store.as_str()))?;
    }
    for name in unmapped {
        if let Some(store) = stores.get(&name) {
            first_mappers(cx, import, store)?;
            let how = "the file has no mappers of this store, and it has those that a new one starts with";
            import
                .report
                .approximate("userFederationMappers", &name, how);
        }
    }
    Ok(())
}

/// The settings of a store: those of its own, and what it says of itself beside them.
fn settings(part: &Part<'_>) -> Result<Value> {
    let mut config = part.list_map("config")?;
    for name in SETTINGS {
        if let Some(text) = part.text(name)? {
            config.insert(name.to_owned(), vec![text]);
        }
    }
    Ok(json!(config))
}

fn first_mappers(cx: &mut Cx<'_>, import: &mut Import<'_>, store: &ComponentId) -> Result<()> {
    let found = component::find(cx, store)?;
    let store = found.ok_or_else(|| Fault::corrupt("a user store is gone that was just made"))?;
    for mapper in import.ready.rules.first_mappers(cx, &store) {
        component::insert(cx, &mapper)?;
        import.report.map("components");
    }
    Ok(())
}
