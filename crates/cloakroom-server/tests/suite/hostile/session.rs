//! Tokens and sessions with a history: what was revoked or signed out stays so.

use std::time::Duration;

use serde_json::{Value, json};

use super::Story;
use super::invariant::check_nothing_issued;
use super::outcome;
use super::scene::{Honest, Scene};
use crate::browser::Browser;
use crate::html;
use crate::http::{Request, text};
use crate::jwt;
use crate::realm::{CALLBACK, Realm};
use crate::server::pause;

pub(super) const STORIES: &[Story] = &[
    (
        "A55 claims that nobody may have are never in a token",
        internal_claims,
    ),
    (
        "A56 an ID token of somebody else does not answer for this one",
        hint_of_somebody_else,
    ),
    (
        "G05 a token with a changed claim counts nowhere",
        changed_claims,
    ),
    (
        "G08 a token under a header of its own counts nowhere",
        own_header,
    ),
    (
        "G12 a token is revoked twice with the same answer",
        revoked_twice,
    ),
    (
        "H07 a token of somebody who was deleted counts no more",
        deleted_user,
    ),
    (
        "H15 a token without a session counts no more once everybody is signed out",
        everybody_signed_out,
    ),
    (
        "O28 a client that is disabled is refused everywhere",
        disabled_client,
    ),
    (
        "L01 a picture that signs out leaves the session alone",
        logout_by_picture,
    ),
    (
        "L03 a logout without its code leaves the session alone",
        logout_without_code,
    ),
    (
        "L03 an ID token of a session that is over ends no other one",
        logout_by_old_token,
    ),
    (
        "N06 a form of the account page ends no session of somebody else",
        session_of_somebody_else,
    ),
];

fn internal_claims(scene: &Scene) {
    let wanted = json!({
        "password": null, "secret": null, "credentials": null, "password_hash": {"essential": true},
    });
    let claims = json!({"id_token": wanted, "userinfo": wanted});
    let asked = scene
        .authorize(&scene.web)
        .with("claims", &claims.to_string());
    let callback = scene.code_in(&mut scene.browser(), &asked);

    let tokens = scene
        .play(&scene.redemption(&scene.web, callback.get("code")))
        .json();
    let userinfo = scene.play(&scene.userinfo(text(&tokens, "access_token")));

    assert_eq!(userinfo.status, 200);
    for found in [jwt::claims(text(&tokens, "id_token")), userinfo.json()] {
        for name in wanted.as_object().unwrap().keys() {
            assert!(found.get(name).is_none(), "{name} in {found}");
        }
    }
}

fn hint_of_somebody_else(scene: &Scene) {
    let person = scene
        .realm
        .create_person("emmy", json!({"lastName": "Noether"}));
    let asked = scene.authorize(&scene.web).request().target;
    let callback = scene.browser().answer(&asked, &person).client();
    let tokens = scene
        .play(&scene.redemption(&scene.web, callback.get("code")))
        .json();

    let asked = scene
        .authorize(&scene.web)
        .with("id_token_hint", text(&tokens, "id_token"))
        .with("prompt", "none");
    let request = asked.request().with("Cookie", &scene.cookies());
    let answer = scene.send(&request, &[]);

    // OpenID Connect Core 1.0 §3.1.2.1: the answer is about the user of the hint, or an error.
    assert!(
        outcome::is("redirect login_required", &answer),
        "{answer:?}"
    );
    check_nothing_issued(&answer);
}

fn changed_claims(scene: &Scene) {
    let tokens = scene.tokens(false);
    let access = text(&tokens, "access_token");
    let (header, claims) = jwt::parts(access).unwrap();
    let signature = access.rsplit('.').next().unwrap();
    let changed = crate::realm::merged(
        claims,
        json!({"exp": 4_102_444_800_i64, "sub": scene.person.id}),
    );
    let forged = jwt::assembled(&header, &changed, &[]) + signature;

    let userinfo = scene.play(&scene.userinfo(&forged));
    let asked = scene.honest("introspect").with("token", &forged);

    assert!(
        outcome::is("challenge 401 invalid_token", &userinfo),
        "{userinfo:?}"
    );
    assert!(outcome::is("inactive", &scene.play(&asked)));
}

fn own_header(scene: &Scene) {
    let tokens = scene.tokens(false);
    let (header, claims) = jwt::parts(text(&tokens, "access_token")).unwrap();
    let keys = scene.play(&scene.get("certs")).body;
    for changes in [
        json!({"kid": "../../../../dev/null"}),
        json!({"kid": "' OR '1'='1"}),
        json!({"kid": Value::Null}),
        json!({"jku": scene.filled("${canary}/keys")}),
        json!({"x5u": scene.filled("${canary}/cert")}),
        json!({"alg": "HS256"}),
        json!({"alg": "none"}),
        json!({"alg": "nOnE"}),
    ] {
        let header = crate::realm::merged(header.clone(), changes);
        // The published keys as the secret of an HMAC is the classic mistake.
        let forged = jwt::hs256(&header, &claims, keys.as_bytes());

        let userinfo = scene.play(&scene.userinfo(&forged));
        let asked = scene.honest("introspect").with("token", &forged);

        assert!(
            outcome::is("challenge 401 invalid_token", &userinfo),
            "{header}: {userinfo:?}"
        );
        assert!(outcome::is("inactive", &scene.play(&asked)), "{header}");
    }
}

fn revoked_twice(scene: &Scene) {
    let tokens = scene.tokens(true);
    for name in ["access_token", "refresh_token"] {
        let revocation = scene
            .post("revoke", Some(&scene.web))
            .with("token", text(&tokens, name));

        let (first, second) = (scene.play(&revocation), scene.play(&revocation));

        assert_eq!((first.status, second.status), (200, 200));
        let asked = scene
            .post("token/introspect", Some(&scene.api))
            .with("token", text(&tokens, name));
        assert!(outcome::is("inactive", &scene.play(&asked)), "{name}");
    }
    let refused = scene.play(&scene.refresh(text(&tokens, "refresh_token")));
    assert!(
        outcome::is("json 400 invalid_grant", &refused),
        "{refused:?}"
    );
}

fn deleted_user(scene: &Scene) {
    let person = scene
        .realm
        .create_person("sonya", json!({"lastName": "Kovalevskaya"}));
    let asked = scene.authorize(&scene.web).request().target;
    let callback = scene.browser().answer(&asked, &person).client();
    let tokens = scene
        .play(&scene.redemption(&scene.web, callback.get("code")))
        .json();
    let access = text(&tokens, "access_token");
    assert_eq!(scene.play(&scene.userinfo(access)).status, 200);

    let gone = scene
        .realm
        .call("DELETE", &format!("/users/{}", person.id), &Value::Null);
    assert_eq!(gone.status, 204, "{}", gone.body);

    let userinfo = scene.play(&scene.userinfo(access));
    let asked = scene
        .post("token/introspect", Some(&scene.api))
        .with("token", access);
    assert!(
        outcome::is("challenge 401 invalid_token", &userinfo),
        "{userinfo:?}"
    );
    assert!(outcome::is("inactive", &scene.play(&asked)));
    let refused = scene.play(&scene.refresh(text(&tokens, "refresh_token")));
    assert!(
        outcome::is("json 400 invalid_grant", &refused),
        "{refused:?}"
    );
}

fn everybody_signed_out(scene: &Scene) {
    let realm = Realm::create(&scene.realm.server, "left-by-everybody", json!({}));
    let mapper = json!({
        "name": "itself", "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper",
        "config": {"included.client.audience": "robot", "access.token.claim": "true"},
    });
    let settings = json!({"serviceAccountsEnabled": true, "protocolMappers": [mapper]});
    let client = realm.create_client("robot", settings);
    let at = |endpoint: &str| Honest {
        path: realm.path(endpoint),
        ..scene.post(endpoint, Some(&client))
    };
    let token = || {
        let granted = scene.play(&at("token").with("grant_type", "client_credentials"));
        text(&granted.json(), "access_token").to_owned()
    };
    let inspect = |token: &str| scene.play(&at("token/introspect").with("token", token));
    let before = token();
    assert!(outcome::is("active", &inspect(&before)));

    // A token of the same second as the end of the others is taken for a new one.
    pause(Duration::from_millis(1100));
    let answer = realm.call("POST", "/logout-all", &Value::Null);

    assert_eq!((answer.status, answer.body.as_str()), (200, "{}"));
    let shown = realm.call("GET", "", &Value::Null).json();
    let issued = jwt::claims(&before)["iat"].as_i64().unwrap();
    assert!(shown["notBefore"].as_i64().unwrap() > issued, "{shown}");
    assert!(outcome::is("inactive", &inspect(&before)));
    assert!(outcome::is("active", &inspect(&token())));
}

fn disabled_client(scene: &Scene) {
    let client = scene
        .realm
        .create_client("gone", json!({"serviceAccountsEnabled": true}));
    let code = scene.code(&client);
    let tokens = scene
        .play(&scene.redemption(&client, &scene.code(&client)))
        .json();
    let access = text(&tokens, "access_token");
    assert_eq!(scene.play(&scene.userinfo(access)).status, 200);
    let found = scene
        .realm
        .call("GET", "/clients?clientId=gone", &Value::Null)
        .json();
    let path = format!("/clients/{}", text(&found[0], "id"));

    scene.realm.change(&path, json!({"enabled": false}));

    let by =
        |endpoint, name: &str, value: &str| scene.post(endpoint, Some(&client)).with(name, value);
    let refresh = by("token", "grant_type", "refresh_token")
        .with("refresh_token", text(&tokens, "refresh_token"));
    for refused in [
        scene.redemption(&client, &code),
        refresh,
        by("token", "grant_type", "client_credentials"),
        by("token/introspect", "token", access),
        by("revoke", "token", access),
    ] {
        let answer = scene.play(&refused);
        assert!(
            outcome::is("json 401 invalid_client", &answer),
            "{refused:?}: {answer:?}"
        );
        check_nothing_issued(&answer);
    }
    let page = scene.play(&scene.authorize(&client));
    assert!(outcome::is("page 400", &page), "{page:?}");
    let userinfo = scene.play(&scene.userinfo(access));
    assert!(
        outcome::is("challenge 401 invalid_token", &userinfo),
        "{userinfo:?}"
    );
    let asked = scene
        .post("token/introspect", Some(&scene.api))
        .with("token", access);
    assert!(outcome::is("inactive", &scene.play(&asked)));
}

/// Whether the session of this browser still answers without a question.
fn is_signed_in(scene: &Scene, cookies: &str) -> bool {
    let asked = scene.authorize(&scene.web).with("prompt", "none").request();
    let answer = scene.send(&asked.with("Cookie", cookies), &[]);
    answer
        .location()
        .is_some_and(|to| to.starts_with(CALLBACK) && to.contains("code="))
}

fn logout_by_picture(scene: &Scene) {
    let mut browser = scene.browser();
    scene.code_in(&mut browser, &scene.authorize(&scene.web));

    let request = Request::get(&scene.realm.path("logout"));
    let answer = scene.send(&request.with("Cookie", &browser.cookies()), &[]);

    assert!(outcome::is("confirm", &answer), "{answer:?}");
    assert!(is_signed_in(scene, &browser.cookies()));
}

fn logout_without_code(scene: &Scene) {
    let mut browser = scene.browser();
    scene.code_in(&mut browser, &scene.authorize(&scene.web));
    let path = scene.realm.path("logout/logout-confirm");
    for code in ["", "another"] {
        let fields = [("session_code", code), ("confirmLogout", "Logout")];

        let request = Request::form(&path, &fields).with("Cookie", &browser.cookies());
        let answer = scene.send(&request, &[]);

        assert!([400, 403].contains(&answer.status), "{answer:?}");
        assert!(is_signed_in(scene, &browser.cookies()));
    }
}

fn logout_by_old_token(scene: &Scene) {
    let pairwise = json!([{
        "name": "pairwise", "protocol": "openid-connect", "protocolMapper": "oidc-sha256-pairwise-sub-mapper",
        "config": {"pairwiseSubAlgorithmSalt": "salt"},
    }]);
    let clients = [
        scene.web.clone(),
        scene
            .realm
            .create_client("web-pairwise", json!({"protocolMappers": pairwise})),
    ];
    let ends = |browser: &mut Browser, token: &str| {
        let path = scene.realm.path("logout");
        browser.send(Request::get(&format!("{path}?id_token_hint={token}")))
    };
    for client in clients {
        let mut browser = scene.browser();
        let callback = scene.code_in(&mut browser, &scene.authorize(&client));
        let tokens = scene.play(&scene.redemption(&client, callback.get("code")));
        let token = text(&tokens.json(), "id_token").to_owned();
        // It names this session, and needs no question.
        let answer = ends(&mut browser, &token);
        assert!(!is_signed_in(scene, &browser.cookies()), "{answer:?}");
        scene.code_in(&mut browser, &scene.authorize(&client));

        let answer = ends(&mut browser, &token);

        assert!(outcome::is("confirm", &answer), "{answer:?}");
        assert!(is_signed_in(scene, &browser.cookies()));
    }
}

fn session_of_somebody_else(scene: &Scene) {
    let person = scene
        .realm
        .create_person("hypatia", json!({"lastName": "Theonos"}));
    let asked = scene.authorize(&scene.web).request().target;
    let mut theirs = scene.browser();
    theirs.answer(&asked, &person).client();
    let path = format!("/users/{}/sessions", person.id);
    let found = scene.realm.call("GET", &path, &Value::Null).json();
    let session = text(&found[0], "id").to_owned();
    assert_ne!(session, "", "{found}");
    let mut browser = scene.browser();
    scene.code_in(&mut browser, &scene.authorize(&scene.web));
    let account = format!("/realms/{}/account", scene.realm.name);
    let page = browser.open(&account).page();
    let forms = html::forms(&page.answer.body);
    let mut checkers = forms.iter().filter_map(|form| form.get("state_checker"));
    let checker = checkers.next().unwrap();

    let fields = [("state_checker", checker), ("session", session.as_str())];
    let request = Request::form(&format!("{account}/end-session"), &fields);
    let answer = scene.send(&request.with("Cookie", &browser.cookies()), &[]);

    assert!([302, 303].contains(&answer.status), "{answer:?}");
    assert!(is_signed_in(scene, &theirs.cookies()));
}
