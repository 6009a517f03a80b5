//! Administrators who work at the same time, and what is kept of what they send.

use reqwest::{Method, StatusCode};

use super::{Server, client, postgres, start};

/// Sends to the admin API as the first administrator.
pub(super) async fn administer(
    server: &Server,
    method: Method,
    path: &str,
    body: Option<&str>,
    if_match: Option<&str>,
) -> reqwest::Response {
    let token = administrator(server).await;
    administer_by(&token, server, method, path, (body, if_match)).await
}

/// A token of the administrator.
pub(super) async fn administrator(server: &Server) -> String {
    let form = [
        ("grant_type", "password"),
        ("client_id", "admin-cli"),
        ("username", "admin"),
        ("password", "a good password"),
    ];
    let at = format!(
        "{}/realms/master/protocol/openid-connect/token",
        server.base
    );
    let answer = client().post(at).form(&form).send().await.unwrap();
    let token: serde_json::Value = answer.json().await.unwrap();
    token["access_token"].as_str().unwrap().to_owned()
}

/// The same with a token that is there already.
pub(super) async fn administer_by(
    token: &str,
    server: &Server,
    method: Method,
    path: &str,
    (body, if_match): (Option<&str>, Option<&str>),
) -> reqwest::Response {
    let at = format!("{}/admin/realms{path}", server.base);
    let mut call = client().request(method, at).bearer_auth(token);
    if let Some(body) = body {
        call = call.header("content-type", "application/json");
        call = call.body(body.to_owned());
    }
    if let Some(tag) = if_match {
        call = call.header("if-match", tag);
    }
    call.send().await.unwrap()
}

pub(super) const ADMIN: [(&str, &str); 2] = [
    ("KC_BOOTSTRAP_ADMIN_USERNAME", "admin"),
    ("KC_BOOTSTRAP_ADMIN_PASSWORD", "a good password"),
];

#[tokio::test]
async fn a_stale_change_is_refused_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &ADMIN).await;
    let call = async |method, path: &'static str, body, tag: Option<String>| {
        administer(&server, method, path, body, tag.as_deref()).await
    };
    let new = r#"{"realm":"r","enabled":true}"#;
    call(Method::POST, "", Some(new), None).await;
    let tag_of = async |path| {
        let answer = call(Method::GET, path, None, None).await;
        answer.headers()["etag"].to_str().unwrap().to_owned()
    };

    let seen = tag_of("/r").await;
    let (one, other) = (r#"{"displayName":"one"}"#, r#"{"displayName":"other"}"#);
    let first = call(Method::PUT, "/r", Some(one), Some(seen.clone())).await;
    let second = call(Method::PUT, "/r", Some(other), Some(seen.clone())).await;
    let gone = call(Method::DELETE, "/r", None, Some(seen)).await;
    let unconditional = call(Method::PUT, "/r", Some(r#"{"rememberMe":true}"#), None).await;
    let shown = call(Method::GET, "/r", None, None).await;
    let shown: serde_json::Value = shown.json().await.unwrap();
    let any = call(Method::PUT, "/r", Some(other), Some("*".to_owned())).await;
    let current = tag_of("/r").await;
    let removed = call(Method::DELETE, "/r", None, Some(current)).await;

    assert_eq!(first.status(), StatusCode::NO_CONTENT);
    assert_eq!(second.status(), StatusCode::PRECONDITION_FAILED);
    assert_eq!(gone.status(), StatusCode::PRECONDITION_FAILED);
    assert_eq!(unconditional.status(), StatusCode::NO_CONTENT);
    assert_eq!(shown["displayName"], "one");
    assert_eq!(shown["rememberMe"], true);
    assert_eq!(any.status(), StatusCode::NO_CONTENT);
    assert_eq!(removed.status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn of_two_administrators_who_change_the_same_one_gets_through() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &ADMIN).await;
    let tag = administer(&server, Method::GET, "/master", None, None).await;
    let tag = tag.headers()["etag"].to_str().unwrap().to_owned();

    let one = r#"{"displayName":"one"}"#;
    let other = r#"{"displayName":"other"}"#;
    let (a, b) = tokio::join!(
        administer(&server, Method::PUT, "/master", Some(one), Some(&tag)),
        administer(&server, Method::PUT, "/master", Some(other), Some(&tag)),
    );

    let mut ended = [a.status(), b.status()];
    ended.sort();
    assert_eq!(
        ended,
        [StatusCode::NO_CONTENT, StatusCode::PRECONDITION_FAILED]
    );
}

#[tokio::test]
async fn two_administrators_who_make_the_same_thing_never_meet_an_error_of_ours() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &ADMIN).await;
    for (path, body) in [
        ("", r#"{"realm":"twice"}"#),
        ("/master/groups", r#"{"name":"twice"}"#),
        ("/master/roles", r#"{"name":"twice"}"#),
        ("/master/clients", r#"{"clientId":"twice"}"#),
        (
            "/master/client-scopes",
            r#"{"name":"twice","protocol":"openid-connect"}"#,
        ),
        ("/master/users", r#"{"username":"twice"}"#),
    ] {
        let (a, b) = tokio::join!(
            administer(&server, Method::POST, path, Some(body), None),
            administer(&server, Method::POST, path, Some(body), None),
        );

        let mut ended = [a.status(), b.status()];
        ended.sort();
        assert_eq!(ended, [StatusCode::CREATED, StatusCode::CONFLICT], "{path}");
    }
}

#[tokio::test]
async fn the_password_of_the_mail_server_is_neither_shown_nor_stored_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &ADMIN).await;
    let mail = r#"{"smtpServer":{"host":"h","from":"a@b.org","password":"hush-hush"},
        "adminEventsEnabled":true,"adminEventsDetailsEnabled":true}"#;
    administer(&server, Method::PUT, "/master", Some(mail), None).await;

    let kept = r#"{"smtpServer":{"host":"h2","from":"a@b.org","password":"**********"}}"#;
    administer(&server, Method::PUT, "/master", Some(kept), None).await;
    let shown = administer(&server, Method::GET, "/master", None, None).await;
    let shown = shown.text().await.unwrap();
    let trail = administer(&server, Method::GET, "/master/admin-events", None, None).await;
    let trail = trail.text().await.unwrap();

    assert!(shown.contains(r#""host":"h2""#) && shown.contains("**********"));
    assert!(trail.contains("smtpServer"));
    for entry in std::fs::read_dir(folder.path().join("data")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap_or_default();
        assert!(!bytes.windows(9).any(|part| part == b"hush-hush"));
    }
    assert!(!shown.contains("hush-hush") && !trail.contains("hush-hush"));
}

#[tokio::test]
async fn of_two_nodes_that_change_the_same_thing_at_once_one_is_refused() {
    let Some(url) = postgres("cloakroom_turns") else {
        return;
    };
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let settings = [
        ("CLOAKROOM_DATABASE_URL", url.as_str()),
        (
            "CLOAKROOM_MASTER_KEY",
            "b25lIG1hc3RlciBrZXkgZm9yIGJvdGggbm9kZXMhISE",
        ),
        ADMIN[0],
        ADMIN[1],
    ];
    let nodes = [
        start(first.path(), &settings).await,
        start(second.path(), &settings).await,
    ];
    let new = r#"{"realm":"r","enabled":true}"#;
    administer(&nodes[0], Method::POST, "", Some(new), None).await;

    for round in 0..8 {
        let seen = administer(&nodes[round % 2], Method::GET, "/r", None, None).await;
        let tag = seen.headers()["etag"].to_str().unwrap().to_owned();
        let bodies = [0, 1].map(|node| format!(r#"{{"displayName":"{round} of {node}"}}"#));
        let change = |node: usize| {
            let (body, tag) = (Some(bodies[node].as_str()), Some(tag.as_str()));
            administer(&nodes[node], Method::PUT, "/r", body, tag)
        };
        let (one, other) = tokio::join!(change(0), change(1));

        let mut statuses = [one.status().as_u16(), other.status().as_u16()];
        statuses.sort_unstable();
        // The tag is that of the node asked, which may have heard of the last round late.
        assert!(
            statuses == [204, 412] || statuses == [412, 412],
            "round {round}: {statuses:?}"
        );
        assert!(round > 0 || statuses == [204, 412], "{statuses:?}");
    }
}

#[tokio::test]
async fn a_search_of_too_many_words_is_refused_and_one_of_many_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &ADMIN).await;
    let pairs = |many: usize| vec!["k:v"; many].join("+");
    let words = |many: usize| vec!["a"; many].join("+");
    let rows = [
        (format!("search={}", words(50)), 200),
        (format!("search={}", words(51)), 400),
        (format!("search={}", words(1_100)), 400),
        (format!("q={}", pairs(50)), 200),
        (format!("q={}", pairs(1_100)), 400),
        (format!("search={}&q={}", words(30), pairs(30)), 400),
        (format!("search=id:{}", words(60)), 200),
    ];

    for list in ["users", "users/count"] {
        for (query, status) in &rows {
            let path = format!("/master/{list}?{query}");
            let answer = administer(&server, Method::GET, &path, None, None).await;
            let found = answer.status().as_u16();
            let body = answer.text().await.unwrap();
            assert_eq!(found, *status, "{path}: {body}");
            let is_told = body.contains("words, groups or attributes");
            assert_eq!(is_told, *status == 400, "{path}: {body}");
        }
    }
}
