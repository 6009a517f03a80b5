//! What the user profile demands of people who sign in: who is asked for it, and who is not.

use std::sync::Arc;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::alerts::wait_for;
use crate::browser::{Browser, Page, Place};
use crate::http::{Answer, Request, encode, text};
use crate::realm::{CALLBACK, Client, Person, Realm, merged};
use crate::server::Server;

type Story = fn(&Scene);

const FORM: &str = "kc-update-profile-form";
const WHY: &str = "Some of your account information is missing";
const ACTION: &str = "/authentication/required-actions/VERIFY_PROFILE";

struct Scene {
    server: Arc<Server>,
    realm: Realm,
    client: Client,
}

pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let stories: [(&str, Story); 10] = [
        ("whoever-lacks-something-is-asked-until-it-is-there", asked),
        ("whoever-lacks-nothing-is-not-asked", complete),
        ("a-value-that-does-not-fit-any-more-is-asked-for", invalid),
        ("what-is-not-theirs-to-mend-keeps-nobody-out", read_only),
        (
            "several-values-that-no-field-takes-keep-nobody-out",
            several,
        ),
        ("nobody-is-asked-silently", silent),
        ("an-application-with-a-password-is-told-to-wait", direct),
        ("where-the-action-is-off-nobody-is-asked", off),
        (
            "the-action-on-a-list-asks-only-whoever-lacks-something",
            listed,
        ),
        ("a-scope-demands-what-the-profile-says-of-it", scoped),
    ];
    let trial = |(name, story): (&'static str, Story)| {
        let server = Arc::clone(server);
        Trial::test(
            format!("{}::profiles::{name}", server.database),
            move || {
                let settings = json!({"eventsEnabled": true});
                let realm = Realm::create(&server, &format!("profiles-{name}"), settings);
                let settings = json!({"directAccessGrantsEnabled": true});
                story(&Scene {
                    client: realm.create_client("shop", settings),
                    realm,
                    server,
                });
                Ok(())
            },
        )
    };
    stories.into_iter().map(trial).collect()
}

impl Scene {
    fn browser(&self) -> Browser {
        Browser::new(&self.server)
    }

    fn request(&self, more: &[(&str, &str)]) -> String {
        let mut fields = vec![
            ("client_id", self.client.id.as_str()),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid"),
        ];
        fields.retain(|(name, _)| !more.iter().any(|(other, _)| name == other));
        fields.extend_from_slice(more);
        format!("{}?{}", self.realm.path("auth"), encode(&fields))
    }

    /// Signs somebody in with the form, in a browser of their own; where it ends.
    fn sign_in(&self, person: &Person) -> Place {
        self.browser().answer(&self.request(&[]), person)
    }

    fn token(&self, person: &Person, scope: &str) -> Answer {
        let fields = [
            ("grant_type", "password"),
            ("client_id", self.client.id.as_str()),
            ("client_secret", self.client.secret.as_str()),
            ("username", person.username.as_str()),
            ("password", person.password.as_str()),
            ("scope", scope),
        ];
        let path = self.realm.path("token");
        self.server.send(&Request::form(&path, &fields))
    }

    fn user(&self, person: &Person) -> Value {
        let path = format!("/users/{}", person.id);
        self.realm.call("GET", &path, &Value::Null).json()
    }

    fn change(&self, person: &Person, settings: Value) {
        self.realm
            .change(&format!("/users/{}", person.id), settings);
    }

    /// Puts an attribute into the profile, in place of one of its name.
    fn describe(&self, attribute: Value) {
        let path = "/users/profile";
        let mut profile = self.realm.call("GET", path, &Value::Null).json();
        let all = profile["attributes"].as_array_mut().unwrap();
        all.retain(|one| one["name"] != attribute["name"]);
        all.push(attribute);
        let answer = self.realm.call("PUT", path, &profile);
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    fn events(&self) -> Value {
        let path = "/events?type=VERIFY_PROFILE";
        self.realm.call("GET", path, &Value::Null).json()
    }
}

/// Fills in the form of a page and sends it.
fn fill(browser: &mut Browser, page: &Page, fields: &[(&str, &str)]) -> Place {
    let form = page.form(FORM);
    let mut form = form.unwrap_or_else(|| panic!("the form: {}", page.answer.body));
    for (name, value) in fields {
        form.set(name, value);
    }
    browser.submit(&page.address, &form)
}

fn phone(edit: &[&str], rules: Value) -> Value {
    json!({
        "name": "phone", "displayName": "Phone", "multivalued": false, "validations": rules,
        "permissions": {"view": ["admin", "user"], "edit": edit},
    })
}

/// Somebody with a telephone that does not fit the profile any more, whose number these may change.
fn somebody_with_a_phone(scene: &Scene, edit: &[&str]) -> Person {
    scene.describe(phone(&["admin", "user"], json!({})));
    let own = json!({"attributes": {"phone": ["none"]}});
    let person = scene.realm.create_person("ada", own);
    scene.describe(phone(edit, json!({"pattern": {"pattern": "^[0-9]+$"}})));
    person
}

fn asked(scene: &Scene) {
    let lacks = json!({"email": "", "lastName": ""});
    let ada = scene.realm.create_person("ada", lacks);
    let mut browser = scene.browser();

    let page = browser.answer(&scene.request(&[]), &ada).page();

    assert!(page.answer.body.contains(WHY), "{}", page.answer.body);
    assert!(!page.answer.body.contains("cancel-aia"));
    wait_for("the event is there", || {
        scene.events().as_array().is_some_and(|all| !all.is_empty())
    });
    let event = scene.events()[0].clone();
    assert_eq!(event["userId"], json!(ada.id));
    assert_eq!(
        text(&event["details"], "fields_to_update"),
        "email,lastName"
    );
    let wrong = [("email", "no address"), ("lastName", "Byron")];
    let again = fill(&mut browser, &page, &wrong).page();
    assert_eq!(again.form(FORM).unwrap().get("lastName"), Some("Byron"));
    let half = [("email", "ada@example.org"), ("lastName", " ")];
    let again = fill(&mut browser, &again, &half).page();
    // Nothing is stored before all of it is good.
    assert_eq!(scene.user(&ada)["email"], Value::Null);
    let whole = [("email", "ada@example.org"), ("lastName", "Byron")];
    let callback = fill(&mut browser, &again, &whole).client();
    assert_ne!(callback.get("code"), "");
    let told = "/events?type=UPDATE_PROFILE";
    let told = scene.realm.call("GET", told, &Value::Null).json();
    assert_eq!(told.as_array().map(Vec::len), Some(1), "{told}");
    assert_eq!(told[0]["userId"], json!(ada.id));
    let said = json!({
        "context": "UPDATE_PROFILE", "username": "ada",
        "updated_email": "ada@example.org", "updated_last_name": "Byron",
    });
    assert_eq!(told[0]["details"], said);
    let user = scene.user(&ada);
    assert_eq!(user["email"], "ada@example.org");
    assert_eq!(
        (&user["lastName"], &user["firstName"]),
        (&json!("Byron"), &json!("Ada"))
    );
    scene.sign_in(&ada).client();
    assert_eq!(scene.token(&ada, "openid").status, 200);
}

fn complete(scene: &Scene) {
    let ada = scene.realm.create_person("ada", json!({}));

    let callback = scene.sign_in(&ada).client();

    assert_ne!(callback.get("code"), "");
    assert_eq!(scene.token(&ada, "openid").status, 200);
    assert_eq!(scene.events(), json!([]));
}

fn invalid(scene: &Scene) {
    let ada = somebody_with_a_phone(scene, &["admin", "user"]);
    let mut browser = scene.browser();

    let page = browser.answer(&scene.request(&[]), &ada).page();

    assert_eq!(page.form(FORM).unwrap().get("phone"), Some("none"));
    let page = fill(&mut browser, &page, &[("phone", "nine")]).page();
    fill(&mut browser, &page, &[("phone", "999")]).client();
    assert_eq!(scene.user(&ada)["attributes"]["phone"], json!(["999"]));
    scene.sign_in(&ada).client();
}

fn read_only(scene: &Scene) {
    let ada = somebody_with_a_phone(scene, &["admin"]);

    scene.sign_in(&ada).client();

    assert_eq!(scene.token(&ada, "openid").status, 200);
    // It does not stand in the way of what they can mend either.
    scene.describe(phone(&["admin"], json!({})));
    scene.change(&ada, json!({"lastName": ""}));
    scene.describe(phone(
        &["admin"],
        json!({"pattern": {"pattern": "^[0-9]+$"}}),
    ));
    let mut browser = scene.browser();
    let page = browser.answer(&scene.request(&[]), &ada).page();
    assert!(!page.form(FORM).unwrap().has("phone"));
    fill(&mut browser, &page, &[("lastName", "Byron")]).client();
    let user = scene.user(&ada);
    assert_eq!(user["lastName"], "Byron");
    assert_eq!(user["attributes"]["phone"], json!(["none"]));
}

fn several(scene: &Scene) {
    let languages = |rules: Value| {
        json!({
            "name": "languages", "multivalued": true, "validations": rules, "required": {"roles": ["user"]},
            "permissions": {"view": ["admin", "user"], "edit": ["admin", "user"]},
        })
    };
    scene.describe(languages(json!({})));
    let many = json!({"attributes": {"languages": ["de", "en"]}});
    let ada = scene.realm.create_person("ada", many);
    let bob = scene.realm.create_person("bob", json!({}));

    // One value is enough, and the form has a field for one.
    let mut browser = scene.browser();
    let page = browser.answer(&scene.request(&[]), &bob).page();
    fill(&mut browser, &page, &[("languages", "fr")]).client();
    scene.describe(languages(json!({"multivalued": {"min": "3", "max": "5"}})));

    for person in [&ada, &bob] {
        scene.sign_in(person).client();
        assert_eq!(scene.token(person, "openid").status, 200);
    }
}

fn silent(scene: &Scene) {
    let ada = scene.realm.create_person("ada", json!({}));
    let mut browser = scene.browser();
    browser.answer(&scene.request(&[]), &ada).client();
    let silent = scene.request(&[("prompt", "none")]);
    let known = browser.open(&silent).client();
    assert_ne!(known.get("code"), "");
    scene.change(&ada, json!({"lastName": ""}));

    let refused = browser.open(&silent).client();

    assert_eq!(refused.get("error"), "interaction_required");
    let page = browser.open(&scene.request(&[])).page();
    fill(&mut browser, &page, &[("lastName", "Byron")]).client();
    assert_ne!(browser.open(&silent).client().get("code"), "");
}

fn direct(scene: &Scene) {
    let lacks = json!({"firstName": ""});
    let ada = scene.realm.create_person("ada", lacks);

    let refused = scene.token(&ada, "openid");

    assert_eq!(refused.status, 400, "{}", refused.body);
    assert_eq!(refused.json()["error"], "invalid_grant");
    assert_eq!(
        refused.json()["error_description"],
        "Account is not fully set up"
    );
    scene.change(&ada, json!({"firstName": "Ada"}));
    assert_eq!(scene.token(&ada, "openid").status, 200);
}

fn off(scene: &Scene) {
    scene.realm.change(ACTION, json!({"enabled": false}));
    let lacks = json!({"email": "", "firstName": "", "lastName": ""});
    let waiting = json!({"requiredActions": ["VERIFY_PROFILE"]});
    let ada = scene.realm.create_person("ada", merged(lacks, waiting));

    scene.sign_in(&ada).client();

    assert_eq!(scene.token(&ada, "openid").status, 200);
    // It waits for the day on which the action is on again.
    assert_eq!(
        scene.user(&ada)["requiredActions"],
        json!(["VERIFY_PROFILE"])
    );
}

fn listed(scene: &Scene) {
    let waiting = json!({"requiredActions": ["VERIFY_PROFILE"]});
    let ada = scene.realm.create_person("ada", waiting.clone());
    let bob = scene
        .realm
        .create_person("bob", merged(json!({"lastName": ""}), waiting.clone()));
    let eve = scene.realm.create_person("eve", waiting);

    scene.sign_in(&ada).client();
    let mut browser = scene.browser();
    let page = browser.answer(&scene.request(&[]), &bob).page();
    fill(&mut browser, &page, &[("lastName", "B")]).client();
    assert_eq!(scene.token(&eve, "openid").status, 200);

    for person in [&ada, &bob, &eve] {
        assert_eq!(scene.user(person)["requiredActions"], json!([]));
    }
    // It is seen, and not asked for by an application.
    let wished = scene.request(&[("kc_action", "VERIFY_PROFILE")]);
    let callback = scene.browser().answer(&wished, &ada).client();
    assert_eq!(callback.get("kc_action_status"), "error");
}

fn scoped(scene: &Scene) {
    let demanded = |name: &str, scope: &str| {
        json!({
            "name": name, "required": {"roles": ["user"], "scopes": [scope]},
            "permissions": {"view": ["admin", "user"], "edit": ["admin", "user"]},
        })
    };
    scene.describe(demanded("mobile", "phone"));
    let ada = scene.realm.create_person("ada", json!({}));

    scene.sign_in(&ada).client();
    assert_eq!(scene.token(&ada, "openid").status, 200);
    assert_eq!(scene.token(&ada, "openid phone").status, 400);
    let mut browser = scene.browser();
    let asks = scene.request(&[("scope", "openid phone")]);
    let page = browser.answer(&asks, &ada).page();
    fill(&mut browser, &page, &[("mobile", "999")]).client();
    scene.browser().answer(&asks, &ada).client();

    // A scope that the client always has need not be requested.
    scene.describe(demanded("desk", "profile"));
    let page = scene.sign_in(&ada).page();
    assert!(page.form(FORM).unwrap().has("desk"));
    assert_eq!(scene.token(&ada, "openid").status, 400);
}
