//! The only files that name a cryptography library.
//!
//! aws-lc-rs does what it can. josekit, on OpenSSL, does what it cannot, or does worse: Ed448 and
//! X448, AES key wrap in all three sizes, and `RSA1_5`, whose bad padding OpenSSL answers with a random
//! key and not with an error. `docs/decisions/0014` says which library does what, and why.
pub(crate) mod agreement;
pub(crate) mod content;
pub(crate) mod curve448;
mod josekit_content;
pub(crate) mod password;
pub(crate) mod rsa_encryption;
mod signer;
mod table;
#[cfg(test)]
mod vectors;
mod verifier;
pub(crate) mod wrap;

use aws_lc_rs::{constant_time, digest, hmac};

pub(crate) use signer::{RsaParts, Signer, generate_rsa, public_of};
pub(crate) use verifier::Verifier;

use crate::alg::Hash;

pub(crate) fn sha256(bytes: &[u8]) -> digest::Digest {
    digest::digest(&digest::SHA256, bytes)
}

/// For `x5t` alone, where RFC 7517 §4.8 demands it and nothing rests on it.
pub(crate) fn sha1(bytes: &[u8]) -> digest::Digest {
    digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes)
}

pub(crate) fn hash(hash: Hash, bytes: &[u8]) -> Vec<u8> {
    let algorithm = match hash {
        Hash::Sha256 => &digest::SHA256,
        Hash::Sha384 => &digest::SHA384,
        Hash::Sha512 => &digest::SHA512,
        Hash::Shake256 => return curve448::shake256(bytes),
    };
    digest::digest(algorithm, bytes).as_ref().to_vec()
}

/// HMAC with SHA-512 over several pieces: a key that only the holder of `secret` can tell.
pub(crate) fn derive(secret: &[u8], pieces: &[&[u8]]) -> hmac::Tag {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA512, secret));
    for piece in pieces {
        context.update(&piece.len().to_be_bytes());
        context.update(piece);
    }
    context.sign()
}

/// Compares in a time that depends on the lengths alone.
pub(crate) fn is_equal(one: &[u8], other: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(one, other).is_ok()
}
