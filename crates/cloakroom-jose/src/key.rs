//! Keys: one to sign with, one to verify with, one that others encrypt to.
mod decryption;
mod private_jwk;
mod signing;
mod verifying;

pub use decryption::DecryptionKey;
pub use signing::SigningKey;
pub use verifying::VerifyingKey;
