//! Settings after which nobody could work in a realm any more are not saved; a file that brings them is repaired.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::administration::{ADMIN, administer};
use super::{client, start};

#[tokio::test]
async fn settings_that_would_shut_a_realm_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &ADMIN).await;
    let tomorrow = cloakroom_web::app::now().seconds() + 86_400;
    // A file with the same comes in as a realm in which people can work.
    let new = json!({
        "realm": "r", "enabled": true, "notBefore": tomorrow, "accessTokenLifespan": 0,
        "ssoSessionIdleTimeout": 0, "ssoSessionMaxLifespan": 0, "clientSessionIdleTimeout": 0,
        "users": [{
            "username": "ada", "enabled": true, "email": "ada@example.org", "firstName": "A", "lastName": "L",
            "credentials": [{"type": "password", "value": "a good password"}],
        }],
        "clients": [{"clientId": "app", "publicClient": true, "directAccessGrantsEnabled": true}],
    });
    let made = administer(&server, Method::POST, "", Some(&new.to_string()), None).await;
    let shown = administer(&server, Method::GET, "/r", None, None).await;
    let before: Value = shown.json().await.unwrap();

    for (member, value) in [
        ("ssoSessionIdleTimeout", json!(0)),
        ("ssoSessionMaxLifespan", json!(0)),
        ("ssoSessionMaxLifespan", json!(-1)),
        ("accessTokenLifespan", json!(0)),
        ("notBefore", json!(tomorrow)),
        ("browserFlow", json!("clients")),
        ("directGrantFlow", json!("clients")),
        ("clientAuthenticationFlow", json!("browser")),
    ] {
        let body = json!({member: value}).to_string();
        let refused = administer(&server, Method::PUT, "/r", Some(&body), None).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{body}");
        let why: Value = refused.json().await.unwrap();
        let why = why["errorMessage"].as_str().unwrap_or_default();
        assert!(why.contains(member), "{body} {why}");
    }

    assert_eq!(made.status(), StatusCode::CREATED);
    for (member, seconds) in [
        ("accessTokenLifespan", 300),
        ("ssoSessionIdleTimeout", 1800),
        ("ssoSessionMaxLifespan", 36_000),
    ] {
        assert_eq!(before[member], seconds, "{member}");
    }
    assert!(before["notBefore"].as_i64().unwrap() < tomorrow);
    let shown = administer(&server, Method::GET, "/r", None, None).await;
    let after: Value = shown.json().await.unwrap();
    assert_eq!(before, after);
    let kept = json!({"browserFlow": "browser", "ssoSessionIdleTimeout": 60, "notBefore": 0});
    let kept = administer(&server, Method::PUT, "/r", Some(&kept.to_string()), None).await;
    assert_eq!(kept.status(), StatusCode::NO_CONTENT);
    let form = [
        ("grant_type", "password"),
        ("client_id", "app"),
        ("username", "ada"),
        ("password", "a good password"),
    ];
    let token = format!("{}/realms/r/protocol/openid-connect/token", server.base);
    let token = client().post(token).form(&form).send().await.unwrap();
    assert_eq!(token.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_profile_without_attributes_is_refused_and_an_empty_body_goes_back_to_the_usual_one() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &ADMIN).await;
    let call = async |method, body: Option<&str>| {
        administer(&server, method, "/master/users/profile", body, None).await
    };
    let before: Value = call(Method::GET, None).await.json().await.unwrap();

    for empty in [
        "{}",
        r#"{"attributes":[]}"#,
        r#"{"unmanagedAttributePolicy":"ENABLED"}"#,
    ] {
        let refused = call(Method::PUT, Some(empty)).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{empty}");
        let why = refused.text().await.unwrap();
        assert!(
            why.contains("The attribute 'username' can not be removed"),
            "{why}"
        );
    }
    let reset = call(Method::PUT, Some("")).await;

    assert_eq!(reset.status(), StatusCode::OK);
    let after: Value = call(Method::GET, None).await.json().await.unwrap();
    assert_eq!(before, after);
}
