//! Signing out: here and at the issuer, whoever begins.
use actix_web::error::ErrorForbidden;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Form};
use actix_web::{Error, HttpRequest, HttpResponse};
use cloakroom_verify::Verifier;
use cloakroom_verify::jose::jwt::kind::LogoutToken;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use crate::login::failed;
use crate::oidc::Provider;
use crate::session::Sessions;

/// The form of the page.
#[derive(Deserialize)]
pub(crate) struct Wish {
    csrf: String,
}

/// `POST /logout`: ends the session here, and leads to where it ends at the issuer (RP-Initiated Logout 1.0 §2).
pub(crate) async fn by_user(
    request: HttpRequest,
    wish: Form<Wish>,
    provider: Data<Provider>,
    sessions: Data<Sessions>,
) -> Result<HttpResponse, Error> {
    let to = |address: &str| {
        HttpResponse::SeeOther()
            .insert_header((LOCATION, address))
            .finish()
    };
    let Some(user) = sessions.user(&request) else {
        return Ok(to("/"));
    };
    let user = user.lock().await;
    if user.csrf != wish.csrf {
        return Err(ErrorForbidden("this did not come from our page"));
    }
    sessions.sign_out(&request);
    let (_, metadata) = provider.discover().await.map_err(failed)?;
    let end = metadata.additional_metadata().end_session_endpoint.as_ref();
    let mut end: Url = end.ok_or_else(|| failed("no logout".into()))?.url().clone();
    end.query_pairs_mut()
        .append_pair("id_token_hint", &user.id_token)
        .append_pair("post_logout_redirect_uri", &format!("{}/", provider.here));
    Ok(to(end.as_str()))
}

/// What the issuer sends.
#[derive(Deserialize)]
pub(crate) struct Notice {
    logout_token: String,
}

/// `POST /backchannel-logout`: the issuer says that a session is over (Back-Channel Logout 1.0 §2.5).
///
/// Ending it a second time does nothing, so a token that is sent twice needs no memory.
pub(crate) async fn by_issuer(
    notice: Form<Notice>,
    provider: Data<Provider>,
    verifier: Data<Verifier>,
    sessions: Data<Sessions>,
) -> HttpResponse {
    let token = verifier
        .issuer()
        .verify::<LogoutToken>(&notice.logout_token, &provider.client_id)
        .await;
    match token {
        Ok(token) => {
            sessions.end(token.session_id(), token.claims().subject());
            HttpResponse::Ok().finish()
        }
        Err(error) => {
            eprintln!("a logout token: {error}");
            HttpResponse::BadRequest().json(json!({ "error": "invalid_request" }))
        }
    }
}
