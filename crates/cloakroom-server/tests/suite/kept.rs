//! Answers about tokens are kept in memory for a moment. What changes a person, a session, a client or the realm shows
//! in the very next answer all the same: each change is a test.

mod own;

use std::sync::{Arc, Mutex, PoisonError};

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::http::{Answer, Request, text};
use crate::realm::{Client, Person, Realm};
use crate::server::Server;

/// Somebody who signed in, and the token that both endpoints were asked about already.
struct Scene {
    realm: Realm,
    person: Person,
    client: Client,
    client_uuid: String,
    role: Value,
    access: String,
    refresh: String,
}

/// A realm is made with four keys, which takes long where several are made at once.
static ONE_REALM: Mutex<()> = Mutex::new(());

/// What the endpoints say after a change.
enum Then {
    /// The token is good for nothing.
    Refused,
    /// A claim has this value.
    Says(&'static str, Value),
}

type Change = fn(&Scene) -> Then;

const CHANGES: &[(&str, Change)] = &[
    ("the-user-is-disabled", |scene| {
        scene.change_user(json!({"enabled": false}));
        Then::Refused
    }),
    ("the-user-is-removed", |scene| {
        scene.done("DELETE", &scene.user_path(""), &Value::Null);
        Then::Refused
    }),
    ("the-user-has-another-name", |scene| {
        scene.change_user(json!({"firstName": "Augusta"}));
        Then::Says("given_name", json!("Augusta"))
    }),
    ("the-user-has-another-address", |scene| {
        scene.change_user(json!({"email": "other@example.org", "emailVerified": false}));
        Then::Says("email", json!("other@example.org"))
    }),
    ("the-user-has-a-role", |scene| {
        scene.done(
            "POST",
            &scene.user_path("/role-mappings/realm"),
            &json!([scene.role]),
        );
        Then::Says("roles", json!(["auditor"]))
    }),
    ("the-user-is-signed-out-by-an-administrator", |scene| {
        scene.done("POST", &scene.user_path("/logout"), &Value::Null);
        Then::Refused
    }),
    ("everybody-is-signed-out", |scene| {
        scene.done("POST", "/logout-all", &Value::Null);
        Then::Refused
    }),
    ("the-refresh-token-is-revoked", |scene| {
        scene.form("revoke", &[("token", &scene.refresh)]);
        Then::Refused
    }),
    ("the-access-token-is-revoked", |scene| {
        scene.form("revoke", &[("token", &scene.access)]);
        Then::Refused
    }),
    ("the-client-signs-out", |scene| {
        scene.form("logout", &[("refresh_token", &scene.refresh)]);
        Then::Refused
    }),
    ("the-client-is-removed", |scene| {
        // A client that is gone cannot ask for itself, so the userinfo endpoint alone is asked.
        scene.done(
            "DELETE",
            &format!("/clients/{}", scene.client_uuid),
            &Value::Null,
        );
        Then::Refused
    }),
    ("a-claim-is-added-to-the-client", |scene| {
        let mapper = json!({
            "name": "colour", "protocol": "openid-connect", "protocolMapper": "oidc-hardcoded-claim-mapper",
            "config": {"claim.name": "colour", "claim.value": "blue", "jsonType.label": "String",
                "userinfo.token.claim": "true", "introspection.token.claim": "true"},
        });
        let path = format!("/clients/{}/protocol-mappers/models", scene.client_uuid);
        scene.done("POST", &path, &mapper);
        Then::Says("colour", json!("blue"))
    }),
];

/// The tests against one server.
pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let trial = |&(name, change): &(&'static str, Change)| {
        let server = Arc::clone(server);
        Trial::test(format!("{}::kept::{name}", server.database), move || {
            check(&Scene::set(&server, name), change);
            Ok(())
        })
    };
    let about_people = CHANGES.iter().map(trial);
    about_people.chain(own::trials(server)).collect()
}

fn check(scene: &Scene, change: Change) {
    for _ in 0..2 {
        let known = scene.userinfo();
        assert_eq!(known.json()["given_name"], "Ada", "{}", known.body);
        let known = scene.introspect();
        assert_eq!(known.json()["active"], true, "{}", known.body);
    }
    let then = change(scene);
    let (userinfo, introspected) = (scene.userinfo(), scene.introspect());
    match then {
        Then::Refused => {
            assert_eq!(userinfo.status, 401, "{}", userinfo.body);
            let is_active = introspected.json()["active"] == true;
            assert!(!is_active, "{}", introspected.body);
        }
        Then::Says(claim, value) => {
            assert_eq!(userinfo.json()[claim], value, "{}", userinfo.body);
            assert_eq!(introspected.json()["active"], true, "{}", introspected.body);
        }
    }
}

impl Scene {
    fn set(server: &Arc<Server>, name: &str) -> Self {
        let realm = {
            let _alone = ONE_REALM.lock().unwrap_or_else(PoisonError::into_inner);
            Realm::create(server, &format!("kept-{name}"), json!({}))
        };
        realm.done("POST", "/roles", &json!({"name": "auditor"}));
        let role = realm.call("GET", "/roles/auditor", &Value::Null).json();
        let roles = json!({
            "name": "roles", "protocol": "openid-connect",
            "protocolMapper": "oidc-usermodel-realm-role-mapper",
            "config": {"claim.name": "roles", "jsonType.label": "String", "multivalued": "true",
                "userinfo.token.claim": "true", "access.token.claim": "false"},
        });
        let itself = json!({
            "name": "itself", "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper",
            "config": {"included.client.audience": "app", "access.token.claim": "true"},
        });
        let settings = json!({
            "directAccessGrantsEnabled": true, "fullScopeAllowed": true, "protocolMappers": [roles, itself],
        });
        let client = realm.create_client("app", settings);
        let found = realm
            .call("GET", "/clients?clientId=app", &Value::Null)
            .json();
        let person = realm.create_person("ada", json!({}));
        // The roles that everybody has from the start would stand beside the one that is given.
        let defaults = realm.call(
            "GET",
            &format!("/users/{}/role-mappings/realm", person.id),
            &Value::Null,
        );
        let path = format!("/users/{}/role-mappings/realm", person.id);
        realm.done("DELETE", &path, &defaults.json());
        let mut scene = Self {
            client_uuid: text(&found[0], "id").to_owned(),
            realm,
            person,
            client,
            role,
            access: String::new(),
            refresh: String::new(),
        };
        let (username, password) = (scene.person.username.clone(), scene.person.password.clone());
        let tokens = scene.form(
            "token",
            &[
                ("grant_type", "password"),
                ("scope", "openid"),
                ("username", &username),
                ("password", &password),
            ],
        );
        let tokens = tokens.json();
        scene.access = text(&tokens, "access_token").to_owned();
        scene.refresh = text(&tokens, "refresh_token").to_owned();
        scene
    }

    fn user_path(&self, below: &str) -> String {
        format!("/users/{}{below}", self.person.id)
    }

    fn change_user(&self, settings: Value) {
        self.realm.change(&self.user_path(""), settings);
    }

    fn done(&self, method: &str, path: &str, body: &Value) {
        self.realm.done(method, path, body);
    }

    /// A form at an endpoint of the protocol, from the client.
    fn form(&self, endpoint: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![
            ("client_id", self.client.id.as_str()),
            ("client_secret", &self.client.secret),
        ];
        all.extend(fields);
        self.realm
            .server
            .send(&Request::form(&self.realm.path(endpoint), &all))
    }

    fn userinfo(&self) -> Answer {
        let request = Request::get(&self.realm.path("userinfo"));
        self.realm
            .server
            .send(&request.with("Authorization", &format!("Bearer {}", self.access)))
    }

    fn introspect(&self) -> Answer {
        self.form("token/introspect", &[("token", &self.access)])
    }
}

impl Realm {
    fn done(&self, method: &str, path: &str, body: &Value) {
        let answer = self.call(method, path, body);
        assert!(
            answer.status < 300,
            "{method} {path}: {} {}",
            answer.status,
            answer.body
        );
    }
}
