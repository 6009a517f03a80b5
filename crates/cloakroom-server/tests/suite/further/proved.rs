//! An address that was proved stays so where its owner may not change it.

use serde_json::{Value, json};

use super::{Scene, Story};

pub(super) const STORIES: &[(&str, Story)] = &[(
    "an-address-that-nobody-may-change-stays-proved",
    stays_proved,
)];

fn stays_proved(scene: &Scene, _: &str) {
    let scene = &scene.beside("proved", json!({}));
    let profile = scene.realm.call("GET", "/users/profile", &Value::Null);
    let mut profile = profile.json();
    for attribute in profile["attributes"].as_array_mut().unwrap() {
        if attribute["name"] == "email" {
            attribute["permissions"] = json!({"view": ["admin", "user"], "edit": ["admin"]});
        }
    }
    let stored = scene.realm.call("PUT", "/users/profile", &profile);
    assert_eq!(stored.status, 200, "{}", stored.body);
    let person = scene.person("augusta", &[]);
    let place = format!("/users/{}", person.id);
    let before = scene.realm.call("GET", &place, &Value::Null).json();

    let mut browser = scene.browser();
    let asked = scene.request("&kc_action=UPDATE_PROFILE");
    let page = browser.answer(&asked, &person).page();
    let mut form = page.form("kc-update-profile-form").unwrap();
    form.set("email", "");
    form.set("firstName", "Augusta");
    browser.submit(&page.address, &form).client();

    let after = scene.realm.call("GET", &place, &Value::Null).json();
    assert_eq!(after["firstName"], "Augusta", "{after}");
    for member in ["email", "emailVerified"] {
        assert_eq!(after[member], before[member], "{member}");
    }
    assert_eq!(after["emailVerified"], true, "{after}");
}
