//! Client policies over HTTP: what a realm demands of clients that are made, that change and that ask.

mod rows;

use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::http::{Answer, Request, encode, text};
use crate::realm::{CALLBACK, Client, Person, Realm, merged};
use crate::server::{Server, pause};
use rows::{Act, ROWS, Row};

pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let server = Arc::clone(server);
    let name = format!("client_policies::{}", server.database);
    vec![Trial::test(name, move || {
        let scene = Scene::set(&server);
        for row in ROWS {
            scene.check(row);
        }
        scene.conditions_say_when_a_policy_applies();
        scene.policies_complete_clients();
        scene.a_rotated_secret_lives_on_beside_the_new_one();
        Ok(())
    })]
}

struct Scene {
    realm: Realm,
    app: Client,
    app_uuid: String,
    person: Person,
}

const ANY: &str = r#"[{"condition":"any-client","configuration":{}}]"#;

impl Scene {
    fn set(server: &Arc<Server>) -> Self {
        let name = format!("client-policies-{}", server.database);
        let realm = Realm::create(server, &name, json!({}));
        let settings = json!({"directAccessGrantsEnabled": true, "serviceAccountsEnabled": true});
        let app = realm.create_client("app", settings);
        realm.create_client("pub", json!({"publicClient": true, "secret": Value::Null}));
        let person = realm.create_person("grace", json!({}));
        let found = realm
            .call("GET", "/clients?clientId=app", &Value::Null)
            .json();
        let app_uuid = text(&found[0], "id").to_owned();
        Self {
            realm,
            app,
            app_uuid,
            person,
        }
    }

    /// Puts one policy with one executor in force.
    fn demand(&self, executor: &str, config: &str, conditions: &str) {
        let config: Value = serde_json::from_str(config).unwrap();
        let conditions: Value = serde_json::from_str(conditions).unwrap();
        let executors = json!([{"executor": executor, "configuration": config}]);
        let policy = json!({"name": "p", "enabled": true, "conditions": conditions, "profiles": ["demands"]});
        for (path, body) in [
            ("policies", json!({"policies": []})),
            (
                "profiles",
                json!({"profiles": [{"name": "demands", "executors": executors}]}),
            ),
            ("policies", json!({"policies": [policy]})),
        ] {
            let answer = self
                .realm
                .call("PUT", &format!("/client-policies/{path}"), &body);
            assert_eq!(answer.status, 204, "{executor}: {}", answer.body);
        }
    }

    fn check(&self, (executor, config, act, expected): &Row) {
        self.demand(executor, config, ANY);
        let said = match act {
            Act::Create(settings) => self.create(settings).0,
            Act::Authorize(more) => self.authorize(more),
            Act::ForItself => error_of(&self.token(&[("grant_type", "client_credentials")])),
            Act::Password => error_of(&self.password()),
        };
        match (expected, said) {
            (None, None) => {}
            (Some((error, why)), Some((said, told))) if *error == said && told.contains(why) => {}
            (expected, said) => panic!("{executor} {config}: {said:?} instead of {expected:?}"),
        }
    }

    /// Makes a client and removes it again; what was refused, and what became of it.
    fn create(&self, settings: &str) -> (Option<(String, String)>, Value) {
        let settings: Value = serde_json::from_str(settings).unwrap();
        let sent = merged(
            json!({"clientId": "new", "redirectUris": ["https://x.test/cb"]}),
            settings,
        );
        let answer = self.realm.call("POST", "/clients", &sent);
        let Some(at) = answer.location().map(str::to_owned) else {
            return (error_of(&answer), Value::Null);
        };
        let path = format!("/clients/{}", at.rsplit('/').next().unwrap());
        let made = self.realm.call("GET", &path, &Value::Null).json();
        assert_eq!(self.realm.call("DELETE", &path, &Value::Null).status, 204);
        (None, made)
    }

    /// What the authorization endpoint refuses; a page to sign in is none.
    fn authorize(&self, more: &[(&str, &str)]) -> Option<(String, String)> {
        let usual = [
            ("client_id", "app"),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid"),
        ];
        let kept = usual
            .into_iter()
            .filter(|(name, _)| more.iter().all(|(other, _)| other != name));
        let fields: Vec<(&str, &str)> = kept.chain(more.iter().copied()).collect();
        let target = format!("{}?{}", self.realm.path("auth"), encode(&fields));
        let answer = self.realm.server.send(&Request::get(&target));
        let location = answer.location().filter(|at| at.starts_with(CALLBACK))?;
        let query = location.split_once(['?', '#'])?.1;
        let said = crate::http::decode(query);
        let find = |name: &str| {
            said.iter()
                .find(|(own, _)| own == name)
                .map(|(_, value)| value.clone())
        };
        Some((
            find("error")?,
            find("error_description").unwrap_or_default(),
        ))
    }

    fn token(&self, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("client_id", self.app.id.as_str())];
        if fields.iter().all(|(name, _)| *name != "client_secret") {
            all.push(("client_secret", &self.app.secret));
        }
        all.extend(fields);
        self.realm
            .server
            .send(&Request::form(&self.realm.path("token"), &all))
    }

    fn password(&self) -> Answer {
        self.token(&[
            ("grant_type", "password"),
            ("username", &self.person.username),
            ("password", &self.person.password),
        ])
    }

    fn conditions_say_when_a_policy_applies(&self) {
        let is_refused =
            || error_of(&self.token(&[("grant_type", "client_credentials")])).is_some();
        for (conditions, expected) in [
            ("[]", false),
            (ANY, true),
            (
                r#"[{"condition":"any-client","configuration":{"is-negative-logic":true}}]"#,
                false,
            ),
            (
                r#"[{"condition":"client-access-type","configuration":{"type":["confidential"]}}]"#,
                true,
            ),
            (
                r#"[{"condition":"client-access-type","configuration":{"type":["public"]}}]"#,
                false,
            ),
            (
                r#"[{"condition":"client-access-type","configuration":{"type":["public"],"is-negative-logic":true}}]"#,
                true,
            ),
            (
                r#"[{"condition":"client-scopes","configuration":{"type":"Default","scopes":["profile"]}}]"#,
                true,
            ),
            (
                r#"[{"condition":"client-scopes","configuration":{"type":"Optional","scopes":["address"]}}]"#,
                false,
            ),
            (
                r#"[{"condition":"grant-type","configuration":{"grant_types":["client_credentials"]}}]"#,
                true,
            ),
            (
                r#"[{"condition":"grant-type","configuration":{"grant_types":["password"]}}]"#,
                false,
            ),
            (
                r#"[{"condition":"client-roles","configuration":{"roles":["special"]}}]"#,
                false,
            ),
            (
                r#"[{"condition":"client-attributes","configuration":{"attributes":"[{\"key\":\"kind\",\"value\":\"bank\"}]"}}]"#,
                false,
            ),
            (
                r#"[{"condition":"client-updater-context","configuration":{"update-client-source":["ByAuthenticatedUser"]}}]"#,
                false,
            ),
        ] {
            self.demand("reject-request", "{}", conditions);
            assert_eq!(is_refused(), expected, "{conditions}");
        }
        for (source, expected) in [("ByAuthenticatedUser", true), ("ByAnonymous", false)] {
            let condition = json!([{"condition": "client-updater-context", "configuration": {"update-client-source": [source]}}]);
            self.demand("reject-request", "{}", &condition.to_string());
            assert_eq!(self.create("{}").0.is_some(), expected, "{source}");
        }
    }

    fn policies_complete_clients(&self) {
        let on = r#"{"auto-configure":"true"}"#;
        for (executor, config, sent, member, expected) in [
            (
                "consent-required",
                on,
                "{}",
                "/consentRequired",
                json!(true),
            ),
            (
                "full-scope-disabled",
                on,
                r#"{"fullScopeAllowed":true}"#,
                "/fullScopeAllowed",
                json!(false),
            ),
            (
                "reject-ropc-grant",
                on,
                r#"{"directAccessGrantsEnabled":true}"#,
                "/directAccessGrantsEnabled",
                json!(false),
            ),
            (
                "pkce-enforcer",
                on,
                "{}",
                "/attributes/pkce.code.challenge.method",
                json!("S256"),
            ),
            (
                "secure-signature-algorithm",
                "{}",
                "{}",
                "/attributes/id.token.signed.response.alg",
                json!("PS256"),
            ),
            (
                "secure-client-authenticator",
                r#"{"allowed-client-authenticators":["client-jwt"],"default-client-authenticator":"client-jwt"}"#,
                "{}",
                "/clientAuthenticatorType",
                json!("client-jwt"),
            ),
        ] {
            self.demand(executor, config, ANY);
            let (refused, made) = self.create(sent);
            assert_eq!(refused, None, "{executor}");
            assert_eq!(made.pointer(member), Some(&expected), "{executor}");
        }
    }

    fn a_rotated_secret_lives_on_beside_the_new_one(&self) {
        let secret = format!("/clients/{}/client-secret", self.app_uuid);
        let before = format!("{secret}/rotated");
        let renew = || {
            let secret = text(
                &self.realm.call("POST", &secret, &Value::Null).json(),
                "value",
            )
            .to_owned();
            self.realm.server.keep_secret(&secret);
            secret
        };
        let works = |secret: &str| {
            let fields = [
                ("grant_type", "client_credentials"),
                ("client_secret", secret),
            ];
            self.token(&fields).status == 200
        };
        let bad = json!({"profiles": [{"name": "bad", "executors": [{"executor": "secret-rotation", "configuration": {
            "expiration-period": 10, "rotated-expiration-period": 20, "remaining-rotation-period": 5}}]}]});
        assert_eq!(
            self.realm
                .call("PUT", "/client-policies/profiles", &bad)
                .status,
            400
        );

        let periods = r#"{"expiration-period":3600,"rotated-expiration-period":1800,"remaining-rotation-period":60}"#;
        self.demand("secret-rotation", periods, ANY);
        assert_eq!(self.realm.call("GET", &before, &Value::Null).status, 404);
        let second = renew();
        assert!(works(&self.app.secret) && works(&second));
        let kept = self.realm.call("GET", &before, &Value::Null).json();
        assert_eq!(kept["value"], json!(self.app.secret));
        let third = renew();
        assert!(!works(&self.app.secret) && works(&second) && works(&third));
        assert_eq!(self.realm.call("DELETE", &before, &Value::Null).status, 204);
        assert!(!works(&second) && works(&third));

        // One that has ended is good for nothing, and the next change of the client brings another.
        let over = r#"{"expiration-period":1,"rotated-expiration-period":0,"remaining-rotation-period":1}"#;
        self.demand("secret-rotation", over, ANY);
        let fourth = renew();
        let started = std::time::Instant::now();
        while works(&fourth) {
            assert!(started.elapsed().as_secs() < 10, "the secret does not end");
            pause(Duration::from_millis(100));
        }
        assert!(!works(&third));
        self.realm.change(
            &format!("/clients/{}", self.app_uuid),
            json!({"description": "d"}),
        );
        let fifth = text(
            &self.realm.call("GET", &secret, &Value::Null).json(),
            "value",
        )
        .to_owned();
        self.realm.server.keep_secret(&fifth);
        assert_ne!(fifth, fourth);
    }
}

/// The error and its description; `None` where there is none.
fn error_of(answer: &Answer) -> Option<(String, String)> {
    if answer.status < 400 {
        return None;
    }
    let body = answer.json();
    Some((
        text(&body, "error").to_owned(),
        text(&body, "error_description").to_owned(),
    ))
}
