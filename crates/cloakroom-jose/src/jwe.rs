//! Encrypted tokens (RFC 7516): compact, flattened and general.
//!
//! [`Encryption`] says how, and encrypts to one [`EncryptionKey`] or several. On the way back
//! [`Encrypted`] takes a message apart, [`Allowed`] lists what the reader takes, and
//! [`Encrypted::decrypt`] gives the plaintext:
//!
//! ```
//! use cloakroom_jose::jwe::{Allowed, Enc, Encrypted, Encryption, KeyAlg};
//! use cloakroom_jose::{PrivateKey, SystemRandom, alg::{Curve, KeyKind}};
//!
//! # fn main() -> cloakroom_jose::Result<()> {
//! let random = &mut SystemRandom;
//! let key = PrivateKey::generate(KeyKind::Ec(Curve::P256), random)?.with_kid("enc-1")?;
//! let public = key.public().map(|jwk| jwk.encryption_key(KeyAlg::EcdhEsA256Kw));
//! let Some(public) = public.transpose()? else { return Ok(()) };
//!
//! let token = Encryption::new(Enc::A256Gcm).compact(&public, b"hello", random)?;
//!
//! let keys = [key.decryption_key(KeyAlg::EcdhEsA256Kw)?];
//! let allowed = Allowed::new(&[KeyAlg::EcdhEsA256Kw], &[Enc::A256Gcm]);
//! let plain = Encrypted::parse(&token, &allowed)?.decrypt(&keys, &allowed)?;
//! assert_eq!(plain.plaintext(), b"hello");
//! # Ok(())
//! # }
//! ```
//!
//! What keeps it safe:
//! - Both algorithms are on the reader's list, and the key fixes its own (RFC 8725 §3.1). `RSA1_5`,
//!   PBES2 and `zip` are read only where the caller lists them.
//! - All that goes wrong with a key or a ciphertext is one error, in one time: a key that could not
//!   be decrypted is replaced by another, and the content is tried all the same (RFC 7516 §11.5).
//! - An encrypted message proves nothing about who made it. Where that matters, what is inside has
//!   to be signed ([`crate::jwt::nested`]).
mod alg;
mod allowed;
mod decrypt;
mod enc;
mod encrypt;
mod header;
mod key;
mod manage;
mod parse;
mod zip;

pub use alg::KeyAlg;
pub use allowed::Allowed;
pub use decrypt::Decrypted;
pub use enc::Enc;
pub use encrypt::Encryption;
pub use header::Header;
pub use key::EncryptionKey;
pub(crate) use key::check_secret;
pub(crate) use manage::{is_for, receive};
pub use parse::Encrypted;
