//! What the operator lists for Kerberos: the files of keys that realms may name, and where the centres of keys are.

use std::path::{Path, PathBuf};

use cloakroom_federation::kerberos::centre::PORT;

/// What the operator lists for Kerberos.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kerberos {
    keytabs: Vec<PathBuf>,
    centres: Vec<Listed>,
}

/// A centre of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Listed {
    realm: String,
    host: String,
    port: u16,
}

impl Kerberos {
    /// Takes paths with commas between them; each from the root, because realms name them and know no folder.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn with_keytabs(mut self, text: &str) -> Result<Self, String> {
        for path in listed(text) {
            if !Path::new(path).is_absolute() {
                return Err(format!("{path} does not begin at the root"));
            }
            self.keytabs.push(PathBuf::from(path));
        }
        Ok(self)
    }

    /// Takes `REALM=host` or `REALM=host:port` with commas between them; those of one realm are asked in their order.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn with_centres(mut self, text: &str) -> Result<Self, String> {
        for entry in listed(text) {
            let read = entry.split_once('=').and_then(|(realm, place)| {
                let (host, port) = place_of(place.trim())?;
                let realm = realm.trim().to_owned();
                (!realm.is_empty()).then_some(Listed { realm, host, port })
            });
            let read = read.ok_or_else(|| format!("{entry} is not REALM=host or REALM=host:port"));
            self.centres.push(read?);
        }
        Ok(self)
    }

    /// The file of this path, if it is listed.
    pub fn keytab(&self, path: &str) -> Option<&Path> {
        let mut listed = self.keytabs.iter();
        let found = listed.find(|known| known.to_str() == Some(path));
        found.map(PathBuf::as_path)
    }

    /// Hosts and ports of a realm's centres.
    pub fn centres(&self, realm: &str) -> Vec<(String, u16)> {
        let own = self.centres.iter().filter(|one| one.realm == realm);
        own.map(|one| (one.host.clone(), one.port)).collect()
    }
}

fn listed(text: &str) -> impl Iterator<Item = &str> {
    let each = text.split(',').map(str::trim);
    each.filter(|entry| !entry.is_empty())
}

/// A name, an address, or one of IPv6 in brackets; with a port or without.
fn place_of(text: &str) -> Option<(String, u16)> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => match text.find(':') {
            Some(at) => text.split_at_checked(at)?,
            None => (text, ""),
        },
    };
    let port = match port {
        "" => PORT,
        port => port
            .strip_prefix(':')?
            .parse()
            .ok()
            .filter(|port| *port > 0)?,
    };
    let is_host = |c: char| c.is_ascii_alphanumeric() || ".-_:".contains(c);
    let is_sound = !host.is_empty() && host.chars().all(is_host);
    is_sound.then(|| (host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn centres_are_listed_by_realm_in_their_order() {
        let text = "EXAMPLE.ORG=one.example.org, OTHER.ORG=192.0.2.1:1088,EXAMPLE.ORG=two.example.org:750,\
                    EXAMPLE.ORG=[2001:db8::1],EXAMPLE.ORG=[::1]:89";
        let read = Kerberos::default().with_centres(text).unwrap();
        let wanted = [
            ("one.example.org", 88),
            ("two.example.org", 750),
            ("2001:db8::1", 88),
            ("::1", 89),
        ];
        assert_eq!(
            read.centres("EXAMPLE.ORG"),
            wanted.map(|(host, port)| (host.to_owned(), port))
        );
        assert_eq!(read.centres("OTHER.ORG"), [("192.0.2.1".to_owned(), 1088)]);
        assert!(read.centres("example.org").is_empty());
    }

    #[test]
    fn what_is_no_centre_is_refused_by_its_words() {
        for text in [
            "kdc.example.org",
            "R=",
            "=kdc",
            "R=kdc:",
            "R=kdc:0",
            "R=kdc:70000",
            "R=a b",
            "R=[::1",
            "R=::1",
        ] {
            let refused = Kerberos::default().with_centres(text).unwrap_err();
            assert!(refused.starts_with(text), "{refused}");
        }
        assert!(
            Kerberos::default()
                .with_centres(" , ")
                .unwrap()
                .centres("")
                .is_empty()
        );
    }

    #[test]
    fn only_a_listed_file_is_a_keytab() {
        let read = Kerberos::default()
            .with_keytabs("/etc/a.keytab, /etc/b.keytab")
            .unwrap();
        assert_eq!(
            read.keytab("/etc/b.keytab"),
            Some(Path::new("/etc/b.keytab"))
        );
        assert_eq!(read.keytab("/etc/passwd"), None);
        assert!(Kerberos::default().with_keytabs("a.keytab").is_err());
    }
}
