//! What people with devices do: sign in with them in every form that Keycloak stores, and set them up.

use std::time::Instant;

use serde_json::{Value, json};

use super::codes::{Device, from_base32, paper};
use super::{
    ENROL, OTP, PAPER, RECOVERY, Scene, Story, asks_again, question, send, send_with, with_app,
};
use crate::browser::Page;
use crate::html::unescape;
use crate::http::text;

pub(super) const STORIES: &[(&str, Story)] = &[
    ("whoever-has-an-app-signs-in-with-its-code", app),
    ("a-code-of-each-algorithm-and-length-is-taken", algorithms),
    ("a-code-of-a-counter-is-taken-once-and-moves-it", counter),
    ("of-several-devices-one-is-chosen", several),
    ("a-token-tells-how-its-user-was-proved", methods),
    ("a-password-grant-takes-a-code", direct),
    ("codes-on-paper-are-used-in-their-order", on_paper),
    ("whoever-has-to-sets-up-an-app", due),
    ("a-flow-that-demands-codes-has-them-set-up", demanded),
    ("an-application-asks-for-an-app-to-be-set-up", asked_for),
    ("a-counter-is-set-up-as-the-realm-says", by_counter),
    ("a-refusal-says-how-long-each-step-took", times),
];

fn app(scene: &Scene, name: &str) {
    let (person, device) = with_app(scene, name);
    let mut browser = scene.browser();

    let page = scene.half(&mut browser, &person);

    let form = question(&page);
    assert_eq!((form.id.as_str(), form.method.as_str()), (OTP, "POST"));
    let body = &page.answer.body;
    assert!(
        body.contains("inputmode=\"numeric\"") && body.contains("autocomplete=\"one-time-code\"")
    );
    assert!(
        !form.has("selectedCredentialId"),
        "one device needs no choice"
    );
    // The page is there again after a reload.
    assert!(
        browser
            .open(&page.address.replace(&scene.realm.server.base, ""))
            .page()
            .form(OTP)
            .is_some()
    );
    let place = send(&mut browser, &page, &device.code(0));
    assert_eq!(scene.subject(place), person.id);
    // The session is enough for the next application.
    let silent = browser.open(&scene.request("&prompt=none")).client();
    assert!(!silent.get("code").is_empty(), "{silent:?}");
}

fn algorithms(scene: &Scene, name: &str) {
    let rows = [
        ("HmacSHA1", 6, 30, Some("BASE32"), 20),
        ("HmacSHA1", 8, 60, None, 10),
        ("HmacSHA256", 6, 30, None, 20),
        ("HmacSHA256", 8, 30, Some("BASE32"), 32),
        ("HmacSHA512", 6, 45, Some("BASE32"), 64),
        ("HmacSHA512", 8, 30, None, 20),
    ];
    for (algorithm, digits, period, encoding, length) in rows {
        let name = format!("{algorithm}-{digits}-{period}-{}", name.len()).to_lowercase();
        let mut device = Device::new(&name);
        let long = device.secret.repeat(4);
        device.secret = long[..length].to_vec();
        device = Device {
            algorithm,
            digits,
            period,
            encoding,
            ..device
        };
        let person = scene.person(&name, &[device.credential("App")]);
        let mut browser = scene.browser();
        let page = scene.half(&mut browser, &person);

        let place = send(&mut browser, &page, &device.code(0));

        assert_eq!(scene.subject(place), person.id, "{name}");
    }
}

fn counter(scene: &Scene, name: &str) {
    let device = Device {
        kind: "hotp",
        counter: 3,
        ..Device::new(name)
    };
    let person = scene.person(name, &[device.credential("Fob")]);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    // What was passed already counts no more, nor what is too far ahead.
    let page = asks_again(
        send(&mut browser, &page, &device.at(2)),
        "That code is wrong",
    );
    let page = asks_again(
        send(&mut browser, &page, &device.at(5)),
        "That code is wrong",
    );
    assert_eq!(
        scene.subject(send(&mut browser, &page, &device.at(4))),
        person.id
    );
    let kept = scene.credentials(&person);
    let shown: Value = serde_json::from_str(text(&kept[0], "credentialData")).unwrap();
    assert_eq!(shown["counter"], json!(5));
    assert_eq!(shown["subType"], json!("hotp"));
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    let page = asks_again(
        send(&mut browser, &page, &device.at(4)),
        "That code is wrong",
    );
    assert_eq!(
        scene.subject(send(&mut browser, &page, &device.at(5))),
        person.id
    );
}

fn several(scene: &Scene, name: &str) {
    let (first, second) = (Device::new(name), Device::new(&format!("{name} too")));
    let all = [first.credential("Phone"), second.credential("")];
    let person = scene.person(name, &all);
    let ids: Vec<String> = scene
        .credentials(&person)
        .iter()
        .map(|one| text(one, "id").to_owned())
        .collect();
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    let shown = &page.answer.body;
    assert!(
        shown.contains("Phone") && shown.contains("Device 2"),
        "{shown}"
    );
    assert_eq!(
        question(&page).get("selectedCredentialId"),
        Some(ids[0].as_str())
    );
    // A code is of the device that is chosen, and the choice stays.
    let chosen = [("selectedCredentialId", ids[1].as_str())];
    let place = send_with(&mut browser, &page, &first.code(0), &chosen);
    let page = asks_again(place, "That code is wrong");
    assert_eq!(
        question(&page).get("selectedCredentialId"),
        Some(ids[1].as_str())
    );
    assert_eq!(
        scene.subject(send(&mut browser, &page, &second.code(0))),
        person.id
    );
}

fn methods(scene: &Scene, name: &str) {
    let mapper = json!({"name": "amr", "protocol": "openid-connect", "protocolMapper": "oidc-amr-mapper",
        "config": {"id.token.claim": "true", "access.token.claim": "true", "introspection.token.claim": "true"}});
    let found = scene
        .realm
        .call("GET", "/clients?clientId=shop", &Value::Null)
        .json();
    let path = format!("/clients/{}/protocol-mappers/models", text(&found[0], "id"));
    let added = scene.realm.call("POST", &path, &mapper);
    assert!(added.status < 300, "{}", added.body);
    let (person, device) = with_app(scene, name);

    let answer = scene.by_password(&person, &[("totp", &device.code(0))]);

    assert_eq!(answer.status, 200, "{}", answer.body);
    let claims = crate::jwt::claims(text(&answer.json(), "access_token"));
    assert_eq!(claims["amr"], json!(["pwd", "otp", "mfa"]));
}

fn direct(scene: &Scene, name: &str) {
    let (person, device) = with_app(scene, name);
    let refused = |more: &[(&str, &str)]| {
        let answer = scene.by_password(&person, more);
        let body = answer.json();
        assert_eq!(text(&body, "error"), "invalid_grant", "{}", answer.body);
        assert_eq!(text(&body, "error_description"), "Invalid user credentials");
        answer.status
    };
    let status = refused(&[]);
    assert_eq!(status, refused(&[("totp", "")]));
    assert_eq!(status, refused(&[("totp", &device.wrong())]));
    let wrong = scene.errors(&person);
    assert_eq!(wrong[0]["error"], json!("invalid_user_credentials"));
    assert_eq!(wrong[0]["details"]["credential_type"], json!("otp"));
    assert_eq!(
        scene
            .by_password(&person, &[("totp", &device.code(-1))])
            .status,
        200
    );
    // Keycloak's other name for it; and the one code is good once.
    let now = device.code(0);
    assert_eq!(scene.by_password(&person, &[("otp", &now)]).status, 200);
    assert_eq!(refused(&[("otp", &now)]), status);
}

/// Lets the browser flow take codes on paper as well.
fn with_paper(scene: &Scene) {
    scene.require("browser", "auth-recovery-authn-code-form", "ALTERNATIVE");
}

fn on_paper(scene: &Scene, name: &str) {
    let scene = &scene.beside("paper", json!({}));
    with_paper(scene);
    let device = Device::new(name);
    let codes = ["AAAABBBBCCCC", "DDDDEEEEFFFF"];
    let person = scene.person(name, &[device.credential("Phone"), paper(&codes, 11)]);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    // The app is asked for first, and there is another way; and a way back.
    let mut other = question(&page);
    other.press("tryAnotherWay");
    let page = browser.submit(&page.address, &other).page();
    assert_eq!(question(&page).id, RECOVERY);
    assert!(
        page.answer.body.contains("Code #11"),
        "{}",
        page.answer.body
    );
    let page = send(&mut browser, &page, codes[1]).page();
    assert!(
        page.answer.body.contains("That recovery code is wrong"),
        "{}",
        page.answer.body
    );
    let place = send(&mut browser, &page, "aaaa-bbbb cccc");
    assert_eq!(scene.subject(place), person.id);
    let again = |code: &str, number: &str| {
        let mut browser = scene.browser();
        let page = scene.half(&mut browser, &person);
        let mut other = question(&page);
        other.press("tryAnotherWay");
        let page = browser.submit(&page.address, &other).page();
        assert!(page.answer.body.contains(number), "{}", page.answer.body);
        send(&mut browser, &page, code)
    };
    assert!(again(codes[0], "Code #12").page().form(RECOVERY).is_some());
    // With the last one the person is asked to get new ones.
    let page = again(codes[1], "Code #12").page();
    assert!(page.form(PAPER).is_some(), "{}", page.answer.body);
    let done = json!({"requiredActions": []});
    scene.realm.change(&format!("/users/{}", person.id), done);
    // The list is used up and gone: nothing else than the app is asked for.
    let page = scene.half(&mut scene.browser(), &person);
    assert!(!page.answer.body.contains("tryAnotherWay"));
    let kept = json!(scene.credentials(&person)).to_string();
    assert!(!kept.contains("recovery-authn-codes"), "{kept}");
    // Whoever has nothing but paper is asked for that at once.
    let only = scene.person("only-on-paper", &[paper(&codes, 1)]);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &only);
    assert_eq!(question(&page).id, RECOVERY);
    assert!(!page.answer.body.contains("tryAnotherWay"));
    assert_eq!(scene.subject(send(&mut browser, &page, codes[0])), only.id);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &only);
    let page = send(&mut browser, &page, codes[1]).page();
    assert!(page.form(PAPER).is_some(), "{}", page.answer.body);
    // The password alone is not enough for that, used up as it is.
    let page = scene.half(&mut scene.browser(), &only);
    assert_eq!(question(&page).id, RECOVERY);
}

/// The device that a page asks to set up.
pub(crate) fn shown(page: &Page) -> Device {
    let body = unescape(&page.answer.body);
    let (_, rest) = body.split_once("id=\"kc-totp-secret-key\"").unwrap();
    let secret = rest.split('>').nth(1).unwrap().split('<').next().unwrap();
    Device {
        secret: from_base32(secret),
        ..Device::new("shown")
    }
}

fn due(scene: &Scene, name: &str) {
    let person = scene.person(name, &[]);
    let path = format!("/users/{}", person.id);
    scene
        .realm
        .change(&path, json!({"requiredActions": ["CONFIGURE_TOTP"]}));
    let answer = scene.by_password(&person, &[]);
    assert!(
        answer.body.contains("Account is not fully set up"),
        "{}",
        answer.body
    );
    let mut browser = scene.browser();

    let page = scene.half(&mut browser, &person);

    assert_eq!(question(&page).id, ENROL);
    assert!(page.answer.body.contains("id=\"kc-totp-secret-qr-code\""));
    assert!(
        !page.answer.body.contains("cancel-aia"),
        "what is due is not put off"
    );
    let device = shown(&page);
    assert_eq!(device.secret.len(), 20);
    let wrong = send(&mut browser, &page, &device.wrong()).page();
    assert!(
        wrong.answer.body.contains("That code is wrong"),
        "{}",
        wrong.answer.body
    );
    assert_eq!(
        shown(&wrong).secret,
        device.secret,
        "the picture that was scanned still counts"
    );
    // Good for as long as the next one is not over.
    let used = device.code(0);
    let label = [("userLabel", "My phone")];
    let place = send_with(&mut browser, &wrong, &used, &label);
    assert_eq!(scene.subject(place), person.id);
    let kept = scene.credentials(&person);
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0]["userLabel"], json!("My phone"));
    assert!(!kept[0].to_string().contains("secretData"));
    // From now on it is asked for; the code that set it up is used.
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    let page = asks_again(send(&mut browser, &page, &used), "used already");
    assert_eq!(
        scene.subject(send(&mut browser, &page, &device.code(1))),
        person.id
    );
    let events = scene
        .realm
        .call("GET", "/events?type=UPDATE_TOTP", &Value::Null)
        .json();
    let of = |one: &Value| one["userId"] == json!(person.id);
    assert!(events.as_array().unwrap().iter().any(of), "{events}");
}

fn demanded(scene: &Scene, name: &str) {
    let scene = &scene.beside("demanded", json!({}));
    let top = json!({"alias": "demands", "providerId": "basic-flow", "topLevel": true});
    let made = scene.realm.call("POST", "/authentication/flows", &top);
    assert_eq!(made.status, 201, "{}", made.body);
    for step in ["auth-username-password-form", "auth-otp-form"] {
        let path = "/authentication/flows/demands/executions/execution";
        let added = scene.realm.call("POST", path, &json!({"provider": step}));
        assert_eq!(added.status, 201, "{}", added.body);
        scene.require("demands", step, "REQUIRED");
    }
    scene.realm.change("", json!({"browserFlow": "demands"}));
    let person = scene.person(name, &[]);
    let mut browser = scene.browser();

    let page = scene.half(&mut browser, &person);

    assert_eq!(question(&page).id, ENROL);
    // Nothing passes it by: not the button of those whom an application asks, not another sign-in.
    let place = send_with(&mut browser, &page, "", &[("cancel-aia", "true")]);
    assert!(place.page().form(ENROL).is_some());
    let silent = browser.open(&scene.request("&prompt=none")).client();
    assert_eq!(silent.get("error"), "login_required");
    let page = scene.half(&mut scene.browser(), &person);
    assert_eq!(question(&page).id, ENROL);
    // The secret of a form counts for nothing.
    let page = scene.half(&mut browser, &person);
    let mine = Device::new("a secret of mine");
    let secret = super::codes::base32(&mine.secret);
    let page = send_with(
        &mut browser,
        &page,
        &mine.code(0),
        &[("totpSecret", &secret)],
    )
    .page();
    let device = shown(&page);
    assert_ne!(device.secret, mine.secret);
    let place = send(&mut browser, &page, &device.code(-1));
    assert_eq!(scene.subject(place), person.id);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    assert_eq!(question(&page).id, OTP);
    assert_eq!(
        scene.subject(send(&mut browser, &page, &device.code(0))),
        person.id
    );
}

fn asked_for(scene: &Scene, name: &str) {
    let person = scene.person(name, &[]);
    let ask = scene.request("&kc_action=CONFIGURE_TOTP");
    let mut browser = scene.browser();
    let page = browser.answer(&ask, &person).page();
    assert!(page.answer.body.contains("cancel-aia"));
    let cancelled = send_with(&mut browser, &page, "", &[("cancel-aia", "true")]).client();
    assert_eq!(cancelled.get("kc_action_status"), "cancelled");
    assert!(scene.credentials(&person).is_empty());
    let mut browser = scene.browser();
    let page = browser.answer(&ask, &person).page();
    let done = send(&mut browser, &page, &shown(&page).code(0)).client();
    assert_eq!(
        (done.get("kc_action_status"), done.get("kc_action")),
        ("success", "CONFIGURE_TOTP")
    );
    assert_eq!(scene.credentials(&person).len(), 1);
}

fn by_counter(scene: &Scene, name: &str) {
    let policy = json!({
        "otpPolicyType": "hotp", "otpPolicyAlgorithm": "HmacSHA256", "otpPolicyDigits": 8,
        "otpPolicyInitialCounter": 7,
    });
    let scene = &scene.beside("by-counter", policy);
    let person = scene.person(name, &[]);
    let mut browser = scene.browser();
    let page = browser
        .answer(&scene.request("&kc_action=CONFIGURE_TOTP"), &person)
        .page();
    let device = Device {
        algorithm: "HmacSHA256",
        digits: 8,
        ..shown(&page)
    };
    let place = send(&mut browser, &page, &device.at(7));
    assert_eq!(scene.subject(place), person.id);
    let mut browser = scene.browser();
    let page = scene.half(&mut browser, &person);
    let page = asks_again(
        send(&mut browser, &page, &device.at(7)),
        "That code is wrong",
    );
    assert_eq!(
        scene.subject(send(&mut browser, &page, &device.at(8))),
        person.id
    );
}

/// The steps of both requests are there, those of the first one too, and none took longer than the whole.
fn times(scene: &Scene, name: &str) {
    let (person, device) = with_app(scene, name);
    let mut browser = scene.browser();
    let began = Instant::now();
    let page = scene.half(&mut browser, &person);
    let page = asks_again(
        send(&mut browser, &page, &device.wrong()),
        "That code is wrong",
    );
    let whole = began.elapsed().as_millis();

    let wrong = scene.errors(&person);
    let took = text(&wrong[0]["details"], "took");
    let words: Vec<&str> = took.split(' ').collect();
    let mut sum = 0;
    for step in [
        "client", "address", "request", "allowed", "scope", "user", "lock", "password", "account",
        "flow", "further",
    ] {
        let at = words.iter().position(|word| *word == step);
        let at = at.unwrap_or_else(|| panic!("{step} is not in {took}"));
        sum += words[at + 1].parse::<u128>().unwrap();
    }
    assert!(sum <= whole, "{took} in {whole} ms");

    // Whoever gets in is told about as ever.
    assert_eq!(
        scene.subject(send(&mut browser, &page, &device.code(0))),
        person.id
    );
    let path = format!("/events?type=LOGIN&user={}", person.id);
    let let_in = scene.realm.call("GET", &path, &Value::Null).json();
    assert!(let_in[0]["details"].get("took").is_none(), "{let_in}");
}
