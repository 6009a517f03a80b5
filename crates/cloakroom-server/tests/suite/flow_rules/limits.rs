//! Limits of sessions: who is denied, which sessions end, and what comes of several who sign in at the same moment.

mod at_once;

use std::time::Duration;

use serde_json::{Value, json};

use super::{Scene, Story};
use crate::browser::{Browser, Place};
use crate::http::{Answer, Request, encode, text};
use crate::realm::{CALLBACK, Client};
use crate::server::pause;

pub(super) const STORIES: &[(&str, Story)] = &[
    ("one-session-too-many-is-denied", Scene::one_is_denied),
    ("the-oldest-session-ends-for-a-new-one", Scene::oldest_ends),
    (
        "sessions-are-counted-for-each-client",
        Scene::clients_are_counted,
    ),
    (
        "a-session-that-is-used-again-is-no-new-one",
        Scene::used_again,
    ),
    (
        "a-password-grant-is-held-to-the-limit",
        Scene::a_password_grant,
    ),
    (
        "a-password-grant-gets-by-no-limit-offline",
        Scene::an_offline_grant,
    ),
    (
        "a-limit-that-is-no-number-lets-nobody-in",
        Scene::strange_limits,
    ),
    (
        "of-several-at-once-as-many-come-in-as-may",
        Scene::several_at_once,
    ),
];

const LIMIT: &str = "user-session-limits";
const OLDEST: &str = "Terminate oldest session";

impl Scene {
    /// Limits sessions in this flow, in place of what limited them before.
    fn limit(&self, flow: &str, config: Value) {
        let is_it = |one: &Value| one["providerId"] == json!(LIMIT);
        if !self.steps(flow).iter().any(is_it) {
            self.add(flow, "execution", json!({"provider": LIMIT}));
            self.require(flow, LIMIT, "REQUIRED");
        }
        let id = text(&self.step(flow, LIMIT), "id").to_owned();
        let settings = json!({"alias": format!("limit {config}"), "config": config});
        let path = format!("/authentication/executions/{id}/config");
        self.done("POST", &path, &settings);
    }

    /// Another client, whose people sign in by this flow, by a password grant too.
    fn till(&self, flow: &str) -> Client {
        let bound = json!({"browser": flow, "direct_grant": flow});
        let settings = json!({
            "directAccessGrantsEnabled": true, "authenticationFlowBindingOverrides": bound,
        });
        self.realm.create_client("till", settings)
    }

    fn visit(&self, browser: &mut Browser, client: &str, more: &str) -> Place {
        let asked = [
            ("client_id", client),
            ("response_type", "code"),
            ("scope", "openid"),
            ("redirect_uri", CALLBACK),
        ];
        let request = format!("{}?{}{more}", self.realm.path("auth"), encode(&asked));
        browser.answer(&request, &self.ada)
    }

    /// The session that somebody comes into.
    fn come(&self, browser: &mut Browser, client: &str) -> String {
        let callback = self.visit(browser, client, "").client();
        assert!(!callback.get("code").is_empty(), "{callback:?}");
        callback.get("session_state").to_owned()
    }

    /// The page that somebody sees who does not come in.
    fn is_denied(&self, browser: &mut Browser, client: &str) -> String {
        let page = self.visit(browser, client, "").page();
        assert!(page.is_error(), "{}", page.answer.body);
        assert_eq!(page.answer.status, 403);
        page.answer.body
    }

    fn stranger(&self) -> Browser {
        Browser::new(&self.realm.server)
    }

    fn open_sessions(&self) -> Vec<String> {
        let path = format!("/users/{}/sessions", self.ada.id);
        let found = self.done("GET", &path, &Value::Null);
        let found = found.as_array().unwrap().iter();
        let mut ids: Vec<String> = found.map(|one| text(one, "id").to_owned()).collect();
        ids.sort();
        ids
    }

    fn told(&self, kind: &str) -> Vec<Value> {
        let found = self.done("GET", &format!("/events?type={kind}"), &Value::Null);
        found.as_array().unwrap().clone()
    }

    fn by_password(&self, port: u16, client: &Client) -> Answer {
        self.by_password_for(port, client, "openid")
    }

    fn by_password_for(&self, port: u16, client: &Client, scope: &str) -> Answer {
        let fields = [
            ("scope", scope),
            ("grant_type", "password"),
            ("client_id", client.id.as_str()),
            ("client_secret", client.secret.as_str()),
            ("username", self.ada.username.as_str()),
            ("password", self.ada.password.as_str()),
        ];
        let request = Request::form(&self.realm.path("token"), &fields);
        // A server that has too much to do says so, and may be asked again.
        for _ in 0..10 {
            let answer = self.realm.server.send_to(port, &request);
            if ![429, 503].contains(&answer.status) {
                return answer;
            }
            pause(Duration::from_secs(1));
        }
        panic!("the server had too much to do all the time");
    }

    /// The status of a refresh with the token of this answer.
    fn refresh(&self, client: &Client, of: &Answer) -> u16 {
        let of = of.json();
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", client.id.as_str()),
            ("client_secret", client.secret.as_str()),
            ("refresh_token", text(&of, "refresh_token")),
        ];
        let request = Request::form(&self.realm.path("token"), &fields);
        self.realm.server.send(&request).status
    }

    fn one_is_denied(&self) {
        self.limit(
            "own",
            json!({"userRealmLimit": "2", "userClientLimit": "0"}),
        );
        let (mut first, mut second) = (self.stranger(), self.stranger());
        let left = self.come(&mut first, "shop");
        self.come(&mut second, "shop");
        let mut third = self.stranger();
        let body = self.is_denied(&mut third, "shop");
        assert!(body.contains("in too many places"), "{body}");
        assert!(!third.cookies().contains("KEYCLOAK_IDENTITY="));
        assert_eq!(self.open_sessions().len(), 2);
        let told = self.told("LOGIN_ERROR");
        assert_eq!(told[0]["error"], json!("generic_authentication_error"));
        assert_eq!(told[0]["userId"], json!(self.ada.id));
        // Whoever is signed in and types the password again has one session as before.
        assert_eq!(self.come(&mut first, "shop"), left);

        let own = json!({"userRealmLimit": "2", "errorMessage": "Leave the <other> desk first."});
        self.limit("own", own);
        let body = self.is_denied(&mut third, "shop");
        assert!(body.contains("desk first."), "{body}");
        assert!(!body.contains("<other>"), "{body}");
        let texts = json!({"deskTaken": "Somebody has your desk.", "sessionLimitExceeded": "Two are enough."});
        self.done("POST", "/localization/en", &texts);
        self.limit(
            "own",
            json!({"userRealmLimit": "2", "errorMessage": "deskTaken"}),
        );
        let body = self.is_denied(&mut third, "shop");
        assert!(body.contains("Somebody has your desk."), "{body}");
        self.limit(
            "own",
            json!({"userRealmLimit": "2", "behavior": "Deny new session"}),
        );
        let body = self.is_denied(&mut third, "shop");
        assert!(body.contains("Two are enough."), "{body}");

        self.done("DELETE", &format!("/sessions/{left}"), &Value::Null);
        self.come(&mut third, "shop");
        assert_eq!(self.open_sessions().len(), 2);
    }

    fn oldest_ends(&self) {
        let kinds = ["LOGIN", "LOGIN_ERROR", "USER_SESSION_DELETED"];
        self.realm.change("", json!({"enabledEventTypes": kinds}));
        self.limit("own", json!({"userRealmLimit": "2", "behavior": OLDEST}));
        let first = self.come(&mut self.stranger(), "shop");
        let second = self.come(&mut self.stranger(), "shop");
        let third = self.come(&mut self.stranger(), "shop");
        let mut left = vec![second, third];
        left.sort();
        assert_eq!(self.open_sessions(), left);
        let told = self.told("USER_SESSION_DELETED");
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0]["sessionId"], json!(first));
        assert_eq!(told[0]["userId"], json!(self.ada.id));

        // Where there are more than that by now, as many end as it takes.
        self.limit("own", json!({"userRealmLimit": "1", "behavior": OLDEST}));
        let last = self.come(&mut self.stranger(), "shop");
        assert_eq!(self.open_sessions(), [last]);
        assert_eq!(self.told("USER_SESSION_DELETED").len(), 3);
        assert!(self.told("LOGIN_ERROR").is_empty());
    }

    fn clients_are_counted(&self) {
        self.till(&self.flow_id);
        self.limit("own", json!({"userClientLimit": "1"}));
        let (mut first, mut second) = (self.stranger(), self.stranger());
        // Nobody has traded a code yet, and the clients take part all the same.
        let of_shop = self.come(&mut first, "shop");
        let of_till = self.come(&mut second, "till");
        self.is_denied(&mut second, "shop");
        self.is_denied(&mut self.stranger(), "shop");
        assert_eq!(self.come(&mut first, "shop"), of_shop);
        assert_eq!(self.open_sessions().len(), 2);

        // Those of the client end first.
        let both = json!({"userRealmLimit": "2", "userClientLimit": "1", "behavior": OLDEST});
        self.limit("own", both);
        let third = self.come(&mut self.stranger(), "till");
        let mut left = vec![of_shop, third];
        left.sort();
        assert_eq!(self.open_sessions(), left);
        assert!(!left.contains(&of_till));
    }

    fn used_again(&self) {
        let top = json!({"alias": "sso", "providerId": "basic-flow", "topLevel": true});
        self.done("POST", "/authentication/flows", &top);
        let inner = json!({"alias": "who", "type": "basic-flow", "provider": ""});
        self.add("sso", "flow", inner);
        self.require("sso", "who", "REQUIRED");
        for step in ["auth-cookie", "auth-username-password-form"] {
            self.add("who", "execution", json!({"provider": step}));
            self.require("sso", step, "ALTERNATIVE");
        }
        self.limit("sso", json!({"userRealmLimit": "1"}));
        let sso = self.id_of("sso");
        self.bind(&sso).unwrap();
        self.till(&sso);
        let mut first = self.stranger();
        let session = self.come(&mut first, "shop");
        assert_eq!(self.come(&mut first, "till"), session);
        assert_eq!(first.asked.len(), 1, "the session was enough");
        let silent = self.visit(&mut first, "shop", "&prompt=none").client();
        assert_eq!(silent.get("session_state"), session);
        self.is_denied(&mut self.stranger(), "till");
        assert_eq!(self.open_sessions(), std::slice::from_ref(&session));

        // A client that comes to a session is one more of its own.
        self.limit("sso", json!({"userClientLimit": "1"}));
        assert_eq!(self.come(&mut first, "shop"), session);
        let mut second = self.stranger();
        self.come(&mut second, "till");
        let silent = self.visit(&mut second, "shop", "&prompt=none").client();
        assert_eq!(silent.get("error"), "access_denied");
        self.is_denied(&mut second, "shop");
        assert_eq!(self.come(&mut first, "shop"), session);
    }

    fn a_password_grant(&self) {
        let till = self.till(&self.flow_id);
        let port = self.realm.server.port;
        self.limit("own", json!({"userRealmLimit": "1"}));
        let first = self.by_password(port, &till);
        assert_eq!(first.status, 200, "{}", first.body);
        let denied = self.by_password(port, &till);
        assert_eq!(
            (denied.status, denied.error()),
            (400, "invalid_grant".to_owned())
        );
        let said = denied.json()["error_description"].clone();
        assert_eq!(said, json!("There are too many sessions"));
        let told = self.told("LOGIN_ERROR");
        assert_eq!(told[0]["error"], json!("generic_authentication_error"));
        self.limit(
            "own",
            json!({"userRealmLimit": "1", "errorMessage": "One is enough."}),
        );
        let said = self.by_password(port, &till).json()["error_description"].clone();
        assert_eq!(said, json!("One is enough."));

        self.limit("own", json!({"userRealmLimit": "1", "behavior": OLDEST}));
        let second = self.by_password(port, &till);
        assert_eq!(second.status, 200, "{}", second.body);
        assert_eq!(self.refresh(&till, &first), 400, "its session has ended");
        assert_eq!(self.refresh(&till, &second), 200);
        assert_eq!(self.open_sessions().len(), 1);
    }

    /// Such a grant opens an offline session alone, which those of browsers are not counted with.
    fn an_offline_grant(&self) {
        let till = self.till(&self.flow_id);
        let port = self.realm.server.port;
        let offline = || self.by_password_for(port, &till, "openid offline_access");
        self.limit("own", json!({"userRealmLimit": "1"}));
        let first = offline();
        assert_eq!(first.status, 200, "{}", first.body);
        assert!(self.open_sessions().is_empty());
        let denied = offline();
        assert_eq!(
            (denied.status, denied.error()),
            (400, "invalid_grant".to_owned())
        );
        assert_eq!(self.refresh(&till, &first), 200);
        self.come(&mut self.stranger(), "shop");

        self.limit("own", json!({"userRealmLimit": "1", "behavior": OLDEST}));
        let second = offline();
        assert_eq!(second.status, 200, "{}", second.body);
        assert_eq!(self.refresh(&till, &first), 400, "its session has ended");
        assert_eq!(self.refresh(&till, &second), 200);
        assert!(self.open_sessions().is_empty());
    }

    fn strange_limits(&self) {
        for none in ["", "0", "-5", "99999999999", "-9223372036854775808"] {
            let both = json!({"userRealmLimit": none, "userClientLimit": none});
            self.limit("own", both);
            assert!(self.is_let_in(), "{none}");
        }
        for strange in [
            "many",
            "2.5",
            "0x10",
            "1e3",
            "99999999999999999999",
            "1\u{661}",
        ] {
            self.limit("own", json!({"userRealmLimit": strange}));
            assert!(!self.is_let_in(), "{strange}");
            self.limit("own", json!({"userClientLimit": strange}));
            assert!(!self.is_let_in(), "{strange}");
        }
        self.limit(
            "own",
            json!({"userRealmLimit": "100", "behavior": "Deny nobody"}),
        );
        assert!(!self.is_let_in());
        let told = self.told("LOGIN_ERROR");
        assert_eq!(told[0]["error"], json!("access_denied"));
    }
}
