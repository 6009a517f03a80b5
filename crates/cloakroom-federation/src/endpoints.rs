//! Where a provider is spoken to: what its settings say, else what it publishes of itself.

use oauth2::http::header::ACCEPT;
use oauth2::http::{Method, Request, StatusCode};
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
    CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{AdditionalProviderMetadata, ProviderMetadata};
use serde::{Deserialize, Serialize};

use crate::cache::Cache;
use crate::network::{HttpRequest, Network};
use crate::{Problem, Result, Upstream};

/// What a provider publishes beyond OpenID Connect Discovery 1.0.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct More {
    /// Where a session ends (RP-Initiated Logout 1.0 §2.1).
    #[serde(default)]
    pub end_session_endpoint: Option<String>,
    /// Its redirects name it (RFC 9207 §3).
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
    /// Ways of PKCE (RFC 8414 §2).
    #[serde(default)]
    pub code_challenge_methods_supported: Vec<String>,
}

impl AdditionalProviderMetadata for More {}

/// What a provider publishes of itself.
pub type Metadata = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// Where a provider is spoken to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// Whose ID tokens are its; empty if nobody says.
    pub issuers: Vec<String>,
    /// Where browsers are sent.
    pub authorization: String,
    /// Where codes are traded.
    pub token: String,
    /// Where it says who somebody is.
    pub userinfo: Option<String>,
    /// Where its keys are.
    pub jwks: Option<String>,
    /// Where a session ends.
    pub end_session: Option<String>,
    /// Its redirects name it, so one that does not is somebody else's (RFC 9207 §2.4).
    pub names_itself: bool,
    /// It says that it takes PKCE.
    pub takes_pkce: bool,
}

/// Finds out where a provider is spoken to.
///
/// # Errors
/// If neither settings nor provider say it.
pub async fn find(
    upstream: &Upstream,
    cache: &Cache<Metadata>,
    network: &impl Network,
) -> Result<Endpoints> {
    let mut endpoints = written(upstream);
    if is_enough(upstream, &endpoints) {
        return Ok(endpoints);
    }
    let issuers = upstream.issuers();
    let Some(issuer) = issuers.first() else {
        return Err(Problem::settings(
            "neither its endpoints nor its issuer are set",
        ));
    };
    let fetch = async || fetch(issuer, network).await;
    let found = cache.get(issuer, |_| true, || network.now(), fetch).await?;
    complete(&mut endpoints, &found);
    match endpoints.token.is_empty() {
        true => Err(Problem::settings("it publishes no token endpoint")),
        false => Ok(endpoints),
    }
}

fn written(upstream: &Upstream) -> Endpoints {
    let preset = upstream.preset;
    let address = |name: &str, row: &str| {
        let set = upstream.text(name).map(str::to_owned);
        set.or_else(|| upstream.address_of_row(row))
    };
    Endpoints {
        issuers: upstream.issuers().into_iter().map(str::to_owned).collect(),
        authorization: address("authorizationUrl", preset.authorization).unwrap_or_default(),
        token: address("tokenUrl", preset.token).unwrap_or_default(),
        userinfo: address("userInfoUrl", preset.userinfo),
        jwks: upstream.text("jwksUrl").map(str::to_owned),
        end_session: upstream.text("logoutUrl").map(str::to_owned),
        names_itself: false,
        takes_pkce: false,
    }
}

/// Discovery has nothing to add that a sign-in could not do without.
fn is_enough(upstream: &Upstream, endpoints: &Endpoints) -> bool {
    let has_keys =
        endpoints.jwks.is_some() || upstream.text("publicKeySignatureVerifier").is_some();
    !endpoints.authorization.is_empty()
        && !endpoints.token.is_empty()
        && (has_keys || !upstream.is_openid())
}

fn complete(endpoints: &mut Endpoints, found: &Metadata) {
    let more = found.additional_metadata();
    if endpoints.authorization.is_empty() {
        endpoints.authorization = found.authorization_endpoint().as_str().to_owned();
    }
    if endpoints.token.is_empty() {
        let token = found.token_endpoint();
        endpoints.token = token.map(|url| url.as_str().to_owned()).unwrap_or_default();
    }
    let userinfo = || found.userinfo_endpoint().map(|url| url.as_str().to_owned());
    endpoints.userinfo = endpoints.userinfo.take().or_else(userinfo);
    let jwks = || Some(found.jwks_uri().as_str().to_owned());
    endpoints.jwks = endpoints.jwks.take().or_else(jwks);
    let end = || more.end_session_endpoint.clone();
    endpoints.end_session = endpoints.end_session.take().or_else(end);
    endpoints.names_itself = more.authorization_response_iss_parameter_supported;
    let mut ways = more.code_challenge_methods_supported.iter();
    endpoints.takes_pkce = ways.any(|way| way == "S256");
}

async fn fetch(issuer: &str, network: &impl Network) -> Result<Metadata> {
    let base = issuer.trim_end_matches('/');
    let address = format!("{base}/.well-known/openid-configuration");
    let body = get(&address, "application/json", network).await?;
    let unreadable = |_| Problem::untrusted("what it publishes of itself cannot be read");
    let found: Metadata = serde_json::from_slice(&body).map_err(unreadable)?;
    // OpenID Connect Discovery 1.0 §4.3: or a provider could speak for another.
    if found.issuer().as_str().trim_end_matches('/') != base {
        return Err(Problem::untrusted(
            "what it publishes of itself names another issuer",
        ));
    }
    Ok(found)
}

/// The body of what is at an address.
pub(crate) async fn get(address: &str, accept: &str, network: &impl Network) -> Result<Vec<u8>> {
    let request = asked(address, accept)?;
    let answer = network.send(request).await;
    let answer = answer.map_err(|error| Problem::unreachable(error.0))?;
    match answer.status() {
        StatusCode::OK => Ok(answer.into_body()),
        status => Err(Problem::unreachable(format!(
            "it answered {}",
            status.as_u16()
        ))),
    }
}

/// A request for what is at an address.
pub(crate) fn asked(address: &str, accept: &str) -> Result<HttpRequest> {
    Request::builder()
        .method(Method::GET)
        .uri(address)
        .header(ACCEPT, accept)
        .body(Vec::new())
        .map_err(|_| Problem::settings("an address of it cannot be read"))
}
