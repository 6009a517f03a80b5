//! JWS, JWE, JWK and JWT: bytes in, bytes or claims out.
//!
//! A [`SigningKey`] signs a payload into a compact token. On the way back [`jws::Unverified`]
//! takes a token apart, a [`KeySet`] selects the one key that fits, and a [`jwt::Policy`] decides
//! which [`jwt::Claims`] are accepted:
//!
//! ```
//! use cloakroom_jose::{Alg, Jwk, KeySet, SigningKey, jwt};
//!
//! # fn main() -> cloakroom_jose::Result<()> {
//! let key = SigningKey::generate(Alg::ES256, "2026-11")?;
//! let payload = br#"{"iss":"https://id.example","sub":"alice","iat":100,"exp":400}"#;
//! let token = key.sign("JWT", payload)?;
//!
//! let keys = KeySet::from_keys([key.verifying_key().clone()]);
//! let policy = jwt::Policy::access_token(&[Alg::ES256], "https://id.example");
//! let claims = jwt::verify(&token, &keys, &policy, 200)?;
//! assert_eq!(claims.subject(), Some("alice"));
//!
//! let late = jwt::verify(&token, &keys, &policy, 400).unwrap_err();
//! assert!(late.is_expired());
//!
//! // What others see of the key: never anything private.
//! let jwk = Jwk::from_verifying_key(key.verifying_key()).map(|jwk| serde_json::to_string(&jwk));
//! assert!(matches!(jwk, Some(Ok(json)) if json.starts_with(r#"{"kid":"2026-11","kty":"EC""#)));
//! # Ok(())
//! # }
//! ```
//!
//! Left out on purpose:
//! - `none`, and any algorithm chosen by the token: the key fixes it.
//! - The clock: `now` is an argument.
//! - Fetching keys: `jku`, `x5u` and embedded keys are never used, and this crate has no network.
//! - State: nothing is installed, and every key is a value that is parsed once.

pub mod alg;
mod backend;
pub mod base64url;
pub mod certificate;
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
pub mod key;
pub mod pem;
pub mod random;
pub mod sd_jwt;
pub mod status_list;

pub use alg::{Alg, digest, half_hash, is_half_hash};
pub use error::{JoseError, Result};
pub use header::Header;
pub use jwk::set::KeySet;
pub use jwk::{Jwk, PrivateKey};
pub use key::{DecryptionKey, SigningKey, VerifyingKey};
pub use random::{Random, SystemRandom};
