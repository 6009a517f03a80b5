//! Who gets bound tokens by which grant, and what becomes of them when they are traded.

use serde_json::{Value, json};

use super::key::Key;
use super::{Scene, Story, assert_bound, assert_refused};
use crate::http::{Request, text};
use crate::jwt;
use crate::realm::Client;

pub(super) const STORIES: &[Story] = &[
    (
        "DPOP-10 a client that wants bound tokens gets no others, by any grant",
        demanded,
    ),
    (
        "DPOP-08 a bound token says so, and so does introspection",
        told,
    ),
    (
        "D10 a refresh token of a public client goes to its key alone",
        refreshed,
    ),
    (
        "REFRESH-11 a client that proves itself may change its key",
        confidential,
    ),
    (
        "a refresh token that was bound to no key can become so",
        upgraded,
    ),
    (
        "D19 a bound token is exchanged with its key alone, and stays bound",
        exchanged,
    ),
    ("DPOP-11 a bound token ends as soon as any", short),
    (
        "DEVICE-07 a device proves its key when it asks for its tokens",
        device,
    ),
    ("a bound token is revoked like any", revoked),
    (
        "a proof makes no opaque or light token worth more than it is",
        kinds,
    ),
];

const PROOF: &[&str] = &["invalid_dpop_proof"];

fn demanded(scene: &Scene) {
    for client in [&scene.strict, &scene.strict_app] {
        let key = Key::new();
        assert_refused(&scene.by_password(client, &[]), 400, PROOF);
        assert_bound(&scene.bound(client, &key), &key);

        let code = scene.code(&scene.asks(client, None));
        assert_refused(&scene.redeem(client, &code, &[]), 400, PROOF);
        // Nothing was looked at but the proof that is missing, so that the code is still good.
        let tokens = scene.redeem(client, &code, &[&scene.proof(&key)]).json();
        assert_bound(&tokens, &key);

        let token = text(&tokens, "refresh_token");
        assert_refused(&scene.refresh(client, token, &[]), 400, PROOF);
        let newer = scene.refresh(client, token, &[&scene.proof(&key)]);
        assert_bound(&newer.json(), &key);
    }
    assert_refused(&scene.by_itself(&scene.strict, &[]), 400, PROOF);
    let ticket = vec![
        (
            "grant_type",
            "urn:ietf:params:oauth:grant-type:uma-ticket".to_owned(),
        ),
        ("audience", scene.web.id.clone()),
    ];
    assert_refused(
        &scene.post(&scene.strict, "token", (ticket, &[])),
        400,
        PROOF,
    );
    let plain = text(&scene.plain(), "access_token").to_owned();
    assert_refused(&exchange(scene, &scene.strict, &plain, &[]), 400, PROOF);
}

fn told(scene: &Scene) {
    let key = Key::new();
    let tokens = scene.bound(&scene.web, &key);
    let fields = vec![("token", text(&tokens, "access_token").to_owned())];

    let found = scene
        .post(&scene.web, "token/introspect", (fields, &[]))
        .json();

    assert_bound(&tokens, &key);
    assert_eq!(found["active"], true, "{found}");
    assert_eq!(found["cnf"], json!({"jkt": key.thumbprint()}), "{found}");
    assert_eq!(found["token_type"], "DPoP", "{found}");
    // Who brings no proof gets what there always was.
    let plain = scene.plain();
    assert_eq!(plain["token_type"], "Bearer");
    let claims = jwt::claims(text(&plain, "access_token"));
    assert_eq!(
        (&claims["typ"], &claims["cnf"]),
        (&json!("Bearer"), &Value::Null)
    );
    let discovery = format!(
        "/realms/{}/.well-known/openid-configuration",
        scene.realm.name
    );
    let discovery = scene.server().send(&Request::get(&discovery)).json();
    let algs = discovery["dpop_signing_alg_values_supported"]
        .as_array()
        .unwrap();
    assert!(algs.contains(&json!("ES256")), "{algs:?}");
    assert!(
        algs.iter()
            .all(|alg| !alg.as_str().unwrap().starts_with("HS")),
        "{algs:?}"
    );
}

fn refreshed(scene: &Scene) {
    let (key, other) = (Key::new(), Key::new());
    let tokens = scene.bound(&scene.app, &key);
    let token = text(&tokens, "refresh_token");
    assert_eq!(jwt::claims(token)["cnf"]["jkt"], json!(key.thumbprint()));

    let without = scene.refresh(&scene.app, token, &[]);
    let foreign = scene.refresh(&scene.app, token, &[&scene.proof(&other)]);
    let own = scene.refresh(&scene.app, token, &[&scene.proof(&key)]);

    assert_refused(&without, 400, PROOF);
    assert_refused(&foreign, 400, &["invalid_grant"]);
    // Neither has spent it, or a thief without the key could end what the honest client has.
    assert_eq!(own.status, 200, "{}", own.body);
    let newer = own.json();
    assert_bound(&newer, &key);
    let claims = jwt::claims(text(&newer, "refresh_token"));
    assert_eq!(claims["cnf"]["jkt"], json!(key.thumbprint()));
}

fn confidential(scene: &Scene) {
    let (key, other) = (Key::new(), Key::new());
    let tokens = scene.bound(&scene.strict, &key);
    let token = text(&tokens, "refresh_token");

    let newer = scene.refresh(&scene.strict, token, &[&scene.proof(&other)]);

    assert_eq!(jwt::claims(token)["cnf"], Value::Null);
    assert_bound(&newer.json(), &other);
}

fn upgraded(scene: &Scene) {
    let key = Key::new();
    let plain = scene.by_password(&scene.app, &[]).json();

    let newer = scene
        .refresh(
            &scene.app,
            text(&plain, "refresh_token"),
            &[&scene.proof(&key)],
        )
        .json();

    assert_bound(&newer, &key);
    let back = scene.refresh(&scene.app, text(&newer, "refresh_token"), &[]);
    assert_refused(&back, 400, PROOF);
}

fn exchange(scene: &Scene, client: &Client, token: &str, proofs: &[&str]) -> crate::http::Answer {
    let grant = "urn:ietf:params:oauth:grant-type:token-exchange";
    let kind = "urn:ietf:params:oauth:token-type:access_token";
    let fields = vec![
        ("grant_type", grant.to_owned()),
        ("subject_token", token.to_owned()),
        ("subject_token_type", kind.to_owned()),
    ];
    scene.post(client, "token", (fields, proofs))
}

fn exchanged(scene: &Scene) {
    let (key, other) = (Key::new(), Key::new());
    let tokens = scene.bound(&scene.web, &key);
    let own = text(&tokens, "access_token");

    let without = exchange(scene, &scene.web, own, &[]);
    let foreign = exchange(scene, &scene.web, own, &[&scene.proof(&other)]);
    let right = exchange(scene, &scene.web, own, &[&scene.proof(&key)]);

    assert_refused(&without, 400, PROOF);
    assert_refused(&foreign, 400, &["invalid_grant"]);
    assert_eq!(right.status, 200, "{}", right.body);
    assert_bound(&right.json(), &key);
    // The audience of another client's token may not trade it: it has not the key.
    let theirs = scene.bound(&scene.strict, &key);
    let theirs = text(&theirs, "access_token");
    let refused = exchange(scene, &scene.web, theirs, &[&scene.proof(&other)]);
    assert_refused(&refused, 400, &["invalid_request"]);
}

fn short(scene: &Scene) {
    let tokens = scene.bound(&scene.app, &Key::new());
    let claims = jwt::claims(text(&tokens, "access_token"));

    assert_eq!(tokens["expires_in"], 120);
    let lives = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(lives, 120);
}

fn device(scene: &Scene) {
    let key = Key::new();
    for (client, wanted) in [
        (&scene.strict, "invalid_dpop_proof"),
        (&scene.web, "authorization_pending"),
    ] {
        let asked = scene.post(
            client,
            "auth/device",
            (vec![("scope", "openid".to_owned())], &[]),
        );
        let code = text(&asked.json(), "device_code").to_owned();
        let fields = || {
            vec![
                (
                    "grant_type",
                    "urn:ietf:params:oauth:grant-type:device_code".to_owned(),
                ),
                ("device_code", code.clone()),
            ]
        };

        let without = scene.post(client, "token", (fields(), &[]));

        assert_refused(&without, 400, &[wanted]);
        let proof = scene.proof(&key);
        let with = scene.post(client, "token", (fields(), &[&proof]));
        assert_refused(&with, 400, &["authorization_pending", "slow_down"]);
    }
}

fn revoked(scene: &Scene) {
    let key = Key::new();
    let tokens = scene.bound(&scene.web, &key);
    let token = text(&tokens, "access_token").to_owned();
    let fields = || vec![("token", token.clone())];

    let done = scene.post(&scene.web, "revoke", (fields(), &[]));

    assert_eq!((done.status, done.body.as_str()), (200, ""));
    let found = scene.post(&scene.web, "token/introspect", (fields(), &[]));
    assert_eq!(found.json(), json!({"active": false}));
}

fn kinds(scene: &Scene) {
    for (name, attribute) in [
        ("opaque", "cloakroom.access.token.opaque"),
        ("light", "client.use.lightweight.access.token.enabled"),
    ] {
        let settings = json!({
            "directAccessGrantsEnabled": true, "serviceAccountsEnabled": true,
            "attributes": {attribute: "true"},
        });
        let client = scene.realm.create_client(name, settings);
        let key = Key::new();
        let tokens = scene.bound(&client, &key);
        let token = text(&tokens, "access_token");
        let path = scene.realm.path("userinfo");
        let asked = ("GET", path.as_str());

        let bare = scene
            .server()
            .send(&scene.resource(asked, ("Bearer", token)));
        let proof = key.proof(&scene.at(asked, token));
        let proved = scene.resource(asked, ("DPoP", token)).with("DPoP", &proof);
        let proved = scene.server().send(&proved);

        assert_eq!(tokens["token_type"], "DPoP", "{tokens}");
        assert_eq!(
            (bare.status, proved.status),
            (401, 200),
            "{name} {}",
            proved.body
        );
    }
}
