//! Ways around what somebody has: by a flow that asks for less, or for something that they have not; and keys that are of no use.

use ciborium::Value as Cbor;
use serde_json::{Value, json};

use super::authenticator::{Ceremony, Key, written};
use super::passkeys::flow;
use super::register::{FORM as MAKES, REFUSED, asked, make, send};
use super::{FORM, KEY, beside};
use crate::further::{self, OTP, Scene, Story, has_nothing};

pub(super) const STORIES: &[(&str, Story)] = &[
    (
        "MFA-06-a-weaker-flow-of-a-client-changes-no-way-in",
        weaker_flow,
    ),
    (
        "MFA-06-a-flow-that-demands-a-key-asks-for-what-somebody-has-before",
        demanded,
    ),
    ("keys-that-can-verify-nothing-are-not-stored", unusable),
    ("nobody-has-more-keys-than-anybody-carries", limit),
];

/// A flow of these lines, which the shop uses in place of the realm's.
fn bind(scene: &Scene, alias: &str, lines: &[&str]) {
    let flow = flow(scene, alias, lines);
    let shops = scene
        .realm
        .call("GET", "/clients?clientId=shop", &Value::Null);
    let path = format!("/clients/{}", shops.json()[0]["id"].as_str().unwrap());
    let bound = json!({"authenticationFlowBindingOverrides": {"browser": flow}});
    scene.realm.change(&path, bound);
}

fn weaker_flow(scene: &Scene, name: &str) {
    let scene = &beside(scene, "weaker", json!({}));
    bind(scene, "weak", &["auth-username-password-form REQUIRED"]);
    let (person, device) = further::with_app(scene, name);
    // The client itself is used with a password alone, as its flow says.
    let place = scene.browser().answer(&scene.request(""), &person);
    assert_eq!(scene.subject(place), person.id);
    let actions = ["CONFIGURE_TOTP", "webauthn-register", "UPDATE_PASSWORD"];
    for (action, step) in actions.into_iter().zip(-1..) {
        let mut browser = scene.browser();
        let target = scene.request(&format!("&kc_action={action}"));
        let page = browser.answer(&target, &person).page();
        assert!(page.form(OTP).is_some(), "{action}: {}", page.answer.body);
        has_nothing(scene, &mut browser);
        let page = further::send(&mut browser, &page, &device.code(step)).page();
        assert!(page.form(OTP).is_none() && !page.is_login(), "{action}");
        // A session that the weak flow has opened is no way around it.
        let mut browser = scene.browser();
        browser.answer(&scene.request(""), &person).client();
        let page = browser.answer(&target, &person).page();
        assert!(page.form(OTP).is_some(), "{action}: {}", page.answer.body);
    }
    // By an administrator's wish it is the same.
    let due = json!({"requiredActions": ["UPDATE_PASSWORD"]});
    scene.realm.change(&format!("/users/{}", person.id), due);
    let page = scene.half(&mut scene.browser(), &person);
    assert!(page.form(OTP).is_some(), "{}", page.answer.body);
    // Whoever has nothing beside the password is asked for nothing.
    let without = scene.person(&format!("without-{name}"), &[]);
    let target = scene.request("&kc_action=CONFIGURE_TOTP");
    let page = scene.browser().answer(&target, &without).page();
    assert!(page.form(further::ENROL).is_some(), "{}", page.answer.body);
}

fn demanded(scene: &Scene, name: &str) {
    let scene = &beside(scene, "demands", json!({}));
    let steps = [
        "auth-username-password-form REQUIRED",
        "webauthn-authenticator REQUIRED",
    ];
    bind(scene, "with-key", &steps);
    let (person, device) = further::with_app(scene, name);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    assert!(page.form(OTP).is_some(), "{}", page.answer.body);
    has_nothing(scene, &mut browser);
    let page = further::send(&mut browser, &page, &device.code(0)).page();
    assert!(page.form(MAKES).is_some(), "{}", page.answer.body);
    has_nothing(scene, &mut browser);
    let key = Key::new("ES256", name);
    assert_eq!(scene.subject(make(&mut browser, &page, &key)), person.id);
    // Now the key is what is asked for.
    let page = scene.half(&mut scene.browser(), &person);
    assert!(page.form(FORM).is_some(), "{}", page.answer.body);
    // With codes on paper alone it is the same, and whoever has nothing sets one up.
    let paper = further::paper(&["AAAABBBBCCCC"], 1);
    let person = scene.person(&format!("paper-{name}"), &[paper]);
    let page = scene.half(&mut scene.browser(), &person);
    assert!(
        page.form(further::RECOVERY).is_some(),
        "{}",
        page.answer.body
    );
    let person = scene.person(&format!("none-{name}"), &[]);
    let page = scene.half(&mut scene.browser(), &person);
    assert!(page.form(MAKES).is_some(), "{}", page.answer.body);
}

fn unusable(scene: &Scene, name: &str) {
    let number = |number: i64| Cbor::from(number);
    let rsa = |modulus: Vec<u8>, exponent: Vec<u8>| {
        vec![
            (number(1), number(3)),
            (number(3), number(-257)),
            (number(-1), Cbor::Bytes(modulus)),
            (number(-2), Cbor::Bytes(exponent)),
        ]
    };
    let off_curve = vec![
        (number(1), number(2)),
        (number(3), number(-7)),
        (number(-1), number(1)),
        (number(-2), Cbor::Bytes(vec![1; 32])),
        (number(-3), Cbor::Bytes(vec![1; 32])),
    ];
    let (person, mut browser, mut page) = asked(scene, name);
    for (row, members) in [
        ("a point on no curve", off_curve),
        ("a short modulus", rsa(vec![0xc5; 128], vec![1, 0, 1])),
        ("no modulus", rsa(vec![0; 256], vec![1, 0, 1])),
        ("an exponent of one", rsa(vec![0xc5; 256], vec![1])),
        ("no exponent", rsa(vec![0xc5; 256], Vec::new())),
    ] {
        let key = Key::new("ES256", name);
        let mut ceremony = Ceremony::create(&page);
        let length = u16::try_from(key.id.len()).unwrap().to_be_bytes();
        let cose = written(&Cbor::Map(members));
        ceremony.flags |= 0b0100_0000;
        ceremony.behind = [&[0xab; 16][..], &length, &key.id, &cose].concat();
        let fields = key.make(&ceremony, "none");
        page = send(&mut browser, &page, &fields).page();
        assert!(page.answer.body.contains(REFUSED), "{row}");
        assert!(scene.credentials(&person).is_empty(), "{row}");
    }
}

fn limit(scene: &Scene, name: &str) {
    const MOST: usize = 20;
    let key = |at: usize| Key::new("ES256", &format!("{name}-{at}"));
    let mut keys: Vec<Key> = (0..MOST).map(key).collect();
    let all: Vec<Value> = keys.iter().map(|key| key.credential(KEY, "")).collect();
    let person = scene.person(name, &all);
    let target = scene.request("&kc_action=webauthn-register");
    let mut browser = scene.browser();
    let page = browser.answer(&target, &person).page();
    let page = super::answer(&mut browser, &page, &mut keys[0]).page();
    let new = Key::new("ES256", name);
    let page = make(&mut browser, &page, &new).page();
    assert!(page.answer.body.contains(REFUSED), "{}", page.answer.body);
    assert_eq!(scene.credentials(&person).len(), MOST);
}
