//! How many characters the texts of representations may have: as many as Keycloak has room for.

use serde_json::Value;

use super::{Object, Unreadable};

/// The room of most texts, and of the names of attributes and settings.
const USUAL: usize = 255;

/// The room of an id that a caller chooses.
const ID: usize = 36;

/// Texts with [`USUAL`] room, by what holds them. Of a list each text has it, of an object the names of its members.
const USUALLY: [(&str, &[&str]); 17] = [
    (
        "ClientRepresentation",
        &[
            "clientId",
            "name",
            "description",
            "rootUrl",
            "baseUrl",
            "adminUrl",
            "secret",
            "redirectUris",
            "webOrigins",
            "attributes",
        ],
    ),
    (
        "ClientScopeRepresentation",
        &["name", "description", "attributes"],
    ),
    (MAPPER, &["name", "config"]),
    ("ComponentRepresentation", &["name", "subType"]),
    ("RoleRepresentation", &["name", "description", "attributes"]),
    (
        "GroupRepresentation",
        &["name", "description", "attributes"],
    ),
    (
        "OrganizationRepresentation",
        &["name", "alias", "attributes"],
    ),
    (
        "IdentityProviderRepresentation",
        &["alias", "displayName", "config"],
    ),
    ("IdentityProviderMapperRepresentation", &["name", "config"]),
    ("RequiredActionProviderRepresentation", &["name", "alias"]),
    ("UserRepresentation", &["federationLink", "attributes"]),
    ("FederatedIdentityRepresentation", &["userId", "userName"]),
    (REALM, THEMES),
    ("UIRealmRepresentation", THEMES),
    (
        "ResourceRepresentation",
        &["name", "displayName", "type", "icon_uri", "uris"],
    ),
    ("ScopeRepresentation", &["name", "displayName", "iconUri"]),
    ("AbstractPolicyRepresentation", &["name", "description"]),
];

/// What a whole realm is called.
const REALM: &str = "RealmRepresentation";

const THEMES: &[&str] = &[
    "realm",
    "displayName",
    "loginTheme",
    "accountTheme",
    "adminTheme",
    "emailTheme",
    "defaultLocale",
    "supportedLocales",
    "eventsListeners",
    "enabledEventTypes",
    "attributes",
];

/// Texts with other room.
const OTHERWISE: [(&str, &str, usize); 8] = [
    (REALM, "id", ID),
    ("AuthenticationFlowRepresentation", "id", ID),
    ("ClientScopeRepresentation", "id", ID),
    ("ComponentRepresentation", "id", ID),
    ("ComponentRepresentation", "parentId", ID),
    ("IdentityProviderRepresentation", "internalId", ID),
    ("OrganizationRepresentation", "description", 4000),
    ("AuthenticationFlowRepresentation", "providerId", ID),
];

/// The room of each value of attributes.
const VALUES: [(&str, usize); 4] = [
    ("ClientScopeRepresentation", 2048),
    ("RoleRepresentation", USUAL),
    ("GroupRepresentation", USUAL),
    ("OrganizationRepresentation", USUAL),
];

/// What a mapper is called, alone and among those of a client or a scope.
const MAPPER: &str = "ProtocolMapperRepresentation";

/// Refuses an object with a text that is too long, also in its mappers.
pub(super) fn check(object: &Object, representation: &str) -> Result<(), Unreadable> {
    let usual = USUALLY.iter().filter(|(name, _)| *name == representation);
    for member in usual.flat_map(|(_, members)| *members) {
        let fits = match object.get(*member) {
            Some(Value::Object(members)) => members.keys().all(|name| has_room(name, USUAL)),
            Some(value) => each_has_room(value, USUAL),
            None => true,
        };
        told(fits, member, USUAL)?;
    }
    for (name, member, most) in OTHERWISE {
        if name == representation {
            let fits = object
                .get(member)
                .is_none_or(|value| each_has_room(value, most));
            told(fits, member, most)?;
        }
    }
    let attributes = object.get("attributes").and_then(Value::as_object);
    for (name, most) in VALUES {
        if name == representation {
            let mut values = attributes.into_iter().flat_map(|all| all.values());
            told(
                values.all(|value| each_has_room(value, most)),
                "attributes",
                most,
            )?;
        }
    }
    let mappers = object.get("protocolMappers").and_then(Value::as_array);
    for mapper in mappers.into_iter().flatten().filter_map(Value::as_object) {
        check(mapper, MAPPER)?;
    }
    Ok(())
}

/// Refuses a text with more characters than there is room for.
pub(super) fn check_text(member: &str, text: &str, most: usize) -> Result<(), Unreadable> {
    told(has_room(text, most), member, most)
}

fn told(fits: bool, member: &str, most: usize) -> Result<(), Unreadable> {
    match fits {
        true => Ok(()),
        false => Err(Unreadable::Long {
            member: member.to_owned(),
            most,
        }),
    }
}

fn each_has_room(value: &Value, most: usize) -> bool {
    match value {
        Value::String(text) => has_room(text, most),
        Value::Array(all) => all.iter().all(|one| each_has_room(one, most)),
        _ => true,
    }
}

/// Bytes are at least as many as characters, and are counted already.
fn has_room(text: &str, most: usize) -> bool {
    text.len() <= most || text.chars().count() <= most
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_text_has_as_many_characters_as_there_is_room_for() {
        let texts = |count: usize| "ß".repeat(count);
        let row = |name: &'static str, member: &'static str, most: usize| {
            let long = |count: usize| match member {
                "redirectUris" => json!([texts(count)]),
                "attributes" => json!({"a": [texts(count)]}),
                "config" => json!({texts(count): "a"}),
                _ => json!(texts(count)),
            };
            let sent = |count: usize| Object::from_iter([(member.to_owned(), long(count))]);
            assert_eq!(check(&sent(most), name), Ok(()), "{name} {member}");
            let refused = Unreadable::Long {
                member: member.to_owned(),
                most,
            };
            assert_eq!(
                check(&sent(most + 1), name),
                Err(refused),
                "{name} {member}"
            );
            assert_eq!(check(&sent(most + 1), "Other"), Ok(()), "{name} {member}");
        };
        row("ClientRepresentation", "name", 255);
        row("ClientRepresentation", "redirectUris", 255);
        row("RoleRepresentation", "attributes", 255);
        row("ClientScopeRepresentation", "attributes", 2048);
        row(MAPPER, "config", 255);
        row("OrganizationRepresentation", "description", 4000);
        row("ComponentRepresentation", "parentId", 36);
        row(REALM, "loginTheme", 255);
        // What people's attributes are called is in an index, which has no room for more.
        for (count, fits) in [(255, true), (256, false)] {
            let sent = json!({"attributes": {texts(count): ["a"]}});
            let sent = sent.as_object().unwrap();
            assert_eq!(check(sent, "UserRepresentation").is_ok(), fits, "{count}");
        }
    }
}
