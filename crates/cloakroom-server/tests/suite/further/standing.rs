//! What somebody was proved by has gone by the time they answer the page that they stopped at.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Scene, Story};
use crate::browser::{Browser, Page, Place};
use crate::http::{Request, text};
use crate::realm::{CALLBACK, Person};

pub(super) const STORIES: &[(&str, Story)] = &[
    (
        "a-password-that-was-changed-meanwhile-is-no-proof-for-another-one",
        changed,
    ),
    (
        "whoever-was-signed-out-everywhere-goes-on-from-no-page",
        signed_out,
    ),
    ("a-session-that-has-ended-changes-no-password", session_over),
    (
        "a-code-of-a-session-that-has-ended-finds-no-offline-one-of-its-id",
        twin,
    ),
];

const NEW: &str = "a passphrase of somebody else";

/// Answers the page for a new password.
fn choose(browser: &mut Browser, page: &Page) -> Place {
    let mut form = page.form("kc-passwd-update-form").unwrap();
    form.set("password-new", NEW);
    form.set("password-confirm", NEW);
    browser.submit(&page.address, &form)
}

/// The page asks for a password again, nobody is signed in, and the new password is none.
fn nothing_came_of_it(scene: &Scene, (browser, place): (&mut Browser, Place), person: &Person) {
    let page = place.page();
    assert!(page.is_login(), "{}", page.answer.body);
    let silent = browser.open(&scene.request("&prompt=none")).client();
    assert_eq!(silent.get("error"), "login_required");
    assert_eq!(scene.by_password(person, &[]).status, 200);
    let thief = Person {
        password: NEW.to_owned(),
        ..person.clone()
    };
    assert_ne!(scene.by_password(&thief, &[]).status, 200);
}

fn signs_out(scene: &Scene, person: &Person) {
    // What began in the same second is not told apart.
    crate::server::pause(Duration::from_millis(1100));
    let path = format!("/users/{}/logout", person.id);
    let done = scene.realm.call("POST", &path, &Value::Null);
    assert_eq!(done.status, 204, "{}", done.body);
}

fn changed(scene: &Scene, name: &str) {
    let mut person = scene.person(name, &[]);
    let mut browser = scene.browser();
    let asked = scene.request("&kc_action=UPDATE_PASSWORD");
    let page = browser.answer(&asked, &person).page();
    person.password = "what the owner has chosen".to_owned();
    let path = format!("/users/{}/reset-password", person.id);
    let new = json!({"type": "password", "value": person.password, "temporary": false});
    assert_eq!(scene.realm.call("PUT", &path, &new).status, 204);

    let place = choose(&mut browser, &page);

    nothing_came_of_it(scene, (&mut browser, place), &person);
    // Whoever changes it on that page goes on.
    let page = browser.answer(&asked, &person).page();
    assert_eq!(scene.subject(choose(&mut browser, &page)), person.id);
    for kind in ["UPDATE_PASSWORD", "UPDATE_CREDENTIAL"] {
        let path = format!("/events?type={kind}&user={}", person.id);
        let told = scene.realm.call("GET", &path, &Value::Null).json();
        assert_eq!(told.as_array().map(Vec::len), Some(1), "{told}");
        assert_eq!(told[0]["details"], json!({"credential_type": "password"}));
    }
}

fn signed_out(scene: &Scene, name: &str) {
    let person = scene.person(name, &[]);
    let mut browser = scene.browser();
    let asked = scene.request("&kc_action=UPDATE_PASSWORD");
    let page = browser.answer(&asked, &person).page();
    signs_out(scene, &person);

    let place = choose(&mut browser, &page);

    nothing_came_of_it(scene, (&mut browser, place), &person);
}

fn session_over(scene: &Scene, name: &str) {
    let person = scene.person(name, &[]);
    let mut browser = scene.browser();
    let place = browser.answer(&scene.request(""), &person);
    assert_eq!(scene.subject(place), person.id);
    let asked = scene.request("&kc_action=UPDATE_PASSWORD");
    let page = browser.open(&asked).page();
    signs_out(scene, &person);

    let place = choose(&mut browser, &page);

    nothing_came_of_it(scene, (&mut browser, place), &person);
}

fn trade(scene: &Scene, code: &str) -> crate::http::Answer {
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", scene.shop.id.as_str()),
        ("client_secret", scene.shop.secret.as_str()),
        ("redirect_uri", CALLBACK),
        ("code", code),
    ];
    let request = Request::form(&scene.realm.path("token"), &fields);
    scene.browser().send(request)
}

fn twin(scene: &Scene, name: &str) {
    let person = scene.person(name, &[]);
    let mut browser = scene.browser();
    let asked = scene.request("");
    let offline = asked.replace("scope=openid", "scope=openid+offline_access");
    let callback = browser.answer(&offline, &person).client();
    let tokens = trade(scene, callback.get("code")).json();
    let claims = crate::jwt::claims(text(&tokens, "access_token"));
    let callback = browser.open(&asked).client();
    let path = format!("/sessions/{}", text(&claims, "sid"));
    let ended = scene.realm.call("DELETE", &path, &Value::Null);
    assert_eq!(ended.status, 204, "{}", ended.body);

    let answer = trade(scene, callback.get("code"));

    assert_eq!(answer.status, 400, "{}", answer.body);
    assert_eq!(text(&answer.json(), "error"), "invalid_grant");
    // What was allowed to go on without the session does.
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", scene.shop.id.as_str()),
        ("client_secret", scene.shop.secret.as_str()),
        ("refresh_token", text(&tokens, "refresh_token")),
    ];
    let request = Request::form(&scene.realm.path("token"), &fields);
    let answer = scene.browser().send(request);
    assert_eq!(answer.status, 200, "{}", answer.body);
}
