//! Makers of authenticators whose word counts: the certificates that the operator lists, and the paths that end at one of them.

use cloakroom_model::Timestamp;
use x509_parser::pem::Pem;

use super::certificate::Certificate;

/// Makers of authenticators whose word counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Makers {
    /// Certificates in DER, each of which can be read.
    roots: Vec<Vec<u8>>,
}

impl Makers {
    /// Adds the certificates of a text in PEM.
    ///
    /// # Errors
    /// What is wrong with the text: there is no certificate in it, something else, or one that cannot be read.
    pub fn with(mut self, text: &str) -> Result<Self, &'static str> {
        let before = self.roots.len();
        for part in Pem::iter_from_buffer(text.as_bytes()) {
            let part = part.map_err(|_| "it is no PEM")?;
            if part.label != "CERTIFICATE" {
                return Err("there is something in it that is no certificate");
            }
            if Certificate::read(&part.contents).is_none() {
                return Err("a certificate in it cannot be read");
            }
            self.roots.push(part.contents);
        }
        match self.roots.len() > before {
            true => Ok(self),
            false => Err("there is no certificate in it"),
        }
    }

    /// Nobody is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }

    /// The first of these certificates is listed, or each is signed by the next until one is by a listed one (RFC 5280 §6.1).
    ///
    /// What stands behind that is not looked at. Whether a certificate was taken back is not asked anywhere.
    pub(super) fn vouch_for(&self, path: &[Certificate<'_>], now: Timestamp) -> bool {
        for (below, one) in path.iter().enumerate() {
            if !one.is_in_time(now) {
                return false;
            }
            let mut roots = self.roots.iter().filter_map(|root| Certificate::read(root));
            if roots.any(|root| root.bytes() == one.bytes() || one.is_issued_by(&root, below)) {
                return true;
            }
            let issuer = path.get(below.saturating_add(1));
            if !issuer.is_some_and(|issuer| one.is_issued_by(issuer, below)) {
                return false;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests;
