//! What begins with a realm's own address, and what stays at that of the server.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{FRONT, ORIGIN, Scene, Story, issuer};
use crate::browser::Browser;
use crate::http::{Request, encode, text};
use crate::jwt;
use crate::realm::CALLBACK;
use crate::server::Server;

pub(super) const STORIES: &[(&str, Story)] = &[
    ("a-realm-describes-itself-by-its-own-address", described),
    ("a-sign-in-is-at-the-realms-own-address", signed_in),
    (
        "what-leads-back-leads-to-the-realms-own-address",
        leads_back,
    ),
    ("tokens-count-under-the-address-that-the-realm-has", renamed),
    ("the-console-stays-at-the-address-of-the-server", console),
];

fn described(server: &Arc<Server>, name: &str) {
    let scene = Scene::set(server, name, &format!("{FRONT}/"));
    let issuer = issuer(name);

    let discovery = scene.discovery();

    assert_eq!(text(&discovery, "issuer"), issuer);
    let uma = scene.get("/.well-known/uma2-configuration");
    let document = scene.get("");
    for said in [&discovery, &uma, &document] {
        let all = said.as_object().unwrap().iter();
        let addresses = all.filter_map(|(name, value)| Some((name, value.as_str()?)));
        let addresses: Vec<_> = addresses
            .filter(|(_, value)| value.contains("://"))
            .collect();
        assert!(addresses.len() > 1, "{said}");
        for (name, address) in addresses {
            assert!(address.starts_with(&issuer), "{name} {address}");
        }
    }
    // Neither a neighbour nor whoever asks under another name changes that.
    let beside = Scene::set(server, &format!("{name}-2"), "");
    let here = format!("{}/realms/{name}-2", server.base);
    assert_eq!(text(&beside.discovery(), "issuer"), here);
    for header in ["Host", "X-Forwarded-Host", "X-Forwarded-Prefix"] {
        let path = format!("/realms/{name}/.well-known/openid-configuration");
        let asked = Request::get(&path).with(header, "evil.example");
        assert_eq!(
            text(&server.send(&asked).json(), "issuer"),
            issuer,
            "{header}"
        );
    }
}

fn signed_in(server: &Arc<Server>, name: &str) {
    let scene = Scene::set(server, name, FRONT);
    let mut browser = scene.browser();
    let first = server.send(&Request::get(&scene.request(CALLBACK)));
    for cookie in first.all("set-cookie") {
        assert!(
            cookie.contains(&format!("; Path=/auth/realms/{name}/;")),
            "{cookie}"
        );
        assert!(cookie.contains("; Secure; SameSite=None"), "{cookie}");
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    assert!(!first.all("set-cookie").is_empty());

    let page = browser.open(&scene.request(CALLBACK)).page();
    let form = page.form("kc-form-login").unwrap();
    let login = format!("{}/login-actions/", issuer(name));
    assert!(form.action.starts_with(&login), "{}", form.action);
    // Styles and scripts stand where the browser is.
    assert!(
        page.answer.body.contains("\"/auth/"),
        "{}",
        page.answer.body
    );
    let place = browser.answer(&scene.request(CALLBACK), &scene.person);

    let callback = place.client();
    assert_eq!(callback.get("iss"), issuer(name));
    let tokens = scene.trade(callback.get("code"));
    for kind in ["access_token", "id_token", "refresh_token"] {
        let claims = jwt::claims(text(&tokens, kind));
        assert_eq!(text(&claims, "iss"), issuer(name), "{kind}");
    }
    assert_eq!(scene.userinfo(&tokens), 200);
    let fields = [
        ("client_id", scene.shop.id.as_str()),
        ("client_secret", scene.shop.secret.as_str()),
        ("token", text(&tokens, "access_token")),
    ];
    let asked = Request::form(&scene.realm.path("token/introspect"), &fields);
    assert_eq!(server.send(&asked).json()["active"], json!(true));
    let refreshed = scene.token(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&tokens, "refresh_token")),
    ]);
    assert_eq!(refreshed.status, 200, "{}", refreshed.body);
    // The session is the browser's, and ends there.
    let silent = browser.open(&format!("{}&prompt=none", scene.request(CALLBACK)));
    assert!(!silent.client().get("code").is_empty());
    let hint = encode(&[
        ("id_token_hint", text(&tokens, "id_token")),
        ("post_logout_redirect_uri", CALLBACK),
    ]);
    let place = browser.open(&format!("{}?{hint}", scene.realm.path("logout")));
    assert!(place.client().address.starts_with(CALLBACK));
    let silent = browser.open(&format!("{}&prompt=none", scene.request(CALLBACK)));
    assert_eq!(silent.client().get("error"), "login_required");
}

fn leads_back(server: &Arc<Server>, name: &str) {
    let scene = Scene::set(server, name, FRONT);
    let issuer = issuer(name);
    let provider = json!({
        "alias": "up", "providerId": "oidc", "enabled": true,
        "config": {
            "authorizationUrl": "https://up.example/auth", "tokenUrl": "https://up.example/token",
            "clientId": "us", "clientSecret": "a secret between the two of us",
        },
    });
    let made = scene
        .realm
        .call("POST", "/identity-provider/instances", &provider);
    assert_eq!(made.status, 201, "{}", made.body);
    let asked = format!("{}&kc_idp_hint=up", scene.request(CALLBACK));
    let there = scene.browser().open(&asked).client();
    assert!(there.address.starts_with("https://up.example/auth?"));
    let back = format!("{issuer}/broker/up/endpoint");
    assert_eq!(there.get("redirect_uri"), back);

    let device = json!({"attributes": {"oauth2.device.authorization.grant.enabled": "true"}});
    let player = scene.realm.create_client("player", device);
    let fields = [
        ("client_id", player.id.as_str()),
        ("client_secret", player.secret.as_str()),
    ];
    let asked = Request::form(&scene.realm.path("auth/device"), &fields);
    let device = server.send(&asked).json();
    for member in ["verification_uri", "verification_uri_complete"] {
        let address = text(&device, member);
        assert!(address.starts_with(&format!("{issuer}/device")), "{device}");
    }
    let found = scene
        .realm
        .call("GET", "/clients?clientId=shop", &Value::Null);
    let path = format!(
        "/clients/{}/installation/providers/keycloak-oidc-keycloak-json",
        text(&found.json()[0], "id")
    );
    let told = scene.realm.call("GET", &path, &Value::Null).json();
    assert_eq!(text(&told, "auth-server-url"), format!("{FRONT}/"));
}

fn renamed(server: &Arc<Server>, name: &str) {
    let scene = Scene::set(server, name, "");
    let before = scene.by_password();
    assert_eq!(scene.userinfo(&before), 200);
    let refresh = |tokens: &Value| {
        let token = text(tokens, "refresh_token");
        let answer = scene.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]);
        (answer.status, answer.error())
    };

    scene.set_front(FRONT);

    assert_eq!(scene.userinfo(&before), 401);
    assert_eq!(refresh(&before), (400, "invalid_grant".to_owned()));
    let now = scene.by_password();
    assert_eq!(
        text(&jwt::claims(text(&now, "access_token")), "iss"),
        issuer(name)
    );
    assert_eq!(scene.userinfo(&now), 200);

    scene.set_front("");

    assert_eq!(scene.userinfo(&now), 401);
    assert_eq!(refresh(&now), (400, "invalid_grant".to_owned()));
    assert_eq!(scene.userinfo(&before), 200);
    assert_eq!(refresh(&before).0, 200);
    let here = format!("{}/realms/{name}", server.base);
    assert_eq!(text(&scene.discovery(), "issuer"), here);
}

fn console(server: &Arc<Server>, name: &str) {
    let scene = Scene::set(server, name, FRONT);
    let bearer = scene.administers("view-realm");
    let path = format!("/admin/realms/{name}");
    let asks = |origin: Option<&str>| {
        let request = Request::get(&path).with("Authorization", &bearer);
        let request = match origin {
            Some(origin) => request.with("Origin", origin),
            None => request,
        };
        server.send(&request)
    };
    assert_eq!(asks(None).status, 200, "{}", asks(None).body);
    assert_eq!(asks(Some(&server.base)).status, 200);
    // A realm's own address is no page of the server's console.
    let refused = asks(Some(ORIGIN));
    assert_eq!(refused.status, 403, "{}", refused.body);
    assert!(refused.header("access-control-allow-origin").is_none());
    let made = scene
        .realm
        .call("POST", "/roles", &json!({"name": "auditor"}));
    let location = made.location().unwrap_or_default();
    assert!(location.starts_with(&server.base), "{location}");

    // The console is at the server, and its sign-in at the realm.
    let mut desk = Browser::new(server);
    let dashboard = format!("/admin/{name}/console/{name}/dashboard");
    let sent = desk.open(&dashboard).client();
    let auth = format!("{}/protocol/openid-connect/auth?", issuer(name));
    assert!(sent.address.starts_with(&auth), "{sent:?}");
    let callback = format!("{}/admin/{name}/console/callback", server.base);
    assert_eq!(sent.get("redirect_uri"), callback);
    let mut browser = scene.browser();
    let path = browser.path_of(&sent.address).unwrap();
    let elsewhere = path.replace(&encode(&[("redirect_uri", callback.as_str())]), &{
        let there = format!("{FRONT}/admin/{name}/console/callback");
        encode(&[("redirect_uri", there.as_str())])
    });
    assert_ne!(elsewhere, path);
    assert!(browser.open(&elsewhere).page().is_error());

    let back = browser.answer(&path, &scene.person).client();

    assert!(back.address.starts_with(&callback), "{back:?}");
    let path = desk.path_of(&back.address).unwrap();
    let page = desk.open(&path).page();
    assert_eq!(page.answer.status, 200, "{}", page.answer.body);
    assert!(page.address.contains("/dashboard"), "{}", page.address);
    let policy = page
        .answer
        .header("content-security-policy")
        .unwrap_or_default();
    let forms = policy
        .split(';')
        .find(|one| one.trim().starts_with("form-action"));
    assert_eq!(
        forms.map(str::trim),
        Some("form-action 'self' https://login.example")
    );
}
