//! A realm whose people come from elsewhere, and the steps that every sign-in takes.

use std::sync::Arc;

use serde_json::{Value, json};

use super::op::{CLIENT, Op, SECRET, query_of};
use super::stand_in::StandIn;
use crate::browser::{Browser, Callback, Page, Place};
use crate::http::{Request, encode, text};
use crate::realm::{CALLBACK, Client, Realm, merged};
use crate::server::Server;

/// The realm of these tests.
pub(crate) struct Scene {
    pub(super) realm: Realm,
    pub(super) client: Client,
    pub(super) stand_in: StandIn,
    pub(super) inside: StandIn,
    pub(super) server: Arc<Server>,
}

impl Scene {
    pub(super) fn set(server: &Arc<Server>) -> Self {
        let settings = json!({"eventsEnabled": true, "resetPasswordAllowed": true});
        Self::of(server, "federation", settings)
    }

    /// The same in a realm of its own, with these settings.
    pub(super) fn of(server: &Arc<Server>, name: &str, settings: Value) -> Self {
        let realm = Realm::create(server, name, settings);
        server.keep_secret(SECRET);
        server.keep_secret("an-access-token-of-upstream-that-nobody-logs");
        Self {
            client: realm.create_client(
                "shop",
                json!({"attributes": {"post.logout.redirect.uris": CALLBACK}}),
            ),
            stand_in: StandIn::start(),
            inside: StandIn::start_inside(),
            server: Arc::clone(server),
            realm,
        }
    }

    /// The same in a realm of its own, whose flows may be changed.
    pub(super) fn in_realm(&self, name: &str) -> Self {
        let settings = json!({"eventsEnabled": true});
        self.with(Realm::create(&self.server, name, settings))
    }

    /// The same in another realm.
    pub(super) fn with(&self, realm: Realm) -> Self {
        Self {
            client: realm.create_client("shop-of-federation", json!({})),
            stand_in: self.stand_in.clone(),
            inside: self.inside.clone(),
            server: Arc::clone(&self.server),
            realm,
        }
    }

    /// An honest provider that knows somebody of this name, under the same name in the realm.
    pub(super) fn op(&self, name: &str) -> Op {
        self.op_with(name, json!({}), json!({}))
    }

    /// The same with further members of its representation, and of its settings.
    pub(super) fn op_with(&self, name: &str, members: Value, config: Value) -> Op {
        let op = Op::open((&self.stand_in, &self.inside), name);
        let usual = json!({
            "issuer": op.issuer, "clientId": CLIENT, "clientSecret": SECRET,
            "defaultScope": "openid profile email", "syncMode": "FORCE",
        });
        let asked = json!({
            "alias": name, "providerId": "oidc", "enabled": true, "displayName": format!("Provider {name}"),
            "config": merged(usual, config),
        });
        self.done(
            "POST",
            "/identity-provider/instances",
            &merged(asked, members),
        );
        op
    }

    /// Calls the admin API, which has to agree.
    pub(super) fn done(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.realm.call(method, path, body);
        assert!(
            answer.status < 300,
            "{method} {path}: {} {}",
            answer.status,
            answer.body
        );
        answer.json()
    }

    pub(super) fn browser(&self) -> Browser {
        Browser::new(&self.server)
    }

    /// The authorization request of the application.
    pub(super) fn request(&self, parameters: &[(&str, &str)]) -> String {
        let mut fields = vec![
            ("client_id", self.client.id.as_str()),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid profile email"),
            ("state", "the-state-of-shop"),
        ];
        fields.retain(|(name, _)| !parameters.iter().any(|(other, _)| name == other));
        fields.extend_from_slice(parameters);
        format!("{}?{}", self.realm.path("auth"), encode(&fields))
    }

    /// Opens the sign-in and goes to the provider; where the provider sees the browser arrive.
    pub(super) fn leave(&self, browser: &mut Browser, alias: &str) -> Callback {
        browser
            .open(&self.request(&[("kc_idp_hint", alias)]))
            .client()
    }

    /// The address that the provider sends the browser back to.
    pub(super) fn way_back(&self, left: &Callback, parameters: &[(&str, &str)]) -> String {
        let redirect = left.get("redirect_uri");
        let path = redirect
            .strip_prefix(&self.server.base)
            .expect("the way back is ours");
        let mut fields = vec![
            ("state", left.get("state")),
            ("code", "the-code-of-upstream"),
        ];
        fields.retain(|(name, _)| !parameters.iter().any(|(other, _)| name == other));
        fields.extend(parameters.iter().filter(|(_, value)| !value.is_empty()));
        format!("{path}?{}", encode(&fields))
    }

    /// Goes there and back, as somebody who agrees to everything there.
    pub(super) fn visit(&self, browser: &mut Browser, op: &Op) -> Place {
        let left = self.leave(browser, op.path.trim_start_matches('/'));
        op.arrive(&query_of(&left.address));
        browser.open(&self.way_back(&left, &[]))
    }

    /// Signs somebody in who comes for the first time or again; the claims of the ID token of the application.
    pub(super) fn sign_in(&self, browser: &mut Browser, op: &Op) -> Value {
        let callback = self.visit(browser, op).client();
        self.claims(&callback)
    }

    /// Trades the application's code; the claims of its ID token.
    pub(super) fn claims(&self, callback: &Callback) -> Value {
        let answer = self.tokens(callback);
        crate::jwt::claims(text(&answer, "id_token"))
    }

    pub(super) fn tokens(&self, callback: &Callback) -> Value {
        assert_eq!(callback.get("error"), "", "{callback:?}");
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", callback.get("code")),
            ("redirect_uri", CALLBACK),
            ("client_id", self.client.id.as_str()),
            ("client_secret", self.client.secret.as_str()),
        ];
        let answer = self
            .server
            .send(&Request::form(&self.realm.path("token"), &fields));
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// The users with exactly this name.
    pub(super) fn users(&self, username: &str) -> Vec<Value> {
        let path = format!("/users?exact=true&username={username}");
        let found = self.done("GET", &path, &Value::Null);
        found.as_array().cloned().unwrap_or_default()
    }

    pub(super) fn user(&self, username: &str) -> Value {
        let mut found = self.users(username);
        assert_eq!(found.len(), 1, "{username}");
        found.remove(0)
    }

    /// The accounts elsewhere that a user is linked to.
    pub(super) fn links(&self, user: &Value) -> Value {
        let path = format!("/users/{}/federated-identity", text(user, "id"));
        self.done("GET", &path, &Value::Null)
    }

    /// The events of one kind that a provider is named in.
    pub(super) fn events(&self, kind: &str, alias: &str) -> Vec<Value> {
        let path = format!("/events?type={kind}&max=1000");
        let found = self.done("GET", &path, &Value::Null);
        let all = found.as_array().cloned().unwrap_or_default();
        let is_of = |event: &Value| text(&event["details"], "identity_provider") == alias;
        all.into_iter().filter(is_of).collect()
    }
}

/// Submits the form of this id on a page, after `fill` has changed it.
pub(super) fn submit(
    browser: &mut Browser,
    page: &Page,
    id: &str,
    fill: impl FnOnce(&mut crate::html::Form),
) -> Place {
    let form = page.form(id);
    let mut form = form.unwrap_or_else(|| panic!("no form {id} on {}", page.answer.body));
    fill(&mut form);
    browser.submit(&page.address, &form)
}
