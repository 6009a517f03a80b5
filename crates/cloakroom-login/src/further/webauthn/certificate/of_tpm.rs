//! What the certificate of a key has to say with which a TPM signs for others (WebAuthn Level 3 §8.3.1).

use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::x509::{X509Name, X509Version};

use super::{Certificate, only};

/// `tcg-kp-AIKCertificate`, 2.23.133.8.3, as its name is encoded.
const USE: &[u8] = &[0x67, 0x81, 0x05, 8, 3];

/// `tcg-at-tpmManufacturer`, `tcg-at-tpmModel` and `tcg-at-tpmVersion`, 2.23.133.2.1 to 3.
const MANUFACTURER: &[u8] = &[0x67, 0x81, 0x05, 2, 1];
const MODEL: &[u8] = &[0x67, 0x81, 0x05, 2, 2];
const VERSION: &[u8] = &[0x67, 0x81, 0x05, 2, 3];

impl<'a> Certificate<'a> {
    /// Reads one in which the name of the TPM, the use and the policies of its authority may be what has to be understood.
    ///
    /// The first two are what `is_for_tpms` looks at. A policy narrows a path only where some are asked for (RFC 5280 §6.1.1 d),
    /// and none are.
    pub(in super::super) fn read_of_tpm(bytes: &'a [u8]) -> Option<Self> {
        Self::read_with(bytes, |one| {
            matches!(
                one,
                ParsedExtension::SubjectAlternativeName(_)
                    | ParsedExtension::ExtendedKeyUsage(_)
                    | ParsedExtension::CertificatePolicies(_)
            )
        })
    }

    /// It is one with which an authority lets a TPM sign for other keys, and nothing else.
    pub(in super::super) fn is_for_tpms(&self) -> bool {
        let constraints = self.0.basic_constraints().ok().flatten();
        let uses = self.0.extended_key_usage().ok().flatten();
        let is_use = uses.is_some_and(|uses| {
            let mut named = uses.value.other.iter();
            named.any(|one| one.as_bytes() == USE)
        });
        self.0.version() == X509Version::V3
            && self.0.subject().iter_rdn().next().is_none()
            && self.names_tpm()
            && is_use
            && constraints.is_some_and(|said| !said.value.ca)
    }

    /// Its other name says who made the TPM, and which one it is (TPM 2.0 EK profile §3.2.9).
    fn names_tpm(&self) -> bool {
        let Ok(Some(names)) = self.0.subject_alternative_name() else {
            return false;
        };
        let mut all = names.value.general_names.iter();
        all.any(|one| match one {
            GeneralName::DirectoryName(name) => {
                let is_maker = |text: &str| {
                    let digits = text.strip_prefix("id:").unwrap_or_default();
                    digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
                };
                let is_version = |text: &str| text.len() > 3 && text.starts_with("id:");
                part(name, MANUFACTURER).is_some_and(is_maker)
                    && part(name, MODEL).is_some_and(|text| !text.is_empty())
                    && part(name, VERSION).is_some_and(is_version)
            }
            _ => false,
        })
    }
}

/// The only value of an attribute of a name.
fn part<'a>(name: &X509Name<'a>, kind: &[u8]) -> Option<&'a str> {
    let all = name.iter_attributes();
    only(all.filter(|one| one.attr_type().as_bytes() == kind))
}
