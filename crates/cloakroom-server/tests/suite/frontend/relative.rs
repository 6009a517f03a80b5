//! Redirect URIs without a host, of clients with a root and without: as at Keycloak those without stand at the server itself.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{FRONT, ORIGIN, Scene, Story};
use crate::browser::{Browser, Place};
use crate::http::{Request, encode};
use crate::server::Server;

pub(super) const STORIES: &[(&str, Story)] = &[
    ("an-address-without-a-root-stands-at-the-server", at_server),
    (
        "an-address-without-a-root-stands-at-the-realms-own-host",
        at_front,
    ),
    ("a-root-says-where-an-address-stands", at_root),
];

/// The client `shop` with these members.
fn changed(scene: &Scene, settings: Value) {
    let found = scene
        .realm
        .call("GET", "/clients?clientId=shop", &Value::Null);
    let id = found.json()[0]["id"].as_str().unwrap().to_owned();
    scene.realm.change(&format!("/clients/{id}"), settings);
}

/// Where somebody comes who signs in for this address; nothing where nobody may be sent there.
fn sent(scene: &Scene, base: &str, redirect_uri: &str) -> Option<String> {
    let mut browser = Browser::at(scene.server(), base);
    let page = match browser.open(&scene.request(redirect_uri)) {
        Place::Page(page) => page,
        Place::Client(callback) => panic!("nobody has signed in: {callback:?}"),
    };
    if page.is_error() {
        return None;
    }
    let mut form = page.form("kc-form-login").expect("a form is shown");
    form.set("username", &scene.person.username);
    form.set("password", &scene.person.password);
    let path = browser.path_of(&form.action).unwrap();
    let answer = browser.send(Request::form(&path, &form.fields));
    let location = answer.location().unwrap_or_default().to_owned();
    assert!(location.contains("code="), "{} {location}", answer.status);
    Some(location)
}

fn at_server(server: &Arc<Server>, name: &str) {
    let scene = Scene::set(server, name, "");
    changed(&scene, json!({"rootUrl": "", "redirectUris": ["/app/*"]}));
    let base = server.base.as_str();
    let port = server.port;

    let there = sent(&scene, base, &format!("{base}/app/cb?x=1"));

    let there = there.expect("an address of the server");
    assert!(there.starts_with(&format!("{base}/app/cb?x=1&")), "{there}");
    for uri in [
        "/app/cb".to_owned(),
        format!("{base}/other/cb"),
        format!("{base}/app/../other/cb"),
        format!("http://localhost:{}/app/cb", port.wrapping_add(1)),
        format!("http://127.0.0.1:{}/app/cb", port.wrapping_add(1)),
        "http://localhost/app/cb".to_owned(),
        format!("https://localhost:{port}/app/cb"),
        format!("http://localhost:{port}@evil.example/app/cb"),
        format!("http://localhost.evil.example:{port}/app/cb"),
        "https://evil.example/app/cb".to_owned(),
        "//evil.example/app/cb".to_owned(),
    ] {
        assert_eq!(sent(&scene, base, &uri), None, "{uri}");
    }
    // What looks like a host is a path of the server.
    changed(&scene, json!({"redirectUris": ["//evil.example/*"]}));
    for uri in [
        "https://evil.example/x",
        "http://evil.example/x",
        "//evil.example/x",
    ] {
        assert_eq!(sent(&scene, base, uri), None, "{uri}");
    }
    // After a sign-out it is the same.
    changed(
        &scene,
        json!({"redirectUris": ["/app/*"], "attributes": {"post.logout.redirect.uris": "/gone##+"}}),
    );
    for (uri, is_known) in [
        (format!("{base}/gone"), true),
        (format!("{base}/app/out"), true),
        ("https://evil.example/gone".to_owned(), false),
        ("/gone".to_owned(), false),
    ] {
        let asked = encode(&[
            ("client_id", "shop"),
            ("post_logout_redirect_uri", uri.as_str()),
        ]);
        let path = format!("{}?{asked}", scene.realm.path("logout"));
        let answer = server.send(&Request::get(&path));
        assert_eq!(answer.status != 400, is_known, "{uri} {}", answer.body);
    }
}

fn at_front(server: &Arc<Server>, name: &str) {
    let scene = Scene::set(server, name, FRONT);
    changed(&scene, json!({"redirectUris": ["/app/*"]}));

    let there = sent(&scene, FRONT, &format!("{ORIGIN}/app/cb"));

    assert!(there.is_some_and(|there| there.starts_with("https://login.example/app/cb?")));
    for uri in [
        format!("{FRONT}/app/cb"),
        format!("{}/app/cb", server.base),
        "https://login.example.evil.example/app/cb".to_owned(),
    ] {
        assert_eq!(sent(&scene, FRONT, &uri), None, "{uri}");
    }
}

fn at_root(server: &Arc<Server>, name: &str) {
    let scene = Scene::set(server, name, FRONT);
    let base = server.base.as_str();
    let rows = [
        ("${authBaseUrl}", format!("{FRONT}/app/cb"), true),
        ("${authBaseUrl}", format!("{ORIGIN}/app/cb"), false),
        ("${authBaseUrl}", format!("{base}/app/cb"), false),
        ("${authAdminUrl}", format!("{base}/app/cb"), true),
        ("${authAdminUrl}", format!("{FRONT}/app/cb"), false),
        (
            "https://rp.example",
            "https://rp.example/app/cb".to_owned(),
            true,
        ),
        ("https://rp.example", format!("{ORIGIN}/app/cb"), false),
    ];
    for (root, uri, is_known) in rows {
        changed(&scene, json!({"rootUrl": root, "redirectUris": ["/app/*"]}));
        assert_eq!(
            sent(&scene, FRONT, &uri).is_some(),
            is_known,
            "{root} {uri}"
        );
    }
}
