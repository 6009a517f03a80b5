//! Signing out: here and at the issuer, whoever begins.
use actix_web::error::ErrorForbidden;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Form};
use actix_web::{Error, HttpRequest, HttpResponse};
use cloakroom_verify::actix::Logout;
use openidconnect::{LogoutRequest, PostLogoutRedirectUrl};
use serde::Deserialize;

use crate::Shop;
use crate::login::{Session, failed};

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
    let mut to = format!("{}/", shop.here);
    if let Ok(user) = shop.user(&request) {
        if user.csrf != wish.csrf {
            return Err(ErrorForbidden("this did not come from our page"));
        }
        shop.sessions.end(&request);
        let end = LogoutRequest::from(shop.end.clone())
            .set_id_token_hint(&user.id_token)
            .set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(to).map_err(failed)?);
        to = end.http_get_url().to_string();
    }
    Ok(HttpResponse::SeeOther()
        .insert_header((LOCATION, to))
        .finish())
}

/// `POST /backchannel-logout`: the issuer says that a session is over, or all of a user (Back-Channel Logout 1.0 §2.5).
pub(crate) async fn by_issuer(logout: Logout, shop: Data<Shop>) -> HttpResponse {
    shop.sessions.end_where(|session| match session {
        Session::User(user) => logout.ends(&user.subject, user.sid.as_deref()),
        Session::Login(..) => false,
    });
    HttpResponse::Ok().finish()
}
