//! A realm that asks for https answers nobody from outside without it, with programs and browsers told in their own way.

use reqwest::{Method, StatusCode};

use super::administration::{ADMIN, administer};
use super::{Server, client, start};

/// An address that everybody could have.
const OUTSIDE: &str = "203.0.113.7";

const PATHS: [&str; 4] = [
    "/.well-known/openid-configuration",
    "/protocol/openid-connect/certs",
    "/protocol/openid-connect/token",
    "/protocol/openid-connect/auth?client_id=account",
];

/// Asks at each address, as `from` where that is said: which of them say that https is missing.
async fn refused(server: &Server, from: Option<&str>) -> Vec<bool> {
    let mut refused = Vec::new();
    for path in PATHS {
        let method = match path.ends_with("/token") {
            true => Method::POST,
            false => Method::GET,
        };
        let mut call = client().request(method, format!("{}/realms/r{path}", server.base));
        if let Some(from) = from {
            call = call.header("x-forwarded-for", from);
        }
        let answer = call.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        let says_so = text.contains("HTTPS required");
        assert_eq!(status == StatusCode::FORBIDDEN, says_so, "{path} {text}");
        if says_so && !path.contains("/auth?") {
            assert!(text.contains(r#""error":"invalid_request""#), "{text}");
        }
        refused.push(says_so);
    }
    refused
}

async fn set(server: &Server, realm: &str, body: &str) -> StatusCode {
    let path = format!("/{realm}");
    let answer = administer(server, Method::PUT, &path, Some(body), None).await;
    answer.status()
}

#[tokio::test]
async fn who_comes_from_outside_without_https_is_refused_where_the_realm_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let proxied = [
        ADMIN[0],
        ADMIN[1],
        ("CLOAKROOM_TRUSTED_PROXIES", "127.0.0.1,::1"),
    ];
    let server = start(folder.path(), &proxied).await;
    let new = r#"{"realm":"r","enabled":true}"#;
    administer(&server, Method::POST, "", Some(new), None).await;

    for (ssl, outside, inside) in [
        (r#"{"displayName":"as a new realm is"}"#, true, false),
        (r#"{"sslRequired":"none"}"#, false, false),
        (r#"{"sslRequired":"external"}"#, true, false),
        (r#"{"sslRequired":"all"}"#, true, true),
    ] {
        assert_eq!(set(&server, "r", ssl).await, StatusCode::NO_CONTENT);

        assert_eq!(refused(&server, Some(OUTSIDE)).await, [outside; 4], "{ssl}");
        assert_eq!(
            refused(&server, Some("10.1.2.3")).await,
            [inside; 4],
            "{ssl}"
        );
        assert_eq!(refused(&server, None).await, [inside; 4], "{ssl}");
    }
}

#[tokio::test]
async fn master_is_not_shut_for_good() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &ADMIN).await;

    for body in [r#"{"sslRequired":"all"}"#, r#"{"enabled":false}"#] {
        assert_eq!(set(&server, "master", body).await, StatusCode::BAD_REQUEST);
    }

    assert!(server.knows("admin", "a good password").await);
}

#[tokio::test]
async fn a_server_whose_address_is_an_https_one_is_reached_by_https() {
    let folder = tempfile::tempdir().unwrap();
    let proxied = [
        ADMIN[0],
        ADMIN[1],
        ("CLOAKROOM_TRUSTED_PROXIES", "127.0.0.1,::1"),
        ("CLOAKROOM_PUBLIC_URL", "https://id.example"),
    ];
    let server = start(folder.path(), &proxied).await;
    let new = r#"{"realm":"r","enabled":true,"sslRequired":"all"}"#;
    administer(&server, Method::POST, "", Some(new), None).await;

    assert_eq!(refused(&server, Some(OUTSIDE)).await, [false; 4]);
    // At an http address of its own it would answer nobody outside, whatever they come by.
    assert_eq!(
        set(
            &server,
            "master",
            r#"{"attributes":{"frontendUrl":"http://id.example"}}"#
        )
        .await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        set(&server, "master", r#"{"sslRequired":"all"}"#).await,
        StatusCode::NO_CONTENT
    );
}
