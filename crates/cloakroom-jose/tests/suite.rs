//! Everything the crate promises, checked from outside.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends where it fails, in its helpers as well"
)]

#[path = "suite/attacks.rs"]
mod attacks;
#[path = "suite/certificate.rs"]
mod certificate;
#[path = "suite/key.rs"]
mod key;
#[path = "suite/made.rs"]
mod made;
#[path = "suite/rfc.rs"]
mod rfc;
#[path = "suite/strict.rs"]
mod strict;
#[path = "suite/token.rs"]
mod token;
#[path = "suite/vectors.rs"]
mod vectors;
#[path = "suite/wycheproof.rs"]
mod wycheproof;
