//! What nobody makes an address of a realm, and what nobody gets by one.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{FRONT, ORIGIN, Scene, Story, issuer};
use crate::http::{Request, text};
use crate::jwt;
use crate::realm::CALLBACK;
use crate::server::Server;

pub(super) const STORIES: &[(&str, Story)] = &[
    ("an-address-that-no-browser-opens-is-refused", refused),
    ("a-realm-brings-its-address-along", brought),
    ("a-form-counts-from-the-realms-own-address-alone", forms),
    ("whoever-edits-a-client-moves-no-realm", moves_nothing),
];

/// What is no address, or not one alone.
const NONE: [&str; 22] = [
    "login.example",
    "/auth",
    "//login.example",
    "javascript:alert(1)",
    "javascript://login.example/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "ftp://login.example",
    "https:login.example",
    "https:///login.example",
    "https://",
    "https://user:secret@login.example",
    "https://login.example@evil.example",
    "https://login.example?next=1",
    "https://login.example/#top",
    "https://login.example/;Domain=evil.example",
    "https://login.example/a b",
    "https://login.example/a/../..",
    "https://login.example/a//b",
    "https://login.example\r\nSet-Cookie: a=b",
    "https://login.example\\@evil.example",
    "https://login.example:99999",
    "${authBaseUrl}",
];

fn refused(server: &Arc<Server>, name: &str) {
    let scene = Scene::set(server, name, FRONT);
    for front in NONE {
        let attributes = json!({"attributes": {"frontendUrl": front}});
        let answer = scene.realm.call("PUT", "", &attributes);
        assert_eq!(answer.status, 400, "{front} {}", answer.body);
        let why = answer.json();
        assert!(
            text(&why, "errorMessage").contains("'frontendUrl'"),
            "{front} {why}"
        );
        let made = json!({
            "realm": format!("{name}-new"), "enabled": true, "attributes": {"frontendUrl": front},
        });
        let answer = scene.realm.admin("POST", "/admin/realms", &made);
        assert_eq!(answer.status, 400, "{front} {}", answer.body);
        let why = answer.json();
        assert!(
            text(&why, "errorMessage").contains("'frontendUrl'"),
            "{front} {why}"
        );
    }
    assert_eq!(text(&scene.discovery(), "issuer"), issuer(name));
    let path = format!("/admin/realms/{name}-new");
    assert_eq!(scene.realm.admin("GET", &path, &Value::Null).status, 404);
    // A slash at the end is none, and an empty address too.
    scene.set_front("HTTPS://Login.Example:443/auth//");
    assert_eq!(text(&scene.discovery(), "issuer"), issuer(name));
    scene.set_front("");
    let here = format!("{}/realms/{name}", server.base);
    assert_eq!(text(&scene.discovery(), "issuer"), here);
}

fn brought(server: &Arc<Server>, name: &str) {
    let scene = Scene::set(server, name, FRONT);
    let path = "/partial-export?exportClients=false";
    let mut file = scene.realm.call("POST", path, &Value::Null).json();
    assert_eq!(file["attributes"]["frontendUrl"], json!(FRONT));
    let other = format!("{name}-2");
    for (member, value) in [("realm", json!(other)), ("id", json!(other))] {
        file[member] = value;
    }
    // What is in a file under an id is there already.
    let keeps = ["realm", "id", "enabled", "sslRequired", "attributes"];
    let members = file.as_object_mut().unwrap();
    members.retain(|member, _| keeps.contains(&member.as_str()));

    let made = scene.realm.admin("POST", "/admin/realms", &file);

    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!("/realms/{other}/.well-known/openid-configuration");
    let discovery = server.send(&Request::get(&path)).json();
    assert_eq!(text(&discovery, "issuer"), issuer(&other));
}

fn forms(server: &Arc<Server>, name: &str) {
    let scene = Scene::set(server, name, FRONT);
    let plain = Scene::set(server, &format!("{name}-2"), "");
    let rows = [
        (&scene, ORIGIN, true),
        (&scene, "null", true),
        (&scene, server.base.as_str(), false),
        (&scene, FRONT, false),
        (&scene, "http://login.example", false),
        (&scene, "https://login.example:8443", false),
        (&scene, "https://login.example.evil.example", false),
        (&scene, "https://evil.example", false),
        (&plain, server.base.as_str(), true),
        (&plain, ORIGIN, false),
    ];
    for (scene, origin, is_taken) in rows {
        let front = match scene.realm.name == name {
            true => FRONT,
            false => server.base.as_str(),
        };
        let mut browser = crate::browser::Browser::at(server, front);
        let page = browser.open(&scene.request(CALLBACK)).page();
        let mut form = page.form("kc-form-login").unwrap();
        form.set("username", &scene.person.username);
        form.set("password", &scene.person.password);
        let path = browser.path_of(&form.action).unwrap();
        let request = Request::form(&path, &form.fields).with("Origin", origin);

        let answer = browser.send(request);

        let location = answer.location().unwrap_or_default();
        let about = format!("{origin} {} {location}", scene.realm.name);
        assert_eq!(location.starts_with(CALLBACK), is_taken, "{about}");
        assert_eq!(answer.status == 403, !is_taken, "{about}");
        let has_session = browser.cookies().contains("KEYCLOAK_IDENTITY=");
        assert_eq!(has_session, is_taken, "{about}");
    }
}

fn moves_nothing(server: &Arc<Server>, name: &str) {
    let scene = Scene::set(server, name, FRONT);
    let bearer = scene.administers("manage-clients");
    let asks = |method: &str, path: &str, body: &Value| {
        let request = Request::new(method, &format!("/admin/realms/{name}{path}"))
            .with("Authorization", &bearer)
            .with("Content-Type", "application/json")
            .with_body(body.to_string().into_bytes());
        server.send(&request)
    };
    let evil = "https://evil.example";
    let attributes = json!({"attributes": {"frontendUrl": evil}});
    assert_eq!(asks("PUT", "", &attributes).status, 403);
    let client = json!({
        "clientId": "lure", "secret": "a secret of the one who edits", "directAccessGrantsEnabled": true,
        "rootUrl": evil, "baseUrl": "/", "adminUrl": evil, "redirectUris": ["/cb", format!("{evil}/*")],
        "attributes": {"frontendUrl": evil, "issuer": evil},
    });
    let made = asks("POST", "/clients", &client);
    assert_eq!(made.status, 201, "{}", made.body);

    let fields = [
        ("grant_type", "password"),
        ("client_id", "lure"),
        ("client_secret", "a secret of the one who edits"),
        ("username", scene.person.username.as_str()),
        ("password", scene.person.password.as_str()),
    ];
    let request = Request::form(&scene.realm.path("token"), &fields);
    let request = request.with("Host", "evil.example");
    let tokens = server.send(&request.with("X-Forwarded-Host", "evil.example"));

    assert_eq!(tokens.status, 200, "{}", tokens.body);
    let claims = jwt::claims(text(&tokens.json(), "access_token"));
    assert_eq!(text(&claims, "iss"), issuer(name));
    assert_eq!(text(&scene.discovery(), "issuer"), issuer(name));
    let asked = scene.request("https://evil.example/cb");
    let asked = asked.replace("client_id=shop", "client_id=lure");
    let page = scene.browser().open(&asked).page();
    let form = page.form("kc-form-login").unwrap();
    assert!(form.action.starts_with(&issuer(name)), "{}", form.action);
}
