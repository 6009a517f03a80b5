//! Thumbprints (RFC 7638): one name for a key, whoever wrote it down.
use super::Material;
use crate::alg::Hash;
use crate::backend;
use crate::base64url;

pub(crate) fn sha256(material: &Material) -> String {
    let mut members = material.members();
    members.push(("kty", material.key_kind().kty().to_owned()));
    // RFC 7638 §3.3: the required members alone, in lexicographic order, without white space.
    members.sort_unstable();
    let members: Vec<_> = members
        .iter()
        .map(|(name, value)| format!("\"{name}\":\"{value}\""))
        .collect();
    let text = format!("{{{}}}", members.join(","));
    base64url::encode(backend::digest(Hash::Sha256, text.as_bytes()).as_ref())
}
