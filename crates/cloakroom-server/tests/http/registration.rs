//! Clients that register themselves over HTTP, and what they are refused.

use reqwest::Method;
use serde_json::{Value, json};

use super::administration::{ADMIN, administer};
use super::{Server, client, start};

const STANDARD: &str = "openid-connect";

/// Status and body of a call.
type Seen = (u16, Value);

pub(super) async fn admin(server: &Server, method: Method, path: &str, body: Value) -> Value {
    let text = (!body.is_null()).then(|| body.to_string());
    let answer = administer(server, method, path, text.as_deref(), None).await;
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    answer.json().await.unwrap_or_default()
}

/// Calls the registration service of the realm `r`.
pub(super) async fn call(
    server: &Server,
    method: Method,
    path: &str,
    token: &str,
    body: &Value,
) -> Seen {
    let at = format!("{}/realms/r/clients-registrations/{path}", server.base);
    let mut call = client().request(method, at);
    if !token.is_empty() {
        call = call.bearer_auth(token);
    }
    if !body.is_null() {
        call = call.json(body);
    }
    let answer = call.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or_default())
}

async fn initial_access(server: &Server, count: u32) -> String {
    let asked = json!({"count": count, "expiration": 600});
    let made = admin(server, Method::POST, "/r/clients-initial-access", asked).await;
    made["token"].as_str().unwrap().to_owned()
}

pub(super) async fn server(folder: &std::path::Path) -> Server {
    let server = start(folder, &ADMIN).await;
    admin(
        &server,
        Method::POST,
        "",
        json!({"realm": "r", "enabled": true}),
    )
    .await;
    server
}

pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_client_registers_and_looks_after_its_own_registration() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path()).await;
    let iat = initial_access(&server, 1).await;
    let asked = json!({
        "redirect_uris": ["https://app.example/cb"], "client_name": "App",
        "post_logout_redirect_uris": ["https://app.example/bye"],
        "grant_types": ["authorization_code"], "response_types": ["code"],
        "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": []},
        "scope": "openid profile phone", "subject_type": "pairwise",
        "id_token_signed_response_alg": "PS256", "default_max_age": 60,
        "default_acr_values": ["1"], "request_uris": ["https://app.example/ro"],
        "backchannel_logout_uri": "https://app.example/out",
        "backchannel_logout_session_required": true,
        "require_pushed_authorization_requests": true, "dpop_bound_access_tokens": true,
        "logo_uri": "https://app.example/logo.png", "initiate_login_uri": "https://app.example/start",
    });

    let (status, made) = call(&server, Method::POST, STANDARD, &iat, &asked).await;
    let (again, spent) = call(&server, Method::POST, STANDARD, &iat, &asked).await;
    let own = format!("{STANDARD}/{}", text(&made, "client_id"));
    let first = text(&made, "registration_access_token").to_owned();
    let (seen, shown) = call(&server, Method::GET, &own, &first, &Value::Null).await;
    let change = json!({
        "client_id": made["client_id"], "client_name": "New", "subject_type": "public",
        "scope": "address",
    });
    let (changed, after) = call(&server, Method::PUT, &own, &first, &change).await;
    let second = text(&after, "registration_access_token").to_owned();
    let (stale, _) = call(&server, Method::GET, &own, &first, &Value::Null).await;
    let (other, _) = call(
        &server,
        Method::GET,
        "default/account",
        &second,
        &Value::Null,
    )
    .await;
    let (gone, _) = call(&server, Method::DELETE, &own, &second, &Value::Null).await;
    let (lost, _) = call(&server, Method::GET, &own, &second, &Value::Null).await;

    assert_eq!(status, 201, "{made}");
    for (name, value) in asked.as_object().unwrap() {
        match name.as_str() {
            "response_types" => assert_eq!(made[name], json!(["code", "none"])),
            // Every client has `openid` and, in a usual realm, `profile`.
            "scope" => assert_eq!(made[name], "phone"),
            _ => assert_eq!(&made[name], value, "{name}"),
        }
    }
    assert_eq!(made["client_secret"], Value::Null, "a key needs no secret");
    assert_eq!((again, text(&spent, "error")), (401, "invalid_token"));
    assert_eq!(seen, 200);
    assert_eq!(shown["client_name"], "App");
    assert_eq!(changed, 200, "{after}");
    assert_eq!(after["client_name"], "New");
    assert_eq!(after["subject_type"], "public");
    assert_eq!(after["scope"], "address");
    assert_eq!(after["redirect_uris"], asked["redirect_uris"]);
    assert_eq!((stale, other, gone, lost), (401, 401, 204, 401));
}

/// Metadata that is `invalid_client_metadata`.
fn unfit_metadata() -> Vec<Value> {
    vec![
        json!({"client_id": "mine"}),
        json!({"response_types": ["token"], "grant_types": ["authorization_code"]}),
        json!({"response_types": ["code id_token"], "grant_types": ["implicit"]}),
        json!({"response_types": ["code none"]}),
        json!({"response_types": ["x"]}),
        json!({"token_endpoint_auth_method": "tls_client_auth"}),
        json!({"jwks": {"keys": []}, "jwks_uri": "https://a.example"}),
        json!({"jwks": {"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "AA"}]}}),
        json!({"jwks": {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}}),
        json!({"jwks": {"keys": vec![json!({"kty": "OKP", "crv": "Ed25519", "x": "AA"}); 1_000]}}),
        json!({"jwks_uri": "file:///etc/passwd"}),
        json!({"logo_uri": "javascript:alert(1)"}),
        json!({"id_token_signed_response_alg": "none"}),
        json!({"subject_type": "other"}),
        json!({"sector_identifier_uri": "https://127.0.0.1/sector", "subject_type": "pairwise"}),
        json!({"initiate_login_uri": "http://a.example/start"}),
        json!({"tls_client_certificate_bound_access_tokens": true}),
    ]
}

#[tokio::test]
async fn metadata_that_are_not_right_are_refused_in_the_words_of_the_standard() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path()).await;
    let iat = initial_access(&server, 1).await;
    let mut rows: Vec<(Value, u16, &str)> = unfit_metadata()
        .into_iter()
        .map(|asked| (asked, 400, "invalid_client_metadata"))
        .collect();
    for uri in ["https://a.example/#x", "javascript:alert(1)"] {
        let asked = json!({"redirect_uris": [uri]});
        rows.push((asked, 400, "invalid_redirect_uri"));
    }
    let many = vec!["https://a.example/cb"; 10_000];
    rows.push((json!({"redirect_uris": many}), 400, "invalid_redirect_uri"));
    let text_for_list = json!({"redirect_uris": "https://a.example"});
    rows.push((text_for_list, 400, "unknown_error"));
    for scope in ["no-such-scope", "service_account"] {
        rows.push((json!({"scope": scope}), 403, "insufficient_scope"));
    }

    for (asked, status, error) in rows {
        let (got, body) = call(&server, Method::POST, STANDARD, &iat, &asked).await;
        let seen = (got, text(&body, "error"));
        assert_eq!(seen, (status, error), "{asked}: {body}");
    }
    for (token, status, error) in [
        ("", 403, "insufficient_scope"),
        ("nonsense", 401, "invalid_token"),
        ("a.b.c", 401, "invalid_token"),
    ] {
        let (got, body) = call(&server, Method::POST, STANDARD, token, &json!({})).await;
        assert_eq!((got, text(&body, "error")), (status, error), "{token}");
    }
    // A refusal spends nothing of the right.
    let (made, body) = call(&server, Method::POST, STANDARD, &iat, &json!({})).await;
    assert_eq!(made, 201, "{body}");
}

#[tokio::test]
async fn a_client_gets_nothing_that_only_an_administrator_may_give() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path()).await;
    let iat = initial_access(&server, 1).await;
    let mapper = json!([{
        "name": "m", "protocol": "openid-connect", "protocolMapper": "oidc-hardcoded-role-mapper",
        "config": {"role": "realm-management.realm-admin"},
    }]);

    for (asked, status) in [
        (json!({"clientId": "account"}), 400),
        (json!({"redirectUris": ["data:text/html,x"]}), 400),
        (json!({"optionalClientScopes": ["nope"]}), 403),
        (json!({"protocolMappers": mapper}), 403),
    ] {
        let (got, body) = call(&server, Method::POST, "default", &iat, &asked).await;
        assert_eq!(got, status, "{asked}: {body}");
    }
    let asked = json!({
        "clientId": "x", "id": "r", "redirectUris": ["https://app.example/cb"],
        "surrogateAuthRequired": true, "authorizationServicesEnabled": true,
    });
    let (status, made) = call(&server, Method::POST, "default", &iat, &asked).await;
    let rat = text(&made, "registrationAccessToken").to_owned();
    let other = json!({"clientId": "y"});
    let (renamed, _) = call(&server, Method::PUT, "default/x", &rat, &other).await;
    let mapped = json!({"clientId": "x", "protocolMappers": mapper});
    let (mapped, _) = call(&server, Method::PUT, "default/x", &rat, &mapped).await;
    let (by_client, _) = call(&server, Method::POST, "default", &rat, &json!({})).await;
    // Keycloak's own form is not RFC 7592's, and its clients rotate their secrets so.
    let chosen = json!({"clientId": "x", "secret": "a-secret-of-its-own-choice-0123456789"});
    let (_, rotated) = call(&server, Method::PUT, "default/x", &rat, &chosen).await;

    assert_eq!(rotated["secret"], chosen["secret"], "{rotated}");
    assert_eq!(status, 201, "{made}");
    assert_ne!(made["id"], "r");
    assert_eq!(made["surrogateAuthRequired"], false);
    assert_ne!(made["authorizationServicesEnabled"], true);
    assert_eq!((renamed, mapped, by_client), (400, 403, 401));
}

#[tokio::test]
async fn a_stranger_registers_what_the_realms_policies_allow() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path()).await;
    let kind = "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy";
    let at = format!("/r/components?type={kind}");
    let all = admin(&server, Method::GET, &at, Value::Null).await;
    let mut policies = all.as_array().unwrap().iter();
    let is_hosts = |one: &&Value| one["providerId"] == "trusted-hosts";
    let mut hosts = policies.clone().find(is_hosts).unwrap().clone();
    let mut limit = policies
        .find(|one| one["providerId"] == "max-clients")
        .unwrap()
        .clone();
    hosts["config"]["trusted-hosts"] = json!(["127.0.0.1", "::1", "app.example"]);
    limit["config"]["max-clients"] = json!(["8"]);
    let place = |one: &Value| format!("/r/components/{}", text(one, "id"));
    admin(&server, Method::PUT, &place(&hosts), hosts).await;

    let post = async |path: &str, asked: Value| call(&server, Method::POST, path, "", &asked).await;
    let stranger = post(
        "default",
        json!({"clientId": "b", "redirectUris": ["https://b.test/"]}),
    )
    .await;
    let account = post(STANDARD, json!({"grant_types": ["client_credentials"]})).await;
    let (status, made) = post(
        "default",
        json!({
            "clientId": "a", "redirectUris": ["https://app.example/cb"],
            "fullScopeAllowed": true, "consentRequired": false,
        }),
    )
    .await;
    let rat = text(&made, "registrationAccessToken").to_owned();
    let wide = json!({"clientId": "a", "fullScopeAllowed": true});
    let widened = call(&server, Method::PUT, "default/a", &rat, &wide).await;
    let silent = json!({"clientId": "a", "consentRequired": false});
    let silenced = call(&server, Method::PUT, "default/a", &rat, &silent).await;
    admin(&server, Method::PUT, &place(&limit), limit).await;
    let full = loop {
        let answer = post(STANDARD, json!({"redirect_uris": ["https://app.example/"]})).await;
        if answer.0 != 201 {
            break answer;
        }
    };

    assert_eq!(stranger.0, 403);
    let why = text(&stranger.1, "error_description");
    assert!(
        why.ends_with("URL doesn't match any trusted host or trusted domain"),
        "{why}"
    );
    assert_eq!(account.0, 400);
    assert_eq!(status, 201, "{made}");
    assert_eq!(made["fullScopeAllowed"], false);
    assert_eq!(made["consentRequired"], true);
    assert_eq!((widened.0, silenced.0), (403, 403));
    assert_eq!(full.0, 403);
    let why = text(&full.1, "error_description");
    assert!(
        why.ends_with("It's allowed to have max 8 clients per realm"),
        "{why}"
    );
}

#[tokio::test]
async fn an_adapter_reads_its_settings_with_its_own_proof_alone() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path()).await;
    for id in ["shop", "other"] {
        let body = json!({"clientId": id, "secret": format!("the secret of {id}")});
        admin(&server, Method::POST, "/r/clients", body).await;
    }
    let public = json!({"clientId": "pages", "publicClient": true});
    admin(&server, Method::POST, "/r/clients", public).await;
    let token = initial_access(&server, 1).await;
    let asked = json!({"clientId": "registered"});
    let (_, made) = call(&server, Method::POST, "default", &token, &asked).await;
    let own = text(&made, "registrationAccessToken");

    let (status, read) = call(
        &server,
        Method::GET,
        "install/registered",
        own,
        &Value::Null,
    )
    .await;
    assert_eq!((status, text(&read, "resource")), (200, "registered"));
    for (path, token) in [
        ("install/shop", own),
        ("install/registered", "x"),
        ("install/none", ""),
    ] {
        let (status, _) = call(&server, Method::GET, path, token, &Value::Null).await;
        assert_eq!(status, 401, "{path}");
    }
    for (path, name, secret, expected) in [
        ("shop", Some("shop"), "the secret of shop", 200),
        ("shop", Some("shop"), "another secret", 401),
        ("shop", Some("other"), "the secret of other", 401),
        ("shop", None, "", 401),
        ("pages", None, "", 200),
    ] {
        let at = format!(
            "{}/realms/r/clients-registrations/install/{path}",
            server.base
        );
        let asked = client().get(at);
        let asked = match name {
            Some(name) => asked.basic_auth(name, Some(secret.replace(' ', "+"))),
            None => asked,
        };
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), expected, "{path} {name:?}");
        let read: Value = answer.json().await.unwrap();
        let is_shop = path == "shop" && expected == 200;
        let told = read["credentials"]["secret"] == "the secret of shop";
        assert_eq!(told, is_shop, "{read}");
    }
}
