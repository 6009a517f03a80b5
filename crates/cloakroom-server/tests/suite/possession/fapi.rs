//! The modules of the OpenID Foundation's plan for FAPI 2.0 that are about DPoP, each under the module's name: a client pushes its
//! request, and every endpoint gets a proof.

use serde_json::{Value, json};

use super::code::{code_of, push};
use super::key::{Key, Made};
use super::{Scene, Story, assert_bound, assert_refused};
use crate::conformance::party::now;
use crate::http::{Answer, text};

pub(super) const STORIES: &[Story] = &[
    (
        "fapi2-security-profile-final-check-dpop-proof-nbf-exp",
        nbf_exp,
    ),
    (
        "fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-before-succeeds",
        before,
    ),
    (
        "fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-after-succeeds",
        after,
    ),
    (
        "fapi2-security-profile-final-ensure-mismatched-dpop-jkt-fails",
        mismatched_at_push,
    ),
    (
        "fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt",
        mismatched_proof,
    ),
    (
        "fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-jkt",
        mismatched_jkt,
    ),
    (
        "fapi2-security-profile-final-ensure-dpopproof-at-par-endpoint-binding-success",
        bound_at_push,
    ),
    (
        "fapi2-security-profile-final-ensure-dpop-auth-code-binding-success",
        bound_by_name,
    ),
    (
        "fapi2-security-profile-final-ensure-holder-of-key-required",
        required,
    ),
    ("fapi2-security-profile-final-dpop-negative-tests", negative),
];

const PROOF: &str = "invalid_dpop_proof";

/// Goes the whole way with proofs that have these claims more: pushes, signs in, redeems and asks for the user.
fn succeeds(scene: &Scene, claims: impl Fn() -> Value) {
    let key = Key::new();
    let proof = |made: &Made<'_>| key.changed(made, (json!({}), claims()));
    let asked = scene.asks(&scene.strict, None);
    let pushed = push(
        scene,
        &scene.strict,
        (asked, &[&proof(&scene.posted("ext/par/request"))]),
    );
    let code = code_of(scene, &scene.strict, &pushed);
    let tokens = scene
        .redeem(&scene.strict, &code, &[&proof(&scene.posted("token"))])
        .json();
    assert_bound(&tokens, &key);
    let (path, token) = (scene.realm.path("userinfo"), text(&tokens, "access_token"));
    let asked = ("GET", path.as_str());
    let request = scene.resource(asked, ("DPoP", token));
    let answer = scene
        .server()
        .send(&request.with("DPoP", &proof(&scene.at(asked, token))));
    assert_eq!(answer.json()["sub"], json!(scene.ada.id), "{answer:?}");
}

fn nbf_exp(scene: &Scene) {
    succeeds(scene, || json!({"nbf": now(), "exp": now() + 60}));
}

fn before(scene: &Scene) {
    succeeds(scene, || json!({"iat": now() - 10}));
}

fn after(scene: &Scene) {
    succeeds(scene, || json!({"iat": now() + 10}));
}

/// Pushes a request by one key that names another, or none.
fn pushed_by(scene: &Scene, key: Option<&Key>, named: Option<&Key>) -> Answer {
    let named = named.map(Key::thumbprint);
    let asked = scene.asks(&scene.strict, named.as_deref().map(|jkt| ("dpop_jkt", jkt)));
    let proof = key.map(|key| key.proof(&scene.posted("ext/par/request")));
    let proofs: Vec<&str> = proof.iter().map(String::as_str).collect();
    push(scene, &scene.strict, (asked, &proofs))
}

fn mismatched_at_push(scene: &Scene) {
    let answer = pushed_by(scene, Some(&Key::new()), Some(&Key::new()));
    assert_refused(&answer, 400, &[PROOF]);
}

fn mismatched_proof(scene: &Scene) {
    let pushed = pushed_by(scene, Some(&Key::new()), None);
    let code = code_of(scene, &scene.strict, &pushed);
    let answer = scene.redeem(&scene.strict, &code, &[&scene.proof(&Key::new())]);
    assert_refused(&answer, 400, &[PROOF, "invalid_grant"]);
}

fn mismatched_jkt(scene: &Scene) {
    let pushed = pushed_by(scene, None, Some(&Key::new()));
    let code = code_of(scene, &scene.strict, &pushed);
    let answer = scene.redeem(&scene.strict, &code, &[&scene.proof(&Key::new())]);
    assert_refused(&answer, 400, &[PROOF, "invalid_grant"]);
}

fn bound_at_push(scene: &Scene) {
    let key = Key::new();
    let code = code_of(scene, &scene.strict, &pushed_by(scene, Some(&key), None));
    let answer = scene.redeem(&scene.strict, &code, &[&scene.proof(&key)]);
    assert_bound(&answer.json(), &key);
}

fn bound_by_name(scene: &Scene) {
    let key = Key::new();
    let code = code_of(
        scene,
        &scene.strict,
        &pushed_by(scene, Some(&key), Some(&key)),
    );
    let answer = scene.redeem(&scene.strict, &code, &[&scene.proof(&key)]);
    assert_bound(&answer.json(), &key);
}

fn required(scene: &Scene) {
    let code = scene.code(&scene.asks(&scene.strict, None));
    let answer = scene.redeem(&scene.strict, &code, &[]);
    assert_refused(&answer, 400, &[PROOF]);
}

/// What the module tries at the resource, where a token endpoint has answered well.
fn negative(scene: &Scene) {
    let key = Key::new();
    let tokens = scene.bound(&scene.strict, &key);
    let (path, token) = (scene.realm.path("userinfo"), text(&tokens, "access_token"));
    let asked = ("GET", path.as_str());
    let made = scene.at(asked, token);
    let ask = |scheme: &str, proof: &str| {
        let request = scene.resource(asked, (scheme, token));
        scene.server().send(&request.with("DPoP", proof)).status
    };
    assert_eq!(ask("DPoP", &key.proof(&made)), 200);
    let mut private = key.jwk();
    private["d"] = private["x"].clone();
    for (header, claims) in [
        (json!({"typ": "JWT"}), json!({})),
        (json!({"alg": "none"}), json!({})),
        (json!({"jwk": private}), json!({})),
        (json!({"jwk": Key::new().jwk()}), json!({})),
        (json!({}), json!({"jti": null})),
        (json!({}), json!({"htm": "PATCH"})),
        (json!({}), json!({"htu": "https://other.example/resource"})),
        (json!({}), json!({"iat": null})),
        (json!({}), json!({"iat": now() - 3600})),
        (json!({}), json!({"iat": now() + 3600})),
        (json!({}), json!({"ath": null})),
        (
            json!({}),
            json!({"ath": "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"}),
        ),
    ] {
        let shown = format!("{header} {claims}");
        assert_eq!(
            ask("DPoP", &key.changed(&made, (header, claims))),
            401,
            "{shown}"
        );
    }
    assert_eq!(ask("DPoP", &Key::new().proof(&made)), 401);
    assert_eq!(ask("Bearer", &key.proof(&made)), 401);
}
