//! How a client comes to be and changes: its secret, its scopes, its mappers, its service account.

use std::collections::BTreeMap;

use cloakroom_keycloak::blueprint;
use cloakroom_keycloak::read::{self, Object};
use cloakroom_keycloak::{client as shape, mapper as mapper_shape};
use cloakroom_model::client::{self, Client, Draft, Settings};
use cloakroom_model::id::{ClientUuid, MapperId, RoleId, ScopeId, UserId};
use cloakroom_model::role::{self, Role};
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Secret, authorization, mapper, scope};
use cloakroom_oidc::client_policy::{self, Proposal, Registrant, Source};

use super::super::mappers;
use super::{bindings, rotation};
use crate::access::Grants;
use crate::error::{AdminError, Result};
use crate::protection::UMA_PROTECTION;

/// Makes a client out of what was sent.
pub(crate) fn create(
    cx: &mut Cx<'_>,
    by: &Registrant,
    sent: &Object,
    grants: &Grants,
) -> Result<ClientUuid> {
    let given = read::id(sent, "id")?.map(str::to_owned);
    // Keycloak has no room for a longer one.
    if given.as_ref().is_some_and(|id| id.chars().count() > 36) {
        return Err(invalid("Client ID must not exceed 36 characters"));
    }
    let id = ClientUuid::new(given.unwrap_or_else(|| cx.new_id()));
    let client_id = read::text(sent, "clientId")?
        .unwrap_or(id.as_str())
        .to_owned();
    let mut settings = shape::apply(&shape::defaults(), sent)?;
    if by.source == Source::AuthenticatedUser {
        shape::complete_by_protocol(&mut settings, sent);
    }
    if !sent.contains_key("webOrigins") {
        settings.web_origins = shape::origins_of(&settings.redirect_uris);
    }
    shape::complete(&mut settings, sent);
    check_identity(&client_id, &settings)?;
    let taken = || {
        let why = format!("Client {client_id} already exists");
        AdminError::message(409, why)
    };
    // A name that is taken is told of before anything else that is wrong.
    if client::find_id(cx, &client_id)?.is_some() {
        return Err(taken());
    }
    check_addresses(&settings)?;
    check_numbers(None, &settings)?;
    bindings::check(cx, None, sent)?;
    check_policies(cx, by, None, (&mut settings, sent))?;
    // Each client that is not public has a secret, whether it proves itself with it or not.
    let has_one = !settings.public_client;
    let secret = first_secret(cx, &mut settings, sent, has_one)?;
    if secret.is_some() {
        rotation::start(cx, by, None, &mut settings)?;
    }
    let draft = Draft {
        id: id.clone(),
        client_id: client_id.clone(),
        enabled: read::switch(sent, "enabled")?.unwrap_or(true),
        settings,
        secret,
    };
    if !client::insert(cx, &draft)? {
        return Err(duplicate());
    }
    link_scopes(cx, &draft, sent)?;
    replace_mappers(cx, &draft, sent, grants)?;
    if draft.settings.service_accounts_enabled {
        ensure_service_account(cx, &id, &draft.client_id)?;
    }
    ensure_protection(cx, &draft)?;
    import_authorization(cx, &id, sent)?;
    Ok(id)
}

/// Changes a client by what was sent; the rest stays.
pub(crate) fn update(
    cx: &mut Cx<'_>,
    by: &Registrant,
    client: Client,
    sent: &Object,
    grants: &Grants,
) -> Result<()> {
    let client_id = read::text(sent, "clientId")?
        .unwrap_or(&client.client_id)
        .to_owned();
    let was_protecting = cloakroom_model::authorization::is_on(&client);
    let had_account = client.settings.service_accounts_enabled;
    let mut settings = shape::apply(&client.settings, sent)?;
    rotation::leave(&mut settings, &client.settings);
    check_identity(&client_id, &settings)?;
    check_addresses(&settings)?;
    check_numbers(Some(&client.settings), &settings)?;
    bindings::check(cx, Some(&client), sent)?;
    check_policies(cx, by, Some(&client.id), (&mut settings, sent))?;
    if client_id != client.client_id && client::find_id(cx, &client_id)?.is_some() {
        return Err(duplicate());
    }
    let sent_secret = read::text(sent, "secret")?.filter(|text| *text != shape::MASK);
    let mut secret = match sent_secret {
        Some(text) => Some(Secret::new(text)),
        None => client::reveal_secret(cx, &client)?,
    };
    if secret.is_none() {
        let has_one = !settings.public_client
            && (client.settings.public_client || shape::needs_secret(&settings));
        secret = first_secret(cx, &mut settings, sent, has_one)?;
    }
    if let Some(old) = secret.clone() {
        secret = Some(rotation::renew_if_due(
            cx,
            by,
            (&client.id, old),
            &mut settings,
        )?);
    }
    let draft = Draft {
        id: client.id.clone(),
        client_id,
        enabled: read::switch(sent, "enabled")?.unwrap_or(client.enabled),
        settings,
        secret,
    };
    client::update(cx, &draft)?;
    if was_protecting && !cloakroom_model::authorization::is_on_in(&draft.settings) {
        authorization::remove_server(cx, &draft.id)?;
    }
    replace_mappers(cx, &draft, sent, grants)?;
    if draft.settings.service_accounts_enabled {
        ensure_service_account(cx, &draft.id, &draft.client_id)?;
    } else if had_account && let Some(scope) = account_scope(cx) {
        scope::unlink(cx, draft.id.as_str(), &scope)?;
    }
    ensure_protection(cx, &draft)
}

/// An id, or a name that a client is to get, is another's.
fn duplicate() -> AdminError {
    AdminError::described(409, "conflict", "Duplicate resource error")
}

/// A client that protects something has the role by which one may register it, and its own account has that.
fn ensure_protection(cx: &mut Cx<'_>, draft: &Draft) -> Result<()> {
    if !cloakroom_model::authorization::is_on_in(&draft.settings) {
        return Ok(());
    }
    let owner = draft.id.as_str();
    let role = match role::find_named(cx, owner, UMA_PROTECTION)? {
        Some(role) => role,
        None => {
            let role = Role {
                id: RoleId::new(cx.new_id()),
                container_id: owner.to_owned(),
                client_role: true,
                name: UMA_PROTECTION.to_owned(),
                description: None,
                attributes: BTreeMap::new(),
            };
            role::insert(cx, &role)?;
            role
        }
    };
    if let Some(account) = user::find_service_account(cx, &draft.id)? {
        user::grant_role(cx, &account.id, &role.id)?;
    }
    Ok(())
}

/// Asks the realm's client policies, which may also complete the client.
fn check_policies(
    cx: &mut Cx<'_>,
    by: &Registrant,
    id: Option<&ClientUuid>,
    (settings, sent): (&mut Settings, &Object),
) -> Result<()> {
    let mut proposal = Proposal {
        id,
        settings,
        says: &|member| sent.get(member).is_some_and(|value| !value.is_null()),
    };
    match client_policy::register(cx, by, &mut proposal)? {
        Some(refused) => Err(AdminError::described(
            400,
            refused.error,
            refused.description,
        )),
        None => Ok(()),
    }
}

/// Takes over what a new client protects, which turns its authorization services on.
fn import_authorization(cx: &mut Cx<'_>, id: &ClientUuid, sent: &Object) -> Result<()> {
    let Some(settings) = read::member::<Object>(sent, "authorizationSettings")? else {
        return Ok(());
    };
    let Some(client) = client::load(cx, id)? else {
        return Ok(());
    };
    super::super::authorization::import(cx, &client, &settings).map_err(AdminError::undoing)
}

/// Gives a client a new secret, and says which.
pub(super) fn renew_secret(
    cx: &mut Cx<'_>,
    by: &Registrant,
    mut client: Client,
    keep: Option<i64>,
) -> Result<Secret> {
    let old = client::reveal_secret(cx, &client)?;
    let id = client.id.clone();
    let secret = rotation::renew(cx, by, (&id, old, keep), &mut client.settings)?;
    store(cx, client, Some(secret.clone()))?;
    Ok(secret)
}

/// Stores a client's settings; its secret stays.
pub(crate) fn store_settings(cx: &mut Cx<'_>, client: Client) -> Result<()> {
    let secret = client::reveal_secret(cx, &client)?;
    store(cx, client, secret)
}

fn store(cx: &mut Cx<'_>, client: Client, secret: Option<Secret>) -> Result<()> {
    let draft = Draft {
        id: client.id,
        client_id: client.client_id,
        enabled: client.enabled,
        settings: client.settings,
        secret,
    };
    client::update(cx, &draft)?;
    Ok(())
}

/// The mappers that were sent take the place of those there are; one keeps its id by its name.
fn replace_mappers(cx: &mut Cx<'_>, draft: &Draft, sent: &Object, grants: &Grants) -> Result<()> {
    let Some(sent) = read::member::<Vec<Object>>(sent, "protocolMappers")? else {
        return Ok(());
    };
    let owner = draft.id.as_str();
    let mut before = mapper::list_of_owner(cx, owner)?;
    for sent in &sent {
        let fresh = MapperId::new(cx.new_id());
        let mut made = mapper_shape::from_owner(owner, fresh, sent)?;
        mappers::check(cx, &made, &draft.settings, grants)?;
        let known = before.iter().position(|one| one.name == made.name);
        match known.map(|at| before.remove(at)) {
            Some(known) => {
                made.id = known.id;
                mapper::update(cx, &made)?;
            }
            None if !mapper::insert(cx, &made)? => return Err(mappers::taken()),
            None => {}
        }
    }
    for gone in before {
        mapper::remove(cx, owner, &gone.id)?;
    }
    Ok(())
}

/// The secret that was sent, or a new one if the client has to have one.
fn first_secret(
    cx: &mut Cx<'_>,
    settings: &mut Settings,
    sent: &Object,
    has_one: bool,
) -> Result<Option<Secret>> {
    if let Some(text) = read::text(sent, "secret")?.filter(|text| !text.is_empty()) {
        return Ok(Some(Secret::new(text)));
    }
    if !has_one {
        return Ok(None);
    }
    let time = cx.now.seconds().to_string();
    settings
        .attributes
        .insert(shape::SECRET_TIME.to_owned(), time);
    Ok(Some(Secret::random_for_client(cx.rng)))
}

fn invalid(why: &str) -> AdminError {
    AdminError::described(400, "invalid_input", why)
}

fn check_identity(client_id: &str, settings: &Settings) -> Result<()> {
    shape::check_identity(client_id, settings).map_err(|why| invalid(&why))
}

fn check_addresses(settings: &Settings) -> Result<()> {
    let found = shape::check_addresses(settings).and_then(|()| shape::check_urls(settings));
    found.map_err(|why| invalid(&why))
}

fn check_numbers(before: Option<&Settings>, after: &Settings) -> Result<()> {
    shape::check_numbers(before, after).map_err(|why| invalid(&why))
}

/// The scopes that were sent, or those that the realm gives to new clients.
fn link_scopes(cx: &mut Cx<'_>, draft: &Draft, sent: &Object) -> Result<()> {
    let realm = cx.realm.clone();
    let protocol = draft
        .settings
        .protocol
        .as_deref()
        .unwrap_or("openid-connect");
    let fits = |id: &&ScopeId| {
        realm
            .scope(id)
            .is_some_and(|scope| scope.protocol == protocol)
    };
    let lists = [
        ("defaultClientScopes", &realm.default_scopes, true),
        ("optionalClientScopes", &realm.optional_scopes, false),
    ];
    for (name, usual, is_default) in lists {
        let wanted: Option<Vec<String>> = read::member(sent, name)?;
        let ids: Vec<ScopeId> = match wanted {
            None => usual.iter().filter(fits).cloned().collect(),
            Some(names) => {
                let known = names.iter().filter_map(|name| realm.scope_named(name));
                known.map(|scope| scope.id.clone()).collect()
            }
        };
        for id in ids {
            scope::link(cx, draft.id.as_str(), &id, is_default)?;
        }
    }
    Ok(())
}

/// The scope that describes service accounts; `None` in a realm that has lost it.
fn account_scope(cx: &Cx<'_>) -> Option<ScopeId> {
    let scope = cx.realm.scope_named("service_account")?;
    Some(scope.id.clone())
}

/// The user that client credentials are issued for, and the scope that describes it.
fn ensure_service_account(cx: &mut Cx<'_>, id: &ClientUuid, client_id: &str) -> Result<()> {
    if let Some(scope) = account_scope(cx) {
        scope::link(cx, id.as_str(), &scope, true)?;
    }
    let username = format!("service-account-{}", user::fold(client_id));
    let taken = || AdminError::message(409, "User exists with same username");
    if let Some(mut account) = user::find_service_account(cx, id)? {
        if account.username == username {
            return Ok(());
        }
        // It is named after its client, whatever that is called now.
        account.username = username;
        return match user::update(cx, &account)? {
            user::Stored::Done => Ok(()),
            _ => Err(taken()),
        };
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
    if user::insert(cx, &account)? != user::Stored::Done {
        return Err(taken());
    }
    if let Some(role) = blueprint::default_role(&cx.realm.settings) {
        user::grant_role(cx, &account.id, &role)?;
    }
    Ok(())
}
