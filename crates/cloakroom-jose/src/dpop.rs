//! DPoP proofs (RFC 9449): that whoever sends a token holds the key it is bound to.
//!
//! A proof is checked whole by [`Rules::check`]: form, algorithm, key, signature, the request it was
//! made for, its time, its nonce, the access token, and the key that the token is bound to. What
//! remains for the caller is to remember the proof until [`Proof::remember_until`], so that none is
//! used twice.
//!
//! ```
//! use cloakroom_jose::dpop::{Request, Rules, sign};
//! use cloakroom_jose::{Alg, SigningKey};
//!
//! # fn main() -> cloakroom_jose::Result<()> {
//! let key = SigningKey::generate(Alg::ES256, "client")?;
//! let request = Request::new("POST", "https://id.example/token");
//! let proof = sign(&key, &request, "id-1", 1_000)?;
//!
//! let proof = Rules::new(&[Alg::ES256]).check(&proof, &request, 1_010)?;
//! assert_eq!(Some(proof.thumbprint()), key.verifying_key().thumbprint().as_deref());
//! # Ok(())
//! # }
//! ```
mod sign;
mod uri;

pub use sign::sign;

use serde_json::Value;

use crate::alg::Alg;
use crate::backend;
use crate::base64url;
use crate::error::{ClaimFault, JoseError, Result};
use crate::jwk::Jwk;
use crate::jws::Unverified;
use crate::jwt::{self, Policy};

/// The media type of a proof (RFC 9449 §4.2).
const TYP: &str = "dpop+jwt";

/// A proof holds a key and five short claims.
const LIMIT: usize = 8 * 1024;

/// Names of proofs that a reader will remember; 16 random bytes have 22 letters.
const JTI_LIMIT: usize = 256;

/// How long after it was made a proof is taken, if nobody says otherwise, in seconds.
const MAX_AGE: i64 = 60;

/// How far another machine's clock may be ahead, in seconds.
const SKEW: i64 = 10;

/// The HTTP request that a proof is made for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    method: &'a str,
    url: &'a str,
    access_token: Option<&'a str>,
    nonce: Option<&'a str>,
    bound_to: Option<&'a str>,
}

impl<'a> Request<'a> {
    /// A request with this method to this URL, whose query and fragment do not count.
    pub fn new(method: &'a str, url: &'a str) -> Self {
        Self {
            method,
            url,
            access_token: None,
            nonce: None,
            bound_to: None,
        }
    }

    /// The access token that is sent with it (`ath`).
    #[must_use]
    pub fn access_token(mut self, token: &'a str) -> Self {
        self.access_token = Some(token);
        self
    }

    /// The nonce that the server demands (RFC 9449 §8, §9).
    #[must_use]
    pub fn nonce(mut self, nonce: &'a str) -> Self {
        self.nonce = Some(nonce);
        self
    }

    /// The thumbprint of the key that the token is bound to (`cnf.jkt`, or `dpop_jkt`).
    #[must_use]
    pub fn bound_to(mut self, thumbprint: &'a str) -> Self {
        self.bound_to = Some(thumbprint);
        self
    }
}

/// What a server demands of proofs.
#[derive(Clone, Debug)]
pub struct Rules {
    algs: Vec<Alg>,
    max_age: i64,
    skew: i64,
}

/// A proof that is right; only a check makes one.
#[derive(Clone, Debug)]
pub struct Proof {
    thumbprint: String,
    jti: String,
    issued_at: i64,
    remember_until: i64,
    nonce: Option<String>,
}

impl Rules {
    /// Takes proofs with these algorithms, for a minute; one of a shared secret is never taken.
    pub fn new(algs: &[Alg]) -> Self {
        // RFC 9449 §4.2: asymmetric.
        let algs = algs.iter().copied().filter(|alg| !alg.is_symmetric());
        Self {
            algs: algs.collect(),
            max_age: MAX_AGE,
            skew: SKEW,
        }
    }

    /// Takes proofs for so many seconds after they were made.
    #[must_use]
    pub fn max_age(mut self, seconds: i64) -> Self {
        self.max_age = seconds;
        self
    }

    /// Takes proofs from so many seconds in the future.
    #[must_use]
    pub fn skew(mut self, seconds: i64) -> Self {
        self.skew = seconds;
        self
    }

    /// Checks a proof for a request at the instant `now`, in seconds since 1970 (RFC 9449 §4.3).
    ///
    /// # Errors
    /// What was wrong. [`JoseError::claim_name`] is `nonce` if the server has to send a new one.
    pub fn check(&self, proof: &str, request: &Request<'_>, now: i64) -> Result<Proof> {
        let unverified = Unverified::parse_within(proof, LIMIT)?;
        let jwk = unverified.header().jwk();
        let jwk = jwk.ok_or(JoseError::malformed("the proof has no jwk"))?;
        // A private or a symmetric key is refused here (§4.3 item 7).
        let jwk = Jwk::from_members(jwk)?;
        let policy = Policy::of_kind(&self.algs, false)
            .typ(&[TYP])
            .require(&["jti", "htm", "htu", "iat"])
            .skew(self.skew)
            .max_age(self.max_age);
        let key = jwk.verifying_key()?;
        let claims = jwt::verify_with(unverified, &key, &policy, now)?;

        let jti = claims.jwt_id().unwrap_or_default();
        if jti.is_empty() || jti.len() > JTI_LIMIT {
            return Err(JoseError::claim("jti", ClaimFault::Invalid));
        }
        expect("htm", claims.find("htm"), request.method)?;
        let htu = claims.text("htu").and_then(uri::normalize);
        let htu = htu.ok_or(JoseError::claim("htu", ClaimFault::Invalid))?;
        if Some(htu) != uri::normalize(request.url) {
            return Err(JoseError::claim("htu", ClaimFault::Mismatch));
        }
        if let Some(nonce) = request.nonce {
            expect("nonce", claims.find("nonce"), nonce)?;
        }
        if let Some(token) = request.access_token {
            expect("ath", claims.find("ath"), &token_hash(token))?;
        }
        let thumbprint = jwk.thumbprint();
        if request.bound_to.is_some_and(|bound| bound != thumbprint) {
            return Err(JoseError::claim("jkt", ClaimFault::Mismatch));
        }
        let issued_at = claims.issued_at().unwrap_or_default();
        let life = self.max_age.saturating_add(self.skew);
        Ok(Proof {
            thumbprint,
            jti: jti.to_owned(),
            issued_at,
            remember_until: issued_at.saturating_add(life),
            nonce: claims.text("nonce").map(str::to_owned),
        })
    }
}

fn expect(name: &'static str, claim: Option<&Value>, wanted: &str) -> Result<()> {
    match claim {
        None => Err(JoseError::claim(name, ClaimFault::Missing)),
        Some(Value::String(own)) if own == wanted => Ok(()),
        Some(Value::String(_)) => Err(JoseError::claim(name, ClaimFault::Mismatch)),
        Some(_) => Err(JoseError::claim(name, ClaimFault::Invalid)),
    }
}

/// The value of `ath`: the SHA-256 of the access token (RFC 9449 §4.2).
pub fn token_hash(access_token: &str) -> String {
    base64url::encode(backend::sha256(access_token.as_bytes()).as_ref())
}

impl Proof {
    /// The SHA-256 thumbprint (RFC 7638) of the key, to bind a token to (`cnf.jkt`).
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// The proof's own name; with the thumbprint it is used once.
    pub fn jti(&self) -> &str {
        &self.jti
    }

    /// When it was made, in seconds since 1970.
    pub fn issued_at(&self) -> i64 {
        self.issued_at
    }

    /// The last second at which the proof would be taken again (RFC 9449 §11.1).
    pub fn remember_until(&self) -> i64 {
        self.remember_until
    }

    /// The nonce in it; whether it is one of the server's, [`Request::nonce`] has checked.
    pub fn nonce(&self) -> Option<&str> {
        self.nonce.as_deref()
    }
}
