//! Password hashes in Keycloak's stored form: one registry of ways to hash, one way to check.

mod argon2id;
mod bcrypt;
mod pbkdf2;
mod stored;

use std::fmt;

use rand::CryptoRng;
use zeroize::Zeroizing;

use stored::Parsed;
pub use stored::Stored;

/// The longest password that is ever hashed, in bytes of UTF-8.
///
/// A hash reads its whole input, so without a limit a megabyte of password is a cheap way to keep
/// a core busy.
pub const MAX_PASSWORD_BYTES: usize = 1024;

/// The algorithm of new hashes where a realm names none.
pub const DEFAULT_ALGORITHM: &str = "argon2";

const SALT_BYTES: usize = 16;

/// Every way to hash a password, found by the name in the stored hash.
static PROVIDERS: &[&dyn HashProvider] = &[
    &argon2id::Argon2Provider,
    &pbkdf2::SHA512,
    &pbkdf2::SHA256,
    &pbkdf2::SHA1,
    &bcrypt::BcryptProvider,
];

/// One way to hash passwords.
trait HashProvider: Sync {
    /// Returns the name that stored hashes and the realm's `hashAlgorithm` policy use.
    fn algorithm(&self) -> &'static str;

    /// Returns one sentence for whoever chooses an algorithm.
    fn summary(&self) -> &'static str;

    /// Returns the iterations of a new hash when the realm asks for `wanted` (none: the default),
    /// or nothing when this algorithm is only kept to check what was imported.
    fn iterations(&self, wanted: Option<u32>) -> Option<u32>;

    /// Computes a new hash with iterations that came from [`HashProvider::iterations`].
    fn hash(&self, plain: &Plain, iterations: u32, salt: &Salt) -> Result<Stored, PasswordError>;

    /// Checks that the stored parameters are well formed and within the limits.
    fn check(&self, parsed: &Parsed) -> Result<(), PasswordError>;

    /// Computes the hash again with the stored parameters and compares in constant time.
    fn verify(&self, plain: &Plain, parsed: &Parsed) -> Result<bool, PasswordError>;

    /// Tells whether a new hash with these iterations would have the same parameters.
    fn is_current(&self, parsed: &Parsed, iterations: u32) -> bool;
}

/// Why a password could not be hashed or checked. The text never holds the password or its hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// The password is longer than [`MAX_PASSWORD_BYTES`].
    #[error("the password is longer than {MAX_PASSWORD_BYTES} bytes")]
    TooLong,
    /// The stored hash is not in the form its algorithm has.
    #[error("the stored password hash is malformed: {0}")]
    Malformed(&'static str),
    /// The stored hash asks for more memory or time than a sign-in may cost.
    #[error("the stored password hash exceeds the limits: {0}")]
    OverLimits(&'static str),
    /// No provider has this name.
    #[error("the password hash algorithm is not known")]
    UnknownAlgorithm,
}

/// A password as somebody typed it. It is wiped from memory when dropped and never printed.
///
/// It is taken byte for byte: Keycloak does not normalise, so neither may we, or hashes that came
/// with an import would stop matching.
#[derive(Clone)]
pub struct Plain(Zeroizing<String>);

impl Plain {
    /// Takes a password of at most [`MAX_PASSWORD_BYTES`].
    pub fn new(password: String) -> Result<Self, PasswordError> {
        let password = Zeroizing::new(password);
        if password.len() > MAX_PASSWORD_BYTES {
            return Err(PasswordError::TooLong);
        }
        Ok(Self(password))
    }

    /// Returns the password for the rules of a policy to look at.
    pub fn expose(&self) -> &str {
        &self.0
    }

    fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plain(..)")
    }
}

/// The random part of one new hash. It is drawn before the work is handed to another thread.
#[derive(Debug, Clone)]
pub struct Salt([u8; SALT_BYTES]);

impl Salt {
    /// Draws a new salt.
    pub fn new(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = [0; SALT_BYTES];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// How a realm wants new hashes to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HashPolicy {
    /// The `hashAlgorithm` of the realm's password policy; none means [`DEFAULT_ALGORITHM`].
    pub algorithm: Option<String>,
    /// The `hashIterations` of the realm's password policy; none means the algorithm's default.
    pub iterations: Option<u32>,
}

impl HashPolicy {
    /// Finds the provider of new hashes and its iterations.
    ///
    /// A realm that was imported with an algorithm we do not have, or only read, must still be
    /// able to set passwords: it gets the default algorithm with its default parameters.
    fn provider(&self) -> (&'static dyn HashProvider, u32) {
        let name = self.algorithm.as_deref().unwrap_or(DEFAULT_ALGORITHM);
        let named = find_provider(name)
            .and_then(|provider| Some((provider, provider.iterations(self.iterations)?)));
        named.unwrap_or((&argon2id::Argon2Provider, argon2id::DEFAULT_ITERATIONS))
    }
}

/// The answer to a password check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// Whether the password is the right one.
    pub ok: bool,
    /// Whether the right password should be hashed again because the policy changed since.
    pub needs_rehash: bool,
}

/// Lists the names of all algorithms with one sentence on each.
pub fn list_algorithms() -> Vec<(&'static str, &'static str)> {
    PROVIDERS
        .iter()
        .map(|provider| (provider.algorithm(), provider.summary()))
        .collect()
}

/// Tells whether stored hashes of this algorithm can be checked.
pub fn is_known_algorithm(name: &str) -> bool {
    find_provider(name).is_some()
}

/// Frees the memory that this thread keeps from one hash to the next.
///
/// It is worth keeping while there are sign-ins: fresh memory costs up to half of the time of a hash.
pub(crate) fn give_back_memory() {
    argon2id::give_back_memory();
}

#[cfg(test)]
pub(crate) fn keeps_memory() -> bool {
    argon2id::kept_blocks() > 0
}

/// Hashes a new password as the realm's policy wants it. Slow on purpose.
pub fn hash(plain: &Plain, policy: &HashPolicy, salt: &Salt) -> Result<Stored, PasswordError> {
    let (provider, iterations) = policy.provider();
    provider.hash(plain, iterations, salt)
}

/// Compares a password with a stored hash. Slow on purpose.
pub fn verify(
    plain: &Plain,
    stored: &Stored,
    policy: &HashPolicy,
) -> Result<Verified, PasswordError> {
    let parsed = Parsed::read(stored)?;
    let provider = find_provider(&parsed.algorithm).ok_or(PasswordError::UnknownAlgorithm)?;
    let ok = provider.verify(plain, &parsed)?;
    let (wanted, iterations) = policy.provider();
    let current =
        wanted.algorithm() == provider.algorithm() && provider.is_current(&parsed, iterations);
    Ok(Verified {
        ok,
        needs_rehash: ok && !current,
    })
}

/// Checks that a stored hash could be verified, without doing the work: for imports.
pub fn check_stored(stored: &Stored) -> Result<(), PasswordError> {
    let parsed = Parsed::read(stored)?;
    find_provider(&parsed.algorithm)
        .ok_or(PasswordError::UnknownAlgorithm)?
        .check(&parsed)
}

/// Does the work of a check for a user who does not exist or has no password, so that the time
/// an answer takes does not tell who has an account.
pub fn verify_nobody(plain: &Plain, policy: &HashPolicy) -> Result<Verified, PasswordError> {
    hash(plain, policy, &Salt([0x5a; SALT_BYTES]))?;
    Ok(Verified {
        ok: false,
        needs_rehash: false,
    })
}

fn find_provider(name: &str) -> Option<&'static dyn HashProvider> {
    PROVIDERS
        .iter()
        .copied()
        .find(|provider| provider.algorithm() == name)
}

#[cfg(test)]
mod tests;
