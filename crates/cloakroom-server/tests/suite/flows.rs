//! Flows over HTTP: a sign-in obeys them, a draft counts for nothing until it is published, and a version comes back.

use std::sync::Arc;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::http::{Answer, Request, encode, text};
use crate::realm::{CALLBACK, Client, Person, Realm};
use crate::server::Server;

/// A realm with two clients, somebody with a password, and somebody with a second factor besides.
struct Scene {
    realm: Realm,
    shop: Client,
    shop_id: String,
    ada: Person,
    otto: Person,
    wanda: Person,
}

type Story = fn(&Scene);

pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let stories: [(&str, Story); 5] = [
        ("a-sign-in-obeys-its-flow", Scene::a_sign_in_obeys_its_flow),
        (
            "a-client-has-flows-of-its-own",
            Scene::a_client_has_flows_of_its_own,
        ),
        (
            "a-session-of-elsewhere-is-judged-by-the-flow",
            Scene::a_session_of_elsewhere_is_judged,
        ),
        (
            "a-draft-counts-when-it-is-published",
            Scene::a_draft_counts_when_it_is_published,
        ),
        (
            "the-simulator-decides-as-the-sign-in",
            Scene::the_simulator_decides_as_the_sign_in,
        ),
    ];
    let trial = |(name, story): (&'static str, fn(&Scene))| {
        let server = Arc::clone(server);
        Trial::test(format!("{}::flows::{name}", server.database), move || {
            story(&Scene::set(&server, name));
            Ok(())
        })
    };
    stories.into_iter().map(trial).collect()
}

impl Scene {
    fn set(server: &Arc<Server>, name: &str) -> Self {
        let settings = json!({"eventsEnabled": true, "adminEventsEnabled": true});
        let realm = Realm::create(server, &format!("flows-{name}"), settings);
        let shop = realm.create_client("shop", json!({"directAccessGrantsEnabled": true}));
        let found = realm
            .call("GET", "/clients?clientId=shop", &Value::Null)
            .json();
        let shop_id = text(&found[0], "id").to_owned();
        realm.create_client("library", json!({}));
        let ada = realm.create_person("ada", json!({}));
        let otp = json!({"credentials": [
            {"type": "password", "value": "an honest passphrase of otto"},
            {"type": "otp", "secretData": "{\"value\":\"GEZDGNBVGY3TQOJQ\"}",
                "credentialData": "{\"subType\":\"totp\",\"digits\":6,\"period\":30,\"algorithm\":\"HmacSHA1\"}"},
        ]});
        let otto = realm.create_person("otto", otp);
        let key = json!({"credentials": [
            {"type": "password", "value": "an honest passphrase of wanda"},
            {"type": "webauthn", "secretData": "{}", "credentialData": "{\"counter\":5}"},
        ]});
        let wanda = realm.create_person("wanda", key);
        Self {
            realm,
            shop,
            shop_id,
            ada,
            otto,
            wanda,
        }
    }

    fn browser(&self) -> Browser {
        Browser::new(&self.realm.server)
    }

    fn request(&self, more: &str) -> String {
        let asked = [
            ("client_id", "shop"),
            ("response_type", "code"),
            ("scope", "openid"),
            ("redirect_uri", CALLBACK),
        ];
        format!("{}?{}{more}", self.realm.path("auth"), encode(&asked))
    }

    fn done(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.realm.call(method, path, body);
        assert!(
            answer.status < 300,
            "{method} {path}: {} {}",
            answer.status,
            answer.body
        );
        match answer.body.is_empty() {
            true => Value::Null,
            false => answer.json(),
        }
    }

    fn by_password(&self, person: &Person) -> Answer {
        let fields = [
            ("grant_type", "password"),
            ("client_id", self.shop.id.as_str()),
            ("client_secret", self.shop.secret.as_str()),
            ("username", person.username.as_str()),
            ("password", person.password.as_str()),
        ];
        let request = Request::form(&self.realm.path("token"), &fields);
        self.browser().send(request)
    }

    /// Sets what a step of the flow is required to.
    fn require(&self, flow: &str, step: &str, requirement: &str) {
        let path = format!("/authentication/flows/{flow}/executions");
        let all = self.done("GET", &path, &Value::Null);
        let is_it =
            |one: &&Value| [&one["providerId"], &one["displayName"]].contains(&&json!(step));
        let mut found = all.as_array().unwrap().iter().find(is_it).unwrap().clone();
        found["requirement"] = json!(requirement);
        self.done("PUT", &path, &found);
    }

    fn errors(&self) -> Vec<Value> {
        let found = self.done("GET", "/events?type=LOGIN_ERROR", &Value::Null);
        found.as_array().cloned().unwrap_or_default()
    }

    fn a_sign_in_obeys_its_flow(&self) {
        let mut browser = self.browser();
        let signed_in = browser.answer(&self.request(""), &self.ada).client();
        assert!(!signed_in.get("code").is_empty(), "{signed_in:?}");
        // The session is enough while the flow looks at it.
        assert!(
            !browser
                .open(&self.request("&prompt=none"))
                .client()
                .get("code")
                .is_empty()
        );
        self.require("browser", "auth-cookie", "DISABLED");
        let silent = browser.open(&self.request("&prompt=none")).client();
        assert_eq!(silent.get("error"), "login_required");
        assert!(browser.open(&self.request("")).page().is_login());
        self.require("browser", "auth-cookie", "ALTERNATIVE");

        // Whoever has set up a second factor is asked for it.
        let asked = self.browser().answer(&self.request(""), &self.otto).page();
        assert!(
            asked.form("kc-otp-login-form").is_some(),
            "{}",
            asked.answer.body
        );
        assert_eq!(self.by_password(&self.ada).status, 200);
        let refused = self.by_password(&self.otto);
        assert!(
            refused.body.contains("Invalid user credentials"),
            "{}",
            refused.body
        );
        // A key that nobody can read is asked for all the same, and lets nobody in.
        self.require("browser", "webauthn-authenticator", "REQUIRED");
        let asked = self.browser().answer(&self.request(""), &self.wanda).page();
        assert!(asked.form("webauth").is_some(), "{}", asked.answer.body);
        self.require("browser", "webauthn-authenticator", "DISABLED");
        // Where the flow asks for none, the password is enough.
        self.require("browser", "Browser - Conditional 2FA", "DISABLED");
        self.require(
            "direct%20grant",
            "Direct Grant - Conditional OTP",
            "DISABLED",
        );
        assert!(
            !self
                .browser()
                .answer(&self.request(""), &self.otto)
                .client()
                .get("code")
                .is_empty()
        );
        assert_eq!(self.by_password(&self.otto).status, 200);

        // Without its forms a flow asks nobody, and says so instead of showing them.
        self.require("browser", "forms", "DISABLED");
        let closed = self.browser().open(&self.request("")).page();
        assert!(
            closed.is_error() && !closed.is_login(),
            "{}",
            closed.answer.body
        );
    }

    fn a_client_has_flows_of_its_own(&self) {
        self.done(
            "POST",
            "/authentication/flows/browser/copy",
            &json!({"newName": "strict"}),
        );
        let all = self.done("GET", "/authentication/flows", &Value::Null);
        let strict = all
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["alias"] == json!("strict"));
        let strict = text(strict.unwrap(), "id").to_owned();
        self.require("strict", "strict forms", "DISABLED");
        let client = format!("/clients/{}", self.shop_id);
        let bind = |to: &str, id: &str| {
            self.realm.change(
                &client,
                json!({"authenticationFlowBindingOverrides": {to: id}}),
            );
        };
        assert!(self.browser().open(&self.request("")).page().is_login());
        bind("browser", &strict);
        assert!(self.browser().open(&self.request("")).page().is_error());
        // Others go on as the realm says.
        let request = self
            .request("")
            .replace("client_id=shop", "client_id=library");
        assert!(self.browser().open(&request).page().is_login());
        bind("browser", "");
        bind("direct_grant", &strict);
        assert_eq!(self.by_password(&self.ada).status, 400);
        bind("direct_grant", "");
        assert_eq!(self.by_password(&self.ada).status, 200);
    }

    /// A session says who that is, and not that nothing else is asked.
    fn a_session_of_elsewhere_is_judged(&self) {
        let library = self
            .request("")
            .replace("client_id=shop", "client_id=library");
        let mut browser = self.browser();
        let signed_in = browser.answer(&library, &self.ada).client();
        assert!(!signed_in.get("code").is_empty(), "{signed_in:?}");
        let silently = self.request("&prompt=none");
        assert!(!browser.open(&silently).client().get("code").is_empty());

        let top = json!({"alias": "strict", "providerId": "basic-flow", "topLevel": true});
        self.done("POST", "/authentication/flows", &top);
        let add = |to: &str, kind: &str, body: Value| {
            let path = format!("/authentication/flows/{to}/executions/{kind}");
            self.done("POST", &path, &body);
        };
        let inner = json!({"alias": "known", "type": "basic-flow", "provider": ""});
        add("strict", "flow", inner);
        self.require("strict", "known", "REQUIRED");
        for step in ["auth-cookie", "auth-username-password-form"] {
            add("known", "execution", json!({"provider": step}));
            self.require("strict", step, "ALTERNATIVE");
        }
        for step in ["deny-access-authenticator", "auth-password-form"] {
            add("strict", "execution", json!({"provider": step}));
        }
        let all = self.done("GET", "/authentication/flows", &Value::Null);
        let mut all = all.as_array().unwrap().iter();
        let strict = all.find(|one| one["alias"] == json!("strict")).unwrap();
        self.realm.change(
            &format!("/clients/{}", self.shop_id),
            json!({"authenticationFlowBindingOverrides": {"browser": text(strict, "id")}}),
        );

        // Neither denied nor asked for more.
        assert!(!browser.open(&silently).client().get("code").is_empty());
        self.require("strict", "deny-access-authenticator", "REQUIRED");
        let denied = browser.open(&silently).client();
        assert_eq!(denied.get("error"), "access_denied");
        let denied = browser.open(&self.request("")).page();
        assert_eq!(denied.answer.status, 403);
        assert!(denied.is_error(), "{}", denied.answer.body);
        assert_eq!(self.errors()[0]["userId"], json!(self.ada.id));
        self.require("strict", "deny-access-authenticator", "DISABLED");
        self.require("strict", "auth-password-form", "REQUIRED");
        let asked = browser.open(&silently).client();
        assert_eq!(asked.get("error"), "login_required");
        assert!(browser.open(&self.request("")).page().is_login());
    }

    #[expect(
        clippy::too_many_lines,
        reason = "one story from the first change of a draft to the way back"
    )]
    fn a_draft_counts_when_it_is_published(&self) {
        let at = "/ui-ext/flows/browser";
        let draft = || self.done("GET", &format!("{at}/draft"), &Value::Null);
        let change = |sent: Value| {
            let mut sent = sent;
            sent["revision"] = draft()["revision"].clone();
            self.realm
                .call("POST", &format!("{at}/draft/changes"), &sent)
        };
        let step = |steps: &Value, name: &str| {
            let all = steps["steps"].as_array().unwrap();
            let is_it =
                |one: &&Value| [&one["providerId"], &one["displayName"]].contains(&&json!(name));
            all.iter()
                .find(is_it)
                .unwrap_or_else(|| panic!("{name}: {steps}"))
                .clone()
        };
        let part = self
            .realm
            .call("POST", "/ui-ext/flows/forms/draft", &json!({}));
        assert_eq!(
            part.status, 404,
            "what is inside another flow is drafted with that"
        );
        self.done("POST", &format!("{at}/draft"), &json!({}));
        let again = self.realm.call("POST", &format!("{at}/draft"), &json!({}));
        assert_eq!(again.status, 409);
        let before = self.done(
            "GET",
            "/authentication/flows/browser/executions",
            &Value::Null,
        );
        let cookie = text(&step(&draft(), "auth-cookie"), "id").to_owned();
        assert_eq!(
            change(json!({"change": "remove", "step": cookie})).status,
            200
        );
        assert_eq!(
            change(json!({"change": "remove", "step": cookie})).status,
            404
        );
        assert_eq!(change(json!({"change": "fly", "step": cookie})).status, 400);
        assert_eq!(
            change(json!({"change": "add", "provider": "no-such-step"})).status,
            400
        );
        let sub = json!({"change": "add-flow", "alias": "nobody from sales", "requirement": "CONDITIONAL"});
        let forms = text(&step(&draft(), "forms"), "id").to_owned();
        let mut inside = sub.clone();
        inside["into"] = json!(forms);
        assert_eq!(change(inside).status, 200);
        assert_eq!(change(sub).status, 409, "a name is taken once");
        let into = text(&step(&draft(), "nobody from sales"), "id").to_owned();
        let add = |provider: &str| json!({"change": "add", "provider": provider, "into": into, "requirement": "REQUIRED"});
        assert_eq!(change(add("deny-access-authenticator")).status, 200);
        assert_eq!(change(add("conditional-user-attribute")).status, 200);
        let condition = text(&step(&draft(), "conditional-user-attribute"), "id").to_owned();
        assert_eq!(
            change(json!({"change": "raise", "step": condition})).status,
            200
        );
        let config = json!({"attribute_name": "dept", "attribute_expected_value": "sales"});
        assert_eq!(
            change(json!({"change": "configure", "step": condition, "config": config})).status,
            200
        );
        assert_eq!(
            step(&draft(), "conditional-user-attribute")["config"],
            config
        );
        assert_eq!(
            change(json!({"change": "duplicate", "step": into})).status,
            200
        );
        let copied = text(&step(&draft(), "nobody from sales copy"), "id").to_owned();
        assert_eq!(
            change(json!({"change": "remove", "step": copied})).status,
            200
        );
        // The live flow is as it was.
        let live = self.done(
            "GET",
            "/authentication/flows/browser/executions",
            &Value::Null,
        );
        assert_eq!(live, before);
        // Of two editors the second is told.
        let late = json!({"revision": 1, "change": "remove", "step": into});
        assert_eq!(
            self.realm
                .call("POST", &format!("{at}/draft/changes"), &late)
                .status,
            409
        );

        let profile = json!({"unmanagedAttributePolicy": "ENABLED"});
        self.realm.change("/users/profile", profile);
        self.realm.change(
            &format!("/users/{}", self.ada.id),
            json!({"attributes": {"dept": ["sales"]}}),
        );
        let mut browser = self.browser();
        assert!(
            !browser
                .answer(&self.request(""), &self.ada)
                .client()
                .get("code")
                .is_empty()
        );
        let publish = |overwrite: bool| {
            let sent = json!({"revision": draft()["revision"], "overwrite": overwrite});
            self.realm
                .call("POST", &format!("{at}/draft/publish"), &sent)
        };
        // Somebody has changed the live flow since.
        self.require("browser", "identity-provider-redirector", "DISABLED");
        assert_eq!(draft()["isBehind"], json!(true));
        assert_eq!(publish(false).status, 409);
        let published = publish(true);
        assert_eq!(
            published.json(),
            json!({"version": 2}),
            "{}",
            published.body
        );
        let denied = self.browser().answer(&self.request(""), &self.ada).page();
        assert!(denied.is_error(), "{}", denied.answer.body);
        assert_eq!(self.errors()[0]["error"], json!("access_denied"));
        assert!(
            browser.open(&self.request("")).page().is_login(),
            "the step that knew the session is gone"
        );
        assert_eq!(
            self.realm
                .call("GET", &format!("{at}/draft"), &Value::Null)
                .status,
            404
        );

        // The way back: what was found there is a version too.
        let versions = self.done("GET", &format!("{at}/versions"), &Value::Null);
        assert_eq!(versions.as_array().map(Vec::len), Some(2), "{versions}");
        assert_eq!(versions[1]["madeBy"], json!(""));
        let first = self.done("GET", &format!("{at}/versions/1"), &Value::Null);
        assert_eq!(first["isLive"], json!(false));
        assert_eq!(
            self.realm
                .call("GET", &format!("{at}/versions/9"), &Value::Null)
                .status,
            404
        );
        self.done("POST", &format!("{at}/versions/1/restore"), &json!({}));
        let live = self.done(
            "GET",
            "/authentication/flows/browser/executions",
            &Value::Null,
        );
        let told = |all: &Value| -> Vec<String> {
            let all = all.as_array().unwrap().iter();
            all.map(|one| format!("{} {} {}", one["level"], one["displayName"], one["id"]))
                .collect()
        };
        assert_eq!(
            told(&live),
            told(&before),
            "the same steps with the same ids"
        );
        assert!(
            !self
                .browser()
                .answer(&self.request(""), &self.ada)
                .client()
                .get("code")
                .is_empty()
        );

        // What would let nobody in is not published.
        self.done("POST", &format!("{at}/draft"), &json!({}));
        let forms = text(&step(&draft(), "forms"), "id").to_owned();
        assert_eq!(
            change(json!({"change": "remove", "step": forms})).status,
            200
        );
        let refused = publish(false);
        assert_eq!(refused.status, 409, "{}", refused.body);
        assert!(
            refused.body.contains("Nobody could sign in"),
            "{}",
            refused.body
        );
        self.done("DELETE", &format!("{at}/draft"), &Value::Null);
        assert_eq!(
            self.realm
                .call("DELETE", &format!("{at}/draft"), &Value::Null)
                .status,
            404
        );
    }

    fn the_simulator_decides_as_the_sign_in(&self) {
        let simulate = |query: &str| {
            let path = format!("/ui-ext/flows/browser/simulation?{query}");
            self.done("GET", &path, &Value::Null)
        };
        assert_eq!(simulate("user=ada&client=shop")["end"], json!("in"));
        assert_eq!(simulate("session=true")["end"], json!("in"));
        assert_eq!(simulate("")["end"], json!("nobody"));
        let otto = simulate("user=otto");
        assert_eq!(otto["end"], json!("in"));
        let otp = otto["steps"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["name"] == json!("auth-otp-form"));
        assert_eq!(otp.unwrap()["isCarriedOut"], json!(true));
        assert_eq!(otp.unwrap()["because"], json!("proves"));
        assert_eq!(otp.unwrap()["about"], json!("otp"));
        for query in ["user=nobody", "client=none", "of=draft", "of=7", "of=x"] {
            let path = format!("/ui-ext/flows/browser/simulation?{query}");
            assert_eq!(
                self.realm.call("GET", &path, &Value::Null).status,
                404,
                "{query}"
            );
        }
        let gone = self
            .realm
            .call("GET", "/ui-ext/flows/none/simulation", &Value::Null);
        assert_eq!(gone.status, 404);
    }
}
