//! Clients with their secrets, mappers and scopes, and the users that are their service accounts.

use std::collections::BTreeMap;

use cloakroom_model::authorization::delegation;
use cloakroom_model::client::{self, Draft, Settings};
use cloakroom_model::id::{ClientUuid, ScopeId, UserId};
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Fault, Secret, flow, scope};
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
    (
        "directGrantsOnly",
        "has no meaning since Keycloak 2; the flows of a client are switches of their own",
    ),
    ("useTemplateConfig", "client templates became client scopes"),
    ("useTemplateScope", "client templates became client scopes"),
    (
        "useTemplateMappers",
        "client templates became client scopes",
    ),
];

/// The member by which a client has flows of its own.
const BOUND: &str = "authenticationFlowBindingOverrides";

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
    let id = part.id("id")?.unwrap_or_else(|| cx.new_id());
    let mut settings = settings(import, &part)?;
    let is_spoken = stands_for_unknown(import, &part, &mut settings);
    if is_spoken {
        unknown::client(import, &part, &settings)?;
    }
    if settings.web_origins.is_empty() && !object.contains_key("webOrigins") {
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

/// What is wrong with a flow that a client is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It is not there.
    Gone,
    /// It is a part of another, or not for people.
    NotForPeople,
}

/// For what a client of the file is bound to a flow by which nobody is to sign in. The realm's flows are read once, where the
/// first client is bound to one.
pub(super) fn unbound(
    cx: &mut Cx<'_>,
    object: &Object,
    there: &mut Option<Vec<flow::Flow>>,
) -> Result<Vec<(String, Wrong)>> {
    let client_id = Part::new(object, "clients[]", "").name("clientId")?;
    let part = Part::new(object, "clients[]", &client_id);
    let mut found = Vec::new();
    let bound = part.text_map(BOUND)?;
    for (to, id) in bound.into_iter().filter(|(_, id)| !id.trim().is_empty()) {
        let there = match &mut *there {
            Some(there) => there,
            none => none.insert(flow::list(cx)?),
        };
        match there.iter().find(|flow| flow.id.as_str() == id) {
            None => found.push((to, Wrong::Gone)),
            Some(flow) if !flow.is_for_people() => found.push((to, Wrong::NotForPeople)),
            Some(_) => {}
        }
    }
    Ok(found)
}

/// Names the clients whose flows are not there, because such a flow lets nobody in, and leaves off what is no whole flow
/// for people, because it asks for less than one.
pub(super) fn report_unbound(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    let mut there = None;
    let sent = import.sent;
    for object in sent.objects("clients")? {
        let client_id = Part::new(object, "clients[]", "").name("clientId")?;
        let place = format!("clients[].{BOUND}");
        for (to, wrong) in unbound(cx, object, &mut there)? {
            if wrong == Wrong::NotForPeople {
                unbind(cx, &client_id, &to)?;
                let why = format!(
                    "the flow that it is bound to for {to} is a part of another, or not of the kind basic-flow"
                );
                import.report.drop(&place, &client_id, &why);
                continue;
            }
            let how = format!(
                "kept, but the realm has no flow of the id that it is bound to for {to}, so nobody signs in to it"
            );
            import.report.approximate(&place, &client_id, how);
        }
    }
    Ok(())
}

/// Takes off what a client is bound to.
pub(super) fn unbind(cx: &mut Cx<'_>, client_id: &str, to: &str) -> Result<()> {
    let id = client::find_id(cx, client_id)?;
    let found = match id {
        Some(id) => client::load(cx, &id)?,
        None => None,
    };
    let Some(mut found) = found else {
        return Ok(());
    };
    let bound = found.settings.rest.get_mut(BOUND);
    if let Some(Value::Object(bound)) = bound {
        bound.remove(to);
    }
    let secret = client::reveal_secret(cx, &found)?;
    let draft = Draft {
        id: found.id,
        client_id: found.client_id,
        enabled: found.enabled,
        settings: found.settings,
        secret,
    };
    client::update(cx, &draft)?;
    Ok(())
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
    shape::apply(&base, &fitted).map_err(ImportError::wrong(part.place, part.who))
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
const READ_HERE: [&str; 5] = [
    "access",
    "authorizationSettings",
    "clientTemplate",
    "defaultRoles",
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
