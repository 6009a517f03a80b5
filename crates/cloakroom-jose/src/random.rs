//! Where random bytes come from: the caller says.
use crate::error::{JoseError, Result};

/// A source of random bytes that nobody can foretell.
pub trait Random {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// If there are none to be had; what needed them is then not done.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<()>;
}

/// The random numbers of the cryptography library, which the operating system seeds.
///
/// Signatures and RSA keys are always made with these, because the library takes no others.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
        aws_lc_rs::rand::fill(bytes).map_err(|_| JoseError::key("no random numbers"))
    }
}

impl<F: FnMut(&mut [u8])> Random for F {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
        self(bytes);
        Ok(())
    }
}
