//! What somebody was proved by has gone by the time they answer the page for a key, or the page after it.

use serde_json::{Value, json};

use super::authenticator::{Ceremony, Key};
use super::{FORM, KEY, answer, asks_again, send, with_key};
use crate::browser::Place;
use crate::further::{Scene, Story, has_nothing};
use crate::http::text;
use crate::realm::Person;

pub(super) const STORIES: &[(&str, Story)] = &[
    (
        "a-key-that-is-removed-in-the-middle-lets-nobody-in",
        removed,
    ),
    (
        "a-key-that-is-removed-after-it-has-signed-opens-nothing",
        removed_after,
    ),
    (
        "a-password-that-is-changed-while-a-key-is-asked-for",
        changed,
    ),
    (
        "an-account-that-is-disabled-while-a-key-is-asked-for",
        disabled,
    ),
    ("a-form-for-a-key-in-another-browser", elsewhere),
    ("whoever-removes-the-key-that-has-proved-them-goes-on", own),
];

fn remove(scene: &Scene, person: &Person) {
    let id = text(&scene.credentials(person)[0], "id").to_owned();
    let path = format!("/users/{}/credentials/{id}", person.id);
    assert_eq!(scene.realm.call("DELETE", &path, &Value::Null).status, 204);
}

fn removed(scene: &Scene, name: &str) {
    let (person, mut key) = with_key(scene, name);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    let signed = key.assert(&Ceremony::get(&page));
    remove(scene, &person);
    // Another one is there, so that a key is asked for still.
    let other = Key::new("ES256", &format!("another-{name}"));
    let sent = json!({"credentials": [other.credential(KEY, "")]});
    scene.realm.change(&format!("/users/{}", person.id), sent);
    assert_eq!(scene.credentials(&person).len(), 1);

    let place = send(&mut browser, &page, &signed);

    asks_again(place, "That key was not accepted");
    has_nothing(scene, &mut browser);
    assert_eq!(scene.errors(&person)[0]["error"], json!("user_not_found"));
}

fn removed_after(scene: &Scene, name: &str) {
    let (person, mut key) = with_key(scene, name);
    let mut browser = scene.browser();
    let asked = scene.request("&kc_action=UPDATE_PASSWORD");
    let page = browser.answer(&asked, &person).page();
    let page = answer(&mut browser, &page, &mut key).page();
    let mut form = page.form("kc-passwd-update-form").unwrap();
    remove(scene, &person);
    form.set("password-new", "a passphrase of somebody else");
    form.set("password-confirm", "a passphrase of somebody else");

    let place = browser.submit(&page.address, &form).page();

    assert!(place.is_login(), "{}", place.answer.body);
    has_nothing(scene, &mut browser);
    assert_eq!(scene.by_password(&person, &[]).status, 200);
}

fn changed(scene: &Scene, name: &str) {
    let (person, mut key) = with_key(scene, name);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    let path = format!("/users/{}/reset-password", person.id);
    let new = "another passphrase, of the owner";
    let sent = json!({"type": "password", "value": new, "temporary": false});
    assert_eq!(scene.realm.call("PUT", &path, &sent).status, 204);

    let place = answer(&mut browser, &page, &mut key).page();

    assert!(place.is_login(), "{}", place.answer.body);
    has_nothing(scene, &mut browser);
    let owner = Person {
        password: new.to_owned(),
        ..person
    };
    let page = browser.go_on(Place::Page(place), &owner).page();
    assert_eq!(
        scene.subject(answer(&mut browser, &page, &mut key)),
        owner.id
    );
}

fn disabled(scene: &Scene, name: &str) {
    let (person, mut key) = with_key(scene, name);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    scene
        .realm
        .change(&format!("/users/{}", person.id), json!({"enabled": false}));
    let place = answer(&mut browser, &page, &mut key).page();
    assert!(place.is_login(), "{}", place.answer.body);
    has_nothing(scene, &mut browser);
}

fn elsewhere(scene: &Scene, name: &str) {
    let (person, mut key) = with_key(scene, name);
    let page = scene.half(&mut scene.browser(), &person);
    let mut other = scene.browser();
    other.open(&scene.request(""));
    let place = answer(&mut other, &page, &mut key);
    assert!(matches!(place, Place::Page(_)), "{place:?}");
    has_nothing(scene, &mut other);
    // And without what the page has against forged forms.
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    let mut form = page.form(FORM).unwrap();
    for (name, value) in key.assert(&Ceremony::get(&page)) {
        form.set(name, &value);
    }
    form.action = form.action.replace("session_code=", "session_code=x");
    let place = browser.submit(&page.address, &form);
    assert!(matches!(place, Place::Page(_)), "{place:?}");
    has_nothing(scene, &mut browser);
}

fn own(scene: &Scene, name: &str) {
    let (person, mut key) = with_key(scene, name);
    let id = text(&scene.credentials(&person)[0], "id").to_owned();
    let mut browser = scene.browser();
    let target = scene.request(&format!("&kc_action=delete_credential%3A{id}"));
    let page = browser.answer(&target, &person).page();
    let page = answer(&mut browser, &page, &mut key).page();
    let mut form = page.form("kc-delete-credential-form").unwrap();
    form.press("accept");

    let place = browser.submit(&page.address, &form);

    assert_eq!(scene.subject(place), person.id);
    assert!(scene.credentials(&person).is_empty());
}
