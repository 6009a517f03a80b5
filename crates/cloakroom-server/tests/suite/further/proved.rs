//! An address stays what it is, and proved, where its owner may not change it.

use serde_json::{Value, json};

use super::{Scene, Story};
use crate::browser::Place;
use crate::realm::Person;

pub(super) const STORIES: &[(&str, Story)] = &[
    (
        "an-address-that-nobody-may-change-stays-proved",
        stays_proved,
    ),
    (
        "an-address-that-is-the-name-changes-with-it-or-not-at-all",
        is_the_name,
    ),
];

const FORM: &str = "kc-update-profile-form";

/// Says who may change addresses.
fn let_change(scene: &Scene, hands: &[&str]) {
    let profile = scene.realm.call("GET", "/users/profile", &Value::Null);
    let mut profile = profile.json();
    for attribute in profile["attributes"].as_array_mut().unwrap() {
        if attribute["name"] == "email" {
            attribute["permissions"] = json!({"view": ["admin", "user"], "edit": hands});
        }
    }
    let stored = scene.realm.call("PUT", "/users/profile", &profile);
    assert_eq!(stored.status, 200, "{}", stored.body);
}

/// Where somebody comes to who sends the form with these fields, whether it has them or not.
fn sent(scene: &Scene, person: &Person, fields: &[(&str, &str)]) -> Place {
    let mut browser = scene.browser();
    let asked = scene.request("&kc_action=UPDATE_PROFILE");
    let page = browser.answer(&asked, person).page();
    let mut form = page.form(FORM).unwrap();
    for (name, value) in fields {
        form.set(name, value);
    }
    browser.submit(&page.address, &form)
}

fn stays_proved(scene: &Scene, _: &str) {
    let scene = &scene.beside("proved", json!({}));
    let_change(scene, &["admin"]);
    let person = scene.person("augusta", &[]);
    let place = format!("/users/{}", person.id);
    let before = scene.realm.call("GET", &place, &Value::Null).json();

    sent(scene, &person, &[("email", ""), ("firstName", "Augusta")]).client();

    let after = scene.realm.call("GET", &place, &Value::Null).json();
    assert_eq!(after["firstName"], "Augusta", "{after}");
    for member in ["email", "emailVerified"] {
        assert_eq!(after[member], before[member], "{member}");
    }
    assert_eq!(after["emailVerified"], true, "{after}");
}

/// What the account API does not do, no form of a sign-in does either.
fn is_the_name(scene: &Scene, _: &str) {
    let scene = &scene.beside("the-name", json!({}));
    let person = scene.person("augusta", &[]);
    let place = format!("/users/{}", person.id);
    let known = || {
        let user = scene.realm.call("GET", &place, &Value::Null).json();
        (user["username"].clone(), user["email"].clone())
    };
    let mine = (json!("augusta"), json!("augusta@example.org"));
    let settings = json!({"registrationEmailAsUsername": true, "editUsernameAllowed": false});
    scene.realm.change("", settings);

    for email in ["other@example.org", " "] {
        let page = sent(scene, &person, &[("email", email)]).page();
        assert!(page.form(FORM).is_some(), "{}", page.answer.body);
        assert_eq!(known(), mine, "{email}");
    }
    // Another spelling is the same address.
    let same = [("email", "Augusta@example.org"), ("username", "mallory")];
    sent(scene, &person, &same).client();
    assert_eq!(known(), mine);

    scene.realm.change("", json!({"editUsernameAllowed": true}));
    let_change(scene, &["admin"]);
    sent(scene, &person, &[("username", " ")]).client();
    assert_eq!(known(), mine);
    let_change(scene, &["admin", "user"]);
    let both = [("email", "Other@example.org"), ("username", "mallory")];
    sent(scene, &person, &both).client();
    let other = json!("other@example.org");
    assert_eq!(known(), (other.clone(), other));
}
