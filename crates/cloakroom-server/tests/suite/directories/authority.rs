//! Certificates of the tests' directories, by an authority that the server under test is told to trust.

use std::path::PathBuf;

use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

use super::kdc::{REALM, SPOOFED};
use cloakroom_testkit::free_port;

/// The addresses that directories of this run listen at. The last part differs from run to run, because an Active Directory
/// listens at fixed ports.
pub(crate) fn address(number: u8) -> String {
    let own = u8::try_from(std::process::id() % 60).unwrap();
    format!("127.0.7.{}", own * 4 + number)
}

/// The network of those addresses.
pub(crate) const NETWORK: &str = "127.0.7.0/24";

/// The number of the address of the centre of keys.
pub(super) const CENTRE: u8 = 0;

/// An authority, and certificates by it.
pub(crate) struct Authority {
    /// Where the centre of keys listens, at the address of this number.
    pub(super) centre: u16,
    folder: TempDir,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn create() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let own = params.self_signed(&key).unwrap();
        std::fs::write(folder.path().join("ca.pem"), own.pem()).unwrap();
        Self {
            centre: free_port(&address(CENTRE)),
            folder,
            issuer: Issuer::new(params, key),
        }
    }

    /// The file with the authority's own certificate.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Where the keys of the servers under test are, for Kerberos.
    pub(crate) fn keytab(&self) -> PathBuf {
        self.folder.path().join("keytab")
    }

    /// What the servers under test are told of centres of keys: one of each realm, and of one realm a first one that is not there.
    pub(crate) fn centres(&self) -> String {
        let (host, port) = (address(CENTRE), self.centre);
        let silent = free_port(&host);
        format!("{REALM}={host}:{silent},{REALM}={host}:{port},{SPOOFED}={host}:{port}")
    }

    /// Files with a certificate for an address, and its key.
    pub(super) fn issue(&self, address: &str) -> (PathBuf, PathBuf) {
        let params = CertificateParams::new(vec![address.to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        self.keep(address, &certificate, &key)
    }

    /// The same for certificates that do not count: one that is over, one that is not valid yet, and one by nobody.
    pub(super) fn issue_distrusted(&self, address: &str) -> [(PathBuf, PathBuf); 3] {
        let params = || CertificateParams::new(vec![address.to_owned()]).unwrap();
        let (mut old, mut new) = (params(), params());
        old.not_after = rcgen::date_time_ymd(2020, 1, 1);
        old.not_before = rcgen::date_time_ymd(2019, 1, 1);
        new.not_before = rcgen::date_time_ymd(2999, 1, 1);
        new.not_after = rcgen::date_time_ymd(3000, 1, 1);
        let key = KeyPair::generate().unwrap();
        let old = old.signed_by(&key, &self.issuer).unwrap();
        let new = new.signed_by(&key, &self.issuer).unwrap();
        let own = params().self_signed(&key).unwrap();
        [("old", old), ("new", new), ("own", own)]
            .map(|(name, certificate)| self.keep(name, &certificate, &key))
    }

    fn keep(&self, name: &str, certificate: &Certificate, key: &KeyPair) -> (PathBuf, PathBuf) {
        let files = ["pem", "key"].map(|end| self.folder.path().join(format!("{name}.{end}")));
        std::fs::write(&files[0], certificate.pem()).unwrap();
        std::fs::write(&files[1], key.serialize_pem()).unwrap();
        restrict(&files[1]);
        let [certificate, key] = files;
        (certificate, key)
    }
}

/// Samba takes no key that others could read.
fn restrict(file: &PathBuf) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
}
