//! What everybody gets who comes from a directory, or goes into one.

use cloakroom_model::Secret;

use super::{Change, Configured, Mapper};
use crate::directory::entry;
use crate::directory::person::Person;
use crate::directory::settings::Directory;

/// `hardcoded-attribute-mapper`: an attribute of the person.
pub(super) struct Attribute;

impl Mapper for Attribute {
    fn kind(&self) -> &'static str {
        "hardcoded-attribute-mapper"
    }

    fn map(&self, own: &Configured, _: (&Directory, &entry::Entry), person: &mut Person) {
        let named = own.text("user.model.attribute");
        match named.zip(own.text("attribute.value")) {
            Some(("emailVerified", value)) => person.email_verified = Some(value == "true"),
            Some((name, value)) => person.set(name, vec![value.to_owned()]),
            None => {}
        }
    }
}

/// Stands for a text by chance, another one for each entry: a password of nobody, until somebody gets one.
pub const RANDOM: &str = "${RANDOM}";

/// `hardcoded-ldap-attribute-mapper`: an attribute of each new entry.
pub(super) struct Entry;

impl Mapper for Entry {
    fn kind(&self) -> &'static str {
        "hardcoded-ldap-attribute-mapper"
    }

    fn map(&self, _: &Configured, _: (&Directory, &entry::Entry), _: &mut Person) {}

    fn fills(&self, own: &Configured, chance: &Secret) -> Vec<Change> {
        let named = own.text("ldap.attribute.name");
        let value = own.text("ldap.attribute.value").map(|value| match value {
            RANDOM => chance.expose(),
            value => value,
        });
        let pair = named.zip(value);
        let filled = pair.map(|(attribute, value)| Change {
            attribute: attribute.to_owned(),
            values: vec![value.as_bytes().to_vec()],
        });
        filled.into_iter().collect()
    }
}

/// `hardcoded-ldap-role-mapper`: a role, named by an administrator.
pub(super) struct Role;

impl Mapper for Role {
    fn kind(&self) -> &'static str {
        "hardcoded-ldap-role-mapper"
    }

    fn map(&self, own: &Configured, _: (&Directory, &entry::Entry), person: &mut Person) {
        person
            .named_roles
            .extend(own.text("role").map(str::to_owned));
    }
}

/// `hardcoded-ldap-group-mapper`: a group, named by an administrator.
pub(super) struct Group;

impl Mapper for Group {
    fn kind(&self) -> &'static str {
        "hardcoded-ldap-group-mapper"
    }

    fn map(&self, own: &Configured, _: (&Directory, &entry::Entry), person: &mut Person) {
        person
            .named_groups
            .extend(own.text("group").map(str::to_owned));
    }
}
