//! The secret of an identity provider goes to no other host than it was given for.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::administration::{ADMIN, administer};
use super::{Server, start};

const AT: &str = "/master/identity-provider/instances";

async fn change(server: &Server, config: Value) -> StatusCode {
    let mut all = json!({
        "clientId": "us", "clientSecret": "**********", "issuer": "https://up.example",
        "authorizationUrl": "https://up.example/auth", "tokenUrl": "https://up.example/token",
    });
    let members = all.as_object_mut().unwrap();
    members.extend(config.as_object().unwrap().clone());
    members.retain(|_, value| !value.is_null());
    let body = json!({"alias": "up", "providerId": "oidc", "enabled": true, "config": all});
    let path = format!("{AT}/up");
    let answer = administer(server, Method::PUT, &path, Some(&body.to_string()), None).await;
    let status = answer.status();
    if status == StatusCode::BAD_REQUEST {
        let why: Value = answer.json().await.unwrap();
        assert!(
            why["errorMessage"].as_str().unwrap().contains("sent again"),
            "{why}"
        );
    }
    status
}

#[tokio::test]
async fn a_masked_secret_stays_with_the_host_that_it_was_given_for() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &ADMIN).await;
    let made = json!({"alias": "up", "providerId": "oidc", "enabled": true, "config": {
        "clientId": "us", "clientSecret": "a secret of ours", "issuer": "https://up.example",
        "authorizationUrl": "https://up.example/auth", "tokenUrl": "https://up.example/token",
    }});
    let made = administer(&server, Method::POST, AT, Some(&made.to_string()), None).await;
    assert_eq!(made.status(), StatusCode::CREATED);

    for (config, expected) in [
        (
            json!({"tokenUrl": "https://up.example/other"}),
            StatusCode::NO_CONTENT,
        ),
        (
            json!({"authorizationUrl": "https://else.example/auth"}),
            StatusCode::NO_CONTENT,
        ),
        (
            json!({"tokenUrl": "https://evil.example/token"}),
            StatusCode::BAD_REQUEST,
        ),
        (
            json!({"tokenUrl": "https://up.example:8443/token"}),
            StatusCode::BAD_REQUEST,
        ),
        (
            json!({"tokenUrl": "https://up.example@evil.example/"}),
            StatusCode::BAD_REQUEST,
        ),
        // Without an address of its own it is found by the issuer.
        (
            json!({"tokenUrl": null, "issuer": "https://evil.example"}),
            StatusCode::BAD_REQUEST,
        ),
        (
            json!({"tokenUrl": "https://new.example/token", "clientSecret": "a new secret"}),
            StatusCode::NO_CONTENT,
        ),
        (
            json!({"tokenUrl": "https://new.example/token"}),
            StatusCode::NO_CONTENT,
        ),
        (json!({}), StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(change(&server, config.clone()).await, expected, "{config}");
    }
}
