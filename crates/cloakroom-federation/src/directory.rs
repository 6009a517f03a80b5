//! Directories: people who sign in with the password of an LDAP server or an Active Directory.
//!
//! One sign-in in the order of its steps:
//! 1. [`Directory`] is what a realm's components make of a server and its [`mapper`]s.
//! 2. [`line`] is a connection whose every byte is checked by [`ber`] before the library sees it, or one of the [`Pool`].
//! 3. [`search`] finds the entry of a person, [`prove`] asks the server about the password, and [`ask`] those of a realm.
//! 4. [`mapper`]s make an [`entry`] a [`person`], with [`membership`]s that are further searches.
//! 5. [`adopt`] stores the person with what [`belonging`] says, [`write`] takes back what changes here, and [`mod@register`] who is new here.
//!
//! Steps 2 and 3 need the network, which is a parameter: [`Dial`]. Nothing of step 5 does.

pub mod adopt;
pub mod ask;
pub mod assign;
mod belonging;
pub mod ber;
mod decoy;
mod dial;
pub mod entry;
pub mod escape;
pub mod line;
pub mod mapper;
pub mod membership;
pub mod name;
pub mod person;
mod pool;
pub mod prove;
pub mod register;
pub mod search;
mod settings;
pub mod vendor;
pub mod write;

pub use belonging::take_in;
pub use dial::{Dial, Place, Stream};
pub use pool::Pool;
pub use settings::{Directory, EditMode};

/// The family of components that directories are in.
pub const FAMILY: &str = "org.keycloak.storage.UserStorageProvider";

/// The family of components that the mappers of a directory are in.
pub const MAPPERS: &str = "org.keycloak.storage.ldap.mappers.LDAPStorageMapper";

/// The kind of component that speaks LDAP.
pub const KIND: &str = "ldap";

use cloakroom_model::component;
use cloakroom_model::id::ComponentId;
use cloakroom_model::user::User;
use cloakroom_model::user::directory as link;
use cloakroom_model::{Cx, Fault};

use crate::kerberos::provider;

/// Keycloak's kind of mapper that has nothing to say of itself: the directory's own setting names the attribute.
const PRINCIPAL: &str = "kerberos-principal-attribute-mapper";

/// A mapper of this kind takes something over.
pub fn is_mapper(kind: &str) -> bool {
    let further = [membership::GROUP, membership::ROLE, PRINCIPAL];
    mapper::find(kind).is_some() || further.contains(&kind)
}

/// The directories of a realm that are switched on, in the order in which they are asked.
///
/// # Errors
/// If the database cannot be asked.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<Directory>, Fault> {
    list_with(cx, Directory::has_entries)
}

/// Those of a realm that have a say about passwords, switched on, in the order in which they are asked.
fn list_judges(cx: &mut Cx<'_>) -> Result<Vec<Directory>, Fault> {
    list_with(cx, |one| one.has_entries() || one.asks_centre())
}

fn list_with(cx: &mut Cx<'_>, is_wanted: fn(&Directory) -> bool) -> Result<Vec<Directory>, Fault> {
    let mut found = component::list(cx, Some(FAMILY))?;
    found.retain(|one| [KIND, provider::KIND].contains(&one.provider_id.as_str()));
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let mappers = component::list(cx, Some(MAPPERS))?;
    let each = found.into_iter();
    let mut all: Vec<Directory> = each.map(|one| Directory::of(one, &mappers)).collect();
    all.retain(|directory| directory.is_on && is_wanted(directory));
    all.sort_by_key(|directory| directory.priority);
    Ok(all)
}

/// The directory with this id, switched on or not; `None` if it is no LDAP server.
///
/// # Errors
/// If the database cannot be asked.
pub fn find(cx: &mut Cx<'_>, id: &ComponentId) -> Result<Option<Directory>, Fault> {
    let found = component::find(cx, id)?;
    let Some(one) = found.filter(|one| one.provider_type == FAMILY && one.provider_id == KIND)
    else {
        return Ok(None);
    };
    let mappers = component::list(cx, Some(MAPPERS))?;
    Ok(Some(Directory::of(one, &mappers)))
}

/// Passwords of the people of this component are stored here, where they have one: they come by Kerberos alone, and what
/// changes stays here.
///
/// # Errors
/// If the database cannot be asked.
fn keeps_passwords(cx: &mut Cx<'_>, id: &ComponentId) -> Result<bool, Fault> {
    let mut alone = provider::list_alone(cx)?.into_iter();
    Ok(alone.any(|one| one.id == *id && one.edit_mode == EditMode::Unsynced))
}

/// The directory that a user comes from, and where they are in it; `None` for the realm's own users.
///
/// # Errors
/// If the database cannot be asked.
pub fn home(cx: &mut Cx<'_>, user: &User) -> Result<Option<(Directory, link::Link)>, Fault> {
    let Some(link) = link::find(cx, &user.id)? else {
        return Ok(None);
    };
    let found = find(cx, &link.component)?;
    Ok(found.map(|directory| (directory, link)))
}
