//! What is told of registrations: events, and answers that pages may read.

use reqwest::Method;
use serde_json::{Value, json};

use super::registration::{admin, server, text};
use super::{Server, client};

const PAGE: &str = "https://page.example";

/// Registers a client from a page; status, the origin that may read the answer, and the body.
async fn register(server: &Server, token: &str, origin: &str) -> (u16, Option<String>, Value) {
    let at = format!(
        "{}/realms/r/clients-registrations/openid-connect",
        server.base
    );
    let body = json!({"redirect_uris": ["https://app.example/cb"]});
    let call = client()
        .post(at)
        .bearer_auth(token)
        .header("origin", origin);
    let answer = call.json(&body).send().await.unwrap();
    let allowed = answer.headers().get("access-control-allow-origin");
    let allowed = allowed.map(|value| value.to_str().unwrap().to_owned());
    let status = answer.status().as_u16();
    (status, allowed, answer.json().await.unwrap_or_default())
}

#[tokio::test]
async fn registrations_are_in_the_audit_trail_and_read_by_the_pages_that_may() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path()).await;
    let on = json!({"eventsEnabled": true, "enabledEventTypes": []});
    admin(&server, Method::PUT, "/r/events/config", on).await;
    let asked = json!({"count": 1, "expiration": 600, "webOrigins": [PAGE]});
    let right = admin(&server, Method::POST, "/r/clients-initial-access", asked).await;
    let token = text(&right, "token");

    let elsewhere = register(&server, token, "https://other.example").await;
    let (made, allowed, client_made) = register(&server, token, PAGE).await;
    let (spent, _, _) = register(&server, token, PAGE).await;
    let at = format!(
        "{}/realms/r/clients-registrations/openid-connect",
        server.base
    );
    let asks = client().request(Method::OPTIONS, at).header("origin", PAGE);
    let preflight = asks.send().await.unwrap();
    let events = admin(&server, Method::GET, "/r/events", Value::Null).await;

    assert_eq!((elsewhere.0, elsewhere.1), (403, None));
    assert_eq!((made, allowed.as_deref(), spent), (201, Some(PAGE), 401));
    assert_eq!(
        preflight.headers()["access-control-allow-methods"],
        "POST, OPTIONS"
    );
    let told: Vec<(&str, &Value)> = events
        .as_array()
        .unwrap()
        .iter()
        .map(|event| (text(event, "type"), &event["clientId"]))
        .collect();
    let expected = [
        ("CLIENT_REGISTER_ERROR", &Value::Null),
        ("CLIENT_REGISTER", &client_made["client_id"]),
    ];
    assert_eq!(told, expected, "{events:#}");
}
