//! Where bound tokens are shown: userinfo, the account API, the admin API and the protection API of the realm.

use serde_json::{Value, json};

use super::key::Key;
use super::{Scene, Story};
use crate::http::{Answer, Request, text};
use crate::realm::Realm;

pub(super) const STORIES: &[Story] = &[
    ("DPOP-06 a token goes with a proof of it, once", shown),
    (
        "E12 a proof that is not for the token proves nothing",
        wrong,
    ),
    ("DPOP-07 a token is shown in the way that it has", schemes),
    (
        "E13 a bound token is no bearer token, also in a form",
        by_form,
    ),
    ("DPOP-12 a refusal says what a proof has to be", challenged),
    ("the account API takes bound tokens", account),
    ("the admin API takes bound tokens", admin),
    ("the protection API takes bound tokens", protection),
    ("pages may send a proof", page),
];

/// A token of the public client and its key.
fn token(scene: &Scene) -> (Key, String) {
    let key = Key::new();
    let tokens = scene.bound(&scene.app, &key);
    (key, text(&tokens, "access_token").to_owned())
}

/// Asks with the token and a proof for exactly that.
fn ask(scene: &Scene, (method, path): (&str, &str), (key, token): (&Key, &str)) -> Answer {
    let proof = key.proof(&scene.at((method, path), token));
    let request = scene.resource((method, path), ("DPoP", token));
    scene.server().send(&request.with("DPoP", &proof))
}

fn is_challenge(answer: &Answer, error: &str) -> bool {
    let told = answer.header("www-authenticate").unwrap_or_default();
    answer.status == 401
        && told.starts_with("DPoP ")
        && told.contains(&format!("error=\"{error}\""))
        && told.contains("algs=\"")
}

fn shown(scene: &Scene) {
    let (key, token) = token(scene);
    let path = scene.realm.path("userinfo");
    for method in ["GET", "POST"] {
        let asked = (method, path.as_str());
        let proof = key.proof(&scene.at(asked, &token));
        let request = scene.resource(asked, ("DPoP", &token)).with("DPoP", &proof);

        let first = scene.server().send(&request);
        let again = scene.server().send(&request);

        assert_eq!(first.status, 200, "{first:?}");
        assert_eq!(first.json()["sub"], json!(scene.ada.id));
        assert!(is_challenge(&again, "invalid_dpop_proof"), "{again:?}");
        // Neither does the answer to it help whoever has no proof.
        let bare = scene
            .server()
            .send(&scene.resource(asked, ("Bearer", &token)));
        assert_eq!(bare.status, 401, "{bare:?}");
    }
}

fn wrong(scene: &Scene) {
    let (key, token) = token(scene);
    let path = scene.realm.path("userinfo");
    let asked = ("GET", path.as_str());
    let made = scene.at(asked, &token);
    let change = |claims: Value| key.changed(&made, (json!({}), claims));
    for proof in [
        change(json!({"ath": null})),
        change(json!({"ath": "x"})),
        change(json!({"ath": scene.ada.id})),
        change(json!({"htm": "POST"})),
        change(json!({"htu": scene.url("token")})),
        key.proof(&scene.at(asked, "another token")),
        Key::new().proof(&made),
        "x".to_owned(),
    ] {
        let request = scene.resource(asked, ("DPoP", &token)).with("DPoP", &proof);
        let answer = scene.server().send(&request);
        assert!(is_challenge(&answer, "invalid_dpop_proof"), "{answer:?}");
    }
    let none = scene
        .server()
        .send(&scene.resource(asked, ("DPoP", &token)));
    assert!(is_challenge(&none, "invalid_dpop_proof"), "{none:?}");
    let request = scene.resource(asked, ("DPoP", &token));
    let two = [key.proof(&made), key.proof(&made)];
    let two = scene
        .server()
        .send(&request.with("DPoP", &two[0]).with("DPoP", &two[1]));
    assert!(is_challenge(&two, "invalid_dpop_proof"), "{two:?}");
}

fn schemes(scene: &Scene) {
    let (key, bound) = token(scene);
    let plain = text(&scene.plain(), "access_token").to_owned();
    let path = scene.realm.path("userinfo");
    let asked = ("GET", path.as_str());

    let downgraded = scene
        .server()
        .send(&scene.resource(asked, ("Bearer", &bound)));
    // A proof beside it changes nothing: the scheme says what is meant.
    let proof = key.proof(&scene.at(asked, &bound));
    let beside = scene
        .resource(asked, ("Bearer", &bound))
        .with("DPoP", &proof);
    let beside = scene.server().send(&beside);
    let unbound = ask(scene, asked, (&key, &plain));
    let usual = scene
        .server()
        .send(&scene.resource(asked, ("Bearer", &plain)));
    let right = scene.server().send(
        &scene
            .resource(asked, ("dpop", &bound))
            .with("dpop", &key.proof(&scene.at(asked, &bound))),
    );

    for answer in [&downgraded, &beside] {
        let told = answer.all("www-authenticate");
        assert_eq!(answer.status, 401, "{answer:?}");
        assert!(
            told[0].starts_with("Bearer ") && told[0].contains("invalid_token"),
            "{told:?}"
        );
        assert!(told[1].starts_with("DPoP algs="), "{told:?}");
    }
    assert!(is_challenge(&unbound, "invalid_token"), "{unbound:?}");
    assert_eq!((usual.status, right.status), (200, 200));
}

fn by_form(scene: &Scene) {
    let (_, token) = token(scene);
    let request = Request::form(&scene.realm.path("userinfo"), &[("access_token", &token)]);

    let answer = scene.server().send(&request);

    assert_eq!(answer.status, 401, "{answer:?}");
}

fn challenged(scene: &Scene) {
    let path = scene.realm.path("userinfo");
    let answer = ask(scene, ("GET", &path), (&Key::new(), "no token at all"));

    assert!(is_challenge(&answer, "invalid_token"), "{answer:?}");
    let told = answer.header("www-authenticate").unwrap_or_default();
    assert!(told.contains("ES256") && !told.contains("HS256"), "{told}");
}

fn account(scene: &Scene) {
    let (key, token) = token(scene);
    let path = format!("/realms/{}/account", scene.realm.name);
    let shown = ask(scene, ("GET", &path), (&key, &token));
    let bare = scene
        .server()
        .send(&scene.resource(("GET", &path), ("Bearer", &token)));

    assert_eq!(shown.json()["username"], "ada", "{shown:?}");
    assert_eq!(bare.status, 401, "{bare:?}");
    // What changes something is done once as well.
    let proof = key.proof(&scene.at(("POST", &path), &token));
    let changed = json!({
        "username": "ada", "email": shown.json()["email"], "firstName": "Ada", "lastName": "Bound",
    });
    let request = scene
        .resource(("POST", &path), ("DPoP", &token))
        .with("Content-Type", "application/json")
        .with_body(changed.to_string().into_bytes())
        .with("DPoP", &proof);
    let first = scene.server().send(&request);
    let again = scene.server().send(&request);
    assert_eq!(first.status, 204, "{first:?}");
    assert!(is_challenge(&again, "invalid_dpop_proof"), "{again:?}");
}

fn admin(scene: &Scene) {
    let realm = Realm::create(scene.server(), "possession-admin", json!({}));
    let root = realm.create_person("root", json!({}));
    let found = realm.call("GET", "/clients?clientId=realm-management", &Value::Null);
    let manager = text(&found.json()[0], "id").to_owned();
    let role = realm.call(
        "GET",
        &format!("/clients/{manager}/roles/realm-admin"),
        &Value::Null,
    );
    let given = format!("/users/{}/role-mappings/clients/{manager}", root.id);
    let answer = realm.call("POST", &given, &json!([role.json()]));
    assert_eq!(answer.status, 204, "{}", answer.body);
    realm.create_client(
        "tool",
        json!({"publicClient": true, "secret": null, "directAccessGrantsEnabled": true}),
    );
    let key = Key::new();
    let url = format!("{}{}", scene.server().base, realm.path("token"));
    let proof = key.proof(&super::Made {
        method: "POST",
        url,
        token: None,
    });
    let fields = [
        ("grant_type", "password"),
        ("client_id", "tool"),
        ("username", &root.username),
        ("password", &root.password),
    ];
    let request = Request::form(&realm.path("token"), &fields).with("DPoP", &proof);
    let tokens = scene.server().send(&request).json();
    let token = text(&tokens, "access_token");
    let path = "/admin/realms/possession-admin/users?max=1";
    // The query is no part of what a proof is for.
    let asked = ("GET", "/admin/realms/possession-admin/users");
    let proof = key.proof(&scene.at(asked, token));
    let request = scene
        .resource(("GET", path), ("DPoP", token))
        .with("DPoP", &proof);

    let first = scene.server().send(&request);
    let again = scene.server().send(&request);
    let bare = scene
        .server()
        .send(&scene.resource(asked, ("Bearer", token)));

    assert_eq!(first.status, 200, "{first:?}");
    assert_eq!(first.json().as_array().map(Vec::len), Some(1));
    assert!(is_challenge(&again, "invalid_dpop_proof"), "{again:?}");
    assert_eq!((bare.status, bare.error().as_str()), (401, "invalid_token"));
}

fn protection(scene: &Scene) {
    let settings = json!({
        "serviceAccountsEnabled": true, "authorizationServicesEnabled": true,
    });
    let album = scene.realm.create_client("album", settings);
    let key = Key::new();
    let tokens = scene.by_itself(&album, &[&scene.proof(&key)]).json();
    let token = text(&tokens, "access_token");
    let path = format!("/realms/{}/authz/protection/resource_set", scene.realm.name);
    let asked = ("GET", path.as_str());
    let proof = key.proof(&scene.at(asked, token));
    let request = scene.resource(asked, ("DPoP", token)).with("DPoP", &proof);

    let first = scene.server().send(&request);
    let again = scene.server().send(&request);
    let bare = scene
        .server()
        .send(&scene.resource(asked, ("Bearer", token)));

    assert_eq!(first.status, 200, "{first:?}");
    assert!(is_challenge(&again, "invalid_dpop_proof"), "{again:?}");
    assert_eq!(bare.status, 401, "{bare:?}");
}

fn page(scene: &Scene) {
    for endpoint in ["token", "userinfo"] {
        let request = Request::new("OPTIONS", &scene.realm.path(endpoint))
            .with("Origin", "https://app.example")
            .with("Access-Control-Request-Method", "POST")
            .with("Access-Control-Request-Headers", "dpop");

        let answer = scene.server().send(&request);

        let allowed = answer.header("access-control-allow-headers");
        let mut allowed = allowed.unwrap_or_default().split(", ");
        assert!(allowed.any(|name| name == "DPoP"), "{endpoint}: {answer:?}");
    }
    // Whoever is refused has to read what a proof has to be.
    let (_, token) = token(scene);
    let path = scene.realm.path("userinfo");
    let request = scene.resource(("GET", &path), ("DPoP", &token));
    let refused = request.with("Origin", "https://app.example");
    let refused = scene.server().send(&refused);
    let exposed = refused.header("access-control-expose-headers");
    assert!(is_challenge(&refused, "invalid_dpop_proof"), "{refused:?}");
    assert!(
        exposed.is_some_and(|names| names.contains("WWW-Authenticate")),
        "{refused:?}"
    );
}
