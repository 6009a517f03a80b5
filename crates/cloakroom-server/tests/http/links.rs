//! Addresses that others link to: for search engines, of a client's own page, and of the form for a new password.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::administration::{ADMIN, administer};
use super::{Server, client, start};

async fn get(server: &Server, path: &str) -> reqwest::Response {
    let at = format!("{}{path}", server.base);
    client().get(at).send().await.unwrap()
}

async fn make(server: &Server, path: &str, sent: &serde_json::Value) {
    let made = administer(server, Method::POST, path, Some(&sent.to_string()), None).await;
    assert_eq!(made.status(), StatusCode::CREATED, "{sent}");
}

#[tokio::test]
async fn nothing_here_is_for_search_engines() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &[]).await;

    let answer = get(&server, "/robots.txt").await;

    assert_eq!(answer.status(), StatusCode::OK);
    let kind = answer.headers()["content-type"].to_str().unwrap();
    assert!(kind.starts_with("text/plain"), "{kind}");
    assert_eq!(answer.text().await.unwrap(), "User-agent: *\nDisallow: /\n");
}

#[tokio::test]
async fn a_link_leads_to_where_people_open_a_client() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &ADMIN).await;
    make(&server, "", &json!({"realm": "r", "enabled": true})).await;
    let base = server.base.clone();
    let rootless = format!("{base}/in");
    let rows = [
        (
            "whole",
            json!({"baseUrl": "https://a.example/in"}),
            "https://a.example/in",
        ),
        (
            "below",
            json!({"rootUrl": "https://a.example/app/", "baseUrl": "/in?x=1"}),
            "https://a.example/app/in?x=1",
        ),
        (
            "root",
            json!({"rootUrl": "https://a.example/app"}),
            "https://a.example/app",
        ),
        (
            "empty",
            json!({"rootUrl": "https://a.example", "baseUrl": ""}),
            "https://a.example",
        ),
        ("rootless", json!({"baseUrl": "/in"}), rootless.as_str()),
        ("none", json!({}), ""),
    ];
    for (name, settings, _) in &rows {
        let mut sent = settings.clone();
        sent["clientId"] = json!(name);
        make(&server, "/r/clients", &sent).await;
    }
    let account = format!("{base}/realms/r/account/");
    let of_the_server = ("account", json!(null), account.as_str());

    for (name, _, expected) in rows.iter().chain([&of_the_server]) {
        let answer = get(&server, &format!("/realms/r/clients/{name}/redirect")).await;

        let to = answer.headers().get("location");
        let to = to.map_or("", |to| to.to_str().unwrap());
        let status = match *expected {
            "" => StatusCode::NO_CONTENT,
            _ => StatusCode::SEE_OTHER,
        };
        assert_eq!((answer.status(), to), (status, *expected), "{name}");
    }
    for (path, expected) in [
        ("/realms/r/clients/nobody/redirect", 204),
        ("/realms/r/clients/%00%0d%0aX/redirect", 204),
        ("/realms/nowhere/clients/account/redirect", 404),
    ] {
        assert_eq!(get(&server, path).await.status(), expected, "{path}");
    }
}

#[tokio::test]
async fn who_forgot_begins_with_the_form_for_a_new_password() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &ADMIN).await;
    make(&server, "", &json!({"realm": "r", "enabled": true})).await;
    let shop =
        json!({"clientId": "shop", "publicClient": true, "redirectUris": ["https://a.example/cb"]});
    make(&server, "/r/clients", &shop).await;
    let at = "/realms/r/protocol/openid-connect/forgot-credentials";
    let asked = format!(
        "{at}?client_id=shop&redirect_uri=https%3A%2F%2Fa.example%2Fcb&response_type=code&scope=openid"
    );

    let off = get(&server, &asked).await;
    let on = json!({"resetPasswordAllowed": true}).to_string();
    administer(&server, Method::PUT, "/r", Some(&on), None).await;
    let page = get(&server, &asked).await;
    let unknown = get(
        &server,
        &format!("{at}?client_id=nobody&response_type=code"),
    )
    .await;
    let elsewhere = asked.replace("a.example", "evil.example");
    let elsewhere = get(&server, &elsewhere).await;
    let nothing = get(&server, at).await;

    assert_eq!(off.status(), StatusCode::BAD_REQUEST);
    assert_eq!(page.status(), StatusCode::OK);
    let cookies = page.headers().get_all("set-cookie").iter().count();
    assert!(cookies > 0, "the browser keeps the attempt");
    let text = page.text().await.unwrap();
    assert!(text.contains("kc-reset-password-form"), "{text}");
    for refused in [unknown, elsewhere, nothing] {
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
        assert!(refused.headers().get("location").is_none());
    }
}
