//! Clients with their secrets, mappers and scopes, and the users that are their service accounts.

use std::collections::BTreeMap;

use cloakroom_model::authorization::delegation;
use cloakroom_model::client::{self, Draft, Settings};
use cloakroom_model::id::{ClientUuid, ScopeId, UserId};
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Fault, Secret, scope};
use serde_json::Value;

use super::Import;
use super::error::{ImportError, Result};
use super::known::KnownClient;
use super::lenient::{Part, fit};
use super::{mappers, silent, unknown};
use crate::client as shape;
use crate::read::Object;

/// What Keycloak shows in place of a secret.
pub(super) const MASK: &str = "**********";

/// Members that have no place here, and why.
const DROPPED: &[(&str, &str)] = &[
    (
        "registrationAccessToken",
        "a client's registration token is made anew when it is asked for",
    ),
    (
        "registeredNodes",
        "nodes of a client's adapter register themselves again",
    ),
    ("useTemplateConfig", "client templates became client scopes"),
    ("useTemplateScope", "client templates became client scopes"),
    (
        "useTemplateMappers",
        "client templates became client scopes",
    ),
];

pub(super) fn import(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    for object in import.sent.objects("clients")? {
        insert(cx, import, object)?;
    }
    Ok(())
}

/// Stores a client, without its roles.
pub(super) fn insert(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    object: &Object,
) -> Result<ClientUuid> {
    let client_id = Part::new(object, "clients[]", "").name("clientId")?;
    let part = Part::new(object, "clients[]", &client_id);
    if import.known.clients.contains_key(&client_id) {
        return Err(ImportError::taken(format!(
            "client {client_id} stands there twice"
        )));
    }
    let id = free_id(cx, import, &part)?;
    let mut settings = settings(import, &part)?;
    let is_spoken = stands_for_unknown(import, &part, &mut settings);
    if is_spoken {
        unknown::client(cx, import, &part, &settings)?;
    }
    let says_origins = object.get("webOrigins").is_some_and(|said| !said.is_null());
    if settings.web_origins.is_empty() && !says_origins {
        settings.web_origins = shape::origins_of(&settings.redirect_uris);
    }
    shape::check(&client_id, &settings)
        .map_err(|why| ImportError::invalid(format!("clients[{client_id}]: {why}")))?;
    let secret = secret(cx, import, &part, &mut settings)?;
    let draft = Draft {
        id: ClientUuid::new(id),
        client_id: client_id.clone(),
        enabled: is_spoken && part.switch("enabled")?.unwrap_or(true),
        settings,
        secret,
    };
    if !client::insert(cx, &draft)? {
        return Err(ImportError::taken(format!(
            "the id of client {client_id} is in use"
        )));
    }
    let protocol = draft.settings.protocol.as_deref();
    let protocol = protocol.unwrap_or("openid-connect").to_owned();
    mappers::import(cx, import, (draft.id.as_str(), &protocol), &part)?;
    let known = KnownClient {
        id: draft.id.clone(),
        service_account: draft.settings.service_accounts_enabled,
        protocol,
    };
    link_scopes(cx, import, &known, &part)?;
    import.known.clients.insert(client_id, known);
    import.report.map("clients");
    Ok(draft.id)
}

/// The id that was given. What has scopes needs one of its own here, and files that are written by hand call the realm and a
/// client alike.
fn free_id(cx: &mut Cx<'_>, import: &mut Import<'_>, part: &Part<'_>) -> Result<String> {
    let Some(id) = part.id("id")? else {
        return Ok(cx.new_id());
    };
    let mut scopes = import.known.scopes.values();
    let is_taken = cx.realm.id.as_str() == id || scopes.any(|scope| scope.id.as_str() == id);
    if !is_taken {
        return Ok(id);
    }
    let how = "the realm or a client scope has this id, too, and the client got a new one";
    import
        .report
        .approximate(&part.place_of("id"), part.who, how);
    Ok(cx.new_id())
}

/// Keeps a client of a protocol that nobody here speaks, because its roles are others' too; true if it is spoken.
fn stands_for_unknown(import: &mut Import<'_>, part: &Part<'_>, settings: &mut Settings) -> bool {
    let Some(protocol) = settings
        .protocol
        .take_if(|one| !shape::PROTOCOLS.contains(&one.as_str()))
    else {
        return true;
    };
    let how = format!("{protocol} is not spoken here; kept with its roles, and switched off");
    let place = part.place_of("protocol");
    import.report.approximate(&place, part.who, how);
    false
}

fn settings(import: &mut Import<'_>, part: &Part<'_>) -> Result<Settings> {
    let mut mine = part.object.clone();
    for (member, why) in DROPPED {
        part.report_dropped(member, why, import.report);
        mine.remove(*member);
    }
    part.report_unknown(shape::FIELDS, import.report);
    silent::report(part, import.report);
    mine.retain(|name, _| {
        shape::FIELDS.contains(&name.as_str()) && !READ_HERE.contains(&name.as_str())
    });
    drop_masked(import, part, &mut mine);
    drop_dangerous(import, part, &mut mine);
    if let Some(is_on) = part.switch("authorizationServicesEnabled")? {
        mine.insert("authorizationServicesEnabled".to_owned(), is_on.into());
    }
    let base = shape::defaults();
    let like = match serde_json::to_value(&base).map_err(Fault::from)? {
        Value::Object(like) => like,
        _ => Object::new(),
    };
    let fitted = fit(&Part::new(&mine, part.place, part.who), &like)?;
    let fitted = as_keycloak_means(import, part, fitted)?;
    shape::apply(&base, &fitted).map_err(ImportError::wrong(part.place, part.who))
}

/// What follows from other members, where a client does not say it itself or could not have it.
fn as_keycloak_means(
    import: &mut Import<'_>,
    part: &Part<'_>,
    mut fitted: Object,
) -> Result<Object> {
    let is_on = |fitted: &Object, member: &str| fitted.get(member) == Some(&Value::Bool(true));
    if let Some(only) = part.switch("directGrantsOnly")? {
        for (member, on) in [
            ("standardFlowEnabled", !only),
            ("directAccessGrantsEnabled", only),
        ] {
            fitted.entry(member).or_insert(Value::Bool(on));
        }
        let how = "read as standardFlowEnabled and directAccessGrantsEnabled, which Keycloak 2 and later call it";
        let place = part.place_of("directGrantsOnly");
        import.report.approximate(&place, part.who, how);
    }
    // Whoever is asked for consent is not asked for all that somebody may do.
    if is_on(&fitted, "consentRequired") && !fitted.contains_key("fullScopeAllowed") {
        fitted.insert("fullScopeAllowed".to_owned(), Value::Bool(false));
    }
    if is_on(&fitted, "authorizationServicesEnabled") {
        for (member, needed) in [
            ("bearerOnly", false),
            ("publicClient", false),
            ("serviceAccountsEnabled", true),
        ] {
            if is_on(&fitted, member) == needed {
                continue;
            }
            fitted.insert(member.to_owned(), Value::Bool(needed));
            let how =
                format!("became {needed}, as in Keycloak: the client has authorization services");
            import
                .report
                .approximate(&part.place_of(member), part.who, how);
        }
    }
    Ok(fitted)
}

/// An attribute that is masked is lost.
fn drop_masked(import: &mut Import<'_>, part: &Part<'_>, mine: &mut Object) {
    let Some(Value::Object(attributes)) = mine.get_mut("attributes") else {
        return;
    };
    attributes.retain(|name, value| {
        let is_masked = client::is_secret_attribute(name) && value.as_str() == Some(MASK);
        if is_masked {
            let place = part.place_of(&format!("attributes.{name}"));
            let why = "it is masked in the file";
            import.report.drop(&place, part.who, why);
        }
        !is_masked
    });
}

/// Addresses that the admin API would not take are not taken from a file either, and stop nothing.
fn drop_dangerous(import: &mut Import<'_>, part: &Part<'_>, mine: &mut Object) {
    if let Some(Value::Object(attributes)) = mine.get_mut("attributes") {
        attributes.retain(|name, value| {
            let checked = shape::check_attribute(name, value.as_str().unwrap_or_default());
            if let Err(why) = &checked {
                let place = part.place_of(&format!("attributes.{name}"));
                import.report.drop(&place, part.who, why);
            }
            checked.is_ok()
        });
    }
    if let Some(Value::Array(uris)) = mine.get_mut("redirectUris") {
        uris.retain(|uri| {
            let is_local = uri.as_str().is_some_and(shape::is_local);
            if is_local {
                let why = "nobody is sent to an address inside the browser";
                import
                    .report
                    .drop(&part.place_of("redirectUris"), part.who, why);
            }
            !is_local
        });
    }
}

/// Members that are no settings.
const READ_HERE: [&str; 6] = [
    "access",
    "authorizationSettings",
    "clientTemplate",
    "defaultRoles",
    "directGrantsOnly",
    "origin",
];

/// The secret that was sent. A masked one is lost, and whoever needs one gets a new one.
fn secret(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    part: &Part<'_>,
    settings: &mut Settings,
) -> Result<Option<Secret>> {
    // Nobody can be the client that keeps permissions.
    if part.who == delegation::CLIENT_ID {
        return Ok(None);
    }
    let sent = part.text("secret")?.filter(|text| !text.is_empty());
    let masked = sent.as_deref() == Some(MASK);
    if let Some(secret) = sent.filter(|_| !masked) {
        return Ok(Some(Secret::new(secret)));
    }
    let place = part.place_of("secret");
    if !shape::needs_secret(settings) {
        if masked {
            import
                .report
                .drop(&place, part.who, "it is masked in the file");
        }
        return Ok(None);
    }
    let how = if masked {
        "it is masked in the file; a new secret was made"
    } else {
        "the file has none; a new secret was made"
    };
    import.report.approximate(&place, part.who, how);
    let time = cx.now.seconds().to_string();
    settings
        .attributes
        .insert(shape::SECRET_TIME.to_owned(), time);
    Ok(Some(Secret::random_for_client(cx.rng)))
}

/// The scopes that were sent; those that the realm gives to new clients where nothing is said.
fn link_scopes(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    client: &KnownClient,
    part: &Part<'_>,
) -> Result<()> {
    let mut links: BTreeMap<ScopeId, bool> = BTreeMap::new();
    let default = part.texts_if_given("defaultClientScopes")?;
    let optional = part.texts_if_given("optionalClientScopes")?;
    if default.is_none() && optional.is_none() {
        let usual = import.known.scopes.values();
        let fitting = usual.filter(|scope| scope.protocol == client.protocol);
        links.extend(fitting.filter_map(|scope| Some((scope.id.clone(), scope.given?))));
    }
    let template = part
        .text("clientTemplate")?
        .map(|name| name.replace(' ', "_"));
    let lists = [
        ("optionalClientScopes", optional.unwrap_or_default(), false),
        ("defaultClientScopes", default.unwrap_or_default(), true),
        ("clientTemplate", template.into_iter().collect(), true),
    ];
    for (member, names, is_default) in lists {
        for name in names {
            match import.known.scopes.get(&name) {
                Some(scope) if scope.protocol == client.protocol => {
                    links.insert(scope.id.clone(), is_default);
                }
                Some(_) => {
                    let why = format!("client scope {name} is one of another protocol");
                    import.report.drop(&part.place_of(member), part.who, why);
                }
                None => {
                    let why = format!("there is no client scope {name}");
                    import.report.drop(&part.place_of(member), part.who, why);
                }
            }
        }
    }
    for (scope, is_default) in links {
        scope::link(cx, client.id.as_str(), &scope, is_default)?;
    }
    Ok(())
}

/// Makes the service accounts that the file has not.
pub(super) fn complete_service_accounts(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    let clients = import.known.clients.iter();
    let wanting: Vec<(String, ClientUuid)> = clients
        .filter(|(_, client)| client.service_account)
        .map(|(name, client)| (name.clone(), client.id.clone()))
        .collect();
    for (client_id, id) in wanting {
        if user::find_service_account(cx, &id)?.is_some() {
            continue;
        }
        let account = User {
            id: UserId::new(cx.new_id()),
            username: format!("service-account-{}", user::fold(&client_id)),
            email: None,
            email_verified: false,
            first_name: None,
            last_name: None,
            enabled: true,
            created_at: cx.now,
            not_before: 0,
            service_account_client: Some(id),
            attributes: user::Attributes::new(),
            required_actions: Vec::new(),
        };
        if user::insert(cx, &account)? != user::Stored::Done {
            let why = format!("a user has the name {}", account.username);
            return Err(ImportError::taken(why));
        }
        user::grant_role(cx, &account.id, &import.known.default_role.clone())?;
    }
    Ok(())
}
