//! How we prove at a provider's token endpoint that the client is ours.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::tokens::{SignedBy, Tokens};
use crate::{Problem, Result, Upstream};

/// How a client proves itself (OpenID Connect Core 1.0 §9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// The secret in the header, percent-encoded as RFC 6749 §2.3.1 says.
    Basic,
    /// The secret in the header as it is, for providers that do not decode it.
    BasicUnencoded,
    /// The secret in the form.
    Post,
    /// A JWT that the secret signs.
    SecretJwt(String),
    /// A JWT that a key of the realm signs, which the realm publishes.
    PrivateKeyJwt(String),
    /// A JWT in place of the secret, signed with one's own key at Apple.
    Apple,
}

impl Method {
    /// The algorithm for which a key of the realm is needed.
    pub fn alg_of_realm(&self) -> Option<&str> {
        match self {
            Self::PrivateKeyJwt(alg) => Some(alg),
            _ => None,
        }
    }
}

/// What goes into an assertion beside the settings.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// Whom it is for: the token endpoint, or the issuer where the settings say so.
    pub audience: &'a str,
    /// Its own name, so that it counts once.
    pub id: &'a str,
    /// Seconds since 1970.
    pub now: i64,
}

/// An assertion lives this long: it is used at once.
const LIFE: i64 = 60;

/// The type of an assertion (RFC 7523 §2.2).
pub(crate) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The assertion that proves the client (RFC 7523 §3); `None` where the method has none.
///
/// # Errors
/// If there is no key to sign it with.
pub(crate) fn assertion(
    upstream: &Upstream,
    method: &Method,
    occasion: &Occasion<'_>,
    tokens: &impl Tokens,
) -> Result<Option<String>> {
    let (alg, by) = match method {
        Method::SecretJwt(alg) => (alg, SignedBy::Secret(upstream.client_secret())),
        Method::PrivateKeyJwt(alg) => (alg, SignedBy::Realm),
        _ => return Ok(None),
    };
    let client = upstream.client_id()?;
    let audience = upstream
        .text("clientAssertionAudience")
        .unwrap_or(occasion.audience);
    let claims = json!({
        "iss": client, "sub": client, "aud": audience, "jti": occasion.id,
        "iat": occasion.now, "nbf": occasion.now, "exp": occasion.now.saturating_add(LIFE),
    });
    tokens.sign(alg, by, &claims).map(Some)
}

/// The value of a header with the secret as it is.
pub(crate) fn basic_unencoded(upstream: &Upstream) -> Result<String> {
    let pair = format!("{}:{}", upstream.client_id()?, upstream.client_secret());
    Ok(format!("Basic {}", STANDARD.encode(pair)))
}

/// What Apple takes for a secret: a JWT signed with the key that Apple made for the team.
///
/// The key is the client's secret, as Apple hands it out; `teamId` and `keyId` are settings.
pub(crate) fn apple(upstream: &Upstream, now: i64, tokens: &impl Tokens) -> Result<String> {
    let missing = |name| move || Problem::settings(format!("{name} is not set"));
    let team = upstream.text("teamId").ok_or_else(missing("teamId"))?;
    let kid = upstream.text("keyId").ok_or_else(missing("keyId"))?;
    let claims = json!({
        "iss": team, "iat": now, "exp": now.saturating_add(LIFE * 5),
        "aud": "https://appleid.apple.com", "sub": upstream.client_id()?,
    });
    tokens.sign(
        "ES256",
        SignedBy::Own(upstream.client_secret(), kid),
        &claims,
    )
}
