//! Whoever has the machine gets everybody in again whom a flow locks out.

use serde_json::{Value, json};

use crate::server::{Installation, Server};

/// Shuts both ways into the realm of administrators: one by a changed flow, the other by one that denies, which two clients are
/// bound to as well.
async fn shut(server: &Server) {
    let token = server.administrator().await;
    let call = async |method: &str, path: &str, body: Value| {
        let path = format!("/master{path}");
        let (status, answer) = server
            .admin(&token, (method, &path), Some(&body.to_string()))
            .await;
        assert!(status < 300, "{method} {path}: {status} {answer}");
        answer
    };
    let shut = json!({"alias": "shut", "providerId": "basic-flow", "topLevel": true});
    call("POST", "/authentication/flows", shut).await;
    let deny = json!({"provider": "deny-access-authenticator"});
    call(
        "POST",
        "/authentication/flows/shut/executions/execution",
        deny,
    )
    .await;
    let steps = call(
        "GET",
        "/authentication/flows/browser/executions",
        Value::Null,
    )
    .await;
    let mut steps = steps.as_array().unwrap().iter();
    let mut forms = steps
        .find(|one| one["displayName"] == json!("forms"))
        .unwrap()
        .clone();
    forms["requirement"] = json!("DISABLED");
    call("PUT", "/authentication/flows/browser/executions", forms).await;
    let all = call("GET", "/authentication/flows", Value::Null).await;
    let mut all = all.as_array().unwrap().iter();
    let shut = all.find(|one| one["alias"] == json!("shut")).unwrap()["id"].clone();
    for client in ["admin-cli", "security-admin-console"] {
        let found = call("GET", &format!("/clients?clientId={client}"), Value::Null).await;
        let mut found = found[0].clone();
        found["authenticationFlowBindingOverrides"] =
            json!({"browser": shut, "direct_grant": shut});
        let path = format!("/clients/{}", found["id"].as_str().unwrap());
        call("PUT", &path, found).await;
    }
    call("PUT", "", json!({"directGrantFlow": "shut"})).await;
}

#[tokio::test]
async fn the_flows_of_a_new_realm_are_bound_again_where_nobody_can_sign_in() {
    let here = Installation::new();
    let server = here.start(&[]).await;
    shut(&server).await;
    let form = [
        ("grant_type", "password"),
        ("client_id", "admin-cli"),
        ("username", "root"),
        ("password", "root's password"),
    ];
    let (status, answer) = server.token("master", &form).await;
    assert_eq!(status, 400, "{answer}");

    let said = here.run(&["recover", "flows"]);
    for line in [
        "browserFlow of master is browser again",
        "directGrantFlow of master is direct grant again",
        "admin-cli has no flows of its own any more",
        "security-admin-console has no flows of its own any more",
    ] {
        assert!(said.contains(line), "{said}");
    }
    drop(server);
    let server = here.start(&[]).await;
    let token = server.administrator().await;
    let ask = async |path: &str| {
        let (status, answer) = server
            .admin(&token, ("GET", &format!("/master{path}")), None)
            .await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    };
    let steps = ask("/authentication/flows/browser/executions").await;
    let mut all = steps.as_array().unwrap().iter();
    let forms = all
        .find(|one| one["displayName"] == json!("forms"))
        .unwrap();
    assert_eq!(forms["requirement"], json!("ALTERNATIVE"));
    let versions = ask("/ui-ext/flows/browser/versions").await;
    assert_eq!(
        versions.as_array().map(Vec::len),
        Some(2),
        "what stood there is kept: {versions}"
    );
    let events = ask("/admin-events").await;
    let events = events.to_string();
    assert!(
        events.contains("cloakroom recover") && events.contains("AUTH_FLOW"),
        "{events}"
    );
    // Once more changes nothing.
    here.run(&["recover", "flows", "--realm", "master"]);
    assert_eq!(ask("/ui-ext/flows/browser/versions").await, versions);
    let refused = here.run_with(&["recover", "flows", "--realm", "none"], &[]);
    assert_eq!(refused.status.code(), Some(1));
}
