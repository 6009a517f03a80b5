//! Every kind of thing that a realm can hold, in one file: it comes in, goes out, and is what it was.

use serde_json::{Value, json};

use crate::server::Installation;

fn realm() -> Value {
    let mut realm = json!({
        "id": "everything", "realm": "everything", "enabled": true, "keycloakVersion": "26.8.1",
        "organizationsEnabled": true, "internationalizationEnabled": true, "supportedLocales": ["de", "en"],
        "smtpServer": {"host": "mail.example", "from": "a@b.example", "auth": "true", "user": "u", "password": "smtp secret"},
        "clientProfiles": {"profiles": [{"name": "strict", "description": "d", "executors": [{"executor": "pkce-enforcer", "configuration": {"auto-configure": true}}]}]},
        "clientPolicies": {"policies": [{"name": "all", "description": "d", "enabled": true, "conditions": [{"condition": "any-client", "configuration": {}}], "profiles": ["strict"]}]},
        "localizationTexts": {"de": {"loginTitle": "Willkommen"}, "en": {"loginTitle": "Welcome"}, "fr": {}},
        "roles": {"realm": [{"id": "staff-role", "name": "staff", "attributes": {"a": ["1", "2"]}, "composite": false, "clientRole": false, "containerId": "everything"}]},
        "groups": [{"id": "g", "name": "firm", "path": "/firm", "attributes": {"city": ["Bern"]}, "realmRoles": ["staff"], "clientRoles": {}, "subGroups": [
            {"id": "h", "name": "team", "path": "/firm/team", "parentId": "g", "attributes": {}, "realmRoles": [], "clientRoles": {}, "subGroups": []}]}],
        "defaultGroups": ["/firm/team"],
        "identityProviders": [{"alias": "up", "internalId": "up-id", "providerId": "oidc", "enabled": true, "config": {"clientId": "c", "clientSecret": "upstream secret", "tokenUrl": "https://up.example/t", "authorizationUrl": "https://up.example/a"}}],
        "identityProviderMappers": [{"id": "m", "name": "hard", "identityProviderAlias": "up", "identityProviderMapper": "hardcoded-attribute-idp-mapper", "config": {"attribute": "a", "attribute.value": "v"}}],
        "authenticationFlows": [{"id": "f", "alias": "browser", "description": "d", "providerId": "basic-flow", "topLevel": true, "builtIn": false, "authenticationExecutions": [
            {"authenticator": "auth-username-password-form", "authenticatorFlow": false, "requirement": "REQUIRED", "priority": 10, "autheticatorFlow": false, "userSetupAllowed": false},
            {"authenticator": "registration-recaptcha-action", "authenticatorConfig": "captcha", "authenticatorFlow": false, "requirement": "DISABLED", "priority": 20, "autheticatorFlow": false, "userSetupAllowed": false}]}],
        "authenticatorConfig": [{"id": "captcha-id", "alias": "captcha", "config": {"site.key": "open", "secret.key": "captcha secret"}}],
    });
    let all = realm.as_object_mut().unwrap();
    all.insert("organizations".to_owned(), organizations());
    all.insert("clients".to_owned(), json!([client()]));
    all.insert("users".to_owned(), json!([user()]));
    realm
}

/// An organization with a member in two of its groups.
fn organizations() -> Value {
    json!([{"id": "acme", "name": "Acme", "alias": "acme", "enabled": true, "description": "d", "attributes": {"k": ["v"]}, "domains": [{"name": "acme.example", "verified": true}],
            "members": [{"username": "ada", "membershipType": "MANAGED", "groups": ["night-id", "staff-id"]}],
            "groups": [{"id": "staff-id", "name": "staff", "path": "/staff", "description": "who works here", "attributes": {"floor": ["2"]}, "realmRoles": ["staff"], "clientRoles": {}, "subGroups": [
                {"id": "night-id", "name": "night", "path": "/staff/night", "parentId": "staff-id", "attributes": {}, "realmRoles": [], "clientRoles": {"account": ["view-profile"]}, "subGroups": []}]}],
            "identityProviders": [{"alias": "up", "enabled": true, "config": {}}]}])
}

fn client() -> Value {
    json!({
        "id": "shop-id", "clientId": "shop", "enabled": true, "protocol": "openid-connect", "secret": "client secret", "publicClient": false,
        "serviceAccountsEnabled": true, "authorizationServicesEnabled": true, "redirectUris": ["https://shop.example/*"],
        "attributes": {"saml.signing.private.key": "private key of the client"},
        "authorizationSettings": {
            "allowRemoteResourceManagement": true, "policyEnforcementMode": "ENFORCING", "decisionStrategy": "AFFIRMATIVE",
            "scopes": [{"name": "read", "displayName": "Read"}],
            "resources": [{"name": "Album", "type": "urn:album", "ownerManagedAccess": false, "uris": ["/album/*"], "attributes": {"a": ["b"]}, "scopes": [{"name": "read"}]}],
            "policies": [
                {"name": "Staff", "type": "role", "logic": "POSITIVE", "decisionStrategy": "UNANIMOUS", "config": {"roles": "[{\"id\":\"staff\",\"required\":false}]"}},
                {"name": "Ada", "type": "user", "logic": "POSITIVE", "decisionStrategy": "UNANIMOUS", "config": {"users": "[\"ada\"]"}},
                {"name": "Album may be read", "type": "scope", "logic": "POSITIVE", "decisionStrategy": "UNANIMOUS", "config": {"resources": "[\"Album\"]", "scopes": "[\"read\"]", "applyPolicies": "[\"Staff\",\"Ada\"]"}},
            ],
        },
    })
}

/// A user with a credential of each kind.
fn user() -> Value {
    let stored = |id: &str, kind: &str, secret: Value, data: Value| json!({"id": id, "type": kind, "userLabel": format!("my {kind}"), "createdDate": 1_700_000_000_000_i64, "secretData": secret.to_string(), "credentialData": data.to_string()});
    json!({
        "id": "ada-id", "username": "ada", "email": "ada@acme.example", "emailVerified": true, "firstName": "Ada", "lastName": "King", "enabled": true,
        "createdTimestamp": 1_700_000_000_000_i64, "notBefore": 5, "attributes": {"locale": ["de"], "many": ["1", "2"]}, "requiredActions": ["UPDATE_PASSWORD"],
        "realmRoles": ["default-roles-everything", "staff"], "groups": ["/firm"],
        "credentials": [
            stored("c1", "password", json!({"value": "+evyDkXKaTT2nMKLhOMt46esmbH+JZxvbPhYI5ISZp8=", "salt": "1yxIzmrw/0V6Ru0qvrNfZA==", "additionalParameters": {}}), json!({"hashIterations": 27_500, "algorithm": "pbkdf2-sha256", "additionalParameters": {}})),
            stored("c2", "otp", json!({"value": "JBSWY3DPEHPK3PXPJBSW"}), json!({"subType": "totp", "digits": 6, "counter": 0, "period": 30, "algorithm": "HmacSHA1"})),
            stored("c3", "otp", json!({"value": "JBSWY3DPEHPK3PXPJBSX"}), json!({"subType": "hotp", "digits": 8, "counter": 7, "period": 30, "algorithm": "HmacSHA256"})),
            stored("c4", "webauthn", json!({}), json!({"aaguid": "0", "credentialId": "AA", "counter": 5, "credentialPublicKey": "pQ"})),
            stored("c5", "webauthn-passwordless", json!({}), json!({"aaguid": "0", "credentialId": "AB", "counter": 6, "credentialPublicKey": "pQ"})),
            stored("c6", "recovery-authn-codes", json!({"codes": [{"number": 1, "encodedHashedValue": "x"}]}), json!({"hashIterations": 1, "algorithm": "RS512", "totalCodes": 12, "remainingCodes": 1})),
        ],
        "clientConsents": [{"clientId": "shop", "grantedClientScopes": ["profile"], "createdDate": 1_700_000_000_000_i64, "lastUpdatedDate": 1_700_000_000_001_i64}],
        "federatedIdentities": [{"identityProvider": "up", "userId": "9", "userName": "ada.up"}],
    })
}

/// The values at `path` that were sent and that are there afterwards; lists are gone through by `[n]`.
fn same(sent: &Value, after: &Value, place: &str, lost: &mut Vec<String>) {
    match (sent, after) {
        (Value::Object(sent), Value::Object(after)) => {
            for (name, value) in sent {
                let place = format!("{place}.{name}");
                match after.get(name) {
                    Some(other) => same(value, other, &place, lost),
                    None => lost.push(place),
                }
            }
        }
        (Value::Array(sent), Value::Array(after)) if sent.iter().all(Value::is_object) => {
            for value in sent {
                let name = [
                    "id",
                    "clientId",
                    "alias",
                    "name",
                    "username",
                    "executor",
                    "condition",
                    "authenticator",
                ]
                .into_iter()
                .find(|name| value.get(name).is_some());
                let other = name.and_then(|name| {
                    after
                        .iter()
                        .find(|other| other.get(name) == value.get(name))
                });
                let place = format!(
                    "{place}[{}]",
                    name.map_or_else(String::new, |name| value[name].to_string())
                );
                match other.or_else(|| after.iter().find(|other| *other == value)) {
                    Some(other) => same(value, other, &place, lost),
                    None => lost.push(place),
                }
            }
        }
        _ if sent == after => {}
        _ => lost.push(format!("{place}: {sent} became {after}")),
    }
}

#[test]
fn everything_that_a_realm_can_hold_is_there_again_after_it_moved() {
    let here = Installation::new();
    let sent = realm();
    let file = here.file("everything.json", &sent.to_string());
    let report = here.import(&file);
    let text = here.export("everything");
    let after: Value = serde_json::from_str(&text).unwrap();
    let mut lost = Vec::new();
    same(&sent, &after, "", &mut lost);

    // Tags of settings that a file of today need not repeat.
    let none: Vec<String> = Vec::new();
    assert_eq!(lost, none, "{report:#}");
    assert_eq!(report["dropped"], json!([]), "{report:#}");

    let elsewhere = Installation::new();
    let file = elsewhere.file("everything.json", &text);
    let report = elsewhere.import(&file);
    assert_eq!(report["dropped"], json!([]), "{report:#}");
    assert_eq!(elsewhere.export("everything"), text);
}

#[test]
fn no_secret_of_it_is_in_a_masked_export() {
    let here = Installation::new();
    let file = here.file("everything.json", &realm().to_string());
    here.import(&file);
    let masked = here.path().join("masked.json");
    let to = masked.to_str().unwrap();
    here.run(&[
        "export",
        "--realm",
        "everything",
        "--file",
        to,
        "--secrets",
        "masked",
    ]);
    let text = std::fs::read_to_string(&masked).unwrap();

    for secret in [
        "smtp secret",
        "upstream secret",
        "captcha secret",
        "client secret",
        "private key of the client",
        "JBSWY3DPEHPK3PXPJBSW",
        "encodedHashedValue",
    ] {
        assert!(!text.contains(secret), "{secret} is in the file");
    }
    let elsewhere = Installation::new();
    let file = elsewhere.file("masked.json", &text);
    let report = elsewhere.import(&file)["dropped"].to_string();
    for place in [
        "attributes.saml.signing.private.key",
        "authenticatorConfig[].config.secret.key",
    ] {
        assert!(report.contains(place), "{place} is not in {report}");
    }
}
