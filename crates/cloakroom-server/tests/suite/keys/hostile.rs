//! What nobody honest does with keys, a row each: nobody gets a session by it, and the server has no fault.

use serde_json::{Value, json};

use super::authenticator::{Ceremony, Key, PRESENT, VERIFIED, base64url, said};
use super::{FORM, KEY, answer, asks_again, beside, send, stored, with_key};
use crate::browser::{Browser, Page};
use crate::further::{Scene, Story, has_nothing};
use crate::http::{Request, exchange_together};

pub(super) const STORIES: &[(&str, Story)] = &[
    ("WEBAUTHN-01-a-challenge-of-another-attempt", other_attempt),
    (
        "M25-a-challenge-that-was-answered-with-something-wrong",
        spent_by_failure,
    ),
    ("M25-an-assertion-that-is-sent-again", replayed),
    (
        "WEBAUTHN-02-03-04-what-was-signed-for-something-else",
        forged,
    ),
    ("V014-M27-a-key-of-somebody-else", not_mine),
    ("a-key-of-somebody-in-another-realm", other_realm),
    ("WEBAUTHN-08-a-counter-that-goes-back", counter),
    ("WEBAUTHN-09-what-is-no-assertion", nonsense),
    ("M28-a-person-who-was-not-verified", unverified),
    (
        "MFA-01-a-sign-in-that-waits-for-a-key-opens-nothing",
        half_done,
    ),
    ("guesses-at-a-key-lock-the-account", guesses),
    (
        "a-stored-key-that-cannot-be-used-lets-nobody-in",
        unreadable,
    ),
    (
        "F6-05-one-assertion-that-sixty-four-bring-to-all-nodes",
        contended,
    ),
];

/// Sends something wrong: the page asks again, with another challenge, and nobody is signed in.
pub(super) fn refused(
    scene: &Scene,
    browser: &mut Browser,
    page: &Page,
    fields: &[(&'static str, String)],
    row: &str,
) -> Page {
    let before = said(page, "data-challenge");
    let place = send(browser, page, fields);
    let page = asks_again(place, "");
    assert!(page.answer.status < 500, "{row}: {}", page.answer.status);
    assert_ne!(said(&page, "data-challenge"), before, "{row}");
    has_nothing(scene, browser);
    page
}

/// Sets one of the fields.
pub(super) fn with(
    mut fields: Vec<(&'static str, String)>,
    name: &str,
    value: String,
) -> Vec<(&'static str, String)> {
    for (known, old) in &mut fields {
        if *known == name {
            old.clone_from(&value);
        }
    }
    fields
}

fn other_attempt(scene: &Scene, name: &str) {
    let (person, mut key) = with_key(scene, name);
    let mut browser = scene.browser();
    let first = scene.half(&mut browser, &person);
    // Another tab of the same browser, and another browser.
    let second = scene.half(&mut browser, &person);
    let elsewhere = scene.half(&mut scene.browser(), &person);
    for other in [&first, &elsewhere] {
        let signed = key.assert(&Ceremony::get(other));
        let place = send(&mut browser, &second, &signed);
        asks_again(place, "That key was not accepted");
        has_nothing(scene, &mut browser);
    }
    let errors = scene.errors(&person);
    assert_eq!(errors[0]["error"], json!("invalid_user_credentials"));
    assert_eq!(errors[0]["details"]["credential_type"], json!(KEY));
}

fn spent_by_failure(scene: &Scene, name: &str) {
    let (person, mut key) = with_key(scene, name);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    let good = key.assert(&Ceremony::get(&page));
    let wrong = with(good.clone(), "signature", base64url(&[1; 70]));
    let again = refused(scene, &mut browser, &page, &wrong, "wrong");
    // The right answer to the same challenge comes too late, on the new page as on the old one.
    refused(scene, &mut browser, &again, &good, "late");
    refused(scene, &mut browser, &page, &good, "old page");
    let page = scene.half(&mut browser, &person);
    assert_eq!(
        scene.subject(answer(&mut browser, &page, &mut key)),
        person.id
    );
}

fn replayed(scene: &Scene, name: &str) {
    // A key that does not count, so that nothing but the challenge tells.
    let mut key = Key::new("ES256", name);
    key.counter = 0;
    let person = scene.person(name, &[key.credential(KEY, "")]);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    let signed = key.assert_at(&Ceremony::get(&page), 0);
    assert_eq!(scene.subject(send(&mut browser, &page, &signed)), person.id);
    let mut thief = scene.browser();
    let page = scene.half(&mut thief, &person);
    refused(scene, &mut thief, &page, &signed, "again");
}

fn forged(scene: &Scene, name: &str) {
    type Row = (&'static str, fn(&mut Ceremony));
    let rows: &[Row] = &[
        ("type create", |it| it.kind = "webauthn.create"),
        ("type payment", |it| it.kind = "payment.get"),
        ("origin http", |it| {
            it.origin = it.origin.replace("http://", "https://");
        }),
        ("origin port", |it| it.origin.push('1')),
        ("origin suffix", |it| {
            it.origin = "http://badlocalhost".to_owned();
        }),
        ("origin prefix", |it| it.origin.push_str(".evil.test")),
        ("origin empty", |it| it.origin.clear()),
        ("cross origin", |it| it.cross_origin = true),
        ("rp id", |it| it.rp_id = "evil.test".to_owned()),
        ("rp id longer", |it| it.rp_id.push('.')),
        ("nobody present", |it| it.flags = 0b100),
        ("copied and not", |it| it.flags = VERIFIED | 0b1_0000),
        ("trailing bytes", |it| it.behind = vec![0]),
        ("key that is none", |it| it.flags |= 0b0100_0000),
        ("extensions that are none", |it| it.flags |= 0b1000_0000),
        ("extensions truncated", |it| {
            it.flags |= 0b1000_0000;
            it.behind = vec![0xbb, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        }),
        ("extensions nested", |it| {
            it.flags |= 0b1000_0000;
            it.behind = vec![0x81; 512];
        }),
        ("challenge empty", |it| it.challenge.clear()),
        ("challenge another", |it| it.challenge = base64url(&[7; 32])),
        ("user handle", |it| {
            it.user_handle = base64url(b"somebody else");
        }),
    ];
    for (at, (row, change)) in rows.iter().enumerate() {
        let (person, mut key) = with_key(scene, &format!("forged-{at}-{}", name.len()));
        let mut browser = scene.browser();
        let page = scene.half(&mut browser, &person);
        let mut ceremony = Ceremony::get(&page);
        change(&mut ceremony);
        let signed = key.assert(&ceremony);
        let page = refused(scene, &mut browser, &page, &signed, row);
        let expected = match *row {
            "user handle" => "different_user_authenticated",
            _ => "invalid_user_credentials",
        };
        assert_eq!(scene.errors(&person)[0]["error"], json!(expected), "{row}");
        assert_eq!(stored(scene, &person)["counter"], json!(7), "{row}");
        // What is honest is taken on the same way.
        let place = answer(&mut browser, &page, &mut key);
        assert_eq!(scene.subject(place), person.id, "{row}");
    }
}

fn not_mine(scene: &Scene, name: &str) {
    let (mine, _) = with_key(scene, name);
    let (other, mut key) = with_key(scene, &format!("other-{name}"));
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &mine);
    // As it is; naming its owner; and naming the victim.
    let signed = key.assert(&Ceremony::get(&page));
    refused(scene, &mut browser, &page, &signed, "plain");
    assert_eq!(scene.errors(&mine)[0]["error"], json!("user_not_found"));
    for (owner, error) in [
        (&other.id, "different_user_authenticated"),
        (&mine.id, "user_not_found"),
    ] {
        let page = scene.half(&mut browser, &mine);
        let signed = key.assert(&Ceremony {
            user_handle: base64url(owner.as_bytes()),
            ..Ceremony::get(&page)
        });
        refused(scene, &mut browser, &page, &signed, error);
        assert_eq!(scene.errors(&mine)[0]["error"], json!(error));
    }
    // Under the id of the victim's own key.
    let page = scene.half(&mut browser, &mine);
    let id = said(&page, "name=\"authn_use_chk\" value");
    let signed = with(key.assert(&Ceremony::get(&page)), "credentialId", id);
    refused(scene, &mut browser, &page, &signed, "its id");
}

fn other_realm(scene: &Scene, name: &str) {
    let there = beside(scene, "other", json!({}));
    let (mine, _) = with_key(scene, name);
    let (_, mut key) = with_key(&there, &format!("there-{name}"));
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &mine);
    let signed = key.assert(&Ceremony::get(&page));
    refused(scene, &mut browser, &page, &signed, "other realm");
}

fn counter(scene: &Scene, name: &str) {
    let (person, mut key) = with_key(scene, name);
    for counter in [7, 6, 0] {
        let mut browser = scene.browser();
        let page = scene.half(&mut browser, &person);
        let signed = key.assert_at(&Ceremony::get(&page), counter);
        refused(scene, &mut browser, &page, &signed, &counter.to_string());
        assert_eq!(stored(scene, &person)["counter"], json!(7));
    }
    let reason = scene.errors(&person)[0]["details"]["reason"].clone();
    assert_eq!(reason, json!("the counter has gone back"));
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    assert_eq!(
        scene.subject(answer(&mut browser, &page, &mut key)),
        person.id
    );
}

fn nonsense(scene: &Scene, name: &str) {
    let huge = "A".repeat(30_000);
    let rows: &[(&str, &str, &str)] = &[
        ("unsigned", "signature", "AA"),
        ("no base64", "signature", "***"),
        ("a long signature", "signature", &huge),
        ("client data", "clientDataJSON", "e30"),
        ("client data that is none", "clientDataJSON", "AAAA"),
        ("long client data", "clientDataJSON", &huge),
        ("authenticator data", "authenticatorData", "AA"),
        ("long authenticator data", "authenticatorData", &huge),
        ("no id", "credentialId", "="),
        ("a long id", "credentialId", &huge),
        ("an odd owner", "userHandle", "\u{1}"),
    ];
    for (at, (row, field, value)) in rows.iter().enumerate() {
        let (person, mut key) = with_key(scene, &format!("nonsense-{at}-{}", name.len()));
        let mut browser = scene.browser();
        let page = scene.half(&mut browser, &person);
        let signed = with(
            key.assert(&Ceremony::get(&page)),
            field,
            (*value).to_owned(),
        );
        refused(scene, &mut browser, &page, &signed, row);
    }
    // A key of another algorithm under the same id.
    let (person, own) = with_key(scene, &format!("nonsense-algorithm-{}", name.len()));
    let mut stranger = Key::new("EdDSA", "stranger");
    stranger.id.clone_from(&own.id);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    let signed = stranger.assert(&Ceremony::get(&page));
    refused(scene, &mut browser, &page, &signed, "algorithm");
}

fn unverified(scene: &Scene, name: &str) {
    let scene = &beside(
        scene,
        "verified",
        json!({"webAuthnPolicyUserVerificationRequirement": "required"}),
    );
    let (person, mut key) = with_key(scene, name);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    let signed = key.assert(&Ceremony {
        flags: PRESENT,
        ..Ceremony::get(&page)
    });
    let page = refused(scene, &mut browser, &page, &signed, "UV");
    assert_eq!(
        scene.subject(answer(&mut browser, &page, &mut key)),
        person.id
    );
}

fn half_done(scene: &Scene, name: &str) {
    let (person, _) = with_key(scene, name);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    has_nothing(scene, &mut browser);
    // Another way there is none, and what comes after is not reached by posting to it.
    let place = send(&mut browser, &page, &[("tryAnotherWay", "on".to_owned())]);
    let page = asks_again(place, "");
    for (from, to) in [
        ("authenticate", "required-action"),
        ("authenticate", "consent"),
    ] {
        let mut form = page.form(FORM).unwrap();
        form.action = form.action.replace(from, to);
        form.set("accept", "yes");
        let place = browser.submit(&page.address, &form);
        assert!(
            matches!(place, crate::browser::Place::Page(_)),
            "{to}: {place:?}"
        );
        has_nothing(scene, &mut browser);
    }
}

fn guesses(scene: &Scene, name: &str) {
    let settings = json!({
        "bruteForceProtected": true, "failureFactor": 3, "waitIncrementSeconds": 600,
        "maxFailureWaitSeconds": 600, "quickLoginCheckMilliSeconds": 0,
    });
    let scene = &beside(scene, "strict", settings);
    let (person, mut key) = with_key(scene, name);
    let stranger = Key::new("ES256", "another key");
    for _ in 0..3 {
        let mut browser = scene.browser();
        let page = scene.half(&mut browser, &person);
        let wrong = with(
            stranger.assert_at(&Ceremony::get(&page), 9),
            "credentialId",
            base64url(&key.id),
        );
        refused(scene, &mut browser, &page, &wrong, "guess");
    }
    let path = format!("/attack-detection/brute-force/users/{}", person.id);
    let known = scene.realm.call("GET", &path, &Value::Null).json();
    assert_eq!(
        (&known["numFailures"], &known["disabled"]),
        (&json!(3), &json!(true)),
        "{known}"
    );
    let done = scene.realm.call("DELETE", &path, &Value::Null);
    assert!(done.status < 300, "{}", done.body);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    assert_eq!(
        scene.subject(answer(&mut browser, &page, &mut key)),
        person.id
    );
}

fn unreadable(scene: &Scene, name: &str) {
    let mut key = Key::new("ES256", name);
    for (at, data) in [
        json!({"counter": 5}),
        json!({"credentialId": "AQID", "credentialPublicKey": "AAAA", "counter": 0}),
        json!({"credentialId": "*", "credentialPublicKey": base64url(&key.cose()), "counter": 0}),
    ]
    .into_iter()
    .enumerate()
    {
        let credential =
            json!({"type": KEY, "secretData": "{}", "credentialData": data.to_string()});
        let person = scene.person(&format!("unreadable-{at}-{}", name.len()), &[credential]);
        let mut browser = scene.browser();
        let page = scene.half(&mut browser, &person);
        key.id = vec![1, 2, 3];
        let signed = key.assert(&Ceremony::get(&page));
        refused(scene, &mut browser, &page, &signed, &data.to_string());
    }
}

fn contended(scene: &Scene, name: &str) {
    const CONTENDERS: usize = 64;
    // One that counts, and one that does not.
    for counter in [7, 0] {
        let mut key = Key::new("ES256", &format!("{name}-{counter}"));
        key.counter = counter;
        let person = scene.person(&format!("contended-{counter}"), &[key.credential(KEY, "")]);
        let mut browser = scene.browser();
        let page = scene.half(&mut browser, &person);
        let at = if counter == 0 { 0 } else { 8 };
        let mut form = page.form(FORM).unwrap();
        for (name, value) in key.assert_at(&Ceremony::get(&page), at) {
            form.set(name, &value);
        }
        let target = form.action.replace(&scene.realm.server.base, "");
        let request = Request::form(&target, &form.fields).with("Cookie", &browser.cookies());
        let server = &scene.realm.server;
        let answers = exchange_together(&server.nodes(), &request.bytes(server.host()), CONTENDERS);
        let is_won = |answer: &&crate::http::Answer| {
            answer.location().is_some_and(|to| to.contains("code="))
        };
        let won = answers.iter().filter(is_won).count();
        let faults = answers.iter().filter(|answer| answer.status >= 500).count();
        assert_eq!((won, faults), (1, 0), "{counter}");
    }
}
