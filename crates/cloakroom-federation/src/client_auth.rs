//! How we prove at a provider's token endpoint that the client is ours.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloakroom_jose::{Alg, SigningKey, pem};
use serde_json::json;

use crate::{Problem, Result, Upstream};

/// How a client proves itself (OpenID Connect Core 1.0 §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The secret in the header, percent-encoded as RFC 6749 §2.3.1 says.
    Basic,
    /// The secret in the header as it is, for providers that do not decode it.
    BasicUnencoded,
    /// The secret in the form.
    Post,
    /// A JWT that the secret signs.
    SecretJwt(Alg),
    /// A JWT that a key of the realm signs, which the realm publishes.
    PrivateKeyJwt(Alg),
    /// A JWT in place of the secret, signed with one's own key at Apple.
    Apple,
}

impl Method {
    /// The algorithm for which a key of the realm is needed.
    pub fn alg_of_realm(self) -> Option<Alg> {
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
    /// The realm's key, where one is needed.
    pub key: Option<&'a SigningKey>,
}

/// An assertion lives this long: it is used at once.
const LIFE: i64 = 60;

/// The type of an assertion (RFC 7523 §2.2).
pub(crate) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The assertion that proves the client (RFC 7523 §3).
///
/// # Errors
/// If there is no key to sign it with.
pub(crate) fn assertion(
    upstream: &Upstream,
    method: Method,
    occasion: &Occasion<'_>,
) -> Result<String> {
    let client = upstream.client_id()?;
    let audience = upstream
        .text("clientAssertionAudience")
        .unwrap_or(occasion.audience);
    let claims = json!({
        "iss": client, "sub": client, "aud": audience, "jti": occasion.id,
        "iat": occasion.now, "nbf": occasion.now, "exp": occasion.now.saturating_add(LIFE),
    });
    let payload = claims.to_string();
    let signed = match method {
        Method::SecretJwt(alg) => {
            let secret = upstream.client_secret();
            let key = SigningKey::from_secret(alg, "secret", secret.as_bytes());
            let key = key.map_err(|_| Problem::settings("clientSecret is too short to sign"))?;
            key.sign_unnamed("JWT", payload.as_bytes())
        }
        _ => {
            let key = occasion.key;
            let key = key.ok_or_else(|| Problem::settings("the realm has no key to sign with"))?;
            key.sign("JWT", payload.as_bytes())
        }
    };
    signed.map_err(|_| Problem::settings("the assertion could not be signed"))
}

/// The value of a header with the secret as it is.
pub(crate) fn basic_unencoded(upstream: &Upstream) -> Result<String> {
    let pair = format!("{}:{}", upstream.client_id()?, upstream.client_secret());
    Ok(format!("Basic {}", STANDARD.encode(pair)))
}

/// What Apple takes for a secret: a JWT signed with the key that Apple made for the team.
///
/// The key is the client's secret, as Apple hands it out; `teamId` and `keyId` are settings.
pub(crate) fn apple(upstream: &Upstream, now: i64) -> Result<String> {
    let missing = |name| move || Problem::settings(format!("{name} is not set"));
    let team = upstream.text("teamId").ok_or_else(missing("teamId"))?;
    let kid = upstream.text("keyId").ok_or_else(missing("keyId"))?;
    let unreadable = |_| Problem::settings("clientSecret is not Apple's key");
    let (_, der) = pem::decode(upstream.client_secret()).map_err(unreadable)?;
    let key = SigningKey::from_pkcs8(Alg::ES256, kid, &der).map_err(unreadable)?;
    let claims = json!({
        "iss": team, "iat": now, "exp": now.saturating_add(LIFE * 5),
        "aud": "https://appleid.apple.com", "sub": upstream.client_id()?,
    });
    key.sign("JWT", claims.to_string().as_bytes())
        .map_err(unreadable)
}
