//! What people with passkeys do: sign in with them in place of a name and a password, and set them up.

use serde_json::{Value, json};

use super::authenticator::{Ceremony, Key, base64url, said};
use super::register::{FORM as MAKES, make};
use super::{FORM, send};
use crate::browser::{Browser, Page, Place};
use crate::further::{self, OTP, Scene, Story, has_nothing};
use crate::http::{Answer, text};
use crate::realm::{CALLBACK, Client, Person, Realm};

/// The kind of credential that stands for a name and a password.
pub(super) const PASSKEY: &str = "webauthn-passwordless";

pub(super) const STORIES: &[(&str, Story)] = &[
    ("a-passkey-signs-in-without-a-name-and-a-password", usual),
    (
        "a-passkey-of-an-import-signs-in-as-whom-it-was-of",
        imported,
    ),
    (
        "a-passkey-stands-beside-a-password-in-a-flow",
        beside_password,
    ),
    ("a-flow-of-passkeys-alone-asks-for-nothing-else", alone),
    (
        "a-passkey-is-a-second-factor-only-where-the-flow-says-so",
        second,
    ),
    ("a-passkey-is-set-up-and-signs-in", set_up),
    ("whoever-is-signed-in-proves-it-again-with-a-passkey", again),
    (
        "MFA-06-a-password-alone-adds-nothing-beside-a-passkey",
        no_way_in,
    ),
    ("a-realm-that-takes-no-passkeys-asks-for-none", not_taken),
];

/// Settings of a realm whose forms take passkeys.
pub(super) fn settings() -> Value {
    json!({"webAuthnPolicyPasswordlessPasskeysEnabled": true})
}

/// Somebody with a passkey.
pub(super) fn with_passkey(scene: &Scene, name: &str) -> (Person, Key) {
    let key = Key::new("ES256", name);
    let person = scene.person(name, &[key.credential(PASSKEY, "Phone")]);
    (person, key)
}

/// What the passkey of somebody makes of a page.
pub(super) fn ceremony(page: &Page, person: &Person) -> Ceremony {
    Ceremony {
        user_handle: base64url(person.id.as_bytes()),
        ..Ceremony::get(page)
    }
}

pub(super) fn sign_in(
    browser: &mut Browser,
    page: &Page,
    (person, key): (&Person, &mut Key),
) -> Place {
    let signed = key.assert(&ceremony(page, person));
    send(browser, page, &signed)
}

/// Makes a flow of these lines: the depth in dots, a step or `+` and the name of a flow, and what it is required to. Its id.
pub(super) fn flow(scene: &Scene, alias: &str, lines: &[&str]) -> String {
    let call = |method: &str, path: &str, body: Value| -> Answer {
        let done = scene.realm.call(method, path, &body);
        assert!(done.status < 300, "{path}: {}", done.body);
        done
    };
    let flow =
        json!({"alias": alias, "providerId": "basic-flow", "topLevel": true, "builtIn": false});
    let made = call("POST", "/authentication/flows", flow);
    let mut above = vec![alias.to_owned()];
    for line in lines {
        let words = line.trim_start_matches('.');
        above.truncate(line.len() - words.len() + 1);
        let (name, requirement) = words.split_once(' ').unwrap();
        let to = above.last().unwrap().clone();
        match name.strip_prefix('+') {
            Some(inner) => {
                let body = json!({"alias": inner, "type": "basic-flow", "provider": ""});
                call(
                    "POST",
                    &format!("/authentication/flows/{to}/executions/flow"),
                    body,
                );
                scene.require(alias, inner, requirement);
                above.push(inner.to_owned());
            }
            None => {
                let path = format!("/authentication/flows/{to}/executions/execution");
                call("POST", &path, json!({"provider": name}));
                scene.require(&to, name, requirement);
            }
        }
    }
    made.location()
        .and_then(|at| at.rsplit('/').next())
        .unwrap()
        .to_owned()
}

/// The same, in place of the realm's.
fn bind(scene: &Scene, alias: &str, lines: &[&str]) {
    flow(scene, alias, lines);
    scene.realm.change("", json!({"browserFlow": alias}));
}

fn usual(scene: &Scene, name: &str) {
    let (person, mut key) = with_passkey(scene, name);
    let mut browser = scene.browser();
    let page = browser.open(&scene.request("")).page();
    // The browser may offer it where the name is typed, and is told no key of anybody.
    let body = &page.answer.body;
    assert!(
        page.is_login() && body.contains("username webauthn"),
        "{body}"
    );
    assert!(body.contains("data-webauthn=\"conditional\""), "{body}");
    assert!(!body.contains("authn_use_chk"), "{body}");
    assert_eq!(said(&page, "data-user-verification"), "required");

    let place = sign_in(&mut browser, &page, (&person, &mut key));

    assert_eq!(scene.subject(place), person.id);
    let silent = browser.open(&scene.request("&prompt=none")).client();
    assert!(!silent.get("code").is_empty(), "{silent:?}");
    let path = format!("/events?type=LOGIN&user={}", person.id);
    let events = scene.realm.call("GET", &path, &Value::Null).json();
    let details = &events.as_array().unwrap().last().unwrap()["details"];
    assert_eq!(details["credential_type"], json!(PASSKEY));
    assert_eq!(
        details["public_key_credential_id"],
        json!(base64url(&key.id))
    );
    let checked = &details["web_authn_authenticator_user_verification_checked"];
    assert_eq!(*checked, json!("true"));
    let stored = super::stored(scene, &person);
    assert_eq!(stored["counter"], json!(key.counter));
    // Their password is good as before.
    let place = scene.browser().answer(&scene.request(""), &person);
    assert_eq!(scene.subject(place), person.id);
}

fn imported(scene: &Scene, name: &str) {
    let mut key = Key::new("RS256", name);
    let id = "0d2f6c1f-7f0e-4b9e-9a36-6f9d1c527a11";
    let name = "passkeys-imported";
    let file = json!({
        "realm": name, "enabled": true, "sslRequired": "none", "webAuthnPolicyPasswordlessPasskeysEnabled": true,
        "webAuthnPolicyPasswordlessUserVerificationRequirement": "required",
        "clients": [{"clientId": "shop", "secret": "a secret of the shop", "redirectUris": [CALLBACK], "publicClient": false}],
        "users": [{"id": id, "username": "ada", "enabled": true, "email": "ada@acme.test", "firstName": "Ada", "lastName": "L",
            "credentials": [key.credential(PASSKEY, "Phone")]}],
    });
    let done = scene.realm.admin("POST", "/admin/realms", &file);
    assert_eq!(done.status, 201, "{}", done.body);
    let moved = Scene {
        realm: Realm::known(&scene.realm.server, name),
        shop: Client {
            id: "shop".to_owned(),
            secret: "a secret of the shop".to_owned(),
        },
    };
    let person = Person {
        id: id.to_owned(),
        username: "ada".to_owned(),
        password: String::new(),
    };
    let mut browser = moved.browser();
    let page = browser.open(&moved.request("")).page();
    let place = sign_in(&mut browser, &page, (&person, &mut key));
    assert_eq!(moved.subject(place), id);
    let stored = moved.credentials(&person);
    assert_eq!(stored[0]["userLabel"], json!("Phone"));
    // It goes out as it came in, under a name that an administrator gives it.
    let path = format!(
        "/users/{id}/credentials/{}/userLabel",
        text(&stored[0], "id")
    );
    let named = moved.realm.call("PUT", &path, &json!("Her phone"));
    assert!(named.status < 300, "{}", named.body);
    let label = text(&moved.credentials(&person)[0], "userLabel").to_owned();
    assert!(label.contains("Her phone"), "{label}");
}

fn beside_password(scene: &Scene, name: &str) {
    let scene = &scene.beside("passkey-beside", json!({}));
    let lines = [
        "auth-username-form REQUIRED",
        "+either REQUIRED",
        ".webauthn-authenticator-passwordless ALTERNATIVE",
        ".+password ALTERNATIVE",
        "..auth-password-form REQUIRED",
        "..+code CONDITIONAL",
        "...conditional-user-configured REQUIRED",
        "...auth-otp-form REQUIRED",
    ];
    bind(scene, "either-way", &lines);
    let mut key = Key::new("ES256", name);
    let device = further::Device::new(name);
    let all = [key.credential(PASSKEY, ""), device.credential("")];
    let person = scene.person(name, &all);
    let mut browser = scene.browser();
    let page = browser.open(&scene.request("")).page();
    let place = sign_in(&mut browser, &page, (&person, &mut key));
    assert_eq!(scene.subject(place), person.id);
    // Whoever types the password is asked for what stands beside it, and for no passkey.
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    assert!(page.form(OTP).is_some(), "{}", page.answer.body);
    let place = further::send(&mut browser, &page, &device.code(0));
    assert_eq!(scene.subject(place), person.id);
}

fn alone(scene: &Scene, name: &str) {
    let scene = &scene.beside("passkey-alone", json!({}));
    let lines = [
        "auth-cookie ALTERNATIVE",
        "webauthn-authenticator-passwordless ALTERNATIVE",
    ];
    bind(scene, "passkeys", &lines);
    let (person, mut key) = with_passkey(scene, name);
    let mut browser = scene.browser();
    let page = browser.open(&scene.request("")).page();
    assert!(!page.is_login(), "{}", page.answer.body);
    assert!(!page.answer.body.contains("type=\"password\""));
    // A password that nobody has asked for signs nobody in.
    let mut form = page.form(FORM).unwrap();
    form.set("username", &person.username);
    form.set("password", &person.password);
    let page = browser.submit(&page.address, &form).page();
    has_nothing(scene, &mut browser);
    let place = sign_in(&mut browser, &page, (&person, &mut key));
    assert_eq!(scene.subject(place), person.id);
}

fn second(scene: &Scene, name: &str) {
    let mut key = Key::new("ES256", name);
    let device = further::Device::new(name);
    let all = [key.credential(PASSKEY, ""), device.credential("")];
    // As Keycloak makes a realm, whoever comes with a passkey is asked for nothing more.
    let person = scene.person(name, &all);
    let mut browser = scene.browser();
    let page = browser.open(&scene.request("")).page();
    let place = sign_in(&mut browser, &page, (&person, &mut key));
    assert_eq!(scene.subject(place), person.id);
    let scene = &scene.beside("passkey-second", settings());
    scene.require("browser", "conditional-credential", "DISABLED");
    let person = scene.person(name, &all);
    let mut browser = scene.browser();
    let page = browser.open(&scene.request("")).page();
    key.counter = 7;
    let page = sign_in(&mut browser, &page, (&person, &mut key)).page();
    assert!(page.form(OTP).is_some(), "{}", page.answer.body);
    has_nothing(scene, &mut browser);
    let place = further::send(&mut browser, &page, &device.code(0));
    assert_eq!(scene.subject(place), person.id);
}

fn set_up(scene: &Scene, name: &str) {
    let person = scene.person(name, &[]);
    let path = format!("/users/{}", person.id);
    let due = json!({"requiredActions": ["webauthn-register-passwordless"]});
    scene.realm.change(&path, due);
    let mut browser = scene.browser();
    let page = browser.answer(&scene.request(""), &person).page();
    assert_eq!(said(&page, "data-resident-key"), "required");
    let mut key = Key::new("ES256", name);
    assert_eq!(scene.subject(make(&mut browser, &page, &key)), person.id);
    let stored = scene.credentials(&person);
    assert_eq!(stored[0]["type"], json!(PASSKEY));
    let mut browser = scene.browser();
    let page = browser.open(&scene.request("")).page();
    let place = sign_in(&mut browser, &page, (&person, &mut key));
    assert_eq!(scene.subject(place), person.id);
    // An application may ask for one where there is none yet.
    let target = scene.request("&kc_action=webauthn-register-passwordless%3Askip_if_exists");
    let told = browser.open(&target).client();
    assert_eq!(told.get("kc_action_status"), "success");
    let target = scene.request("&kc_action=webauthn-register-passwordless");
    let page = browser.open(&target).page();
    assert!(page.form(MAKES).is_some(), "{}", page.answer.body);
    // The account page lists it, and offers another.
    let account = browser.open(&format!("/realms/{}/account", scene.realm.name));
    let body = account.page().answer.body;
    assert!(
        body.contains("New key") && body.contains("add-passkey"),
        "{body}"
    );
    // Its owner removes it, and it signs nobody in any more.
    let id = text(&stored[0], "id");
    let target = scene.request(&format!("&kc_action=delete_credential%3A{id}"));
    let page = browser.open(&target).page();
    let mut form = page.form("kc-delete-credential-form").unwrap();
    form.press("accept");
    browser.submit(&page.address, &form);
    assert!(scene.credentials(&person).is_empty());
    let mut browser = scene.browser();
    let page = browser.open(&scene.request("")).page();
    let place = sign_in(&mut browser, &page, (&person, &mut key));
    super::asks_again(place, "That key was not accepted");
    has_nothing(scene, &mut browser);
}

fn again(scene: &Scene, name: &str) {
    let (person, mut key) = with_passkey(scene, name);
    let (other, mut others) = with_passkey(scene, &format!("other-{name}"));
    let mut browser = scene.browser();
    browser.answer(&scene.request(""), &person).client();
    let page = browser.open(&scene.request("&prompt=login")).page();
    let before = said(&page, "data-challenge");
    // Another person's passkey does not prove this one.
    let place = sign_in(&mut browser, &page, (&other, &mut others));
    let page = super::asks_again(place, "That key was not accepted");
    assert_ne!(said(&page, "data-challenge"), before);
    let place = sign_in(&mut browser, &page, (&person, &mut key));
    assert_eq!(scene.subject(place), person.id);
}

fn no_way_in(scene: &Scene, name: &str) {
    let (person, mut key) = with_passkey(scene, name);
    for action in [
        "webauthn-register-passwordless",
        "UPDATE_PASSWORD",
        "CONFIGURE_TOTP",
    ] {
        let mut browser = scene.browser();
        browser.answer(&scene.request(""), &person).client();
        let target = scene.request(&format!("&kc_action={action}"));
        let page = browser.answer(&target, &person).page();
        // The password was right, and the passkey is asked for beside it.
        assert!(page.form(FORM).is_some() && !page.is_login(), "{action}");
        let place = super::answer(&mut browser, &page, &mut key);
        assert!(place.page().form(FORM).is_none(), "{action}");
        // A session that a passkey has opened is enough.
        let mut browser = scene.browser();
        let page = browser.open(&scene.request("")).page();
        sign_in(&mut browser, &page, (&person, &mut key)).client();
        let page = browser.open(&target).page();
        assert!(!page.is_login() && page.form(FORM).is_none(), "{action}");
    }
    // What is for people without one alone does nothing here, and asks for nothing: applications send it with every sign-in.
    let action = "webauthn-register-passwordless%3Askip_if_exists";
    let target = scene.request(&format!("&kc_action={action}"));
    let place = scene.browser().answer(&target, &person);
    assert_eq!(scene.subject(place), person.id);
}

fn not_taken(scene: &Scene, name: &str) {
    let scene = &scene.beside("passkey-off", json!({}));
    let (person, mut key) = with_passkey(scene, name);
    let mut browser = scene.browser();
    let page = browser.open(&scene.request("")).page();
    assert!(page.form(FORM).is_none(), "{}", page.answer.body);
    // What is sent all the same is no answer to anything.
    let mut form = page.form("kc-form-login").unwrap();
    let ceremony = Ceremony {
        challenge: base64url(&[7; 32]),
        rp_id: "localhost".to_owned(),
        kind: "webauthn.get",
        origin: scene.realm.server.base.clone(),
        flags: super::authenticator::VERIFIED,
        cross_origin: false,
        behind: Vec::new(),
        user_handle: base64url(person.id.as_bytes()),
    };
    for (name, value) in key.assert(&ceremony) {
        form.set(name, &value);
    }
    let page = browser.submit(&page.address, &form).page();
    assert!(page.is_login(), "{}", page.answer.body);
    has_nothing(scene, &mut browser);
}
