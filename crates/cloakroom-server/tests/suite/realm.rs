//! What a test needs to stand there: realms, clients and people, made through the admin API.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use crate::http::{Answer, Request, text};
use crate::server::{ADMIN, Server};

/// An access token of `admin-cli` lives for a minute.
const TOKEN_AGE: Duration = Duration::from_secs(20);

/// Where clients are called back; nothing listens there, and no browser of the tests goes there.
pub(crate) const CALLBACK: &str = "https://rp.test/callback";

/// Somebody who can sign in.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) username: String,
    pub(crate) password: String,
}

/// A client and what proves it.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// A realm of the tests.
pub(crate) struct Realm {
    pub(crate) server: Arc<Server>,
    pub(crate) name: String,
    token: Mutex<Option<(String, Instant)>>,
}

impl Realm {
    /// A realm that is there already.
    pub(crate) fn known(server: &Arc<Server>, name: &str) -> Self {
        Self {
            server: Arc::clone(server),
            name: name.to_owned(),
            token: Mutex::default(),
        }
    }

    pub(crate) fn create(server: &Arc<Server>, name: &str, settings: Value) -> Self {
        let realm = Self::known(server, name);
        let asked = merged(
            json!({"realm": name, "enabled": true, "sslRequired": "none"}),
            settings,
        );
        let answer = realm.admin("POST", "/admin/realms", &asked);
        assert_eq!(answer.status, 201, "{}", answer.body);
        realm
    }

    pub(crate) fn issuer(&self) -> String {
        format!("{}/realms/{}", self.server.base, self.name)
    }

    /// The path of an endpoint of the protocol.
    pub(crate) fn path(&self, endpoint: &str) -> String {
        format!("/realms/{}/protocol/openid-connect/{endpoint}", self.name)
    }

    /// Calls the admin API below this realm.
    pub(crate) fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.admin(method, &format!("/admin/realms/{}{path}", self.name), body)
    }

    pub(crate) fn admin(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.admin_at(self.server.port, method, path, body)
    }

    /// Calls the admin API below this realm with a text that may be no JSON.
    pub(crate) fn send_text(&self, method: &str, path: &str, text: &str) -> Answer {
        let path = format!("/admin/realms/{}{path}", self.name);
        let request = Request::new(method, &path)
            .with("Authorization", &format!("Bearer {}", self.admin_token()))
            .with("Content-Type", "application/json")
            .with_body(text.as_bytes().to_vec());
        self.server.send(&request)
    }

    /// Calls the admin API of the node at this port.
    pub(crate) fn admin_at(&self, port: u16, method: &str, path: &str, body: &Value) -> Answer {
        let mut request = Request::new(method, path)
            .with("Authorization", &format!("Bearer {}", self.admin_token()));
        if !body.is_null() {
            request = request
                .with("Content-Type", "application/json")
                .with_body(body.to_string().into_bytes());
        }
        self.server.send_to(port, &request)
    }

    pub(crate) fn admin_token(&self) -> String {
        let mut kept = self.token.lock().unwrap();
        if let Some((token, at)) = &*kept
            && at.elapsed() < TOKEN_AGE
        {
            return token.clone();
        }
        let fields = [
            ("grant_type", "password"),
            ("client_id", "admin-cli"),
            ("username", ADMIN.0),
            ("password", ADMIN.1),
        ];
        let path = "/realms/master/protocol/openid-connect/token";
        let answer = self.server.send(&Request::form(path, &fields));
        let token = text(&answer.json(), "access_token").to_owned();
        assert!(!token.is_empty(), "{}", answer.body);
        *kept = Some((token.clone(), Instant::now()));
        token
    }

    /// Registers a confidential client that signs people in; `settings` change that.
    pub(crate) fn create_client(&self, id: &str, settings: Value) -> Client {
        let secret = format!("the-secret-of-{id}-that-nobody-guesses-in-{}", self.name);
        self.server.keep_secret(&secret);
        let asked = json!({
            "clientId": id, "secret": secret, "enabled": true, "protocol": "openid-connect",
            "publicClient": false, "standardFlowEnabled": true, "directAccessGrantsEnabled": false,
            "redirectUris": [CALLBACK],
        });
        let answer = self.call("POST", "/clients", &merged(asked, settings));
        assert_eq!(answer.status, 201, "{}", answer.body);
        Client {
            id: id.to_owned(),
            secret,
        }
    }

    /// Creates somebody with a value for every standard claim.
    pub(crate) fn create_person(&self, username: &str, settings: Value) -> Person {
        let password = format!("an honest passphrase of {username}");
        self.server.keep_secret(&password);
        let asked = json!({
            "username": username, "enabled": true,
            "email": format!("{username}@example.org"), "emailVerified": true,
            "firstName": "Ada", "lastName": "Lovelace",
            "credentials": [{"type": "password", "value": password, "temporary": false}],
            "attributes": {
                "middleName": ["King"], "nickname": ["Ada"],
                "profile": ["https://example.org/ada"], "picture": ["https://example.org/ada.png"],
                "website": ["https://example.org"], "gender": ["female"],
                "birthdate": ["1815-12-10"], "zoneinfo": ["Europe/London"], "locale": ["en"],
                "updatedAt": ["1700000000"],
                "phoneNumber": ["+44 20 7946 0000"], "phoneNumberVerified": ["true"],
                "street": ["12 St James's Square"], "locality": ["London"], "region": ["London"],
                "postal_code": ["SW1Y 4JH"], "country": ["GB"],
                "formatted": ["12 St James's Square, London SW1Y 4JH"],
            },
        });
        let answer = self.call("POST", "/users", &merged(asked, settings));
        assert_eq!(answer.status, 201, "{}", answer.body);
        Person {
            id: last_segment(&answer),
            username: username.to_owned(),
            password,
        }
    }

    /// Changes what a client or a person is: reads it, and writes it back with these settings.
    pub(crate) fn change(&self, path: &str, settings: Value) {
        let found = self.call("GET", path, &Value::Null).json();
        let answer = self.call("PUT", path, &merged(found, settings));
        assert!(
            answer.status < 300,
            "{path}: {} {}",
            answer.status,
            answer.body
        );
    }
}

/// The first object, with the members of the second in place of its own.
pub(crate) fn merged(mut object: Value, other: Value) -> Value {
    let other = match other {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    if let Value::Object(members) = &mut object {
        members.extend(other);
    }
    object
}

fn last_segment(answer: &Answer) -> String {
    let location = answer.location().unwrap_or_default();
    location.rsplit('/').next().unwrap_or_default().to_owned()
}
