//! bcrypt: only read, for realms that used a community add-on before they moved here.

use bcrypt::{HashParts, verify};

use super::{HashProvider, Parsed, PasswordError, Plain, Salt, Stored};

const NAME: &str = "bcrypt";

/// Each step doubles the work; 15 is about two seconds, and more than anybody uses.
const MAX_COST: u32 = 15;

pub(super) struct BcryptProvider;

impl HashProvider for BcryptProvider {
    fn algorithm(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "bcrypt, only to check imported passwords: it ignores all but their first 72 bytes."
    }

    fn iterations(&self, _wanted: Option<u32>) -> Option<u32> {
        None
    }

    fn hash(&self, _: &Plain, _: u32, _: &Salt) -> Result<Stored, PasswordError> {
        // `iterations` said that there are no new hashes of this kind.
        Err(PasswordError::UnknownAlgorithm)
    }

    fn check(&self, parsed: &Parsed) -> Result<(), PasswordError> {
        let parts: HashParts = parsed
            .value_text()
            .parse()
            .map_err(|_| PasswordError::Malformed("value is not a bcrypt hash"))?;
        match parts.get_cost() {
            0..4 => Err(PasswordError::Malformed("bcrypt cost")),
            4..=MAX_COST => Ok(()),
            _ => Err(PasswordError::OverLimits("bcrypt cost")),
        }
    }

    fn verify(&self, plain: &Plain, parsed: &Parsed) -> Result<bool, PasswordError> {
        self.check(parsed)?;
        // The salt and the cost are inside the text; the comparison is constant-time.
        verify(plain.as_bytes(), parsed.value_text())
            .map_err(|_| PasswordError::Malformed("value is not a bcrypt hash"))
    }

    fn is_current(&self, _: &Parsed, _: u32) -> bool {
        false
    }
}

#[cfg(test)]
mod tests;
