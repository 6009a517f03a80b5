//! Attributes of an entry that become a field or an attribute of the person.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloakroom_model::Secret;
use cloakroom_model::user::User;

use super::{Change, Configured, Mapper, values_of};
use crate::directory::entry::Entry;
use crate::directory::person::Person;
use crate::directory::settings::{Directory, EditMode};

fn pair(own: &Configured) -> Option<(&str, &str)> {
    own.text("user.model.attribute")
        .zip(own.text("ldap.attribute"))
}

/// `user-attribute-ldap-mapper`.
pub(super) struct Attribute;

impl Mapper for Attribute {
    fn kind(&self) -> &'static str {
        "user-attribute-ldap-mapper"
    }

    fn reads(&self, own: &Configured) -> Vec<String> {
        let wanted = pair(own).map(|(_, there)| there.to_owned());
        wanted.into_iter().collect()
    }

    fn map(&self, own: &Configured, (_, entry): (&Directory, &Entry), person: &mut Person) {
        let Some((here, there)) = pair(own) else {
            return;
        };
        let values = match own.has("is.binary.attribute") {
            true => coded(entry, there),
            false => entry.texts(there),
        };
        let usual = own.text("attribute.default.value");
        match (values.is_empty(), usual) {
            (true, Some(usual)) => person.set(here, vec![usual.to_owned()]),
            _ => person.set(here, values),
        }
    }

    fn changes(&self, own: &Configured, (before, after): (&User, &User)) -> Vec<Change> {
        let Some((here, there)) = pair(own).filter(|_| !own.has("read.only")) else {
            return Vec::new();
        };
        let values = values_of(after, here);
        if values_of(before, here) == values || own.has("is.binary.attribute") {
            return Vec::new();
        }
        let mut values: Vec<Vec<u8>> = values.into_iter().map(String::into_bytes).collect();
        // A class of the entry may demand the attribute, so it keeps something in it.
        if values.is_empty() && own.has("is.mandatory.in.ldap") {
            values.push(b" ".to_vec());
        }
        let attribute = there.to_owned();
        vec![Change { attribute, values }]
    }

    fn fills(&self, own: &Configured, _: &Secret) -> Vec<Change> {
        let Some((_, there)) = pair(own).filter(|_| own.has("is.mandatory.in.ldap")) else {
            return Vec::new();
        };
        if own.has("read.only") || own.has("is.binary.attribute") {
            return Vec::new();
        }
        // A class of the entry may demand the attribute, so it has something in it.
        let value = own.text("attribute.default.value").unwrap_or(" ");
        vec![Change {
            attribute: there.to_owned(),
            values: vec![value.as_bytes().to_vec()],
        }]
    }

    fn keeps<'a>(&self, own: &'a Configured, mode: EditMode) -> Option<&'a str> {
        let (here, _) = pair(own)?;
        let is_kept = match mode {
            EditMode::ReadOnly => true,
            EditMode::Writable => own.has("read.only"),
            EditMode::Unsynced => false,
        };
        is_kept.then_some(here)
    }
}

/// `certificate-ldap-mapper`: an attribute with certificates, as PEM or in their own bytes.
pub(super) struct Certificate;

impl Mapper for Certificate {
    fn kind(&self) -> &'static str {
        "certificate-ldap-mapper"
    }

    fn reads(&self, own: &Configured) -> Vec<String> {
        Attribute.reads(own)
    }

    fn map(&self, own: &Configured, (_, entry): (&Directory, &Entry), person: &mut Person) {
        let Some((here, there)) = pair(own) else {
            return;
        };
        let is_der = own.has("is.der.formatted") || own.has("is.binary.attribute");
        let values = match is_der {
            true => coded(entry, there),
            false => entry.texts(there),
        };
        person.set(here, values);
    }

    fn keeps<'a>(&self, own: &'a Configured, mode: EditMode) -> Option<&'a str> {
        // Certificates are read, and never written back.
        let here = own.text("user.model.attribute")?;
        (mode != EditMode::Unsynced).then_some(here)
    }
}

fn coded(entry: &Entry, attribute: &str) -> Vec<String> {
    let values = entry.values(attribute).iter();
    values.map(|value| STANDARD.encode(value)).collect()
}
