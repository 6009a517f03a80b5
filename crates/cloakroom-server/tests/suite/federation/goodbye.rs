//! Sessions that end here end at the provider as well, where its settings say how.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Story;
use super::op::CLIENT;
use super::scene::Scene;
use crate::browser::{Browser, Callback, Place};
use crate::http::{Request, encode, text};
use crate::realm::CALLBACK;

pub(super) const STORIES: &[Story] = &[
    (
        "goodbye::a-sign-out-here-leads-to-the-provider-and-back-to-the-application",
        there_and_back,
    ),
    (
        "goodbye::a-provider-without-a-place-for-it-is-left-alone",
        left_alone,
    ),
    (
        "goodbye::what-is-said-at-a-sign-out-is-what-the-settings-say",
        said,
    ),
    (
        "goodbye::a-provider-is-told-without-the-browser-where-its-settings-say-so",
        told,
    ),
    (
        "goodbye::a-provider-is-told-of-sessions-that-end-where-no-browser-is",
        without_browser,
    ),
    (
        "goodbye::whoever-came-from-a-provider-that-was-removed-signs-out-all-the-same",
        removed,
    ),
    (
        "goodbye::nobody-comes-back-from-a-sign-out-that-did-not-leave",
        made_up,
    ),
];

/// Signs somebody in through a provider with these settings, and out again; where the browser has got to.
fn leave(scene: &Scene, name: &str, config: Value) -> (Browser, Place) {
    let place = format!("{}/{name}/logout", scene.stand_in.base);
    let op = scene.op_with(
        name,
        json!({}),
        crate::realm::merged(json!({"logoutUrl": place}), config),
    );
    let mut browser = scene.browser();
    let callback = scene.visit(&mut browser, &op).client();
    let tokens = scene.tokens(&callback);
    let query = encode(&[
        ("id_token_hint", text(&tokens, "id_token")),
        ("post_logout_redirect_uri", CALLBACK),
        ("state", "gone"),
    ]);
    let place = browser.open(&format!("{}?{query}", scene.realm.path("logout")));
    let path = format!("/users/{}/sessions", text(&scene.user(name), "id"));
    assert_eq!(scene.done("GET", &path, &Value::Null), json!([]));
    (browser, place)
}

/// The path of ours that a provider sends the browser back to.
fn back(scene: &Scene, left: &Callback, state: &str) -> String {
    let path = left.get("post_logout_redirect_uri");
    let path = path.strip_prefix(&scene.server.base).expect("it is ours");
    format!("{path}?{}", encode(&[("state", state)]))
}

fn there_and_back(scene: &Scene) {
    let (mut browser, place) = leave(scene, "leaves", json!({}));

    let left = place.client();

    let there = format!("{}/leaves/logout?", scene.stand_in.base);
    assert!(left.address.starts_with(&there), "{}", left.address);
    let hint = crate::jwt::claims(left.get("id_token_hint"));
    assert_eq!(hint["sub"], json!("sub-of-leaves"));
    assert_eq!(left.get("client_id"), "");
    let ours = format!(
        "{}/realms/federation/broker/leaves/endpoint/logout_response",
        scene.server.base
    );
    assert_eq!(left.get("post_logout_redirect_uri"), ours);
    let callback = browser
        .open(&back(scene, &left, left.get("state")))
        .client();
    assert!(callback.address.starts_with(CALLBACK));
    assert_eq!(callback.get("state"), "gone");
    assert!(!browser.cookies().contains("KEYCLOAK_IDENTITY="));
}

fn left_alone(scene: &Scene) {
    let (_, place) = leave(scene, "stays", json!({"logoutUrl": ""}));

    assert!(place.client().address.starts_with(CALLBACK));
}

fn said(scene: &Scene) {
    let config = json!({"sendIdTokenOnLogout": "false", "sendClientIdOnLogout": "true"});
    let (_, place) = leave(scene, "says-less", config);

    let left = place.client();

    assert_eq!(left.get("id_token_hint"), "");
    assert_eq!(left.get("client_id"), CLIENT);
}

fn told(scene: &Scene) {
    let (_, place) = leave(scene, "told", json!({"backchannelSupported": "true"}));

    assert!(place.client().address.starts_with(CALLBACK));
    hears(scene, "told");
}

/// The provider is told, and of which session.
fn hears(scene: &Scene, name: &str) {
    let path = format!("/{name}/logout");
    let deadline = Instant::now() + Duration::from_secs(20);
    while scene.stand_in.asked(&path).is_empty() {
        assert!(
            Instant::now() < deadline,
            "the provider {name} was not told"
        );
        crate::server::pause(Duration::from_millis(20));
    }
    let asked = scene.stand_in.asked(&path);
    assert!(asked[0].target.contains("id_token_hint="), "{name}");
}

fn without_browser(scene: &Scene) {
    let come = |name: &str| {
        let place = format!("{}/{name}/logout", scene.stand_in.base);
        let config = json!({"logoutUrl": place, "backchannelSupported": "true"});
        let op = scene.op_with(name, json!({}), config);
        let callback = scene.visit(&mut scene.browser(), &op).client();
        scene.tokens(&callback)
    };
    come("told-by-administrator");
    let path = format!(
        "/users/{}/logout",
        text(&scene.user("told-by-administrator"), "id")
    );
    scene.done("POST", &path, &Value::Null);
    let tokens = come("told-by-session");
    let session = crate::jwt::claims(text(&tokens, "access_token"));
    let path = format!("/sessions/{}", text(&session, "sid"));
    scene.done("DELETE", &path, &Value::Null);
    let tokens = come("told-by-client");
    let fields = [
        ("client_id", scene.client.id.as_str()),
        ("client_secret", scene.client.secret.as_str()),
        ("refresh_token", text(&tokens, "refresh_token")),
    ];
    let answer = scene
        .server
        .send(&Request::form(&scene.realm.path("logout"), &fields));
    assert_eq!(answer.status, 204, "{}", answer.body);

    for name in ["told-by-administrator", "told-by-session", "told-by-client"] {
        hears(scene, name);
    }
}

fn removed(scene: &Scene) {
    let name = "removed-later";
    let place = format!("{}/{name}/logout", scene.stand_in.base);
    let op = scene.op_with(name, json!({}), json!({"logoutUrl": place}));
    let mut browser = scene.browser();
    let callback = scene.visit(&mut browser, &op).client();
    let tokens = scene.tokens(&callback);
    let instance = format!("/identity-provider/instances/{name}");
    scene.done("DELETE", &instance, &Value::Null);
    let query = encode(&[
        ("id_token_hint", text(&tokens, "id_token")),
        ("post_logout_redirect_uri", CALLBACK),
    ]);

    let place = browser.open(&format!("{}?{query}", scene.realm.path("logout")));

    assert!(place.client().address.starts_with(CALLBACK));
    assert!(!browser.cookies().contains("KEYCLOAK_IDENTITY="));
    assert!(scene.stand_in.asked(&format!("/{name}/logout")).is_empty());
}

fn made_up(scene: &Scene) {
    let (mut browser, place) = leave(scene, "made-up-end", json!({}));
    let left = place.client();
    let states = ["", "made-up", &left.get("state")[1..]];
    for state in states {
        let page = browser.open(&back(scene, &left, state)).page();
        assert!(page.is_error(), "{state}");
    }
    let mut other = scene.browser();
    let stolen = other.open(&back(scene, &left, left.get("state"))).page();
    assert!(stolen.is_error());
}
