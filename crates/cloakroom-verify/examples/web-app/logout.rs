//! Signing out: here and at the issuer, whoever begins.
use actix_web::error::ErrorForbidden;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Form};
use actix_web::{Error, HttpRequest, HttpResponse};
use cloakroom_verify::jose::jwt::kind::LogoutToken;
use openidconnect::{LogoutRequest, PostLogoutRedirectUrl};
use serde::Deserialize;
use serde_json::json;

use crate::Shop;
use crate::issuer::failed;

/// The form of the page.
#[derive(Deserialize)]
pub(crate) struct Wish {
    csrf: String,
}

/// `POST /logout`: ends the session here, and leads to where it ends at the issuer (RP-Initiated Logout 1.0 §2).
pub(crate) async fn by_user(
    request: HttpRequest,
    wish: Form<Wish>,
    shop: Data<Shop>,
) -> Result<HttpResponse, Error> {
    let back = format!("{}/", shop.here);
    let mut to = back.clone();
    if let Some(user) = shop.sessions.user(&request) {
        if user.csrf != wish.csrf {
            return Err(ErrorForbidden("this did not come from our page"));
        }
        shop.sessions.take(&request);
        let end = LogoutRequest::from(shop.issuer.end.clone())
            .set_id_token_hint(&user.id_token)
            .set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(back).map_err(failed)?);
        to = end.http_get_url().to_string();
    }
    Ok(HttpResponse::SeeOther()
        .insert_header((LOCATION, to))
        .finish())
}

/// What the issuer sends.
#[derive(Deserialize)]
pub(crate) struct Notice {
    logout_token: String,
}

/// `POST /backchannel-logout`: the issuer says that a session is over (Back-Channel Logout 1.0 §2.5).
///
/// Ending it a second time does nothing, so a token that is sent twice needs no memory.
pub(crate) async fn by_issuer(notice: Form<Notice>, shop: Data<Shop>) -> HttpResponse {
    let (issuer, client) = (shop.verifier.issuer(), &shop.issuer.client);
    let token = issuer.verify::<LogoutToken>(&notice.logout_token, client.client_id());
    match token.await {
        Ok(token) => {
            // One session, or all of the subject's if it names none.
            shop.sessions.end(|user| match token.session_id() {
                Some(ended) => user.sid.as_deref() == Some(ended),
                None => token.claims().subject() == Some(&user.subject),
            });
            HttpResponse::Ok().finish()
        }
        Err(error) => {
            eprintln!("a logout token: {error}");
            HttpResponse::BadRequest().json(json!({ "error": "invalid_request" }))
        }
    }
}
