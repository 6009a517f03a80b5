//! Modules about the scopes of OpenID Connect Core 1.0 §5.4: each gives its claims at userinfo, or in the ID token where
//! there is nothing to ask userinfo with, in their types.

use serde_json::{Value, json};

use super::Module;
use super::party::Party;

pub(super) const MODULES: &[Module] = &[
    ("oidcc-scope-profile", |party| check(party, &["profile"])),
    ("oidcc-scope-email", |party| check(party, &["email"])),
    ("oidcc-scope-address", |party| check(party, &["address"])),
    ("oidcc-scope-phone", |party| check(party, &["phone"])),
    ("oidcc-scope-all", all),
];

fn all(party: &Party) {
    check(party, &["address", "email", "phone", "profile"]);
}

/// What the user of the plans has to be, by scope.
fn claims(scope: &str) -> Value {
    match scope {
        "profile" => json!({
            "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace", "middle_name": "King",
            "nickname": "Ada", "preferred_username": "ada", "profile": "https://example.org/ada",
            "picture": "https://example.org/ada.png", "website": "https://example.org", "gender": "female",
            "birthdate": "1815-12-10", "zoneinfo": "Europe/London", "locale": "en", "updated_at": 1_700_000_000,
        }),
        "email" => json!({"email": "ada@example.org", "email_verified": true}),
        "phone" => json!({"phone_number": "+44 20 7946 0000", "phone_number_verified": true}),
        _ => json!({"address": {
            "formatted": "12 St James's Square, London SW1Y 4JH", "street_address": "12 St James's Square",
            "locality": "London", "region": "London", "postal_code": "SW1Y 4JH", "country": "GB",
        }}),
    }
}

fn check(party: &Party, scopes: &[&str]) {
    let asked = party
        .asks()
        .with("scope", &format!("openid {}", scopes.join(" ")));

    let tokens = party.sign_in(&mut party.browser(), &asked);
    let found = party.userinfo(&tokens);

    let granted: Vec<&str> = tokens.body["scope"].as_str().unwrap().split(' ').collect();
    for scope in ["profile", "email", "address", "phone"] {
        let is_asked = scopes.contains(&scope);
        // An answer without an access token names no scope.
        if is_asked && !tokens.access.is_empty() {
            assert!(granted.contains(&scope), "{granted:?} lacks {scope}");
        }
        // A new client has the scopes `profile` and `email` whether or not it asks for them.
        let is_optional = scope == "address" || scope == "phone";
        for (name, value) in claims(scope).as_object().unwrap() {
            if is_asked {
                assert_eq!(&found[name], value, "{name} in {found}");
            } else if is_optional {
                assert!(
                    found.get(name).is_none(),
                    "{name} was not asked for: {found}"
                );
            }
        }
    }
}
