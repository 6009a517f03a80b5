//! Clients that an administrator of a realm registers over the registration service.

use reqwest::Method;
use serde_json::{Value, json};

use super::client;
use super::registration::{admin, call, server, text};

#[tokio::test]
async fn an_administrator_of_the_realm_registers_clients_and_sees_what_they_may() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path()).await;
    for username in ["creator", "viewer", "nobody"] {
        let new = json!({
            "username": username, "enabled": true, "firstName": "A", "lastName": "B",
            "email": format!("{username}@a.example"), "emailVerified": true,
            "credentials": [{"type": "password", "value": "a good password"}],
        });
        admin(&server, Method::POST, "/r/users", new).await;
    }
    admin(
        &server,
        Method::POST,
        "/r/clients",
        json!({
            "clientId": "cli", "publicClient": true, "directAccessGrantsEnabled": true,
        }),
    )
    .await;
    let found = admin(
        &server,
        Method::GET,
        "/r/clients?clientId=realm-management",
        json!(null),
    )
    .await;
    let manager = text(&found[0], "id").to_owned();
    for (username, role) in [("creator", "create-client"), ("viewer", "view-clients")] {
        let at = format!("/r/users?username={username}");
        let user = admin(&server, Method::GET, &at, json!(null)).await;
        let at = format!("/r/clients/{manager}/roles/{role}");
        let role = admin(&server, Method::GET, &at, json!(null)).await;
        let at = format!(
            "/r/users/{}/role-mappings/clients/{manager}",
            text(&user[0], "id")
        );
        admin(&server, Method::POST, &at, json!([role])).await;
    }
    let token = async |username: &str| {
        let form = [
            ("grant_type", "password"),
            ("client_id", "cli"),
            ("username", username),
            ("password", "a good password"),
        ];
        let at = format!("{}/realms/r/protocol/openid-connect/token", server.base);
        let answer = client().post(at).form(&form).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        text(&answer, "access_token").to_owned()
    };
    let (creator, viewer) = (token("creator").await, token("viewer").await);
    let nobody = token("nobody").await;
    let asked = json!({"clientId": "new", "redirectUris": ["https://app.example/"]});

    let (made, new) = call(&server, Method::POST, "default", &creator, &asked).await;
    let (seen, shown) = call(&server, Method::GET, "default/new", &viewer, &Value::Null).await;
    let mut refused = Vec::new();
    for (method, path, token) in [
        (Method::POST, "default", &viewer),
        (Method::POST, "default", &nobody),
        (Method::GET, "default/new", &creator),
        (Method::GET, "default/new", &nobody),
        (Method::DELETE, "default/new", &viewer),
        (Method::DELETE, "default/realm-management", &creator),
    ] {
        let body = if method == Method::POST {
            &asked
        } else {
            &Value::Null
        };
        refused.push(call(&server, method, path, token, body).await.0);
    }

    assert_eq!(made, 201, "{new}");
    assert!(text(&new, "secret").len() > 20);
    assert_eq!(seen, 200);
    assert_eq!(text(&shown, "secret"), "**********");
    assert_eq!(shown["registrationAccessToken"], Value::Null);
    assert_eq!(refused, [403; 6]);
}
