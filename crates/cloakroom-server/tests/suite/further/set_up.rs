//! What nobody gets by it that a device has still to be set up, and what becomes of a list of codes that is used up.

use serde_json::{Value, json};

use super::codes::{Device, paper};
use super::{ENROL, OTP, RECOVERY, Scene, Story, question, send, with_app};
use crate::browser::{Browser, Page};
use crate::http::text;
use crate::realm::Person;

pub(super) const STORIES: &[(&str, Story)] = &[
    (
        "a-password-grant-whose-flow-demands-a-device-gives-no-token-before-there-is-one",
        granted,
    ),
    (
        "whoever-gets-a-device-meanwhile-is-asked-for-it-and-no-other-is-added",
        meanwhile,
    ),
    (
        "a-device-that-one-has-to-set-up-stops-nobody-else-in-the-same-tab",
        left_behind,
    ),
    ("a-list-on-paper-goes-with-its-last-code", last_code),
];

/// Makes a flow of these steps, all of them required; its id.
fn flow(scene: &Scene, alias: &str, steps: &[&str]) -> String {
    let top = json!({"alias": alias, "providerId": "basic-flow", "topLevel": true});
    let made = scene.realm.call("POST", "/authentication/flows", &top);
    assert_eq!(made.status, 201, "{}", made.body);
    for step in steps {
        let path = format!("/authentication/flows/{alias}/executions/execution");
        let added = scene.realm.call("POST", &path, &json!({"provider": step}));
        assert_eq!(added.status, 201, "{}", added.body);
        scene.require(alias, step, "REQUIRED");
    }
    let all = scene
        .realm
        .call("GET", "/authentication/flows", &Value::Null);
    let all = all.json();
    let mut all = all.as_array().unwrap().iter();
    let found = all.find(|one| one["alias"] == json!(alias)).unwrap();
    text(found, "id").to_owned()
}

fn no_session(scene: &Scene, browser: &mut Browser) {
    assert!(!browser.cookies().contains("KEYCLOAK_IDENTITY="));
    let silent = browser.open(&scene.request("&prompt=none")).client();
    assert_eq!(silent.get("error"), "login_required");
}

fn granted(scene: &Scene, name: &str) {
    let scene = &scene.beside("granted", json!({}));
    let person = scene.person(name, &[]);
    let (with_device, device) = with_app(scene, "granted-with-device");
    assert_eq!(scene.by_password(&person, &[]).status, 200);
    let clients = scene
        .realm
        .call("GET", "/clients?clientId=shop", &Value::Null);
    let shop = format!("/clients/{}", text(&clients.json()[0], "id"));
    for code in ["auth-otp-form", "direct-grant-validate-otp"] {
        let steps = [
            "direct-grant-validate-username",
            "direct-grant-validate-password",
            code,
        ];
        let alias = format!("grants-by-{code}");
        let id = flow(scene, &alias, &steps);
        let refused = |by: &str| {
            for more in [&[][..], &[("totp", "")], &[("totp", "000000")]] {
                let answer = scene.by_password(&person, more);
                assert!(
                    [400, 401].contains(&answer.status),
                    "{code} {by}: {}",
                    answer.body
                );
                let body = answer.json();
                assert_eq!(text(&body, "error"), "invalid_grant", "{code} {by}");
                // What the form demands could be set up, had it a page here; the other step refuses whoever has no device.
                let is_set_up = text(&body, "error_description") == "Account is not fully set up";
                assert_eq!(is_set_up, code == "auth-otp-form", "{code} {by}: {body}");
                assert!(body["access_token"].is_null() && body["refresh_token"].is_null());
            }
            let path = format!("/users/{}/sessions", person.id);
            let sessions = scene.realm.call("GET", &path, &Value::Null).json();
            let many = sessions.as_array().map(Vec::len);
            assert_eq!(many, Some(1), "{code} {by}: there is the one of before");
        };

        scene.realm.change("", json!({"directGrantFlow": alias}));
        refused("the realm's flow");
        scene
            .realm
            .change("", json!({"directGrantFlow": "direct grant"}));
        let bound = json!({"authenticationFlowBindingOverrides": {"direct_grant": id}});
        scene.realm.change(&shop, bound);
        refused("the client's flow");

        if code == "direct-grant-validate-otp" {
            // Whoever has a device is asked for nothing but its code.
            let answer = scene.by_password(&with_device, &[("totp", &device.code(0))]);
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
        let unbound = json!({"authenticationFlowBindingOverrides": {"direct_grant": ""}});
        scene.realm.change(&shop, unbound);
    }
}

fn meanwhile(scene: &Scene, name: &str) {
    let person = scene.person(name, &[]);
    let due = json!({"requiredActions": ["CONFIGURE_TOTP"]});
    scene.realm.change(&format!("/users/{}", person.id), due);
    let mut first = scene.browser();
    let page = scene.half(&mut first, &person);
    assert_eq!(question(&page).id, ENROL);
    let theirs = super::shown(&page);
    let mut own = scene.browser();
    let own_page = scene.half(&mut own, &person);
    let device = super::shown(&own_page);
    let place = send(&mut own, &own_page, &device.code(-1));
    assert_eq!(scene.subject(place), person.id);
    let before = scene.credentials(&person);
    assert_eq!(before.len(), 1);

    // The page is looked at again, and its form is sent.
    let mut looked = first_of(scene, &mut first, &page);
    looked.push(send(&mut first, &page, &theirs.code(0)).page());

    for page in looked {
        assert!(page.is_login(), "{}", page.answer.body);
    }
    no_session(scene, &mut first);
    assert_eq!(scene.credentials(&person), before);
    // The way on is the one from the beginning, with a code.
    let page = scene.half(&mut first, &person);
    assert_eq!(question(&page).id, OTP);
    let place = send(&mut first, &page, &device.code(0));
    assert_eq!(scene.subject(place), person.id);
}

/// What the addresses of an attempt show that stands at this page.
fn first_of(scene: &Scene, browser: &mut Browser, page: &Page) -> Vec<Page> {
    let form = question(page);
    let query = form.action.split_once('?').unwrap().1;
    let at = |place: &str| format!("/realms/{}/login-actions/{place}?{query}", scene.realm.name);
    let all = ["required-action", "authenticate"].map(at);
    all.iter().map(|path| browser.open(path).page()).collect()
}

fn left_behind(scene: &Scene, name: &str) {
    let scene = &scene.beside("left-behind", json!({}));
    flow(
        scene,
        "demands",
        &["auth-username-password-form", "auth-otp-form"],
    );
    scene.realm.change("", json!({"browserFlow": "demands"}));
    let without = scene.person(name, &[]);
    let (person, device) = with_app(scene, "left-behind-with-device");
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &without);
    assert_eq!(question(&page).id, ENROL);
    let form = question(&page);
    let query = form.action.split_once('?').unwrap().1;
    let path = format!("/realms/{}/login-actions/restart?{query}", scene.realm.name);
    let page = browser.open(&path).page();
    assert!(page.is_login(), "{}", page.answer.body);

    let page = type_in(&mut browser, &page, &person);

    assert_eq!(question(&page).id, OTP);
    let place = send(&mut browser, &page, &device.code(0));
    assert_eq!(scene.subject(place), person.id);
    assert!(scene.credentials(&without).is_empty());
    assert_eq!(scene.credentials(&person).len(), 1);
}

fn type_in(browser: &mut Browser, page: &Page, person: &Person) -> Page {
    let mut form = page.form("kc-form-login").unwrap();
    form.set("username", &person.username);
    form.set("password", &person.password);
    browser.submit(&page.address, &form).page()
}

fn last_code(scene: &Scene, name: &str) {
    let scene = &scene.beside("last-code", json!({}));
    scene.require("browser", "auth-recovery-authn-code-form", "ALTERNATIVE");
    let device = Device::new(name);
    let both = scene.person(
        name,
        &[device.credential("Phone"), paper(&["AAAABBBBCCCC"], 12)],
    );
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &both);
    let mut other = question(&page);
    other.press("tryAnotherWay");
    let page = browser.submit(&page.address, &other).page();
    assert!(
        page.answer.body.contains("Code #12"),
        "{}",
        page.answer.body
    );

    let place = send(&mut browser, &page, "AAAABBBBCCCC");

    // New codes are offered at once; whoever leaves that page is asked again, and has nothing of the old list.
    assert!(place.page().form(super::PAPER).is_some());
    let done = json!({"requiredActions": []});
    scene.realm.change(&format!("/users/{}", both.id), done);
    let kept = scene.credentials(&both);
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(kept[0]["type"], json!("otp"));
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &both);
    assert_eq!(question(&page).id, OTP);
    assert!(!page.answer.body.contains("tryAnotherWay"));
    assert_eq!(
        scene.subject(send(&mut browser, &page, &device.code(0))),
        both.id
    );

    // Whoever has nothing but paper keeps the list, because the password alone is not enough for them.
    let only = scene.person("last-code-only", &[paper(&["AAAABBBBCCCC"], 12)]);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &only);
    assert_eq!(question(&page).id, RECOVERY);
    let place = send(&mut browser, &page, "AAAABBBBCCCC");
    assert!(place.page().form(super::PAPER).is_some());
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &only);
    assert!(!page.is_login(), "{}", page.answer.body);
    no_session(scene, &mut browser);
}
