//! Argon2 (RFC 9106): the default for new passwords, and every variant Keycloak may have stored.

use std::cell::RefCell;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use subtle::ConstantTimeEq;

use super::{HashProvider, Parsed, PasswordError, Plain, Salt, Stored};

const NAME: &str = super::DEFAULT_ALGORITHM;

/// Passes over the memory of a new hash, together with [`MEMORY_KIB`] (OWASP's first choice).
pub(super) const DEFAULT_ITERATIONS: u32 = 2;

const MEMORY_KIB: u32 = 19 * 1024;
const PARALLELISM: u32 = 1;
const HASH_BYTES: u32 = 32;

/// A realm may ask for more passes than ours, up to about half a second on one core. What is
/// beyond was meant for PBKDF2 (`hashIterations(27500)` is in many old realms) and would make
/// each sign-in cost minutes.
const MAX_NEW_ITERATIONS: u32 = 64;

/// What an imported hash may cost: 1 GiB at most, and no more work than 8 GiB of blocks.
const MAX_MEMORY_KIB: u32 = 1024 * 1024;
const MAX_WORK_KIB: u64 = 8 * 1024 * 1024;
const MAX_PARALLELISM: u32 = 64;
const MAX_HASH_BYTES: usize = 128;

/// The memory a thread keeps between two hashes: enough for ours and Keycloak's parameters, so
/// that a rare expensive import does not stay resident.
const KEPT_BLOCKS: usize = 32 * 1024;

/// The room that is asked for at once, in blocks: 33 MiB. glibc gives pieces above 32 MiB back to the system whenever they
/// are freed, and may keep smaller ones. What is not written to costs nothing.
const ROOM: usize = 33 * 1024;

thread_local! {
    /// Fresh memory costs up to half of the time of a hash (page faults), so each thread keeps its
    /// blocks. Argon2 writes every block before it reads it, so nothing of the last hash shows.
    static BLOCKS: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

/// Frees what this thread keeps between two hashes.
pub(super) fn give_back_memory() {
    BLOCKS.with_borrow_mut(|blocks| *blocks = Vec::new());
}

#[cfg(test)]
pub(super) fn kept_blocks() -> usize {
    BLOCKS.with_borrow(Vec::len)
}

pub(super) struct Argon2Provider;

impl HashProvider for Argon2Provider {
    fn algorithm(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "Argon2id, which costs an attacker memory as well as time. The best choice."
    }

    fn iterations(&self, wanted: Option<u32>) -> Option<u32> {
        Some(
            wanted
                .filter(|n| (1..=MAX_NEW_ITERATIONS).contains(n))
                .unwrap_or(DEFAULT_ITERATIONS),
        )
    }

    fn hash(&self, plain: &Plain, iterations: u32, salt: &Salt) -> Result<Stored, PasswordError> {
        let wanted = Parameters::new_hash(iterations);
        let value = wanted.compute(plain, salt.as_bytes())?;
        let parameters = [
            ("hashLength", HASH_BYTES.to_string()),
            ("memory", wanted.memory.to_string()),
            ("type", "id".to_owned()),
            ("version", "1.3".to_owned()),
            ("parallelism", wanted.parallelism.to_string()),
        ];
        Ok(Stored::write(
            NAME,
            iterations,
            &parameters,
            &value,
            salt.as_bytes(),
        ))
    }

    fn check(&self, parsed: &Parsed) -> Result<(), PasswordError> {
        Parameters::read(parsed).map(drop)
    }

    fn verify(&self, plain: &Plain, parsed: &Parsed) -> Result<bool, PasswordError> {
        let expected = parsed.value()?;
        let computed = Parameters::read(parsed)?.compute(plain, &parsed.salt()?)?;
        Ok(computed.ct_eq(&expected).into())
    }

    fn is_current(&self, parsed: &Parsed, iterations: u32) -> bool {
        Parameters::read(parsed).is_ok_and(|stored| stored == Parameters::new_hash(iterations))
    }
}

#[derive(PartialEq, Eq)]
struct Parameters {
    algorithm: Algorithm,
    version: Version,
    memory: u32,
    iterations: u32,
    parallelism: u32,
    length: usize,
}

impl Parameters {
    fn new_hash(iterations: u32) -> Self {
        Self {
            algorithm: Algorithm::Argon2id,
            version: Version::V0x13,
            memory: MEMORY_KIB,
            iterations,
            parallelism: PARALLELISM,
            length: HASH_BYTES as usize,
        }
    }

    /// Reads the parameters of a stored hash; what is missing has Keycloak's default.
    fn read(parsed: &Parsed) -> Result<Self, PasswordError> {
        let algorithm = match parsed.parameter("type").unwrap_or("id") {
            "id" => Algorithm::Argon2id,
            "d" => Algorithm::Argon2d,
            "i" => Algorithm::Argon2i,
            _ => return Err(PasswordError::Malformed("unknown argon2 type")),
        };
        let version = match parsed.parameter("version").unwrap_or("1.3") {
            "1.3" => Version::V0x13,
            "1.0" => Version::V0x10,
            _ => return Err(PasswordError::Malformed("unknown argon2 version")),
        };
        let read = Self {
            algorithm,
            version,
            memory: parsed.number("memory", 7168)?,
            iterations: parsed.iterations,
            parallelism: parsed.number("parallelism", 1)?,
            length: parsed.value()?.len(),
        };
        read.check(parsed)?;
        Ok(read)
    }

    fn check(&self, parsed: &Parsed) -> Result<(), PasswordError> {
        if self.memory > MAX_MEMORY_KIB {
            return Err(PasswordError::OverLimits("argon2 memory"));
        }
        if u64::from(self.memory) * u64::from(self.iterations) > MAX_WORK_KIB {
            return Err(PasswordError::OverLimits("argon2 memory times iterations"));
        }
        if self.parallelism > MAX_PARALLELISM {
            return Err(PasswordError::OverLimits("argon2 parallelism"));
        }
        if self.length > MAX_HASH_BYTES {
            return Err(PasswordError::OverLimits("argon2 hash length"));
        }
        // A short value would be matched by chance.
        if self.length < 16 {
            return Err(PasswordError::Malformed("argon2 value is too short"));
        }
        if parsed.number("hashLength", HASH_BYTES)? as usize != self.length {
            return Err(PasswordError::Malformed(
                "hashLength is not the length of the value",
            ));
        }
        let salt = parsed.salt()?.len();
        if !(argon2::MIN_SALT_LEN..=1024).contains(&salt) {
            return Err(PasswordError::Malformed("argon2 salt length"));
        }
        self.params().map(drop)
    }

    fn params(&self) -> Result<Params, PasswordError> {
        Params::new(
            self.memory,
            self.iterations,
            self.parallelism,
            Some(self.length),
        )
        .map_err(|_| PasswordError::Malformed("argon2 parameters"))
    }

    fn compute(&self, plain: &Plain, salt: &[u8]) -> Result<Vec<u8>, PasswordError> {
        let params = self.params()?;
        let needed = params.block_count();
        let argon2 = Argon2::new(self.algorithm, self.version, params);
        let mut out = vec![0; self.length];
        BLOCKS.with_borrow_mut(|blocks| {
            if blocks.len() < needed {
                // Not `resize`: that would copy the old blocks to the new place for nothing.
                let mut fresh = Vec::with_capacity(needed.max(ROOM));
                fresh.resize(needed, Block::new());
                *blocks = fresh;
            }
            let result = argon2
                .hash_password_into_with_memory(plain.as_bytes(), salt, &mut out, &mut *blocks)
                .map_err(|_| PasswordError::Malformed("argon2 input"));
            if blocks.len() > KEPT_BLOCKS {
                *blocks = Vec::new();
            }
            result
        })?;
        Ok(out)
    }
}

#[cfg(test)]
mod tests;
