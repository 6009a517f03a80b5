//! The usual ways in: the first time and again, found on the sign-in page or named by the application.

use serde_json::{Value, json};

use super::Story;
use super::op::query_of;
use super::scene::Scene;
use crate::http::{encode, text};
use crate::jwt;

pub(super) const STORIES: &[Story] = &[
    (
        "somebody-new-gets-an-account-with-what-the-provider-said",
        first,
    ),
    (
        "whoever-comes-again-is-the-same-and-what-changed-is-taken-over",
        again,
    ),
    (
        "the-sign-in-page-lists-providers-that-are-not-hidden",
        listed,
    ),
    (
        "the-request-upstream-has-state-nonce-and-an-s256-challenge",
        asked,
    ),
    (
        "what-the-application-asks-for-is-passed-on-as-far-as-settings-say",
        passed_on,
    ),
    (
        "each-client-authentication-method-reaches-the-provider",
        methods,
    ),
    (
        "a-provider-without-discovery-is-spoken-to-at-its-written-endpoints",
        manual,
    ),
    (
        "an-encrypted-id-token-is-read-with-the-realms-key",
        encrypted,
    ),
    (
        "keys-that-change-in-the-middle-are-fetched-once-more",
        rotation,
    ),
    (
        "prompt-none-is-passed-on-where-the-provider-may-answer-it",
        prompt_none,
    ),
    (
        "a-response-that-is-posted-counts-as-one-in-the-address",
        posted,
    ),
    (
        "what-a-provider-issued-is-kept-and-read-by-those-who-may",
        kept,
    ),
    (
        "what-was-kept-is-renewed-at-the-provider-once-it-is-over",
        renewed,
    ),
    (
        "a-sign-in-asks-a-provider-that-is-known-twice-and-no-more-and-once-more-for-a-new-key",
        trips,
    ),
    ("a-session-that-ends-at-the-provider-ends-here", goodbye),
    (
        "the-session-says-which-provider-its-user-came-from-and-what-mappers-note",
        session_notes,
    ),
];

fn first(scene: &Scene) {
    let op = scene.op_with("first", json!({"trustEmail": true}), json!({}));

    let claims = scene.sign_in(&mut scene.browser(), &op);

    let user = scene.user("first");
    let known = [
        (&claims, "preferred_username", json!("first")),
        (&claims, "email", json!("first@upstream.test")),
        (&user, "firstName", json!("Grace")),
        (&user, "lastName", json!("Hopper")),
        (&user, "emailVerified", json!(true)),
        (&claims, "sub", user["id"].clone()),
    ];
    for (object, name, value) in known {
        assert_eq!(object[name], value, "{name}");
    }
    assert_eq!(
        scene.links(&user),
        json!([{"identityProvider": "first", "userId": "sub-of-first", "userName": "first"}])
    );
    for kind in [
        "IDENTITY_PROVIDER_FIRST_LOGIN",
        "REGISTER",
        "IDENTITY_PROVIDER_LOGIN",
    ] {
        let events = scene.events(kind, "first");
        assert_eq!(events.len(), 1, "{kind}");
        assert_eq!(
            text(&events[0]["details"], "identity_provider_identity"),
            "first"
        );
    }
}

fn again(scene: &Scene) {
    let op = scene.op("again");
    let before = scene.sign_in(&mut scene.browser(), &op);
    op.change(|says| {
        says.userinfo["family_name"] = json!("Murray");
    });

    let after = scene.sign_in(&mut scene.browser(), &op);

    assert_eq!(before["sub"], after["sub"]);
    assert_eq!(scene.user("again")["lastName"], json!("Murray"));
    assert_eq!(
        op.asked("/.well-known/openid-configuration"),
        1,
        "what is known is not asked for again"
    );
    assert_eq!(op.asked("/jwks"), 1);
}

fn listed(scene: &Scene) {
    scene.op("shown");
    scene.op_with("hidden", json!({"hideOnLogin": true}), json!({}));
    scene.op_with("switched-off", json!({"enabled": false}), json!({}));
    scene.op_with("for-linking", json!({"linkOnly": true}), json!({}));
    let mut browser = scene.browser();

    let page = browser.open(&scene.request(&[])).page();

    let has = |alias: &str| page.answer.body.contains(&format!("id=\"social-{alias}\""));
    assert!(has("shown"), "{}", page.answer.body);
    assert!(!has("hidden") && !has("switched-off") && !has("for-linking"));
    // The link of the page leads there.
    let (_, rest) = page
        .answer
        .body
        .split_once("id=\"social-shown\" href=\"")
        .unwrap();
    let link = rest
        .split('"')
        .next()
        .unwrap()
        .replace("&#38;", "&")
        .replace("&amp;", "&");
    let path = link
        .strip_prefix(&scene.server.base)
        .unwrap_or(&link)
        .to_owned();
    let left = browser.open(&path).client();
    assert!(
        left.address
            .starts_with(&format!("{}/shown/authorize?", scene.stand_in.base))
    );
}

fn asked(scene: &Scene) {
    let op = scene.op("asked");
    let mut browser = scene.browser();
    let left = scene.leave(&mut browser, "asked");
    op.arrive(&query_of(&left.address));
    browser.open(&scene.way_back(&left, &[])).client();

    let traded = op.token_requests();
    let expected = [
        ("client_id", "cloakroom-at-upstream"),
        ("response_type", "code"),
        ("code_challenge_method", "S256"),
        ("scope", "openid profile email"),
    ];
    for (name, value) in expected {
        assert_eq!(left.get(name), value, "{name}");
    }
    let back = format!(
        "{}/realms/federation/broker/asked/endpoint",
        scene.server.base
    );
    assert_eq!(left.get("redirect_uri"), back);
    assert!(left.get("state").len() >= 43 && left.get("nonce").len() >= 43);
    assert_ne!(left.get("state"), left.get("nonce"));
    let [traded] = traded.as_slice() else {
        panic!("{traded:?}")
    };
    assert_eq!(traded.field("redirect_uri"), back);
    assert_eq!(traded.field("code"), "the-code-of-upstream");
    assert_eq!(
        jwt::challenge(traded.field("code_verifier")),
        left.get("code_challenge")
    );
}

fn passed_on(scene: &Scene) {
    let config = json!({"loginHint": "true", "uiLocales": "true", "passMaxAge": "true",
        "forwardParameters": "acr_values, color", "prompt": "consent"});
    scene.op_with("passes", json!({}), config);
    scene.op("silent");
    let wish = |alias| {
        let parameters = [
            ("kc_idp_hint", alias),
            ("login_hint", "grace"),
            ("ui_locales", "de"),
            ("max_age", "60"),
            ("acr_values", "gold"),
            ("color", "blue"),
            ("size", "large"),
        ];
        scene.browser().open(&scene.request(&parameters)).client()
    };

    let (passes, silent) = (wish("passes"), wish("silent"));

    let rows = [
        ("login_hint", "grace", ""),
        ("ui_locales", "de", ""),
        ("max_age", "60", ""),
        ("acr_values", "gold", "gold"),
        ("color", "blue", ""),
        ("size", "", ""),
        ("prompt", "consent", ""),
    ];
    for (name, told, kept) in rows {
        assert_eq!((passes.get(name), silent.get(name)), (told, kept), "{name}");
    }
}

fn methods(scene: &Scene) {
    for method in [
        "client_secret_post",
        "client_secret_basic",
        "client_secret_basic_unencoded",
        "client_secret_jwt",
        "private_key_jwt",
        // What an export may hold that nobody has chosen: the secret is in the form.
        "",
        "client_secret_odd",
    ] {
        let name = format!("by-{}", method.replace('_', "-"));
        let config = json!({"clientAuthMethod": method});
        let op = scene.op_with(&name, json!({}), config);

        scene.sign_in(&mut scene.browser(), &op);

        let traded = op.token_requests().pop().unwrap();
        let header = traded.header("authorization");
        let assertion = traded.field("client_assertion");
        let basic = "Basic Y2xvYWtyb29tLWF0LXVwc3RyZWFtOnRoZS1zZWNyZXQtdGhhdC11cHN0cmVhbS1tYWRlLWZvci1jbG9ha3Jvb20=";
        match method {
            "client_secret_post" | "" | "client_secret_odd" => {
                assert_eq!(traded.field("client_secret"), super::op::SECRET, "{method}");
                assert_eq!((header, assertion), ("", ""), "{method}");
            }
            "client_secret_basic" => assert!(header.starts_with("Basic "), "{header}"),
            "client_secret_basic_unencoded" => assert_eq!(header, basic),
            _ => {
                let (head, claims) = jwt::parts(assertion).expect("an assertion");
                let alg = if method == "private_key_jwt" {
                    "RS256"
                } else {
                    "HS256"
                };
                assert_eq!(head["alg"], json!(alg));
                assert_eq!(
                    (&claims["iss"], &claims["sub"]),
                    (
                        &json!("cloakroom-at-upstream"),
                        &json!("cloakroom-at-upstream")
                    )
                );
                assert_eq!(claims["aud"], json!(format!("{}/token", op.issuer)));
                assert!(claims["exp"].as_i64().unwrap() <= super::op::now() + 120);
                if method == "private_key_jwt" {
                    let keys = scene
                        .server
                        .send(&crate::http::Request::get(&scene.realm.path("certs")));
                    let keys = serde_json::from_value(keys.json()).unwrap();
                    jwt::verify(assertion, &keys);
                }
            }
        }
        let shows_secret = ["client_secret_post", "", "client_secret_odd"].contains(&method);
        assert_eq!(
            !traded.field("client_secret").is_empty(),
            shows_secret,
            "{method}"
        );
    }
}

fn manual(scene: &Scene) {
    let base = format!("{}/manual", scene.stand_in.base);
    let config = json!({
        "authorizationUrl": format!("{base}/authorize"), "tokenUrl": format!("{base}/token"),
        "userInfoUrl": format!("{base}/userinfo"), "jwksUrl": format!("{base}/jwks"),
        "useJwksUrl": "true", "validateSignature": "true",
    });
    let op = scene.op_with("manual", json!({}), config);

    scene.sign_in(&mut scene.browser(), &op);

    assert_eq!(op.asked("/.well-known/openid-configuration"), 0);
    assert_eq!(scene.users("manual").len(), 1);
}

fn encrypted(scene: &Scene) {
    use cloakroom_jose::jwe::KeyAlg;
    let agreement = json!({
        "name": "agreement", "providerId": "ecdh-generated",
        "providerType": "org.keycloak.keys.KeyProvider",
        "config": {"ecdhEllipticCurveKey": ["P-384"], "ecdhAlgorithm": ["ECDH-ES+A256KW"]},
    });
    let made = scene.realm.call("POST", "/components", &agreement);
    assert_eq!(made.status, 201, "{}", made.body);

    for (alias, kind, alg) in [
        ("encrypted", "RSA", KeyAlg::RsaOaep),
        ("agreed", "EC", KeyAlg::EcdhEsA256Kw),
    ] {
        encrypted_with(scene, alias, kind, alg);
    }
}

fn encrypted_with(scene: &Scene, alias: &str, kind: &str, alg: cloakroom_jose::jwe::KeyAlg) {
    use cloakroom_jose::jwe::{Enc, Encryption};
    use cloakroom_jose::{Jwk, SystemRandom};
    let op = scene.op(alias);
    let keys = scene
        .server
        .send(&crate::http::Request::get(&scene.realm.path("certs")))
        .json();
    let key = keys["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["use"] == "enc" && key["kty"] == kind)
        .unwrap();
    assert_eq!(key["alg"], alg.name());
    let key = Jwk::parse(key.to_string().as_bytes()).unwrap();
    let mut browser = scene.browser();
    let left = scene.leave(&mut browser, alias);
    op.arrive(&query_of(&left.address));
    op.change(|says| {
        let signed = says
            .key
            .sign("JWT", says.claims.to_string().as_bytes())
            .unwrap();
        let key = key.encryption_key(alg).unwrap();
        let how = Encryption::new(Enc::A256Gcm);
        let made = cloakroom_jose::jwt::nested::encrypt(&signed, &how, &key, &mut SystemRandom);
        says.id_token = Some(made.unwrap());
    });

    browser.open(&scene.way_back(&left, &[])).client();

    assert_eq!(scene.users(alias).len(), 1);
}

fn rotation(scene: &Scene) {
    let op = scene.op("rotation");
    let before = scene.sign_in(&mut scene.browser(), &op);
    let new = super::op::key("upstream-2");
    op.change(|says| {
        says.jwks = super::op::jwks(&[&new]);
        says.key = new;
    });

    let after = scene.sign_in(&mut scene.browser(), &op);

    assert_eq!(before["sub"], after["sub"]);
    assert_eq!(op.asked("/jwks"), 2);
}

fn prompt_none(scene: &Scene) {
    let config = json!({"acceptsPromptNoneForwardFromClient": "true"});
    scene.op_with("may-answer", json!({}), config);
    scene.op("may-not-answer");
    let ask = |alias| {
        let mut browser = scene.browser();
        let at = scene.request(&[("kc_idp_hint", alias), ("prompt", "none")]);
        (browser.open(&at).client(), browser)
    };

    let (told, mut browser) = ask("may-answer");
    let (refused, _) = ask("may-not-answer");

    assert_eq!(told.get("prompt"), "none");
    assert_eq!(refused.get("error"), "login_required");
    let back = scene.way_back(&told, &[("code", ""), ("error", "login_required")]);
    assert_eq!(browser.open(&back).client().get("error"), "login_required");
}

fn posted(scene: &Scene) {
    let op = scene.op("posted");
    // A mapper believes the ID token first, in which this provider says no name.
    let mapper = json!({
        "name": "first name", "identityProviderAlias": "posted",
        "identityProviderMapper": "oidc-user-attribute-idp-mapper",
        "config": {"syncMode": "FORCE", "claim": "given_name", "user.attribute": "firstName"},
    });
    let mappers = "/identity-provider/instances/posted/mappers";
    scene.done("POST", mappers, &mapper);
    let mut browser = scene.browser();
    let left = scene.leave(&mut browser, "posted");
    op.arrive(&query_of(&left.address));
    let back = scene.way_back(&left, &[]);
    let (path, query) = back.split_once('?').unwrap();
    let mut fields = crate::http::decode(query);
    // Apple has a name in the form; of any other provider it is the browser's own invention.
    let invented = r#"{"name":{"firstName":"Mallory","lastName":"Invented"}}"#;
    fields.push(("user".to_owned(), invented.to_owned()));

    // The browser keeps its cookies from a post of another site.
    let first = scene
        .server
        .send(&crate::http::Request::form(path, &fields));
    let to = first
        .location()
        .unwrap()
        .strip_prefix(&scene.server.base)
        .unwrap()
        .to_owned();
    browser.open(&to).client();

    let users = scene.users("posted");
    assert_eq!(users.len(), 1, "{}", encode(&fields));
    assert!(!json!(users).to_string().contains("Mallory"), "{users:?}");
}

fn session_notes(scene: &Scene) {
    let mapper = |note: &str| {
        json!({"name": note, "protocol": "openid-connect", "protocolMapper": "oidc-usersessionmodel-note-mapper",
            "config": {"user.session.note": note, "claim.name": note, "id.token.claim": "true", "jsonType.label": "String"}})
    };
    let clients = scene.done("GET", "/clients?clientId=shop", &Value::Null);
    let id = text(&clients[0], "id").to_owned();
    let notes = [
        "identity_provider",
        "identity_provider_identity",
        "floor",
        "team",
    ];
    for note in notes {
        scene.done(
            "POST",
            &format!("/clients/{id}/protocol-mappers/models"),
            &mapper(note),
        );
    }
    let op = scene.op("noted");
    op.change(|says| says.userinfo["team"] = json!("ops"));
    let wanted = r#"[{"key":"team","value":"o.s"}]"#;
    for (kind, config) in [
        (
            "hardcoded-user-session-attribute-idp-mapper",
            json!({"attribute": "floor", "attribute.value": "2"}),
        ),
        (
            "oidc-user-session-note-idp-mapper",
            json!({"claims": wanted, "are.claim.values.regex": "true"}),
        ),
    ] {
        let mapper = json!({
            "name": kind, "identityProviderAlias": "noted", "identityProviderMapper": kind, "config": config,
        });
        let path = "/identity-provider/instances/noted/mappers";
        scene.done("POST", path, &mapper);
    }

    let claims = scene.sign_in(&mut scene.browser(), &op);

    for (note, value) in notes.into_iter().zip(["noted", "noted", "2", "ops"]) {
        assert_eq!(claims[note], value, "{note}");
    }
}

fn kept(scene: &Scene) {
    let members = json!({"storeToken": true, "addReadTokenRoleOnCreate": true});
    let op = scene.op_with("kept", members, json!({}));
    let other = scene.op_with("kept-unread", json!({"storeToken": true}), json!({}));
    let read = |op: &super::op::Op, path: &str| {
        let callback = scene.visit(&mut scene.browser(), op).client();
        let tokens = scene.tokens(&callback);
        let access = text(&tokens, "access_token").to_owned();
        let path = format!("/realms/federation/broker/{path}/token");
        let request =
            crate::http::Request::get(&path).with("Authorization", &format!("Bearer {access}"));
        scene.server.send(&request)
    };

    let found = read(&op, "kept");
    let forbidden = read(&other, "kept-unread");
    let nothing = read(&op, "no-such");
    let nobody = scene.server.send(&crate::http::Request::get(
        "/realms/federation/broker/kept/token",
    ));

    assert_eq!(
        text(&found.json(), "access_token"),
        "an-access-token-of-upstream-that-nobody-logs"
    );
    let statuses = (
        found.status,
        forbidden.status,
        nothing.status,
        nobody.status,
    );
    assert_eq!(statuses, (200, 403, 404, 401));
    // Nobody else shows it.
    let user = scene.user("kept");
    assert!(!scene.links(&user).to_string().contains("nobody-logs"));
    assert!(!user.to_string().contains("nobody-logs"));
    // Where it is stored, it is sealed: what is not, such as who somebody is there, is found.
    let stored = scene.server.stored();
    let holds = |text: &str| {
        let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        let has = |text: &str| {
            let mut windows = stored.windows(text.len());
            windows.any(|part| part == text.as_bytes())
        };
        has(text) || has(&hex)
    };
    assert!(holds("sub-of-kept-unread"));
    assert!(!holds("an-access-token-of-upstream-that-nobody-logs"));
    assert!(!holds(super::op::SECRET));
}

fn renewed(scene: &Scene) {
    let members = json!({"storeToken": true, "addReadTokenRoleOnCreate": true});
    // A way to prove the client that nobody knows is none that was chosen.
    let odd = json!({"clientAuthMethod": "client_secret_odd"});
    let op = scene.op_with("renewed", members, odd);
    op.change(|says| {
        says.tokens = json!({"expires_in": 0, "refresh_token": "a-refresh-token-of-upstream"});
    });
    let callback = scene.visit(&mut scene.browser(), &op).client();
    let access = text(&scene.tokens(&callback), "access_token").to_owned();
    let read = || {
        let request = crate::http::Request::get("/realms/federation/broker/renewed/token");
        let request = request.with("Authorization", &format!("Bearer {access}"));
        scene.server.send(&request)
    };
    op.change(|says| {
        says.tokens = json!({"expires_in": 300, "access_token": "a-newer-token-of-upstream"});
    });

    let found = read();

    assert_eq!(
        text(&found.json(), "access_token"),
        "a-newer-token-of-upstream"
    );
    assert_eq!(
        text(&found.json(), "refresh_token"),
        "a-refresh-token-of-upstream"
    );
    let asked = op.token_requests();
    let last = asked.last().unwrap();
    assert_eq!(last.field("grant_type"), "refresh_token");
    assert_eq!(last.field("client_secret"), super::op::SECRET);
    assert_eq!(last.field("refresh_token"), "a-refresh-token-of-upstream");
    // What is good still is not asked for again.
    assert_eq!(read().status, 200);
    assert_eq!(op.token_requests().len(), asked.len());
    // A provider that gives no more ends it, with a reason.
    op.change(|says| says.tokens = json!({"expires_in": 0, "refresh_token": "spent"}));
    scene.visit(&mut scene.browser(), &op).client();
    let refusal = super::stand_in::Given::json(&json!({"error": "invalid_grant"})).status(400);
    op.change(|says| says.token = Some(refusal));
    let refused = read();
    assert_eq!(
        (refused.status, refused.error()),
        (400, "invalid_grant".to_owned())
    );
}

fn trips(scene: &Scene) {
    let op = scene.op("trips");
    // What the next sign-in of the same person asks there, path by path.
    let asked = |more: &[&str]| {
        let below = format!("{}/", op.path);
        let before = scene.stand_in.asked_below(&below);
        scene.sign_in(&mut scene.browser(), &op);
        let mut paths = scene.stand_in.targets_below(&below).split_off(before);
        paths.sort();
        let mut wanted = [&["/token", "/userinfo"], more].concat();
        wanted.sort();
        let wanted: Vec<String> = wanted.iter().map(|at| format!("{}{at}", op.path)).collect();
        assert_eq!(paths, wanted);
    };
    asked(&["/.well-known/openid-configuration", "/jwks"]);

    for _ in 0..2 {
        asked(&[]);
    }
    let new = super::op::key("upstream-2");
    op.change(|says| {
        says.jwks = super::op::jwks(&[&new]);
        says.key = new;
    });
    // A key that nobody has seen is looked for once.
    asked(&["/jwks"]);
    asked(&[]);
}

fn goodbye(scene: &Scene) {
    let op = scene.op("goodbye");
    let mut browser = scene.browser();
    scene.sign_in(&mut browser, &op);
    let path = format!("/users/{}/sessions", text(&scene.user("goodbye"), "id"));
    let sessions = || {
        scene
            .done("GET", &path, &Value::Null)
            .as_array()
            .unwrap()
            .len()
    };
    let event = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    let honest = json!({
        "iss": op.issuer, "aud": super::op::CLIENT, "iat": super::op::now(), "exp": super::op::now() + 60,
        "jti": "goodbye-1", "sid": "sid-of-goodbye", "sub": "sub-of-goodbye", "events": event,
    });
    let say = |claims: &Value, typ: &str| {
        let mut token = String::new();
        op.change(|says| token = says.key.sign(typ, claims.to_string().as_bytes()).unwrap());
        let path = "/realms/federation/protocol/openid-connect/logout/backchannel-logout";
        scene
            .server
            .send(&crate::http::Request::form(
                path,
                &[("logout_token", token)],
            ))
            .status
    };
    let with =
        |name: &str, value: Value| crate::realm::merged(honest.clone(), json!({name: value}));
    let lies = [
        with("iss", json!("https://other.test")),
        with("aud", json!("another")),
        with("nonce", json!("n")),
        with("events", json!({})),
        with("iat", json!(super::op::now() - 3600)),
        with("jti", Value::Null),
    ];
    for lie in lies {
        assert_eq!(say(&lie, "logout+jwt"), 400, "{lie}");
    }
    assert_eq!(
        say(&with("sid", json!("another")), "logout+jwt"),
        200,
        "another session"
    );
    assert_eq!(sessions(), 1);

    let said = say(&with("jti", json!("goodbye-2")), "logout+jwt");

    assert_eq!((said, sessions()), (200, 0));
    assert_eq!(
        say(&with("jti", json!("goodbye-2")), "logout+jwt"),
        400,
        "once"
    );
}
