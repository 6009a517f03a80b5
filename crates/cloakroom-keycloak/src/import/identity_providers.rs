//! Identity providers and their mappers; the secrets among their settings are sealed.

use std::collections::BTreeMap;

use cloakroom_model::Cx;
use cloakroom_model::flow::{Book, bound_alias};
use cloakroom_model::id::{IdentityProviderId, MapperId};
use cloakroom_model::identity_provider::{self, IdentityProvider, Mapper, Settings};
use serde_json::{Value, json};

use super::Import;
use super::error::{ImportError, Result};
use super::lenient::Part;
use super::{settings, unknown};
use crate::identity_provider::{self as shape, MASK};
use crate::read::Object;

/// Members that are switches.
const SWITCHES: [&str; 7] = [
    "addReadTokenRoleOnCreate",
    "authenticateByDefault",
    "enabled",
    "hideOnLogin",
    "linkOnly",
    "storeToken",
    "trustEmail",
];

/// Members that are texts.
const TEXTS: [&str; 5] = [
    "displayName",
    "firstBrokerLoginFlowAlias",
    "organizationId",
    "postBrokerLoginFlowAlias",
    "updateProfileFirstLoginMode",
];

pub(super) fn import(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    let sent = import.sent;
    let mut ids = BTreeMap::new();
    for object in sent.objects("identityProviders")? {
        let (alias, id) = insert(cx, import, object)?;
        ids.insert(alias, id);
    }
    let sent_ids: Vec<&str> = ids.keys().map(String::as_str).collect();
    report_obstacles(cx, import, &sent_ids)?;
    for object in sent.objects("identityProviderMappers")? {
        let part = Part::new(object, "identityProviderMappers[]", "");
        let alias = part.name("identityProviderAlias")?;
        if ids.contains_key(&alias) {
            insert_mapper(cx, import, object, &ids)?;
            continue;
        }
        let why = format!("it belongs to identity provider {alias}, which is not there");
        import.report.drop(part.place, &part.name("name")?, why);
    }
    Ok(())
}

/// Names providers by which nobody comes in who is nobody here yet, because the flow of their first sign-in cannot be run.
pub(super) fn report_obstacles(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    aliases: &[&str],
) -> Result<()> {
    if aliases.is_empty() {
        return Ok(());
    }
    let book = Book::load(cx)?;
    for alias in aliases {
        let Some(provider) = identity_provider::find(cx, alias)? else {
            continue;
        };
        let settings = &provider.settings;
        let own = settings.first_broker_login_flow_alias.as_deref();
        let own = own.filter(|flow| !flow.is_empty());
        let of_realm = || bound_alias(&cx.realm.settings, "firstBrokerLoginFlow");
        let name = own.unwrap_or_else(of_realm).to_owned();
        let is_for_linking = settings.link_only == Some(true);
        let flow = book.named(&name).filter(|_| !is_for_linking);
        let step = flow.and_then(|flow| import.ready.rules.first_obstacle(&flow));
        if let Some(step) = step {
            let how = format!(
                "kept, but nobody comes in by it for the first time: {name} demands {step}, which is not done at a first sign-in here"
            );
            let place = "identityProviders[].firstBrokerLoginFlowAlias";
            import.report.approximate(place, alias, how);
        }
    }
    Ok(())
}

/// Stores an identity provider, and says its alias and its id.
pub(super) fn insert(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    object: &Object,
) -> Result<(String, IdentityProviderId)> {
    let alias = Part::new(object, "identityProviders[]", "").name("alias")?;
    let part = Part::new(object, "identityProviders[]", &alias);
    part.report_unknown(shape::FIELDS, import.report);
    let why = "the organization names its identity providers itself";
    part.report_dropped("organizationLinks", why, import.report);
    let why = "has no meaning since Keycloak 1.5; a first sign-in has a flow";
    part.report_dropped("updateProfileFirstLogin", why, import.report);
    report_links(import, &part)?;
    let mut provider = IdentityProvider {
        id: IdentityProviderId::new(part.id("internalId")?.unwrap_or_else(|| cx.new_id())),
        alias: alias.clone(),
        provider_id: part.name("providerId")?,
        enabled: false,
        settings: Settings::default(),
        config: BTreeMap::new(),
        secrets: BTreeMap::new(),
    };
    shape::apply(&mut provider, &fitting(import, &part)?)
        .map_err(ImportError::wrong(part.place, part.who))?;
    unknown::identity_provider(import, &part, &provider.provider_id);
    settings::of_provider(import, &part, &provider.provider_id);
    for member in ["firstBrokerLoginFlowAlias", "postBrokerLoginFlowAlias"] {
        let named = part.text(member)?.filter(|alias| !alias.is_empty());
        if let Some(alias) = named
            && !import.known.has_flow(cx, &alias)?
        {
            let how = format!("kept, but there is no flow {alias}");
            import
                .report
                .approximate(&part.place_of(member), part.who, how);
        }
    }
    if !identity_provider::insert(cx, &provider)? {
        let why = format!("identity provider {alias} or its id is in use");
        return Err(ImportError::taken(why));
    }
    import.report.map("identity providers");
    import.known.providers.insert(alias.clone());
    Ok((alias, provider.id))
}

/// What a provider can be for, as Keycloak lists it. It follows from the kind.
const TYPES: [&str; 5] = [
    "CLIENT_ASSERTION",
    "EXCHANGE_EXTERNAL_TOKEN",
    "JWT_AUTHORIZATION_GRANT",
    "TRUST_MATERIAL",
    "USER_AUTHENTICATION",
];

/// Names what a provider is said to be for and is not, and an organization that does not know of it.
fn report_links(import: &mut Import<'_>, part: &Part<'_>) -> Result<()> {
    for said in part.texts("types")? {
        if !TYPES.contains(&said.as_str()) {
            let how = format!(
                "{said} is none of the uses that a provider can have, which follow from its kind"
            );
            let place = part.place_of("types");
            import.report.approximate(&place, part.who, how);
        }
    }
    let Some(named) = part.text("organizationId")?.filter(|id| !id.is_empty()) else {
        return Ok(());
    };
    let organizations = import.sent.objects("organizations")?.into_iter();
    let names_it =
        organizations.filter(|one| one.get("id").and_then(Value::as_str) == Some(&named));
    let mut linked =
        names_it.flat_map(|one| one.get("identityProviders").and_then(Value::as_array));
    let is_linked = linked.any(|all| {
        let mut aliases = all.iter().filter_map(|one| one.get("alias")?.as_str());
        aliases.any(|alias| alias == part.who)
    });
    if !is_linked {
        let how = "kept, but the organization with this id does not name it in the file";
        let place = part.place_of("organizationId");
        import.report.approximate(&place, part.who, how);
    }
    Ok(())
}

/// The members with the types that they have, and without what is masked.
fn fitting(import: &mut Import<'_>, part: &Part<'_>) -> Result<Object> {
    let mut fitting = Object::new();
    for name in SWITCHES {
        fitting.insert(name.to_owned(), json!(part.switch(name)?));
    }
    for name in TEXTS {
        fitting.insert(name.to_owned(), json!(part.text(name)?));
    }
    let mut config = part.settings("config")?;
    config.retain(|name, value| {
        let masked = value == MASK;
        if masked {
            let place = part.place_of(&format!("config.{name}"));
            import
                .report
                .drop(&place, part.who, "it is masked in the file");
        }
        !masked
    });
    fitting.insert("config".to_owned(), json!(config));
    Ok(fitting)
}

/// The mapper of this name that the identity provider has.
pub(super) fn find_mapper(
    cx: &mut Cx<'_>,
    object: &Object,
    ids: &BTreeMap<String, IdentityProviderId>,
) -> Result<Option<Mapper>> {
    let part = Part::new(object, "identityProviderMappers[]", "");
    let (alias, name) = (part.name("identityProviderAlias")?, part.name("name")?);
    let Some(provider) = ids.get(&alias) else {
        return Ok(None);
    };
    let all = identity_provider::list_mappers(cx, provider)?;
    Ok(all.into_iter().find(|mapper| mapper.name == name))
}

/// Stores a mapper of one of these identity providers.
pub(super) fn insert_mapper(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    object: &Object,
    ids: &BTreeMap<String, IdentityProviderId>,
) -> Result<MapperId> {
    let place = "identityProviderMappers[]";
    let name = Part::new(object, place, "").name("name")?;
    let part = Part::new(object, place, &name);
    part.report_unknown(shape::MAPPER_FIELDS, import.report);
    let alias = part.name("identityProviderAlias")?;
    let Some(provider) = ids.get(&alias) else {
        let why = format!("mapper {name} belongs to identity provider {alias}, which is not there");
        return Err(ImportError::invalid(why));
    };
    let mapper = Mapper {
        id: MapperId::new(part.id("id")?.unwrap_or_else(|| cx.new_id())),
        provider: provider.clone(),
        name: name.clone(),
        mapper: part.name("identityProviderMapper")?,
        config: part.settings("config")?,
    };
    unknown::provider_mapper(import, &part, &mapper.mapper);
    if !identity_provider::insert_mapper(cx, &mapper)? {
        let why = format!("mapper {name} of identity provider {alias}, or its id, is in use");
        return Err(ImportError::taken(why));
    }
    import.report.map("mappers of identity providers");
    Ok(mapper.id)
}
