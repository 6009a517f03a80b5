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
#[path = "suite/dpop.rs"]
mod dpop;
#[path = "suite/inspect.rs"]
mod inspect;
#[path = "suite/jwe.rs"]
mod jwe;
#[path = "suite/jwe_vectors.rs"]
mod jwe_vectors;
#[path = "suite/jws_forms.rs"]
mod jws_forms;
#[path = "suite/key.rs"]
mod key;
#[path = "suite/kind.rs"]
mod kind;
#[path = "suite/made.rs"]
mod made;
#[path = "suite/mutations.rs"]
mod mutations;
#[path = "suite/other.rs"]
mod other;
#[path = "suite/private_key.rs"]
mod private_key;
#[path = "suite/rfc.rs"]
mod rfc;
#[path = "suite/sd_jwt.rs"]
mod sd_jwt;
#[path = "suite/status_list.rs"]
mod status_list;
#[path = "suite/strict.rs"]
mod strict;
#[path = "suite/table.rs"]
mod table;
#[expect(unreachable_pub, reason = "it is the library of the fuzz targets")]
#[path = "../fuzz/src/lib.rs"]
mod targets;
#[path = "suite/token.rs"]
mod token;
#[path = "suite/vectors.rs"]
mod vectors;
#[path = "suite/wycheproof.rs"]
mod wycheproof;
