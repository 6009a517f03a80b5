//! Keys: one to sign with, one to verify with, one that others encrypt to.
mod decryption;
mod signing;
mod verifying;

pub(crate) use decryption::Decrypter;
pub use decryption::DecryptionKey;
pub use signing::SigningKey;
pub use verifying::VerifyingKey;
