//! Mappers: what of an entry becomes what of a person, each kind a file and a line here.

mod attribute;
mod control;
mod full_name;
mod hardcoded;

use cloakroom_model::Secret;
use cloakroom_model::component::{Component, Config};
use cloakroom_model::user::User;

use super::entry::Entry;
use super::person::Person;
use super::settings::{Directory, EditMode};

pub use hardcoded::RANDOM;

/// A mapper as a directory's components have it.
#[derive(Clone, Debug)]
pub struct Configured {
    /// The component's id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Keycloak's name of its kind.
    pub kind: String,
    config: Config,
}

impl Configured {
    /// Takes a component of the family of mappers.
    pub fn of(component: &Component) -> Self {
        Self {
            id: component.id.as_str().to_owned(),
            name: component.name.clone().unwrap_or_default(),
            kind: component.provider_id.clone(),
            config: component.config.clone(),
        }
    }

    /// A setting with something in it.
    pub fn text(&self, name: &str) -> Option<&str> {
        let value = self.config.get(name)?.first()?.trim();
        (!value.is_empty()).then_some(value)
    }

    /// A switch that is on.
    pub fn has(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }
}

/// What an attribute of an entry becomes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The attribute's name in the directory.
    pub attribute: String,
    /// Its values; none takes it away.
    pub values: Vec<Vec<u8>>,
}

/// A kind of mapper.
pub trait Mapper: Sync {
    /// Keycloak's name of the kind. It never changes.
    fn kind(&self) -> &'static str;

    /// The attributes of an entry that it reads.
    fn reads(&self, _own: &Configured) -> Vec<String> {
        Vec::new()
    }

    /// Takes of an entry what becomes a part of the person.
    fn map(&self, own: &Configured, source: (&Directory, &Entry), person: &mut Person);

    /// What of a person who was changed here, from the first to the second, has to change in the directory.
    fn changes(&self, _own: &Configured, _people: (&User, &User)) -> Vec<Change> {
        Vec::new()
    }

    /// What a new entry gets whoever it is of, where nothing else fills the attribute; `chance` is a text that nobody knows.
    fn fills(&self, _own: &Configured, _chance: &Secret) -> Vec<Change> {
        Vec::new()
    }

    /// The member of the person that the directory alone may change; `None` if there is none.
    fn keeps<'a>(&self, _own: &'a Configured, _mode: EditMode) -> Option<&'a str> {
        None
    }
}

/// Every kind that looks at one entry alone. Groups and roles are further searches, in [`super::membership`].
const ALL: &[&dyn Mapper] = &[
    &attribute::Attribute,
    &attribute::Certificate,
    &control::AccountControl,
    &full_name::FullName,
    &hardcoded::Attribute,
    &hardcoded::Entry,
    &hardcoded::Group,
    &hardcoded::Role,
];

/// The kind with this name; `None` for one that does not look at one entry alone.
pub fn find(kind: &str) -> Option<&'static dyn Mapper> {
    let mut all = ALL.iter().copied();
    all.find(|mapper| mapper.kind() == kind)
}

/// Each mapper of a directory with its kind, in the order of their names.
pub(super) fn each(
    directory: &Directory,
) -> impl Iterator<Item = (&Configured, &'static dyn Mapper)> {
    let all = directory.mappers.iter();
    all.filter_map(|own| Some((own, find(&own.kind)?)))
}

/// The member of a user with this name: a field or an attribute.
pub(crate) fn values_of(user: &User, name: &str) -> Vec<String> {
    let field = match name {
        "username" => Some(user.username.clone()),
        "email" => user.email.clone(),
        "firstName" => user.first_name.clone(),
        "lastName" => user.last_name.clone(),
        _ => return user.attributes.get(name).cloned().unwrap_or_default(),
    };
    field.into_iter().collect()
}

#[cfg(test)]
mod tests;
