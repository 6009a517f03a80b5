//! People of organizations sign in: their name comes first, and its domain says where.

use std::sync::Arc;

use serde_json::{Value, json};

use super::op::query_of;
use super::scene::{Scene, submit};
use crate::browser::{Browser, Page, Place};
use crate::http::{Answer, Request, text};
use crate::jwt;
use crate::realm::Person;
use crate::server::Server;

/// A realm with two organizations: the first has a provider that serves its domain.
struct Firms {
    scene: Scene,
    acme: String,
    /// Has a password, and is a member of both.
    ada: Person,
    /// Has a password, and is a member of none.
    bob: Person,
}

/// Everything in one go, because the realm's people are made step by step.
pub(super) fn play(server: &Arc<Server>) {
    let firms = Firms::set(server);
    firms.a_name_comes_before_the_password();
    firms.a_domain_leads_to_the_provider_that_serves_it();
    firms.an_address_that_was_typed_or_not_verified_makes_nobody_a_member();
    firms.an_address_that_a_mapper_names_makes_a_member();
    firms.nobody_of_a_domain_without_a_provider_is_asked_for_a_password();
    firms.whoever_is_of_several_chooses_one();
    firms.a_request_for_one_offers_its_providers_alone();
    firms.members_alone_sign_in_where_the_flow_says_so();
    firms.a_realm_without_the_step_asks_for_both_at_once();
}

impl Firms {
    fn set(server: &Arc<Server>) -> Self {
        let settings = json!({
            "organizationsEnabled": true, "registrationAllowed": true, "eventsEnabled": true,
        });
        let scene = Scene::of(server, "federation-organizations", settings);
        let firm = |name: &str, domains: Value| {
            let asked = json!({"name": name, "domains": domains});
            scene.done("POST", "/organizations", &asked);
            let found = scene.done(
                "GET",
                &format!("/organizations?search={name}&exact=true"),
                &Value::Null,
            );
            text(&found[0], "id").to_owned()
        };
        let acme = firm(
            "acme",
            json!([{"name": "upstream.test"}, {"name": "*.branch.test"}]),
        );
        let beta = firm("beta", json!([{"name": "beta.test"}]));
        let ada = json!({"email": "ada@upstream.test"});
        let (ada, bob) = (
            scene.realm.create_person("ada", ada),
            scene.realm.create_person("bob", json!({})),
        );
        for one in [&acme, &beta] {
            let members = format!("/organizations/{one}/members");
            scene.done("POST", &members, &json!(ada.id));
        }
        Self {
            scene,
            acme,
            ada,
            bob,
        }
    }

    fn start(&self, browser: &mut Browser, parameters: &[(&str, &str)]) -> Place {
        browser.open(&self.scene.request(parameters))
    }

    /// Opens the sign-in and gives a name.
    fn named(&self, browser: &mut Browser, name: &str) -> Place {
        let page = self.start(browser, &[]).page();
        assert!(is_name_page(&page), "{}", page.answer.body);
        submit(browser, &page, "kc-form-login", |form| {
            form.set("username", name);
        })
    }

    fn a_name_comes_before_the_password(&self) {
        for name in [
            self.bob.username.as_str(),
            "nobody",
            "nobody@elsewhere.test",
        ] {
            let mut browser = self.scene.browser();
            let page = self.named(&mut browser, name).page();
            assert!(is_password_page(&page), "{name}: {}", page.answer.body);
            assert!(page.answer.body.contains(name), "{name}");
            let page = submit(&mut browser, &page, "kc-form-login", |form| {
                form.set("password", "wrong");
            })
            .page();
            assert!(is_password_page(&page), "{name}: {}", page.answer.body);
        }
        let mut browser = self.scene.browser();
        let place = self.named(&mut browser, &self.bob.username);
        assert_eq!(browser.go_on(place, &self.bob).client().get("error"), "");

        // An application that knows the name has it asked for no more, and "Not you?" asks again.
        let mut browser = self.scene.browser();
        let page = self.start(&mut browser, &[("login_hint", "bob")]).page();
        assert!(is_password_page(&page), "{}", page.answer.body);
        let again = page
            .answer
            .body
            .split("href=\"")
            .find(|rest| rest.contains("/restart?"));
        let again = again
            .and_then(|rest| rest.split('"').next())
            .unwrap_or_default();
        let again = again.replace("&amp;", "&").replace("&#38;", "&");
        let page = browser
            .open(again.trim_start_matches(&self.scene.server.base))
            .page();
        assert!(is_name_page(&page), "{}", page.answer.body);
        let page = submit(&mut browser, &page, "kc-form-login", |form| {
            form.set("username", " ");
        })
        .page();
        assert!(is_name_page(&page), "{}", page.answer.body);
    }

    fn a_domain_leads_to_the_provider_that_serves_it(&self) {
        let stranger = |name: &str| self.named(&mut self.scene.browser(), name);
        let page = stranger("grace@upstream.test").page();
        assert!(is_name_page(&page) && page.answer.body.contains("role=\"alert\""));

        let config = json!({"kc.org.domain": "upstream.test", "kc.org.broker.redirect.mode.email-matches": "true", "loginHint": "true"});
        let op = self
            .scene
            .op_with("grace", json!({"hideOnLogin": true}), config);
        // It sends nobody away before it is the organization's.
        assert!(is_name_page(&stranger("grace@upstream.test").page()));
        let linked = format!("/organizations/{}/identity-providers", self.acme);
        self.scene.done("POST", &linked, &json!("grace"));

        let mut browser = self.scene.browser();
        let left = self.named(&mut browser, "Grace@Upstream.Test").client();
        assert!(left.address.starts_with(&op.issuer), "{}", left.address);
        assert_eq!(left.get("login_hint"), "Grace@Upstream.Test");
        op.arrive(&query_of(&left.address));
        let callback = browser.open(&self.scene.way_back(&left, &[])).client();
        self.scene.claims(&callback);
        let members = format!("/organizations/{}/members?search=grace", self.acme);
        let members = self.scene.done("GET", &members, &Value::Null);
        assert_eq!(text(&members[0], "membershipType"), "MANAGED", "{members}");

        // By name as well, whoever has no password here.
        let left = stranger("grace").client();
        assert!(left.address.starts_with(&op.issuer), "{}", left.address);
        // Whoever has one is asked for it, and may go there all the same.
        let page = stranger("ada@upstream.test").page();
        assert!(is_password_page(&page), "{}", page.answer.body);
        assert!(page.answer.body.contains("social-grace"));
        assert!(!stranger("bob").page().answer.body.contains("social-grace"));
        // A domain of the organization that the provider does not serve leads nowhere.
        assert!(is_name_page(&stranger("new@office.branch.test").page()));
    }

    /// The provider is one for everybody, and the organization takes those of its own domain.
    fn an_address_that_was_typed_or_not_verified_makes_nobody_a_member(&self) {
        let rows = [
            ("typed", json!({"email": "typed@elsewhere.test"})),
            (
                "claimed",
                json!({"email": "claimed@upstream.test", "email_verified": false}),
            ),
        ];
        for (name, said) in rows {
            let op = self
                .scene
                .op_with(name, json!({"hideOnLogin": true}), json!({}));
            let linked = format!("/organizations/{}/identity-providers", self.acme);
            self.scene.done("POST", &linked, &json!(name));
            op.change(|says| {
                says.userinfo.as_object_mut().unwrap().remove("family_name");
                says.userinfo = crate::realm::merged(says.userinfo.clone(), said);
            });
            let mut browser = self.scene.browser();
            let review = self.scene.visit(&mut browser, &op).page();

            let place = submit(
                &mut browser,
                &review,
                "kc-idp-review-profile-form",
                |form| {
                    form.set("lastName", "Typist");
                    form.set("email", &format!("{name}@upstream.test"));
                },
            );

            self.scene.claims(&place.client());
            let user = self.scene.user(name);
            assert_eq!(text(&user, "email"), format!("{name}@upstream.test"));
            assert_eq!(user["emailVerified"], json!(false));
            let members = format!("/organizations/{}/members?search={name}", self.acme);
            assert_eq!(
                self.scene.done("GET", &members, &Value::Null),
                json!([]),
                "{name}"
            );
        }
    }

    /// Entra ID says addresses as `upn`: the mapper for it comes before the look at the domain, and before the form.
    fn an_address_that_a_mapper_names_makes_a_member(&self) {
        let scene = &self.scene;
        let op = scene.op_with("mapped", json!({"hideOnLogin": true}), json!({}));
        let linked = format!("/organizations/{}/identity-providers", self.acme);
        scene.done("POST", &linked, &json!("mapped"));
        let kind = "oidc-user-attribute-idp-mapper";
        let mapper = json!({
            "name": "address", "identityProviderAlias": "mapped", "identityProviderMapper": kind,
            "config": {"claim": "upn", "user.attribute": "email", "syncMode": "INHERIT"},
        });
        let path = "/identity-provider/instances/mapped/mappers";
        scene.done("POST", path, &mapper);
        op.change(|says| {
            let said = says.userinfo.as_object_mut().unwrap();
            said.retain(|name, _| !name.starts_with("email"));
            said.insert("upn".to_owned(), json!("mapped@upstream.test"));
        });

        scene.sign_in(&mut scene.browser(), &op);

        let user = scene.user("mapped");
        assert_eq!(text(&user, "email"), "mapped@upstream.test");
        let members = format!("/organizations/{}/members?search=mapped", self.acme);
        let members = scene.done("GET", &members, &Value::Null);
        assert_eq!(text(&members[0], "username"), "mapped", "{members}");
    }

    fn nobody_of_a_domain_without_a_provider_is_asked_for_a_password(&self) {
        let page = self
            .named(&mut self.scene.browser(), "new@beta.test")
            .page();
        assert!(is_name_page(&page) && page.answer.body.contains("role=\"alert\""));
    }

    fn whoever_is_of_several_chooses_one(&self) {
        let wish = ("scope", "openid organization");
        let mut browser = self.scene.browser();
        let place = self.start(&mut browser, &[wish]);
        let page = submit(&mut browser, &place.page(), "kc-form-login", |form| {
            form.set("username", "ada");
        })
        .page();
        // Whose organizations these are is told to nobody but them.
        assert!(is_password_page(&page), "{}", page.answer.body);
        let page = browser.go_on(Place::Page(page), &self.ada).page();
        for wrong in ["", "gamma", "ACME"] {
            let page = submit(&mut browser, &page, "kc-select-organization-form", |form| {
                form.set("kc.org", wrong);
            });
            assert!(
                page.page().form("kc-select-organization-form").is_some(),
                "{wrong}"
            );
        }
        let callback = submit(&mut browser, &page, "kc-select-organization-form", |form| {
            form.set("kc.org", "beta");
        })
        .client();
        let tokens = self.scene.tokens(&callback);
        self.is_of(&tokens, &json!(["beta"]));
        let refreshed = self.token(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", text(&tokens, "refresh_token")),
        ]);
        self.is_of(&refreshed.json(), &json!(["beta"]));

        // A session does not say which one it is for the next application.
        let silent = self
            .start(&mut browser, &[wish, ("prompt", "none")])
            .client();
        assert_eq!(silent.get("error"), "login_required");
        let page = self.start(&mut browser, &[wish]).page();
        assert!(
            page.form("kc-select-organization-form").is_some(),
            "{}",
            page.answer.body
        );
        for (scope, expected) in [
            ("openid organization:acme", json!(["acme"])),
            ("openid organization:*", json!(["acme", "beta"])),
            ("openid", Value::Null),
        ] {
            let callback = self.start(&mut browser, &[("scope", scope)]).client();
            self.is_of(&self.scene.tokens(&callback), &expected);
        }
    }

    fn a_request_for_one_offers_its_providers_alone(&self) {
        let wish = |scope: &'static str| {
            let page = self
                .start(&mut self.scene.browser(), &[("scope", scope)])
                .page();
            assert!(is_name_page(&page), "{}", page.answer.body);
            page.answer.body
        };
        self.scene.op("public");
        let everybody = wish("openid");
        assert!(everybody.contains("social-public") && everybody.contains("/registration?"));
        let acme = wish("openid organization:acme");
        assert!(acme.contains("social-grace") && !acme.contains("social-public"));
        assert!(!acme.contains("/registration?"));
    }

    fn members_alone_sign_in_where_the_flow_says_so(&self) {
        let wish = [("scope", "openid organization:acme")];
        let sign_in = |person: &Person| {
            let mut browser = self.scene.browser();
            let page = self.start(&mut browser, &wish).page();
            let place = submit(&mut browser, &page, "kc-form-login", |form| {
                form.set("username", &person.username);
            });
            browser.go_on(place, person).client()
        };
        self.is_of(&self.scene.tokens(&sign_in(&self.bob)), &Value::Null);
        let step = self.step();
        let path = format!("/authentication/executions/{}/config", text(&step, "id"));
        let config = json!({"alias": "members", "config": {"requiresUserMembership": "true"}});
        self.scene.done("POST", &path, &config);
        assert_eq!(sign_in(&self.bob).get("error"), "access_denied");
        self.is_of(&self.scene.tokens(&sign_in(&self.ada)), &json!(["acme"]));
    }

    fn a_realm_without_the_step_asks_for_both_at_once(&self) {
        let mut step = self.step();
        step["requirement"] = json!("DISABLED");
        self.scene
            .done("PUT", "/authentication/flows/browser/executions", &step);
        let page = self.start(&mut self.scene.browser(), &[]).page();
        let form = page.form("kc-form-login").expect("the form of both");
        assert!(form.has("username") && form.has("password"));
    }

    /// The step of the browser flow that has the name asked for first.
    fn step(&self) -> Value {
        let all = self.scene.done(
            "GET",
            "/authentication/flows/browser/executions",
            &Value::Null,
        );
        let mut all = all.as_array().cloned().unwrap_or_default().into_iter();
        all.find(|step| text(step, "providerId") == "organization")
            .expect("the step")
    }

    fn token(&self, fields: &[(&str, &str)]) -> Answer {
        let client = &self.scene.client;
        let own = [
            ("client_id", client.id.as_str()),
            ("client_secret", client.secret.as_str()),
        ];
        let all: Vec<(&str, &str)> = fields.iter().copied().chain(own).collect();
        self.scene
            .server
            .send(&Request::form(&self.scene.realm.path("token"), &all))
    }

    fn is_of(&self, tokens: &Value, expected: &Value) {
        let claims = jwt::claims(text(tokens, "access_token"));
        assert_eq!(&claims["organization"], expected, "{tokens}");
    }
}

fn is_name_page(page: &Page) -> bool {
    let form = page.form("kc-form-login");
    form.is_some_and(|form| form.has("username") && !form.has("password"))
}

fn is_password_page(page: &Page) -> bool {
    let form = page.form("kc-form-login");
    form.is_some_and(|form| form.has("password") && !form.has("username"))
}
