//! Requests of the account API that want more than their person may.

use std::sync::Arc;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use super::Scene;
use crate::browser::Browser;
use crate::html;
use crate::http::{Request, encode, text};
use crate::realm::CALLBACK;
use crate::server::Server;

pub(super) fn trial(server: &Arc<Server>) -> Trial {
    let server = Arc::clone(server);
    let name = format!("account_api_hostile::{}", server.database);
    Trial::test(name, move || {
        let scene = Scene::set(&server, "account-hostile");
        scene.an_address_is_held_to_its_rules_as_an_attribute_too();
        scene.nothing_is_answered_where_the_client_account_is_off();
        scene.an_attribute_with_a_name_for_which_no_index_has_room_is_refused();
        scene.nobody_stores_more_values_than_a_person_has();
        scene.a_nul_is_in_no_name();
        scene.an_address_that_nobody_may_change_stays_proved();
        Ok(())
    })
}

fn profile(email: &Value, attributes: &Value) -> Value {
    json!({"username": "ann", "email": email, "firstName": "A", "lastName": "B", "attributes": attributes})
}

impl Scene {
    fn an_address_is_held_to_its_rules_as_an_attribute_too(&self) {
        let token = self.token(&self.person);
        let post = |email: &Value, attributes: &Value| {
            self.ask_with("POST", "", &token, Some(&profile(email, attributes)))
        };
        let address = || {
            let shown = self.ask("GET", "", &token).json();
            (shown["email"].clone(), shown["emailVerified"].clone())
        };
        let (mine, none) = (json!("ann@account.example"), Value::Null);
        let only_name = |on: bool| {
            let asked = json!({ "registrationEmailAsUsername": on });
            assert_eq!(self.realm.call("PUT", "", &asked).status, 204);
        };

        // Where the address is the name, and nobody changes theirs.
        only_name(true);
        for (email, attributes, status) in [
            (&none, json!({"email": ["new@account.example"]}), 400),
            (&none, json!({"email": ["", "new@account.example"]}), 400),
            (&json!("new@account.example"), json!({}), 400),
            (&mine, json!({"email": ["new@account.example"]}), 204),
            (&none, json!({}), 204),
        ] {
            let answer = post(email, &attributes);
            assert_eq!(answer.status, status, "{attributes}: {}", answer.body);
            assert_eq!(address(), (mine.clone(), json!(true)), "{attributes}");
        }

        // The address of somebody else is theirs in any spelling.
        only_name(false);
        for taken in ["bob@account.example", " BOB@account.example"] {
            assert_eq!(post(&none, &json!({ "email": [taken] })).status, 409);
        }

        // That nothing had to be proved proves nothing of what comes.
        let place = format!("/users/{}", self.person.id);
        let bare = json!({"email": "", "emailVerified": true});
        assert_eq!(self.realm.call("PUT", &place, &bare).status, 204);
        let answer = post(&none, &json!({"email": ["victim@account.example"]}));
        assert_eq!(answer.status, 204, "{}", answer.body);
        assert_eq!(address(), (json!("victim@account.example"), json!(false)));
    }

    /// Whoever switches the client off means that nobody manages their account by it, with a token in hand either.
    fn nothing_is_answered_where_the_client_account_is_off(&self) {
        let token = self.token(&self.other);
        let asked = [
            ("client_id", self.client.id.as_str()),
            ("response_type", "code"),
            ("scope", "openid"),
            ("redirect_uri", CALLBACK),
        ];
        let asked = format!("{}?{}", self.realm.path("auth"), encode(&asked));
        let mut browser = Browser::new(&self.realm.server);
        browser.answer(&asked, &self.other).client();
        let account = format!("/realms/{}/account", self.realm.name);
        let shown = browser.send(Request::get(&account));
        assert_eq!(shown.status, 200, "{}", shown.body);
        let forms = html::forms(&shown.body);
        let checker = forms.iter().find_map(|form| form.get("state_checker"));
        let sign_out = [("state_checker", checker.unwrap())];
        let sign_out = Request::form(&format!("{account}/sign-out"), &sign_out);
        let found = self
            .realm
            .call("GET", "/clients?clientId=account", &Value::Null)
            .json();
        let place = format!("/clients/{}", text(&found[0], "id"));
        let switch = |on: bool| {
            let mut whole = found[0].clone();
            whole["enabled"] = json!(on);
            let answer = self.realm.call("PUT", &place, &whole);
            assert_eq!(answer.status, 204, "{}", answer.body);
        };
        switch(false);
        for (method, path) in [
            ("GET", ""),
            ("POST", ""),
            ("GET", "/sessions"),
            ("DELETE", "/sessions"),
            ("GET", "/applications"),
            ("GET", "/credentials"),
            ("GET", "/linked-accounts"),
            ("DELETE", "/linked-accounts/any"),
        ] {
            let body = (method == "POST").then(|| profile(&json!("c@account.example"), &json!({})));
            let answer = self.ask_with(method, path, &token, body.as_ref());
            assert_eq!(answer.status, 404, "{method} {path}: {}", answer.body);
        }
        // The page goes by the browser's session, and its forms with it.
        let mut nobody = Browser::new(&self.realm.server);
        assert_eq!(nobody.send(Request::get(&account)).status, 404);
        assert_eq!(browser.send(Request::get(&account)).status, 404);
        assert_eq!(browser.send(sign_out).status, 404);
        switch(true);
        let page = browser.send(Request::get(&account));
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(page.body.contains("state_checker"), "still signed in");
        let shown = self.ask("GET", "", &token).json();
        assert_eq!(shown["email"], "bob@account.example", "{shown}");
    }

    /// Names without a pattern, which no database makes shorter than they are.
    fn an_attribute_with_a_name_for_which_no_index_has_room_is_refused(&self) {
        let mut policy = self
            .realm
            .call("GET", "/users/profile", &Value::Null)
            .json();
        policy["unmanagedAttributePolicy"] = json!("ENABLED");
        assert_eq!(
            self.realm.call("PUT", "/users/profile", &policy).status,
            200
        );
        let token = self.token(&self.other);
        let mut wanted = profile(&json!("bob@account.example"), &Value::Null);
        wanted["username"] = json!("bob");
        let place = format!("/users/{}", self.other.id);
        for (length, status) in [(255, 204), (256, 400), (9_000, 400)] {
            let mut state: u32 = 7;
            let name: String = std::iter::repeat_with(|| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                char::from(b'a' + u8::try_from((state >> 24) % 26).unwrap())
            })
            .take(length)
            .collect();
            wanted["attributes"] = json!({ name: ["x"] });
            let answer = self.ask_with("POST", "", &token, Some(&wanted));
            assert_eq!(answer.status, status, "{length}: {}", answer.body);
            let answer = self.realm.call("PUT", &place, &wanted);
            assert_eq!(answer.status, status, "{length}: {}", answer.body);
        }
    }

    fn nobody_stores_more_values_than_a_person_has(&self) {
        let token = self.token(&self.other);
        let mut wanted = profile(&json!("bob@account.example"), &Value::Null);
        wanted["username"] = json!("bob");
        for (count, status) in [(500, 204), (501, 400), (20_000, 400)] {
            let values: Vec<String> = (0..count).map(|number| number.to_string()).collect();
            wanted["attributes"] = json!({ "tags": values });
            let answer = self.ask_with("POST", "", &token, Some(&wanted));
            assert_eq!(answer.status, status, "{count}: {}", answer.body);
        }
    }

    fn a_nul_is_in_no_name(&self) {
        let token = self.token(&self.other);
        for (method, path) in [
            ("DELETE", "/sessions/a%00b"),
            ("GET", "/applications/a%00b/consent"),
            ("DELETE", "/applications/a%00b/consent"),
            ("DELETE", "/linked-accounts/a%00b"),
        ] {
            let answer = self.ask(method, path, &token);
            assert_eq!(answer.status, 404, "{method} {path}: {}", answer.body);
        }
    }

    fn an_address_that_nobody_may_change_stays_proved(&self) {
        let described = self.realm.call("GET", "/users/profile", &Value::Null);
        let mut described = described.json();
        for attribute in described["attributes"].as_array_mut().unwrap() {
            if attribute["name"] == "email" {
                attribute["permissions"] = json!({"view": ["admin", "user"], "edit": ["admin"]});
            }
        }
        let stored = self.realm.call("PUT", "/users/profile", &described);
        assert_eq!(stored.status, 200, "{}", stored.body);
        let token = self.token(&self.other);
        let mut wanted = profile(&Value::Null, &json!({}));
        wanted["username"] = json!("bob");
        let answer = self.ask_with("POST", "", &token, Some(&wanted));
        assert_eq!(answer.status, 204, "{}", answer.body);
        let shown = self.ask("GET", "", &token).json();
        assert_eq!(shown["email"], "bob@account.example", "{shown}");
        assert_eq!(shown["emailVerified"], true, "{shown}");
    }
}
