//! Realms whose flows know levels of authentication, as an export of Keycloak brings them: what is asked for which level, what a session
//! has reached already, and what nobody reaches by it.

use std::time::Duration;

use serde_json::{Value, json};

use super::{OTP, Scene, Story, asks_again, has_nothing, send, with_app};
use crate::browser::{Browser, Page, Place};
use crate::http::{Request, encode, text};
use crate::realm::{CALLBACK, Client};

pub(super) const STORIES: &[(&str, Story)] = &[
    ("a-higher-level-is-asked-of-whoever-comes-for-it", steps_up),
    ("a-level-lasts-as-long-as-the-flow-says", lasts),
    ("a-new-sign-in-proves-each-level-anew", proves_anew),
    (
        "a-level-that-nobody-reached-is-no-answer-to-a-demand",
        unmet,
    ),
    ("what-a-client-calls-its-levels-is-asked-and-told", named),
    ("a-session-that-ended-meanwhile-lifts-nobody", ended),
    ("a-step-up-goes-on-in-its-own-browser-alone", elsewhere),
    ("MFA-06-a-first-level-changes-no-way-in", changes),
];

/// What a client is told whose demand is not met.
pub(super) const UNMET: &str = "unmet_authentication_requirements";

pub(super) fn step(authenticator: &str, requirement: &str) -> Value {
    json!({"authenticator": authenticator, "requirement": requirement, "authenticatorFlow": false})
}

fn part(alias: &str, requirement: &str) -> Value {
    json!({"flowAlias": alias, "requirement": requirement, "authenticatorFlow": true})
}

fn flow(alias: &str, is_top: bool, mut steps: Vec<Value>) -> Value {
    for (at, step) in steps.iter_mut().enumerate() {
        step["priority"] = json!(10 * (at + 1));
    }
    json!({"alias": alias, "providerId": "basic-flow", "topLevel": is_top, "builtIn": false, "authenticationExecutions": steps})
}

/// What is asked for at a level.
fn level(alias: &str, config: &str, asks: &str) -> Value {
    let mut condition = step("conditional-level-of-authentication", "REQUIRED");
    condition["authenticatorConfig"] = json!(config);
    flow(alias, false, vec![condition, step(asks, "REQUIRED")])
}

/// A realm with a password for level 1, and a code for level 2 that is enough for so many seconds.
pub(super) fn realm(scene: &Scene, name: &str, age: u32) -> Scene {
    realm_with(scene, name, age, false)
}

/// The same; codes on paper are level 3 where there is one. The flow `plain` knows no levels.
pub(super) fn realm_with(scene: &Scene, name: &str, age: u32, has_third: bool) -> Scene {
    realm_of(scene, name, (age, has_third, Value::Null))
}

/// The same; `last` is a step of the forms that is taken after the levels.
pub(super) fn realm_of(
    scene: &Scene,
    name: &str,
    (age, has_third, last): (u32, bool, Value),
) -> Scene {
    let config = |alias: &str, level: u32, age: u32| json!({"alias": alias, "config": {"loa-condition-level": level.to_string(), "loa-max-age": age.to_string()}});
    let mut parts = vec![part("first", "CONDITIONAL"), part("second", "CONDITIONAL")];
    if has_third {
        parts.push(part("third", "CONDITIONAL"));
    }
    if !last.is_null() {
        parts.push(last);
    }
    let by = |name: &str| {
        vec![
            step("auth-cookie", "ALTERNATIVE"),
            part(name, "ALTERNATIVE"),
        ]
    };
    let mut flows = vec![
        flow("by level", true, by("levels")),
        flow("levels", false, parts),
        level("first", "level 1", "auth-username-password-form"),
        level("second", "level 2", "auth-otp-form"),
        flow("plain", true, by("plain forms")),
        flow(
            "plain forms",
            false,
            vec![step("auth-username-password-form", "REQUIRED")],
        ),
    ];
    let mut configs = vec![config("level 1", 1, 36_000), config("level 2", 2, age)];
    if has_third {
        flows.push(level("third", "level 3", "auth-recovery-authn-code-form"));
        configs.push(config("level 3", 3, age));
    }
    scene.beside(
        name,
        json!({
            "browserFlow": "by level", "authenticationFlows": flows, "authenticatorConfig": configs,
        }),
    )
}

/// The claims of the ID token that a code is traded for.
pub(super) fn claims_of(scene: &Scene, client: &Client, code: &str) -> Value {
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", client.id.as_str()),
        ("client_secret", client.secret.as_str()),
        ("redirect_uri", CALLBACK),
        ("code", code),
    ];
    let answer = scene
        .browser()
        .send(Request::form(&scene.realm.path("token"), &fields));
    assert_eq!(answer.status, 200, "{}", answer.body);
    crate::jwt::claims(text(&answer.json(), "id_token"))
}

/// What an answer tells of how well somebody was proved.
pub(super) fn acr(scene: &Scene, place: Place) -> String {
    let callback = place.client();
    assert!(!callback.get("code").is_empty(), "{callback:?}");
    let claims = claims_of(scene, &scene.shop, callback.get("code"));
    text(&claims, "acr").to_owned()
}

pub(super) fn for_level(scene: &Scene, level: &str) -> String {
    scene.request(&format!("&acr_values={level}"))
}

/// The page asks for a code and for no password.
pub(super) fn asks_code(place: Place) -> Page {
    let page = place.page();
    assert!(page.form(OTP).is_some(), "{}", page.answer.body);
    assert!(!page.answer.body.contains("type=\"password\""));
    page
}

fn steps_up(scene: &Scene, name: &str) {
    let scene = &realm(scene, "levels-up", 300);
    let (person, device) = with_app(scene, name);
    let mut browser = scene.browser();
    // Whoever comes for nothing in particular is asked for the first level, with a device or without.
    let place = browser.answer(&scene.request(""), &person);
    assert_eq!(acr(scene, place), "1");
    let place = browser.open(&for_level(scene, "1"));
    assert_eq!(acr(scene, place), "1");

    let silent = browser.open(&format!("{}&prompt=none", for_level(scene, "2")));
    assert_eq!(silent.client().get("error"), "login_required");
    let page = asks_code(browser.open(&for_level(scene, "2")));
    // The session is what it was while nothing is proved.
    let place = browser.open(&scene.request("&prompt=none"));
    assert_eq!(acr(scene, place), "1");
    let page = asks_again(
        send(&mut browser, &page, &device.wrong()),
        "That code is wrong",
    );
    let place = send(&mut browser, &page, &device.code(0));

    let callback = place.client();
    let claims = claims_of(scene, &scene.shop, callback.get("code"));
    assert_eq!(
        (&claims["acr"], &claims["sub"]),
        (&json!("2"), &json!(person.id))
    );
    let sessions = format!("/users/{}/sessions", person.id);
    let sessions = scene.realm.call("GET", &sessions, &Value::Null).json();
    assert_eq!(sessions.as_array().unwrap().len(), 1, "{sessions}");
    // It has reached the level now, for whoever asks for it and for whoever does not.
    for more in ["&prompt=none", "&prompt=none&acr_values=2"] {
        let place = browser.open(&scene.request(more));
        assert_eq!(acr(scene, place), "2", "{more}");
    }
    // At once, where somebody who is not signed in comes for it.
    let mut browser = scene.browser();
    let page = browser.answer(&for_level(scene, "2"), &person).page();
    let place = send(&mut browser, &page, &device.code(1));
    assert_eq!(acr(scene, place), "2");
}

fn lasts(scene: &Scene, name: &str) {
    let scene = &realm(scene, "levels-last", 0);
    let (person, device) = with_app(scene, name);
    let mut browser = scene.browser();
    let page = browser.answer(&for_level(scene, "2"), &person).page();
    // Good for as long as the next one is not over.
    let used = device.code(0);
    let place = send(&mut browser, &page, &used);
    assert_eq!(acr(scene, place), "2");
    crate::server::pause(Duration::from_millis(1100));

    let place = browser.open(&scene.request("&prompt=none"));
    assert_eq!(acr(scene, place), "1");
    let page = asks_code(browser.open(&for_level(scene, "2")));
    // A code is good once, whatever it is asked for.
    let page = send(&mut browser, &page, &used).page();
    assert!(page.form(OTP).is_some(), "{}", page.answer.body);
    let place = send(&mut browser, &page, &device.code(1));
    assert_eq!(acr(scene, place), "2");
}

fn proves_anew(scene: &Scene, name: &str) {
    let scene = &realm(scene, "levels-anew", 300);
    let (person, device) = with_app(scene, name);
    let mut browser = scene.browser();
    let page = browser.answer(&for_level(scene, "2"), &person).page();
    let place = send(&mut browser, &page, &device.code(-1));
    assert_eq!(acr(scene, place), "2");
    for more in ["&prompt=login", "&max_age=0"] {
        let asked = scene.request(&format!("&acr_values=2{more}"));
        let page = browser.open(&asked).page();
        assert!(page.is_login(), "{more}: {}", page.answer.body);
        let place = browser.go_on(Place::Page(page), &person);
        asks_code(place);
    }
}

/// A request that demands a level.
pub(super) fn demands(scene: &Scene, level: &str, more: &str) -> String {
    let claims = json!({"id_token": {"acr": {"essential": true, "values": [level]}}});
    let claims = encode(&[("claims", &claims.to_string())]);
    scene.request(&format!("&{claims}{more}"))
}

fn unmet(scene: &Scene, name: &str) {
    let scene = &realm(scene, "levels-unmet", 300);
    // Nobody reaches a third level here.
    let refused = scene.browser().open(&demands(scene, "3", "")).client();
    assert_eq!(refused.get("error"), UNMET);
    // Whoever has nothing of what the second asks for is not asked for it.
    let path = "/authentication/flows/second/executions/execution";
    let added = scene.realm.call(
        "POST",
        path,
        &json!({"provider": "conditional-user-configured"}),
    );
    assert_eq!(added.status, 201, "{}", added.body);
    scene.require("second", "conditional-user-configured", "REQUIRED");
    let person = scene.person(name, &[]);
    let mut browser = scene.browser();
    let refused = browser.answer(&demands(scene, "2", ""), &person).client();
    assert_eq!(refused.get("error"), UNMET);
    assert!(refused.get("code").is_empty());
    has_nothing(scene, &mut browser);
    // To wish for it is no demand.
    let place = browser.answer(&for_level(scene, "2"), &person);
    assert_eq!(acr(scene, place), "1");
}

fn named(scene: &Scene, name: &str) {
    let scene = &realm(scene, "levels-named", 300);
    let map = json!({"silver": 1, "gold": 2}).to_string();
    let least = json!({"attributes": {"acr.loa.map": map, "minimum.acr.value": "gold"}});
    let bank = scene.realm.create_client("bank", least);
    scene
        .realm
        .change("", json!({"attributes": {"acr.loa.map": map}}));
    let (person, device) = with_app(scene, name);
    let mut browser = scene.browser();
    let place = browser.answer(&scene.request(""), &person);
    assert_eq!(acr(scene, place), "silver");
    // What the bank has in its settings is asked for without a word in the request.
    let asked = scene
        .request("")
        .replace("client_id=shop", "client_id=bank");
    let page = asks_code(browser.open(&asked));
    let callback = send(&mut browser, &page, &device.code(0)).client();
    let claims = claims_of(scene, &bank, callback.get("code"));
    assert_eq!(claims["acr"], json!("gold"));
}

fn ended(scene: &Scene, name: &str) {
    let scene = &realm(scene, "levels-ended", 300);
    let (person, device) = with_app(scene, name);
    let signed_in = |scene: &Scene| {
        let mut browser = scene.browser();
        let place = browser.answer(&scene.request(""), &person);
        assert_eq!(acr(scene, place), "1");
        let page = asks_code(browser.open(&for_level(scene, "2")));
        (browser, page)
    };
    let begins_again = |(mut browser, page): (Browser, Page), shift: i64| {
        let page = send(&mut browser, &page, &device.code(shift)).page();
        assert!(page.is_login(), "{}", page.answer.body);
        let silent = browser.open(&scene.request("&prompt=none")).client();
        assert_eq!(silent.get("error"), "login_required");
    };
    let stopped = signed_in(scene);
    let path = format!("/users/{}/sessions", person.id);
    let sessions = scene.realm.call("GET", &path, &Value::Null).json();
    let path = format!("/sessions/{}", text(&sessions[0], "id"));
    assert_eq!(
        scene.realm.call("DELETE", &path, &Value::Null).status,
        204,
        "{path}"
    );
    begins_again(stopped, -1);

    let stopped = signed_in(scene);
    let path = format!("/users/{}", person.id);
    scene.realm.change(&path, json!({"enabled": false}));
    begins_again(stopped, 0);
}

fn elsewhere(scene: &Scene, name: &str) {
    let scene = &realm(scene, "levels-elsewhere", 300);
    let (person, device) = with_app(scene, name);
    let mut browser = scene.browser();
    let place = browser.answer(&scene.request(""), &person);
    assert_eq!(acr(scene, place), "1");
    let page = asks_code(browser.open(&for_level(scene, "2")));
    // A browser that knows the address, and has nothing of what this one keeps.
    let mut other = scene.browser();
    other.open(&scene.request("")).page();
    let page_there = send(&mut other, &page, &device.code(0)).page();
    assert!(page_there.form(OTP).is_none());
    has_nothing(scene, &mut other);
    let place = send(&mut browser, &page, &device.code(0));
    assert_eq!(acr(scene, place), "2");
}

fn changes(scene: &Scene, name: &str) {
    let scene = &realm(scene, "levels-changes", 300);
    let (person, device) = with_app(scene, name);
    let asked = scene.request("&kc_action=CONFIGURE_TOTP");
    // The first level alone would be enough for everything else.
    let mut browser = scene.browser();
    let place = browser.answer(&asked, &person);
    let page = asks_code(place);
    let page = send(&mut browser, &page, &device.code(-1)).page();
    assert!(page.form(super::ENROL).is_some(), "{}", page.answer.body);
    // Nor is a session of the first level.
    let mut browser = scene.browser();
    let place = browser.answer(&scene.request(""), &person);
    assert_eq!(acr(scene, place), "1");
    let place = browser.answer(&asked, &person);
    let page = asks_code(place);
    let page = send(&mut browser, &page, &device.code(0)).page();
    assert!(page.form(super::ENROL).is_some(), "{}", page.answer.body);
}
