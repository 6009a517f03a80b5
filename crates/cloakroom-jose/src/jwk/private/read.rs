//! Private keys out of JSON (RFC 7518 §6.2.2, §6.3.2, §6.4; RFC 8037 §2; RFC 9964 §3).
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{Parts, PrivateKey};
use crate::backend::{self, RsaParts};
use crate::der::Document;
use crate::error::{JoseError, Result};
use crate::header::check_kid;
use crate::json;
use crate::jwk::member::{bytes, read_key_ops, read_use, text};
use crate::jwk::{Material, ec, okp, rsa};

/// An 8192-bit RSA key with all its parts needs 7 KiB.
const LIMIT: usize = 16 * 1024;

impl PrivateKey {
    /// Parses a private JWK or a secret (RFC 7517 §9.3).
    ///
    /// # Errors
    /// If it is malformed or weak, holds no private key, or its private and public members do not
    /// belong together.
    pub fn parse_jwk(text: &[u8]) -> Result<Self> {
        Self::from_members(&json::parse_object(text, LIMIT)?)
    }

    /// Reads a private JWK from parsed JSON.
    ///
    /// # Errors
    /// As [`PrivateKey::parse_jwk`].
    pub fn from_members(members: &Map<String, Value>) -> Result<Self> {
        let kid = text(members, "kid")?;
        if let Some(kid) = kid {
            check_kid(kid)?;
        }
        let usage = read_use(members)?;
        Ok(Self {
            kid: kid.map(str::to_owned),
            alg: text(members, "alg")?.map(str::to_owned),
            usage,
            key_ops: read_key_ops(members, usage)?,
            parts: read_parts(members)?,
        })
    }
}

fn read_parts(members: &Map<String, Value>) -> Result<Parts> {
    let (document, public) = match text(members, "kty")? {
        Some("oct") => {
            let secret = private(members, "k")?;
            if secret.is_empty() {
                return Err(JoseError::key("the secret is empty"));
            }
            return Ok(Parts::Secret(secret));
        }
        Some("RSA") => read_rsa(members)?,
        Some("EC") => {
            let public = ec::read(members)?;
            let d = private(members, "d")?;
            let curve = ec::curve(members)?;
            if d.len() != curve.coordinate_len() {
                return Err(JoseError::key("EC key of wrong length"));
            }
            (Document::Ec(curve, d), public)
        }
        Some("OKP") => {
            let public = okp::read(members)?;
            let d = private(members, "d")?;
            let curve = okp::curve(members)?;
            if d.len() != curve.key_len() {
                return Err(JoseError::key("OKP key of wrong length"));
            }
            (Document::Okp(curve, d), public)
        }
        #[cfg(feature = "ml-dsa")]
        Some("AKP") => {
            let public = crate::jwk::akp::read(members)?;
            let alg = crate::jwk::akp::alg(members)?;
            (Document::Akp(alg, private(members, "priv")?), public)
        }
        Some(_) => return Err(JoseError::unsupported("kty")),
        None => return Err(JoseError::malformed("JWK has no kty")),
    };
    public.check()?;
    if backend::public_of(&document)? != public {
        return Err(JoseError::key("the private key is of another public key"));
    }
    Ok(Parts::Pair(Box::new(document), public))
}

fn read_rsa(members: &Map<String, Value>) -> Result<(Document, Material)> {
    // RFC 7518 §6.3.2.7: a key of more than two primes must not be used without support for it.
    if members.contains_key("oth") {
        return Err(JoseError::unsupported("RSA key of more than two primes"));
    }
    let public = rsa::read(members)?;
    public.check()?;
    let parts = RsaParts {
        n: bytes(members, "n")?,
        e: bytes(members, "e")?,
        d: private(members, "d")?,
        p: private(members, "p")?,
        q: private(members, "q")?,
        dp: private(members, "dp")?,
        dq: private(members, "dq")?,
        qi: private(members, "qi")?,
    };
    Ok((Document::Rsa(parts), public))
}

fn private(members: &Map<String, Value>, name: &str) -> Result<Zeroizing<Vec<u8>>> {
    bytes(members, name).map(Zeroizing::new)
}
