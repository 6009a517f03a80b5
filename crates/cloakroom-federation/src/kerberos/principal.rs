//! A principal: a name in a realm of Kerberos.

use std::fmt;

use super::der::{Fields, SEQUENCE, TEXT, only};
use crate::directory::ber::children;

/// A name in a realm of Kerberos.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The parts of the name: one for a person, two for a service on a host.
    pub parts: Vec<String>,
    /// The realm.
    pub realm: String,
}

/// More parts and longer ones are no name.
const MOST: usize = 4;
const LONGEST: usize = 255;

impl Principal {
    /// Reads `name/host@REALM`; without a realm it is of this one. `None` if it is no principal.
    pub fn parse(text: &str, realm: &str) -> Option<Self> {
        let (name, realm) = text.split_once('@').unwrap_or((text, realm));
        let parts = name.split('/').map(str::to_owned).collect();
        let read = Self {
            parts,
            realm: realm.to_owned(),
        };
        read.is_sound().then_some(read)
    }

    /// Reads a `PrincipalName` (RFC 4120 §5.2.2).
    pub(super) fn read(name: &[u8], realm: &str) -> Option<Self> {
        let fields = Fields::of(name)?;
        fields.integer(0)?;
        let listed = children(only(fields.get(1)?, SEQUENCE)?)?;
        let part = |(tag, text): (u8, &[u8])| {
            let text = std::str::from_utf8(text).ok().filter(|_| tag == TEXT)?;
            Some(text.to_owned())
        };
        let parts: Option<Vec<String>> = listed.into_iter().map(part).collect();
        let read = Self {
            parts: parts?,
            realm: realm.to_owned(),
        };
        read.is_sound().then_some(read)
    }

    /// No part has what separates parts, so that one text is one principal.
    fn is_sound(&self) -> bool {
        let is_part = |text: &str| {
            !text.is_empty()
                && text.len() <= LONGEST
                && !text.chars().any(|c| c.is_control() || "/@\\".contains(c))
        };
        (1..=MOST).contains(&self.parts.len())
            && is_part(&self.realm)
            && self.parts.iter().all(|part| is_part(part))
    }

    /// The name of a person: the one part that it has. `None` for services and other roles of people.
    pub fn person(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [name] => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.parts.join("/"), self.realm)
    }
}
