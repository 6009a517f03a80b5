//! Users with all that is theirs.

use cloakroom_model::user::{self, User, identity};
use cloakroom_model::{Cx, Result, client, consent, credential};
use serde_json::{Map, Value, json};

use super::{Choice, MASK, Names};
use crate::user as shape;

/// How many are read at once.
const PAGE: i64 = 500;

/// Shows each user of the realm, service accounts too, by username.
pub fn each<E: From<cloakroom_model::Fault>>(
    cx: &mut Cx<'_>,
    choice: Choice,
    visit: &mut dyn FnMut(Value) -> std::result::Result<(), E>,
) -> std::result::Result<(), E> {
    let names = Names::load(cx)?;
    let mut after = String::new();
    loop {
        let page = user::walk(cx, &after, PAGE)?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        last.username.clone_into(&mut after);
        for one in &page {
            visit(show(cx, &names, choice, one)?)?;
        }
    }
}

/// A user as a file has it.
pub fn show(cx: &mut Cx<'_>, names: &Names, choice: Choice, user: &User) -> Result<Value> {
    let mut shown = shape::show(user);
    let Value::Object(members) = &mut shown else {
        return Ok(shown);
    };
    let client = user.service_account_client.as_ref();
    if let Some(client) = client.and_then(|id| names.client(id)) {
        members.insert("serviceAccountClientId".to_owned(), json!(client));
    }
    if let Some(link) = user::directory::find(cx, &user.id)? {
        members.insert("federationLink".to_owned(), json!(link.component));
    }
    credentials(cx, choice, user, members)?;
    let roles = user::direct_roles(cx, &user.id)?;
    names.put_roles(&roles, ("realmRoles", "clientRoles"), false, members);
    let groups = user::groups(cx, &user.id)?;
    let mut groups: Vec<&str> = groups.iter().filter_map(|id| names.group(id)).collect();
    groups.sort_unstable();
    members.insert("groups".to_owned(), json!(groups));
    consents(cx, names, user, members)?;
    links(cx, user, members)?;
    Ok(shown)
}

fn credentials(
    cx: &mut Cx<'_>,
    choice: Choice,
    user: &User,
    members: &mut Map<String, Value>,
) -> Result<()> {
    let all = credential::list(cx, &user.id, None)?;
    members.insert(
        "totp".to_owned(),
        json!(all.iter().any(|one| one.kind == "otp")),
    );
    let shown = all.iter().map(|one| {
        let secret = if choice.secrets {
            one.secret_data.expose()
        } else {
            MASK
        };
        let mut shown = crate::credential::show(one);
        crate::read::set(&mut shown, "secretData", json!(secret));
        shown
    });
    members.insert("credentials".to_owned(), shown.collect());
    Ok(())
}

fn consents(
    cx: &mut Cx<'_>,
    names: &Names,
    user: &User,
    members: &mut Map<String, Value>,
) -> Result<()> {
    let mut shown: Vec<(&str, Value)> = Vec::new();
    for one in consent::list(cx, &user.id)? {
        let Some(client) = names.client(&one.client) else {
            continue;
        };
        let mut scopes = names.scopes_of(&one.scopes);
        // Keycloak asks about a client that is to be shown itself as about a scope of its name, and would ask again.
        let found = client::find_by_id(cx, &one.client)?;
        if found.is_some_and(|found| found.settings.has("display.on.consent.screen")) {
            scopes.push(client);
            scopes.sort_unstable();
        }
        let consent = json!({
            "clientId": client,
            "grantedClientScopes": scopes,
            "createdDate": one.created_at.millis(),
            "lastUpdatedDate": one.updated_at.millis(),
        });
        shown.push((client, consent));
    }
    if !shown.is_empty() {
        shown.sort_by_key(|(client, _)| *client);
        let shown = shown.into_iter().map(|(_, consent)| consent);
        members.insert("clientConsents".to_owned(), shown.collect());
    }
    Ok(())
}

fn links(cx: &mut Cx<'_>, user: &User, members: &mut Map<String, Value>) -> Result<()> {
    let all = identity::list(cx, &user.id)?;
    if !all.is_empty() {
        let shown = all.iter().map(crate::user::show_link);
        members.insert("federatedIdentities".to_owned(), shown.collect());
    }
    Ok(())
}
