//! Keycloak's account API over HTTP: what applications see and change of a person with that person's token.

mod hostile;

use std::sync::Arc;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::http::{Answer, Request, text};
use crate::realm::{CALLBACK, Client, Person, Realm};
use crate::server::Server;

struct Scene {
    realm: Realm,
    person: Person,
    other: Person,
    client: Client,
}

pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let attacked = hostile::trial(server);
    let server = Arc::clone(server);
    let name = format!("account_api::{}", server.database);
    let used = Trial::test(name, move || {
        let scene = Scene::set(&server, "account-api");
        scene.the_profile_is_shown_and_changed();
        scene.what_the_profile_refuses_is_told();
        scene.no_other_token_counts();
        scene.sessions_are_listed_and_ended();
        scene.applications_groups_and_credentials_are_listed();
        scene.a_consent_is_shown_and_taken_back();
        scene.a_logout_of_nobody_leads_back_to_the_application();
        Ok(())
    });
    vec![used, attacked]
}

impl Scene {
    fn set(server: &Arc<Server>, name: &str) -> Self {
        let name = format!("{name}-{}", server.database);
        let realm = Realm::create(server, &name, json!({}));
        let person = realm.create_person("ann", json!({"email": "ann@account.example"}));
        let other = realm.create_person("bob", json!({"email": "bob@account.example"}));
        let client = realm.create_client(
            "app",
            json!({"directAccessGrantsEnabled": true, "serviceAccountsEnabled": true, "webOrigins": ["https://app.example"], "attributes": {"post.logout.redirect.uris": "+"}}),
        );
        Self {
            realm,
            person,
            other,
            client,
        }
    }

    fn tokens(&self, person: &Person) -> Value {
        let fields = [
            ("grant_type", "password"),
            ("client_id", &self.client.id),
            ("client_secret", &self.client.secret),
            ("username", &person.username),
            ("password", &person.password),
            ("scope", "openid"),
        ];
        let request = Request::form(&self.realm.path("token"), &fields);
        let tokens = self.realm.server.send(&request).json();
        assert!(tokens["access_token"].is_string(), "{tokens}");
        tokens
    }

    fn token(&self, person: &Person) -> String {
        text(&self.tokens(person), "access_token").to_owned()
    }

    fn ask(&self, method: &str, path: &str, token: &str) -> Answer {
        self.ask_with(method, path, token, None)
    }

    fn ask_with(&self, method: &str, path: &str, token: &str, body: Option<&Value>) -> Answer {
        let path = format!("/realms/{}/account{path}", self.realm.name);
        let mut request = Request::new(method, &path).with("Accept", "application/json");
        if !token.is_empty() {
            request = request.with("Authorization", &format!("Bearer {token}"));
        }
        if let Some(body) = body {
            request = request
                .with("Content-Type", "application/json")
                .with_body(body.to_string().into_bytes());
        }
        self.realm.server.send(&request)
    }

    fn the_profile_is_shown_and_changed(&self) {
        let token = self.token(&self.person);
        let shown = self.ask("GET", "", &token).json();
        assert_eq!(shown["id"], json!(self.person.id));
        assert_eq!(shown["username"], "ann");
        assert_eq!(shown["email"], "ann@account.example");
        assert!(shown["userProfileMetadata"]["attributes"].is_array());
        let brief = self.ask("GET", "?userProfileMetadata=false", &token).json();
        assert!(brief.get("userProfileMetadata").is_none(), "{brief}");

        let wanted = json!({
            "username": "ann", "email": "new@account.example", "firstName": "Änne", "lastName": "Neu",
            "userProfileMetadata": shown["userProfileMetadata"],
        });
        let answer = self.ask_with("POST", "", &token, Some(&wanted));
        assert_eq!(answer.status, 204, "{}", answer.body);
        let after = self.ask("GET", "", &token).json();
        assert_eq!(
            (
                &after["firstName"],
                &after["email"],
                &after["emailVerified"]
            ),
            (&json!("Änne"), &json!("new@account.example"), &json!(false))
        );
    }

    fn what_the_profile_refuses_is_told(&self) {
        let token = self.token(&self.person);
        let good = json!({"username": "ann", "email": "new@account.example", "firstName": "A", "lastName": "B"});
        let with = |name: &str, value: Value| {
            let mut sent = good.clone();
            sent[name] = value;
            sent
        };
        for (sent, status, field, said) in [
            (
                with("email", json!("nonsense")),
                400,
                "email",
                "error-invalid-email",
            ),
            (
                with("email", json!("bob@account.example")),
                409,
                "email",
                "emailExistsMessage",
            ),
            (
                with("email", Value::Null),
                400,
                "email",
                "error-user-attribute-required",
            ),
            (
                with("firstName", json!("<b>")),
                400,
                "firstName",
                "error-person-name-invalid-character",
            ),
        ] {
            let answer = self.ask_with("POST", "", &token, Some(&sent));
            assert_eq!(answer.status, status, "{sent}: {}", answer.body);
            let told = answer.json();
            assert_eq!(told["field"], field, "{told}");
            assert_eq!(told["errorMessage"], said, "{told}");
            assert_eq!(told["errors"].as_array().map(Vec::len), Some(1), "{told}");
        }
        let renamed = self.ask_with("POST", "", &token, Some(&with("username", json!("bob"))));
        assert_eq!(renamed.status, 400);
        assert!(
            renamed.body.contains("readOnlyUsernameMessage"),
            "{}",
            renamed.body
        );
        for sent in [with("foo", json!(1)), with("email", json!(5)), json!([])] {
            let answer = self.ask_with("POST", "", &token, Some(&sent));
            assert_eq!(answer.status, 400, "{sent}: {}", answer.body);
        }
        // What a person may not set of themselves stays as it was.
        let grabbed = with("emailVerified", json!(true));
        assert_eq!(
            self.ask_with("POST", "", &token, Some(&grabbed)).status,
            204
        );
        assert_eq!(self.ask("GET", "", &token).json()["emailVerified"], false);
        let unchanged = self.ask("GET", "", &self.token(&self.other)).json();
        assert_eq!(unchanged["email"], "bob@account.example");
    }

    fn no_other_token_counts(&self) {
        let tokens = self.tokens(&self.person);
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.client.id),
            ("client_secret", &self.client.secret),
        ];
        let service = self
            .realm
            .server
            .send(&Request::form(&self.realm.path("token"), &fields));
        // A client that asks for itself is nobody's account.
        let own = text(&service.json(), "access_token").to_owned();
        let id_token = text(&tokens, "id_token");
        let refresh = text(&tokens, "refresh_token");
        for token in ["", "made.up.token", id_token, refresh, &own] {
            for (method, path) in [
                ("GET", ""),
                ("GET", "/sessions"),
                ("GET", "/credentials"),
                ("DELETE", "/sessions"),
                ("POST", ""),
            ] {
                let body = (method == "POST").then(|| json!({}));
                let answer = self.ask_with(method, path, token, body.as_ref());
                assert_eq!(answer.status, 401, "{method} {path} {token:.20}");
            }
        }
        // Pages of other sites may not read the answer.
        let token = self.token(&self.person);
        let path = format!("/realms/{}/account", self.realm.name);
        for (origin, allowed) in [
            ("https://app.example", true),
            ("https://evil.example", false),
        ] {
            let request = Request::new("GET", &path)
                .with("Accept", "application/json")
                .with("Authorization", &format!("Bearer {token}"))
                .with("Origin", origin);
            let answer = self.realm.server.send(&request);
            let told = answer.header("Access-Control-Allow-Origin");
            assert_eq!(told.is_some(), allowed, "{origin}");
        }
    }

    fn sessions_are_listed_and_ended(&self) {
        let (first, second) = (self.token(&self.person), self.token(&self.person));
        let stranger = self.token(&self.other);
        let listed = |token: &str| self.ask("GET", "/sessions", token).json();
        let ids = |list: &Value| -> Vec<String> {
            let all = list.as_array().unwrap().iter();
            all.map(|one| text(one, "id").to_owned()).collect()
        };
        let mine = listed(&first);
        let current: Vec<&Value> = mine
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["current"] == true)
            .collect();
        assert_eq!(current.len(), 1, "{mine}");
        assert_eq!(current[0]["clients"][0]["clientId"], json!(self.client.id));
        let devices = self.ask("GET", "/sessions/devices", &first).json();
        let on_them: usize = devices
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["sessions"].as_array().unwrap().len())
            .sum();
        assert_eq!(on_them, ids(&mine).len());

        // Nobody ends somebody else's.
        let theirs = ids(&listed(&stranger)).remove(0);
        assert_eq!(
            self.ask("DELETE", &format!("/sessions/{theirs}"), &first)
                .status,
            204
        );
        assert!(ids(&listed(&stranger)).contains(&theirs));

        assert_eq!(self.ask("DELETE", "/sessions", &first).status, 204);
        assert_eq!(ids(&listed(&first)).len(), 1);
        assert_eq!(self.ask("GET", "/sessions", &second).status, 401);
        let own = ids(&listed(&first)).remove(0);
        assert_eq!(
            self.ask("DELETE", &format!("/sessions/{own}"), &first)
                .status,
            204
        );
        assert_eq!(self.ask("GET", "/sessions", &first).status, 401);
    }

    fn applications_groups_and_credentials_are_listed(&self) {
        let group = self
            .realm
            .call("POST", "/groups", &json!({"name": "staff"}));
        let group = group
            .location()
            .unwrap()
            .rsplit('/')
            .next()
            .unwrap()
            .to_owned();
        let join = format!("/users/{}/groups/{group}", self.person.id);
        self.realm.call("PUT", &join, &Value::Null);
        let token = self.token(&self.person);

        let groups = self.ask("GET", "/groups", &token).json();
        assert_eq!(groups[0]["path"], "/staff", "{groups}");
        let used = self.ask("GET", "/applications", &token).json();
        let app = used
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["clientId"] == json!(self.client.id));
        let app = app.unwrap();
        assert_eq!(
            (&app["inUse"], &app["offlineAccess"]),
            (&json!(true), &json!(false))
        );
        let kinds = self.ask("GET", "/credentials", &token).json();
        let password = &kinds[0];
        assert_eq!(password["type"], "password");
        assert_eq!(password["updateAction"], "UPDATE_PASSWORD");
        let own = &password["userCredentialMetadatas"][0]["credential"];
        assert!(
            own["id"].is_string() && own.get("secretData").is_none(),
            "{own}"
        );
        let brief = self.ask(
            "GET",
            "/credentials?type=password&user-credentials=false",
            &token,
        );
        let brief = brief.json();
        assert_eq!(brief.as_array().unwrap().len(), 1);
        assert!(brief[0].get("userCredentialMetadatas").is_none());
        assert_eq!(
            self.ask("GET", "/supportedLocales", &token).json(),
            json!([])
        );
    }

    /// Nobody is signed in, so there is nothing to ask about.
    fn a_logout_of_nobody_leads_back_to_the_application(&self) {
        let leave = |back: &str| {
            let query = crate::http::encode(&[
                ("client_id", self.client.id.as_str()),
                ("post_logout_redirect_uri", back),
                ("state", "s"),
            ]);
            let path = format!("{}?{query}", self.realm.path("logout"));
            self.realm.server.send(&Request::get(&path))
        };
        let answer = leave(CALLBACK);
        assert_eq!(answer.status, 302, "{}", answer.body);
        assert_eq!(
            answer.location(),
            Some(format!("{CALLBACK}?state=s").as_str())
        );
        assert_eq!(leave("https://evil.example/").status, 400);
    }

    fn a_consent_is_shown_and_taken_back(&self) {
        let token = self.token(&self.person);
        let path = format!("/applications/{}/consent", self.client.id);
        assert_eq!(self.ask("GET", &path, &token).status, 204);
        assert_eq!(self.ask("DELETE", &path, &token).status, 204);
        let unknown = self.ask("GET", "/applications/nobody/consent", &token);
        assert_eq!(unknown.status, 404);
        assert_eq!(
            unknown.json()["errorMessage"],
            "No client with clientId: nobody found."
        );
    }
}
