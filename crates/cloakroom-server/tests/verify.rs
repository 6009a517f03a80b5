//! An API behind `cloakroom-verify`, and the server whose tokens it takes: both real.
#![expect(
    clippy::unwrap_used,
    reason = "a test, and what it is made of, ends where its expectation fails"
)]

#[path = "verify/inspector.rs"]
mod inspector;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cloakroom_testkit::free_port;
use cloakroom_verify::{Access, Presented, Verifier, VerifyError};
use serde_json::{Value, json};

const SECRET: &str = "a-client-secret-of-more-than-32-bytes";

/// A server with a realm `shop`; ends with the test.
struct Server {
    process: Child,
    http: reqwest::Client,
    base: String,
    administrator: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Ada has the realm role `staff` and the role `reader` of the API; the client `app` gets tokens for it.
fn realm() -> Value {
    json!({
        "realm": "shop",
        "enabled": true,
        "roles": {
            "realm": [{ "name": "staff" }],
            "client": { "orders-api": [{ "name": "reader" }] },
        },
        "clients": [
            { "clientId": "orders-api", "secret": SECRET, "standardFlowEnabled": false },
            {
                "clientId": "app", "secret": SECRET, "standardFlowEnabled": false,
                "directAccessGrantsEnabled": true,
            },
        ],
        "users": [
            user("ada", json!({ "realmRoles": ["staff"], "clientRoles": { "orders-api": ["reader"] } })),
            user("bob", json!({})),
        ],
    })
}

fn user(name: &str, roles: Value) -> Value {
    let mut user = json!({
        "username": name, "enabled": true, "email": format!("{name}@example.org"),
        "firstName": name, "lastName": "Test",
        "credentials": [{ "type": "password", "value": SECRET }],
    });
    user.as_object_mut()
        .unwrap()
        .extend(roles.as_object().unwrap().clone());
    user
}

impl Server {
    async fn start(folder: &Path) -> Self {
        let (port, management) = (
            free_port("127.0.0.1").to_string(),
            free_port("127.0.0.1").to_string(),
        );
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let process = Command::new(env!("CARGO_BIN_EXE_cloakroom"))
            .arg("start")
            .env("PORT", &port)
            .env("CLOAKROOM_MANAGEMENT_PORT", &management)
            .env("CLOAKROOM_DATA_DIR", folder.join("data"))
            .env("KC_BOOTSTRAP_ADMIN_USERNAME", "admin")
            .env("KC_BOOTSTRAP_ADMIN_PASSWORD", SECRET)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut server = Self {
            process,
            http: reqwest::Client::builder().build().unwrap(),
            base: format!("http://localhost:{port}"),
            administrator: String::new(),
        };
        let ready = format!("http://127.0.0.1:{management}/health/ready");
        let deadline = Instant::now() + Duration::from_secs(60);
        let is_ready = async |server: &Self| {
            let asked = server.http.get(&ready).send().await;
            asked.is_ok_and(|answer| answer.status().is_success())
        };
        while !is_ready(&server).await {
            assert!(Instant::now() < deadline);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let tokens = server
            .tokens("master", "admin-cli", "admin", "openid")
            .await;
        server.administrator = text(&tokens, "access_token");
        server.admin("POST", "", realm()).await;
        server
    }

    async fn admin(&self, method: &str, path: &str, body: Value) -> reqwest::Response {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let sent = self
            .http
            .request(method, format!("{}/admin/realms{path}", self.base))
            .bearer_auth(&self.administrator)
            .json(&body)
            .send();
        let answer = sent.await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer
    }

    async fn tokens(&self, realm: &str, client: &str, username: &str, scope: &str) -> Value {
        let mut form = vec![
            ("grant_type", "password"),
            ("client_id", client),
            ("username", username),
            ("password", SECRET),
            ("scope", scope),
        ];
        if client != "admin-cli" {
            form.push(("client_secret", SECRET));
        }
        let answer = self.post(realm, "token", &form).await;
        assert!(answer.get("access_token").is_some(), "{answer}");
        answer
    }

    async fn post(&self, realm: &str, path: &str, form: &[(&str, &str)]) -> Value {
        let address = format!(
            "{}/realms/{realm}/protocol/openid-connect/{path}",
            self.base
        );
        let answer = self.http.post(address).form(form).send().await.unwrap();
        answer.json().await.unwrap_or_default()
    }

    fn issuer(&self) -> String {
        format!("{}/realms/shop", self.base)
    }
}

fn text(tokens: &Value, name: &str) -> String {
    tokens[name].as_str().unwrap().to_owned()
}

async fn verify(verifier: &Verifier, token: &str) -> Result<Access, VerifyError> {
    verifier.verify(&Presented::bearer(token)).await
}

#[tokio::test]
async fn tokens_of_a_real_server_are_taken_and_others_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let verifier = Verifier::builder(&server.issuer(), "orders-api")
        .build()
        .unwrap();
    let ada = server.tokens("shop", "app", "ada", "openid").await;
    let bob = server.tokens("shop", "app", "bob", "openid").await;

    let access = verify(&verifier, &text(&ada, "access_token"))
        .await
        .unwrap();
    assert_eq!(access.username(), Some("ada"));
    assert_eq!(access.client_id(), Some("app"));
    assert!(access.has_realm_role("staff") && access.has_client_role("orders-api", "reader"));
    assert!(access.has_scope("openid") && access.session_id().is_some());

    let rows = [
        ("an ID token", text(&ada, "id_token"), "aud"),
        ("a refresh token", text(&ada, "refresh_token"), ""),
        (
            "a token for nobody in particular",
            text(&bob, "access_token"),
            "aud",
        ),
        ("a token of another realm", server.administrator.clone(), ""),
    ];
    for (name, token, claim) in rows {
        let refused = verify(&verifier, &token).await;
        let Err(VerifyError::InvalidToken(error)) = refused else {
            unreachable!("{name}: {refused:?}");
        };
        assert!(
            claim.is_empty() || error.claim_name() == Some(claim),
            "{name}: {error}"
        );
    }
    // Meant for its client, an ID token would pass by its audience.
    let client = Verifier::builder(&server.issuer(), "app").build().unwrap();
    let refused = verify(&client, &text(&ada, "id_token")).await;
    let Err(VerifyError::InvalidToken(error)) = refused else {
        unreachable!("{refused:?}");
    };
    assert_eq!(error.claim_name(), Some("typ"));
}

#[tokio::test]
async fn a_new_key_of_a_real_server_refuses_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let verifier = Verifier::builder(&server.issuer(), "orders-api")
        .build()
        .unwrap();
    let before = server.tokens("shop", "app", "ada", "openid").await;
    assert!(
        verify(&verifier, &text(&before, "access_token"))
            .await
            .is_ok()
    );

    let realm: Value = server
        .admin("GET", "/shop", json!({}))
        .await
        .json()
        .await
        .unwrap();
    let key = json!({
        "name": "newer", "providerId": "rsa-generated", "parentId": realm["id"],
        "providerType": "org.keycloak.keys.KeyProvider",
        "config": { "priority": ["200"], "algorithm": ["RS256"], "enabled": ["true"], "active": ["true"] },
    });
    server.admin("POST", "/shop/components", key).await;
    let after = server.tokens("shop", "app", "ada", "openid").await;

    let name = |tokens: &Value| {
        text(tokens, "access_token")
            .split('.')
            .next()
            .unwrap()
            .to_owned()
    };
    assert_ne!(name(&before), name(&after), "the new key signs");
    assert!(
        verify(&verifier, &text(&after, "access_token"))
            .await
            .is_ok()
    );
    assert!(
        verify(&verifier, &text(&before, "access_token"))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn an_api_that_asks_learns_at_once_that_a_session_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let verifier = Verifier::builder(&server.issuer(), "orders-api")
        .introspection("orders-api", SECRET)
        .introspect_always()
        .keep_answers(0)
        .build()
        .unwrap();
    let tokens = server.tokens("shop", "app", "ada", "openid").await;
    let access = verify(&verifier, &text(&tokens, "access_token"))
        .await
        .unwrap();
    assert!(access.has_client_role("orders-api", "reader"));

    let refresh = text(&tokens, "refresh_token");
    let form = [
        ("client_id", "app"),
        ("client_secret", SECRET),
        ("refresh_token", refresh.as_str()),
    ];
    server.post("shop", "logout", &form).await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;

    let refused = verify(&verifier, &text(&tokens, "access_token")).await;
    assert!(
        matches!(refused, Err(VerifyError::Inactive(_))),
        "{refused:?}"
    );
}
