//! Thumbprints (RFC 7638) and their URI (RFC 9278): one name for a key, whoever wrote it down.
use zeroize::Zeroizing;

use super::Material;
use crate::backend;
use crate::base64url;

/// RFC 9278 §3: what a URI of a SHA-256 thumbprint begins with.
const URI: &str = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:";

pub(crate) fn sha256(material: &Material) -> String {
    let mut members = material.members();
    members.push(("kty", material.key_kind().kty().to_owned()));
    digest(members)
}

/// The thumbprint of a secret, which RFC 7638 §7 allows and warns of: short secrets can be guessed.
pub(crate) fn sha256_of_secret(secret: &[u8]) -> String {
    digest(vec![
        ("k", base64url::encode(secret)),
        ("kty", "oct".to_owned()),
    ])
}

pub(crate) fn uri(thumbprint: &str) -> String {
    format!("{URI}{thumbprint}")
}

fn digest(mut members: Vec<(&'static str, String)>) -> String {
    // RFC 7638 §3.3: the required members alone, in lexicographic order, without white space.
    members.sort_unstable();
    let members: Vec<_> = members
        .iter()
        .map(|(name, value)| format!("\"{name}\":\"{value}\""))
        .collect();
    let text = Zeroizing::new(format!("{{{}}}", members.join(",")));
    base64url::encode(backend::sha256(text.as_bytes()).as_ref())
}
