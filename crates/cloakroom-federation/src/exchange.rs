//! The code that a browser brought back, traded for tokens.

use std::borrow::Cow;
use std::time::Duration;

use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
    BasicTokenType,
};
use oauth2::http::HeaderValue;
use oauth2::http::header::AUTHORIZATION;
use oauth2::{
    AccessToken, AuthType, AuthorizationCode, Client, ClientId, ClientSecret, HttpRequest,
    PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope, StandardRevocableToken,
    TokenResponse, TokenUrl,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::client_auth::{self, Method, Occasion};
use crate::endpoints::Endpoints;
use crate::error::plain;
use crate::network::{Network, Unreached};
use crate::tokens::Tokens;
use crate::{Problem, Result, Upstream, departure};

/// What a provider issued. Every member is kept, so that an application that may read it gets it whole.
#[derive(Debug, Serialize, Deserialize)]
pub struct Issued {
    #[serde(default = "no_token")]
    access_token: AccessToken,
    // RFC 6749 §5.1 demands it, and several providers leave it out.
    #[serde(default = "bearer", skip_deserializing)]
    token_type: BasicTokenType,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

fn no_token() -> AccessToken {
    AccessToken::new(String::new())
}

fn bearer() -> BasicTokenType {
    BasicTokenType::Bearer
}

impl TokenResponse for Issued {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &self.token_type
    }

    fn expires_in(&self) -> Option<Duration> {
        self.rest
            .get("expires_in")
            .and_then(Value::as_u64)
            .map(Duration::from_secs)
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        None
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        None
    }
}

impl Issued {
    /// The access token.
    pub fn access_token(&self) -> &str {
        self.access_token.secret()
    }

    /// The ID token, if there is one.
    pub fn id_token(&self) -> Option<&str> {
        self.rest.get("id_token").and_then(Value::as_str)
    }

    /// The answer as it is kept, with the instant at which the token ends, as Keycloak keeps it.
    pub fn to_kept(&self, now: i64) -> Value {
        let mut kept = self.rest.clone();
        let token = self.access_token.secret().clone();
        kept.insert("access_token".to_owned(), Value::String(token));
        kept.entry("token_type")
            .or_insert_with(|| Value::String("Bearer".to_owned()));
        if let Some(life) = kept.get("expires_in").and_then(Value::as_i64) {
            let end = now.saturating_add(life);
            kept.insert("accessTokenExpiration".to_owned(), Value::from(end));
        }
        Value::Object(kept)
    }
}

type OurClient<Token> = Client<
    BasicErrorResponse,
    Issued,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    Token,
>;

/// What a browser brought back, and what belongs to it.
#[derive(Clone, Copy, Debug)]
pub struct Brought<'a> {
    /// The code.
    pub code: &'a str,
    /// Where the browser was sent back to.
    pub redirect_uri: &'a str,
    /// Whose challenge the provider was shown.
    pub verifier: &'a str,
}

/// Trades the code for tokens.
///
/// # Errors
/// If the provider is not reached, refuses, or answers something else.
pub async fn trade(
    upstream: &Upstream,
    endpoints: &Endpoints,
    brought: &Brought<'_>,
    occasion: &Occasion<'_>,
    (tokens, network): (&impl Tokens, &impl Network),
) -> Result<Issued> {
    let unreadable = |_| Problem::settings("tokenUrl cannot be read");
    let method = upstream.method()?;
    let back = RedirectUrl::new(brought.redirect_uri.to_owned()).map_err(unreadable)?;
    let client = client(upstream, endpoints, (&method, occasion), tokens)?;
    let code = AuthorizationCode::new(brought.code.to_owned());
    let mut request = client
        .exchange_code(code)
        .set_redirect_uri(Cow::Owned(back));
    if departure::uses_pkce(upstream, endpoints) {
        request = request.set_pkce_verifier(PkceCodeVerifier::new(brought.verifier.to_owned()));
    }
    if let Some(assertion) = client_auth::assertion(upstream, &method, occasion, tokens)? {
        request = request
            .add_extra_param("client_assertion_type", client_auth::ASSERTION_TYPE)
            .add_extra_param("client_assertion", assertion);
    }
    let header = header(upstream, &method)?;
    let send = |request| network.send(with_header(request, header.as_ref()));
    checked(request.request_async(&send).await)
}

/// Trades a refresh token for newer tokens (RFC 6749 §6).
///
/// # Errors
/// If the provider is not reached, refuses, or answers something else.
pub async fn refresh(
    upstream: &Upstream,
    endpoints: &Endpoints,
    refresh_token: &str,
    occasion: &Occasion<'_>,
    (tokens, network): (&impl Tokens, &impl Network),
) -> Result<Issued> {
    let method = upstream.method()?;
    let client = client(upstream, endpoints, (&method, occasion), tokens)?;
    let refresh_token = RefreshToken::new(refresh_token.to_owned());
    let mut request = client.exchange_refresh_token(&refresh_token);
    if let Some(assertion) = client_auth::assertion(upstream, &method, occasion, tokens)? {
        request = request
            .add_extra_param("client_assertion_type", client_auth::ASSERTION_TYPE)
            .add_extra_param("client_assertion", assertion);
    }
    let header = header(upstream, &method)?;
    let send = |request| network.send(with_header(request, header.as_ref()));
    checked(request.request_async(&send).await)
}

/// The client as the library knows it, with what proves it.
fn client(
    upstream: &Upstream,
    endpoints: &Endpoints,
    (method, occasion): (&Method, &Occasion<'_>),
    tokens: &impl Tokens,
) -> Result<OurClient<oauth2::EndpointSet>> {
    let unreadable = |_| Problem::settings("tokenUrl cannot be read");
    let place = TokenUrl::new(endpoints.token.clone()).map_err(unreadable)?;
    let id = ClientId::new(upstream.client_id()?.to_owned());
    let client: OurClient<oauth2::EndpointSet> = Client::new(id).set_token_uri(place);
    Ok(match secret(upstream, method, occasion, tokens)? {
        Some((secret, how)) => client.set_client_secret(secret).set_auth_type(how),
        None => client,
    })
}

/// The header of a method that the library does not know.
fn header(upstream: &Upstream, method: &Method) -> Result<Option<HeaderValue>> {
    if *method != Method::BasicUnencoded {
        return Ok(None);
    }
    let text = client_auth::basic_unencoded(upstream)?;
    Ok(HeaderValue::from_str(&text).ok())
}

fn with_header(mut request: HttpRequest, header: Option<&HeaderValue>) -> HttpRequest {
    if let Some(header) = header {
        let header = header.clone();
        request.headers_mut().insert(AUTHORIZATION, header);
    }
    request
}

fn checked(
    answer: std::result::Result<Issued, RequestTokenError<Unreached, BasicErrorResponse>>,
) -> Result<Issued> {
    let issued = answer.map_err(problem)?;
    match issued.access_token().is_empty() {
        true => Err(refusal(&issued)),
        false => Ok(issued),
    }
}

fn secret(
    upstream: &Upstream,
    method: &Method,
    occasion: &Occasion<'_>,
    tokens: &impl Tokens,
) -> Result<Option<(ClientSecret, AuthType)>> {
    let plain = || ClientSecret::new(upstream.client_secret().to_owned());
    let has_secret = !upstream.client_secret().is_empty();
    Ok(match method {
        Method::Basic if has_secret => Some((plain(), AuthType::BasicAuth)),
        Method::Post if has_secret => Some((plain(), AuthType::RequestBody)),
        Method::Apple => {
            let made = client_auth::apple(upstream, occasion.now, tokens)?;
            Some((ClientSecret::new(made), AuthType::RequestBody))
        }
        _ => None,
    })
}

/// An answer without a token: several providers say 200 and name the error inside.
fn refusal(issued: &Issued) -> Problem {
    match issued.rest.get("error").and_then(Value::as_str) {
        Some(code) => Problem::refused(format!("its token endpoint answers {}", plain(code))),
        None => Problem::untrusted("its token endpoint answers without a token"),
    }
}

fn problem(error: RequestTokenError<Unreached, BasicErrorResponse>) -> Problem {
    match error {
        RequestTokenError::ServerResponse(answer) => {
            let code = plain(answer.error().as_ref());
            Problem::refused(format!("its token endpoint answers {code}"))
        }
        RequestTokenError::Request(why) => Problem::unreachable(why.0),
        RequestTokenError::Parse(..) => {
            Problem::untrusted("what its token endpoint answers cannot be read")
        }
        // The library's words hold no more than a status or a content type.
        RequestTokenError::Other(_) => {
            Problem::unreachable("its token endpoint answers with no tokens")
        }
    }
}
