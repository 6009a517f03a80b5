//! Nonces for DPoP proofs (RFC 9449 §9): nobody can make a proof long before it is used.
use cloakroom_jose::jws::Unverified;
use cloakroom_jose::jwt::{self, Policy};
use cloakroom_jose::{Alg, JoseError, Random as _, SigningKey, SystemRandom};
use serde_json::json;

/// How long a nonce is taken, in seconds: two requests of a person lie closer together.
const LIFE: i64 = 300;

/// A nonce is a token of a kind of its own, so that nothing is stored.
const TYP: &str = "dpop-nonce";

/// The secret that nonces are made with; instances of one API share it.
#[derive(Clone, Debug)]
pub struct NonceKey {
    key: SigningKey,
}

impl NonceKey {
    /// Takes a secret that all instances of the API know, of at least 32 bytes.
    ///
    /// # Errors
    /// If it is shorter.
    pub fn new(secret: &[u8]) -> Result<Self, JoseError> {
        let key = SigningKey::from_secret(Alg::HS256, TYP, secret)?;
        Ok(Self { key })
    }

    /// Makes a secret for an API that runs once.
    ///
    /// # Errors
    /// If the system has no random numbers.
    pub fn generate() -> Result<Self, JoseError> {
        let mut secret = [0; 32];
        SystemRandom.fill(&mut secret)?;
        Self::new(&secret)
    }

    /// A nonce that is taken for five minutes.
    pub(crate) fn make(&self, now: i64) -> Result<String, JoseError> {
        let claims = json!({ "exp": now.saturating_add(LIFE) });
        self.key.sign(TYP, claims.to_string().as_bytes())
    }

    pub(crate) fn is_good(&self, nonce: &str, now: i64) -> bool {
        let policy = Policy::new(&[Alg::HS256]).typ(&[TYP]).skew(0);
        Unverified::parse(nonce)
            .and_then(|nonce| jwt::verify_with(nonce, self.key.verifying_key(), &policy, now))
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_taken_for_five_minutes_and_from_its_own_key() {
        let key = NonceKey::new(&[7; 32]).unwrap();
        let nonce = key.make(1_000).unwrap();

        assert!(key.is_good(&nonce, 1_000) && key.is_good(&nonce, 1_299));
        assert!(!key.is_good(&nonce, 1_300));
        assert!(!NonceKey::generate().unwrap().is_good(&nonce, 1_000));
        assert!(!key.is_good("", 1_000) && !key.is_good("abc", 1_000));
        assert!(NonceKey::new(&[7; 31]).is_err());
    }
}
