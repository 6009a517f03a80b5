//! JWS, JWE, JWK and JWT: bytes in, bytes or claims out.
//!
//! # A tour
//!
//! **Sign and verify a token.** A [`SigningKey`] signs; a [`jwt::Verifier`] knows the issuer, the audience
//! and the algorithms it takes, and gives the claims of the *kind* of token it was asked for:
//!
//! ```
//! use cloakroom_jose::jwt::{Verifier, kind::KeycloakAccessToken};
//! use cloakroom_jose::{Alg, Jwk, KeySet, SigningKey};
//!
//! # fn main() -> cloakroom_jose::Result<()> {
//! let key = SigningKey::generate(Alg::ES256, "2026-11")?;
//! let payload = br#"{"iss":"https://id.example","aud":"api","sub":"alice","typ":"Bearer",
//!     "iat":100,"exp":400}"#;
//! let token = key.sign("JWT", payload)?;
//!
//! let keys = KeySet::from_keys([key.verifying_key().clone()]);
//! let verifier = Verifier::new(&keys, &[Alg::ES256], "https://id.example", "api");
//! let access = verifier.verify::<KeycloakAccessToken>(&token, 200)?;
//! assert_eq!(access.claims().subject(), Some("alice"));
//!
//! let late = verifier.verify::<KeycloakAccessToken>(&token, 500).unwrap_err();
//! assert!(late.is_expired());
//!
//! // What others see of the key: never anything private.
//! let jwk = Jwk::from_verifying_key(key.verifying_key()).map(|jwk| serde_json::to_string(&jwk));
//! assert!(matches!(jwk, Some(Ok(json)) if json.starts_with(r#"{"kid":"2026-11","kty":"EC""#)));
//! # Ok(())
//! # }
//! ```
//!
//! **Where to look.** The modules are named as the RFCs are:
//!
//! | to | see | RFC |
//! |---|---|---|
//! | verify a token of one kind, also a nested one | [`jwt::Verifier`], [`jwt::kind`], [`jwt::nested`] | 7519, 8725, 9068, 9101, 9701 |
//! | verify with rules of your own | [`jwt::Policy`] | 7519 |
//! | sign and verify anything, in every form | [`jws`], [`jws::json`], [`jws::detached`] | 7515, 7797 |
//! | encrypt and decrypt | [`jwe`] | 7516 |
//! | read, make, name and publish keys | [`Jwk`], [`PrivateKey`], [`KeySet`], [`RecipientSet`] | 7517, 7638, 9278, 8037, 9964 |
//! | know an algorithm's name, key and hash | [`alg`], [`jwe::KeyAlg`], [`jwe::Enc`] | 7518, 8812, 9864 |
//! | check or make a proof of possession | [`dpop`] | 9449 |
//! | show some claims and hide others | [`sd_jwt`] | 9901 |
//! | say of many tokens whether they still count | [`status_list`] | (draft) |
//! | open what is encrypted in XML | [`xml_encryption`] | |
//! | open and seal messages of Kerberos | [`kerberos`] | 3961, 3962 |
//! | look at a token | [`mod@inspect`] | |
//!
//! **Errors.** There is one type, [`JoseError`]. It holds no part of a token or a key, so it may be logged,
//! and it answers questions: [`JoseError::is_expired`], [`JoseError::is_no_key`],
//! [`JoseError::claim_name`]. Everything that goes wrong in a decryption is one error.
//!
//! **Randomness and time** are arguments: `now` in seconds since 1970, and a [`Random`]. Signatures, RSA
//! keys and ephemeral X448 keys are made with the libraries' own random numbers, because these take no
//! others.
//!
//! # Left out on purpose
//!
//! - `none`, and any algorithm chosen by the token: the key fixes it.
//! - Fetching keys: `jku`, `x5u` and embedded keys are never used, and this crate has no network.
//! - State: nothing is installed, and every key is a value that is parsed once.
//! - Claims of a token that nobody has verified; [`jws::Unverified::unverified_claim_for_lookup`] is the one
//!   exception, and is named for it.

#![warn(missing_docs, clippy::missing_errors_doc)]

pub mod alg;
mod backend;
pub mod base64url;
pub mod certificate;
mod compact;
mod der;
pub mod dpop;
pub mod error;
pub mod header;
pub mod inspect;
pub mod json;
pub mod jwe;
pub mod jwk;
pub mod jws;
pub mod jwt;
pub mod kerberos;
pub mod key;
pub mod pem;
pub mod random;
pub mod sd_jwt;
pub mod status_list;
pub mod xml_encryption;

pub use alg::{Alg, digest, half_hash, is_half_hash};
pub use error::{JoseError, Result};
pub use header::Header;
pub use jwk::recipients::RecipientSet;
pub use jwk::set::KeySet;
pub use jwk::{Jwk, PrivateKey};
pub use key::{DecryptionKey, SigningKey, VerifyingKey};
pub use random::{Random, SystemRandom};
