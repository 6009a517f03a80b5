//! Ed448, X448 and SHAKE256, which OpenSSL has and aws-lc-rs has not; through josekit.
use std::fmt;

use josekit::jwe::{ECDH_ES, JweDecrypter as _, JweEncrypter as _, JweHeader};
use josekit::jwk::alg::ecx::{EcxCurve, EcxKeyPair};
use josekit::jwk::alg::ed::{EdCurve, EdKeyPair};
use josekit::jwk::{Jwk, KeyPair as _};
use josekit::jws::{EdDSA, JwsSigner as _, JwsVerifier as _};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::josekit_content::NameAndLength;
use crate::alg::OkpCurve;
use crate::base64url;
use crate::der;
use crate::error::{JoseError, Result};
use crate::jwk::Material;

const REFUSED: JoseError = JoseError::key("key on curve 448 refused");

pub(crate) fn shake256(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 114];
    let hash = openssl::hash::MessageDigest::shake_256();
    // It fails only without memory; no output is then no digest of anything.
    if openssl::hash::hash_xof(hash, bytes, &mut out).is_err() {
        out.clear();
    }
    out
}

/// A private Ed448 key, parsed once.
pub(crate) struct Ed448Signer {
    signer: josekit::jws::alg::eddsa::EddsaJwsSigner,
    pkcs8: Zeroizing<Vec<u8>>,
    x: Vec<u8>,
}

impl Ed448Signer {
    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self> {
        let pair = EdKeyPair::from_der(der).map_err(|_| REFUSED)?;
        if pair.curve() != EdCurve::Ed448 {
            return Err(REFUSED);
        }
        // OpenSSL's own form, whatever else the document held.
        let pkcs8 = Zeroizing::new(pair.to_der_private_key());
        Ok(Self {
            signer: EdDSA.signer_from_der(&*pkcs8).map_err(|_| REFUSED)?,
            x: public(&pair.to_der_public_key())?,
            pkcs8,
        })
    }

    pub(crate) fn pkcs8(&self) -> &Zeroizing<Vec<u8>> {
        &self.pkcs8
    }

    pub(crate) fn public(&self) -> &[u8] {
        &self.x
    }

    pub(crate) fn sign(&self, input: &[u8]) -> Result<Vec<u8>> {
        self.signer
            .sign(input)
            .map_err(|_| JoseError::key("signing failed"))
    }
}

/// A public Ed448 key, parsed once.
pub(crate) struct Ed448Verifier(josekit::jws::alg::eddsa::EddsaJwsVerifier);

impl Ed448Verifier {
    pub(crate) fn new(x: &[u8]) -> Result<Self> {
        let spki = der::write_spki(&okp(OkpCurve::Ed448, x));
        EdDSA.verifier_from_der(spki).map(Self).map_err(|_| REFUSED)
    }

    pub(crate) fn verify(&self, input: &[u8], signature: &[u8]) -> Result<()> {
        // RFC 8032 §5.2.6: two encodings of 57 bytes.
        if signature.len() != 114 {
            return Err(JoseError::signature());
        }
        self.0
            .verify(input, signature)
            .map_err(|_| JoseError::signature())
    }
}

/// A private X448 key, parsed once.
pub(crate) struct X448 {
    decrypter: josekit::jwe::alg::ecdh_es::EcdhEsJweDecrypter,
    x: Vec<u8>,
}

impl fmt::Debug for X448 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("X448(..)")
    }
}

impl X448 {
    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self> {
        let pair = EcxKeyPair::from_der(der).map_err(|_| REFUSED)?;
        if pair.curve() != EcxCurve::X448 {
            return Err(REFUSED);
        }
        Ok(Self {
            decrypter: ECDH_ES.decrypter_from_der(der).map_err(|_| REFUSED)?,
            x: public(&pair.to_der_public_key())?,
        })
    }

    pub(crate) fn public(&self) -> &[u8] {
        &self.x
    }

    /// The derived key (RFC 7518 §4.6) for a peer's public key; a point of small order is refused.
    pub(crate) fn agree(&self, peer: &[u8], wanted: &Derived<'_>) -> Result<Zeroizing<Vec<u8>>> {
        let mut header = wanted.header()?;
        let epk = json!({ "kty": "OKP", "crv": "X448", "x": base64url::encode(peer) });
        header
            .set_claim("epk", Some(epk))
            .map_err(|_| JoseError::decryption())?;
        let key = self
            .decrypter
            .decrypt(None, &wanted.as_content_encryption(), &header)
            .map_err(|_| JoseError::decryption())?;
        Ok(Zeroizing::new(key.into_owned()))
    }
}

/// Makes an ephemeral X448 key, and derives a key for the holder of `x`.
///
/// The ephemeral key is made with OpenSSL's random numbers, as josekit takes no others.
pub(crate) fn agree_ephemeral(
    x: &[u8],
    wanted: &Derived<'_>,
) -> Result<(Vec<u8>, Zeroizing<Vec<u8>>)> {
    let mut jwk = Jwk::new("OKP");
    for (name, value) in [("crv", "X448".to_owned()), ("x", base64url::encode(x))] {
        jwk.set_parameter(name, Some(Value::String(value)))
            .map_err(|_| REFUSED)?;
    }
    let encrypter = ECDH_ES.encrypter_from_jwk(&jwk).map_err(|_| REFUSED)?;
    let mut header = wanted.header()?;
    let inner = header.clone();
    let key = encrypter
        .compute_content_encryption_key(&wanted.as_content_encryption(), &inner, &mut header)
        .map_err(|_| REFUSED)?
        .ok_or(REFUSED)?;
    let key = Zeroizing::new(key.into_owned());
    let epk = header.claim("epk").and_then(Value::as_object);
    let epk = epk.and_then(|epk: &Map<_, _>| epk.get("x")?.as_str());
    Ok((base64url::decode(epk.ok_or(REFUSED)?)?, key))
}

/// What the key derivation of RFC 7518 §4.6.2 is told about the key that is wanted.
pub(crate) struct Derived<'a> {
    /// The `enc` for a direct key, else the `alg`.
    pub(crate) name: &'a str,
    /// Bytes of the key.
    pub(crate) len: usize,
    pub(crate) apu: &'a [u8],
    pub(crate) apv: &'a [u8],
}

impl Derived<'_> {
    fn header(&self) -> Result<JweHeader> {
        let mut header = JweHeader::new();
        for (name, value) in [("apu", self.apu), ("apv", self.apv)] {
            if !value.is_empty() {
                let text = Value::String(base64url::encode(value));
                header.set_claim(name, Some(text)).map_err(|_| REFUSED)?;
            }
        }
        Ok(header)
    }

    fn as_content_encryption(&self) -> NameAndLength {
        NameAndLength {
            name: self.name.to_owned(),
            len: self.len,
        }
    }
}

fn okp(curve: OkpCurve, x: &[u8]) -> Material {
    Material::Okp {
        curve,
        x: x.to_vec(),
    }
}

fn public(spki: &[u8]) -> Result<Vec<u8>> {
    match der::read_spki(spki)? {
        Material::Okp { x, .. } => Ok(x),
        _ => Err(REFUSED),
    }
}
