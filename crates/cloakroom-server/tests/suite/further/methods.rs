//! What people set up and remove by themselves: codes on paper, and whatever stands beside a password.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::codes::{Device, paper};
use super::{OTP, PAPER, RECOVERY, Scene, Story, question, send, with_app};
use crate::browser::{Browser, Page, Place};
use crate::html::Form;
use crate::http::{Request, text};
use crate::realm::Person;

/// The question before a credential is removed.
const REMOVE: &str = "kc-delete-credential-form";

pub(super) const STORIES: &[(&str, Story)] = &[
    (
        "twelve-new-codes-are-shown-once-and-let-in-in-their-order",
        codes,
    ),
    (
        "new-codes-take-the-place-of-the-old-ones-only-when-kept",
        kept,
    ),
    (
        "codes-of-somebody-who-got-a-device-meanwhile-are-not-stored",
        meanwhile,
    ),
    (
        "a-device-is-removed-by-its-owner-and-by-nobody-else",
        removed,
    ),
    (
        "MFA-06-a-password-alone-changes-no-other-way-in",
        by_password_alone,
    ),
    (
        "an-action-that-the-realm-switched-off-is-an-error",
        switched_off,
    ),
    ("the-account-page-shows-what-there-is-and-leads-on", shown),
];

fn with_action(scene: &Scene, action: &str) -> String {
    scene.request(&format!("&kc_action={action}"))
}

/// The codes that a page shows, as people type them.
fn codes_of(page: &Page) -> Vec<String> {
    let list = page.answer.body.split("kc-recovery-codes-list").nth(1);
    let list = list.and_then(|rest| rest.split("</ol>").next());
    let items = list.expect("the page shows codes").split("<li>").skip(1);
    let codes = items.filter_map(|item| item.split('<').next());
    codes.map(str::to_owned).collect()
}

fn keep(browser: &mut Browser, page: &Page) -> Place {
    let form = page
        .form(PAPER)
        .unwrap_or_else(|| panic!("{}", page.answer.body));
    browser.submit(&page.address, &form)
}

fn pressed(page: &Page, button: &str) -> Form {
    let mut form = page
        .form(REMOVE)
        .unwrap_or_else(|| panic!("{}", page.answer.body));
    form.press(button);
    form
}

fn kinds(scene: &Scene, person: &Person) -> Vec<Value> {
    let all = scene.credentials(person).into_iter();
    all.map(|one| one["type"].clone()).collect()
}

fn events(scene: &Scene, person: &Person, kind: &str) -> Vec<Value> {
    let path = format!("/events?type={kind}&user={}", person.id);
    let found = scene.realm.call("GET", &path, &Value::Null).json();
    found.as_array().cloned().unwrap_or_default()
}

fn codes(scene: &Scene, name: &str) {
    let scene = &scene.beside("own-paper", json!({}));
    scene.require("browser", "auth-recovery-authn-code-form", "ALTERNATIVE");
    let person = scene.person(name, &[]);
    let due = json!({"requiredActions": ["CONFIGURE_RECOVERY_AUTHN_CODES"]});
    scene.realm.change(&format!("/users/{}", person.id), due);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    let codes = codes_of(&page);
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), 12, "{codes:?}");
    assert!(scene.credentials(&person).is_empty());
    // Whoever opens the page again before sees the same ones.
    assert_eq!(codes_of(&browser.open(&page.address).page()), codes);

    let place = keep(&mut browser, &page);

    assert_eq!(scene.subject(place), person.id);
    let stored = scene.credentials(&person);
    assert_eq!(kinds(scene, &person), [json!("recovery-authn-codes")]);
    let data: Value = serde_json::from_str(stored[0]["credentialData"].as_str().unwrap()).unwrap();
    assert_eq!(data["remaining"], json!(12));
    assert_eq!(data["algorithm"], json!("RS512"));
    assert!(stored[0]["secretData"].is_null());
    let told = events(scene, &person, "UPDATE_CREDENTIAL");
    assert_eq!(
        told[0]["details"]["credential_type"],
        json!("recovery-authn-codes")
    );
    assert!(!told[0].to_string().contains(&codes[0]));
    // The second one is not asked for yet; each is good once, with or without what stands between its letters.
    for (number, code) in codes.iter().enumerate() {
        let mut browser = scene.browser();
        let page = scene.half(&mut browser, &person);
        assert_eq!(question(&page).id, RECOVERY);
        let asked = format!("Code #{}", number + 1);
        assert!(page.answer.body.contains(&asked), "{}", page.answer.body);
        let wrong = match number {
            0 => codes[1].clone(),
            _ => codes[number - 1].clone(),
        };
        let page = match number < 3 {
            true => send(&mut browser, &page, &wrong).page(),
            false => page,
        };
        let typed = match number % 2 {
            0 => code.clone(),
            _ => code.replace('-', "").to_lowercase(),
        };
        let place = send(&mut browser, &page, &typed);
        if number < 11 {
            assert_eq!(scene.subject(place), person.id);
            continue;
        }
        // With the last one there are new ones to be had at once.
        let page = place.page();
        let fresh = codes_of(&page);
        assert!(fresh.iter().all(|one| !codes.contains(one)));
        assert_eq!(scene.subject(keep(&mut browser, &page)), person.id);
        assert_eq!(kinds(scene, &person), [json!("recovery-authn-codes")]);
        let mut browser = scene.browser();
        let page = scene.half(&mut browser, &person);
        let place = send(&mut browser, &page, &fresh[0]);
        assert_eq!(scene.subject(place), person.id);
    }
}

fn kept(scene: &Scene, name: &str) {
    let person = scene.person(name, &[paper(&["AAAABBBBCCCC", "DDDDEEEEFFFF"], 11)]);
    let before = scene.credentials(&person);
    let asked = with_action(scene, "CONFIGURE_RECOVERY_AUTHN_CODES");
    let mut browser = scene.browser();
    let page = browser.answer(&asked, &person).page();
    assert_eq!(scene.credentials(&person), before);

    let mut form = page.form(PAPER).unwrap();
    form.press("cancel-aia");
    let callback = browser.submit(&page.address, &form).client();

    assert_eq!(callback.get("kc_action_status"), "cancelled");
    assert_eq!(scene.credentials(&person), before);
    let page = browser.answer(&asked, &person).page();
    let callback = keep(&mut browser, &page).client();
    assert_eq!(callback.get("kc_action_status"), "success");
    let after = scene.credentials(&person);
    assert_eq!(after.len(), 1);
    assert_ne!(after[0]["id"], before[0]["id"]);
    // The form once more stores nothing more.
    keep(&mut browser, &page);
    assert_eq!(scene.credentials(&person), after);
}

fn meanwhile(scene: &Scene, name: &str) {
    let person = scene.person(name, &[]);
    let asked = with_action(scene, "CONFIGURE_RECOVERY_AUTHN_CODES");
    let mut thief = scene.browser();
    let page = thief.answer(&asked, &person).page();
    let mut own = scene.browser();
    let own_page = own
        .answer(&with_action(scene, "CONFIGURE_TOTP"), &person)
        .page();
    let device = super::shown(&own_page);
    let place = send(&mut own, &own_page, &device.code(-1));
    assert_eq!(scene.subject(place), person.id);

    let place = keep(&mut thief, &page);

    assert!(place.page().is_login());
    assert_eq!(kinds(scene, &person), [json!("otp")]);

    // The same with a list of their own instead of a device.
    let person = scene.person("codes-meanwhile-too", &[]);
    let mut thief = scene.browser();
    let page = thief.answer(&asked, &person).page();
    let mut own = scene.browser();
    let own_page = own.answer(&asked, &person).page();
    keep(&mut own, &own_page).client();
    let theirs = scene.credentials(&person);
    assert!(keep(&mut thief, &page).page().is_login());
    assert_eq!(scene.credentials(&person), theirs);
}

fn removed(scene: &Scene, name: &str) {
    let (person, device) = with_app(scene, name);
    let (other, _) = with_app(scene, "device-of-somebody-else");
    let id = |person: &Person| {
        scene.credentials(person)[0]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let password = {
        let path = format!("/users/{}/credentials", person.id);
        let all = scene.realm.call("GET", &path, &Value::Null).json();
        let mut all = all.as_array().unwrap().iter();
        let found = all.find(|one| one["type"] == json!("password")).unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    scene.subject(send(&mut browser, &page, &device.code(-1)));
    // Whatever is not theirs, no device, or not there at all is an error, and nothing is asked.
    let foreign = [id(&other), password, "nothing".to_owned(), String::new()];
    for foreign in foreign {
        let asked = with_action(scene, &format!("delete_credential:{foreign}"));
        let callback = browser.open(&asked).client();
        assert_eq!(callback.get("kc_action_status"), "error", "{foreign}");
        assert!(!callback.get("code").is_empty());
    }
    assert_eq!(
        (kinds(scene, &person).len(), kinds(scene, &other).len()),
        (1, 1)
    );

    let asked = with_action(scene, &format!("delete_credential:{}", id(&person)));
    let page = browser.open(&asked).page();
    assert!(
        page.answer.body.contains("One-time codes"),
        "{}",
        page.answer.body
    );
    let form = pressed(&page, "cancel-aia");
    let callback = browser.submit(&page.address, &form).client();
    assert_eq!(callback.get("kc_action_status"), "cancelled");
    assert_eq!(kinds(scene, &person).len(), 1);
    let page = browser.open(&asked).page();
    let form = pressed(&page, "accept");
    let callback = browser.submit(&page.address, &form).client();

    assert_eq!(callback.get("kc_action_status"), "success");
    assert_eq!(callback.get("kc_action"), "delete_credential");
    assert!(kinds(scene, &person).is_empty());
    assert_eq!(kinds(scene, &other).len(), 1);
    for kind in ["REMOVE_TOTP", "REMOVE_CREDENTIAL"] {
        let told = events(scene, &person, kind);
        assert_eq!(told.len(), 1, "{kind}");
        assert_eq!(told[0]["details"]["credential_type"], json!("otp"));
    }
    let mut browser = scene.browser();
    assert_eq!(
        scene.subject(browser.answer(&scene.request(""), &person)),
        person.id
    );
}

fn by_password_alone(scene: &Scene, name: &str) {
    let person = scene.person(name, &[]);
    let mut thief = scene.browser();
    thief.answer(&scene.request(""), &person).client();
    let mut own = scene.browser();
    let page = own
        .answer(&with_action(scene, "CONFIGURE_TOTP"), &person)
        .page();
    let device = super::shown(&page);
    send(&mut own, &page, &device.code(-1)).client();
    let id = text(&scene.credentials(&person)[0], "id").to_owned();

    // The session of before has seen a password, and no code.
    let asked = with_action(scene, &format!("delete_credential:{id}"));
    let page = thief.open(&asked).page();

    assert!(page.is_login(), "{}", page.answer.body);
    // Nor does it get anything else by which people sign in.
    for action in [
        "UPDATE_PASSWORD",
        "CONFIGURE_TOTP",
        "CONFIGURE_RECOVERY_AUTHN_CODES",
    ] {
        let page = thief.open(&with_action(scene, action)).page();
        assert!(page.is_login(), "{action}: {}", page.answer.body);
        // The cookie with which a lost sign-in begins anew leads to the same.
        let name = &scene.realm.name;
        let lost = format!("/realms/{name}/login-actions/required-action?client_id=shop");
        let led = thief.send(Request::get(&lost));
        let to = led.location().unwrap_or_default().to_owned();
        let tab = to
            .split("tab_id=")
            .nth(1)
            .and_then(|rest| rest.split('&').next());
        let tab = tab.unwrap_or_else(|| panic!("{action}: {} {}", led.status, led.body));
        let page = thief.open(&format!("{lost}&tab_id={tab}")).page();
        assert!(page.is_login(), "{action}: {}", page.answer.body);
    }
    let page = thief.open(&with_action(scene, "UPDATE_PROFILE")).page();
    assert!(page.form("kc-update-profile-form").is_some());
    let page = thief.answer(&asked, &person).page();
    assert_eq!(question(&page).id, OTP);
    assert_eq!(kinds(scene, &person).len(), 1);
    let page = send(&mut thief, &page, &device.code(0)).page();
    let form = pressed(&page, "accept");
    thief.submit(&page.address, &form).client();
    assert!(kinds(scene, &person).is_empty());
}

fn switched_off(scene: &Scene, name: &str) {
    let scene = &scene.beside("switched-off", json!({}));
    let device = Device::new(name);
    let person = scene.person(name, &[device.credential("")]);
    let id = text(&scene.credentials(&person)[0], "id").to_owned();
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    scene.subject(send(&mut browser, &page, &device.code(0)));
    let named = [
        ("CONFIGURE_RECOVERY_AUTHN_CODES", ""),
        ("CONFIGURE_TOTP", ""),
        ("UPDATE_PASSWORD", ""),
        ("webauthn-register", ""),
        ("delete_credential", id.as_str()),
    ];
    for (alias, about) in named {
        let path = format!("/authentication/required-actions/{alias}");
        let mut action = scene.realm.call("GET", &path, &Value::Null).json();
        action["enabled"] = json!(false);
        assert_eq!(scene.realm.call("PUT", &path, &action).status, 204);
        let asked = match about {
            "" => alias.to_owned(),
            about => format!("{alias}:{about}"),
        };
        let callback = browser.open(&with_action(scene, &asked)).client();
        assert_eq!(callback.get("kc_action_status"), "error", "{alias}");
    }
    let place = browser.open(&format!("/realms/{}/account", scene.realm.name));
    let body = place.page().answer.body;
    assert!(!body.contains("kc_action"), "{body}");
}

fn shown(scene: &Scene, name: &str) {
    let device = Device::new(name);
    let paper = paper(&["AAAABBBBCCCC", "DDDDEEEEFFFF"], 11);
    let person = scene.person(name, &[device.credential("Her <b>phone</b>"), paper]);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    scene.subject(send(&mut browser, &page, &device.code(0)));

    let body = browser
        .open(&format!("/realms/{}/account", scene.realm.name))
        .page()
        .answer
        .body;

    for text in [
        "Her &#60;b&#62;phone",
        "2 left",
        "Change password",
        "add-otp",
        "add-codes",
    ] {
        assert!(body.contains(text), "{text}: {body}");
    }
    // Each link leads to its own page, and back.
    let links = body
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    let links: Vec<String> = links
        .filter(|link| link.contains("kc_action"))
        .map(|link| link.replace("&amp;", "&").replace("&#38;", "&"))
        .collect();
    assert_eq!(links.len(), 6, "{links:?}");
    for link in links {
        let page = browser.open(&link).page();
        let key = "kc-webauthn-settings-form";
        let forms = ["kc-passwd-update-form", super::ENROL, PAPER, REMOVE, key];
        let found: Vec<Form> = forms.iter().filter_map(|id| page.form(id)).collect();
        assert_eq!(found.len(), 1, "{link}: {}", page.answer.body);
        let mut form = found[0].clone();
        form.press("cancel-aia");
        let answer = browser.submit(&page.address, &form);
        let body = answer.page().answer.body;
        assert!(body.contains("Her &#60;b&#62;phone"), "{body}");
    }
}
