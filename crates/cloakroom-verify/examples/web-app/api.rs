//! The API, and how the page reaches it.
use actix_web::error::{ErrorForbidden, ErrorUnauthorized};
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Json, ServiceConfig};
use actix_web::{Error, HttpRequest, HttpResponse};
use cloakroom_verify::actix::{Caller, Protect};
use serde_json::{Value, json};

use crate::login::{failed, refresh};
use crate::oidc::Provider;
use crate::session::Sessions;

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
pub(crate) async fn me(
    request: HttpRequest,
    sessions: Data<Sessions>,
) -> Result<Json<Value>, Error> {
    let user = sessions
        .user(&request)
        .ok_or_else(|| ErrorUnauthorized("nobody is signed in"))?;
    let user = user.lock().await;
    Ok(Json(json!({ "name": user.name, "csrf": user.csrf })))
}

/// `GET /orders`: calls the API for the page, with the token that the page never sees.
pub(crate) async fn call(
    request: HttpRequest,
    provider: Data<Provider>,
    sessions: Data<Sessions>,
) -> Result<HttpResponse, Error> {
    let over = || ErrorUnauthorized("nobody is signed in");
    let user = sessions.user(&request).ok_or_else(over)?;
    // Two calls at once refresh once: a refresh token is good for one use.
    let mut user = user.lock().await;
    let csrf = request.headers().get("x-csrf");
    if csrf.is_none_or(|csrf| csrf.as_bytes() != user.csrf.as_bytes()) {
        return Err(ErrorForbidden("this did not come from our page"));
    }
    if !refresh(&provider, &mut user).await.map_err(failed)? {
        sessions.sign_out(&request);
        return Err(over());
    }
    let asked = provider
        .http()
        .get(format!("{}/api/orders", provider.here))
        .bearer_auth(&user.access_token);
    drop(user);
    let answer = asked.send().await.map_err(|error| failed(error.into()))?;
    let status = StatusCode::from_u16(answer.status().as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
    let body = answer.bytes().await.map_err(|error| failed(error.into()))?;
    Ok(HttpResponse::build(status)
        .content_type("application/json")
        .body(body))
}
