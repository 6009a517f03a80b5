//! The API, and how the page reaches it.
use actix_web::error::ErrorForbidden;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Json, ServiceConfig};
use actix_web::{Error, HttpRequest, HttpResponse};
use cloakroom_verify::actix::{Caller, Protect};
use openidconnect::OAuth2TokenResponse as _;
use serde_json::{Value, json};

use crate::Shop;
use crate::login::{failed, nobody, refresh};

/// The API. It knows nothing of cookies: whoever calls it shows an access token that is meant for it.
pub(crate) fn protected(app: &mut ServiceConfig) {
    let api = web::scope("/api").wrap(Protect::any().client_role("orders-api", "reader"));
    app.service(api.route("/orders", web::get().to(orders)));
}

async fn orders(caller: Caller) -> Json<Value> {
    let issued_at = caller.claims().get("iat");
    Json(
        json!({ "for": caller.username(), "orders": ["umbrella", "coat"], "issued_at": issued_at }),
    )
}

/// `GET /me`: who is signed in, for the page.
pub(crate) async fn me(request: HttpRequest, shop: Data<Shop>) -> Result<Json<Value>, Error> {
    let user = shop.user(&request)?;
    Ok(Json(json!({ "name": user.name, "csrf": user.csrf })))
}

/// `GET /orders`: calls the API for the page, with the token that the page never sees.
pub(crate) async fn call(request: HttpRequest, shop: Data<Shop>) -> Result<HttpResponse, Error> {
    let user = shop.user(&request)?;
    let csrf = request.headers().get("x-csrf");
    if csrf.is_none_or(|csrf| csrf.as_bytes() != user.csrf.as_bytes()) {
        return Err(ErrorForbidden("this did not come from our page"));
    }
    // Two calls at once refresh once: a refresh token is good for one use.
    let mut tokens = user.tokens.lock().await;
    if !refresh(&shop, &mut tokens).await.map_err(failed)? {
        shop.sessions.end(&request);
        return Err(nobody());
    }
    let asked = shop
        .http
        .get(format!("{}/api/orders", shop.here))
        .bearer_auth(tokens.given.access_token().secret());
    drop(tokens);
    let answer = asked.send().await.map_err(failed)?;
    let status = StatusCode::from_u16(answer.status().as_u16()).map_err(failed)?;
    let body = answer.bytes().await.map_err(failed)?;
    Ok(HttpResponse::build(status)
        .content_type("application/json")
        .body(body))
}
