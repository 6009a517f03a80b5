//! SD-JWT: a signed token whose holder shows only some of its claims (RFC 9901).
//!
//! An [`Issuer`] replaces claims by digests and hands out the *disclosures* beside the token. The
//! holder sends those it wants to show, with a key binding token if the issuer bound it to a key
//! ([`Presentation`]). The verifier puts the shown claims back with [`verify`]:
//!
//! ```
//! use cloakroom_jose::sd_jwt::{self, Issuer, Presentation};
//! use cloakroom_jose::{Alg, KeySet, SigningKey, SystemRandom};
//! use serde_json::json;
//!
//! # fn main() -> cloakroom_jose::Result<()> {
//! let key = SigningKey::generate(Alg::ES256, "k")?;
//! let claims = json!({"iss": "https://id.example", "exp": 400, "name": "Alice", "age": 42});
//! let issued = Issuer::new(&["/name", "/age"]).issue(&key, "example+sd-jwt", &claims, &mut SystemRandom)?;
//!
//! let shown = Presentation::parse(&issued)?.show(|claim| claim == Some("age")).to_string();
//!
//! let keys = KeySet::from_keys([key.verifying_key().clone()]);
//! let verified = sd_jwt::verify(&shown, &keys, &sd_jwt::Rules::new(&[Alg::ES256], "https://id.example"), 200)?;
//! assert_eq!(verified.claims().get("age"), Some(&json!(42)));
//! assert_eq!(verified.claims().get("name"), None);
//! # Ok(())
//! # }
//! ```
mod binding;
mod disclosure;
mod issue;
mod present;
mod unpack;
mod verify;

pub use binding::Binding;
pub use issue::Issuer;
pub use present::Presentation;
pub use verify::{Rules, Verified, verify};

/// The longest message read: a token, its disclosures, and a key binding token.
pub(crate) const LIMIT: usize = 128 * 1024;

/// More disclosures than a credential has.
pub(crate) const DISCLOSURES: usize = 256;

/// The member that holds digests of hidden members of its object (RFC 9901 §4.2.4.1).
pub(crate) const SD: &str = "_sd";

/// The member that stands for a hidden element of an array (RFC 9901 §4.2.4.2).
pub(crate) const ELEMENT: &str = "...";

/// The member that names the hash of the digests (RFC 9901 §4.1.1).
pub(crate) const SD_ALG: &str = "_sd_alg";
