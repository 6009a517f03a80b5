//! Signing in: to the issuer with a question, and back with an answer that has to fit it.
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::error::ErrorBadRequest;
use actix_web::http::header::{LOCATION, SET_COOKIE};
use actix_web::web::{Data, Query};
use actix_web::{Error, HttpRequest, HttpResponse};
use cloakroom_verify::jose::jwt::kind::IdToken;
use openidconnect::core::{CoreAuthenticationFlow, CoreTokenResponse};
use openidconnect::{
    AuthorizationCode, CsrfToken, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PkceCodeVerifier, Scope, TokenResponse as _,
};
use serde::Deserialize;

use crate::Shop;
use crate::issuer::{Failed, failed, send};
use crate::session::{Session, Tokens, User};

/// `GET /login`: sends the browser to the issuer.
pub(crate) async fn start(shop: Data<Shop>) -> HttpResponse {
    // RFC 9700 §2.1.1: the code is of use to nobody who does not know the verifier.
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let client = &shop.issuer.client;
    let (url, state, nonce) = client
        .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
        .add_scope(Scope::new("profile".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    let login = Session::Login(state, nonce, verifier);
    go(url.as_str(), &shop.sessions.begin(login))
}

fn go(to: &str, cookie: &str) -> HttpResponse {
    HttpResponse::Found()
        .insert_header((SET_COOKIE, cookie))
        .insert_header((LOCATION, to))
        .finish()
}

/// The answer of the issuer.
#[derive(Deserialize)]
pub(crate) struct Answer {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
}

/// `GET /callback`: checks the answer, and signs the user in.
pub(crate) async fn finish(
    request: HttpRequest,
    answer: Query<Answer>,
    shop: Data<Shop>,
) -> Result<HttpResponse, Error> {
    let again = || ErrorBadRequest("sign in again");
    let Some(Session::Login(state, nonce, verifier)) = shop.sessions.take(&request) else {
        return Err(again());
    };
    // RFC 9207: it is this issuer's answer, and no other's. RFC 9700 §4.7: it is to this browser's question.
    let is_ours = answer.iss.as_ref() == Some(&shop.issuer.name)
        && answer.state.as_ref() == Some(state.secret());
    let code = answer.into_inner().code.filter(|_| is_ours);
    let code = AuthorizationCode::new(code.ok_or_else(again)?);
    let user = redeem(&shop, code, verifier, &nonce)
        .await
        .map_err(failed)?;
    Ok(go("/", &shop.sessions.begin(Session::User(Arc::new(user)))))
}

/// Trades the code for tokens, and reads in the ID token who has signed in.
async fn redeem(
    shop: &Shop,
    code: AuthorizationCode,
    verifier: PkceCodeVerifier,
    nonce: &Nonce,
) -> Result<User, Failed> {
    let client = &shop.issuer.client;
    let asked = client.exchange_code(code)?.set_pkce_verifier(verifier);
    let tokens = asked
        .request_async(&|request| send(&shop.issuer.http, request))
        .await?;
    let id_token = tokens.id_token().ok_or("there is no ID token")?.clone();
    // Signed by this issuer, for this app, in answer to this question, and with this access token.
    let (issuer, text) = (shop.verifier.issuer(), id_token.to_string());
    let verified = issuer.verify::<IdToken>(&text, client.client_id()).await?;
    verified.check_authorized_party(client.client_id())?;
    verified.check_nonce(nonce.secret())?;
    verified.check_access_token(tokens.access_token().secret())?;
    let text = |name: &str| verified.claims().text(name).map(str::to_owned);
    Ok(User {
        name: text("preferred_username").unwrap_or_default(),
        subject: text("sub").unwrap_or_default(),
        sid: text("sid"),
        csrf: CsrfToken::new_random().into_secret(),
        id_token,
        tokens: kept(&tokens).into(),
    })
}

fn kept(tokens: &CoreTokenResponse) -> Tokens {
    Tokens {
        access: tokens.access_token().secret().clone(),
        refresh: tokens.refresh_token().cloned(),
        expires: Instant::now() + tokens.expires_in().unwrap_or_default(),
    }
}

/// Gets new tokens before the old ones end. The user sees nothing of it.
///
/// `false` if the issuer gives none: the session there is over.
pub(crate) async fn refresh(shop: &Shop, tokens: &mut Tokens) -> Result<bool, Failed> {
    // A call that begins now is done by then.
    if tokens.expires > Instant::now() + Duration::from_secs(10) {
        return Ok(true);
    }
    let Some(refresh_token) = tokens.refresh.take() else {
        return Ok(false);
    };
    let asked = shop.issuer.client.exchange_refresh_token(&refresh_token)?;
    let answer = asked
        .request_async(&|request| send(&shop.issuer.http, request))
        .await;
    let Ok(new) = answer else {
        return Ok(false);
    };
    *tokens = kept(&new);
    // An issuer that does not rotate them sends none.
    tokens.refresh.get_or_insert(refresh_token);
    Ok(true)
}
