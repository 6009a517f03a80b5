//! What nobody borrows of a level of authentication: from a session that has seen less, from a level that has run out, from what
//! was reached since, or from another session.

use std::time::Duration;

use serde_json::{Value, json};

use super::levels::{UNMET, acr, asks_code, claims_of, demands, for_level, realm, realm_with};
use super::{ENROL, Scene, Story, asks_again, send, with_app};
use crate::browser::Browser;
use crate::http::{Request, text};
use crate::realm::{CALLBACK, Person};

pub(super) const STORIES: &[(&str, Story)] = &[
    (
        "MFA-06-a-middle-level-changes-no-way-in",
        middle_changes_nothing,
    ),
    ("a-session-alone-sets-no-second-factor-up", sets_nothing_up),
    (
        "a-level-that-ran-out-is-told-to-no-client-without-levels",
        ran_out,
    ),
    ("an-exchanged-token-tells-no-later-level", exchanged),
    ("a-session-below-a-demanded-level-is-no-answer", demanded),
    (
        "a-sign-in-borrows-no-level-that-was-reached-since",
        borrowed,
    ),
    (
        "what-one-session-began-another-does-not-end",
        another_session,
    ),
];

/// Signs in for the second level.
fn at_second(scene: &Scene, name: &str) -> (Browser, Person, super::Device) {
    let (person, device) = with_app(scene, name);
    let mut browser = scene.browser();
    let page = browser.answer(&for_level(scene, "2"), &person).page();
    let place = send(&mut browser, &page, &device.code(-1));
    assert_eq!(acr(scene, place), "2");
    (browser, person, device)
}

/// The same request of another client.
fn of(client: &str, request: &str) -> String {
    request.replace("client_id=shop", &format!("client_id={client}"))
}

fn middle_changes_nothing(scene: &Scene, name: &str) {
    let scene = &realm_with(scene, "risen-middle", 300, true);
    let (mut browser, _, _) = at_second(scene, name);

    let page = browser.open(&scene.request("&kc_action=CONFIGURE_TOTP"));

    let page = page.page();
    assert!(page.form(ENROL).is_none(), "{}", page.answer.body);
    assert!(page.is_login(), "{}", page.answer.body);
}

fn sets_nothing_up(scene: &Scene, name: &str) {
    let scene = &realm(scene, "risen-set-up", 300);
    let person = scene.person(name, &[]);
    let mut browser = scene.browser();
    let place = browser.answer(&scene.request(""), &person);
    assert_eq!(acr(scene, place), "1");

    let page = browser.open(&for_level(scene, "2")).page();

    assert!(page.form(ENROL).is_none(), "{}", page.answer.body);
    assert!(page.is_login(), "{}", page.answer.body);
    // Whoever knows the password sets it up behind that.
    let page = browser.go_on(crate::browser::Place::Page(page), &person);
    let page = page.page();
    assert!(page.form(ENROL).is_some(), "{}", page.answer.body);
}

fn ran_out(scene: &Scene, name: &str) {
    let scene = &realm(scene, "risen-ran-out", 0);
    let flows = scene
        .realm
        .call("GET", "/authentication/flows", &Value::Null)
        .json();
    let mut flows = flows.as_array().unwrap().iter();
    let plain = flows.find(|flow| flow["alias"] == "plain").unwrap();
    let bound = json!({"authenticationFlowBindingOverrides": {"browser": plain["id"]}});
    let client = scene.realm.create_client("unaware", bound);
    let (mut browser, _, _) = at_second(scene, name);
    crate::server::pause(Duration::from_millis(1100));

    let asked = of("unaware", &for_level(scene, "2"));
    let callback = browser.open(&format!("{asked}&prompt=none")).client();

    let claims = claims_of(scene, &client, callback.get("code"));
    assert_eq!(claims["acr"], json!("1"));
}

fn exchanged(scene: &Scene, name: &str) {
    let scene = &realm(scene, "risen-exchanged", 300);
    let trades = json!({"attributes": {"standard.token.exchange.enabled": "true"}});
    let trader = scene.realm.create_client("trader", trades);
    let (person, device) = with_app(scene, name);
    let mut browser = scene.browser();
    let callback = browser.answer(&of("trader", &scene.request("")), &person);
    let token = |fields: &[(&str, &str)]| {
        let mut all = vec![
            ("client_id", trader.id.as_str()),
            ("client_secret", trader.secret.as_str()),
        ];
        all.extend(fields);
        let request = Request::form(&scene.realm.path("token"), &all);
        let answer = scene.browser().send(request);
        assert_eq!(answer.status, 200, "{}", answer.body);
        text(&answer.json(), "access_token").to_owned()
    };
    let callback = callback.client();
    let first = token(&[
        ("grant_type", "authorization_code"),
        ("redirect_uri", CALLBACK),
        ("code", callback.get("code")),
    ]);
    assert_eq!(crate::jwt::claims(&first)["acr"], json!("1"));
    let page = asks_code(browser.open(&for_level(scene, "2")));
    let place = send(&mut browser, &page, &device.code(0));
    assert_eq!(acr(scene, place), "2");

    let traded = token(&[
        (
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ),
        ("subject_token", &first),
        (
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
        ),
    ]);

    assert_eq!(crate::jwt::claims(&traded)["acr"], json!("1"));
}

fn demanded(scene: &Scene, name: &str) {
    let scene = &realm(scene, "risen-demanded", 300);
    // Whoever has nothing of what the second level asks for passes it by.
    let path = "/authentication/flows/second/executions/execution";
    let condition = json!({"provider": "conditional-user-configured"});
    let added = scene.realm.call("POST", path, &condition);
    assert_eq!(added.status, 201, "{}", added.body);
    scene.require("second", "conditional-user-configured", "REQUIRED");
    let person = scene.person(name, &[]);
    let mut browser = scene.browser();
    let place = browser.answer(&scene.request(""), &person);
    assert_eq!(acr(scene, place), "1");

    // What the level asks for is asked of nobody like them, and nothing else is left.
    for more in ["", "&prompt=none"] {
        let refused = browser.open(&demands(scene, "2", more)).client();
        assert_eq!(refused.get("error"), UNMET, "{more}");
        assert!(refused.get("code").is_empty(), "{more}");
    }
    // To wish for it is no demand: whoever cannot be told so is.
    let page = browser.open(&for_level(scene, "2")).page();
    assert!(page.is_error(), "{}", page.answer.body);
    let refused = browser.open(&format!("{}&prompt=none", for_level(scene, "2")));
    assert_eq!(refused.client().get("error"), "access_denied");
}

fn borrowed(scene: &Scene, name: &str) {
    let scene = &realm(scene, "risen-borrowed", 0);
    let (person, device) = with_app(scene, name);
    let mut browser = scene.browser();
    let place = browser.answer(&scene.request(""), &person);
    assert_eq!(acr(scene, place), "1");
    let waiting = asks_code(browser.open(&for_level(scene, "2")));
    crate::server::pause(Duration::from_millis(1100));
    // The second level is reached in another tab, and runs out at once.
    let page = asks_code(browser.open(&for_level(scene, "2")));
    let place = send(&mut browser, &page, &device.code(0));
    assert_eq!(acr(scene, place), "2");
    crate::server::pause(Duration::from_millis(1100));

    let place = send(&mut browser, &waiting, &device.wrong());

    asks_again(place, "That code is wrong");
}

fn another_session(scene: &Scene, name: &str) {
    let scene = &realm(scene, "risen-another", 300);
    let consents = json!({"consentRequired": true});
    scene.realm.create_client("asker", consents);
    let (mut browser, person, _) = at_second(scene, name);
    let page = browser.open(&of("asker", &for_level(scene, "2"))).page();
    let mut form = page.form("kc-oauth").expect("consent is asked for");
    form.press("accept");
    // The session ends, and the same person signs in anew with less.
    let path = format!("/users/{}/sessions", person.id);
    let sessions = scene.realm.call("GET", &path, &Value::Null).json();
    let path = format!("/sessions/{}", text(&sessions[0], "id"));
    assert_eq!(scene.realm.call("DELETE", &path, &Value::Null).status, 204);
    let place = browser.answer(&scene.request(""), &person);
    assert_eq!(acr(scene, place), "1");

    let place = browser.submit(&page.address, &form);

    let page = place.page();
    assert!(page.is_login(), "{}", page.answer.body);
}
