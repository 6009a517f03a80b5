//! What a realm's flows make of identity providers: everybody is led to one, and some may be denied after it; and a
//! realm that comes from Keycloak with its providers.

use serde_json::{Value, json};

use super::Story;
use super::op::{Op, query_of};
use super::scene::Scene;
use crate::further;
use crate::http::{Request, text};
use crate::realm::Realm;

pub(super) const STORIES: &[Story] = &[
    (
        "flows::a-realm-leads-everybody-to-its-default-provider",
        by_default,
    ),
    (
        "flows::a-post-login-flow-lets-through-whom-it-allows-and-nobody-else",
        after,
    ),
    (
        "flows::a-post-login-flow-with-a-step-that-cannot-be-run-lets-nobody-in",
        cannot_run,
    ),
    ("flows::a-post-login-flow-limits-sessions", limits),
    (
        "flows::a-post-login-flow-asks-for-a-code-and-has-it-set-up",
        asks,
    ),
    (
        "flows::a-realm-of-keycloak-signs-people-in-through-its-provider-as-it-came",
        imported,
    ),
    (
        "flows::the-health-of-a-provider-is-on-its-card-and-in-the-metrics",
        health,
    ),
];

/// Makes a flow of these steps, each with a requirement and settings; or adds them to one that is there.
pub(super) fn flow(
    scene: &Scene,
    parent: Option<&str>,
    alias: &str,
    steps: &[(&str, &str, Value)],
) {
    let kind = json!({"alias": alias, "provider": "registration-page-form", "type": "basic-flow"});
    match parent {
        Some(parent) => {
            let path = format!("/authentication/flows/{parent}/executions/flow");
            scene.done("POST", &path, &kind);
        }
        None => {
            let made = json!({"alias": alias, "providerId": "basic-flow", "topLevel": true, "builtIn": false});
            scene.done("POST", "/authentication/flows", &made);
        }
    }
    for (provider, ..) in steps {
        let path = format!("/authentication/flows/{alias}/executions/execution");
        scene.done("POST", &path, &json!({"provider": provider}));
    }
    let top = parent.unwrap_or(alias);
    let path = format!("/authentication/flows/{top}/executions");
    let all = scene.done("GET", &path, &Value::Null);
    for execution in all.as_array().unwrap() {
        let mut execution = execution.clone();
        let step = steps
            .iter()
            .find(|(provider, ..)| execution["providerId"] == json!(provider));
        execution["requirement"] = match step {
            Some((_, requirement, _)) => json!(requirement),
            None if execution["displayName"] == json!(alias) => json!("CONDITIONAL"),
            None => continue,
        };
        scene.done("PUT", &path, &execution);
        if let Some((provider, _, config)) = step.filter(|(_, _, config)| !config.is_null()) {
            let path = format!(
                "/authentication/executions/{}/config",
                text(&execution, "id")
            );
            let settings = json!({"alias": format!("{alias}-{provider}"), "config": config});
            scene.done("POST", &path, &settings);
        }
    }
}

fn by_default(scene: &Scene) {
    let scene = scene.in_realm("federation-default");
    let op = scene.op("default-op");
    scene.op_with("hinted-op", json!({}), json!({}));
    let config = json!({"defaultProvider": "default-op"});
    let steps = [
        ("identity-provider-redirector", "ALTERNATIVE", config),
        ("auth-username-password-form", "ALTERNATIVE", Value::Null),
    ];
    flow(&scene, None, "led", &steps);
    scene.realm.change("", json!({"browserFlow": "led"}));
    let mut browser = scene.browser();

    let left = browser.open(&scene.request(&[])).client();

    let there = format!("{}/default-op/authorize", scene.stand_in.base);
    assert!(left.address.starts_with(&there), "{}", left.address);
    op.arrive(&query_of(&left.address));
    let callback = browser.open(&scene.way_back(&left, &[])).client();
    assert_eq!(
        scene.claims(&callback)["preferred_username"],
        json!("default-op")
    );
    // Whoever turns round there comes to the page, and is not led in a circle.
    let mut other = scene.browser();
    let left = other.open(&scene.request(&[])).client();
    let back = scene.way_back(&left, &[("code", ""), ("error", "access_denied")]);
    assert!(other.open(&back).page().is_login());
    // An application may name another one.
    let hinted = scene
        .browser()
        .open(&scene.request(&[("kc_idp_hint", "hinted-op")]));
    assert!(hinted.client().address.contains("/hinted-op/authorize"));
    // Or none.
    let nobody = scene.browser().open(&scene.request(&[("kc_idp_hint", "")]));
    assert!(nobody.page().is_login());
    let silent = scene.browser().open(&scene.request(&[("prompt", "none")]));
    assert_eq!(silent.client().get("error"), "login_required");
}

fn after(scene: &Scene) {
    let scene = scene.in_realm("federation-after");
    scene.done("POST", "/roles", &json!({"name": "guest"}));
    let role = scene.done("GET", "/roles/guest", &Value::Null);
    flow(&scene, None, "no-guests", &[]);
    let is_guest = json!({"condUserRole": "guest"});
    let steps = [
        ("conditional-user-role", "REQUIRED", is_guest),
        ("deny-access-authenticator", "REQUIRED", Value::Null),
    ];
    flow(&scene, Some("no-guests"), "guests", &steps);
    let members = json!({"postBrokerLoginFlowAlias": "no-guests"});
    let op = scene.op_with("after", members, json!({}));
    let claims = scene.sign_in(&mut scene.browser(), &op);
    let path = format!("/users/{}/role-mappings/realm", text(&claims, "sub"));
    scene.done("POST", &path, &json!([role]));
    let mut browser = scene.browser();

    let page = scene.visit(&mut browser, &op).page();

    assert!(page.is_error(), "{}", page.answer.body);
    assert_eq!(page.answer.status, 403);
    assert!(!browser.cookies().contains("KEYCLOAK_IDENTITY="));
    assert_eq!(
        scene
            .events("IDENTITY_PROVIDER_POST_LOGIN_ERROR", "after")
            .len(),
        1
    );
}

fn cannot_run(scene: &Scene) {
    let scene = scene.in_realm("federation-cannot");
    let steps = [("auth-x509-client-username-form", "REQUIRED", Value::Null)];
    flow(&scene, None, "second-factor", &steps);
    let members = json!({"postBrokerLoginFlowAlias": "second-factor"});
    let op = scene.op_with("otp", members, json!({}));
    let mut browser = scene.browser();

    let page = scene.visit(&mut browser, &op).page();

    assert!(page.is_error(), "{}", page.answer.body);
    assert!(!browser.cookies().contains("KEYCLOAK_IDENTITY="));
    let refused = scene.events("IDENTITY_PROVIDER_POST_LOGIN_ERROR", "otp");
    assert_eq!(refused.len(), 1);
}

fn limits(scene: &Scene) {
    let scene = scene.in_realm("federation-limits");
    let one = json!({"userRealmLimit": "1"});
    let steps = [("user-session-limits", "REQUIRED", one)];
    flow(&scene, None, "one-at-a-time", &steps);
    let members = json!({"postBrokerLoginFlowAlias": "one-at-a-time"});
    let op = scene.op_with("limited", members, json!({}));
    scene.sign_in(&mut scene.browser(), &op);
    let mut browser = scene.browser();

    let page = scene.visit(&mut browser, &op).page();

    assert!(page.is_error(), "{}", page.answer.body);
    assert_eq!(page.answer.status, 403);
    assert!(!browser.cookies().contains("KEYCLOAK_IDENTITY="));
}

fn asks(scene: &Scene) {
    let scene = scene.in_realm("federation-asks");
    let steps = [("auth-otp-form", "REQUIRED", Value::Null)];
    flow(&scene, None, "with-code", &steps);
    let members = json!({"postBrokerLoginFlowAlias": "with-code"});
    let op = scene.op_with("coded", members, json!({}));
    let mut browser = scene.browser();

    let page = scene.visit(&mut browser, &op).page();

    assert!(page.form(further::ENROL).is_some(), "{}", page.answer.body);
    assert!(!browser.cookies().contains("KEYCLOAK_IDENTITY="));
    let device = further::shown(&page);
    // Good for as long as the next one is not over.
    let used = device.code(0);
    let callback = further::send(&mut browser, &page, &used).client();
    let name = scene.claims(&callback)["preferred_username"].clone();
    assert_eq!(name, json!("coded"));
    // From then on it is asked for, whoever vouches for them.
    let mut browser = scene.browser();
    let page = scene.visit(&mut browser, &op).page();
    let page = further::asks_again(further::send(&mut browser, &page, &used), "used already");
    assert!(!browser.cookies().contains("KEYCLOAK_IDENTITY="));
    let callback = further::send(&mut browser, &page, &device.code(1)).client();
    assert_eq!(scene.claims(&callback)["preferred_username"], name);
}

/// The realm as a real Keycloak wrote it. Its provider is where the stand-in is, and all else is as it was.
fn imported(scene: &Scene) {
    let op = Op::open((&scene.stand_in, &scene.inside), "up");
    op.change(|says| {
        says.claims["aud"] = json!("acme");
        says.claims["sub"] = json!("up-1234");
        says.userinfo = json!({
            "sub": "up-1234", "preferred_username": "hugo.up", "email": "hugo@up.example",
            "given_name": "Hugo", "family_name": "Upstream", "department": "IT", "role": "boss",
        });
    });
    let text = include_str!("../../moving/acme/acme-realm.json");
    let file = text.replace("https://up.example", &op.issuer);
    let mut file: Value = serde_json::from_str(&file).unwrap();
    file["realm"] = json!("acme-upstream");
    let made = scene.realm.admin("POST", "/admin/realms", &file);
    assert_eq!(made.status, 201, "{}", made.body);
    let realm = Realm::known(&scene.server, "acme-upstream");
    let scene = scene.with(realm);
    let mut browser = scene.browser();

    let left = scene.leave(&mut browser, "upstream");
    op.arrive(&query_of(&left.address));
    let callback = browser.open(&scene.way_back(&left, &[])).client();

    let claims = scene.claims(&callback);
    assert_eq!(claims["preferred_username"], json!("hugo"));
    let path = format!("/users/{}", crate::http::text(&claims, "sub"));
    let user = scene.done("GET", &path, &Value::Null);
    assert_eq!(user["attributes"]["department"], json!(["IT"]));
    let roles = scene.done("GET", &format!("{path}/role-mappings/realm"), &Value::Null);
    assert!(roles.to_string().contains("\"manager\""), "{roles}");
    // The link of the export is the one that counts, and there is no second account.
    let linked = scene.done("GET", "/users?idpAlias=upstream", &Value::Null);
    assert_eq!(linked.as_array().map(Vec::len), Some(1));
}

fn health(scene: &Scene) {
    let ends = json!({"clientSecretExpiresAt": "1893456000"});
    let op = scene.op_with("pulse", json!({}), ends);
    let read = || scene.done("GET", "/ui-ext/provider-health/pulse", &Value::Null);
    let before = read();
    assert_eq!(
        before,
        json!({"supported": true, "failures": 0, "resting": false, "certificatesEnd": [],
            "secretEnds": 1_893_456_000_000_i64, "lastSuccess": null, "lastError": null, "error": null})
    );
    let all = scene.done("GET", "/ui-ext/provider-health", &Value::Null);
    assert_eq!(all["pulse"], before);
    scene.sign_in(&mut scene.browser(), &op);
    assert!(read()["lastSuccess"].is_i64());
    op.change(|says| says.claims["aud"] = json!("another"));

    assert!(scene.visit(&mut scene.browser(), &op).page().is_error());

    let after = read();
    assert_eq!(after["failures"], json!(1));
    assert!(
        after["lastError"].is_i64() && after["error"].is_string(),
        "{after}"
    );
    let metrics = Request::get("/metrics").bytes("localhost");
    let metrics = crate::http::exchange(scene.server.management, &metrics).body;
    let counted =
        "cloakroom_provider_sign_ins_total{realm=\"federation\",provider=\"pulse\",result=";
    for result in ["success", "error"] {
        assert!(
            metrics.contains(&format!("{counted}\"{result}\"}} 1")),
            "{result}"
        );
    }
    let labels = "{realm=\"federation\",provider=\"pulse\"}";
    let success = after["lastSuccess"].as_i64().unwrap() / 1000;
    for (name, value) in [("last_success", success), ("secret_end", 1_893_456_000)] {
        let line = format!("cloakroom_provider_{name}_timestamp_seconds{labels} {value}");
        assert!(metrics.contains(&line), "{line}");
    }
}
