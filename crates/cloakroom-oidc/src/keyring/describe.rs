//! What administrators see of a key: its public half, and what it is used for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloakroom_jose::{Alg, certificate, pem};
use cloakroom_model::component::Component;

use super::read::{self, Parsed};

/// The public side of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Described {
    /// The key's id.
    pub kid: String,
    /// `RSA`, `EC`, `OKP` or `OCT`.
    pub kind: &'static str,
    /// The algorithm that it is for.
    pub algorithm: String,
    /// It encrypts; otherwise it signs.
    pub encrypts: bool,
    /// The public key as base64 of its `SubjectPublicKeyInfo`; a shared secret has none.
    pub public_key: Option<String>,
    /// The certificate as base64 of its DER.
    pub certificate: Option<String>,
    /// When the certificate ends, in milliseconds since 1970.
    pub valid_to: Option<i64>,
}

/// Describes the key of a component; `None` if it cannot be read.
pub fn describe(component: &Component) -> Option<Described> {
    if component.provider_id == "aes-generated" {
        return Some(Described {
            kid: component.text("kid")?.to_owned(),
            kind: "OCT",
            algorithm: "AES".to_owned(),
            encrypts: true,
            ..Described::default()
        });
    }
    match read::parse(component)? {
        Parsed::Signing(key, certificates) => Some(with_certificate(
            Described {
                kid: key.kid().to_owned(),
                kind: kind(key.alg()),
                algorithm: key.alg().name().to_owned(),
                public_key: key.public_spki_der().map(|der| STANDARD.encode(der)),
                ..Described::default()
            },
            &certificates,
        )),
        Parsed::Encryption(key, jwk, certificates) => Some(with_certificate(
            Described {
                kid: jwk.kid().unwrap_or_default().to_owned(),
                kind: jwk.key_kind().kty(),
                algorithm: component.text("algorithm").unwrap_or(key.alg()).to_owned(),
                encrypts: true,
                public_key: key.public_spki_der().map(|der| STANDARD.encode(der)),
                ..Described::default()
            },
            &certificates,
        )),
    }
}

/// When certificates end that stand in a setting, in milliseconds since 1970; what is no certificate is passed over.
pub fn certificates_end(written: &str) -> Vec<i64> {
    /// No setting has more of them.
    const MOST: usize = 16;
    let each = written.split(',').take(MOST).filter_map(|text| {
        let (_, der) = pem::decode(text.trim()).ok()?;
        certificate::not_after(&der).ok()
    });
    each.map(|seconds| seconds.saturating_mul(1000)).collect()
}

fn with_certificate(mut key: Described, certificates: &[Vec<u8>]) -> Described {
    if let Some(der) = certificates.first() {
        key.certificate = Some(STANDARD.encode(der));
        let end = certificate::not_after(der).ok();
        key.valid_to = end.map(|seconds| seconds.saturating_mul(1000));
    }
    key
}

fn kind(alg: Alg) -> &'static str {
    match alg.key_kind().kty() {
        "oct" => "OCT",
        other => other,
    }
}
