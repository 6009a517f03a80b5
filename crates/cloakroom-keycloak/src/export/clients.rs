//! Clients, and the roles that they and client scopes may put into tokens.

use std::collections::BTreeMap;

use cloakroom_model::authorization::Authorization;
use cloakroom_model::id::RoleId;
use cloakroom_model::{Cx, Result, client};
use serde_json::{Map, Value, json};

use super::{Choice, MAPPERS, MASK, Names};
use crate::authorization::settings;
use crate::client as shape;
use crate::mapper;

/// All clients by `client_id`.
pub(super) fn show(cx: &mut Cx<'_>, names: &Names, choice: Choice) -> Result<Value> {
    let mut all = Vec::new();
    for mut client in list(cx)? {
        let secret = client::reveal_secret(cx, &client)?;
        if !choice.secrets {
            mask_attributes(&mut client);
        }
        let mut shown = shape::show(cx.realm, &client, secret.as_ref())?;
        if let Value::Object(members) = &mut shown {
            members.remove("access");
            if let Some(mappers) = members.get_mut(MAPPERS) {
                *mappers = client.mappers.iter().map(mapper::export).collect();
            }
            if cloakroom_model::authorization::is_on(&client) {
                let all = Authorization::load(cx, &client)?;
                members.insert(
                    "authorizationSettings".to_owned(),
                    settings::export(cx, &all)?,
                );
            }
            let masked = secret.is_some() && !choice.secrets;
            if masked {
                members.insert("secret".to_owned(), json!(MASK));
            } else if let Some(secret) = &secret {
                members.insert("secret".to_owned(), json!(secret.expose()));
            }
            for (member, ids) in [
                ("defaultClientScopes", &client.default_scopes),
                ("optionalClientScopes", &client.optional_scopes),
            ] {
                members.insert(member.to_owned(), json!(names.scopes_of(ids)));
            }
        }
        all.push(shown);
    }
    Ok(Value::Array(all))
}

fn mask_attributes(client: &mut client::Client) {
    for (name, value) in &mut client.settings.attributes {
        if client::is_secret_attribute(name) {
            MASK.clone_into(value);
        }
    }
}

fn list(cx: &mut Cx<'_>) -> Result<Vec<client::Client>> {
    let query = client::Query {
        max: i64::from(i32::MAX),
        ..client::Query::default()
    };
    client::list(cx, &query)
}

/// `scopeMappings` for the realm's roles, `clientScopeMappings` for those of clients.
pub(super) fn scope_mappings(
    cx: &mut Cx<'_>,
    names: &Names,
    choice: Choice,
    all: &mut Map<String, Value>,
) -> Result<()> {
    let mut realm: Vec<Value> = Vec::new();
    let mut clients: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut put = |kind: &str, owner: &str, ids: &[RoleId]| {
        let (of_realm, of_clients) = names.roles_of(ids);
        if !of_realm.is_empty() {
            realm.push(json!({kind: owner, "roles": of_realm}));
        }
        for (client, roles) in of_clients {
            let list = clients.entry(client.to_owned()).or_default();
            list.push(json!({kind: owner, "roles": roles}));
        }
    };
    if choice.clients {
        for client in list(cx)? {
            put("client", &client.client_id, &client.scope_mappings);
        }
    }
    let mut scopes: Vec<_> = cx.realm.scopes.iter().collect();
    scopes.sort_by(|a, b| a.name.cmp(&b.name));
    for scope in scopes {
        put("clientScope", &scope.name, &scope.scope_mappings);
    }
    all.insert("scopeMappings".to_owned(), Value::Array(realm));
    all.insert("clientScopeMappings".to_owned(), json!(clients));
    Ok(())
}
