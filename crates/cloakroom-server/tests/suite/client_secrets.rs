//! The secret before over HTTP, which lives on beside its successor for a while: who sees it, and that it ends when it was
//! said to.

use std::sync::Arc;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::alerts::{call_with, deputy};
use crate::http::{Request, text};
use crate::realm::{Client, Realm, merged};
use crate::server::Server;

type Story = fn(&Scene);

pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let stories: [(&str, Story); 3] = [
        ("who-may-not-see-secrets-sees-the-mask", is_masked),
        ("an-ended-secret-does-not-live-on", stays_ended),
        ("a-change-of-the-client-leaves-it", is_left),
    ];
    let trial = |(name, story): (&'static str, Story)| {
        let server = Arc::clone(server);
        let shown = format!("{}::client_secrets::{name}", server.database);
        Trial::test(shown, move || {
            story(&Scene::set(&server, name));
            Ok(())
        })
    };
    stories.into_iter().map(trial).collect()
}

const ROTATED: &str = "client.secret.rotated";
const ENDS: &str = "client.secret.rotated.expiration.time";
const MASK: &str = "**********";

struct Scene {
    realm: Realm,
    app: Client,
    /// The path of the client.
    at: String,
    rotated: String,
}

impl Scene {
    fn set(server: &Arc<Server>, name: &str) -> Self {
        let realm = Realm::create(server, &format!("secrets-{name}"), json!({}));
        let app = realm.create_client("app", json!({"serviceAccountsEnabled": true}));
        let found = realm.call("GET", "/clients?clientId=app", &Value::Null);
        let at = format!("/clients/{}", text(&found.json()[0], "id"));
        Self {
            rotated: format!("{at}/client-secret/rotated"),
            realm,
            app,
            at,
        }
    }

    /// Makes a new secret, beside which the one before lives on.
    fn renew(&self) -> String {
        let path = format!("{}/client-secret?keep=3600", self.at);
        let made = self.realm.call("POST", &path, &Value::Null);
        assert_eq!(made.status, 200, "{}", made.body);
        let secret = text(&made.json(), "value").to_owned();
        self.realm.server.keep_secret(&secret);
        secret
    }

    fn works(&self, secret: &str) -> bool {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", self.app.id.as_str()),
            ("client_secret", secret),
        ];
        let asked = Request::form(&self.realm.path("token"), &fields);
        self.realm.server.send(&asked).status == 200
    }

    fn client(&self) -> Value {
        self.realm.call("GET", &self.at, &Value::Null).json()
    }

    fn put(&self, client: &Value) {
        let changed = self.realm.call("PUT", &self.at, client);
        assert_eq!(changed.status, 204, "{}", changed.body);
    }

    fn put_attributes(&self, attributes: Value) {
        let client = self.client();
        let attributes = merged(client["attributes"].clone(), attributes);
        self.put(&merged(client, json!({"attributes": attributes})));
    }

    fn kept(&self) -> u16 {
        self.realm.call("GET", &self.rotated, &Value::Null).status
    }

    /// What somebody sees of the secret before, by each call that shows clients.
    fn seen_by(&self, token: &str) -> Vec<Value> {
        let ask = |path: &str| {
            let seen = call_with(&self.realm, token, "GET", path, &Value::Null);
            assert_eq!(seen.status, 200, "{path}: {}", seen.body);
            seen.json()
        };
        let one = ask(&self.at);
        let listed = ["/clients?clientId=app", "/ui-ext/clients?search=app"].map(|path| {
            let all = ask(path);
            let mut all = all.as_array().unwrap().iter();
            all.find(|one| one["clientId"] == json!("app"))
                .unwrap()
                .clone()
        });
        let shown = [one].into_iter().chain(listed);
        shown
            .map(|one| one["attributes"][ROTATED].clone())
            .collect()
    }
}

fn is_masked(scene: &Scene) {
    let realm = &scene.realm;
    scene.renew();
    let (old, mask) = (json!(scene.app.secret), json!(MASK));
    assert_eq!(scene.client()["attributes"][ROTATED], old);
    let viewer = deputy(realm, Some("view-clients"));
    for seen in scene.seen_by(&viewer) {
        assert_eq!(seen, mask);
    }
    let manager = deputy(realm, Some("manage-clients"));
    for seen in scene.seen_by(&manager) {
        assert_eq!(seen, old);
    }
    let path = format!("{}/registration-access-token", scene.at);
    let shown = call_with(realm, &manager, "POST", &path, &Value::Null);
    assert_eq!(shown.status, 200, "{}", shown.body);
    assert_eq!(shown.json()["attributes"][ROTATED], mask);

    // By the secret one would act as the client's account, which may do what the manager may not.
    let path = format!("{}/service-account-user", scene.at);
    let account = realm.call("GET", &path, &Value::Null).json();
    let found = realm.call("GET", "/clients?clientId=realm-management", &Value::Null);
    let found = found.json();
    let management = text(&found[0], "id");
    let path = format!("/clients/{management}/roles/realm-admin");
    let role = realm.call("GET", &path, &Value::Null).json();
    let account = text(&account, "id");
    let path = format!("/users/{account}/role-mappings/clients/{management}");
    assert_eq!(realm.call("POST", &path, &json!([role])).status, 204);
    for seen in scene.seen_by(&manager) {
        assert_eq!(seen, mask);
    }
}

fn stays_ended(scene: &Scene) {
    assert!(scene.works(&scene.app.secret));
    scene.put_attributes(json!({"client.secret.expiration.time": "1000000000"}));
    assert!(!scene.works(&scene.app.secret));
    let second = scene.renew();
    assert!(scene.works(&second) && !scene.works(&scene.app.secret));
    assert_eq!(scene.kept(), 404);
    // One that counts is kept.
    let third = scene.renew();
    assert!(scene.works(&second) && scene.works(&third));
}

fn is_left(scene: &Scene) {
    let never = json!({ROTATED: "a secret of one's own choice", ENDS: "99999999999"});
    scene.put_attributes(never);
    assert_eq!(scene.kept(), 404);
    assert!(!scene.works("a secret of one's own choice"));

    let second = scene.renew();
    let stale = scene.client();
    let end = stale["attributes"][ENDS].clone();
    assert!(end.is_string(), "{stale}");
    scene.put_attributes(json!({ROTATED: MASK, ENDS: "99999999999"}));
    let now = scene.client();
    assert_eq!(now["attributes"][ROTATED], json!(scene.app.secret));
    assert_eq!(now["attributes"][ENDS], end);
    assert!(scene.works(&scene.app.secret) && !scene.works(MASK));

    let ended = scene.realm.call("DELETE", &scene.rotated, &Value::Null);
    assert_eq!(ended.status, 204, "{}", ended.body);
    scene.put(&stale);
    assert_eq!(scene.kept(), 404);
    assert!(!scene.works(&scene.app.secret) && scene.works(&second));
}
