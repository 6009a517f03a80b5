//! What nobody honest does with passkeys, a row each: it signs nobody in, locks nobody out, and says nothing of who is there.

use serde_json::{Value, json};

use super::authenticator::{Ceremony, Key, PRESENT, VERIFIED, base64url};
use super::hostile::{refused, with};
use super::passkeys::{PASSKEY, ceremony, settings, sign_in, with_passkey};
use super::{FORM, KEY, send, stored};
use crate::browser::{Browser, Page, Place};
use crate::further::{Scene, Story};
use crate::http::{Answer, Request, exchange_together};
use crate::realm::Person;

pub(super) const STORIES: &[(&str, Story)] = &[
    ("WEBAUTHN-02-03-04-a-passkey-for-something-else", forged),
    ("WEBAUTHN-07-a-passkey-that-names-somebody-else", owners),
    (
        "WEBAUTHN-01-M25-a-challenge-for-a-passkey-is-good-once",
        once,
    ),
    ("WEBAUTHN-08-a-passkey-whose-counter-goes-back", counter),
    (
        "a-key-of-the-other-kind-is-no-passkey-and-no-second-factor",
        kinds,
    ),
    ("a-passkey-of-somebody-who-is-disabled", disabled),
    (
        "PASSWORD-08-a-lockout-keeps-no-passkey-out-and-comes-from-none",
        lockout,
    ),
    (
        "PASSWORD-08-passkeys-that-fail-are-counted-for-whom-they-name-however-that-is-written",
        pace,
    ),
    ("WEBAUTHN-10-nobody-is-told-whose-passkey-there-is", unknown),
    (
        "F6-05-one-passkey-that-sixty-four-bring-to-all-nodes",
        contended,
    ),
];

fn opened(scene: &Scene, browser: &mut Browser) -> Page {
    browser.open(&scene.request("")).page()
}

fn forged(scene: &Scene, name: &str) {
    type Row = (&'static str, fn(&mut Ceremony));
    let rows: &[Row] = &[
        ("type create", |it| it.kind = "webauthn.create"),
        ("origin", |it| it.origin = "http://badlocalhost".to_owned()),
        ("origin port", |it| it.origin.push('1')),
        ("cross origin", |it| it.cross_origin = true),
        ("rp id", |it| it.rp_id = "evil.test".to_owned()),
        ("nobody present", |it| it.flags = 0b100),
        ("nobody verified", |it| it.flags = PRESENT),
        ("copied and not", |it| it.flags = VERIFIED | 0b1_0000),
        ("trailing bytes", |it| it.behind = vec![0]),
        ("a new key beside", |it| {
            it.flags |= 0b0100_0000;
            it.behind = Key::new("ES256", "beside").attested();
        }),
        ("challenge empty", |it| it.challenge.clear()),
        ("challenge another", |it| it.challenge = base64url(&[7; 32])),
        ("no user handle", |it| it.user_handle.clear()),
        ("a handle that is none", |it| {
            it.user_handle = "***".to_owned();
        }),
        ("a handle of bytes", |it| {
            it.user_handle = base64url(&[0, 255]);
        }),
        ("a long handle", |it| it.user_handle = "A".repeat(20_000)),
    ];
    for (at, (row, change)) in rows.iter().enumerate() {
        let (person, mut key) = with_passkey(scene, &format!("p-forged-{at}-{}", name.len()));
        let mut browser = scene.browser();
        let page = opened(scene, &mut browser);
        let mut made = ceremony(&page, &person);
        change(&mut made);
        let signed = key.assert(&made);
        let page = refused(scene, &mut browser, &page, &signed, row);
        assert_eq!(stored(scene, &person)["counter"], json!(7), "{row}");
        // What is honest is taken on the same way.
        let place = sign_in(&mut browser, &page, (&person, &mut key));
        assert_eq!(scene.subject(place), person.id, "{row}");
    }
    for (at, field) in [
        "signature",
        "credentialId",
        "clientDataJSON",
        "authenticatorData",
    ]
    .into_iter()
    .enumerate()
    {
        let (person, mut key) = with_passkey(scene, &format!("p-nonsense-{at}-{}", name.len()));
        for value in ["AA", "***", &"A".repeat(30_000)] {
            let mut browser = scene.browser();
            let page = opened(scene, &mut browser);
            let signed = key.assert(&ceremony(&page, &person));
            let signed = with(signed, field, value.to_owned());
            refused(scene, &mut browser, &page, &signed, field);
        }
    }
}

fn owners(scene: &Scene, name: &str) {
    let (mine, mut key) = with_passkey(scene, name);
    let (other, _) = with_passkey(scene, &format!("other-{name}"));
    let there = scene.beside("passkey-there", settings());
    let (stranger, mut theirs) = with_passkey(&there, &format!("there-{name}"));
    let mut browser = scene.browser();
    for (handle, is_mine) in [
        (other.id.as_str(), true),
        ("nobody", true),
        (stranger.id.as_str(), false),
        (mine.id.as_str(), false),
    ] {
        let key = if is_mine { &mut key } else { &mut theirs };
        let page = opened(scene, &mut browser);
        let signed = key.assert(&Ceremony {
            user_handle: base64url(handle.as_bytes()),
            ..Ceremony::get(&page)
        });
        refused(scene, &mut browser, &page, &signed, handle);
    }
    assert_eq!(scene.errors(&other)[0]["error"], json!("user_not_found"));
    // A service account is nobody who signs in.
    let client = json!({"clientId": format!("robot-{}", name.len()), "serviceAccountsEnabled": true, "publicClient": false});
    let made = scene.realm.call("POST", "/clients", &client);
    assert!(made.status < 300, "{}", made.body);
    let path = format!("/clients?clientId=robot-{}", name.len());
    let found = scene.realm.call("GET", &path, &Value::Null).json();
    let path = format!(
        "/clients/{}/service-account-user",
        found[0]["id"].as_str().unwrap()
    );
    let robot = scene.realm.call("GET", &path, &Value::Null).json();
    let own = Key::new("ES256", &format!("robot-{name}"));
    let path = format!("/users/{}", robot["id"].as_str().unwrap());
    scene.realm.call(
        "PUT",
        &path,
        &json!({"credentials": [own.credential(PASSKEY, "")]}),
    );
    let page = opened(scene, &mut browser);
    let mut own = own;
    let signed = own.assert(&Ceremony {
        user_handle: base64url(robot["id"].as_str().unwrap().as_bytes()),
        ..Ceremony::get(&page)
    });
    refused(scene, &mut browser, &page, &signed, "a service account");
}

fn once(scene: &Scene, name: &str) {
    let mut key = Key::new("ES256", name);
    key.counter = 0;
    let person = scene.person(name, &[key.credential(PASSKEY, "")]);
    let mut browser = scene.browser();
    // Of another tab and of another browser.
    let first = opened(scene, &mut browser);
    let second = opened(scene, &mut browser);
    let elsewhere = opened(scene, &mut scene.browser());
    let mut page = second;
    for other in [&first, &elsewhere] {
        let signed = key.assert_at(&ceremony(other, &person), 0);
        page = refused(scene, &mut browser, &page, &signed, "another attempt");
    }
    let good = key.assert_at(&ceremony(&page, &person), 0);
    assert_eq!(scene.subject(send(&mut browser, &page, &good)), person.id);
    // Behind a wrong answer the right one comes too late.
    let mut browser = scene.browser();
    page = opened(scene, &mut browser);
    let good = key.assert_at(&ceremony(&page, &person), 0);
    let wrong = with(good.clone(), "signature", base64url(&[1; 70]));
    page = refused(scene, &mut browser, &page, &wrong, "wrong");
    page = refused(scene, &mut browser, &page, &good, "late");
    let good = key.assert_at(&ceremony(&page, &person), 0);
    assert_eq!(scene.subject(send(&mut browser, &page, &good)), person.id);
    let mut thief = scene.browser();
    let page = opened(scene, &mut thief);
    refused(scene, &mut thief, &page, &good, "again");
    // Whoever gives up has not guessed, and is asked anew.
    let mut browser = scene.browser();
    let page = opened(scene, &mut browser);
    let error = [("error", "NotAllowedError: no".to_owned())];
    let page = refused(scene, &mut browser, &page, &error, "gives up");
    let good = key.assert_at(&ceremony(&page, &person), 0);
    assert_eq!(scene.subject(send(&mut browser, &page, &good)), person.id);
}

fn counter(scene: &Scene, name: &str) {
    let (person, key) = with_passkey(scene, name);
    for counter in [7, 6, 0] {
        let mut browser = scene.browser();
        let page = opened(scene, &mut browser);
        let signed = key.assert_at(&ceremony(&page, &person), counter);
        refused(scene, &mut browser, &page, &signed, &counter.to_string());
        assert_eq!(stored(scene, &person)["counter"], json!(7));
    }
}

fn kinds(scene: &Scene, name: &str) {
    // A second factor in place of a passkey.
    let mut key = Key::new("ES256", name);
    let person = scene.person(name, &[key.credential(KEY, "")]);
    let mut browser = scene.browser();
    let page = opened(scene, &mut browser);
    let signed = key.assert(&ceremony(&page, &person));
    refused(scene, &mut browser, &page, &signed, "a second factor");
    // A passkey in place of the second factor.
    let (mut second, mut passkey) = (
        Key::new("ES256", &format!("second-{name}")),
        Key::new("ES256", &format!("first-{name}")),
    );
    let all = [second.credential(KEY, ""), passkey.credential(PASSKEY, "")];
    let person = scene.person(&format!("both-{name}"), &all);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    let signed = passkey.assert(&ceremony(&page, &person));
    let page = refused(scene, &mut browser, &page, &signed, "a passkey");
    let place = super::answer(&mut browser, &page, &mut second);
    assert_eq!(scene.subject(place), person.id);
}

fn disabled(scene: &Scene, name: &str) {
    let (person, mut key) = with_passkey(scene, name);
    let path = format!("/users/{}", person.id);
    scene.realm.change(&path, json!({"enabled": false}));
    let mut browser = scene.browser();
    let page = opened(scene, &mut browser);
    // Who has no right answer is told nothing of it.
    let wrong = with(
        key.assert(&ceremony(&page, &person)),
        "signature",
        base64url(&[1; 70]),
    );
    let page = refused(scene, &mut browser, &page, &wrong, "wrong");
    assert!(page.answer.body.contains("That key was not accepted"));
    let signed = key.assert(&ceremony(&page, &person));
    let page = refused(scene, &mut browser, &page, &signed, "disabled");
    assert!(!page.answer.body.contains("That key was not accepted"));
    assert_eq!(scene.errors(&person)[0]["error"], json!("user_disabled"));
}

fn lockout(scene: &Scene, name: &str) {
    let strict = json!({
        "webAuthnPolicyPasswordlessPasskeysEnabled": true, "bruteForceProtected": true, "failureFactor": 3,
        "waitIncrementSeconds": 600, "maxFailureWaitSeconds": 600, "quickLoginCheckMilliSeconds": 0,
    });
    let scene = &scene.beside("passkey-strict", strict);
    let state = |person: &Person| -> Value {
        let path = format!("/attack-detection/brute-force/users/{}", person.id);
        scene.realm.call("GET", &path, &Value::Null).json()
    };
    let (person, mut key) = with_passkey(scene, name);
    for _ in 0..4 {
        let mut browser = scene.browser();
        let page = opened(scene, &mut browser);
        let good = key.assert(&ceremony(&page, &person));
        let wrong = with(good, "signature", base64url(&[1; 70]));
        let place = send(&mut browser, &page, &wrong);
        assert!(matches!(place, Place::Page(_)), "{place:?}");
    }
    let known = state(&person);
    let expected = (json!(0), json!(false));
    assert_eq!(
        (known["numFailures"].clone(), known["disabled"].clone()),
        expected
    );
    let place = scene.browser().answer(&scene.request(""), &person);
    assert_eq!(scene.subject(place), person.id);

    let (person, mut key) = with_passkey(scene, &format!("guessed-{name}"));
    for _ in 0..3 {
        let mut browser = scene.browser();
        let page = opened(scene, &mut browser);
        let mut form = page.form("kc-form-login").unwrap();
        form.set("username", &person.username);
        form.set("password", "a guess");
        browser.submit(&page.address, &form);
    }
    assert_eq!(state(&person)["disabled"], json!(true));
    let mut browser = scene.browser();
    let page = opened(scene, &mut browser);
    let mut form = page.form("kc-form-login").unwrap();
    form.set("username", &person.username);
    form.set("password", &person.password);
    let place = browser.submit(&page.address, &form);
    assert!(matches!(place, Place::Page(_)), "{place:?}");
    let mut browser = scene.browser();
    let page = opened(scene, &mut browser);
    let place = sign_in(&mut browser, &page, (&person, &mut key));
    assert_eq!(scene.subject(place), person.id);
    // The lock is for whoever guesses, and stays.
    assert_eq!(state(&person)["disabled"], json!(true));
}

fn pace(scene: &Scene, name: &str) {
    let protected =
        json!({"webAuthnPolicyPasswordlessPasskeysEnabled": true, "bruteForceProtected": true});
    let scene = &scene.beside("passkey-pace", protected);
    let (person, mut key) = with_passkey(scene, name);
    let mut own = scene.browser();
    let page = opened(scene, &mut own);
    sign_in(&mut own, &page, (&person, &mut key)).client();
    let handle = base64url(person.id.as_bytes());
    let nobody = base64url(b"0d2f6c1f-0000-4b9e-9a36-6f9d1c527a12");
    // Ten ways to write an id are ten tries, of which the first ones fail at once; the waits get longer than any machine is slow.
    let mut is_held_up = |handle: &str| {
        (0..10).any(|more| {
            let mut browser = scene.browser();
            let page = opened(scene, &mut browser);
            let signed = key.assert(&Ceremony {
                user_handle: format!("{handle}{}", "=".repeat(more)),
                ..Ceremony::get(&page)
            });
            let wrong = with(signed, "signature", base64url(&[1; 70]));
            let page = refused(scene, &mut browser, &page, &wrong, handle);
            page.answer.status == 429
        })
    };
    assert!(is_held_up(&handle));
    assert!(is_held_up(&nobody));
    // What strangers at the same address have tried holds up no browser that its owner has signed in with.
    let page = own.open(&scene.request("&prompt=login")).page();
    let place = sign_in(&mut own, &page, (&person, &mut key));
    assert_eq!(scene.subject(place), person.id);
}

fn unknown(scene: &Scene, name: &str) {
    let (person, mut key) = with_passkey(scene, name);
    let without = scene.person(&format!("without-{name}"), &[]);
    // What the page is made of, and what it says; codes and challenges are others each time.
    let plain = |page: &Page| -> (Vec<String>, bool) {
        let body = &page.answer.body;
        let tag = |part: &str| part.split(['>', ' ']).next().unwrap_or_default().to_owned();
        let is_told = body.contains("That key was not accepted");
        (body.split('<').skip(1).map(tag).collect(), is_told)
    };
    let mut pages = Vec::new();
    for handle in [
        person.id.as_str(),
        without.id.as_str(),
        "0d2f6c1f-0000-4b9e-9a36-6f9d1c527a11",
    ] {
        let mut browser = scene.browser();
        let page = opened(scene, &mut browser);
        let signed = key.assert(&Ceremony {
            user_handle: base64url(handle.as_bytes()),
            ..Ceremony::get(&page)
        });
        let wrong = with(signed, "signature", base64url(&[1; 70]));
        let page = refused(scene, &mut browser, &page, &wrong, handle);
        pages.push((page.answer.status, plain(&page)));
    }
    assert!(pages[0].1.1, "{:?}", pages[0]);
    assert_eq!(pages[0], pages[1]);
    assert_eq!(pages[1], pages[2]);
}

fn contended(scene: &Scene, name: &str) {
    const CONTENDERS: usize = 64;
    for counter in [7, 0] {
        let mut key = Key::new("ES256", &format!("{name}-{counter}"));
        key.counter = counter;
        let credential = key.credential(PASSKEY, "");
        let person = scene.person(&format!("p-contended-{counter}"), &[credential]);
        let mut browser = scene.browser();
        let page = opened(scene, &mut browser);
        let at = if counter == 0 { 0 } else { 8 };
        let mut form = page.form(FORM).unwrap();
        for (name, value) in key.assert_at(&ceremony(&page, &person), at) {
            form.set(name, &value);
        }
        let server = &scene.realm.server;
        let target = form.action.replace(&server.base, "");
        let request = Request::form(&target, &form.fields).with("Cookie", &browser.cookies());
        let answers = exchange_together(&server.nodes(), &request.bytes(server.host()), CONTENDERS);
        let is_won = |answer: &&Answer| answer.location().is_some_and(|to| to.contains("code="));
        let won = answers.iter().filter(is_won).count();
        let faults = answers.iter().filter(|answer| answer.status >= 500).count();
        assert_eq!((won, faults), (1, 0), "{counter}");
    }
}
