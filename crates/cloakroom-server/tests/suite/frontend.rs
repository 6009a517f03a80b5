//! Realms with an address of their own (`frontendUrl`): what begins with it, what does not, and who may say what it is.

mod hostile;
mod named;
mod relative;

use std::sync::Arc;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::http::{Request, encode, text};
use crate::realm::{CALLBACK, Client, Person, Realm};
use crate::server::Server;

/// Where a proxy passes on what comes for the realm, without the path.
const FRONT: &str = "https://login.example/auth";

/// The same as browsers write it in `Origin`.
const ORIGIN: &str = "https://login.example";

/// A realm, a client and somebody who may sign in.
struct Scene {
    realm: Realm,
    shop: Client,
    person: Person,
}

/// What a test does, with a name of a realm that no other has.
type Story = fn(&Arc<Server>, &str);

pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let all = named::STORIES
        .iter()
        .chain(hostile::STORIES)
        .chain(relative::STORIES);
    let trial = |(name, story): &(&'static str, Story)| {
        let (server, name, story) = (Arc::clone(server), *name, *story);
        Trial::test(
            format!("{}::frontend::{name}", server.database),
            move || {
                story(&server, &format!("front-{name}"));
                Ok(())
            },
        )
    };
    all.map(trial).collect()
}

impl Scene {
    /// A realm with this address, or with none.
    fn set(server: &Arc<Server>, name: &str, front: &str) -> Self {
        let realm = Realm::create(server, name, json!({"attributes": {"frontendUrl": front}}));
        let shop = realm.create_client("shop", json!({"directAccessGrantsEnabled": true}));
        let person = realm.create_person("ada", json!({}));
        Self {
            realm,
            shop,
            person,
        }
    }

    fn server(&self) -> &Arc<Server> {
        &self.realm.server
    }

    /// A browser that comes through the proxy.
    fn browser(&self) -> Browser {
        Browser::at(self.server(), FRONT)
    }

    fn get(&self, path: &str) -> Value {
        let path = format!("/realms/{}{path}", self.realm.name);
        let answer = self.server().send(&Request::get(&path));
        assert_eq!(answer.status, 200, "{path} {}", answer.body);
        answer.json()
    }

    fn discovery(&self) -> Value {
        self.get("/.well-known/openid-configuration")
    }

    fn request(&self, redirect_uri: &str) -> String {
        let asked = [
            ("client_id", self.shop.id.as_str()),
            ("response_type", "code"),
            ("scope", "openid"),
            ("redirect_uri", redirect_uri),
        ];
        format!("{}?{}", self.realm.path("auth"), encode(&asked))
    }

    /// What the token endpoint answers, whatever it is.
    fn token(&self, fields: &[(&str, &str)]) -> crate::http::Answer {
        let mut all = vec![
            ("client_id", self.shop.id.as_str()),
            ("client_secret", self.shop.secret.as_str()),
        ];
        all.extend(fields);
        let request = Request::form(&self.realm.path("token"), &all);
        self.server().send(&request)
    }

    fn by_password(&self) -> Value {
        let answer = self.token(&[
            ("grant_type", "password"),
            ("username", &self.person.username),
            ("password", &self.person.password),
            ("scope", "openid"),
        ]);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// The tokens that a code is traded for.
    fn trade(&self, code: &str) -> Value {
        let answer = self.token(&[
            ("grant_type", "authorization_code"),
            ("redirect_uri", CALLBACK),
            ("code", code),
        ]);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// What the userinfo endpoint says to a token.
    fn userinfo(&self, tokens: &Value) -> u16 {
        let bearer = format!("Bearer {}", text(tokens, "access_token"));
        let request = Request::get(&self.realm.path("userinfo")).with("Authorization", &bearer);
        self.server().send(&request).status
    }

    /// An access token with which the person administers the realm by this right.
    fn administers(&self, right: &str) -> String {
        let find = |path: &str| self.realm.call("GET", path, &Value::Null).json();
        let found = find("/clients?clientId=realm-management");
        let id = text(&found[0], "id");
        let role = find(&format!("/clients/{id}/roles/{right}"));
        let path = format!("/users/{}/role-mappings/clients/{id}", self.person.id);
        let given = self.realm.call("POST", &path, &json!([role]));
        assert_eq!(given.status, 204, "{}", given.body);
        let fields = [
            ("grant_type", "password"),
            ("client_id", "admin-cli"),
            ("username", self.person.username.as_str()),
            ("password", self.person.password.as_str()),
        ];
        let request = Request::form(&self.realm.path("token"), &fields);
        let answer = self.server().send(&request);
        assert_eq!(answer.status, 200, "{}", answer.body);
        format!("Bearer {}", text(&answer.json(), "access_token"))
    }

    fn set_front(&self, front: &str) {
        let attributes = json!({"attributes": {"frontendUrl": front}});
        self.realm.change("", attributes);
    }
}

fn issuer(realm: &str) -> String {
    format!("{FRONT}/realms/{realm}")
}
