//! SAML 2.0, with us as the service provider: what is sent, and what is believed of what comes.
//!
//! A message passes these rooms in order:
//! 1. [`binding`] takes it out of a form or an address, within limits.
//! 2. [`xml`] is the one parser: limits first, no document type, each id once.
//! 3. [`signature`] verifies with the keys of the settings, and gives the signed bytes in their canonical
//!    form ([`c14n`]); they are parsed again, and nothing else is read.
//! 4. [`encryption`] opens an assertion that is encrypted for us.
//! 5. [`response`] and [`logout`] say what a message means, [`assertion`] what is said of whom, and
//!    [`person`] who that is.
//!
//! The other way, [`request`] and [`logout`] write messages and [`sign`] signs them; [`descriptor`] says
//! what we are, [`metadata`] which keys a provider publishes, [`published`] which settings, [`application`] what an application says of itself, and
//! [`example`] what would be said to it. What has to be computed is a parameter ([`crypto`]).

mod algorithm;
pub mod application;
pub mod assertion;
pub mod binding;
mod c14n;
pub mod crypto;
pub mod descriptor;
mod encryption;
pub mod example;
pub(crate) mod instant;
pub mod logout;
pub mod metadata;
pub mod person;
pub mod provider;
pub mod published;
pub mod request;
pub mod response;
mod settings;
mod sign;
mod signature;
mod write;
mod xml;

pub use crypto::{Crypto, Signer};
pub use settings::Settings;
pub use xml::parse_within_limits;

/// The namespace of assertions (SAML Core §1.1).
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// The namespace of requests and responses.
const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// The namespace of signatures (XML Signature 1.1 §1.3).
const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";
/// The namespace of envelopes (SOAP 1.1 §4).
const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// The status of a request that was done (SAML Core §3.2.2.2).
const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
