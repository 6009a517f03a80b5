//! What time, a crash and a change of keys leave of a grant: what has ended stays ended.

use std::time::Duration;

use serde_json::{Value, json};

use super::Story;
use super::elsewhere::Elsewhere;
use super::grant::{assert_refused, public_refresh, public_tokens};
use super::outcome;
use super::scene::{Honest, Scene};
use crate::browser::Browser;
use crate::http::{Answer, text};
use crate::jwt;
use crate::realm::{Client, Realm};
use crate::server::pause;

pub(super) const STORIES: &[Story] = &[
    (
        "D05 a refresh token that was used is refused after a crash as before it",
        after_crash,
    ),
    (
        "D08 a refresh token ends with the longest life of its session, however often it is used",
        longest_life,
    ),
    (
        "G06 a token under a key that was removed counts nowhere",
        removed_key,
    ),
    (
        "L12 a sign-out tells no client that is inside the network",
        told_inside,
    ),
];

fn after_crash(scene: &Scene) {
    let first = public_tokens(scene);
    let second = public_refresh(scene, text(&first, "refresh_token")).json();
    let third = public_refresh(scene, text(&second, "refresh_token")).json();
    let revoked = scene.tokens(true);
    let revocation = scene
        .post("revoke", Some(&scene.web))
        .with("token", text(&revoked, "refresh_token"));
    assert_eq!(scene.play(&revocation).status, 200);
    let code = scene.code(&scene.web);
    let redemption = scene.redemption(&scene.web, &code);
    assert_eq!(scene.play(&redemption).status, 200);

    scene.server().restart();

    let used = public_refresh(scene, text(&first, "refresh_token"));
    let newest = public_refresh(scene, text(&third, "refresh_token"));
    let ended = scene.play(&scene.refresh(text(&revoked, "refresh_token")));
    let again = scene.play(&redemption);
    for answer in [used, newest, ended, again] {
        assert_refused(&answer, &["json 400 invalid_grant"]);
    }
    assert_ne!(scene.code(&scene.web), "", "the others go on");
}

/// An honest request, at another realm.
fn at(realm: &Realm, endpoint: &str, honest: Honest) -> Honest {
    Honest {
        path: realm.path(endpoint),
        ..honest
    }
}

fn longest_life(scene: &Scene) {
    let life = Duration::from_secs(6);
    let settings = json!({"ssoSessionMaxLifespan": 6, "ssoSessionIdleTimeout": 600});
    let realm = Realm::create(&scene.realm.server, "short-lived", settings);
    let person = realm.create_person("ada", Value::Null);
    let client = realm.create_client("web", Value::Null);
    let asked = at(&realm, "auth", scene.authorize(&client));
    let mut browser = Browser::new(&scene.realm.server);
    let callback = browser.answer(&asked.request().target, &person).client();
    let redemption = scene.redemption(&client, callback.get("code"));
    let tokens = scene.play(&at(&realm, "token", redemption)).json();
    let refresh = |token: &str| {
        let honest = scene.post("token", Some(&client));
        let honest = honest.with("grant_type", "refresh_token");
        scene.play(&at(&realm, "token", honest.with("refresh_token", token)))
    };
    let renewed = refresh(text(&tokens, "refresh_token"));
    assert_eq!(renewed.status, 200, "{renewed:?}");

    pause(life + Duration::from_secs(1));

    for tokens in [tokens, renewed.json()] {
        let answer = refresh(text(&tokens, "refresh_token"));
        assert_refused(&answer, &["json 400 invalid_grant"]);
    }
}

fn removed_key(scene: &Scene) {
    let realm = Realm::create(&scene.realm.server, "rekeyed", json!({}));
    let mapper = json!({
        "name": "itself", "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper",
        "config": {"included.client.audience": "robot", "access.token.claim": "true"},
    });
    let settings = json!({"serviceAccountsEnabled": true, "protocolMappers": [mapper]});
    let client: Client = realm.create_client("robot", settings);
    let id = text(&realm.call("GET", "", &Value::Null).json(), "id").to_owned();
    let component = json!({
        "name": "the-next", "providerId": "rsa-generated", "parentId": id,
        "providerType": "org.keycloak.keys.KeyProvider",
        "config": {"priority": ["500"], "enabled": ["true"], "active": ["true"]},
    });
    let made = realm.call("POST", "/components", &component);
    assert_eq!(made.status, 201, "{made:?}");
    let component = made.location().unwrap().rsplit('/').next().unwrap();
    let post = |endpoint: &str| at(&realm, endpoint, scene.post(endpoint, Some(&client)));
    let granted = scene.play(&post("token").with("grant_type", "client_credentials"));
    let token = text(&granted.json(), "access_token").to_owned();
    let inspect = || -> Answer { scene.play(&post("token/introspect").with("token", &token)) };
    let (header, _) = jwt::parts(&token).unwrap();
    assert!(outcome::is("active", &inspect()));

    let path = format!("/components/{component}");
    let removed = realm.call("DELETE", &path, &Value::Null);
    assert_eq!(removed.status, 204, "{removed:?}");

    let keys = scene.play(&at(&realm, "certs", scene.get("certs"))).body;
    assert!(
        !keys.contains(text(&header, "kid")),
        "the token was signed by the key that is gone"
    );
    let answer = inspect();
    assert!(outcome::is("inactive", &answer), "{answer:?}");
    let userinfo = scene.play(&at(&realm, "userinfo", scene.userinfo(&token)));
    assert_refused(&userinfo, &["challenge 401 invalid_token"]);
}

fn told_inside(scene: &Scene) {
    let inside = scene.filled("${canary}");
    let elsewhere = Elsewhere::start(&inside);
    let told = |id: &str, address: String| {
        let attributes = json!({"backchannel.logout.url": address});
        scene
            .realm
            .create_client(id, json!({"attributes": attributes}))
    };
    let away = told("told-away", format!("{inside}/logout"));
    let outside = told("told", format!("{}/redirect", elsewhere.base));
    let mut browser = scene.browser();
    scene.code_in(&mut browser, &scene.authorize(&away));
    let callback = scene.code_in(&mut browser, &scene.authorize(&outside));
    let redemption = scene.redemption(&outside, callback.get("code"));
    let tokens = scene.play(&redemption).json();

    let end = scene
        .post("logout", Some(&outside))
        .with("refresh_token", text(&tokens, "refresh_token"));
    assert_eq!(scene.play(&end).status, 204);

    for _ in 0..100 {
        if elsewhere.asked() > 0 {
            break;
        }
        pause(Duration::from_millis(100));
    }
    assert!(elsewhere.asked() > 0, "a client outside is told");
    pause(Duration::from_secs(1));
    scene.check_canary();
}
