//! What is no new key, a row each: nothing is stored, and another challenge is set.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::authenticator::{Ceremony, Key, base64url, said};
use super::register::{FORM, REFUSED, asked, make, send};
use super::{answer, beside};
use crate::browser::Page;
use crate::further::{Scene, Story};
use crate::http::{Request, exchange_together};

pub(super) const STORIES: &[(&str, Story)] = &[
    ("WEBAUTHN-05-what-is-no-new-key", hostile),
    ("WEBAUTHN-06-a-model-that-nobody-vouches-for", models),
    (
        "WEBAUTHN-11-one-new-key-that-sixty-four-bring-to-all-nodes",
        contended,
    ),
];

fn change(fields: &mut [(&'static str, String)], name: &str, value: String) {
    for (known, old) in fields {
        if *known == name {
            old.clone_from(&value);
        }
    }
}

#[expect(clippy::too_many_lines, reason = "a table, a row a case")]
fn hostile(scene: &Scene, name: &str) {
    type Row = (&'static str, fn(&Key, &Page) -> Vec<(&'static str, String)>);
    fn with(page: &Page, key: &Key, alter: fn(&mut Ceremony)) -> Vec<(&'static str, String)> {
        let mut ceremony = Ceremony::create(page);
        alter(&mut ceremony);
        key.make(&ceremony, "none")
    }
    fn set(page: &Page, key: &Key, name: &str, value: String) -> Vec<(&'static str, String)> {
        let mut fields = key.make(&Ceremony::create(page), "none");
        change(&mut fields, name, value);
        fields
    }
    fn object(page: &Page, key: &Key) -> Vec<u8> {
        let fields = key.make(&Ceremony::create(page), "none");
        URL_SAFE_NO_PAD.decode(&fields[1].1).unwrap()
    }
    let rows: &[Row] = &[
        ("type get", |key, page| {
            with(page, key, |it| it.kind = "webauthn.get")
        }),
        ("origin", |key, page| {
            with(page, key, |it| it.origin = "http://badlocalhost".to_owned())
        }),
        ("cross origin", |key, page| {
            with(page, key, |it| it.cross_origin = true)
        }),
        ("rp id", |key, page| {
            with(page, key, |it| it.rp_id = "evil.test".to_owned())
        }),
        ("nobody present", |key, page| {
            with(page, key, |it| it.flags = 0)
        }),
        ("copied and not", |key, page| {
            with(page, key, |it| it.flags |= 0b1_0000)
        }),
        ("another challenge", |key, page| {
            with(page, key, |it| it.challenge = base64url(&[3; 32]))
        }),
        ("no key", |key, page| {
            with(page, key, |it| it.behind = vec![0xa0])
        }),
        ("not offered", |_, page| {
            Key::new("EdDSA", "not offered").make(&Ceremony::create(page), "none")
        }),
        ("another id", |key, page| {
            set(page, key, "publicKeyCredentialId", "AQID".to_owned())
        }),
        ("trailing bytes", |key, page| {
            let long = [object(page, key), vec![0]].concat();
            set(page, key, "attestationObject", base64url(&long))
        }),
        ("truncated", |key, page| {
            let mut short = object(page, key);
            short.truncate(short.len() / 2);
            set(page, key, "attestationObject", base64url(&short))
        }),
        ("nested", |key, page| {
            set(page, key, "attestationObject", base64url(&[0x81; 4000]))
        }),
        ("huge", |key, page| {
            set(page, key, "attestationObject", "A".repeat(30_000))
        }),
        ("no base64", |key, page| {
            set(page, key, "attestationObject", "***".to_owned())
        }),
        ("a long id", |_, page| {
            let mut key = Key::new("ES256", "long");
            key.id = vec![7; 2000];
            key.make(&Ceremony::create(page), "none")
        }),
        ("signed by another", |key, page| {
            let other = Key::new("ES256", "other");
            let mut ceremony = Ceremony::create(page);
            ceremony.flags |= 0b0100_0000;
            ceremony.behind = key.attested();
            let mut fields = other.make(&ceremony, "packed");
            change(&mut fields, "publicKeyCredentialId", base64url(&key.id));
            fields
        }),
        ("a format that nobody knows", |key, page| {
            key.make(&Ceremony::create(page), "acme")
        }),
    ];
    let (person, mut browser, mut page) = asked(scene, name);
    let key = Key::new("ES256", name);
    for (row, fields) in rows {
        let before = said(&page, "data-challenge");
        let fields = fields(&key, &page);
        page = send(&mut browser, &page, &fields).page();
        assert!(
            page.answer.body.contains(REFUSED),
            "{row}: {}",
            page.answer.body
        );
        assert_ne!(said(&page, "data-challenge"), before, "{row}");
        assert!(scene.credentials(&person).is_empty(), "{row}");
    }
    let path = format!("/events?type=UPDATE_CREDENTIAL_ERROR&user={}", person.id);
    let events = scene.realm.call("GET", &path, &Value::Null).json();
    assert_eq!(events[0]["error"], json!("invalid_registration"));
    assert_eq!(events.as_array().unwrap().len(), rows.len());
    // An answer to a challenge that was answered wrong comes too late; the browser may also give up.
    let late = key.make(&Ceremony::create(&page), "none");
    let wrong = [("error", "NotAllowedError: no".to_owned())];
    page = send(&mut browser, &page, &wrong).page();
    page = send(&mut browser, &page, &late).page();
    assert!(page.answer.body.contains(REFUSED), "{}", page.answer.body);
    assert_eq!(scene.subject(make(&mut browser, &page, &key)), person.id);
    // The same key is no second one.
    let mut key = key;
    let target = scene.request("&kc_action=webauthn-register&prompt=login");
    let asks = browser.answer(&target, &person).page();
    let page = answer(&mut browser, &asks, &mut key).page();
    let page = make(&mut browser, &page, &key).page();
    assert!(page.answer.body.contains(REFUSED), "{}", page.answer.body);
    assert_eq!(scene.credentials(&person).len(), 1);
}

fn models(scene: &Scene, name: &str) {
    let listed =
        json!({"webAuthnPolicyAcceptableAaguids": ["abababab-abab-abab-abab-abababababab"]});
    let direct = json!({"webAuthnPolicyAttestationConveyancePreference": "direct"});
    for (at, settings) in [listed, direct].into_iter().enumerate() {
        let scene = beside(scene, &format!("models-{at}"), settings);
        let (person, mut browser, mut page) = asked(&scene, name);
        let key = Key::new("ES256", name);
        for format in [
            "none",
            "packed",
            "tpm",
            "android-key",
            "apple",
            "android-safetynet",
        ] {
            let fields = key.make(&Ceremony::create(&page), format);
            page = send(&mut browser, &page, &fields).page();
            assert!(
                page.answer.body.contains(REFUSED),
                "{format}: {}",
                page.answer.body
            );
            assert!(scene.credentials(&person).is_empty(), "{format}");
        }
    }
}

fn contended(scene: &Scene, name: &str) {
    const CONTENDERS: usize = 64;
    let (person, browser, page) = asked(scene, name);
    let key = Key::new("ES256", name);
    let mut form = page.form(FORM).unwrap();
    for (name, value) in key.make(&Ceremony::create(&page), "none") {
        form.set(name, &value);
    }
    let server = &scene.realm.server;
    let target = form.action.replace(&server.base, "");
    let request = Request::form(&target, &form.fields).with("Cookie", &browser.cookies());
    let answers = exchange_together(&server.nodes(), &request.bytes(server.host()), CONTENDERS);
    let faults = answers.iter().filter(|answer| answer.status >= 500).count();
    assert_eq!((scene.credentials(&person).len(), faults), (1, 0));
}
