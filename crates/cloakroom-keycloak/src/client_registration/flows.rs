//! Response types and grants of a client that registers itself, which have to fit each other (RFC 7591 §2.1).

use cloakroom_model::Realm;
use cloakroom_model::client::Settings;
use serde_json::{Map, Value, json};

use super::{GRANTS, Refused, Result};
use crate::read::{self, Object};

const CODE: &str = "authorization_code";
const IMPLICIT: &str = "implicit";

/// Reads them into the client. A grant that no response type is for is left out of what the client gets.
pub(super) fn read(
    sent: &Object,
    client: &mut Object,
    attributes: &mut Map<String, Value>,
) -> Result<()> {
    let types: Option<Vec<String>> = read::member(sent, "response_types")?;
    let grants: Option<Vec<String>> = read::member(sent, "grant_types")?;
    if let Some(types) = types.filter(|types| !types.is_empty()) {
        read_types(&types, grants.as_deref(), client)?;
    }
    let Some(grants) = grants else {
        return Ok(());
    };
    let has = |name: &str| grants.iter().any(|grant| grant == name);
    client.insert(
        "directAccessGrantsEnabled".to_owned(),
        json!(has("password")),
    );
    client.insert(
        "serviceAccountsEnabled".to_owned(),
        json!(has("client_credentials")),
    );
    for (grant, attribute) in GRANTS {
        attributes.insert((*attribute).to_owned(), json!(has(grant).to_string()));
    }
    Ok(())
}

fn read_types(types: &[String], grants: Option<&[String]>, client: &mut Object) -> Result<()> {
    let is_known = |word: &str| ["code", "id_token", "token"].contains(&word);
    let is_type = |one: &String| one == "none" || one.split(' ').all(is_known);
    if !types.iter().all(is_type) {
        return Err(Refused::metadata("Client metadata invalid"));
    }
    let has = |wanted: &str| {
        let mut words = types.iter().flat_map(|one| one.split(' '));
        words.any(|word| word == wanted)
    };
    let has_tokens = has("id_token") || has("token");
    for (is_asked, grant) in [(has("code"), CODE), (has_tokens, IMPLICIT)] {
        let lacks = grants.is_some_and(|grants| grants.iter().all(|own| own != grant));
        if is_asked && lacks {
            let why = format!("response_types need the grant_type {grant}");
            return Err(Refused::metadata(why));
        }
    }
    let is_standard = has("code") || has("none");
    client.insert("standardFlowEnabled".to_owned(), json!(is_standard));
    client.insert("implicitFlowEnabled".to_owned(), json!(has_tokens));
    Ok(())
}

/// The grants that a client may use.
pub(super) fn grants(settings: &Settings) -> Vec<&'static str> {
    let mut grants = Vec::new();
    for (grant, is_on) in [
        (CODE, settings.standard_flow_enabled),
        (IMPLICIT, settings.implicit_flow_enabled),
        ("password", settings.direct_access_grants_enabled),
        ("client_credentials", settings.service_accounts_enabled),
    ] {
        if is_on {
            grants.push(grant);
        }
    }
    for (grant, attribute) in GRANTS {
        let is_usual = *grant == "refresh_token";
        if settings.has(attribute) || (is_usual && settings.attribute(attribute).is_none()) {
            grants.push(grant);
        }
    }
    grants
}

/// The response types that it may ask for in this realm: what is answered as registered holds (RFC 7591 §3.2.2).
pub(super) fn types(realm: &Realm, settings: &Settings) -> Vec<&'static str> {
    let mut types: Vec<&str> = Vec::new();
    if settings.standard_flow_enabled {
        types.extend(["code", "none"]);
    }
    if settings.implicit_flow_enabled {
        types.extend(["id_token", "id_token token"]);
    }
    if settings.standard_flow_enabled && settings.implicit_flow_enabled {
        types.extend(["code id_token", "code token", "code id_token token"]);
    }
    let gives_access = realm.settings.has_front_channel_access();
    types.retain(|one| gives_access || one.split(' ').all(|word| word != "token"));
    types
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn response_types_and_grants_have_to_fit_each_other() {
        // What is registered, and whether the client has the standard and the implicit flow then.
        let rows = [
            (json!({"response_types": ["code"]}), Some((true, false))),
            (json!({"response_types": ["none"]}), Some((true, false))),
            (
                json!({"response_types": ["id_token token"]}),
                Some((false, true)),
            ),
            (
                json!({"response_types": ["token id_token code"]}),
                Some((true, true)),
            ),
            (
                json!({"response_types": ["code", "id_token"]}),
                Some((true, true)),
            ),
            (
                json!({"response_types": ["code id_token"], "grant_types": ["authorization_code", "implicit"]}),
                Some((true, true)),
            ),
            (
                json!({"response_types": ["code"], "grant_types": ["authorization_code", "implicit"]}),
                Some((true, false)),
            ),
            (
                json!({"response_types": ["code id_token"], "grant_types": ["authorization_code"]}),
                None,
            ),
            (
                json!({"response_types": ["code id_token"], "grant_types": ["implicit"]}),
                None,
            ),
            (
                json!({"response_types": ["token"], "grant_types": ["client_credentials"]}),
                None,
            ),
            (json!({"response_types": ["code none"]}), None),
            (json!({"response_types": ["nonsense"]}), None),
            (json!({"response_types": [""]}), None),
        ];
        for (sent, expected) in rows {
            let sent = sent.as_object().unwrap();
            let mut client = Object::new();

            let read = read(sent, &mut client, &mut Map::new());

            let flow = |name: &str| client.get(name) == Some(&json!(true));
            let found = (flow("standardFlowEnabled"), flow("implicitFlowEnabled"));
            assert_eq!(read.ok().map(|()| found), expected, "{sent:?}");
        }
    }
}
