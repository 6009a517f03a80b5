//! Device authorization (RFC 8628): a device gets what somebody allowed in a browser, once, and nobody else does.

use std::time::Duration;

use serde_json::{Value, json};

use super::Story;
use super::grant::{assert_refused, at_once};
use super::invariant::check_nothing_issued;
use super::outcome;
use super::scene::{Honest, Scene};
use crate::browser::{Browser, Page};
use crate::html::Form;
use crate::http::{Answer, Request, text};
use crate::realm::{Client, Realm, merged};
use crate::server::pause;

pub(super) const STORIES: &[Story] = &[
    (
        "D24 a device code that is foreign, changed or not decided gives nothing",
        not_its_own,
    ),
    (
        "D25 a device code that sixteen trade at once is traded once, and stays spent",
        spent,
    ),
    ("D26 a device code ends with its time", expired),
    ("D27 a device that was refused gets nothing", denied),
    (
        "J02 the address with the code in it asks, whoever is signed in",
        address_asks,
    ),
    (
        "J03-J04 a yes of another site or of another browser is none",
        not_their_yes,
    ),
    ("J05 user codes that are guessed open nothing", guesses),
    (
        "DEVICE-01 who guesses at user codes is told to wait",
        guessed_too_often,
    ),
];

/// The shortest wait between two questions, in seconds.
const INTERVAL: &str = "1";

/// A client on a device, and its two codes.
pub(super) struct Device {
    pub(super) client: Client,
    codes: Value,
}

impl Device {
    pub(super) fn start(scene: &Scene, id: &str, attributes: Value) -> Self {
        let attributes = merged(
            json!({
                "oauth2.device.authorization.grant.enabled": "true",
                "oauth2.device.polling.interval": INTERVAL,
            }),
            attributes,
        );
        let client = scene
            .realm
            .create_client(id, json!({"attributes": attributes}));
        let asked = scene.post("auth/device", Some(&client));
        let answer = scene.play(&asked.with("scope", "openid"));
        assert_eq!(answer.status, 200, "{answer:?}");
        let codes = answer.json();
        scene.server().keep_secret(text(&codes, "device_code"));
        Self { client, codes }
    }

    pub(super) fn trade(&self, scene: &Scene, client: &Client) -> Honest {
        scene
            .post("token", Some(client))
            .with("grant_type", "urn:ietf:params:oauth:grant-type:device_code")
            .with("device_code", text(&self.codes, "device_code"))
    }

    /// Asks whether somebody has decided, not sooner than the device may.
    fn poll(&self, scene: &Scene) -> Answer {
        pause(Duration::from_millis(1200));
        scene.play(&self.trade(scene, &self.client))
    }

    /// A browser that has typed the code, at the question whether the device may.
    fn question(&self, scene: &Scene) -> (Browser, Page, Form) {
        let mut browser = scene.browser();
        let path = format!("/realms/{}/device", scene.realm.name);
        let target = format!("{path}?user_code={}", text(&self.codes, "user_code"));
        let page = browser.open(&target).page();
        let mut login = page.form("kc-form-login").expect("somebody signs in");
        login.set("username", &scene.person.username);
        login.set("password", &scene.person.password);
        let page = browser.submit(&page.address, &login).page();
        let form = page.form("kc-oauth").expect("the person is asked");
        (browser, page, form)
    }

    pub(super) fn decide(&self, scene: &Scene, button: &str) {
        let (mut browser, page, mut form) = self.question(scene);
        form.press(button);
        let shown = browser.submit(&page.address, &form).page();
        assert_eq!(shown.answer.status, 200, "{:?}", shown.answer);
    }
}

fn not_its_own(scene: &Scene) {
    let device = Device::start(scene, "television", json!({}));
    let other = Device::start(scene, "radio", json!({})).client;
    let code = text(&device.codes, "device_code").to_owned();

    let pending = device.poll(scene);
    let hasty = scene.play(&device.trade(scene, &device.client));
    let foreign = scene.play(&device.trade(scene, &other));
    let disabled = scene.play(&device.trade(scene, &scene.web));

    assert_refused(&pending, &["json 400 authorization_pending"]);
    assert_refused(&hasty, &["json 400 slow_down"]);
    assert_refused(&foreign, &["json 400 invalid_grant"]);
    assert_refused(
        &disabled,
        &["json 400 invalid_grant", "json 400 unauthorized_client"],
    );
    let by_user_code = text(&device.codes, "user_code").to_owned();
    let (id, _) = code.split_once('.').expect("an id and a secret");
    let changed = [
        String::new(),
        format!("{code}x"),
        format!("{id}."),
        id.to_owned(),
        format!("{id}.{}", "A".repeat(43)),
        format!("{code}\0"),
        by_user_code,
        "' OR '1'='1".to_owned(),
        "x".repeat(100_000),
    ];
    for code in changed {
        let asked = device.trade(scene, &device.client);
        let answer = scene.play(&asked.with("device_code", &code));

        assert_refused(
            &answer,
            &["json 400 invalid_grant", "json 400 invalid_request"],
        );
    }
}

fn spent(scene: &Scene) {
    let device = Device::start(scene, "projector", json!({}));
    device.decide(scene, "accept");
    pause(Duration::from_millis(1200));
    let trade = device.trade(scene, &device.client);

    let won = at_once(|| scene.play(&trade));
    let again = device.poll(scene);

    assert_eq!(won.len(), 1, "{} traded one code", won.len());
    assert_refused(&again, &["json 400 invalid_grant"]);
}

fn expired(scene: &Scene) {
    let life = json!({"oauth2.device.code.lifespan": "1"});
    let device = Device::start(scene, "clock", life);
    pause(Duration::from_secs(2));

    let traded = device.poll(scene);
    let page = enter(scene, text(&device.codes, "user_code"));

    assert_refused(&traded, &["json 400 expired_token"]);
    assert!(asks_for_code(&page), "{page:?}");
}

fn denied(scene: &Scene) {
    let device = Device::start(scene, "lamp", json!({}));
    device.decide(scene, "cancel");

    assert_refused(&device.poll(scene), &["json 400 access_denied"]);
}

fn address_asks(scene: &Scene) {
    let device = Device::start(scene, "billboard", json!({}));
    let address = text(&device.codes, "verification_uri_complete");
    let target = address.replace(&scene.server().base, "");
    let mut browser = scene.browser();
    scene.code_in(&mut browser, &scene.authorize(&scene.web));

    let page = browser.open(&target).page();

    assert!(page.form("kc-oauth").is_some(), "{:?}", page.answer);
    check_nothing_issued(&page.answer);
    assert_refused(&device.poll(scene), &["json 400 authorization_pending"]);
}

fn not_their_yes(scene: &Scene) {
    let device = Device::start(scene, "printer", json!({}));
    let (browser, _, mut form) = device.question(scene);
    form.press("accept");
    let path = form.action.replace(&scene.server().base, "");
    let mut stranger = scene.browser();
    scene.code_in(&mut stranger, &scene.authorize(&scene.web));
    let posted = || Request::form(&path, &form.fields);
    for request in [
        posted(),
        posted().with("Cookie", &stranger.cookies()),
        posted()
            .with("Cookie", &browser.cookies())
            .with("Origin", "https://evil.test")
            .with("Sec-Fetch-Site", "cross-site"),
    ] {
        let answer = scene.send(&request, &[]);

        check_nothing_issued(&answer);
        assert_refused(&device.poll(scene), &["json 400 authorization_pending"]);
    }
}

/// Types a user code.
fn enter(scene: &Scene, code: &str) -> Answer {
    let path = format!("/realms/{}/device", scene.realm.name);
    let request = Request::form(&path, &[("device_user_code", code)]);
    scene.send(&request, &[code.to_owned()])
}

/// The page asks for the code again, and nothing else.
fn asks_for_code(answer: &Answer) -> bool {
    let forms = crate::html::forms(&answer.body);
    answer.status < 500 && forms.iter().any(|form| form.has("device_user_code"))
}

fn guesses(scene: &Scene) {
    let letters = "BCDFGHJKLMNPQRSTVWXZ";
    let drawn = (0..100_usize).map(|guess| {
        let letter = |place: usize| letters.as_bytes()[(guess * 7 + place * 3) % letters.len()];
        (0..8).map(|place| char::from(letter(place))).collect()
    });
    let strange = [
        String::new(),
        "%%%%-%%%%".to_owned(),
        "' OR '1'='1".to_owned(),
        "<script>alert(1)</script>".to_owned(),
        "BCDF\0GHJK".to_owned(),
        "x".repeat(100_000),
    ];
    for code in drawn.chain(strange) {
        let answer = enter(scene, &code);

        let is_refused = asks_for_code(&answer) || outcome::is("page 400", &answer);
        assert!(is_refused, "{code:.40}: {answer:?}");
        check_nothing_issued(&answer);
    }
}

fn guessed_too_often(scene: &Scene) {
    // A realm of its own: whoever has guessed here waits, and the other tests would as well.
    let realm = Realm::create(&scene.realm.server, "guessed-codes", Value::Null);
    let enter = |code: &str| {
        let mut honest = scene.get("");
        honest.path = format!("/realms/{}/device", realm.name);
        scene.play(&honest.with("user_code", code))
    };
    let waits = (0..1000).find_map(|guess| {
        let answer = enter(&format!("BCDF-{guess:04}"));
        (answer.status == 429).then_some((guess, answer))
    });

    let (guess, answer) = waits.expect("somebody who guesses is told to wait");
    assert!(guess >= 300, "{guess}");
    assert!(answer.is_page() && answer.header("retry-after").is_some());
}
