//! The client that keeps a realm's fine-grained permissions of administrators, made when they are switched on.

use std::collections::BTreeMap;

use cloakroom_model::authorization::delegation::{CLIENT_ID, CLIENT_MEMBER, Kind, SWITCH};
use cloakroom_model::authorization::{
    Authorization, Resource, ResourceDetails, Scope, insert_resource, insert_scope,
};
use cloakroom_model::client::{self, Draft, Settings};
use cloakroom_model::id::{ClientUuid, UserId};
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Result, realm, scope};
use serde_json::{Map, json};

use super::default_role;

/// Makes the client that a realm with these settings needs, and names it in them; false if another client has its name.
///
/// Nothing happens if they are not switched on, or the client is there.
pub fn ensure(cx: &mut Cx<'_>, settings: &mut realm::Settings) -> Result<bool> {
    let is_on = settings.rest.get(SWITCH) == Some(&json!(true));
    if !is_on || settings.rest.contains_key(CLIENT_MEMBER) {
        return Ok(true);
    }
    if client::find_id(cx, CLIENT_ID)?.is_some() {
        return Ok(false);
    }
    let id = insert(cx)?;
    keep_at(cx, &id, settings)?;
    Ok(true)
}

/// The same for a realm that came in from a file: a client of that name in it is the one.
pub(crate) fn complete(cx: &mut Cx<'_>) -> Result<()> {
    let mut settings = cx.realm.settings.clone();
    let is_on = settings.rest.get(SWITCH) == Some(&json!(true));
    if !is_on || settings.rest.contains_key(CLIENT_MEMBER) {
        return Ok(());
    }
    let id = match client::find_id(cx, CLIENT_ID)? {
        Some(id) => id,
        None => insert(cx)?,
    };
    keep_at(cx, &id, &mut settings)?;
    let (name, enabled) = (cx.realm.name.clone(), cx.realm.enabled);
    realm::update(cx, &name, enabled, &settings)?;
    Ok(())
}

fn insert(cx: &mut Cx<'_>) -> Result<ClientUuid> {
    let id = ClientUuid::new(cx.new_id());
    let mut rest = Map::new();
    rest.insert("authenticationFlowBindingOverrides".to_owned(), json!({}));
    rest.insert("nodeReRegistrationTimeout".to_owned(), json!(0));
    rest.insert("authorizationServicesEnabled".to_owned(), json!(true));
    // It has no secret, so that nobody can be it.
    let draft = Draft {
        id: id.clone(),
        client_id: CLIENT_ID.to_owned(),
        enabled: true,
        settings: Settings {
            protocol: Some("openid-connect".to_owned()),
            standard_flow_enabled: true,
            service_accounts_enabled: true,
            attributes: BTreeMap::from([("realm_client".to_owned(), "false".to_owned())]),
            rest,
            ..Settings::default()
        },
        secret: None,
    };
    client::insert(cx, &draft)?;
    ensure_account(cx, &id)?;
    let realm = cx.realm.id.as_str().to_owned();
    let (default, optional) = scope::links(cx, &realm)?;
    for (scopes, is_default) in [(default, true), (optional, false)] {
        for scope in scopes {
            let is_openid = cx
                .realm
                .scope(&scope)
                .is_some_and(|scope| scope.protocol == "openid-connect");
            if is_openid {
                scope::link(cx, id.as_str(), &scope, is_default)?;
            }
        }
    }
    Ok(id)
}

/// Its service account, which can do nothing, as nobody can be the client.
fn ensure_account(cx: &mut Cx<'_>, id: &ClientUuid) -> Result<()> {
    let username = format!("service-account-{CLIENT_ID}");
    if user::find_service_account(cx, id)?.is_some()
        || user::find_by_username(cx, &username)?.is_some()
    {
        return Ok(());
    }
    let account = User {
        id: UserId::new(cx.new_id()),
        username,
        email: None,
        email_verified: false,
        first_name: None,
        last_name: None,
        enabled: true,
        created_at: cx.now,
        not_before: 0,
        service_account_client: Some(id.clone()),
        attributes: BTreeMap::new(),
        required_actions: Vec::new(),
    };
    user::insert(cx, &account)?;
    if let Some(role) = default_role(&cx.realm.settings) {
        user::grant_role(cx, &account.id, &role)?;
    }
    Ok(())
}

/// Names the client in the settings, and sees to it that it has the scopes and a resource of each kind.
fn keep_at(cx: &mut Cx<'_>, id: &ClientUuid, settings: &mut realm::Settings) -> Result<()> {
    let Some(client) = client::load(cx, id)? else {
        return Ok(());
    };
    let mut known = Authorization::load(cx, &client)?;
    for kind in Kind::ALL {
        let mut scopes = Vec::new();
        for name in kind.scopes() {
            scopes.push(ensure_scope(cx, &mut known, name)?);
        }
        if known.resource_named(id.as_str(), kind.name()).is_none() {
            let resource = Resource {
                id: cx.new_id(),
                owner: id.as_str().to_owned(),
                name: kind.name().to_owned(),
                scopes,
                details: ResourceDetails {
                    kind: Some(kind.name().to_owned()),
                    ..ResourceDetails::default()
                },
            };
            insert_resource(cx, id, &resource)?;
        }
    }
    let shown = json!({"id": id, "clientId": CLIENT_ID});
    settings.rest.insert(CLIENT_MEMBER.to_owned(), shown);
    Ok(())
}

fn ensure_scope(cx: &mut Cx<'_>, known: &mut Authorization, name: &str) -> Result<String> {
    if let Some(found) = known.scopes.iter().find(|one| one.name == name) {
        return Ok(found.id.clone());
    }
    let scope = Scope {
        id: cx.new_id(),
        name: name.to_owned(),
        display_name: None,
        icon_uri: None,
    };
    insert_scope(cx, &known.client, &scope)?;
    known.scopes.push(scope.clone());
    Ok(scope.id)
}
