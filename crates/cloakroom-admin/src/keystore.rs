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

/// The certificate of the entry with this name, in DER; `None` if the file is no keystore, the
/// password is wrong, or the entry is not there.
pub(crate) fn certificate(file: &[u8], password: &str, alias: &str) -> Option<Vec<u8>> {
    let opened = Pkcs12::from_der(file).ok()?.parse2(password).ok()?;
    let others = opened.ca.into_iter().flatten();
    let mut all = opened.cert.into_iter().chain(others);
    // Java writes names in lower case.
    let is_wanted = |one: &X509| {
        let own = one.alias().and_then(|own| std::str::from_utf8(own).ok());
        own.is_some_and(|own| own.eq_ignore_ascii_case(alias))
    };
    all.find(is_wanted)?.to_der().ok()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use cloakroom_oidc::keyring::generate;
    use cloakroom_web::app::{now, random};

    use super::*;

    #[test]
    fn a_keystore_gives_its_certificate_back_by_name_and_password() {
        let mut rng = random().unwrap();
        let (key, certificate) = generate::pair_for("us", now(), &mut rng).unwrap();
        let der = |text: &str| STANDARD.decode(text).unwrap();
        let written = der(&certificate);
        let keystore = Keystore {
            alias: "us",
            password: "secret",
            key: Some(&der(&key)),
            certificate: &written,
            others: &[],
        };
        let file = keystore.write().unwrap();

        assert_eq!(super::certificate(&file, "secret", "US"), Some(written));
        assert_eq!(super::certificate(&file, "secret", "them"), None);
        assert_eq!(super::certificate(&file, "wrong", "us"), None);
        assert_eq!(super::certificate(b"none", "secret", "us"), None);
    }

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
