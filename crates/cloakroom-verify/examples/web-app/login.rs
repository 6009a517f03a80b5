//! Signing in: to the issuer with a question, and back with an answer that has to fit it.
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::error::{ErrorBadGateway, ErrorBadRequest, ErrorUnauthorized};
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Query};
use actix_web::{Error, HttpRequest, HttpResponse};
use cloakroom_verify::Issuer;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreTokenResponse};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndSessionUrl, EndpointMaybeSet,
    EndpointNotSet as No, EndpointSet, IssuerUrl, Nonce, OAuth2TokenResponse as _,
    PkceCodeChallenge, PkceCodeVerifier, ProviderMetadataWithLogout, RedirectUrl, Scope,
    TokenResponse as _,
};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::{Shop, setting};

/// What a cookie stands for.
pub(crate) enum Session {
    /// A login on its way: what the answer of the issuer is checked against.
    Login(CsrfToken, Nonce, PkceCodeVerifier),
    /// Somebody who is signed in.
    User(Arc<User>),
}

pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) subject: String,
    /// The session at the issuer.
    pub(crate) sid: Option<String>,
    /// Requests that change or reveal something carry it, which another site cannot make them do.
    pub(crate) csrf: String,
    pub(crate) id_token: CoreIdToken,
    /// Whoever holds the lock is the one who refreshes them.
    pub(crate) tokens: Mutex<Tokens>,
}

/// What the issuer gave, and when the access token in it ends.
pub(crate) struct Tokens {
    pub(crate) given: CoreTokenResponse,
    end: Instant,
}

/// What can go wrong with the issuer, or with a setting.
pub(crate) type Failed = Box<dyn std::error::Error + Send + Sync>;

/// The reason is for the log; the browser learns that it was not its fault.
pub(crate) fn failed(error: impl Into<Failed>) -> Error {
    eprintln!("the issuer: {}", error.into());
    ErrorBadGateway("the login is not available")
}

pub(crate) type Client = CoreClient<EndpointSet, No, No, No, EndpointMaybeSet, EndpointMaybeSet>;

/// Asks the issuer where it does what; the result is this app as the issuer knows it, and where a logout goes on.
pub(crate) async fn discover(
    issuer: &Issuer,
    here: &str,
) -> Result<(Client, EndSessionUrl), Failed> {
    let asked = IssuerUrl::new(issuer.name().to_owned())?;
    let ask = |request| issuer.exchange(request);
    let metadata = ProviderMetadataWithLogout::discover_async(asked, &ask).await?;
    let end = metadata.additional_metadata().end_session_endpoint.clone();
    let id = ClientId::new(setting("CLIENT_ID")?);
    let secret = ClientSecret::new(setting("CLIENT_SECRET")?);
    let client = CoreClient::from_provider_metadata(metadata, id, Some(secret))
        .set_redirect_uri(RedirectUrl::new(format!("{here}/callback"))?);
    Ok((client, end.ok_or("the issuer has no logout")?))
}

/// `GET /login`: sends the browser to the issuer.
pub(crate) async fn start(shop: Data<Shop>) -> Result<HttpResponse, Error> {
    // RFC 9700 §2.1.1: the code is of use to nobody who does not know the verifier.
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let client = &shop.client;
    let question = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
    let question = question.add_scope(Scope::new("profile".to_owned()));
    let (url, state, nonce) = question.set_pkce_challenge(challenge).url();
    let login = Session::Login(state, nonce, verifier);
    begin(&shop, login, 600, url.as_str())
}

fn begin(shop: &Shop, session: Session, seconds: u32, to: &str) -> Result<HttpResponse, Error> {
    let cookie = shop.sessions.begin(session, seconds)?;
    let mut answer = HttpResponse::Found();
    answer.insert_header(cookie).insert_header((LOCATION, to));
    Ok(answer.finish())
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
    let Some(Session::Login(state, nonce, verifier)) = shop.sessions.end(&request) else {
        return Err(again());
    };
    // RFC 9207: it is this issuer's answer, and no other's. RFC 9700 §4.7: it is to this browser's question.
    let is_ours = answer.iss.as_deref() == Some(shop.verifier.issuer().name())
        && answer.state.as_ref() == Some(state.secret());
    let code = answer.into_inner().code.filter(|_| is_ours);
    let code = AuthorizationCode::new(code.ok_or_else(again)?);
    let user = redeem(&shop, code, verifier, &nonce).await;
    let user = user.map_err(failed)?;
    begin(&shop, Session::User(Arc::new(user)), 36_000, "/")
}

/// Trades the code for tokens, and reads in the ID token who has signed in.
async fn redeem(
    shop: &Shop,
    code: AuthorizationCode,
    verifier: PkceCodeVerifier,
    nonce: &Nonce,
) -> Result<User, Failed> {
    let (issuer, client) = (shop.verifier.issuer(), &shop.client);
    let asked = client.exchange_code(code)?.set_pkce_verifier(verifier);
    let tokens = asked
        .request_async(&|request| issuer.exchange(request))
        .await?;
    let id_token = tokens.id_token().ok_or("there is no ID token")?.clone();
    // Signed by this issuer, for this app, in answer to this question, and with this access token.
    let (text, access) = (id_token.to_string(), tokens.access_token().secret());
    let login = issuer.verify_login(&text, client.client_id(), nonce.secret(), access);
    let verified = login.await?;
    let text = |name: &str| verified.claims().text(name).map(str::to_owned);
    Ok(User {
        name: text("preferred_username").unwrap_or_default(),
        subject: text("sub").unwrap_or_default(),
        sid: text("sid"),
        csrf: CsrfToken::new_random().into_secret(),
        id_token,
        tokens: kept(tokens).into(),
    })
}

fn kept(given: CoreTokenResponse) -> Tokens {
    let end = Instant::now() + given.expires_in().unwrap_or_default();
    Tokens { given, end }
}

/// Gets new tokens before the old ones end. The user sees nothing of it.
///
/// `false` if the issuer gives none: the session there is over.
pub(crate) async fn refresh(shop: &Shop, tokens: &mut Tokens) -> Result<bool, Failed> {
    // A call that begins now is done by then.
    if tokens.end > Instant::now() + Duration::from_secs(10) {
        return Ok(true);
    }
    let Some(old) = tokens.given.refresh_token().cloned() else {
        return Ok(false);
    };
    let asked = shop.client.exchange_refresh_token(&old)?;
    let ask = |request| shop.verifier.issuer().exchange(request);
    let Ok(mut new) = asked.request_async(&ask).await else {
        return Ok(false);
    };
    // An issuer that does not rotate them sends none.
    if new.refresh_token().is_none() {
        new.set_refresh_token(Some(old));
    }
    *tokens = kept(new);
    Ok(true)
}

impl Shop {
    /// Who is signed in at the browser that sends this request.
    pub(crate) fn user(&self, request: &HttpRequest) -> Result<Arc<User>, Error> {
        let user = self.sessions.read(request, |session| match session {
            Session::User(user) => Some(Arc::clone(user)),
            Session::Login(..) => None,
        });
        user.ok_or_else(nobody)
    }
}

pub(crate) fn nobody() -> Error {
    ErrorUnauthorized("nobody is signed in")
}
