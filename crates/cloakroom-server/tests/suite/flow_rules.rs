//! What no flow may be, and what a sign-in makes of people in groups and of conditions that are not what they seem.

mod gone;
mod limits;

use std::sync::Arc;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::browser::{Browser, Place};
use crate::http::{encode, text};
use crate::realm::{CALLBACK, Person, Realm};
use crate::server::Server;

/// A realm with a client, and a flow of its own that this client is bound to.
struct Scene {
    realm: Realm,
    shop_id: String,
    flow_id: String,
    ada: Person,
}

type Story = fn(&Scene);

pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let stories: [(&str, Story); 5] = [
        ("conditions-climb-the-groups", Scene::conditions_climb),
        (
            "what-is-gone-holds-nothing",
            Scene::what_is_gone_holds_nothing,
        ),
        ("a-flow-has-an-end", Scene::a_flow_has_an_end),
        (
            "a-client-is-bound-to-what-is-there",
            Scene::a_client_is_bound,
        ),
        (
            "nobody-is-locked-out-unawares",
            Scene::nobody_is_locked_out_unawares,
        ),
    ];
    let trial = |(name, story): (&'static str, Story)| {
        let server = Arc::clone(server);
        Trial::test(
            format!("{}::flow-rules::{name}", server.database),
            move || {
                story(&Scene::set(&server, name));
                Ok(())
            },
        )
    };
    let of_parts = gone::STORIES.iter().chain(limits::STORIES).copied();
    stories.into_iter().chain(of_parts).map(trial).collect()
}

impl Scene {
    fn set(server: &Arc<Server>, name: &str) -> Self {
        let settings = json!({"eventsEnabled": true, "adminEventsEnabled": true, "adminEventsDetailsEnabled": true});
        let realm = Realm::create(server, &format!("rules-{name}"), settings);
        realm.create_client("shop", json!({}));
        let found = realm.call("GET", "/clients?clientId=shop", &Value::Null);
        let shop_id = text(&found.json()[0], "id").to_owned();
        let ada = realm.create_person("ada", json!({}));
        let mut scene = Self {
            realm,
            shop_id,
            flow_id: String::new(),
            ada,
        };
        let top = json!({"alias": "own", "providerId": "basic-flow", "topLevel": true});
        scene.done("POST", "/authentication/flows", &top);
        scene.flow_id = scene.id_of("own");
        scene.add(
            "own",
            "execution",
            json!({"provider": "auth-username-password-form"}),
        );
        scene.require("own", "auth-username-password-form", "REQUIRED");
        scene.bind(&scene.flow_id).unwrap();
        scene
    }

    fn done(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.realm.call(method, path, body);
        let (status, body) = (answer.status, &answer.body);
        assert!(status < 300, "{method} {path}: {status} {body}");
        match body.is_empty() {
            true => Value::Null,
            false => answer.json(),
        }
    }

    fn id_of(&self, alias: &str) -> String {
        let all = self.done("GET", "/authentication/flows", &Value::Null);
        let mut all = all.as_array().unwrap().iter();
        let found = all.find(|one| one["alias"] == json!(alias)).unwrap();
        text(found, "id").to_owned()
    }

    fn add(&self, to: &str, kind: &str, body: Value) {
        let path = format!("/authentication/flows/{to}/executions/{kind}");
        self.done("POST", &path, &body);
    }

    fn steps(&self, flow: &str) -> Vec<Value> {
        let path = format!("/authentication/flows/{flow}/executions");
        self.done("GET", &path, &Value::Null)
            .as_array()
            .unwrap()
            .clone()
    }

    fn step(&self, flow: &str, name: &str) -> Value {
        let is_it =
            |one: &&Value| [&one["providerId"], &one["displayName"]].contains(&&json!(name));
        self.steps(flow).iter().find(is_it).unwrap().clone()
    }

    fn require(&self, flow: &str, step: &str, requirement: &str) {
        let mut found = self.step(flow, step);
        found["requirement"] = json!(requirement);
        self.done(
            "PUT",
            &format!("/authentication/flows/{flow}/executions"),
            &found,
        );
    }

    /// Denies whom a condition with these settings holds for.
    fn deny_if(&self, condition: &str, config: Value) {
        self.add(
            "own",
            "flow",
            json!({"alias": "if", "type": "basic-flow", "provider": ""}),
        );
        self.require("own", "if", "CONDITIONAL");
        for step in [condition, "deny-access-authenticator"] {
            self.add("if", "execution", json!({"provider": step}));
            self.require("own", step, "REQUIRED");
        }
        self.configure(condition, config);
    }

    fn configure(&self, condition: &str, config: Value) {
        let id = text(&self.step("own", condition), "id").to_owned();
        let path = format!("/authentication/executions/{id}/config");
        self.done(
            "POST",
            &path,
            &json!({"alias": format!("c {config}"), "config": config}),
        );
    }

    fn bind(&self, id: &str) -> Result<(), String> {
        let path = format!("/clients/{}", self.shop_id);
        let mut client = self.done("GET", &path, &Value::Null);
        client["authenticationFlowBindingOverrides"] = json!({"browser": id});
        let answer = self.realm.call("PUT", &path, &client);
        match answer.status {
            204 => Ok(()),
            status => Err(format!("{status} {}", answer.body)),
        }
    }

    fn is_let_in(&self) -> bool {
        let asked = [
            ("client_id", "shop"),
            ("response_type", "code"),
            ("scope", "openid"),
            ("redirect_uri", CALLBACK),
        ];
        let request = format!("{}?{}", self.realm.path("auth"), encode(&asked));
        match Browser::new(&self.realm.server).answer(&request, &self.ada) {
            Place::Client(callback) => !callback.get("code").is_empty(),
            Place::Page(page) => {
                assert!(page.is_error(), "{}", page.answer.body);
                false
            }
        }
    }

    /// A group has what the groups above it have: Keycloak climbs for roles and for attributes.
    fn conditions_climb(&self) {
        let attributes = json!({"dept": ["sales"]});
        self.done(
            "POST",
            "/groups",
            &json!({"name": "firm", "attributes": attributes}),
        );
        let groups = self.done("GET", "/groups", &Value::Null);
        let firm = text(&groups[0], "id").to_owned();
        self.done(
            "POST",
            &format!("/groups/{firm}/children"),
            &json!({"name": "team"}),
        );
        let inside = self.done("GET", &format!("/groups/{firm}/children"), &Value::Null);
        let team = text(&inside[0], "id").to_owned();
        self.done("POST", "/roles", &json!({"name": "guest"}));
        let role = self.done("GET", "/roles/guest", &Value::Null);
        self.done(
            "POST",
            &format!("/groups/{firm}/role-mappings/realm"),
            &json!([role]),
        );

        let with_groups = json!({"attribute_name": "dept", "attribute_expected_value": "sales", "include_group_attributes": "true"});
        self.deny_if("conditional-user-attribute", with_groups);
        assert!(self.is_let_in());
        let member = format!("/users/{}/groups/{team}", self.ada.id);
        self.done("PUT", &member, &json!({}));
        assert!(!self.is_let_in(), "the attribute of the group above counts");
        let own = json!({"attribute_name": "dept", "attribute_expected_value": "sales"});
        self.configure("conditional-user-attribute", own);
        assert!(self.is_let_in(), "without its groups nobody has it");

        self.require("own", "conditional-user-attribute", "DISABLED");
        self.add(
            "if",
            "execution",
            json!({"provider": "conditional-user-role"}),
        );
        self.require("own", "conditional-user-role", "REQUIRED");
        self.configure("conditional-user-role", json!({"condUserRole": "guest"}));
        assert!(!self.is_let_in(), "the role of the group above counts");
        self.done("DELETE", &member, &Value::Null);
        assert!(self.is_let_in());
    }

    /// Keycloak takes a condition on a role or a scope that is not there for one that does not hold, negated or not.
    fn what_is_gone_holds_nothing(&self) {
        self.done("POST", "/roles", &json!({"name": "staff"}));
        self.done(
            "POST",
            "/client-scopes",
            &json!({"name": "bank", "protocol": "openid-connect"}),
        );
        let unless_staff = json!({"condUserRole": "staff", "negate": "true"});
        self.deny_if("conditional-user-role", unless_staff);
        assert!(!self.is_let_in());
        self.done("DELETE", "/roles/staff", &Value::Null);
        assert!(self.is_let_in());

        self.require("own", "conditional-user-role", "DISABLED");
        self.add(
            "if",
            "execution",
            json!({"provider": "conditional-client-scope"}),
        );
        self.require("own", "conditional-client-scope", "REQUIRED");
        let unless_bank = json!({"client_scope": "bank", "negate": "true"});
        self.configure("conditional-client-scope", unless_bank);
        assert!(!self.is_let_in());
        let all = self.done("GET", "/client-scopes", &Value::Null);
        let mut all = all.as_array().unwrap().iter();
        let bank = all.find(|one| one["name"] == json!("bank")).unwrap();
        self.done(
            "DELETE",
            &format!("/client-scopes/{}", text(bank, "id")),
            &Value::Null,
        );
        assert!(self.is_let_in());
    }

    /// No flow stands inside itself, and none is nested so deep that its end is not read.
    fn a_flow_has_an_end(&self) {
        let inner = |alias: &str| json!({"alias": alias, "type": "basic-flow", "provider": ""});
        self.add("own", "flow", inner("1"));
        let first = text(&self.step("own", "1"), "flowId").to_owned();
        let put = |parent: &str, child: &str| {
            let step = json!({"parentFlow": parent, "flowId": child, "requirement": "REQUIRED"});
            self.realm.call("POST", "/authentication/executions", &step)
        };
        for (parent, child) in [
            (&self.flow_id, &self.flow_id),
            (&first, &first),
            (&first, &self.flow_id),
        ] {
            let refused = put(parent, child);
            assert_eq!(refused.status, 400, "{}", refused.body);
            assert!(refused.body.contains("itself"), "{}", refused.body);
        }
        for depth in 2..=10 {
            self.add(&(depth - 1).to_string(), "flow", inner(&depth.to_string()));
        }
        assert_eq!(self.steps("own").len(), 11);
        let more = self.realm.call(
            "POST",
            "/authentication/flows/10/executions/flow",
            &inner("11"),
        );
        assert_eq!(more.status, 400, "{}", more.body);
        assert!(more.body.contains("deeper than 10"), "{}", more.body);
        let other = json!({"alias": "other", "providerId": "basic-flow", "topLevel": true});
        self.done("POST", "/authentication/flows", &other);
        let refused = put(&self.id_of("other"), &self.flow_id);
        assert_eq!(refused.status, 400, "{}", refused.body);
        assert!(self.is_let_in());

        // The same of a draft.
        self.done("POST", "/ui-ext/flows/own/draft", &json!({}));
        let draft = || self.done("GET", "/ui-ext/flows/own/draft", &Value::Null);
        let steps = draft()["steps"].as_array().unwrap().clone();
        let tenth = steps
            .iter()
            .find(|one| one["displayName"] == json!("10"))
            .unwrap();
        let change = json!({"revision": draft()["revision"], "change": "add-flow", "alias": "11", "into": tenth["id"]});
        let refused = self
            .realm
            .call("POST", "/ui-ext/flows/own/draft/changes", &change);
        assert_eq!(refused.status, 400, "{}", refused.body);
        assert!(refused.body.contains("deeper than 10"), "{}", refused.body);
    }

    fn a_client_is_bound(&self) {
        let words = "Unable to resolve auth flow binding override for: browser";
        let refused = self.bind("no-such-flow").unwrap_err();
        assert!(
            refused.starts_with("400") && refused.contains(words),
            "{refused}"
        );
        // A name is no id, as in Keycloak.
        assert!(self.bind("own").unwrap_err().contains(words));
        let bound = json!({"browser": "no-such-flow"});
        let new = json!({"clientId": "new", "authenticationFlowBindingOverrides": bound});
        let refused = self.realm.call("POST", "/clients", &new);
        assert_eq!(refused.status, 400, "{}", refused.body);
        assert!(refused.body.contains(words), "{}", refused.body);
        let import = json!({"ifResourceExists": "FAIL", "clients": [new]});
        let refused = self.realm.call("POST", "/partialImport", &import);
        assert_eq!(refused.status, 400, "{}", refused.body);
        let found = self.done("GET", "/clients?clientId=new", &Value::Null);
        assert_eq!(found, json!([]), "nothing of it came in");
        self.bind("").unwrap();
        self.bind(&self.flow_id).unwrap();
    }

    /// The guard sees what clients are bound to, says before what it will say, and can be overruled.
    fn nobody_is_locked_out_unawares(&self) {
        let at = "/ui-ext/flows/own";
        let locks = |change: &str| {
            let said = self.done("GET", &format!("{at}/guard?{change}"), &Value::Null);
            said["locksOut"].as_bool().unwrap()
        };
        let form = text(&self.step("own", "auth-username-password-form"), "id").to_owned();
        assert!(!locks("") && !locks("for=browserFlow"));
        assert!(locks(&format!("step={form}&requirement=DISABLED")));
        assert!(!locks(&format!("step={form}&requirement=ALTERNATIVE")));
        let gone = self
            .realm
            .call("GET", "/ui-ext/flows/none/guard", &Value::Null);
        assert_eq!(gone.status, 404);

        self.done("POST", &format!("{at}/draft"), &json!({}));
        let draft = || self.done("GET", &format!("{at}/draft"), &Value::Null);
        let change = |step: &str, requirement: &str| {
            let sent = json!({"revision": draft()["revision"], "change": "require", "step": step, "requirement": requirement});
            self.done("POST", &format!("{at}/draft/changes"), &sent);
        };
        let publish = |force: bool| {
            let sent = json!({"revision": draft()["revision"], "force": force});
            self.realm
                .call("POST", &format!("{at}/draft/publish"), &sent)
        };
        assert_eq!(draft()["locksOut"], json!(false));
        change(&form, "DISABLED");
        assert_eq!(draft()["locksOut"], json!(true));
        let refused = publish(false);
        assert_eq!(refused.status, 409, "{}", refused.body);
        assert!(self.is_let_in());
        let forced = publish(true);
        assert_eq!(forced.json(), json!({"version": 2}), "{}", forced.body);
        assert!(!self.is_let_in());
        let events = self.done("GET", "/admin-events?resourceTypes=AUTH_FLOW", &Value::Null);
        assert!(
            events[0]["representation"].to_string().contains("forced"),
            "{events}"
        );

        self.done("POST", &format!("{at}/versions/1/restore"), &json!({}));
        assert!(self.is_let_in());
        let version = self.done("GET", &format!("{at}/versions/2"), &Value::Null);
        assert_eq!(version["locksOut"], json!(true));
        let back = format!("{at}/versions/2/restore");
        assert_eq!(self.realm.call("POST", &back, &json!({})).status, 409);
        assert_eq!(
            self.realm
                .call("POST", &back, &json!({"force": true}))
                .status,
            200
        );
        // Nobody signs in by it any more, so nobody is locked out.
        self.bind("").unwrap();
        assert!(!locks(""));
    }
}
