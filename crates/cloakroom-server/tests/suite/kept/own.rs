//! What a client that asks for itself was given is kept for the next time. Each change shows in the very next token.

use std::sync::{Arc, PoisonError};

use libtest_mimic::Trial;
use serde_json::{Value, json};

use super::ONE_REALM;
use crate::http::{Answer, Request, text};
use crate::jwt;
use crate::realm::{Client, Realm};
use crate::server::Server;

/// A realm with a client that has an account of its own.
struct Scene {
    realm: Realm,
    client: Client,
    /// The client in the admin API, and its account.
    path: String,
    account: String,
}

type Change = fn(&Scene);

/// What the token says after a change; `None` if there is none any more.
type Expected = Option<(&'static str, Value)>;

/// A change with its name, and what is expected of it.
type Row = (&'static str, Change, fn() -> Expected);

const CHANGES: &[Row] = &[
    (
        "a-claim-is-added",
        |scene| {
            let mapper = json!({
                "name": "colour", "protocol": "openid-connect", "protocolMapper": "oidc-hardcoded-claim-mapper",
                "config": {"claim.name": "colour", "claim.value": "blue", "jsonType.label": "String",
                    "access.token.claim": "true"},
            });
            let path = format!("{}/protocol-mappers/models", scene.path);
            scene.realm.done("POST", &path, &mapper);
        },
        || Some(("/colour", json!("blue"))),
    ),
    (
        "the-account-has-a-role",
        |scene| {
            scene
                .realm
                .done("POST", "/roles", &json!({"name": "auditor"}));
            let role = scene
                .realm
                .call("GET", "/roles/auditor", &Value::Null)
                .json();
            let path = format!("{}/role-mappings/realm", scene.account);
            let all = scene.realm.call("GET", &path, &Value::Null).json();
            scene.realm.done("DELETE", &path, &all);
            scene.realm.done("POST", &path, &json!([role]));
        },
        || Some(("/realm_access/roles", json!(["auditor"]))),
    ),
    (
        "the-account-has-another-address",
        |scene| {
            let mail = json!({"email": "machine@example.org", "emailVerified": true});
            scene.realm.change(&scene.account, mail);
        },
        || Some(("/email", json!("machine@example.org"))),
    ),
    (
        "tokens-live-shorter",
        |scene| scene.realm.change("", json!({"accessTokenLifespan": 77})),
        || Some(("/lives", json!(77))),
    ),
    (
        "the-account-is-disabled",
        |scene| {
            scene
                .realm
                .change(&scene.account, json!({"enabled": false}));
        },
        || None,
    ),
    (
        "the-client-is-disabled",
        |scene| scene.realm.change(&scene.path, json!({"enabled": false})),
        || None,
    ),
    (
        "the-client-has-no-account-any-more",
        |scene| {
            let settings = json!({"serviceAccountsEnabled": false});
            scene.realm.change(&scene.path, settings);
        },
        || None,
    ),
];

/// The tests against one server.
pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let trial = |&(name, change, expected): &(&'static str, Change, fn() -> Expected)| {
        let server = Arc::clone(server);
        let title = format!("{}::kept::own::{name}", server.database);
        Trial::test(title, move || {
            check(&Scene::set(&server, name), change, expected());
            Ok(())
        })
    };
    CHANGES.iter().map(trial).collect()
}

fn check(scene: &Scene, change: Change, expected: Expected) {
    let [first, mut second] = [scene.claims(), scene.claims()];
    assert_ne!(
        first["jti"], second["jti"],
        "each token has an id of its own"
    );
    for own in ["jti", "iat", "exp"] {
        second[own] = first[own].clone();
    }
    assert_eq!(first, second, "the rest is the same");
    let narrow = scene.token(&[("scope", "openid")]).json();
    assert!(text(&narrow, "scope").contains("openid"), "{narrow}");

    change(scene);

    match expected {
        Some((place, value)) => assert_eq!(scene.claims().pointer(place), Some(&value)),
        None => {
            let answer = scene.token(&[]);
            assert!((400..500).contains(&answer.status), "{}", answer.body);
        }
    }
}

impl Scene {
    fn set(server: &Arc<Server>, name: &str) -> Self {
        let realm = {
            let _alone = ONE_REALM.lock().unwrap_or_else(PoisonError::into_inner);
            Realm::create(server, &format!("own-{name}"), json!({}))
        };
        let settings = json!({"serviceAccountsEnabled": true, "fullScopeAllowed": true});
        let client = realm.create_client("machine", settings);
        let found = realm.call("GET", "/clients?clientId=machine", &Value::Null);
        let path = format!("/clients/{}", text(&found.json()[0], "id"));
        let account = realm.call("GET", &format!("{path}/service-account-user"), &Value::Null);
        Self {
            account: format!("/users/{}", text(&account.json(), "id")),
            realm,
            client,
            path,
        }
    }

    fn token(&self, more: &[(&str, &str)]) -> Answer {
        let mut all = vec![
            ("grant_type", "client_credentials"),
            ("client_id", self.client.id.as_str()),
            ("client_secret", &self.client.secret),
        ];
        all.extend(more);
        let request = Request::form(&self.realm.path("token"), &all);
        self.realm.server.send(&request)
    }

    /// The claims of a new token, and beside them how long it lives.
    fn claims(&self) -> Value {
        let answer = self.token(&[]);
        let mut claims = jwt::claims(text(&answer.json(), "access_token"));
        let second = |name: &str| claims[name].as_i64().unwrap();
        let lives = second("exp") - second("iat");
        assert_eq!(answer.json()["expires_in"], lives, "{}", answer.body);
        claims["lives"] = json!(lives);
        claims
    }
}
