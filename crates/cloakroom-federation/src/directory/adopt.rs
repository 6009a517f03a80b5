//! A person of a directory becomes, or stays, a user of the realm.

use cloakroom_model::component::Component;
use cloakroom_model::id::{RoleId, UserId};
use cloakroom_model::user::directory::{self as link, Link};
use cloakroom_model::user::{self, Stored, User};
use cloakroom_model::{Cx, Fault, group, lockout};

use super::belonging;
use super::person::Person;
use super::settings::{Directory, EditMode};

/// Why a person of a directory is nobody here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Somebody else has the name, or signs in by it or by the address.
    #[error("another user has the username")]
    NameTaken,
    /// Somebody else has the e-mail address.
    #[error("another user has the e-mail address")]
    AddressTaken,
}

/// What has become of a person.
#[derive(Clone, Debug, PartialEq)]
pub enum Adopted {
    /// They are new here, or come for the first time.
    Added(User),
    /// They were here, and something of them has changed.
    Updated(User),
    /// They were here as they are.
    Same(User),
    /// They were here, and are the last who administer all realms: what the directory would have taken from them for that stays.
    Kept(User),
}

impl Adopted {
    /// The user that they are.
    pub fn user(&self) -> &User {
        match self {
            Self::Added(user) | Self::Updated(user) | Self::Same(user) | Self::Kept(user) => user,
        }
    }
}

/// Stores a person. `default_role` is what every new user of the realm gets; `with_searches` says that groups and roles
/// were looked for wherever they are, so that those that are missing are over.
///
/// An entry is one user, known by its id: a name or an address that is somebody else's makes nobody theirs.
///
/// # Errors
/// If the database cannot be asked.
pub fn adopt(
    cx: &mut Cx<'_>,
    directory: &Directory,
    person: &Person,
    default_role: Option<&RoleId>,
    with_searches: bool,
) -> Result<Result<Adopted, Refused>, Fault> {
    let before = link::find_user(cx, &directory.id, &person.external_id)?;
    let known = match before {
        Some(id) => id,
        None => match create(cx, directory, person, default_role)? {
            Ok(user) => {
                belonging::settle(cx, directory, (person, &user), with_searches)?;
                return Ok(Ok(Adopted::Added(user)));
            }
            Err(why) => match stored_meanwhile(cx, directory, person)? {
                Some(id) => id,
                None => return Ok(Err(why)),
            },
        },
    };
    // Whoever was stored because somebody guessed at them is new when they come.
    let is_new = !link::was_seen(cx, &known)?;
    let adopted = match user::find(cx, &known)? {
        Some(before) => update(cx, directory, person, (before, is_new))?,
        None => return Err(Fault::corrupt("a link to a user who is gone")),
    };
    let adopted = match adopted {
        Ok(adopted) => adopted,
        Err(why) => return Ok(Err(why)),
    };
    let is_kept = belonging::settle(cx, directory, (person, adopted.user()), with_searches)?;
    if is_kept || matches!(adopted, Adopted::Kept(_)) {
        let (provider, user) = (&directory.name, adopted.user());
        tracing::warn!(%provider, id = %user.id, "the last administrator stays what the directory says they are no more");
        return Ok(Ok(Adopted::Kept(user.clone())));
    }
    Ok(Ok(adopted))
}

/// Another node may have stored the same person at the same instant, whose name is not somebody else's then.
fn stored_meanwhile(
    cx: &mut Cx<'_>,
    directory: &Directory,
    person: &Person,
) -> Result<Option<UserId>, Fault> {
    link::find_user(cx, &directory.id, &person.external_id)
}

fn create(
    cx: &mut Cx<'_>,
    directory: &Directory,
    person: &Person,
    default_role: Option<&RoleId>,
) -> Result<Result<User, Refused>, Fault> {
    if user::find_by_username(cx, &person.username)?.is_some() {
        return Ok(Err(Refused::NameTaken));
    }
    let id = match directory.is_imported {
        true => cx.new_id(),
        // Keycloak's form of an id for people whom it does not store, so that their `sub` stays.
        false => format!("f:{}:{}", directory.id, person.username),
    };
    let mut new = User {
        id: UserId::new(id),
        username: person.username.clone(),
        email: None,
        email_verified: false,
        first_name: None,
        last_name: None,
        enabled: true,
        created_at: cx.now,
        not_before: 0,
        service_account_client: None,
        attributes: user::Attributes::new(),
        required_actions: Vec::new(),
    };
    fill(directory, (person, true), &mut new);
    if user::shares_a_name(cx, &new)? {
        return Ok(Err(Refused::NameTaken));
    }
    if user::insert(cx, &new)? != Stored::Done {
        return Ok(Err(Refused::AddressTaken));
    }
    let link = Link {
        component: directory.id.clone(),
        external_id: person.external_id.clone(),
        dn: person.dn.clone(),
    };
    if !link::insert(cx, &new.id, &link)? {
        return Err(Fault::corrupt("an entry that was nobody's is somebody's"));
    }
    if let Some(role) = default_role {
        user::grant_role(cx, &new.id, role)?;
    }
    for group in group::defaults(cx)? {
        user::join(cx, &new.id, &group)?;
    }
    cx.people_changed();
    Ok(Ok(new))
}

/// Stores somebody who is guessed at, as they are for those who administer the realm. When they come, everything of them is read
/// as of somebody new.
///
/// # Errors
/// If the database cannot be asked.
pub(super) fn adopt_unseen(
    cx: &mut Cx<'_>,
    directory: &Directory,
    person: &Person,
    default_role: Option<&RoleId>,
) -> Result<Result<User, Refused>, Fault> {
    let why = match create(cx, directory, person, default_role)? {
        Ok(user) => {
            link::saw(cx, &user.id, &person.dn, link::NEVER)?;
            return Ok(Ok(user));
        }
        Err(why) => why,
    };
    match stored_meanwhile(cx, directory, person)? {
        Some(id) => Ok(user::find(cx, &id)?.ok_or(why)),
        None => Ok(Err(why)),
    }
}

/// Links somebody who was stored a moment ago to their entry, with what it says of itself.
///
/// # Errors
/// If the database cannot be asked.
pub fn join(
    cx: &mut Cx<'_>,
    directory: &Directory,
    person: &Person,
    user: &mut User,
) -> Result<(), Fault> {
    for name in ["LDAP_ID", "LDAP_ENTRY_DN", "userAccountControl"] {
        if let Some(values) = person.members.get(name) {
            user.attributes.insert(name.to_owned(), values.clone());
        }
    }
    user::update_profile(cx, user)?;
    let link = Link {
        component: directory.id.clone(),
        external_id: person.external_id.clone(),
        dn: person.dn.clone(),
    };
    match link::insert(cx, &user.id, &link)? {
        true => Ok(()),
        false => Err(Fault::corrupt("a new entry is somebody already")),
    }
}

fn update(
    cx: &mut Cx<'_>,
    directory: &Directory,
    person: &Person,
    (before, is_new): (User, bool),
) -> Result<Result<Adopted, Refused>, Fault> {
    let mut after = before.clone();
    if is_new {
        // What was due at the guess may be done by now.
        after.required_actions.retain(|action| action != CHANGE);
    }
    fill(directory, (person, is_new), &mut after);
    after.username.clone_from(&person.username);
    let is_kept = before.enabled && !after.enabled && user::is_last_administrator(cx, &before.id)?;
    after.enabled |= is_kept;
    if after.enabled && is_locked_for_good(cx, &before)? {
        after.enabled = false;
    }
    // Somebody new who is refused is new the next time.
    if !is_new {
        link::saw(cx, &before.id, &person.dn, cx.now)?;
    }
    if after.username != before.username {
        let other = user::find_by_username(cx, &after.username)?;
        if other.is_some_and(|other| other.id != before.id) {
            return Ok(Err(Refused::NameTaken));
        }
    }
    // What was there before is an administrator's doing.
    let is_renamed = after.username != before.username || after.email != before.email;
    if is_renamed && user::shares_a_name(cx, &after)? {
        return Ok(Err(Refused::NameTaken));
    }
    // Another node may have an administrator who switches them off at this moment.
    if after != before && user::update_changed(cx, &before, &after)? != Stored::Done {
        return Ok(Err(Refused::AddressTaken));
    }
    if is_new {
        link::saw(cx, &before.id, &person.dn, cx.now)?;
        return Ok(Ok(Adopted::Added(after)));
    }
    if is_kept {
        return Ok(Ok(Adopted::Kept(after)));
    }
    Ok(Ok(match after == before {
        true => Adopted::Same(after),
        false => Adopted::Updated(after),
    }))
}

/// Guesses have switched the account off, and no administrator has switched it on again. A directory knows nothing of that.
fn is_locked_for_good(cx: &mut Cx<'_>, user: &User) -> Result<bool, Fault> {
    let realm = &cx.realm.settings;
    if user.enabled || !realm.brute_force_protected || !realm.permanent_lockout {
        return Ok(false);
    }
    let (most, for_a_time) = (realm.failure_factor.max(1), realm.max_temporary_lockouts);
    let known = lockout::find(cx, &user.id)?;
    Ok(known.is_some_and(|known| {
        known.failures >= most && (for_a_time == 0 || known.lockouts > for_a_time)
    }))
}

/// The action of whoever has to choose a new password.
const CHANGE: &str = "UPDATE_PASSWORD";

/// Takes over what the mappers say. Where changes stay here, what is here stays.
fn fill(directory: &Directory, (person, is_new): (&Person, bool), user: &mut User) {
    let is_new = is_new || (user.attributes.is_empty() && user.email.is_none());
    for (name, values) in &person.members {
        let is_own = ["LDAP_ID", "LDAP_ENTRY_DN"].contains(&name.as_str());
        let stays = directory.edit_mode == EditMode::Unsynced && !is_own && !is_new;
        if stays && !is_always_read(directory, name) {
            continue;
        }
        let first = values.first().cloned();
        match name.as_str() {
            "email" => set_email(person, user, first),
            "firstName" => user.first_name = first,
            "lastName" => user.last_name = first,
            _ if values.is_empty() => {
                user.attributes.remove(name);
            }
            _ => {
                user.attributes.insert(name.clone(), values.clone());
            }
        }
    }
    if let Some(enabled) = person.enabled
        && (directory.edit_mode != EditMode::Unsynced || is_new)
    {
        user.enabled = enabled;
    }
    let is_asked = user.required_actions.iter().any(|known| known == CHANGE);
    if person.must_change_password && !is_asked {
        user.required_actions.push(CHANGE.to_owned());
    }
}

fn is_always_read(directory: &Directory, member: &str) -> bool {
    let mut mappers = directory.mappers.iter();
    mappers.any(|own| {
        own.text("user.model.attribute") == Some(member) && own.has("always.read.value.from.ldap")
    })
}

/// An address that stays keeps what is known of it; another one is verified as far as the directory's word counts.
fn set_email(person: &Person, user: &mut User, email: Option<String>) {
    let email = email.as_deref().map(user::fold);
    let is_same = user.email == email;
    let says = person.email_verified == Some(true);
    user.email_verified = (says || (is_same && user.email_verified)) && email.is_some();
    user.email = email;
}

/// The users of a directory go with it.
///
/// # Errors
/// If the database cannot be asked.
pub fn forget(cx: &mut Cx<'_>, gone: &Component) -> Result<(), Fault> {
    if gone.provider_type == super::FAMILY {
        link::remove_all(cx, &gone.id)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
