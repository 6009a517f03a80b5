//! What tools compare that read back what they sent: what is empty is not there, and what is there is as it was asked for.

use std::sync::Arc;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::http::{Request, text};
use crate::jwt::claims;
use crate::realm::Realm;
use crate::server::Server;

type Story = fn(&Realm);

pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let stories: [(&str, Story); 7] = [
        ("settings-without-a-text-are-none", settings_are_none),
        ("an-answer-that-says-nothing-is-empty", empty_answers),
        ("an-rsa-key-is-as-long-as-asked", rsa_keys),
        ("people-are-found-by-the-day", days),
        ("an-address-is-one-persons-or-several", addresses),
        ("events-of-tokens-say-which", tokens_are_told),
        ("an-audience-that-is-refused-is-told", audiences_are_told),
    ];
    let trial = |(name, story): (&'static str, Story)| {
        let server = Arc::clone(server);
        Trial::test(
            format!("{}::compared::{name}", server.database),
            move || {
                let realm = Realm::create(&server, &format!("compared-{name}"), json!({}));
                story(&realm);
                Ok(())
            },
        )
    };
    stories.into_iter().map(trial).collect()
}

fn get(realm: &Realm, path: &str) -> Value {
    let found = realm.call("GET", path, &Value::Null);
    assert_eq!(found.status, 200, "{path}: {}", found.body);
    found.json()
}

fn post(realm: &Realm, path: &str, body: &Value) {
    let made = realm.call("POST", path, body);
    assert_eq!(made.status, 201, "{path}: {}", made.body);
}

fn settings_are_none(realm: &Realm) {
    let config = json!({"claim.name": "a", "claim.value": "", "jsonType.label": null});
    let mapper = json!({"name": "m", "protocol": "openid-connect", "protocolMapper": "oidc-hardcoded-claim-mapper", "config": config});
    post(
        realm,
        "/clients",
        &json!({"clientId": "shop", "protocolMappers": [mapper]}),
    );
    let shop = get(realm, "/clients?clientId=shop");
    assert_eq!(
        shop[0]["protocolMappers"][0]["config"],
        json!({"claim.name": "a"})
    );

    let provider = json!({
        "alias": "up", "providerId": "oidc", "firstBrokerLoginFlowAlias": "", "postBrokerLoginFlowAlias": "",
        "config": {"clientId": "c", "clientSecret": "", "loginHint": "", "syncMode": "IMPORT"},
    });
    post(realm, "/identity-provider/instances", &provider);
    let up = get(realm, "/identity-provider/instances/up");
    assert_eq!(up["config"], json!({"clientId": "c", "syncMode": "IMPORT"}));
    assert_eq!(up.get("firstBrokerLoginFlowAlias"), None);
    assert_eq!(up.get("postBrokerLoginFlowAlias"), None);

    post(
        realm,
        "/groups",
        &json!({"name": "g", "attributes": {"a": [], "b": ["c"]}}),
    );
    let group = get(realm, "/groups?search=g&briefRepresentation=false");
    assert_eq!(group[0]["attributes"], json!({"b": ["c"]}));
}

fn empty_answers(realm: &Realm) {
    post(
        realm,
        "/clients",
        &json!({"clientId": "api", "serviceAccountsEnabled": true, "authorizationServicesEnabled": true}),
    );
    let api = get(realm, "/clients?clientId=api");
    let at = format!("/clients/{}/authz/resource-server", text(&api[0], "id"));
    for path in ["scope/none", "resource/none/scopes"] {
        let missing = realm.call("GET", &format!("{at}/{path}"), &Value::Null);
        assert_eq!((missing.status, missing.body.as_str()), (404, ""), "{path}");
    }
    let nameless = realm.call("GET", &format!("{at}/scope/search"), &Value::Null);
    assert_eq!((nameless.status, nameless.body.as_str()), (400, ""));
    // What is refused before anybody looks at it is still told in words.
    let broken = realm.call("POST", &format!("{at}/scope"), &json!([]));
    assert_eq!(broken.status, 400);
    assert_ne!(broken.body, "");
}

/// The octets of the public half, as base64 says them.
fn length_of(keys: &Value, provider: &str) -> usize {
    let all = keys["keys"].as_array().into_iter().flatten();
    let mut mine = all.filter(|key| key["providerId"] == provider);
    let key = mine.next().expect("the key is listed");
    text(key, "publicKey").len()
}

fn rsa_keys(realm: &Realm) {
    let key = |name: &str, provider: &str, config: Value| {
        let body = json!({"name": name, "providerId": provider, "providerType": "org.keycloak.keys.KeyProvider", "config": config});
        post(realm, "/components", &body);
        let found = get(realm, &format!("/components?name={name}"));
        found[0].clone()
    };
    let long = key("long", "rsa-generated", json!({"keySize": ["4096"]}));
    let short = key("short", "rsa-generated", json!({"keySize": ["1024"]}));
    let enc = key(
        "enc",
        "rsa-enc-generated",
        json!({"algorithm": ["RSA-OAEP-256"], "keySize": ["3072"]}),
    );
    assert_eq!(short["config"]["keySize"], json!(["1024"]));
    assert_eq!(enc["config"]["algorithm"], json!(["RSA-OAEP-256"]));
    let keys = get(realm, "/keys");
    let length = |one: &Value| length_of(&keys, text(one, "id"));
    // SubjectPublicKeyInfo in base64: 2048 bits are 392 letters, 3072 are 564 and 4096 are 736.
    assert_eq!(
        (length(&long), length(&short), length(&enc)),
        (736, 392, 564)
    );

    let refused = realm.call(
        "POST",
        "/components",
        &json!({"name": "odd", "providerId": "rsa-generated", "providerType": "org.keycloak.keys.KeyProvider", "config": {"keySize": ["77"]}}),
    );
    assert_eq!(refused.status, 400, "{}", refused.body);
}

fn days(realm: &Realm) {
    realm.create_person("ada", json!({}));
    let count = |query: &str| realm.call("GET", &format!("/users?{query}"), &Value::Null);
    for (query, found) in [
        ("createdAfter=2020-01-01", 1),
        ("createdBefore=2020-01-01", 0),
        ("createdAfter=1577836800000", 1),
        ("createdAfter=", 1),
    ] {
        let answer = count(query);
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        let people = answer.json().as_array().map(Vec::len);
        assert_eq!(people, Some(found), "{query}");
    }
    for query in [
        "createdAfter=soon",
        "createdAfter=-1",
        "createdAfter=2020-13-01",
    ] {
        let answer = count(query);
        assert_eq!(answer.status, 400, "{query}");
        let why = answer.json();
        assert!(text(&why, "error").contains("yyyy-MM-dd"), "{why}");
    }
}

fn addresses(realm: &Realm) {
    let flags = |change: Value| {
        let told = realm.call("PUT", "", &change);
        assert_eq!(told.status, 204, "{}", told.body);
        let now = get(realm, "");
        [
            "duplicateEmailsAllowed",
            "loginWithEmailAllowed",
            "registrationEmailAsUsername",
        ]
        .map(|name| now[name] == json!(true))
    };
    for (change, after) in [
        (
            json!({"registrationEmailAsUsername": true}),
            [false, true, true],
        ),
        (
            json!({"duplicateEmailsAllowed": true}),
            [true, false, false],
        ),
        (
            json!({"registrationEmailAsUsername": true}),
            [false, false, true],
        ),
        (json!({"loginWithEmailAllowed": true}), [false, true, true]),
        (
            json!({"duplicateEmailsAllowed": true, "loginWithEmailAllowed": true}),
            [true, false, false],
        ),
    ] {
        assert_eq!(flags(change.clone()), after, "{change}");
    }
}

/// Whoever reads the trail finds the token that it speaks of, and the one before it.
fn tokens_are_told(realm: &Realm) {
    let kinds = ["LOGIN", "REFRESH_TOKEN"];
    realm.change(
        "/events/config",
        json!({"eventsEnabled": true, "enabledEventTypes": kinds}),
    );
    let ada = realm.create_person("ada", json!({}));
    let ask = |fields: &[(&str, &str)]| {
        let request = Request::form(&realm.path("token"), fields);
        let answer = realm.server.send(&request);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    };
    let first = ask(&[
        ("grant_type", "password"),
        ("client_id", "admin-cli"),
        ("scope", "openid"),
        ("username", ada.username.as_str()),
        ("password", ada.password.as_str()),
        // {"jti":"somebody-else"}: what this grant does not look at is no part of the trail.
        ("refresh_token", "e30.eyJqdGkiOiJzb21lYm9keS1lbHNlIn0.e30"),
    ]);
    let next = ask(&[
        ("grant_type", "refresh_token"),
        ("client_id", "admin-cli"),
        ("refresh_token", text(&first, "refresh_token")),
    ]);
    let told = |kind: &str| get(realm, &format!("/events?type={kind}"))[0]["details"].clone();
    let id = |answer: &Value, token: &str| claims(text(answer, token))["jti"].clone();

    let login = told("LOGIN");
    assert_eq!(login["token_id"], id(&first, "access_token"));
    assert_eq!(login["refresh_token_id"], id(&first, "refresh_token"));
    assert_eq!(login["refresh_token_type"], "Refresh");
    assert_eq!(login["updated_refresh_token_id"], Value::Null);
    assert_eq!(login["scope"], first["scope"]);

    let refresh = told("REFRESH_TOKEN");
    assert_eq!(refresh["token_id"], id(&next, "access_token"));
    assert_eq!(refresh["refresh_token_id"], id(&first, "refresh_token"));
    let updated = &refresh["updated_refresh_token_id"];
    assert_eq!(*updated, id(&next, "refresh_token"));
}

/// Whoever tries which services a token can be had for leaves a trail.
fn audiences_are_told(realm: &Realm) {
    let kinds = ["TOKEN_EXCHANGE", "TOKEN_EXCHANGE_ERROR"];
    realm.change(
        "/events/config",
        json!({"eventsEnabled": true, "enabledEventTypes": kinds}),
    );
    let ada = realm.create_person("ada", json!({}));
    let trades = json!({
        "directAccessGrantsEnabled": true,
        "attributes": {"standard.token.exchange.enabled": "true"},
    });
    let trader = realm.create_client("trader", trades);
    realm.create_client("vault", json!({}));
    let ask = |fields: &[(&str, &str)]| {
        let own = [
            ("client_id", trader.id.as_str()),
            ("client_secret", trader.secret.as_str()),
        ];
        let all = [own.as_slice(), fields].concat();
        realm
            .server
            .send(&Request::form(&realm.path("token"), &all))
    };
    let mine = ask(&[
        ("grant_type", "password"),
        ("username", ada.username.as_str()),
        ("password", ada.password.as_str()),
    ]);
    let mine = mine.json();
    let exchange = [
        (
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ),
        (
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
        ),
        ("subject_token", text(&mine, "access_token")),
    ];

    let refused = ask(&[exchange.as_slice(), &[("audience", "vault")]].concat());
    let given = ask(&exchange);

    assert_eq!(
        (refused.status, given.status),
        (400, 200),
        "{}",
        refused.body
    );
    let told = |kind: &str| get(realm, &format!("/events?type={kind}"));
    assert_eq!(told("TOKEN_EXCHANGE").as_array().map(Vec::len), Some(1));
    let errors = told("TOKEN_EXCHANGE_ERROR");
    assert_eq!(errors[0]["error"], "invalid_request", "{errors}");
    assert_eq!(errors[0]["clientId"], "trader");
}
