//! The verifier: from what a request carries to whoever makes it.
mod builder;

use std::fmt;
use std::sync::Arc;

use cloakroom_jose::error::Result as JoseResult;
use cloakroom_jose::jwt::{self, Claims, Kind};
use cloakroom_jose::{Alg, KeySet};

pub use builder::Builder;

use crate::access::Access;
use crate::binding::Bindings;
use crate::clock::Clock;
use crate::error::VerifyError;
use crate::introspection::{self, Introspection};
use crate::issuer::Issuer;
use crate::presented::Presented;
use crate::status::Statuses;

/// Checks access tokens of one issuer for one audience; cheap to clone, and all clones share what they
/// have fetched.
///
/// ```no_run
/// use cloakroom_verify::{Presented, Verifier};
///
/// # async fn example(authorization: &str, proof: &str) -> Result<(), Box<dyn std::error::Error>> {
/// let verifier = Verifier::builder("https://id.example/realms/shop", "orders-api")
///     .introspection("orders-api", "the-secret")
///     .build()?;
///
/// let presented = Presented::read(authorization)?.proof(proof, "GET", "https://api.example/orders");
/// let access = verifier.verify(&presented).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Verifier {
    inner: Arc<Inner>,
}

struct Inner {
    issuer: Issuer,
    audience: String,
    algs: Vec<Alg>,
    skew: i64,
    bindings: Bindings,
    introspection: Option<Introspection>,
    is_always_asked: bool,
    /// `None` if status lists are not looked at.
    statuses: Option<Statuses>,
    clock: Clock,
}

impl Verifier {
    /// Starts a verifier of tokens that this issuer made for this audience.
    ///
    /// `issuer` is the address of the realm, exactly as it stands in `iss`; `audience` is the name of the API,
    /// as it stands in `aud`. There is no way to leave either out (RFC 8725 §3.8, §3.9).
    pub fn builder(issuer: &str, audience: &str) -> Builder {
        Builder::new(issuer, audience)
    }

    /// Verifies what a request carries.
    ///
    /// # Errors
    /// Why the request is refused; [`VerifyError::Unavailable`] if that cannot be told, because the issuer
    /// does not answer.
    pub async fn verify(&self, presented: &Presented<'_>) -> Result<Access, VerifyError> {
        let inner = &self.inner;
        let now = inner.clock.now();
        let token = presented.token;
        // A token in three parts is a JWT; an issuer that makes opaque ones avoids the look of it.
        let claims = match (&inner.introspection, is_jwt(token)) {
            (Some(introspection), false) => inner.ask(introspection, token, now).await?,
            (Some(introspection), true) if inner.is_always_asked => {
                inner.verify_jwt(token, now).await?;
                inner.ask(introspection, token, now).await?
            }
            (_, _) => inner.verify_jwt(token, now).await?.into_members(),
        };
        let binding = inner.bindings.check(&claims, presented, now)?;
        Ok(Access::new(claims, binding))
    }

    /// The issuer whose tokens it takes.
    pub fn issuer(&self) -> &Issuer {
        &self.inner.issuer
    }

    pub(crate) fn bindings(&self) -> &Bindings {
        &self.inner.bindings
    }
}

impl Inner {
    async fn verify_jwt(&self, token: &str, now: i64) -> Result<Claims, VerifyError> {
        let check = |keys: &KeySet| {
            jwt::Verifier::new(keys, &self.algs, self.issuer.name(), &self.audience)
                .skew(self.skew)
                .verify::<ApiToken>(token, now)
        };
        let claims = self.issuer.check(token, check).await?.into_claims();
        if let Some(statuses) = &self.statuses {
            statuses
                .check(&self.issuer, &self.algs, &claims, now)
                .await?;
        }
        Ok(claims)
    }

    async fn ask(
        &self,
        introspection: &Introspection,
        token: &str,
        now: i64,
    ) -> Result<serde_json::Map<String, serde_json::Value>, VerifyError> {
        let answer = introspection.ask(&self.issuer, token, now).await?;
        let window = now.saturating_sub(self.skew)..=now.saturating_add(self.skew);
        introspection::check(&answer, self.issuer.name(), &self.audience, window)?;
        Ok(answer)
    }
}

/// An access token as an API meets it: by RFC 9068, or as Keycloak makes it.
enum ApiToken {}

impl Kind for ApiToken {
    const TYPES: &'static [&'static str] = &["at+jwt", "JWT"];
    const REQUIRED: &'static [&'static str] = &["iss", "aud", "iat"];

    /// RFC 9068 §2.1 tells an access token by `at+jwt`. Keycloak writes `JWT` on everything, and tells its kinds
    /// by a claim; an ID token, a refresh token and a logout token have another there, or none.
    fn check(claims: &Claims) -> JoseResult<()> {
        if claims.header().is_typ("at+jwt") && claims.find("typ").is_none() {
            return Ok(());
        }
        jwt::kind::KeycloakAccessToken::check(claims)
    }
}

fn is_jwt(token: &str) -> bool {
    token.bytes().filter(|byte| *byte == b'.').count() == 2
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("issuer", &self.inner.issuer.name())
            .field("audience", &self.inner.audience)
            .finish_non_exhaustive()
    }
}
