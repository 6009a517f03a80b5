//! Flows of Keycloak that ask for the name on a page of its own, and for a code of some people only.

use serde_json::{Value, json};

use super::{ENROL, OTP, Scene, Story, has_nothing, send, with_app};
use crate::browser::{Browser, Page, Place};
use crate::realm::Person;

pub(super) const STORIES: &[(&str, Story)] = &[
    ("the-name-is-asked-for-before-the-password", name_first),
    ("a-name-that-nobody-has-is-asked-for-a-password", stranger),
    ("who-is-asked-for-a-code-is-the-steps-to-say", votes),
    ("whoever-is-spared-the-code-sets-none-up", sets_up),
];

/// A realm whose flow asks for a name, a password and, as these settings say, for a code.
fn realm(scene: &Scene, name: &str, config: &Value) -> Scene {
    let step = |at: u32, authenticator: &str| json!({"authenticator": authenticator, "requirement": "REQUIRED", "priority": at, "authenticatorFlow": false});
    let mut code = step(30, "auth-conditional-otp-form");
    code["authenticatorConfig"] = json!("whom");
    let steps = [
        step(10, "auth-username-form"),
        step(20, "auth-password-form"),
        code,
    ];
    let flow = json!({"alias": "one by one", "providerId": "basic-flow", "topLevel": true, "builtIn": false, "authenticationExecutions": steps});
    scene.beside(
        name,
        json!({
            "browserFlow": "one by one",
            "authenticationFlows": [flow],
            "authenticatorConfig": [{"alias": "whom", "config": config}],
            "roles": {"realm": [{"name": "at-home"}, {"name": "with-keys"}]},
            "users": [],
        }),
    )
}

fn opens(scene: &Scene, browser: &mut Browser) -> Page {
    let page = browser.open(&scene.request("")).page();
    let body = &page.answer.body;
    assert!(page.is_login(), "{body}");
    assert!(!body.contains("type=\"password\""), "{body}");
    page
}

/// Says a name, and is asked for a password.
fn says(browser: &mut Browser, page: &Page, name: &str) -> Page {
    let mut form = page.form("kc-form-login").unwrap();
    form.set("username", name);
    let page = browser.submit(&page.address, &form).page();
    let body = &page.answer.body;
    assert!(
        body.contains("type=\"password\"") && body.contains(name),
        "{body}"
    );
    page
}

fn password(browser: &mut Browser, page: &Page, password: &str) -> Place {
    let mut form = page.form("kc-form-login").unwrap();
    assert!(!form.has("username"));
    form.set("password", password);
    browser.submit(&page.address, &form)
}

fn name_first(scene: &Scene, name: &str) {
    let scene = &realm(scene, "spared-name", &json!({"defaultOtpOutcome": "skip"}));
    let person = scene.person(name, &[]);
    let mut browser = scene.browser();
    let page = opens(scene, &mut browser);
    // A password beside the name is not what was asked for.
    let mut form = page.form("kc-form-login").unwrap();
    form.set("username", &person.username);
    form.set("password", &person.password);
    let page = browser.submit(&page.address, &form).page();
    assert!(page.answer.body.contains("type=\"password\""));
    has_nothing(scene, &mut browser);
    let page = password(&mut browser, &page, "a wrong one").page();
    assert!(page.answer.body.contains("type=\"password\""));
    let place = password(&mut browser, &page, &person.password);
    assert_eq!(scene.subject(place), person.id);
    // Nothing said is asked for again.
    let mut browser = scene.browser();
    let page = opens(scene, &mut browser);
    let form = page.form("kc-form-login").unwrap();
    let page = browser.submit(&page.address, &form).page();
    assert!(!page.answer.body.contains("type=\"password\""));
    says(&mut browser, &page, &person.username);
}

fn stranger(scene: &Scene, name: &str) {
    let scene = &realm(
        scene,
        "spared-stranger",
        &json!({"defaultOtpOutcome": "skip"}),
    );
    let person = scene.person(name, &[]);
    let told = |who: &str| {
        let mut browser = scene.browser();
        let page = opens(scene, &mut browser);
        let page = says(&mut browser, &page, who);
        let page = password(&mut browser, &page, "a wrong one").page();
        has_nothing(scene, &mut browser);
        let alert = page.answer.body.split("role=\"alert\"").nth(1);
        let alert = alert.and_then(|rest| rest.split("</p>").next());
        let alert = alert.unwrap_or_default().split("<code").next();
        alert.unwrap_or_default().to_owned()
    };
    let known = told(&person.username);
    assert!(!known.is_empty());
    assert_eq!(told("nobody-is-called-so"), known);
}

fn signs_in(scene: &Scene, person: &Person) -> (Browser, Place) {
    let mut browser = scene.browser();
    let page = opens(scene, &mut browser);
    let page = says(&mut browser, &page, &person.username);
    let place = password(&mut browser, &page, &person.password);
    (browser, place)
}

fn votes(scene: &Scene, name: &str) {
    let config = json!({
        "otpControlAttribute": "code", "skipOtpRole": "at-home", "forceOtpRole": "with-keys",
        "defaultOtpOutcome": "skip",
    });
    let spares = &realm(scene, "spared-votes", &config);
    let forces = &realm(
        scene,
        "spared-not",
        &json!({"skipOtpRole": "at-home", "defaultOtpOutcome": "force"}),
    );
    // The realm, the attribute, the roles, and whether a code is asked for.
    let rows: [(&Scene, &str, &[&str], bool); 10] = [
        (spares, "", &[], false),
        (spares, "force", &[], true),
        (spares, "force", &["at-home"], true),
        (spares, "skip", &["with-keys"], false),
        (spares, "perhaps", &["with-keys"], true),
        (spares, "", &["at-home", "with-keys"], false),
        (spares, "", &["at-home"], false),
        (forces, "", &[], true),
        (forces, "", &["with-keys"], true),
        (forces, "", &["at-home"], false),
    ];
    for (at, (scene, attribute, roles, is_asked)) in rows.into_iter().enumerate() {
        let (person, device) = with_app(scene, &format!("{}-{at}", &name[..8]));
        let profile = scene.realm.call("GET", "/users/profile", &Value::Null);
        let mut profile = profile.json();
        profile["unmanagedAttributePolicy"] = json!("ENABLED");
        scene.realm.call("PUT", "/users/profile", &profile);
        let path = format!("/users/{}", person.id);
        scene
            .realm
            .change(&path, json!({"attributes": {"code": [attribute]}}));
        for role in roles {
            let found = scene
                .realm
                .call("GET", &format!("/roles/{role}"), &Value::Null)
                .json();
            let given = scene.realm.call(
                "POST",
                &format!("{path}/role-mappings/realm"),
                &json!([found]),
            );
            assert_eq!(given.status, 204, "{}", given.body);
        }
        let (mut browser, place) = signs_in(scene, &person);
        let about = format!("{} {attribute} {roles:?}", scene.realm.name);
        let place = match place {
            Place::Page(page) => {
                assert!(
                    is_asked && page.form(OTP).is_some(),
                    "{about}: {}",
                    page.answer.body
                );
                has_nothing(scene, &mut browser);
                send(&mut browser, &page, &device.code(0))
            }
            place => {
                assert!(!is_asked, "{about}");
                place
            }
        };
        assert_eq!(scene.subject(place), person.id, "{about}");
    }
}

fn sets_up(scene: &Scene, name: &str) {
    let config = json!({"skipOtpRole": "at-home"});
    let scene = &realm(scene, "spared-sets-up", &config);
    let person = scene.person(name, &[]);
    let (_, place) = signs_in(scene, &person);
    assert!(place.page().form(ENROL).is_some());
    let found = scene
        .realm
        .call("GET", "/roles/at-home", &Value::Null)
        .json();
    let path = format!("/users/{}/role-mappings/realm", person.id);
    let given = scene.realm.call("POST", &path, &json!([found]));
    assert_eq!(given.status, 204, "{}", given.body);
    let (_, place) = signs_in(scene, &person);
    assert_eq!(scene.subject(place), person.id);
}
