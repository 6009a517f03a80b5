//! Hash functions, and the claims that bind a token to another value by its hash.
use crate::alg::Alg;
use crate::backend;
use crate::base64url;

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
    /// SHAKE256 with 114 bytes of output, the hash inside Ed448 (RFC 8032 §5.2).
    Shake256,
}

impl Hash {
    /// Bytes of a digest.
    pub const fn digest_len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
            Self::Shake256 => 114,
        }
    }
}

/// The digest of `bytes` under the algorithm's hash.
pub fn digest(alg: Alg, bytes: &[u8]) -> Vec<u8> {
    backend::hash(alg.hash(), bytes)
}

/// The value of `at_hash`, `c_hash` and `s_hash` (OIDC Core §3.1.3.6, §3.3.2.11).
///
/// It is the left half of the digest of the ASCII value, in base64url. OIDC Core speaks of the hash
/// in the name of `alg`; for names without one it is the hash that the algorithm uses inside
/// (SHA-512 for Ed25519, SHAKE256 for Ed448), as other implementations do it.
pub fn half_hash(alg: Alg, value: &str) -> String {
    let digest = digest(alg, value.as_bytes());
    let half = digest.get(..digest.len() / 2).unwrap_or_default();
    base64url::encode(half)
}

/// Whether a hash claim fits the value it stands for, compared in constant time.
pub fn is_half_hash(alg: Alg, value: &str, claim: &str) -> bool {
    backend::is_equal(half_hash(alg, value).as_bytes(), claim.as_bytes())
}
