//! What people with security keys do: sign in with them as Keycloak has stored them, beside what else they have.

use serde_json::{Value, json};

use super::authenticator::{Ceremony, Key, base64url, said};
use super::{FORM, KEY, answer, asks_again, send, stored, with_key};
use crate::further::{self, Scene, Story, paper};
use crate::http::text;
use crate::realm::{CALLBACK, Client, Person, Realm};

pub(super) const STORIES: &[(&str, Story)] = &[
    ("whoever-has-a-key-signs-in-with-it", usual),
    ("a-key-of-each-algorithm-is-taken", algorithms),
    ("a-key-that-does-not-count-is-taken-again", uncounted),
    ("of-several-keys-any-is-taken", several),
    (
        "whoever-has-more-than-a-key-may-take-another-way",
        other_ways,
    ),
    ("a-browser-that-gives-up-has-guessed-nothing", gives_up),
    ("a-key-of-an-import-signs-in-as-whom-it-was-of", imported),
    ("a-realm-says-how-keys-are-asked-for", policy),
];

fn usual(scene: &Scene, name: &str) {
    let (person, mut key) = with_key(scene, name);
    let mut browser = scene.browser();

    let page = scene.half(&mut browser, &person);

    let form = page.form(FORM).unwrap();
    assert_eq!(form.method, "POST");
    let body = &page.answer.body;
    assert!(
        body.contains("YubiKey") && !form.has("tryAnotherWay"),
        "{body}"
    );
    assert!(
        body.contains(&format!("value=\"{}\"", base64url(&key.id))),
        "{body}"
    );
    assert_eq!(
        said(&page, "data-rp-id"),
        scene.realm.server.host().split(':').next().unwrap()
    );
    let place = answer(&mut browser, &page, &mut key);
    assert_eq!(scene.subject(place), person.id);
    assert_eq!(stored(scene, &person)["counter"], json!(8));
    // The session is enough for the next application.
    let silent = browser.open(&scene.request("&prompt=none")).client();
    assert!(!silent.get("code").is_empty(), "{silent:?}");
    let path = format!("/events?type=LOGIN&user={}", person.id);
    let events = scene.realm.call("GET", &path, &Value::Null).json();
    let details = &events.as_array().unwrap().last().unwrap()["details"];
    assert_eq!(details["credential_type"], json!(KEY));
    assert_eq!(
        details["public_key_credential_id"],
        json!(base64url(&key.id))
    );
    let checked = &details["web_authn_authenticator_user_verification_checked"];
    assert_eq!(*checked, json!("false"));
}

fn algorithms(scene: &Scene, name: &str) {
    for algorithm in ["ES256", "RS256", "EdDSA"] {
        let name = format!("{algorithm}-{}", name.len()).to_lowercase();
        let mut key = Key::new(algorithm, &name);
        let person = scene.person(&name, &[key.credential(KEY, "")]);
        let mut browser = scene.browser();
        let page = scene.half(&mut browser, &person);

        let place = answer(&mut browser, &page, &mut key);

        assert_eq!(scene.subject(place), person.id, "{name}");
    }
}

fn uncounted(scene: &Scene, name: &str) {
    let mut key = Key::new("ES256", name);
    key.counter = 0;
    let person = scene.person(name, &[key.credential(KEY, "")]);
    for _ in 0..2 {
        let mut browser = scene.browser();
        let page = scene.half(&mut browser, &person);
        let signed = key.assert_at(&Ceremony::get(&page), 0);
        assert_eq!(scene.subject(send(&mut browser, &page, &signed)), person.id);
    }
}

fn several(scene: &Scene, name: &str) {
    let (first, mut second) = (
        Key::new("ES256", name),
        Key::new("RS256", &format!("{name} too")),
    );
    let all = [first.credential(KEY, "Desk"), second.credential(KEY, "")];
    let person = scene.person(name, &all);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    assert!(page.answer.body.contains("Desk") && page.answer.body.contains("Key 2"));
    assert_eq!(
        scene.subject(answer(&mut browser, &page, &mut second)),
        person.id
    );
}

fn other_ways(scene: &Scene, name: &str) {
    let mut key = Key::new("ES256", name);
    let device = further::Device::new(name);
    let all = [
        key.credential(KEY, ""),
        device.credential(""),
        paper(&["AAAABBBBCCCC"], 1),
    ];
    let person = scene.person(name, &all);
    let mut browser = scene.browser();
    let mut page = scene.half(&mut browser, &person);
    let mut seen = Vec::new();
    for _ in 0..4 {
        let ids = [FORM, further::OTP, further::RECOVERY];
        let mut form = ids.iter().find_map(|id| page.form(id)).unwrap();
        seen.push(form.id.clone());
        form.press("tryAnotherWay");
        page = browser.submit(&page.address, &form).page();
    }
    // Each comes, and the first one again; which is first is the flow's to say.
    let mut once = seen[..3].to_vec();
    once.sort();
    let mut all = [FORM, further::OTP, further::RECOVERY];
    all.sort_unstable();
    assert_eq!(once, all, "{seen:?}");
    assert_eq!(seen[3], seen[0], "{seen:?}");
    while page.form(FORM).is_none() {
        let ids = [further::OTP, further::RECOVERY];
        let mut form = ids.iter().find_map(|id| page.form(id)).unwrap();
        form.press("tryAnotherWay");
        page = browser.submit(&page.address, &form).page();
    }
    assert_eq!(
        scene.subject(answer(&mut browser, &page, &mut key)),
        person.id
    );
}

fn gives_up(scene: &Scene, name: &str) {
    let (person, mut key) = with_key(scene, name);
    let mut browser = scene.browser();
    let mut page = scene.half(&mut browser, &person);
    let why = "NotAllowedError: the person has pressed cancel";
    for _ in 0..8 {
        let before = said(&page, "data-challenge");
        let place = send(&mut browser, &page, &[("error", why.to_owned())]);
        page = asks_again(place, "Your browser did not get the key");
        assert_ne!(said(&page, "data-challenge"), before);
    }
    let errors = scene.errors(&person);
    assert_eq!(errors[0]["error"], json!("not_allowed"));
    let details = &errors[0]["details"];
    assert_eq!(
        details["web_authn_authentication_error"],
        json!("webauthn-error-api-get")
    );
    assert_eq!(details["web_authn_authentication_error_detail"], json!(why));
    assert_eq!(
        scene.subject(answer(&mut browser, &page, &mut key)),
        person.id
    );
}

fn imported(scene: &Scene, name: &str) {
    let mut key = Key::new("RS256", name);
    let id = "6f9d1c52-7f0e-4b9e-9a36-0d2f6c1f7a11";
    let password = "an honest passphrase of an import";
    let name = "keys-imported";
    let file = json!({
        "realm": name, "enabled": true, "sslRequired": "none",
        "clients": [{"clientId": "shop", "secret": "a secret of the shop", "redirectUris": [CALLBACK], "publicClient": false}],
        "users": [{"id": id, "username": "ada", "enabled": true, "email": "ada@acme.test", "firstName": "Ada", "lastName": "L", "credentials": [
            {"type": "password", "value": password}, key.credential(KEY, "YubiKey"),
        ]}],
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
    moved.require("browser", "webauthn-authenticator", "ALTERNATIVE");
    let person = Person {
        id: id.to_owned(),
        username: "ada".to_owned(),
        password: password.to_owned(),
    };
    let mut browser = moved.browser();
    let page = moved.half(&mut browser, &person);
    assert_eq!(moved.subject(answer(&mut browser, &page, &mut key)), id);
}

fn policy(scene: &Scene, name: &str) {
    let settings = json!({
        "webAuthnPolicyUserVerificationRequirement": "discouraged", "webAuthnPolicyCreateTimeout": 42,
        "webAuthnPolicyExtraOrigins": ["https://app.acme.test"], "webAuthnPolicyRpId": "acme.test",
    });
    let scene = &super::beside(scene, "policy", settings);
    let (person, mut key) = with_key(scene, name);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    assert_eq!(said(&page, "data-user-verification"), "discouraged");
    assert_eq!(said(&page, "data-timeout"), "42");
    assert_eq!(said(&page, "data-rp-id"), "acme.test");
    let signed = key.assert(&Ceremony {
        origin: "https://app.acme.test".to_owned(),
        ..Ceremony::get(&page)
    });
    assert_eq!(scene.subject(send(&mut browser, &page, &signed)), person.id);
    assert!(!text(&scene.credentials(&person)[0], "id").is_empty());
}
