//! Files in the shapes of Keycloak 18, 21, 24 and 26, and of tools that write what Keycloak wrote long ago.

use serde_json::{Value, json};

use crate::server::{Installation, claims};

/// A realm as these versions export it: what differs between them is in the members.
fn realm(version: &str, members: Value) -> Value {
    let mut realm = json!({
        "id": format!("id-of-{version}"),
        "realm": "old",
        "enabled": true,
        "keycloakVersion": version,
        "sslRequired": "external",
        "defaultRole": {"id": "default-role", "name": "default-roles-old", "composite": true, "clientRole": false, "containerId": "old"},
        "roles": {"realm": [
            {"id": "default-role", "name": "default-roles-old", "composite": true, "composites": {"realm": ["offline_access"]}, "clientRole": false, "attributes": {}},
            {"id": "offline-role", "name": "offline_access", "composite": false, "clientRole": false, "attributes": {}},
        ]},
        "clients": [{
            "id": "shop-id", "clientId": "shop", "enabled": true, "protocol": "openid-connect",
            "clientAuthenticatorType": "client-secret", "secret": "shop-secret-of-acme-0123456789",
            "redirectUris": ["https://shop.example/*"], "webOrigins": [], "publicClient": false,
            "directAccessGrantsEnabled": true, "fullScopeAllowed": true, "attributes": {},
            "defaultClientScopes": ["profile"], "optionalClientScopes": [],
        }],
        "clientScopes": [
            {"id": "profile-id", "name": "profile", "protocol": "openid-connect", "attributes": {"include.in.token.scope": "true"}, "protocolMappers": []},
            {"id": "acr-id", "name": "acr", "protocol": "openid-connect", "attributes": {}, "protocolMappers": []},
        ],
        "users": [{
            "id": "max-id", "username": "max", "enabled": true, "emailVerified": true, "totp": false,
            "email": "max@old.example", "firstName": "Max", "lastName": "M",
            "createdTimestamp": 1_600_000_000_000_i64, "requiredActions": [], "realmRoles": ["default-roles-old"], "groups": [], "notBefore": 0,
            "credentials": [password("pbkdf2-sha256", 27_500)],
        }],
    });
    let all = realm.as_object_mut().unwrap();
    all.extend(members.as_object().unwrap().clone());
    realm
}

/// "carl 3 password", as an export of Keycloak 24 and older has it.
fn password(algorithm: &str, iterations: u32) -> Value {
    json!({
        "id": "max-password", "type": "password", "createdDate": 1_600_000_000_000_i64,
        "secretData": json!({"value": "+evyDkXKaTT2nMKLhOMt46esmbH+JZxvbPhYI5ISZp8=", "salt": "1yxIzmrw/0V6Ru0qvrNfZA==", "additionalParameters": {}}).to_string(),
        "credentialData": json!({"hashIterations": iterations, "algorithm": algorithm, "additionalParameters": {}}).to_string(),
    })
}

/// The names of a client's default scopes.
fn scopes(here: &Installation, client_id: &str) -> Vec<String> {
    let realm: Value = serde_json::from_str(&here.export("old")).unwrap();
    let clients = realm["clients"].as_array().unwrap();
    let client = clients
        .iter()
        .find(|client| client["clientId"] == client_id)
        .unwrap();
    serde_json::from_value(client["defaultClientScopes"].clone()).unwrap()
}

#[tokio::test]
async fn a_token_of_an_old_realm_says_who_it_is_about() {
    for version in ["18.0.2", "21.1.2", "24.0.5"] {
        let here = Installation::new();
        let file = here.file("old.json", &realm(version, json!({})).to_string());
        let report = here.import(&file);
        let server = here.start(&[]).await;
        let (status, answer) = server.sign_in("old", "max", "carl 3 password").await;

        assert_eq!(status, 200, "{version}: {answer}");
        assert_eq!(
            claims(&answer["access_token"])["sub"],
            "max-id",
            "{version}"
        );
        let remarks = report["approximated"].to_string();
        assert!(remarks.contains("basic"), "{version}: {report:#}");
    }
}

#[test]
fn each_version_is_upgraded_as_far_as_it_is_old() {
    for (version, expected) in [
        ("18.0.2", vec!["basic", "profile"]),
        ("21.1.2", vec!["basic", "profile"]),
        ("24.0.5", vec!["basic", "profile"]),
        ("26.7.0", vec!["profile"]),
    ] {
        let here = Installation::new();
        let file = here.file("old.json", &realm(version, json!({})).to_string());
        here.import(&file);
        let exported: Value = serde_json::from_str(&here.export("old")).unwrap();
        let clients = exported["clients"].as_array().unwrap();
        let shop = clients
            .iter()
            .find(|client| client["clientId"] == "shop")
            .unwrap();
        let logout = &shop["attributes"]["post.logout.redirect.uris"];

        assert_eq!(scopes(&here, "shop"), expected, "{version}");
        assert_eq!(
            logout == "+",
            version.starts_with("18"),
            "{version}: {logout}"
        );
    }
}

#[test]
fn what_realms_got_since_is_added_to_an_old_one() {
    let here = Installation::new();
    let members = json!({
        "requiredActions": [{"alias": "VERIFY_EMAIL", "name": "Verify Email", "providerId": "VERIFY_EMAIL", "enabled": true, "defaultAction": false, "priority": 50, "config": {}}],
        "attributes": {"failureFactor": "3", "mine": "kept"},
        "failureFactor": 30,
        "clientScopes": [
            {"name": "profile", "protocol": "openid-connect"},
            {"name": "role_list", "protocol": "saml"},
        ],
        "clients": [
            {"clientId": "account", "publicClient": true, "fullScopeAllowed": false},
            {"clientId": "admin-cli", "publicClient": true, "fullScopeAllowed": false},
            {"clientId": "realm-management", "bearerOnly": true},
            {"clientId": "app", "publicClient": true, "defaultClientScopes": ["profile", "role_list"]},
        ],
        "roles": {"client": {
            "account": [{"name": "view-profile"}],
            "realm-management": [{"name": "view-users"}],
            "broker": [{"name": "extra"}],
        }},
    });
    let file = here.file("old.json", &realm("8.0.1", members).to_string());
    here.import(&file);
    let realm: Value = serde_json::from_str(&here.export("old")).unwrap();
    let names = |list: &Value| -> Vec<String> {
        let all = list.as_array().unwrap().iter();
        all.map(|one| one["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let roles = &realm["roles"]["client"];
    let cli = realm["clients"].as_array().unwrap().iter();
    let cli = cli
        .clone()
        .find(|one| one["clientId"] == "admin-cli")
        .unwrap();
    let profile = &realm["components"]["org.keycloak.userprofile.UserProfileProvider"][0];

    for (client, wanted) in [
        ("account", "view-consent"),
        ("realm-management", "realm-admin"),
        ("broker", "extra"),
    ] {
        let found = names(&roles[client]);
        assert!(found.contains(&wanted.to_owned()), "{client}: {found:?}");
    }
    assert!(names(&realm["requiredActions"]).contains(&"Delete Account".to_owned()));
    assert!(
        profile["config"].to_string().contains("ENABLED"),
        "{profile}"
    );
    assert_eq!(cli["fullScopeAllowed"], true);
    assert!(!scopes(&here, "app").contains(&"role_list".to_owned()));
    assert_eq!(realm["attributes"]["mine"], "kept");
    assert_eq!(realm["attributes"]["failureFactor"], Value::Null);
}

#[tokio::test]
async fn a_realm_whose_old_key_cannot_be_used_comes_in_with_a_new_one() {
    let here = Installation::new();
    let members = json!({"privateKey": "MIICXAIBAAKBgQ", "publicKey": "MIGfMA0GCSqG"});
    let file = here.file("old.json", &realm("2.0.0", members).to_string());
    let report = here.import(&file);
    let remarks = report["approximated"].to_string();
    let server = here.start(&[]).await;
    let (status, answer) = server.sign_in("old", "max", "carl 3 password").await;

    assert!(remarks.contains("privateKey"), "{report:#}");
    assert_eq!(status, 200, "{answer}");
    assert_eq!(claims(&answer["access_token"])["sub"], "max-id");
}

#[test]
fn what_had_other_names_comes_in_under_todays() {
    let here = Installation::new();
    let members = json!({
        "defaultRole": null,
        "defaultRoles": ["offline_access", "extra"],
        "requiredActions": [{"alias": "terms_and_conditions", "name": "Terms", "providerId": "terms_and_conditions", "enabled": true, "defaultAction": false, "priority": 20, "config": {}}],
        "clientTemplates": [{"name": "my template", "protocol": "openid-connect", "fullScopeAllowed": true}],
        "clients": [{"clientId": "app", "clientTemplate": "my template", "defaultRoles": ["user"], "publicClient": true}],
        "users": [{"username": "u", "socialLinks": [{"socialProvider": "github", "socialUserId": "9", "socialUsername": "u9"}], "applicationRoles": {"app": ["user"]}, "requiredActions": ["terms_and_conditions"]}],
    });
    let file = here.file("old.json", &realm("7.0.1", members).to_string());
    let report = here.import(&file);
    let realm: Value = serde_json::from_str(&here.export("old")).unwrap();
    let roles = realm["roles"]["realm"].as_array().unwrap();
    let default = roles
        .iter()
        .find(|role| role["name"] == "default-roles-old")
        .unwrap();
    let user = &realm["users"][0];

    assert_eq!(realm["requiredActions"][0]["alias"], "TERMS_AND_CONDITIONS");
    assert!(scopes(&here, "app").contains(&"my_template".to_owned()));
    assert_eq!(
        default["composites"]["client"]["app"],
        json!(["user"]),
        "{report:#}"
    );
    assert!(
        default["composites"]["realm"]
            .as_array()
            .unwrap()
            .contains(&json!("extra"))
    );
    assert_eq!(user["requiredActions"], json!(["TERMS_AND_CONDITIONS"]));
    assert_eq!(user["clientRoles"]["app"], json!(["user"]));
    assert_eq!(user["federatedIdentities"][0]["userId"], "9");
}

#[tokio::test]
async fn every_form_of_a_password_is_verified() {
    let here = Installation::new();
    let carl = "+evyDkXKaTT2nMKLhOMt46esmbH+JZxvbPhYI5ISZp8=";
    let salt = "1yxIzmrw/0V6Ru0qvrNfZA==";
    let user = |name: &str, credential: Value| json!({"username": name, "id": name, "enabled": true, "email": format!("{name}@old.example"), "firstName": name, "lastName": "O", "emailVerified": true, "credentials": [credential]});
    let members = json!({"users": [
        user("today", password("pbkdf2-sha256", 27_500)),
        user("before8", json!({"type": "password", "hashedSaltedValue": carl, "salt": salt, "hashIterations": 27_500, "algorithm": "pbkdf2-sha256"})),
        user("plain", json!({"type": "password", "value": "carl 3 password"})),
        user("bcrypt", json!({"type": "password", "credentialData": json!({"hashIterations": 10, "algorithm": "bcrypt"}).to_string(), "secretData": json!({"value": "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "salt": ""}).to_string()})),
        user("temporary", json!({"type": "password", "value": "carl 3 password", "temporary": true})),
    ]});
    let file = here.file("old.json", &realm("26.7.0", members).to_string());
    let report = here.import(&file);
    let server = here.start(&[]).await;

    // The hash of bcrypt is one of its public test vectors.
    for (name, right) in [
        ("today", "carl 3 password"),
        ("before8", "carl 3 password"),
        ("plain", "carl 3 password"),
        ("bcrypt", "U*U"),
    ] {
        let (status, answer) = server.sign_in("old", name, right).await;
        assert_eq!(status, 200, "{name}: {answer}");
        let (wrong, _) = server.sign_in("old", name, "carl 4 password").await;
        assert!(wrong >= 400, "{name}");
    }
    let (status, answer) = server.sign_in("old", "temporary", "carl 3 password").await;
    assert_eq!(
        (status, &answer["error_description"]),
        (400, &json!("Account is not fully set up"))
    );
    assert!(
        report["approximated"].to_string().contains("in the clear"),
        "{report:#}"
    );
}

#[test]
fn a_second_factor_comes_in_as_it_is() {
    let here = Installation::new();
    let stored = |kind: &str, secret: Value, data: Value| json!({"type": kind, "secretData": secret.to_string(), "credentialData": data.to_string()});
    let credentials = json!([
        stored("otp", json!({"value": "JBSWY3DPEHPK3PXPJBSW"}), json!({"subType": "totp", "digits": 6, "period": 30, "algorithm": "HmacSHA1"})),
        {"type": "totp", "value": "12345678901234567890", "digits": 8, "period": 60, "algorithm": "HmacSHA256"},
        stored("webauthn", json!({}), json!({"aaguid": "0", "credentialId": "AA", "counter": 5, "credentialPublicKey": "pQ"})),
        stored("recovery-authn-codes", json!({"codes": [{"number": 1, "encodedHashedValue": "x"}]}), json!({"hashIterations": 1, "algorithm": "RS512", "remaining": 1})),
    ]);
    let members = json!({"users": [{"username": "u", "credentials": credentials}]});
    let file = here.file("old.json", &realm("26.7.0", members).to_string());
    here.import(&file);
    let exported: Value = serde_json::from_str(&here.export("old")).unwrap();
    let stored = exported["users"][0]["credentials"].as_array().unwrap();

    let kinds: Vec<&str> = stored
        .iter()
        .map(|one| one["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["otp", "otp", "webauthn", "recovery-authn-codes"]);
    for (before, after) in credentials.as_array().unwrap().iter().zip(stored) {
        if let Some(secret) = before.get("secretData") {
            assert_eq!(
                (secret, &before["credentialData"]),
                (&after["secretData"], &after["credentialData"])
            );
        }
    }
    let old: Value = serde_json::from_str(stored[1]["credentialData"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&old["digits"], &old["period"], &old["subType"]),
        (&json!(8), &json!(60), &json!("totp"))
    );
}

#[test]
fn a_member_that_nobody_knows_is_named_and_stops_nothing() {
    let here = Installation::new();
    let members = json!({
        "invented": 1,
        "clients": [{"clientId": "app", "odd": true}],
        "users": [{"username": "u", "strange": "x", "federationLink": "ldap"}],
        "groups": [{"name": "g", "curious": []}],
    });
    let file = here.file("old.json", &realm("26.7.0", members).to_string());
    let report = here.import(&file);

    let dropped: Vec<&str> = report["dropped"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["place"].as_str().unwrap())
        .collect();
    for place in [
        "invented",
        "clients[].odd",
        "users[].strange",
        "users[].federationLink",
        "groups[].curious",
    ] {
        assert!(dropped.contains(&place), "{place} is not among {dropped:?}");
    }
}
