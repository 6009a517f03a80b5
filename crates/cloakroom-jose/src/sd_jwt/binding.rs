//! Key binding: that the holder of the key sends the token, now and to this verifier (RFC 9901 §4.3).
use serde_json::json;

use super::disclosure::digest;
use crate::alg::Alg;
use crate::error::{ClaimFault, JoseError, Result};
use crate::jws::Unverified;
use crate::jwt::{self, Policy};
use crate::key::{SigningKey, VerifyingKey};

/// The media type of the key binding token.
const TYP: &str = "kb+jwt";

/// How old a key binding may be, in seconds; it is made for the one presentation.
const MAX_AGE: i64 = 300;

/// Whom a presentation is for.
#[derive(Clone, Copy, Debug)]
pub struct Binding<'a> {
    /// The verifier.
    pub audience: &'a str,
    /// The verifier's nonce, which makes the presentation fresh.
    pub nonce: &'a str,
    /// When it is made, in seconds since 1970.
    pub now: i64,
}

pub(super) fn sign(key: &SigningKey, binding: &Binding<'_>, presented: &str) -> Result<String> {
    let claims = json!({
        "aud": binding.audience,
        "nonce": binding.nonce,
        "iat": binding.now,
        "sd_hash": digest(presented),
    });
    key.sign(TYP, claims.to_string().as_bytes())
}

/// Checks the key binding over `presented`, which is all that stands before it (§7.3).
pub(super) fn verify(
    token: &str,
    presented: &str,
    key: &VerifyingKey,
    algs: &[Alg],
    wanted: &Binding<'_>,
) -> Result<()> {
    let policy = Policy::of_kind(algs, false)
        .typ(&[TYP])
        .audience(&[wanted.audience])
        .require(&["nonce", "iat", "sd_hash"])
        .max_age(MAX_AGE);
    let unverified = Unverified::parse(token)?;
    let claims = jwt::verify_with(unverified, key, &policy, wanted.now)?;
    for (name, wanted) in [
        ("nonce", wanted.nonce.to_owned()),
        ("sd_hash", digest(presented)),
    ] {
        if claims.text(name) != Some(&wanted) {
            return Err(JoseError::claim(name, ClaimFault::Mismatch));
        }
    }
    Ok(())
}
