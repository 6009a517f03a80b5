//! What everybody gets who comes from a directory.

use super::{Configured, Mapper};
use crate::directory::entry::Entry;
use crate::directory::person::Person;
use crate::directory::settings::Directory;

/// `hardcoded-attribute-mapper`: an attribute of the person.
pub(super) struct Attribute;

impl Mapper for Attribute {
    fn kind(&self) -> &'static str {
        "hardcoded-attribute-mapper"
    }

    fn map(&self, own: &Configured, _: (&Directory, &Entry), person: &mut Person) {
        let named = own.text("user.model.attribute");
        match named.zip(own.text("attribute.value")) {
            Some(("emailVerified", value)) => person.email_verified = Some(value == "true"),
            Some((name, value)) => person.set(name, vec![value.to_owned()]),
            None => {}
        }
    }
}

/// `hardcoded-ldap-role-mapper`: a role, named by an administrator.
pub(super) struct Role;

impl Mapper for Role {
    fn kind(&self) -> &'static str {
        "hardcoded-ldap-role-mapper"
    }

    fn map(&self, own: &Configured, _: (&Directory, &Entry), person: &mut Person) {
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

    fn map(&self, own: &Configured, _: (&Directory, &Entry), person: &mut Person) {
        person
            .named_groups
            .extend(own.text("group").map(str::to_owned));
    }
}
