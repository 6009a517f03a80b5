//! One attribute that holds the given and the family name.

use cloakroom_model::user::User;

use super::{Change, Configured, Mapper};
use crate::directory::entry::Entry;
use crate::directory::person::Person;
use crate::directory::settings::{Directory, EditMode};

/// `full-name-ldap-mapper`.
pub(super) struct FullName;

impl Mapper for FullName {
    fn kind(&self) -> &'static str {
        "full-name-ldap-mapper"
    }

    fn reads(&self, own: &Configured) -> Vec<String> {
        let wanted = own.text("ldap.full.name.attribute").map(str::to_owned);
        wanted.into_iter().collect()
    }

    fn map(&self, own: &Configured, (_, entry): (&Directory, &Entry), person: &mut Person) {
        let named = own.text("ldap.full.name.attribute");
        let Some(full) = named.and_then(|name| entry.text(name)) else {
            return;
        };
        if own.has("write.only") {
            return;
        }
        let full = full.trim();
        // What comes after the last space is the family name.
        let (first, last) = match full.rsplit_once(' ') {
            Some((first, last)) => (vec![first.trim().to_owned()], vec![last.to_owned()]),
            None => (vec![full.to_owned()], Vec::new()),
        };
        person.set("firstName", first);
        person.set("lastName", last);
    }

    fn changes(&self, own: &Configured, (before, after): (&User, &User)) -> Vec<Change> {
        let named = own.text("ldap.full.name.attribute");
        let Some(attribute) = named.filter(|_| !own.has("read.only")) else {
            return Vec::new();
        };
        let full = |user: &User| {
            let parts = [user.first_name.as_deref(), user.last_name.as_deref()];
            let parts: Vec<&str> = parts.into_iter().flatten().collect();
            parts.join(" ")
        };
        let name = full(after);
        if full(before) == name || name.is_empty() {
            return Vec::new();
        }
        vec![Change {
            attribute: attribute.to_owned(),
            values: vec![name.into_bytes()],
        }]
    }

    fn keeps<'a>(&self, own: &'a Configured, mode: EditMode) -> Option<&'a str> {
        let is_kept = match mode {
            EditMode::ReadOnly => true,
            EditMode::Writable => own.has("read.only"),
            EditMode::Unsynced => false,
        };
        is_kept.then_some("firstName")
    }
}
