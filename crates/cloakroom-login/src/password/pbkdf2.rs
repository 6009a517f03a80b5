//! PBKDF2 (RFC 8018 §5.2): Keycloak's defaults before Argon2, and those of its FIPS builds.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2::{
    Algorithm, PBKDF2_HMAC_SHA1, PBKDF2_HMAC_SHA256, PBKDF2_HMAC_SHA512, derive,
};
use subtle::ConstantTimeEq;

use super::{HashProvider, Parsed, PasswordError, Plain, Salt, Stored};

/// What an imported hash may cost. Iterations are paid once for each block of the key, so the
/// product of both is bounded too (about ten seconds on one core).
const MAX_ITERATIONS: u32 = 10_000_000;
const MAX_WORK: u64 = 40_000_000;
const MAX_KEY_BYTES: usize = 128;
const MAX_SALT_BYTES: usize = 1024;

pub(super) static SHA1: Pbkdf2Provider = Pbkdf2Provider {
    name: "pbkdf2",
    summary: "PBKDF2 with HMAC-SHA-1, as the oldest Keycloak realms have it.",
    prf: &PBKDF2_HMAC_SHA1,
    block: 20,
    default_iterations: 1_300_000,
    key: 64,
};

pub(super) static SHA256: Pbkdf2Provider = Pbkdf2Provider {
    name: "pbkdf2-sha256",
    summary: "PBKDF2 with HMAC-SHA-256, Keycloak's default before version 24.",
    prf: &PBKDF2_HMAC_SHA256,
    block: 32,
    default_iterations: 600_000,
    key: 32,
};

pub(super) static SHA512: Pbkdf2Provider = Pbkdf2Provider {
    name: "pbkdf2-sha512",
    summary: "PBKDF2 with HMAC-SHA-512, for who must use only what FIPS 140 approves.",
    prf: &PBKDF2_HMAC_SHA512,
    block: 64,
    default_iterations: 210_000,
    key: 64,
};

pub(super) struct Pbkdf2Provider {
    name: &'static str,
    summary: &'static str,
    prf: &'static Algorithm,
    /// The output length of the hash function, in bytes.
    block: usize,
    default_iterations: u32,
    /// The length of a new key, in bytes.
    key: usize,
}

impl HashProvider for Pbkdf2Provider {
    fn algorithm(&self) -> &'static str {
        self.name
    }

    fn summary(&self) -> &'static str {
        self.summary
    }

    fn iterations(&self, wanted: Option<u32>) -> Option<u32> {
        Some(
            wanted
                .filter(|n| (1..=MAX_ITERATIONS).contains(n))
                .unwrap_or(self.default_iterations),
        )
    }

    fn hash(&self, plain: &Plain, iterations: u32, salt: &Salt) -> Result<Stored, PasswordError> {
        let iterations = at_least_one(iterations)?;
        let mut value = vec![0; self.key];
        derive(
            *self.prf,
            iterations,
            salt.as_bytes(),
            plain.as_bytes(),
            &mut value,
        );
        Ok(Stored::write(
            self.name,
            iterations.get(),
            &[],
            &value,
            salt.as_bytes(),
        ))
    }

    fn check(&self, parsed: &Parsed) -> Result<(), PasswordError> {
        self.read(parsed).map(drop)
    }

    fn verify(&self, plain: &Plain, parsed: &Parsed) -> Result<bool, PasswordError> {
        let Key {
            iterations,
            expected,
            salt,
        } = self.read(parsed)?;
        // The key length is not stored: Keycloak changed its default over time, so only the
        // length of the stored value tells how long the key was.
        let mut computed = vec![0; expected.len()];
        derive(
            *self.prf,
            iterations,
            &salt,
            plain.as_bytes(),
            &mut computed,
        );
        Ok(computed.ct_eq(&expected).into())
    }

    fn is_current(&self, parsed: &Parsed, iterations: u32) -> bool {
        parsed.iterations == iterations && parsed.value().is_ok_and(|value| value.len() == self.key)
    }
}

struct Key {
    iterations: NonZeroU32,
    expected: Vec<u8>,
    salt: Vec<u8>,
}

impl Pbkdf2Provider {
    fn read(&self, parsed: &Parsed) -> Result<Key, PasswordError> {
        let iterations = at_least_one(parsed.iterations)?;
        let expected = parsed.value()?;
        let salt = parsed.salt()?;
        if iterations.get() > MAX_ITERATIONS {
            return Err(PasswordError::OverLimits("pbkdf2 iterations"));
        }
        if expected.len() > MAX_KEY_BYTES || salt.len() > MAX_SALT_BYTES {
            return Err(PasswordError::OverLimits("pbkdf2 key or salt length"));
        }
        // A short value would be matched by chance: with none at all every password fits.
        if expected.len() < 16 {
            return Err(PasswordError::Malformed("pbkdf2 value is too short"));
        }
        let blocks = expected.len().div_ceil(self.block) as u64;
        if blocks * u64::from(iterations.get()) > MAX_WORK {
            return Err(PasswordError::OverLimits(
                "pbkdf2 iterations times key length",
            ));
        }
        Ok(Key {
            iterations,
            expected,
            salt,
        })
    }
}

fn at_least_one(iterations: u32) -> Result<NonZeroU32, PasswordError> {
    NonZeroU32::new(iterations).ok_or(PasswordError::Malformed("pbkdf2 without iterations"))
}

#[cfg(test)]
mod tests;
