//! A server whose addresses all begin with a path, as Keycloak's did once (`/auth`).

use reqwest::{Method, StatusCode};

use super::administration::{ADMIN, administer};
use super::{Server, client, start};

const MOUNTED: (&str, &str) = ("KC_HTTP_RELATIVE_PATH", "/auth");

async fn mounted(folder: &std::path::Path) -> Server {
    let mut server = start(folder, &[ADMIN[0], ADMIN[1], MOUNTED]).await;
    server.base.push_str("/auth");
    server
}

/// What a page links to, loads and sends to.
fn addresses(page: &str) -> Vec<String> {
    let found = ["href=\"", "src=\"", "action=\""];
    let each = found.iter().flat_map(|begin| page.split(begin).skip(1));
    let each = each.filter_map(|rest| rest.split('"').next());
    let local = each.filter(|at| !at.starts_with('#') && !at.is_empty());
    local
        .map(|at| at.replace("&amp;", "&").replace("&#38;", "&"))
        .collect()
}

#[tokio::test]
async fn everything_that_a_mounted_server_names_stands_below_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let server = mounted(folder.path()).await;
    let origin = server.base.strip_suffix("/auth").unwrap().to_owned();

    let at = format!(
        "{}/realms/master/.well-known/openid-configuration",
        server.base
    );
    let document: serde_json::Value = client().get(at).send().await.unwrap().json().await.unwrap();
    for name in [
        "issuer",
        "token_endpoint",
        "jwks_uri",
        "end_session_endpoint",
    ] {
        let at = document[name].as_str().unwrap();
        assert!(
            at.starts_with(&format!("{}/realms/master", server.base)),
            "{name}: {at}"
        );
    }

    let console = format!("{}/admin/master/console/master/dashboard", server.base);
    let answer = client().get(console).send().await.unwrap();
    let asks = answer.headers()["location"].to_str().unwrap().to_owned();
    let back = format!(
        "{}%2Fadmin%2Fmaster%2Fconsole",
        server.base.replace(':', "%3A").replace('/', "%2F")
    );
    assert!(asks.contains(&back), "{asks}");
    let answer = client().get(&asks).send().await.unwrap();
    let cookies: Vec<_> = answer.headers().get_all("set-cookie").iter().collect();
    assert!(!cookies.is_empty());
    for cookie in cookies {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.contains("; Path=/auth/realms/master/"), "{cookie}");
    }
    let sign_in = answer.text().await.unwrap();
    let welcome = client()
        .get(format!("{}/", server.base))
        .send()
        .await
        .unwrap();
    let out = format!(
        "{}/realms/master/protocol/openid-connect/logout",
        server.base
    );
    let out = client().get(out).send().await.unwrap();
    let missing = client()
        .get(format!("{}/realms/none/account", server.base))
        .send()
        .await
        .unwrap();
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    for page in [
        sign_in,
        welcome.text().await.unwrap(),
        out.text().await.unwrap(),
        missing.text().await.unwrap(),
    ] {
        let addresses = addresses(&page);
        assert!(addresses.iter().any(|at| at.contains("/assets/")), "{page}");
        for at in addresses {
            let path = at.strip_prefix(&origin).unwrap_or(&at).to_owned();
            assert!(path.starts_with("/auth/"), "{at}");
            // What a form sends to does not have to answer a GET.
            if !path.contains("/assets/") {
                continue;
            }
            let found = client()
                .get(format!("{origin}{path}"))
                .send()
                .await
                .unwrap();
            assert_eq!(found.status(), StatusCode::OK, "{at}");
        }
    }
}

#[tokio::test]
async fn a_mounted_server_answers_its_administrators_and_its_health_there() {
    let folder = tempfile::tempdir().unwrap();
    let server = mounted(folder.path()).await;
    let new = r#"{"realm":"r","enabled":true}"#;

    let made = administer(&server, Method::POST, "", Some(new), None).await;

    assert_eq!(made.status(), StatusCode::CREATED);
    let at = made.headers()["location"].to_str().unwrap();
    assert_eq!(at, format!("{}/admin/realms/r", server.base));
    for path in ["/auth/health/ready", "/health/ready", "/auth/metrics"] {
        let found = client()
            .get(format!("{}{path}", server.management))
            .send()
            .await
            .unwrap();
        assert_eq!(found.status(), StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn a_proxy_may_take_the_path_off_and_nothing_else_is_taken_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = mounted(folder.path()).await;
    let origin = server.base.strip_suffix("/auth").unwrap();
    for (path, status) in [
        ("/realms/master", StatusCode::OK),
        ("/auth/realms/master", StatusCode::OK),
        ("/authority/realms/master", StatusCode::NOT_FOUND),
        ("/auth/auth/realms/master", StatusCode::NOT_FOUND),
        ("/Auth/realms/master", StatusCode::NOT_FOUND),
        ("/x/auth/realms/master", StatusCode::NOT_FOUND),
    ] {
        let found = client()
            .get(format!("{origin}{path}"))
            .send()
            .await
            .unwrap();
        assert_eq!(found.status(), status, "{path}");
        let text = found.text().await.unwrap();
        let named = format!("{}/realms/master/account", server.base);
        assert_eq!(
            text.contains(&named),
            status == StatusCode::OK,
            "{path}: {text}"
        );
    }
}
