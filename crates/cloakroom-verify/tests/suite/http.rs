//! What clients of a protected API see over HTTP.
use actix_web::http::StatusCode;
use actix_web::http::header::WWW_AUTHENTICATE;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, HttpMessage as _, HttpResponse, web};
use cloakroom_jose::dpop::{Request, sign};
use cloakroom_jose::{Alg, SigningKey, base64url, digest};
use cloakroom_verify::actix::{Caller, ClientCertificate, Protect, Refusal, metadata};
use cloakroom_verify::{NonceKey, Protection};
use serde_json::{Value, json};

use crate::stand_in::{Manner, StandIn};

const API: &str = "https://api.example/v1";

fn protection(issuer: &StandIn) -> Protection {
    let verifier = issuer
        .builder()
        .algs(&[Alg::ES256])
        .proof_algs(&[Alg::ES256]);
    Protection::new(verifier.build().unwrap(), API)
        .unwrap()
        .scopes(&["orders:read", "orders:write"])
        .name("Orders")
}

async fn who(caller: Caller) -> String {
    caller.subject().unwrap_or_default().to_owned()
}

async fn write(caller: Caller) -> Result<HttpResponse, Refusal> {
    caller.need_scope("orders:write")?;
    Ok(HttpResponse::NoContent().finish())
}

/// What an API with these parts answers.
async fn ask(protection: &Protection, request: TestRequest) -> (StatusCode, Vec<String>, Value) {
    let orders = web::scope("/orders")
        .wrap(
            Protect::any()
                .scope("orders:read")
                .realm_role("staff")
                .client_role("orders-api", "reader"),
        )
        .route("", web::get().to(who));
    let app = App::new()
        .app_data(protection.clone())
        .service(metadata(protection))
        .service(orders)
        .route("/who", web::get().to(who))
        .route("/write", web::post().to(write));
    let app = init_service(app).await;
    let answer = call_service(&app, request.to_request()).await;
    let status = answer.status();
    let challenges = answer.headers().get_all(WWW_AUTHENTICATE);
    let challenges = challenges
        .map(|value| value.to_str().unwrap().to_owned())
        .collect();
    let body = read_body(answer).await;
    let body = serde_json::from_slice(&body)
        .unwrap_or_else(|_| String::from_utf8(body.to_vec()).unwrap().into());
    (status, challenges, body)
}

fn get(path: &str, authorization: &str) -> TestRequest {
    let request = TestRequest::get().uri(path);
    match authorization {
        "" => request,
        value => request.insert_header(("authorization", value)),
    }
}

const METADATA: &str =
    r#"resource_metadata="https://api.example/.well-known/oauth-protected-resource/v1""#;

#[actix_web::test]
async fn a_good_token_passes_the_middleware_and_reaches_the_handler() {
    let issuer = StandIn::start();
    let bearer = format!("Bearer {}", issuer.token(json!({})));

    for path in ["/who", "/orders"] {
        let (status, challenges, body) = ask(&protection(&issuer), get(path, &bearer)).await;
        assert_eq!((status, challenges.len()), (StatusCode::OK, 0), "{path}");
        assert_eq!(body, "ada");
    }
    assert_eq!(issuer.asked("/jwks"), 2, "each protection is of its own");
}

#[actix_web::test]
async fn whoever_shows_no_token_learns_what_is_needed_and_no_more() {
    let issuer = StandIn::start();

    for request in [
        get("/who", ""),
        get("/orders", ""),
        get("/who", "Basic YTpi"),
        get("/who?access_token=abc", ""),
    ] {
        let (status, challenges, body) = ask(&protection(&issuer), request).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        let expected = [
            format!("Bearer {METADATA}"),
            format!(r#"DPoP algs="ES256", {METADATA}"#),
        ];
        assert_eq!(challenges, expected);
        assert_eq!(body, "");
    }
}

#[actix_web::test]
async fn a_bad_token_is_a_401_that_says_why() {
    let issuer = StandIn::start();
    let over = issuer.token(json!({ "exp": issuer.now() - 60 }));

    let (status, challenges, body) =
        ask(&protection(&issuer), get("/who", &format!("Bearer {over}"))).await;

    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let why = r#"error="invalid_token", error_description="the token is refused: exp is over""#;
    assert_eq!(
        challenges,
        [
            format!("Bearer {why}, {METADATA}"),
            format!(r#"DPoP algs="ES256", {METADATA}"#)
        ]
    );
    assert_eq!(
        body,
        json!({ "error": "invalid_token", "error_description": "the token is refused: exp is over" })
    );
}

#[actix_web::test]
async fn a_token_that_may_too_little_is_a_403_that_names_what_is_missing() {
    let issuer = StandIn::start();
    let protection = protection(&issuer);
    let rows = [
        (
            "/orders",
            json!({ "scope": "openid" }),
            "the scope orders:read is needed",
            r#"scope="orders:read", "#,
        ),
        (
            "/orders",
            json!({ "realm_access": null }),
            "the role staff is needed",
            "",
        ),
        (
            "/orders",
            json!({ "resource_access": null }),
            "the role orders-api/reader is needed",
            "",
        ),
        (
            "/write",
            json!({}),
            "the scope orders:write is needed",
            r#"scope="orders:write", "#,
        ),
    ];

    for (path, changed, why, scope) in rows {
        let bearer = format!("Bearer {}", issuer.token(changed));
        let request = match path {
            "/write" => TestRequest::post()
                .uri(path)
                .insert_header(("authorization", bearer)),
            _ => get(path, &bearer),
        };
        let (status, challenges, body) = ask(&protection, request).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
        let expected = format!(
            r#"Bearer error="insufficient_scope", error_description="{why}", {scope}{METADATA}"#
        );
        assert_eq!(challenges.first(), Some(&expected));
        assert_eq!(body["error"], "insufficient_scope");
    }
}

#[actix_web::test]
async fn what_nobody_should_send_is_a_400() {
    let issuer = StandIn::start();
    let token = issuer.token(json!({}));
    let twice = TestRequest::get()
        .uri("/who")
        .append_header(("authorization", format!("Bearer {token}")))
        .append_header(("authorization", format!("Bearer {token}")));
    let proofs = get("/who", &format!("DPoP {token}"))
        .append_header(("dpop", "a"))
        .append_header(("dpop", "b"));

    for request in [
        twice,
        proofs,
        get("/who", "Bearer a b"),
        get("/who", "Bearer"),
    ] {
        let (status, challenges, body) = ask(&protection(&issuer), request).await;
        assert_eq!((status, challenges.len()), (StatusCode::BAD_REQUEST, 0));
        assert_eq!(body["error"], "invalid_request");
    }
}

#[actix_web::test]
async fn an_issuer_that_does_not_answer_is_a_503() {
    let issuer = StandIn::start();
    issuer.state().discovery = Manner::Status(500);
    let bearer = format!("Bearer {}", issuer.token(json!({})));

    let (status, challenges, body) = ask(&protection(&issuer), get("/orders", &bearer)).await;

    assert_eq!(
        (status, challenges.len()),
        (StatusCode::SERVICE_UNAVAILABLE, 0)
    );
    assert_eq!(body["error"], "temporarily_unavailable");
}

#[actix_web::test]
async fn a_proof_is_for_the_address_that_the_client_called() {
    let issuer = StandIn::start();
    let key = SigningKey::generate(Alg::ES256, "client").unwrap();
    let bound = json!({ "cnf": { "jkt": key.verifying_key().thumbprint() } });
    let token = issuer.token(bound);
    let prove = |url: &str| {
        let request = Request::new("GET", url).access_token(&token);
        sign(&key, &request, url, issuer.now()).unwrap()
    };
    let request = |proof: String| {
        get("/orders?page=2", &format!("DPoP {token}")).insert_header(("dpop", proof))
    };
    let protection = protection(&issuer);

    let (status, ..) = ask(&protection, request(prove("https://api.example/orders"))).await;
    assert_eq!(status, StatusCode::OK);
    let (status, challenges, _) =
        ask(&protection, request(prove("http://localhost:8080/orders"))).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(challenges.len(), 1);
    assert!(
        challenges[0].starts_with(r#"DPoP error="invalid_dpop_proof", "#),
        "{challenges:?}"
    );
    let (status, challenges, _) = ask(&protection, get("/who", &format!("Bearer {token}"))).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(
        challenges[0].starts_with(r#"Bearer error="invalid_token", "#),
        "{challenges:?}"
    );

    let verifier = issuer
        .builder()
        .nonces(NonceKey::generate().unwrap())
        .build()
        .unwrap();
    let protection = Protection::new(verifier, API).unwrap();
    let app = init_service(
        App::new()
            .app_data(protection)
            .route("/who", web::get().to(who)),
    )
    .await;
    let proof = prove("https://api.example/who");
    let request = get("/who", &format!("DPoP {token}")).insert_header(("dpop", proof));
    let answer = call_service(&app, request.to_request()).await;
    let challenge = answer.headers().get(WWW_AUTHENTICATE).unwrap();
    assert!(
        challenge
            .to_str()
            .unwrap()
            .contains(r#"error="use_dpop_nonce""#)
    );
    assert!(answer.headers().contains_key("dpop-nonce"));
}

#[actix_web::test]
async fn a_certificate_comes_from_whoever_the_app_trusts() {
    let issuer = StandIn::start();
    let thumbprint = base64url::encode(&digest(Alg::RS256, b"certificate"));
    let bearer = format!(
        "Bearer {}",
        issuer.token(json!({ "cnf": { "x5t#S256": thumbprint } }))
    );
    let app = App::new()
        .app_data(protection(&issuer))
        .route("/who", web::get().to(who));
    let app = init_service(app).await;

    for (certificate, expected) in [(&b"certificate"[..], 200), (b"another", 401)] {
        let request = get("/who", &bearer).to_request();
        request
            .extensions_mut()
            .insert(ClientCertificate(certificate.to_vec()));
        assert_eq!(call_service(&app, request).await.status(), expected);
    }
    let request = get("/who", &bearer).to_request();
    assert_eq!(call_service(&app, request).await.status(), 401);
}

#[actix_web::test]
async fn anybody_may_read_what_the_api_wants() {
    let issuer = StandIn::start();
    let path = "/.well-known/oauth-protected-resource/v1";

    let (status, _, body) = ask(&protection(&issuer), get(path, "")).await;

    assert_eq!(status, StatusCode::OK);
    let expected = json!({
        "resource": API,
        "resource_name": "Orders",
        "authorization_servers": [issuer.name.clone()],
        "scopes_supported": ["orders:read", "orders:write"],
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": ["ES256"],
    });
    assert_eq!(body, expected);
}

#[actix_web::test]
async fn an_api_without_a_protection_lets_nobody_in() {
    let issuer = StandIn::start();
    let app = init_service(App::new().route("/who", web::get().to(who))).await;
    let bearer = format!("Bearer {}", issuer.token(json!({})));

    let answer = call_service(&app, get("/who", &bearer).to_request()).await;

    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
}
