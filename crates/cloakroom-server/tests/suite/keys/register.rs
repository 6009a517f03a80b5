//! Keys that are set up: because an administrator, the flow or an application wants it; and what is no new key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::authenticator::{Ceremony, Key, PRESENT, base64url, said};
use super::{KEY, answer, beside, with_key};
use crate::browser::{Browser, Page, Place};
use crate::further::{Scene, Story, has_nothing};
use crate::realm::Person;

pub(super) const STORIES: &[(&str, Story)] = &[
    ("whoever-has-to-sets-up-a-key-and-signs-in-with-it", due),
    ("a-flow-that-demands-keys-has-them-set-up", demanded),
    ("an-application-asks-for-a-key-to-be-set-up", asked_for),
    (
        "who-has-a-key-is-not-asked-where-the-application-says-so",
        skipped,
    ),
    ("a-realm-says-which-keys-are-made", policy),
    (
        "whoever-gets-a-key-meanwhile-is-asked-for-it-and-no-other-is-added",
        meanwhile,
    ),
];

/// The form with which a key is set up.
pub(super) const FORM: &str = "register";
pub(super) const REFUSED: &str = "That key could not be set up";

pub(super) fn send(browser: &mut Browser, page: &Page, fields: &[(&'static str, String)]) -> Place {
    let form = page.form(FORM);
    let mut form = form.unwrap_or_else(|| panic!("no key is made: {}", page.answer.body));
    for (name, value) in fields {
        form.set(name, value);
    }
    browser.submit(&page.address, &form)
}

pub(super) fn make(browser: &mut Browser, page: &Page, key: &Key) -> Place {
    send(browser, page, &key.make(&Ceremony::create(page), "none"))
}

/// Somebody without a key, on the page that sets one up because of an application.
pub(super) fn asked(scene: &Scene, name: &str) -> (Person, Browser, Page) {
    let person = scene.person(name, &[]);
    let mut browser = scene.browser();
    let target = scene.request("&kc_action=webauthn-register");
    let page = browser.answer(&target, &person).page();
    (person, browser, page)
}

fn due(scene: &Scene, name: &str) {
    for (algorithm, format) in [("ES256", "none"), ("ES256", "packed"), ("RS256", "none")] {
        let name = format!("due-{algorithm}-{format}-{}", name.len()).to_lowercase();
        let person = scene.person(&name, &[]);
        let path = format!("/users/{}", person.id);
        scene
            .realm
            .change(&path, json!({"requiredActions": ["webauthn-register"]}));
        let mut key = Key::new(algorithm, &name);
        let mut browser = scene.browser();
        let page = scene.half(&mut browser, &person);
        assert!(
            page.form("kc-webauthn-settings-form").is_none(),
            "it cannot be put off"
        );
        let handle = URL_SAFE_NO_PAD.decode(said(&page, "data-user-id")).unwrap();
        assert_eq!(handle, person.id.as_bytes());
        assert_eq!(said(&page, "data-algorithms"), "-7,-257");

        let place = send(
            &mut browser,
            &page,
            &key.make(&Ceremony::create(&page), format),
        );

        assert_eq!(scene.subject(place), person.id, "{name}");
        let all = scene.credentials(&person);
        assert_eq!(
            (&all[0]["type"], &all[0]["userLabel"]),
            (&json!(KEY), &json!("New key"))
        );
        let shown = super::stored(scene, &person);
        assert_eq!(
            shown["aaguid"],
            json!("abababab-abab-abab-abab-abababababab")
        );
        assert_eq!(shown["counter"], json!(7));
        assert_eq!(shown["transports"], json!(["usb", "nfc"]));
        assert_eq!(shown["attestationStatementFormat"], json!(format));
        let events = format!("/events?type=UPDATE_CREDENTIAL&user={}", person.id);
        let events = scene.realm.call("GET", &events, &Value::Null).json();
        let details = &events[0]["details"];
        assert_eq!(details["credential_type"], json!(KEY));
        assert_eq!(
            details["public_key_credential_id"],
            json!(base64url(&key.id))
        );
        assert_eq!(details["public_key_credential_label"], json!("New key"));
        let mut browser = scene.browser();
        let page = scene.half(&mut browser, &person);
        assert_eq!(
            scene.subject(answer(&mut browser, &page, &mut key)),
            person.id
        );
    }
}

fn demanded(scene: &Scene, name: &str) {
    let scene = &beside(scene, "demanded", json!({}));
    scene.require("browser", "Browser - Conditional 2FA", "REQUIRED");
    for step in ["auth-otp-form", "auth-recovery-authn-code-form"] {
        scene.require("browser", step, "DISABLED");
    }
    scene.require("browser", "webauthn-authenticator", "REQUIRED");
    let person = scene.person(name, &[]);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    assert!(
        page.answer.body.contains("You need a security key"),
        "{}",
        page.answer.body
    );
    has_nothing(scene, &mut browser);
    // It is not declined.
    let mut form = page.form(FORM).unwrap();
    form.set("cancel-aia", "true");
    let page = browser.submit(&page.address, &form).page();
    has_nothing(scene, &mut browser);
    let mut key = Key::new("ES256", name);
    assert_eq!(scene.subject(make(&mut browser, &page, &key)), person.id);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    assert_eq!(
        scene.subject(answer(&mut browser, &page, &mut key)),
        person.id
    );
}

fn asked_for(scene: &Scene, name: &str) {
    let (person, mut browser, page) = asked(scene, name);
    let form = page.form("kc-webauthn-settings-form").unwrap();
    let mut declined = form;
    declined.press("cancel-aia");
    let told = browser.submit(&page.address, &declined).client();
    assert_eq!(told.get("kc_action_status"), "cancelled");
    assert!(scene.credentials(&person).is_empty());
    let page = browser
        .open(&scene.request("&kc_action=webauthn-register"))
        .page();
    let told = make(&mut browser, &page, &Key::new("ES256", name)).client();
    assert_eq!(told.get("kc_action_status"), "success");
    assert_eq!(told.get("kc_action"), "webauthn-register");
    assert_eq!(scene.credentials(&person).len(), 1);
}

fn skipped(scene: &Scene, name: &str) {
    let target = scene.request("&kc_action=webauthn-register%3Askip_if_exists");
    let (person, mut key) = with_key(scene, name);
    let mut browser = scene.browser();
    let page = browser.answer(&target, &person).page();
    let told = answer(&mut browser, &page, &mut key).client();
    assert_eq!(told.get("kc_action_status"), "success");
    assert_eq!(scene.credentials(&person).len(), 1);
    let without = scene.person(&format!("without-{name}"), &[]);
    let page = scene.browser().answer(&target, &without).page();
    assert!(page.form(FORM).is_some(), "{}", page.answer.body);
}

fn policy(scene: &Scene, name: &str) {
    let settings = json!({
        "webAuthnPolicyRpEntityName": "Acme", "webAuthnPolicySignatureAlgorithms": ["Ed25519", "RS1"],
        "webAuthnPolicyAttestationConveyancePreference": "none", "webAuthnPolicyAuthenticatorAttachment": "platform",
        "webAuthnPolicyRequireResidentKey": "Yes", "webAuthnPolicyUserVerificationRequirement": "required",
        "webAuthnPolicyCreateTimeout": 30, "webAuthnPolicyAvoidSameAuthenticatorRegister": true,
    });
    let scene = &beside(scene, "made", settings);
    let old = Key::new("EdDSA", &format!("old-{name}"));
    let person = scene.person(name, &[old.credential(KEY, "")]);
    let path = format!("/users/{}", person.id);
    scene
        .realm
        .change(&path, json!({"requiredActions": ["webauthn-register"]}));
    let mut old = old;
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    let page = answer(&mut browser, &page, &mut old).page();
    for (name, expected) in [
        ("data-rp-name", "Acme"),
        ("data-algorithms", "-8"),
        ("data-attestation", "none"),
        ("data-attachment", "platform"),
        ("data-resident-key", "required"),
        ("data-user-verification", "required"),
        ("data-timeout", "30"),
        ("data-exclude", base64url(&old.id).as_str()),
    ] {
        assert_eq!(said(&page, name), expected, "{name}");
    }
    let key = Key::new("EdDSA", name);
    let attached = |page: &Page, key: &Key, flags: u8, attachment: &str| {
        let mut fields = key.make(
            &Ceremony {
                flags,
                ..Ceremony::create(page)
            },
            "none",
        );
        fields.retain(|(name, _)| *name != "authenticatorAttachment");
        fields.push(("authenticatorAttachment", attachment.to_owned()));
        fields
    };
    let mut page = page;
    for (flags, attachment) in [
        (0b101, "cross-platform"),
        (0b101, ""),
        (PRESENT, "platform"),
    ] {
        let fields = attached(&page, &key, flags, attachment);
        page = send(&mut browser, &page, &fields).page();
        assert!(
            page.answer.body.contains(REFUSED),
            "{attachment}: {}",
            page.answer.body
        );
    }
    let fields = attached(&page, &Key::new("ES256", "another"), 0b101, "platform");
    page = send(&mut browser, &page, &fields).page();
    assert!(page.answer.body.contains(REFUSED), "{}", page.answer.body);
    let fields = attached(&page, &key, 0b101, "platform");
    assert_eq!(scene.subject(send(&mut browser, &page, &fields)), person.id);
}

fn meanwhile(scene: &Scene, name: &str) {
    let (person, mut browser, page) = asked(scene, name);
    // The owner, on another way.
    let owned = Key::new("ES256", &format!("owned-{name}"));
    let mut other = scene.browser();
    let target = scene.request("&kc_action=webauthn-register");
    let there = other.answer(&target, &person).page();
    assert_eq!(scene.subject(make(&mut other, &there, &owned)), person.id);

    let place = make(&mut browser, &page, &Key::new("ES256", name)).page();

    assert!(place.is_login(), "{}", place.answer.body);
    has_nothing(scene, &mut browser);
    assert_eq!(scene.credentials(&person).len(), 1);
}
