//! What becomes of a sign-in where a part of its flow goes, or would not be read.

use serde_json::{Value, json};

use super::{Scene, Story};
use crate::browser::Browser;
use crate::further::{self, Device};
use crate::http::{Request, encode, text};
use crate::realm::{CALLBACK, Realm};

pub(super) const STORIES: &[(&str, Story)] = &[
    (
        "nobody-gets-by-a-sub-flow-that-is-deleted",
        Scene::a_part_is_deleted,
    ),
    (
        "what-two-flows-share-stays-with-one-of-them",
        Scene::what_is_shared_stays,
    ),
    ("a-flow-is-read-to-its-end", Scene::all_is_read),
    (
        "what-a-realm-is-bound-to-does-not-go-with-another-flow",
        Scene::what_is_bound_stays,
    ),
    (
        "an-empty-name-of-a-flow-leaves-no-second-factor-out",
        Scene::an_empty_name,
    ),
    (
        "a-client-is-bound-to-whole-flows-for-people",
        Scene::whole_flows,
    ),
    (
        "the-guard-counts-what-people-of-the-realm-can-have",
        Scene::what_people_can_have,
    ),
    (
        "the-guard-knows-what-a-realm-does-not-bind",
        Scene::what_is_not_bound,
    ),
];

impl Scene {
    fn sub_flow(&self, alias: &str, requirement: &str, step: &str) -> String {
        let inner = json!({"alias": alias, "type": "basic-flow", "provider": ""});
        self.add("own", "flow", inner);
        self.require("own", alias, requirement);
        self.add(alias, "execution", json!({"provider": step}));
        self.require(alias, step, "REQUIRED");
        text(&self.step("own", alias), "flowId").to_owned()
    }

    fn last_error(&self) -> Value {
        let found = self.done("GET", "/events?type=LOGIN_ERROR", &Value::Null);
        found[0].clone()
    }

    /// Keycloak lets a flow be deleted that another one has inside: it runs no sign-in where that was required, and passes
    /// it over where it was conditional.
    fn a_part_is_deleted(&self) {
        for (alias, requirement) in [("second", "REQUIRED"), ("perhaps", "CONDITIONAL")] {
            let id = self.sub_flow(alias, requirement, "allow-access-authenticator");
            assert!(self.is_let_in(), "{alias}");
            self.done("DELETE", &format!("/authentication/flows/{id}"), &json!({}));
            assert!(!self.is_let_in(), "{alias}");
            let error = self.last_error();
            assert_eq!(error["error"], json!("invalid_flow"));
            let reason = error["details"]["reason"].to_string();
            assert!(reason.contains(&format!("flow {id}")), "{reason}");

            // The step is there to be seen, and to be removed.
            let is_it = |step: &&Value| step["requirement"] == json!(requirement);
            let steps = self.steps("own");
            let left = steps.iter().rfind(is_it).unwrap();
            let left = text(left, "id");
            self.done(
                "DELETE",
                &format!("/authentication/executions/{left}"),
                &json!({}),
            );
            assert!(self.is_let_in(), "{alias}");
        }
    }

    fn what_is_shared_stays(&self) {
        let id = self.sub_flow("second", "REQUIRED", "deny-access-authenticator");
        assert!(!self.is_let_in());
        let top =
            |alias: &str| json!({"alias": alias, "providerId": "basic-flow", "topLevel": true});
        self.done("POST", "/authentication/flows", &top("other"));
        let other = self.id_of("other");
        let step = json!({"parentFlow": other, "flowId": id, "requirement": "REQUIRED"});
        let shared = || {
            self.done("POST", "/authentication/executions", &step);
            let step = self.step("other", "second");
            format!("/authentication/executions/{}", text(&step, "id"))
        };
        self.done("DELETE", &shared(), &json!({}));
        assert!(!self.is_let_in(), "a step of the other flow goes alone");
        shared();
        self.done(
            "DELETE",
            &format!("/authentication/flows/{other}"),
            &json!({}),
        );
        assert!(!self.is_let_in(), "and so does the other flow");

        let last = text(&self.step("own", "second"), "id").to_owned();
        self.done(
            "DELETE",
            &format!("/authentication/executions/{last}"),
            &json!({}),
        );
        assert!(self.is_let_in());
        let flow = format!("/authentication/flows/{id}");
        let gone = self.realm.call("GET", &flow, &Value::Null);
        assert_eq!(gone.status, 404, "nothing has it any more: {}", gone.body);
    }

    /// What no sign-in would come to is refused, and what is taken is come to.
    fn all_is_read(&self) {
        let inner = |alias: &str| json!({"alias": alias, "type": "basic-flow", "provider": ""});
        self.add("own", "flow", inner("1"));
        for depth in 2..=10 {
            let (around, inside) = ((depth - 1).to_string(), depth.to_string());
            self.add(&around, "flow", inner(&inside));
            self.require("own", &inside, "REQUIRED");
        }
        self.require("own", "1", "REQUIRED");
        self.add(
            "10",
            "execution",
            json!({"provider": "allow-access-authenticator"}),
        );
        self.require("own", "allow-access-authenticator", "REQUIRED");
        assert!(self.is_let_in());
        self.require("own", "allow-access-authenticator", "DISABLED");
        assert!(
            !self.is_let_in(),
            "the last flow is one in which nothing counts"
        );

        // Each of these stands twice in the next one, so there are twice as many ways to the first in each.
        let top =
            |alias: &str| json!({"alias": alias, "providerId": "basic-flow", "topLevel": true});
        let mut refused = None;
        for size in 1..=9 {
            let alias = format!("twice {size}");
            self.done("POST", "/authentication/flows", &top(&alias));
            let (parent, inside) = (self.id_of(&alias), format!("twice {}", size - 1));
            for _ in 0..2 {
                let step = match size {
                    1 => json!({"parentFlow": parent, "authenticator": "auth-cookie"}),
                    _ => json!({"parentFlow": parent, "flowId": self.id_of(&inside)}),
                };
                let answer = self.realm.call("POST", "/authentication/executions", &step);
                if answer.status != 201 {
                    refused = Some((size, answer));
                }
            }
        }
        let (size, refused) = refused.unwrap();
        assert_eq!((size, refused.status), (9, 400), "{}", refused.body);
        assert!(
            refused.body.contains("more than 1000 steps"),
            "{}",
            refused.body
        );
        // A step in the first one is a step for each of the 128 ways to it.
        let step = json!({"provider": "auth-cookie"});
        let add = || {
            let path = "/authentication/flows/twice%201/executions/execution";
            self.realm.call("POST", path, &step).status
        };
        assert_eq!([add(), add(), add(), add()], [201, 201, 201, 400]);
    }

    /// A flow that is bound may be a part of another as well.
    fn what_is_bound_stays(&self) {
        self.add(
            "own",
            "execution",
            json!({"provider": "deny-access-authenticator"}),
        );
        self.require("own", "deny-access-authenticator", "REQUIRED");
        self.realm.change("", json!({"browserFlow": "own"}));
        self.bind("").unwrap();
        assert!(!self.is_let_in());
        let top = json!({"alias": "other", "providerId": "basic-flow", "topLevel": true});
        self.done("POST", "/authentication/flows", &top);
        let other = self.id_of("other");
        let step = json!({"parentFlow": other, "flowId": self.flow_id, "requirement": "REQUIRED"});
        self.done("POST", "/authentication/executions", &step);
        let other = format!("/authentication/flows/{other}");
        self.done("DELETE", &other, &json!({}));
        assert!(!self.is_let_in());
        let own = format!("/authentication/flows/{}", self.flow_id);
        assert_eq!(self.done("GET", &own, &Value::Null)["alias"], json!("own"));
    }

    /// Keycloak's own flow counts where a realm's file names none.
    fn an_empty_name(&self) {
        let name = format!("{}-empty", self.realm.name);
        let unset = json!({"browserFlow": "", "directGrantFlow": "", "firstBrokerLoginFlow": ""});
        let realm = Realm::create(&self.realm.server, &name, unset);
        let shop = realm.create_client("shop", json!({"directAccessGrantsEnabled": true}));
        let device = Device::new("empty");
        let password = json!({"type": "password", "value": "an honest passphrase of otto"});
        let credentials = json!({"credentials": [password, device.credential("")]});
        let otto = realm.create_person("otto", credentials);
        let asked = [
            ("client_id", "shop"),
            ("response_type", "code"),
            ("scope", "openid"),
            ("redirect_uri", CALLBACK),
        ];
        let request = format!("{}?{}", realm.path("auth"), encode(&asked));
        let page = Browser::new(&realm.server).answer(&request, &otto).page();
        assert!(page.form(further::OTP).is_some(), "{}", page.answer.body);
        let fields = [
            ("grant_type", "password"),
            ("client_id", shop.id.as_str()),
            ("client_secret", shop.secret.as_str()),
            ("username", otto.username.as_str()),
            ("password", otto.password.as_str()),
        ];
        let grant = Request::form(&realm.path("token"), &fields);
        let refused = Browser::new(&realm.server).send(grant);
        let words = "Invalid user credentials";
        assert!(refused.body.contains(words), "{}", refused.body);
    }

    /// What is inside another flow asks for less than that, and Keycloak's console offers none of it.
    fn whole_flows(&self) {
        let part = self.sub_flow("second", "REQUIRED", "allow-access-authenticator");
        let of_clients =
            json!({"alias": "machines", "providerId": "client-flow", "topLevel": true});
        self.done("POST", "/authentication/flows", &of_clients);
        let of_clients = self.id_of("machines");
        for id in [&part, &of_clients] {
            let refused = self.bind(id).unwrap_err();
            assert!(refused.starts_with("400"), "{refused}");
            assert!(refused.contains("cannot be bound for browser"), "{refused}");
            let bound = json!({"browser": id});
            let new = json!({"clientId": "new", "authenticationFlowBindingOverrides": bound});
            let refused = self.realm.call("POST", "/clients", &new);
            assert_eq!(refused.status, 400, "{}", refused.body);
            // A file comes in without it, as it does where a whole realm is imported.
            let import = json!({"ifResourceExists": "OVERWRITE", "clients": [new]});
            self.done("POST", "/partialImport", &import);
            let found = self.done("GET", "/clients?clientId=new", &Value::Null);
            assert_eq!(text(&found[0], "clientId"), "new");
            let bound = &found[0]["authenticationFlowBindingOverrides"];
            assert!(bound["browser"].is_null(), "{bound}");
            let path = format!("/clients/{}", text(&found[0], "id"));
            self.done("DELETE", &path, &Value::Null);
        }
        // What a client is bound to already does not stand in the way of other changes.
        let flow = format!("/authentication/flows/{}", self.flow_id);
        let mut own = self.done("GET", &flow, &Value::Null);
        own["topLevel"] = json!(false);
        self.done("PUT", &flow, &own);
        self.bind(&self.flow_id).unwrap();
        assert!(self.is_let_in());
    }

    /// A second factor that nobody has and nobody can set up lets nobody in.
    fn what_people_can_have(&self) {
        let locks = |change: &str| {
            let path = format!("/ui-ext/flows/own/guard?{change}");
            self.done("GET", &path, &Value::Null)["locksOut"] == json!(true)
        };
        let step = |name: &str| text(&self.step("own", name), "id").to_owned();
        let required = |name: &str| format!("step={}&requirement=REQUIRED", step(name));
        let may_set_up = |alias: &str, enabled: bool| {
            let action = format!("/authentication/required-actions/{alias}");
            self.realm.change(&action, json!({"enabled": enabled}));
        };
        let (code, key) = ("auth-otp-form", "webauthn-authenticator");
        let paper = "auth-recovery-authn-code-form";
        for provider in [code, key, paper] {
            self.add("own", "execution", json!({"provider": provider}));
        }
        for (kind, action) in [(code, "CONFIGURE_TOTP"), (key, "webauthn-register")] {
            may_set_up(action, true);
            assert!(
                !locks(&required(kind)),
                "{kind}: anybody sets one up on the way"
            );
            may_set_up(action, false);
            assert!(
                locks(&required(kind)),
                "{kind}: nobody has one, and nobody gets one"
            );
        }
        // Codes on paper are made by who is signed in, and by this flow nobody would be.
        may_set_up("CONFIGURE_RECOVERY_AUTHN_CODES", true);
        assert!(locks(&required(paper)));
        let codes = [
            json!({"type": "password", "value": "an honest passphrase of otto"}),
            Device::new("otto").credential(""),
            further::paper(&["AAAABBBBCCCC"], 1),
        ];
        self.realm
            .create_person("otto", json!({"credentials": codes}));
        assert!(!locks(&required(code)) && !locks(&required(paper)));
        assert!(locks(&required(key)), "otto has no key");

        // Who is asked for a code before they are named is nobody.
        self.require("own", code, "REQUIRED");
        assert!(!locks(""));
        let at = step(code);
        assert!(locks(&format!("step={at}&move=raise")));
        assert!(!locks(&format!("step={at}&move=lower")));
    }

    /// Where a realm does not say by which flow people sign in, it is the one of Keycloak's name.
    fn what_is_not_bound(&self) {
        let name = format!("{}-unset", self.realm.name);
        let realm = Realm::create(&self.realm.server, &name, json!({"browserFlow": ""}));
        let ask = |path: &str| realm.call("GET", path, &Value::Null).json();
        let steps = ask("/authentication/flows/browser/executions");
        let is_forms = |step: &&Value| step["displayName"] == json!("forms");
        let forms = steps.as_array().unwrap().iter().find(is_forms).unwrap();
        let forms = text(forms, "id");
        for (requirement, locks_out) in [("REQUIRED", false), ("DISABLED", true)] {
            let change = format!("step={forms}&requirement={requirement}");
            let said = ask(&format!("/ui-ext/flows/browser/guard?{change}"));
            assert_eq!(said["locksOut"], json!(locks_out), "{requirement}");
        }
    }
}
