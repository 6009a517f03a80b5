//! Settings of a provider that say whom it lets in, and where its roles are, as realms of Keycloak bring them.

use std::sync::Arc;

use cloakroom_jose::SigningKey;
use serde_json::{Value, json};

use super::Story;
use super::hostile::{nothing_happened, refused_because};
use super::op::{self, Op};
use super::scene::Scene;
use crate::http::text;

pub(super) const STORIES: &[Story] = &[
    (
        "hostile::whoever-lacks-the-essential-claim-does-not-come-in",
        essential_claim,
    ),
    (
        "a-role-of-a-keycloak-upstream-is-read-from-its-access-token",
        role_of_access_token,
    ),
    (
        "hostile::an-access-token-that-is-not-the-providers-own-signs-nobody-in",
        forged_access_tokens,
    ),
    (
        "hostile::a-word-about-another-address-links-nothing",
        other_address,
    ),
    (
        "flows::a-first-login-flow-with-a-step-that-cannot-be-run-makes-nobody",
        first_flow,
    ),
];

fn essential_claim(scene: &Scene) {
    let config = json!({
        "filteredByClaim": "true", "claimFilterName": "groups", "claimFilterValue": "staff|admins?",
    });
    let op = scene.op_with("essential", json!({}), config);
    let refused = |groups: Value| {
        op.change(|says| says.claims["groups"] = groups);
        let mut browser = scene.browser();
        let place = scene.visit(&mut browser, &op);
        (browser, place)
    };

    let (browser, place) = refused(json!(["guests", "staffing"]));
    nothing_happened(scene, "essential", &browser, place);
    let why = "its ID token has no value of claimFilterName that claimFilterValue fits";
    refused_because(scene, "essential", why);
    // What userinfo says is not signed, and does not count.
    op.change(|says| says.userinfo["groups"] = json!(["staff"]));
    let (browser, place) = refused(Value::Null);
    nothing_happened(scene, "essential", &browser, place);

    op.change(|says| says.claims["groups"] = json!(["guests", "staff"]));
    scene.sign_in(&mut scene.browser(), &op);
    // Whoever was let in once is asked again each time.
    let (browser, place) = refused(json!(["guests"]));
    assert!(place.page().is_error());
    assert!(!browser.cookies().contains("KEYCLOAK_IDENTITY"));
}

/// An access token as a Keycloak issues it: for another audience, and with the roles in it.
fn access_token(op: &Op, key: &SigningKey, change: impl FnOnce(&mut Value)) -> String {
    let mut claims = json!({
        "iss": op.issuer, "aud": "account", "sub": format!("sub-of-{}", op.path.trim_start_matches('/')),
        "exp": op::now() + 300, "realm_access": {"roles": ["lead"]},
    });
    change(&mut claims);
    key.sign("JWT", claims.to_string().as_bytes()).unwrap()
}

fn own_key(op: &Op) -> Arc<SigningKey> {
    let mut own = None;
    op.change(|says| own = Some(Arc::clone(&says.key)));
    own.unwrap()
}

fn issue(op: &Op, token: &str) {
    op.change(|says| says.tokens = json!({"access_token": token}));
}

/// Makes a role that the provider's access token gives, and tells whether somebody has it.
fn lead_of(scene: &Scene, name: &str) -> impl Fn(&Value) -> bool {
    let role = format!("lead-of-{name}");
    scene.done("POST", "/roles", &json!({"name": role}));
    let mapper = json!({
        "name": "lead", "identityProviderAlias": name,
        "identityProviderMapper": "keycloak-oidc-role-to-role-idp-mapper",
        "config": {"syncMode": "FORCE", "external.role": "lead", "role": role},
    });
    let path = format!("/identity-provider/instances/{name}/mappers");
    scene.done("POST", &path, &mapper);
    move |user| {
        let path = format!("/users/{}/role-mappings/realm", text(user, "id"));
        let found = scene.done("GET", &path, &Value::Null).to_string();
        found.contains(&role)
    }
}

fn role_of_access_token(scene: &Scene) {
    for (name, kind, config) in [
        ("roles-keycloak", "keycloak-oidc", json!({})),
        ("roles-jwt", "oidc", json!({"isAccessTokenJWT": "true"})),
    ] {
        let op = scene.op_with(name, json!({"providerId": kind}), config);
        let has = lead_of(scene, name);

        issue(&op, &access_token(&op, &own_key(&op), |_| {}));
        scene.sign_in(&mut scene.browser(), &op);
        assert!(has(&scene.user(name)), "{name}");

        let without = |claims: &mut Value| claims["realm_access"] = json!({"roles": ["other"]});
        issue(&op, &access_token(&op, &own_key(&op), without));
        scene.sign_in(&mut scene.browser(), &op);
        assert!(!has(&scene.user(name)), "{name}");
    }
}

fn forged_access_tokens(scene: &Scene) {
    type Lie = fn(&Op) -> String;
    let rows: [(&str, &str, Lie); 5] = [
        (
            "access-token-of-a-stranger",
            "its token is refused: the signature does not verify",
            |op| access_token(op, &op::key("upstream-1"), |_| {}),
        ),
        (
            "access-token-of-somebody-else",
            "its access token is about somebody else than its ID token",
            |op| access_token(op, &own_key(op), |claims| claims["sub"] = json!("another")),
        ),
        (
            "access-token-of-another-issuer",
            "its access token is of another issuer than the settings name",
            |op| {
                access_token(op, &own_key(op), |claims| {
                    claims["iss"] = json!("https://other.test");
                })
            },
        ),
        (
            "access-token-that-is-over",
            "its access token is over",
            |op| {
                access_token(op, &own_key(op), |claims| {
                    claims["exp"] = json!(op::now() - 3600);
                })
            },
        ),
        (
            "access-token-that-is-none",
            "its token is refused: malformed: a compact JWS has three parts",
            |_| "opaque".to_owned(),
        ),
    ];
    for (name, why, lie) in rows {
        let op = scene.op_with(name, json!({}), json!({"isAccessTokenJWT": "true"}));
        issue(&op, &lie(&op));
        let mut browser = scene.browser();

        let place = scene.visit(&mut browser, &op);

        nothing_happened(scene, name, &browser, place);
        refused_because(scene, name, why);
    }
    unread_access_token(scene);
}

/// Where no setting says that it is a JWT, one that cannot be verified keeps nobody out, and gives nobody a role.
fn unread_access_token(scene: &Scene) {
    let name = "access-token-that-is-not-read";
    let op = scene.op_with(name, json!({"providerId": "keycloak-oidc"}), json!({}));
    let has = lead_of(scene, name);

    issue(&op, &access_token(&op, &op::key("upstream-1"), |_| {}));
    scene.sign_in(&mut scene.browser(), &op);
    assert!(!has(&scene.user(name)));

    issue(&op, &access_token(&op, &own_key(&op), |_| {}));
    scene.sign_in(&mut scene.browser(), &op);
    assert!(has(&scene.user(name)));

    // Who has it by a token that was verified loses it by one that is not.
    issue(&op, &access_token(&op, &op::key("upstream-1"), |_| {}));
    scene.sign_in(&mut scene.browser(), &op);
    assert!(!has(&scene.user(name)));
}

/// The ID token vouches for one address, and userinfo names another one: that of somebody who is here.
fn other_address(scene: &Scene) {
    let scene = scene.in_realm("federation-other-address");
    let victim = json!({
        "username": "victim", "email": "victim@here.test", "emailVerified": true, "enabled": true,
        "firstName": "V", "lastName": "V",
    });
    scene.done("POST", "/users", &victim);
    let flow = json!({"alias": "by address", "providerId": "basic-flow", "topLevel": true, "builtIn": false});
    scene.done("POST", "/authentication/flows", &flow);
    for step in ["idp-create-user-if-unique", "idp-auto-link"] {
        let path = "/authentication/flows/by%20address/executions/execution";
        scene.done("POST", path, &json!({"provider": step}));
    }
    let path = "/authentication/flows/by%20address/executions";
    for mut step in scene
        .done("GET", path, &Value::Null)
        .as_array()
        .unwrap()
        .clone()
    {
        step["requirement"] = json!("ALTERNATIVE");
        scene.done("PUT", path, &step);
    }
    let members = json!({"trustEmail": true, "firstBrokerLoginFlowAlias": "by address"});
    let op = scene.op_with("other-address", members, json!({}));
    op.change(|says| {
        says.claims["email"] = json!("attacker@there.test");
        says.claims["email_verified"] = json!(true);
        says.userinfo["email"] = json!("victim@here.test");
        says.userinfo
            .as_object_mut()
            .unwrap()
            .remove("email_verified");
    });
    let mut browser = scene.browser();

    let place = scene.visit(&mut browser, &op);

    nothing_happened(&scene, "other-address", &browser, place);
    assert_eq!(scene.links(&scene.user("victim")), json!([]));
    // The word beside the address counts, and it is all that was missing.
    op.change(|says| says.userinfo["email_verified"] = json!(true));
    let claims = scene.sign_in(&mut scene.browser(), &op);
    assert_eq!(claims["preferred_username"], "victim");
}

/// Somebody relies on what the flow demands beside making an account.
fn first_flow(scene: &Scene) {
    let scene = scene.in_realm("federation-first-flow");
    for (number, step) in ["deny-access-authenticator", "auth-password-form"]
        .into_iter()
        .enumerate()
    {
        let name = format!("first-flow-{number}");
        let flow =
            json!({"alias": name, "providerId": "basic-flow", "topLevel": true, "builtIn": false});
        scene.done("POST", "/authentication/flows", &flow);
        let path = format!("/authentication/flows/{name}/executions");
        for provider in ["idp-create-user-if-unique", step] {
            scene.done(
                "POST",
                &format!("{path}/execution"),
                &json!({"provider": provider}),
            );
        }
        let require = |which: &str, requirement: &str| {
            let all = scene.done("GET", &path, &Value::Null);
            let all = all.as_array().unwrap();
            let mut found = all
                .iter()
                .find(|one| one["providerId"] == which)
                .unwrap()
                .clone();
            found["requirement"] = json!(requirement);
            scene.done("PUT", &path, &found);
        };
        require("idp-create-user-if-unique", "ALTERNATIVE");
        require(step, "REQUIRED");
        let op = scene.op_with(&name, json!({"firstBrokerLoginFlowAlias": name}), json!({}));
        let mut browser = scene.browser();

        let place = scene.visit(&mut browser, &op);

        nothing_happened(&scene, &name, &browser, place);
        let refused = scene.events("IDENTITY_PROVIDER_FIRST_LOGIN_ERROR", &name);
        assert_eq!(refused.len(), 1);
        let why = format!("the step {step} cannot be run at a first sign-in");
        assert_eq!(text(&refused[0]["details"], "reason"), why);
        // It is this step alone.
        require(step, "DISABLED");
        scene.sign_in(&mut scene.browser(), &op);
    }
}
