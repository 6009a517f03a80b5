//! What an app with a login takes from its issuer: logouts over the back channel, ID tokens, exchanges.
use actix_web::http::StatusCode;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, HttpResponse, web};
use cloakroom_jose::{Alg, half_hash};
use cloakroom_verify::VerifyError;
use cloakroom_verify::actix::{BackChannel, Logout};
use serde_json::{Value, json};

use crate::stand_in::{Manner, StandIn, sign};

const CLIENT: &str = "web";
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Whether it is over for three sessions: two of one subject, and somebody else's.
async fn over(logout: Logout) -> HttpResponse {
    let sessions = [("ada", Some("s1")), ("ada", Some("s2")), ("bob", None)];
    HttpResponse::Ok().json(sessions.map(|(subject, sid)| logout.ends(subject, sid)))
}

async fn post(issuer: &StandIn, body: &str) -> (StatusCode, Value) {
    let app = App::new()
        .app_data(BackChannel::new(issuer.verifier().issuer(), CLIENT))
        .route("/backchannel-logout", web::post().to(over));
    let app = init_service(app).await;
    let request = TestRequest::post()
        .uri("/backchannel-logout")
        .insert_header(("content-type", "application/x-www-form-urlencoded"))
        .set_payload(body.to_owned());
    let answer = call_service(&app, request.to_request()).await;
    let status = answer.status();
    (
        status,
        serde_json::from_slice(&read_body(answer).await).unwrap(),
    )
}

/// A form with a good logout token, changed.
fn form(issuer: &StandIn, changed: Value) -> String {
    let mut claims = json!({ "aud": CLIENT, "typ": "Logout", "events": { EVENT: {} } });
    let members = claims.as_object_mut().unwrap();
    members.extend(changed.as_object().unwrap().clone());
    let key = issuer.state().keys[0].clone();
    let token = sign(&key, "logout+jwt", issuer.claims(claims));
    format!("logout_token={token}")
}

#[actix_web::test]
async fn a_logout_ends_the_session_it_names_or_all_of_the_subject() {
    let issuer = StandIn::start();
    for (claims, ended) in [
        (json!({ "sid": "s1" }), [true, false, false]),
        (json!({}), [true, true, false]),
        (json!({ "sub": null, "sid": "s2" }), [false, true, false]),
        (json!({ "sub": "bob", "sid": "s1" }), [false, false, false]),
        (json!({ "sub": "bob" }), [false, false, true]),
    ] {
        let answer = post(&issuer, &form(&issuer, claims.clone())).await;
        assert_eq!(answer, (StatusCode::OK, json!(ended)), "{claims}");
    }
}

#[actix_web::test]
async fn what_is_no_logout_of_this_client_is_answered_400() {
    let (issuer, foreign) = (StandIn::start(), StandIn::start());
    let good = form(&issuer, json!({}));
    let rows = [
        ("nothing", String::new()),
        ("no token", "logout_token=".to_owned()),
        ("no form", "{}".to_owned()),
        ("two tokens", format!("{good}&{good}")),
        ("a letter more", format!("{good}A")),
        ("another issuer", form(&foreign, json!({}))),
        ("another client", form(&issuer, json!({ "aud": "app" }))),
        ("a nonce", form(&issuer, json!({ "nonce": "n" }))),
        (
            "another event",
            form(&issuer, json!({ "events": { "x": {} } })),
        ),
        ("nobody", form(&issuer, json!({ "sub": null }))),
        (
            "an old one",
            form(&issuer, json!({ "iat": issuer.now() - 1_000 })),
        ),
    ];
    for (what, body) in rows {
        let (status, answer) = post(&issuer, &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{what}");
        assert_eq!(answer["error"], "invalid_request", "{what}");
    }
    // Back-Channel Logout 1.0 §2.8: the same if the issuer cannot be asked.
    issuer.state().jwks = Manner::Status(500);
    assert_eq!(post(&issuer, &good).await.0, StatusCode::BAD_REQUEST);
}

#[actix_web::test]
async fn a_login_ends_with_the_id_token_of_this_client_and_this_request_alone() {
    let issuer = StandIn::start();
    let verifier = issuer.verifier();
    let hash = half_hash(Alg::ES256, "access");
    let good = json!({ "aud": CLIENT, "azp": CLIENT, "typ": "ID", "nonce": "n", "at_hash": hash });
    for (changed, is_right) in [
        (json!({}), true),
        (json!({ "azp": null }), true),
        (json!({ "azp": "other" }), false),
        (json!({ "aud": "other" }), false),
        (json!({ "nonce": "m" }), false),
        (json!({ "nonce": null }), false),
        (json!({ "at_hash": half_hash(Alg::ES256, "other") }), false),
        (json!({ "at_hash": null }), false),
        (json!({ "events": {} }), false),
        (json!({ "exp": issuer.now() - 100 }), false),
    ] {
        let mut claims = good.clone();
        let members = claims.as_object_mut().unwrap();
        members.extend(changed.as_object().unwrap().clone());
        let token = issuer.token(claims);
        let login = verifier
            .issuer()
            .verify_login(&token, CLIENT, "n", "access");
        assert_eq!(login.await.is_ok(), is_right, "{changed}");
    }
}

#[actix_web::test]
async fn an_exchange_is_with_the_address_that_was_meant_and_bounded() {
    let issuer = StandIn::start();
    let verifier = issuer.verifier();
    let ask = |address: String| {
        let request = http::Request::post(address).body(b"a=b".to_vec());
        verifier.issuer().exchange(request.unwrap())
    };
    let here = format!("{}/jwks", issuer.name);

    let answer = ask(here.clone()).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(serde_json::from_slice::<Value>(answer.body()).unwrap()["keys"].is_array());

    // An answer that is an error is the caller's to read; a redirect is not followed.
    issuer.state().jwks = Manner::Status(400);
    assert_eq!(ask(here.clone()).await.unwrap().status(), 400);
    issuer.state().jwks = Manner::Redirect;
    assert_eq!(ask(here.clone()).await.unwrap().status(), 302);
    assert_eq!(issuer.asked("/elsewhere/jwks"), 0);

    issuer.state().jwks = Manner::Flood;
    let refused = [
        ask(here).await,
        ask("http://id.example/token".to_owned()).await,
        ask("https://user:word@id.example/token".to_owned()).await,
    ];
    for refused in refused {
        assert!(matches!(refused, Err(VerifyError::Unavailable(_))));
    }
}
