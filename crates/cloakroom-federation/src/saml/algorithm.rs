//! The names of algorithms in XML, and which of them are taken.
//!
//! SHA-1 and HMAC are not among them: a public key must not be taken for a shared secret, and what SHA-1
//! signs can be made by others.
//!
//! Cryptography knows an algorithm by its name in JOSE, so that is what a name in XML leads to.

use super::crypto::{Content, Hash};

/// What a signature removes itself with (XML Signature 1.1 §6.6.4).
pub(super) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// Exclusive canonicalization, and the namespace of its parameters.
pub(super) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
/// The same with comments.
pub(super) const EXCLUSIVE_WITH_COMMENTS: &str =
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments";

/// Signatures by name; the last of each are what Keycloak's settings call them.
const SIGNATURES: &[(&str, &str, &str)] = &[
    (
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "RS256",
        "RSA_SHA256",
    ),
    (
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
        "RS384",
        "",
    ),
    (
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        "RS512",
        "RSA_SHA512",
    ),
    (
        "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
        "PS256",
        "RSA_SHA256_MGF1",
    ),
    (
        "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1",
        "PS384",
        "",
    ),
    (
        "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1",
        "PS512",
        "RSA_SHA512_MGF1",
    ),
    (
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        "ES256",
        "",
    ),
    (
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
        "ES384",
        "",
    ),
    (
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
        "ES512",
        "",
    ),
];

/// The digests of references.
const DIGESTS: &[(&str, Hash)] = &[
    ("http://www.w3.org/2001/04/xmlenc#sha256", Hash::Sha256),
    (
        "http://www.w3.org/2001/04/xmldsig-more#sha384",
        Hash::Sha384,
    ),
    ("http://www.w3.org/2001/04/xmlenc#sha512", Hash::Sha512),
];

/// The digest that we make.
pub(super) const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

/// The algorithm with this name; `None` if it is not taken.
pub(super) fn signature(name: &str) -> Option<&'static str> {
    let mut all = SIGNATURES.iter();
    all.find(|(own, ..)| *own == name).map(|(_, alg, _)| *alg)
}

/// The name of an algorithm in XML; empty for one that has none here.
pub(super) fn signature_name(alg: &str) -> &'static str {
    let mut all = SIGNATURES.iter();
    all.find(|(_, own, _)| *own == alg)
        .map_or("", |(name, ..)| name)
}

/// What Keycloak's setting `signatureAlgorithm` means. SHA-1 and DSA are not made any more: SHA-256 is.
pub(super) fn of_setting(text: &str) -> &'static str {
    let mut all = SIGNATURES.iter();
    let found = all.find(|(.., setting)| !setting.is_empty() && *setting == text);
    found.map_or("RS256", |(_, alg, _)| *alg)
}

/// The digest with this name.
pub(super) fn digest(name: &str) -> Option<Hash> {
    let mut all = DIGESTS.iter();
    all.find(|(own, _)| *own == name).map(|(_, hash)| *hash)
}

/// How a key is encrypted: the name of the algorithm, of its digest, and of its mask's (XML Encryption 1.1 §5.5).
///
/// OAEP with SHA-1 is what most providers use, and is not weaker for it. PKCS #1 v1.5 is refused.
pub(super) fn key_transport(
    name: &str,
    digest: Option<&str>,
    mask: Option<&str>,
) -> Option<&'static str> {
    const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";
    let masked = |wanted: &str| mask == Some(wanted);
    match (name, digest.unwrap_or(SHA1)) {
        ("http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p", SHA1) => Some("RSA-OAEP"),
        ("http://www.w3.org/2009/xmlenc11#rsa-oaep", digest) => match digest {
            SHA1 if mask.is_none() || masked("http://www.w3.org/2009/xmlenc11#mgf1sha1") => {
                Some("RSA-OAEP")
            }
            SHA256 if masked("http://www.w3.org/2009/xmlenc11#mgf1sha256") => Some("RSA-OAEP-256"),
            "http://www.w3.org/2001/04/xmldsig-more#sha384"
                if masked("http://www.w3.org/2009/xmlenc11#mgf1sha384") =>
            {
                Some("RSA-OAEP-384")
            }
            "http://www.w3.org/2001/04/xmlenc#sha512"
                if masked("http://www.w3.org/2009/xmlenc11#mgf1sha512") =>
            {
                Some("RSA-OAEP-512")
            }
            _ => None,
        },
        _ => None,
    }
}

/// The content encryption with this name.
pub(super) fn content(name: &str) -> Option<Content> {
    Some(match name {
        "http://www.w3.org/2009/xmlenc11#aes128-gcm" => Content::Gcm(16),
        "http://www.w3.org/2009/xmlenc11#aes192-gcm" => Content::Gcm(24),
        "http://www.w3.org/2009/xmlenc11#aes256-gcm" => Content::Gcm(32),
        "http://www.w3.org/2001/04/xmlenc#aes128-cbc" => Content::Cbc(16),
        "http://www.w3.org/2001/04/xmlenc#aes192-cbc" => Content::Cbc(24),
        "http://www.w3.org/2001/04/xmlenc#aes256-cbc" => Content::Cbc(32),
        _ => return None,
    })
}
