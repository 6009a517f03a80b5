//! Keystores as PKCS #12 (RFC 7292), for clients that cannot read PEM.

use openssl::pkcs12::Pkcs12;
use openssl::pkey::PKey;
use openssl::stack::Stack;
use openssl::x509::X509;

/// What goes into a keystore. Keys and certificates are in DER.
pub(crate) struct Keystore<'a> {
    /// The name of the entry.
    pub(crate) alias: &'a str,
    /// What opens it; PKCS #12 has one password for all that is inside.
    pub(crate) password: &'a str,
    /// The private key, if the entry has one.
    pub(crate) key: Option<&'a [u8]>,
    /// The certificate of the entry.
    pub(crate) certificate: &'a [u8],
    /// Further certificates.
    pub(crate) others: &'a [Vec<u8>],
}

impl Keystore<'_> {
    /// The keystore as a file; `None` if a key or a certificate is none.
    pub(crate) fn write(&self) -> Option<Vec<u8>> {
        let key = match self.key {
            Some(der) => Some(PKey::private_key_from_der(der).ok()?),
            None => None,
        };
        let certificate = X509::from_der(self.certificate).ok()?;
        let mut others = Stack::new().ok()?;
        for der in self.others {
            others.push(X509::from_der(der).ok()?).ok()?;
        }
        let mut builder = Pkcs12::builder();
        builder.name(self.alias).cert(&certificate).ca(others);
        if let Some(key) = &key {
            builder.pkey(key);
        }
        builder.build2(self.password).ok()?.to_der().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_makes_no_keystore() {
        let keystore = Keystore {
            alias: "us",
            password: "secret",
            key: None,
            certificate: b"none",
            others: &[],
        };

        assert_eq!(keystore.write(), None);
    }
}
