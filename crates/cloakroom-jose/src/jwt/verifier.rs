//! The verifier: from a text to claims of one kind, with nothing readable before.
use std::marker::PhantomData;

use super::kind::Kind;
use super::nested::{self, Nesting};
use super::policy::Policy;
use super::{Claims, verify_selected};
use crate::alg::Alg;
use crate::error::{ClaimFault, JoseError, Result};
use crate::header::Header;
use crate::jwk::set::KeySet;
use crate::jws::{DEFAULT_LIMIT, Unverified};
use crate::key::VerifyingKey;

/// Where the keys of an issuer come from: a set, one key, or a copy of a remote set.
pub trait KeySource {
    /// The one key that fits the header.
    ///
    /// # Errors
    /// `is_no_key` if none fits, `is_many_keys` if the choice would be a guess.
    fn select(&self, header: &Header) -> Result<&VerifyingKey>;
}

impl KeySource for KeySet {
    fn select(&self, header: &Header) -> Result<&VerifyingKey> {
        Self::select(self, header)
    }
}

/// One key, such as a client's secret; where it and the token have names, they must be the same.
impl KeySource for VerifyingKey {
    fn select(&self, header: &Header) -> Result<&VerifyingKey> {
        let is_named = match (header.kid(), self.kid()) {
            (Some(wanted), Some(own)) => wanted == own,
            _ => true,
        };
        if is_named && self.may_verify(header.alg()) {
            return Ok(self);
        }
        Err(JoseError::no_key())
    }
}

/// Verifies tokens of one issuer for one audience.
///
/// There is no default for either, nor for the algorithms, so a verifier that checks none of them
/// cannot be written.
///
/// ```
/// use cloakroom_jose::jwt::{Verifier, kind::{AccessToken, IdToken}};
/// use cloakroom_jose::{Alg, KeySet, SigningKey};
///
/// # fn main() -> cloakroom_jose::Result<()> {
/// let key = SigningKey::generate(Alg::ES256, "k")?;
/// let keys = KeySet::from_keys([key.verifying_key().clone()]);
/// let claims = br#"{"iss":"https://id.example","aud":"api","sub":"alice","client_id":"app",
///     "iat":100,"exp":400,"jti":"1","scope":"read write"}"#;
/// let token = key.sign("at+jwt", claims)?;
///
/// let verifier = Verifier::new(&keys, &[Alg::ES256], "https://id.example", "api");
/// let access = verifier.verify::<AccessToken>(&token, 200)?;
/// assert!(access.scopes().any(|scope| scope == "read"));
///
/// // It is of another kind, and that is all that is said of it.
/// let refused = verifier.verify::<IdToken>(&token, 200).unwrap_err();
/// assert_eq!(refused.claim_name(), Some("typ"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Verifier<'k> {
    keys: &'k dyn KeySource,
    algs: &'k [Alg],
    issuer: &'k str,
    audiences: Audiences<'k>,
    skew: Option<i64>,
    max_age: Option<i64>,
    nesting: Option<Nesting<'k>>,
    limit: usize,
}

#[derive(Clone, Copy)]
enum Audiences<'k> {
    One(&'k str),
    AnyOf(&'k [&'k str]),
}

/// The claims of a token of this kind; only verification makes one.
#[derive(Clone, Debug)]
pub struct Verified<K> {
    claims: Claims,
    thumbprint: Option<String>,
    was_encrypted: bool,
    kind: PhantomData<K>,
}

impl<'k> Verifier<'k> {
    /// Takes tokens that this issuer signed for this audience with one of these algorithms.
    pub fn new(
        keys: &'k dyn KeySource,
        algs: &'k [Alg],
        issuer: &'k str,
        audience: &'k str,
    ) -> Self {
        Self {
            keys,
            algs,
            issuer,
            audiences: Audiences::One(audience),
            skew: None,
            max_age: None,
            nesting: None,
            limit: DEFAULT_LIMIT,
        }
    }

    /// Takes tokens for any one of these audiences, where one server has several names.
    #[must_use]
    pub fn any_audience(mut self, audiences: &'k [&'k str]) -> Self {
        self.audiences = Audiences::AnyOf(audiences);
        self
    }

    /// How many seconds another machine's clock may be off; 60 if nobody says otherwise.
    #[must_use]
    pub fn skew(mut self, seconds: i64) -> Self {
        self.skew = Some(seconds);
        self
    }

    /// Refuses tokens made longer ago than so many seconds, whatever their kind allows.
    #[must_use]
    pub fn max_age(mut self, seconds: i64) -> Self {
        self.max_age = Some(seconds);
        self
    }

    /// Reads tokens of at most so many bytes.
    #[must_use]
    pub fn limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// Reads encrypted tokens as well, whose content is signed (RFC 7519 §11.2).
    #[must_use]
    pub fn decrypting(mut self, nesting: Nesting<'k>) -> Self {
        self.nesting = Some(nesting);
        self
    }

    /// Verifies a token of the kind `K` at the instant `now`, in seconds since 1970.
    ///
    /// # Errors
    /// The first thing that was wrong: form, `typ`, algorithm, key, signature, claims, end.
    pub fn verify<K: Kind>(&self, token: &str, now: i64) -> Result<Verified<K>> {
        let opened = match &self.nesting {
            Some(nesting) if nested::is_encrypted(token) => Some(nesting.open(token)?),
            Some(nesting) if nesting.is_required() => {
                return Err(JoseError::malformed("the token is not encrypted"));
            }
            _ => None,
        };
        let signed = opened.as_ref().map_or(token, |text| text.as_str());
        let unverified = Unverified::parse_within(signed, self.limit)?;
        let policy = self.policy::<K>();
        policy.check_typ(unverified.header())?;
        policy.check_alg(unverified.header())?;
        let key = self.keys.select(unverified.header())?;
        let claims = verify_selected(unverified, key, &policy, now)?;
        for name in K::PROHIBITED {
            if claims.find(name).is_some() {
                return Err(JoseError::claim(name, ClaimFault::Mismatch));
            }
        }
        K::check(&claims)?;
        Ok(Verified {
            claims,
            thumbprint: key.thumbprint(),
            was_encrypted: opened.is_some(),
            kind: PhantomData,
        })
    }

    fn policy<K: Kind>(&self) -> Policy {
        let fitting = self.algs.iter().copied().filter(|alg| K::may_use(*alg));
        let audiences = match self.audiences {
            Audiences::One(audience) => vec![audience],
            Audiences::AnyOf(audiences) => audiences.to_vec(),
        };
        let mut policy = Policy::of_kind(&fitting.collect::<Vec<_>>(), K::EXPIRES)
            .typ(K::TYPES)
            .issuer(self.issuer)
            .audience(&audiences)
            .require(K::REQUIRED);
        if K::MAY_LACK_TYP {
            policy = policy.may_lack_typ();
        }
        if let Some(seconds) = self.max_age.or(K::MAX_AGE) {
            policy = policy.max_age(seconds);
        }
        if let Some(seconds) = K::MAX_AHEAD {
            policy = policy.max_ahead(seconds);
        }
        match self.skew {
            Some(seconds) => policy.skew(seconds),
            None => policy,
        }
    }
}

impl std::fmt::Debug for Verifier<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

impl<K> Verified<K> {
    /// The verified claims.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The verified claims, to keep.
    pub fn into_claims(self) -> Claims {
        self.claims
    }

    /// The thumbprint of the key that vouches for them; `None` if it was a shared secret.
    pub fn key_thumbprint(&self) -> Option<&str> {
        self.thumbprint.as_deref()
    }

    /// Whether the token came encrypted.
    pub fn was_encrypted(&self) -> bool {
        self.was_encrypted
    }
}
