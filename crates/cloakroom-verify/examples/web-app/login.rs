//! Signing in: to the issuer with a question, and back with an answer that has to fit it.
use std::time::{Duration, Instant};

use actix_web::error::{ErrorBadGateway, ErrorBadRequest};
use actix_web::http::header::{LOCATION, SET_COOKIE};
use actix_web::web::{Data, Query};
use actix_web::{Error, HttpRequest, HttpResponse};
use openidconnect::core::CoreAuthenticationFlow;
use openidconnect::{
    AccessTokenHash, AuthorizationCode, CsrfToken, Nonce, OAuth2TokenResponse as _,
    PkceCodeChallenge, Scope, TokenResponse as _,
};
use serde::Deserialize;

use crate::oidc::{Failed, Provider, Tokens};
use crate::session::{Login, Sessions, User};

/// `GET /login`: sends the browser to the issuer.
pub(crate) async fn start(
    provider: Data<Provider>,
    sessions: Data<Sessions>,
) -> Result<HttpResponse, Error> {
    let (client, _) = provider.discover().await.map_err(failed)?;
    // RFC 9700 §2.1.1: the code is of use to nobody who does not know the verifier.
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let (url, state, nonce) = client
        .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
        .add_scope(Scope::new("profile".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    let cookie = sessions.begin(Login {
        state,
        nonce,
        verifier,
    });
    Ok(HttpResponse::Found()
        .insert_header((SET_COOKIE, cookie))
        .insert_header((LOCATION, url.as_str()))
        .finish())
}

/// The answer of the issuer.
#[derive(Deserialize)]
pub(crate) struct Answer {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
}

/// `GET /callback`: checks the answer, redeems the code, and signs the user in.
pub(crate) async fn finish(
    request: HttpRequest,
    answer: Query<Answer>,
    provider: Data<Provider>,
    sessions: Data<Sessions>,
) -> Result<HttpResponse, Error> {
    let login = sessions
        .take_login(&request)
        .ok_or_else(|| ErrorBadRequest("sign in again"))?;
    // RFC 9207: it is this issuer's answer, and no other's. RFC 9700 §4.7: it is to this browser's question.
    let is_ours = answer.iss.as_deref() == Some(provider.issuer.as_str())
        && answer.state.as_ref() == Some(login.state.secret());
    let code = answer.into_inner().code.filter(|_| is_ours);
    let code = code.ok_or_else(|| ErrorBadRequest("sign in again"))?;

    let (client, _) = provider.discover().await.map_err(failed)?;
    let send = |request| provider.send(request);
    let tokens = client
        .exchange_code(AuthorizationCode::new(code))
        .map_err(|error| failed(error.into()))?
        .set_pkce_verifier(login.verifier)
        .request_async(&send)
        .await
        .map_err(|error| failed(error.into()))?;

    let read = || -> Result<_, Failed> {
        let id_token = tokens.id_token().ok_or("no ID token")?;
        let verifier = client.id_token_verifier();
        let claims = id_token.claims(&verifier, &login.nonce)?;
        if let Some(expected) = claims.access_token_hash() {
            let key = id_token.signing_key(&verifier)?;
            let actual =
                AccessTokenHash::from_token(tokens.access_token(), id_token.signing_alg()?, key)?;
            (actual == *expected)
                .then_some(())
                .ok_or("the access token is another's")?;
        }
        let name = claims
            .preferred_username()
            .map_or("somebody", |name| name.as_str());
        let user = User {
            name: name.to_owned(),
            csrf: CsrfToken::new_random().into_secret(),
            id_token: id_token.to_string(),
            access_token: tokens.access_token().secret().clone(),
            refresh_token: tokens.refresh_token().cloned(),
            expires: end(&tokens),
        };
        let sid = claims.additional_claims().sid.clone();
        Ok((user, sid, claims.subject().to_string()))
    };
    let (user, sid, subject) = read().map_err(failed)?;
    let cookie = sessions.sign_in(user, sid, subject);
    Ok(HttpResponse::Found()
        .insert_header((SET_COOKIE, cookie))
        .insert_header((LOCATION, "/"))
        .finish())
}

/// Gets new tokens before the old ones end. The user sees nothing of it.
///
/// `false` if the issuer gives none: the session there is over.
pub(crate) async fn refresh(provider: &Provider, user: &mut User) -> Result<bool, Failed> {
    // A call that begins now is done by then.
    if user.expires > Instant::now() + Duration::from_secs(10) {
        return Ok(true);
    }
    let Some(refresh_token) = user.refresh_token.take() else {
        return Ok(false);
    };
    let (client, _) = provider.discover().await?;
    let send = |request| provider.send(request);
    let Ok(tokens) = client
        .exchange_refresh_token(&refresh_token)?
        .request_async(&send)
        .await
    else {
        return Ok(false);
    };
    user.access_token.clone_from(tokens.access_token().secret());
    user.refresh_token = tokens.refresh_token().cloned().or(Some(refresh_token));
    user.expires = end(&tokens);
    Ok(true)
}

fn end(tokens: &Tokens) -> Instant {
    Instant::now() + tokens.expires_in().unwrap_or_default()
}

/// The reason is for the log; the browser learns that it was not its fault.
pub(crate) fn failed(error: Failed) -> Error {
    eprintln!("the issuer: {error}");
    ErrorBadGateway("the login is not available")
}
