//! The compact form (RFC 7515 §7.1), the only one that tokens have.
use serde_json::Value;

use crate::alg::Alg;
use crate::backend::Signer;
use crate::base64url;
use crate::compact;
use crate::error::{JoseError, Result};
use crate::header::{Header, Payload};
use crate::json;
use crate::jwk::set::KeySet;
use crate::key::VerifyingKey;

/// The longest token read if nobody says otherwise: more than a cookie or a header line holds.
pub const DEFAULT_LIMIT: usize = 16 * 1024;

/// A token whose signature nobody has checked.
///
/// Its header may be read, to find the key. Its payload may not: the way to it is
/// [`Unverified::verify`].
#[derive(Debug)]
pub struct Unverified<'a> {
    header: Header,
    signing_input: &'a str,
    payload: &'a str,
    signature: Vec<u8>,
}

/// A payload that a key vouches for; only verification makes one.
#[derive(Debug)]
pub struct Verified {
    header: Header,
    payload: Vec<u8>,
}

impl<'a> Unverified<'a> {
    /// Takes a compact JWS apart.
    ///
    /// # Errors
    /// If it is malformed, longer than [`DEFAULT_LIMIT`], or its header demands what is not
    /// offered.
    pub fn parse(token: &'a str) -> Result<Self> {
        Self::parse_within(token, DEFAULT_LIMIT)
    }

    /// Takes apart a compact JWS of at most `limit` bytes.
    ///
    /// # Errors
    /// As [`Unverified::parse`].
    pub fn parse_within(token: &'a str, limit: usize) -> Result<Self> {
        const PARTS: JoseError = JoseError::malformed("a compact JWS has three parts");
        if token.len() > limit {
            return Err(JoseError::malformed("token too long"));
        }
        let [header, payload, signature] = compact::split(token).ok_or(PARTS)?;
        let signing_input = token.get(..header.len() + 1 + payload.len());
        Ok(Self {
            header: Header::parse(header, Payload::Encoded)?,
            signing_input: signing_input.ok_or(PARTS)?,
            payload,
            signature: base64url::decode(signature)?,
        })
    }

    /// The header, which is only a claim until a key has confirmed it.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Reads one text claim that **nobody has verified**, to find the key that can.
    ///
    /// For an assertion that names its client in `sub`, or a hint that names its realm in `iss`.
    /// Whoever sent the token chose the value: look something up by it, verify with what was
    /// found, and take the value from the verified claims afterwards. `None` if there is no such
    /// claim, or it is no text.
    ///
    /// # Errors
    /// If the payload is no strict JSON object.
    pub fn unverified_claim_for_lookup(&self, name: &str) -> Result<Option<String>> {
        let payload = base64url::decode(self.payload)?;
        let claims = json::parse_object(&payload, payload.len())?;
        Ok(claims.get(name).and_then(Value::as_str).map(str::to_owned))
    }

    /// Verifies with the one key of the set that fits.
    ///
    /// # Errors
    /// If the algorithm is not allowed, not exactly one key fits, or the signature is wrong.
    pub fn verify(self, keys: &KeySet, allowed: &[Alg]) -> Result<Verified> {
        self.check_alg(allowed)?;
        let key = keys.select(&self.header)?;
        self.confirm(key)
    }

    /// Verifies with a key the caller chose by other means, such as the client's secret.
    ///
    /// Where both the token and the key have a `kid`, they have to be the same.
    ///
    /// # Errors
    /// As [`Unverified::verify`].
    pub fn verify_with(self, key: &VerifyingKey, allowed: &[Alg]) -> Result<Verified> {
        self.check_alg(allowed)?;
        if let (Some(named), Some(own)) = (self.header.kid(), key.kid())
            && named != own
        {
            return Err(JoseError::no_key());
        }
        self.confirm(key)
    }

    /// RFC 8725 §3.1: the verifier says which algorithms it takes.
    fn check_alg(&self, allowed: &[Alg]) -> Result<()> {
        if allowed.contains(&self.header.alg()) {
            return Ok(());
        }
        Err(JoseError::unsupported("alg is not allowed here"))
    }

    fn confirm(self, key: &VerifyingKey) -> Result<Verified> {
        key.verify(
            self.header.alg(),
            self.signing_input.as_bytes(),
            &self.signature,
        )?;
        Ok(Verified {
            header: self.header,
            payload: base64url::decode(self.payload)?,
        })
    }
}

impl Verified {
    /// The verified header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The verified payload.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The verified header and payload.
    pub fn into_parts(self) -> (Header, Vec<u8>) {
        (self.header, self.payload)
    }
}

/// The encoded header for a key and a `typ`; both are escaped as JSON demands.
pub(crate) fn encode_header(alg: Alg, kid: &str, typ: &str) -> Result<String> {
    let text = |value: &str| {
        serde_json::to_string(value).map_err(|_| JoseError::malformed("header parameter"))
    };
    let json = format!(
        r#"{{"alg":"{}","typ":{},"kid":{}}}"#,
        alg.name(),
        text(typ)?,
        text(kid)?
    );
    Ok(base64url::encode(json.as_bytes()))
}

/// Signs a payload under an encoded header, in one buffer.
pub(crate) fn sign(signer: &Signer, header: &str, payload: &[u8]) -> Result<String> {
    // The longest usual signature, RSA of 4096 bits, has 683 characters.
    let mut token = Vec::with_capacity(header.len() + payload.len() * 4 / 3 + 700);
    token.extend_from_slice(header.as_bytes());
    token.push(b'.');
    base64url::encode_into(payload, &mut token)?;
    let mut encoded = Vec::new();
    signer.sign(&token, |bytes| encoded.extend_from_slice(bytes))?;
    token.push(b'.');
    base64url::encode_into(&encoded, &mut token)?;
    String::from_utf8(token).map_err(|_| JoseError::malformed("header"))
}
