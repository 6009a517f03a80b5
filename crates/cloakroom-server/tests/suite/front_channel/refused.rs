//! What asks for tokens in an address and gets none: nobody is asked to sign in for it, and the client is told why where its
//! answer would have gone.

use serde_json::{Value, json};

use super::{ACCESS, Scene, Story, fresh, told, with};
use crate::browser::Place;
use crate::http::{encode, text};
use crate::jwt;

pub(super) const STORIES: &[(&str, Story)] = &[
    ("a-client-without-the-flow-gets-none", without_the_flow),
    (
        "a-realm-without-the-switch-gives-no-access",
        without_the_switch,
    ),
    ("a-request-that-is-no-honest-one-gets-none", not_honest),
    (
        "what-is-switched-off-meanwhile-counts",
        switched_off_meanwhile,
    ),
    ("nobody-is-asked-where-nobody-may-be", nobody_is_asked),
    (
        "a-code-in-a-fragment-needs-its-verifier",
        needs_its_verifier,
    ),
    ("a-policy-forbids-it-all", forbidden),
];

const HYBRID: &str = "code id_token token";

/// The client is told an error where its answer would have gone, and the text of it.
fn refused(scene: &Scene, asked: &[(&'static str, String)], error: &str, why: &str) {
    let (callback, in_fragment) = told(&scene.first_answer(asked));
    assert_eq!(callback.get("error"), error, "{asked:?}: {callback:?}");
    let said = callback.get("error_description");
    assert!(said.contains(why), "{asked:?}: {said}");
    assert!(in_fragment, "{asked:?}");
    assert_eq!(callback.get("iss"), scene.realm.issuer());
    for part in ["code", "id_token", "access_token"] {
        assert_eq!(callback.get(part), "", "{asked:?}");
    }
}

fn without_the_flow(scene: &Scene) {
    // Which flows the client has, what it asks for, and which flow it lacks.
    let rows = [
        ((true, false), "id_token", "Implicit"),
        ((true, false), "token", "Implicit"),
        ((true, false), "id_token token", "Implicit"),
        ((true, false), "code id_token", "Implicit"),
        ((true, false), "code token", "Implicit"),
        ((true, false), HYBRID, "Implicit"),
        ((false, true), "code id_token", "Standard"),
        ((false, true), "code token", "Standard"),
        ((false, true), HYBRID, "Standard"),
    ];
    for ((standard, implicit), response_type, lacks) in rows {
        let flows = json!({"standardFlowEnabled": standard, "implicitFlowEnabled": implicit});
        scene.realm.change(&scene.at, flows);

        let why = format!("{lacks} flow is disabled for the client.");
        refused(
            scene,
            &scene.asks(response_type),
            "unauthorized_client",
            &why,
        );
    }
    let flows = json!({"standardFlowEnabled": false, "implicitFlowEnabled": true});
    scene.realm.change(&scene.at, flows);
    for response_type in ["code", "none"] {
        let (callback, in_fragment) = told(&scene.first_answer(&scene.asks(response_type)));

        assert_eq!(callback.get("error"), "unauthorized_client");
        assert!(!in_fragment);
    }
}

fn without_the_switch(scene: &Scene) {
    let why = "switched off in this realm";
    for value in ["", "false", "TRUE", "1"] {
        scene
            .realm
            .change("", json!({"attributes": {ACCESS: value}}));
        for response_type in ["token", "id_token token", "code token", HYBRID] {
            refused(
                scene,
                &scene.asks(response_type),
                "unauthorized_client",
                why,
            );
        }
    }
    let events = scene
        .realm
        .call("GET", "/events?type=LOGIN_ERROR", &Value::Null)
        .json();
    let told = &events[0];
    assert_eq!(
        (text(told, "error"), text(told, "clientId")),
        ("unauthorized_client", "shop")
    );
    assert!(text(&told["details"], "reason").contains(why), "{told}");

    // ID tokens are no access.
    let callback = scene.answered(&scene.asks("code id_token"));
    let path = format!(
        "/realms/{}/.well-known/openid-configuration",
        scene.realm.name
    );
    let said = scene
        .realm
        .server
        .send(&crate::http::Request::get(&path))
        .json();

    assert_ne!(callback.get("id_token"), "");
    let listed = json!(["code", "none", "id_token", "code id_token"]);
    assert_eq!(said["response_types_supported"], listed);
}

fn not_honest(scene: &Scene) {
    let query = "Response_mode 'query' not allowed for implicit or hybrid flow";
    for response_type in [
        "id_token",
        "token",
        "id_token token",
        "code id_token",
        "code token",
        HYBRID,
    ] {
        let asked = with(scene.asks(response_type), "response_mode", "query");
        refused(scene, &asked, "invalid_request", query);
    }
    for response_type in ["id_token", "id_token token", "code id_token", HYBRID] {
        let mut asked = scene.asks(response_type);
        asked.retain(|(name, _)| *name != "nonce");
        refused(scene, &asked, "invalid_request", "Missing parameter: nonce");
        let asked = with(scene.asks(response_type), "scope", "profile");
        refused(scene, &asked, "invalid_request", "scope openid");
    }
    for response_type in [
        "id_token id_token",
        "none id_token",
        "code  token",
        "id_token foo",
        "token ",
    ] {
        refused(
            scene,
            &scene.asks(response_type),
            "unsupported_response_type",
            "",
        );
    }
    for response_type in ["token", HYBRID] {
        let asked = with(
            scene.asks(response_type),
            "redirect_uri",
            "https://rp.test/callback/../evil",
        );
        let answer = scene.first_answer(&asked);

        assert_eq!(answer.status, 400, "{}", answer.body);
        assert!(answer.location().is_none());
    }
}

fn switched_off_meanwhile(scene: &Scene) {
    let changes = [
        ("", json!({"attributes": {ACCESS: "false"}})),
        (scene.at.as_str(), json!({"implicitFlowEnabled": false})),
    ];
    for (path, change) in changes {
        let target = format!(
            "{}?{}",
            scene.realm.path("auth"),
            encode(&scene.asks("id_token token"))
        );
        let mut browser = scene.browser();
        let form: Place = browser.open(&target);
        scene.realm.change(path, change);

        let callback = browser.go_on(form, &scene.ada).client();

        assert_eq!(callback.get("error"), "unauthorized_client", "{callback:?}");
        assert_eq!(
            (callback.get("id_token"), callback.get("access_token")),
            ("", "")
        );
        scene
            .realm
            .change("", json!({"attributes": {ACCESS: "true"}}));
    }
}

fn nobody_is_asked(scene: &Scene) {
    let silent = |response_type| with(scene.asks(response_type), "prompt", "none");
    refused(scene, &silent("id_token"), "login_required", "");
    refused(scene, &silent(HYBRID), "login_required", "");
    let target = |asked: &[(&'static str, String)]| {
        format!("{}?{}", scene.realm.path("auth"), encode(asked))
    };
    let mut browser = scene.browser();
    browser
        .answer(&target(&scene.asks("none")), &scene.ada)
        .client();

    // Whoever is signed in is not asked again, and the tokens come all the same.
    let callback = browser.open(&target(&silent("id_token"))).client();

    assert_eq!(
        jwt::claims(callback.get("id_token"))["sub"],
        json!(scene.ada.id)
    );
}

fn needs_its_verifier(scene: &Scene) {
    let attributes = json!({"pkce.code.challenge.method": "S256"});
    scene
        .realm
        .change(&scene.at, json!({"attributes": attributes}));

    let missing = "code_challenge_method";
    refused(
        scene,
        &scene.asks("code id_token"),
        "invalid_request",
        missing,
    );
    let verifier = format!("{}{}", fresh(), fresh());
    let asked = with(
        scene.asks("code id_token"),
        "code_challenge",
        &jwt::challenge(&verifier),
    );
    let callback = scene.answered(&with(asked, "code_challenge_method", "S256"));
    let stripped = scene.redeem(callback.get("code"));

    assert_eq!(
        (stripped.status, stripped.error().as_str()),
        (400, "invalid_grant")
    );
    // There is no code that a challenge would protect.
    let alone = scene.answered(&scene.asks("id_token"));
    assert_ne!(alone.get("id_token"), "", "{alone:?}");
}

fn forbidden(scene: &Scene) {
    let profiles = json!({"profiles": [{
        "name": "codes", "executors": [{"executor": "reject-implicit-grant", "configuration": {}}],
    }]});
    let policies = json!({"policies": [{
        "name": "all", "enabled": true, "profiles": ["codes"],
        "conditions": [{"condition": "any-client", "configuration": {}}],
    }]});
    for (path, body) in [("profiles", profiles), ("policies", policies)] {
        let done = scene
            .realm
            .call("PUT", &format!("/client-policies/{path}"), &body);
        assert!(done.status < 300, "{}", done.body);
    }

    for response_type in ["id_token", "code token"] {
        refused(
            scene,
            &scene.asks(response_type),
            "invalid_request",
            "prohibited",
        );
    }
    let callback = scene.answered(&scene.asks("code"));
    assert_ne!(callback.get("code"), "", "{callback:?}");
}
