//! What nobody honest does with one-time codes, a row each: nobody gets a session by it, and the server has no fault.

use serde_json::{Value, json};

use super::codes::Device;
use super::{OTP, Scene, Story, asks_again, question, send, send_with, with_app};
use crate::browser::{Browser, Page, Place};
use crate::http::exchange_together;
use crate::realm::Person;

pub(super) const STORIES: &[(&str, Story)] = &[
    (
        "MFA-01-a-sign-in-that-is-half-done-opens-nothing",
        half_done,
    ),
    ("a-code-without-the-password-before-it", no_password),
    ("M24-a-device-of-somebody-else", not_mine),
    ("M20-a-code-that-was-used", used),
    ("MFA-02-a-code-outside-of-the-window", outside),
    ("M21-what-is-no-code", no_code),
    ("a-code-of-a-device-that-was-removed", removed),
    ("MFA-03-guesses-in-ever-new-sign-ins", guesses),
    ("a-lockout-in-the-middle", lockout),
    ("V079-a-password-clears-no-wrong-codes", cleared),
    ("an-account-that-is-disabled-in-the-middle", disabled),
    ("a-password-that-is-changed-in-the-middle", changed),
    ("a-form-in-another-browser", elsewhere),
    (
        "F6-05g-one-code-that-sixty-four-bring-to-all-nodes",
        contended,
    ),
    (
        "F6-05h-one-code-of-a-counter-that-sixty-four-bring-to-all-nodes",
        contended_counter,
    ),
];

/// The browser has no session, and none can be had with what it keeps.
pub(crate) fn has_nothing(scene: &Scene, browser: &mut Browser) {
    assert!(
        !browser.cookies().contains("KEYCLOAK_IDENTITY="),
        "{}",
        browser.cookies()
    );
    let silent = browser.open(&scene.request("&prompt=none")).client();
    assert_eq!(silent.get("error"), "login_required");
    assert!(silent.get("code").is_empty());
}

fn half_done(scene: &Scene, name: &str) {
    let (person, _) = with_app(scene, name);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    has_nothing(scene, &mut browser);
    let at = |path: &str| format!("/realms/{}/{path}", scene.realm.name);
    let query = page.address.split_once('?').map_or("", |(_, query)| query);
    for path in [
        at("account"),
        at(&format!("login-actions/required-action?{query}")),
        at(&format!("login-actions/consent?{query}")),
        at(&format!("login-actions/authenticate?{query}")),
    ] {
        let place = browser.open(&path);
        assert!(matches!(place, Place::Page(_)), "{path}: {place:?}");
        assert!(!browser.cookies().contains("KEYCLOAK_IDENTITY="), "{path}");
    }
    // What comes after is not reached by posting to it.
    let form = question(&scene.half(&mut browser, &person));
    for (from, to) in [
        ("authenticate", "required-action"),
        ("authenticate", "consent"),
    ] {
        let mut form = form.clone();
        form.action = form.action.replace(from, to);
        form.set("accept", "yes");
        form.set("totp", "000000");
        let place = browser.submit(&page.address, &form);
        assert!(matches!(place, Place::Page(_)), "{to}: {place:?}");
        has_nothing(scene, &mut browser);
    }
}

fn no_password(scene: &Scene, name: &str) {
    let (person, device) = with_app(scene, name);
    let mut browser = scene.browser();
    let page = browser.open(&scene.request("")).page();
    let mut form = page.form("kc-form-login").unwrap();
    form.set("username", &person.username);
    form.set("otp", &device.code(0));
    form.set("selectedCredentialId", "");
    let place = browser.submit(&page.address, &form).page();
    assert!(place.is_login(), "{}", place.answer.body);
    has_nothing(scene, &mut browser);
    // Nor by the execution that the address names.
    form.action = form
        .action
        .replace("auth-username-password-form", "auth-otp-form");
    let place = browser.submit(&page.address, &form).page();
    assert!(place.is_login(), "{}", place.answer.body);
    has_nothing(scene, &mut browser);
    // The code was not looked at, and is good.
    let page = scene.half(&mut browser, &person);
    assert_eq!(
        scene.subject(send(&mut browser, &page, &device.code(0))),
        person.id
    );
}

fn not_mine(scene: &Scene, name: &str) {
    let (mine, _) = with_app(scene, name);
    let (other, device) = with_app(scene, &format!("other-{name}"));
    let id = scene.credentials(&other)[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &mine);
    for id in [
        id.as_str(),
        "",
        "no-such-device",
        "\u{1F600}",
        "' OR 1=1 --",
    ] {
        let place = send_with(
            &mut browser,
            &page,
            &device.code(0),
            &[("selectedCredentialId", id)],
        );
        let page = place.page();
        assert!(page.form(OTP).is_some(), "{id}: {}", page.answer.body);
        assert!(page.answer.status < 500, "{id}");
        has_nothing(scene, &mut browser);
        forgive(scene, &mine);
    }
    // It is still good for whom it is.
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &other);
    assert_eq!(
        scene.subject(send(&mut browser, &page, &device.code(0))),
        other.id
    );
}

/// Clears the way for whoever has guessed too often.
fn forgive(scene: &Scene, person: &Person) {
    let path = format!("/attack-detection/brute-force/users/{}", person.id);
    let done = scene.realm.call("DELETE", &path, &Value::Null);
    assert!(done.status < 300, "{}", done.body);
}

fn used(scene: &Scene, name: &str) {
    let (person, device) = with_app(scene, name);
    let code = device.code(0);
    let (mut first, mut second) = (scene.browser(), scene.browser());
    let (page, late) = (
        scene.half(&mut first, &person),
        scene.half(&mut second, &person),
    );
    assert_eq!(scene.subject(send(&mut first, &page, &code)), person.id);

    for code in [code.clone(), format!(" {code}"), format!("{code}\t")] {
        let page = asks_again(send(&mut second, &late, &code), "used already");
        assert_eq!(page.answer.status, 200);
        has_nothing(scene, &mut second);
    }
    let reason = scene.errors(&person)[0]["details"]["reason"].to_string();
    assert!(reason.contains("used before"), "{reason}");
    forgive(scene, &person);
    // The next one is good.
    assert_eq!(
        scene.subject(send(&mut second, &late, &device.code(1))),
        person.id
    );
}

fn outside(scene: &Scene, name: &str) {
    let (person, device) = with_app(scene, name);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    for steps in [-3, 3, 100] {
        asks_again(
            send(&mut browser, &page, &device.code(steps)),
            "That code is wrong",
        );
        forgive(scene, &person);
    }
    has_nothing(scene, &mut browser);
}

fn no_code(scene: &Scene, name: &str) {
    let (person, device) = with_app(scene, name);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    let code = device.code(0);
    let wide: String = code
        .chars()
        .map(|digit| char::from_u32(digit as u32 + 0xFEE0).unwrap())
        .collect();
    let apart = format!("{} {}", &code[..3], &code[3..]);
    let rows = [
        String::new(),
        wide,
        apart,
        format!("0{code}"),
        format!("-{code}"),
        format!("{code}.0"),
        format!("{code}\0"),
        "-1".to_owned(),
        "9".repeat(10_000),
        "\u{202E}123456".to_owned(),
        "<script>alert(1)</script>".to_owned(),
        "%00%00".to_owned(),
        "null".to_owned(),
    ];
    for code in rows {
        let answer = send(&mut browser, &page, &code).page();
        assert!(answer.answer.status < 500, "{code}: {}", answer.answer.body);
        assert!(!answer.answer.body.contains("<script>alert"), "{code}");
        has_nothing(scene, &mut browser);
        forgive(scene, &person);
    }
    // The same field twice is no form at all.
    let mut form = question(&page);
    form.fields.push(("otp".to_owned(), code.clone()));
    form.fields.push(("otp".to_owned(), code.clone()));
    let answer = browser.submit(&page.address, &form).page();
    assert_eq!(answer.answer.status, 400);
    has_nothing(scene, &mut browser);
    let page = scene.half(&mut browser, &person);
    assert_eq!(scene.subject(send(&mut browser, &page, &code)), person.id);
}

fn removed(scene: &Scene, name: &str) {
    let (old, new) = (Device::new(name), Device::new(&format!("{name} new")));
    let person = scene.person(name, &[old.credential("Old"), new.credential("New")]);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    let id = scene.credentials(&person)[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/users/{}/credentials/{id}", person.id);
    assert_eq!(scene.realm.call("DELETE", &path, &Value::Null).status, 204);

    let chosen = [("selectedCredentialId", id.as_str())];
    let place = send_with(&mut browser, &page, &old.code(0), &chosen);

    let page = asks_again(place, "That code is wrong");
    has_nothing(scene, &mut browser);
    assert_eq!(
        scene.subject(send(&mut browser, &page, &new.code(0))),
        person.id
    );
}

fn guesses(scene: &Scene, name: &str) {
    let (person, device) = with_app(scene, name);
    let wrong = device.wrong();
    let mut statuses = Vec::new();
    for _ in 0..8 {
        // Each in a sign-in of its own, whose password is right.
        let mut browser = scene.browser();
        let page = scene.half(&mut browser, &person);
        statuses.push(send(&mut browser, &page, &wrong).page().answer.status);
    }
    assert!(statuses.contains(&429), "{statuses:?}");
    let answer = scene.by_password(&person, &[("totp", &wrong)]);
    assert!([400, 401, 429].contains(&answer.status), "{}", answer.body);
}

/// A realm that locks people out after three failures.
fn strict(scene: &Scene, name: &str) -> Scene {
    let settings = json!({
        "bruteForceProtected": true, "failureFactor": 3, "waitIncrementSeconds": 600,
        "maxFailureWaitSeconds": 600, "quickLoginCheckMilliSeconds": 0,
    });
    scene.beside(name, settings)
}

fn lockout(scene: &Scene, name: &str) {
    let scene = &strict(scene, "lockout");
    let (person, device) = with_app(scene, name);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    for _ in 0..3 {
        scene.by_password(
            &Person {
                password: "wrong".to_owned(),
                ..person.clone()
            },
            &[],
        );
    }

    let answer = send(&mut browser, &page, &device.code(0));

    asks_again(answer, "That code is wrong");
    has_nothing(scene, &mut browser);
    assert_eq!(
        scene.errors(&person)[0]["error"],
        json!("user_temporarily_disabled")
    );
    forgive(scene, &person);
    assert_eq!(
        scene.subject(send(&mut browser, &page, &device.code(0))),
        person.id
    );
}

fn cleared(scene: &Scene, name: &str) {
    let scene = &strict(scene, "cleared");
    let (person, device) = with_app(scene, name);
    let wrong = device.wrong();
    for _ in 0..3 {
        // The password is right each time.
        let mut browser = scene.browser();
        let page = scene.half(&mut browser, &person);
        send(&mut browser, &page, &wrong);
    }
    let path = format!("/attack-detection/brute-force/users/{}", person.id);
    let known = scene.realm.call("GET", &path, &Value::Null).json();
    assert_eq!(
        (&known["numFailures"], &known["disabled"]),
        (&json!(3), &json!(true)),
        "{known}"
    );
    let answer = scene.by_password(&person, &[("totp", &device.code(0))]);
    assert!(
        answer.body.contains("Invalid user credentials"),
        "{}",
        answer.body
    );
    // Whoever has proved everything has nothing held against them.
    forgive(scene, &person);
    assert_eq!(
        scene.by_password(&person, &[("totp", &wrong)]).status,
        scene.by_password(&person, &[]).status
    );
    assert_eq!(
        scene
            .by_password(&person, &[("totp", &device.code(0))])
            .status,
        200
    );
    let known = scene.realm.call("GET", &path, &Value::Null).json();
    assert_eq!(known["numFailures"], json!(0), "{known}");
}

fn disabled(scene: &Scene, name: &str) {
    let (person, device) = with_app(scene, name);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    scene
        .realm
        .change(&format!("/users/{}", person.id), json!({"enabled": false}));
    let answer = send(&mut browser, &page, &device.code(0)).page();
    assert!(answer.is_login(), "{}", answer.answer.body);
    has_nothing(scene, &mut browser);
}

fn changed(scene: &Scene, name: &str) {
    let (person, device) = with_app(scene, name);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    let path = format!("/users/{}/reset-password", person.id);
    let new = "another passphrase, of the owner";
    let sent = json!({"type": "password", "value": new, "temporary": false});
    assert_eq!(scene.realm.call("PUT", &path, &sent).status, 204);

    let answer = send(&mut browser, &page, &device.code(0)).page();

    assert!(answer.is_login(), "{}", answer.answer.body);
    has_nothing(scene, &mut browser);
    // The way on is the one from the beginning.
    let owner = Person {
        password: new.to_owned(),
        ..person
    };
    let page = browser.go_on(Place::Page(answer), &owner).page();
    assert_eq!(
        scene.subject(send(&mut browser, &page, &device.code(0))),
        owner.id
    );
}

fn elsewhere(scene: &Scene, name: &str) {
    let (person, device) = with_app(scene, name);
    let page = scene.half(&mut scene.browser(), &person);
    let mut other = scene.browser();
    other.open(&scene.request(""));
    let mut ask = |page: &Page, code: &str| {
        let place = send(&mut other, page, code);
        assert!(matches!(place, Place::Page(_)), "{place:?}");
        has_nothing(scene, &mut other);
    };
    ask(&page, &device.code(0));
    // And without what the page has against forged forms.
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    let mut form = question(&page);
    form.set("otp", &device.code(0));
    form.action = form.action.replace("session_code=", "session_code=x");
    let place = browser.submit(&page.address, &form);
    assert!(matches!(place, Place::Page(_)), "{place:?}");
    has_nothing(scene, &mut browser);
}

const CONTENDERS: usize = 64;

fn contend(scene: &Scene, person: &Person, code: &str) {
    let server = &scene.realm.server;
    let request = scene.grant(person, &[("totp", code)]);
    let answers = exchange_together(&server.nodes(), &request.bytes("localhost"), CONTENDERS);
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    let faults = answers.iter().filter(|answer| answer.status == 500).count();
    assert_eq!((won, faults), (1, 0), "{won} signed in with one code");
}

fn contended(scene: &Scene, name: &str) {
    let (person, device) = with_app(scene, name);
    contend(scene, &person, &device.code(1));
}

fn contended_counter(scene: &Scene, name: &str) {
    let device = Device {
        kind: "hotp",
        ..Device::new(name)
    };
    let person = scene.person(name, &[device.credential("Fob")]);
    contend(scene, &person, &device.at(0));
}
