//! A person, as a directory's entry and mappers say who that is.

use cloakroom_model::user::Attributes;

use super::entry::Entry;
use super::mapper;
use super::settings::{Directory, EditMode};
use crate::{Problem, Result};

/// More values, and longer ones, are no attributes of a person.
const MOST: usize = 1_000;
const LONGEST: usize = 2_048;

/// A group or a role that somebody has in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Belongs {
    /// The mapper that found it.
    pub mapper: String,
    /// Names from the top to it; one alone for a role.
    pub path: Vec<String>,
}

/// A person of a directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// The id that never changes.
    pub external_id: String,
    /// Where the entry is.
    pub dn: String,
    /// The name to sign in with.
    pub username: String,
    /// Fields and attributes, by Keycloak's names. One without values is taken away.
    pub members: Attributes,
    /// The e-mail address is known to be theirs; `None` leaves it as it is.
    pub email_verified: Option<bool>,
    /// The account is switched on; `None` if the directory has no word for it.
    pub enabled: Option<bool>,
    /// A new password has to be chosen.
    pub must_change_password: bool,
    /// Active Directory's flags.
    pub account_control: Option<i64>,
    /// Roles that a mapper's settings name.
    pub named_roles: Vec<String>,
    /// Groups that a mapper's settings name, by path.
    pub named_groups: Vec<String>,
    /// Groups of the directory.
    pub groups: Vec<Belongs>,
    /// Roles of the directory.
    pub roles: Vec<Belongs>,
}

impl Person {
    /// Sets a field or an attribute; what is no value of a person is left out.
    pub fn set(&mut self, name: &str, mut values: Vec<String>) {
        let is_field = ["username", "email", "firstName", "lastName"].contains(&name);
        values.truncate(MOST);
        values.retain(|value| value.len() <= LONGEST && !value.contains('\0'));
        if is_field {
            let is_text =
                |value: &String| !value.trim().is_empty() && !value.chars().any(char::is_control);
            values.retain(is_text);
            values.truncate(1);
        }
        self.members.insert(name.to_owned(), values);
    }

    /// Makes a person of an entry.
    ///
    /// # Errors
    /// If the entry has no id, or no name to sign in with.
    pub fn of(directory: &Directory, entry: &Entry) -> Result<Self> {
        let missing = |attribute: &str| {
            Problem::untrusted(format!(
                "an entry has no {}",
                crate::error::plain(attribute)
            ))
        };
        let id = entry.id(directory.id_attribute(), directory.id_form());
        let named = entry.text(directory.username_attribute());
        let username = named.ok_or_else(|| missing(directory.username_attribute()))?;
        let username = cloakroom_model::user::fold(&username);
        if username.len() > 255 || username.chars().any(char::is_control) {
            return Err(Problem::untrusted("an entry has a name that is none"));
        }
        let mut person = Self {
            external_id: id.ok_or_else(|| missing(directory.id_attribute()))?,
            dn: entry.dn.clone(),
            username,
            email_verified: directory.trusts_email().then_some(true),
            ..Self::default()
        };
        for (own, kind) in mapper::each(directory) {
            kind.map(own, (directory, entry), &mut person);
        }
        // The name is what the search is made with, whatever a mapper says.
        person.members.remove("username");
        person.set("LDAP_ID", vec![person.external_id.clone()]);
        person.set("LDAP_ENTRY_DN", vec![person.dn.clone()]);
        if let Some(control) = person.account_control {
            person.set("userAccountControl", vec![control.to_string()]);
        }
        Ok(person)
    }

    /// The directory has switched the account off, and nothing here would say so.
    ///
    /// Where changes stay here, so does whether a user is switched on; then nobody may come in on a word of the directory
    /// that it takes back itself.
    pub fn is_shut_out(&self, directory: &Directory) -> bool {
        self.enabled == Some(false) && directory.edit_mode == EditMode::Unsynced
    }
}

/// What an Active Directory takes the name of a principal for before any other attribute: who has another one there, with `$` or without,
/// is asked about in the place of whoever has that name elsewhere (MS-KILE 3.3.5.6.1).
pub(crate) const ACCOUNT_NAME: &str = "sAMAccountName";

/// The attributes of an entry that make a person.
pub fn attributes(directory: &Directory) -> Vec<String> {
    let own = [
        directory.id_attribute(),
        directory.username_attribute(),
        directory.rdn_attribute(),
        "objectClass",
        "memberOf",
    ];
    let mut all: Vec<String> = own.map(str::to_owned).to_vec();
    for (own, kind) in mapper::each(directory) {
        all.extend(kind.reads(own));
    }
    all.extend(super::membership::reads(directory));
    all.extend(directory.text("krbPrincipalAttribute").map(str::to_owned));
    if directory.is_active_directory {
        all.push(ACCOUNT_NAME.to_owned());
    }
    all.retain(|name| super::escape::is_plain(name));
    all.sort_by_key(|name| name.to_ascii_lowercase());
    all.dedup_by_key(|name| name.to_ascii_lowercase());
    all
}
