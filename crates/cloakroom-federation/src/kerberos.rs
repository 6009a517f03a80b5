//! Kerberos: people whose browser proves with a ticket who they are (RFC 4120, RFC 4178, RFC 4559).
//!
//! One sign-in in the order of its steps:
//! 1. [`provider`] is what a realm's components say: which service this is, and where its keys are.
//! 2. [`token`] takes the message out of what the browser sent; nothing but Kerberos is taken.
//! 3. [`keytab`] has the key that [`mod@accept`] opens the ticket with, and then the proof with the ticket's own key.
//! 4. [`person`] says who that is in a directory, or makes somebody of the name alone.
//!
//! Where a realm says so, passwords are proved to a centre of keys ([`password`]), which is asked over TCP ([`centre`]).
//!
//! Every element is looked at by its head, without recursion, and within the bytes that are there ([`der`]). Cryptography
//! is a parameter: [`Crypto`].

pub mod accept;
pub mod centre;
mod der;
mod initial;
pub mod keytab;
mod message;
pub mod password;
pub mod person;
mod principal;
pub mod provider;
pub mod token;
mod usual;
mod write;

pub use accept::{Accepted, Refused, accept};
pub use centre::{Centre, Ways};
pub use initial::Method;
pub use keytab::Keytab;
pub use principal::Principal;
pub use provider::Provider;
pub use usual::Usual;

use zeroize::Zeroizing;

/// A key of Kerberos.
#[derive(Clone, Copy)]
pub struct Key<'a> {
    /// What it is for, by the number that Kerberos has for it.
    pub kind: i64,
    /// Its bytes.
    pub bytes: &'a [u8],
}

impl std::fmt::Debug for Key<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({})", self.kind)
    }
}

/// The encryption of Kerberos with keys of AES (RFC 3962, RFC 8009).
pub trait Crypto: std::fmt::Debug {
    /// Opens what was encrypted for a usage; `None`, without a reason, if it does not open.
    fn open(&self, key: Key<'_>, usage: u32, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>>;

    /// Encrypts for a usage; `None` if the key is none.
    fn seal(&self, key: Key<'_>, usage: u32, random: [u8; 16], text: &[u8]) -> Option<Vec<u8>>;
}
