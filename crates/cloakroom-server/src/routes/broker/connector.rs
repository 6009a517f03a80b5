//! What differs between the protocols that identity providers speak, one file for each.

pub(super) mod codes;
pub(super) mod saml;
