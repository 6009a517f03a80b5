//! Who somebody from a provider is here: linked already, there without a link, or nobody yet.

use cloakroom_model::group;
use cloakroom_model::id::GroupId;
use cloakroom_model::identity_provider;
use cloakroom_model::user::identity::{self as link, Identity as Link};
use cloakroom_model::user::{self, Stored, User};
use cloakroom_model::{Cx, Fault, role};
use serde_json::{Map, Value};

use crate::identity::Identity;
use crate::mapper::{self, Configured, Effect, Occasion};
use crate::upstream::{SyncMode, Upstream};

/// The user that is linked to an identity, if there is one.
///
/// # Errors
/// If the database cannot be asked.
pub fn find_linked(cx: &mut Cx<'_>, identity: &Identity) -> Result<Option<User>, Fault> {
    match link::find_user(cx, &identity.alias, &identity.id)? {
        Some(id) => user::find(cx, &id),
        None => Ok(None),
    }
}

/// An account that is there already, under the address or the name of an identity.
#[derive(Clone, Debug)]
pub struct Existing {
    /// Whose it is.
    pub user: User,
    /// It was found by its e-mail address, not by its name alone.
    pub by_email: bool,
}

/// Finds an account that is there already: by address where each address is one person's, else by name.
///
/// # Errors
/// If the database cannot be asked.
pub fn find_existing(
    cx: &mut Cx<'_>,
    username: &str,
    email: Option<&str>,
) -> Result<Option<Existing>, Fault> {
    if let Some(email) = email.filter(|_| !cx.realm.settings.duplicate_emails_allowed)
        && let Some(user) = user::find_by_email(cx, email)?
    {
        let by_email = true;
        return Ok(Some(Existing { user, by_email }));
    }
    let found = user::find_by_username(cx, username)?;
    Ok(found.map(|user| Existing {
        user,
        by_email: false,
    }))
}

/// Links an account to an identity; false if the identity is linked already, or the account has another one there.
///
/// # Errors
/// If the database cannot be asked.
pub fn link(cx: &mut Cx<'_>, user: &User, identity: &Identity) -> Result<bool, Fault> {
    let made = Link {
        provider: identity.alias.clone(),
        external_id: identity.id.clone(),
        external_name: Some(identity.name_there.clone()),
    };
    let is_new = link::insert(cx, &user.id, &made)?;
    if is_new {
        cx.people_changed();
    }
    Ok(is_new)
}

/// What mappers have to say of a session.
pub type Notes = Map<String, Value>;

/// Takes over what the settings ask for, and stores the user; gives the notes of the session.
///
/// # Errors
/// If the database cannot be asked.
pub fn take_over(
    cx: &mut Cx<'_>,
    upstream: &Upstream,
    configured: &[Configured],
    (identity, user): (&Identity, &User),
    occasion: Occasion,
) -> Result<Notes, Fault> {
    let mut changed = user.clone();
    if occasion == Occasion::Again && upstream.sync_mode() == SyncMode::Force {
        refresh(upstream, identity, &mut changed);
    }
    let mut notes = Notes::new();
    for effect in mapper::effects(upstream, configured, identity, occasion) {
        match effect {
            Effect::Attribute(name, values) => {
                set(&mut changed, (upstream, identity), (&name, values));
            }
            Effect::Field(name, values) if occasion == Occasion::Again => {
                set(&mut changed, (upstream, identity), (&name, values));
            }
            Effect::Field(..) => {}
            // A new account has the name that its owner saw and may have changed.
            Effect::Username(name) if occasion == Occasion::Again => {
                changed.username = user::fold(&name);
            }
            Effect::Username(_) => {}
            Effect::SessionNote(name, value) => {
                notes.insert(name, Value::String(value));
            }
            Effect::Grant(name) => {
                if let Some(role) = role::find_configured(cx, &name)? {
                    user::grant_role(cx, &user.id, &role)?;
                }
            }
            Effect::Revoke(name) => {
                if let Some(role) = role::find_configured(cx, &name)? {
                    user::revoke_role(cx, &user.id, &role)?;
                }
            }
            Effect::Join(path) => {
                if let Some(group) = find_group(cx, &path)? {
                    user::join(cx, &user.id, &group)?;
                }
            }
            Effect::Leave(path) => {
                if let Some(group) = find_group(cx, &path)? {
                    user::leave(cx, &user.id, &group)?;
                }
            }
        }
    }
    store(cx, user, changed)?;
    Ok(notes)
}

/// Stores what has changed. A name or an address that somebody else has stays what it was.
fn store(cx: &mut Cx<'_>, before: &User, mut changed: User) -> Result<(), Fault> {
    if changed == *before {
        return Ok(());
    }
    if changed.username != before.username
        && user::find_by_username(cx, &changed.username)?.is_some()
    {
        changed.username.clone_from(&before.username);
    }
    let is_renamed = changed.username != before.username || changed.email != before.email;
    let is_shared = is_renamed && user::shares_a_name(cx, &changed)?;
    if is_shared || user::update_profile(cx, &changed)? == Stored::Taken {
        changed.username.clone_from(&before.username);
        changed.email.clone_from(&before.email);
        changed.email_verified = before.email_verified;
        if user::update_profile(cx, &changed)? != Stored::Done {
            tracing::warn!("what a provider says of a user could not be stored");
        }
    }
    cx.people_changed();
    Ok(())
}

/// `FORCE`: names and address become what the provider says.
fn refresh(upstream: &Upstream, identity: &Identity, user: &mut User) {
    if let Some(name) = &identity.first_name {
        user.first_name = Some(name.clone());
    }
    if let Some(name) = &identity.last_name {
        user.last_name = Some(name.clone());
    }
    if let Some(email) = &identity.email {
        set_email(upstream, identity, user, email);
    }
}

/// An address counts as verified as far as the provider's word does; one that stays, stays what it was.
fn set_email(upstream: &Upstream, identity: &Identity, user: &mut User, email: &str) {
    let email = user::fold(email);
    let is_same = user.email.as_deref() == Some(email.as_str());
    let is_own = identity.email.as_deref().map(user::fold) == Some(email.clone());
    let is_verified = is_own && identity.has_trusted_email(upstream);
    user.email_verified = is_verified || (is_same && user.email_verified);
    user.email = Some(email);
}

fn set(
    user: &mut User,
    (upstream, identity): (&Upstream, &Identity),
    (name, mut values): (&str, Vec<String>),
) {
    /// More values, and longer ones, are no attributes of a person.
    const MOST: usize = 1_000;
    const LONGEST: usize = 2_048;
    values.truncate(MOST);
    values.retain(|value| value.len() <= LONGEST && !value.contains('\0'));
    let first = values.first().map(|value| value.trim().to_owned());
    let first = first.filter(|value| !value.is_empty() && !value.chars().any(char::is_control));
    match name {
        "email" => {
            if let Some(email) = first {
                set_email(upstream, identity, user, &email);
            }
        }
        "firstName" => user.first_name = first.or(user.first_name.take()),
        "lastName" => user.last_name = first.or(user.last_name.take()),
        // The name is what people sign in with; the template mapper sets it.
        "username" => {}
        _ if values.is_empty() => {
            user.attributes.remove(name);
        }
        _ => {
            user.attributes.insert(name.to_owned(), values);
        }
    }
}

pub(crate) fn find_group(cx: &mut Cx<'_>, path: &str) -> Result<Option<GroupId>, Fault> {
    let mut parent: Option<GroupId> = None;
    for name in path.split('/').filter(|name| !name.is_empty()) {
        let Some(found) = group::find_named(cx, parent.as_ref(), name)? else {
            return Ok(None);
        };
        parent = Some(found.id);
    }
    Ok(parent)
}

/// The mappers of a provider.
///
/// # Errors
/// If the database cannot be asked.
pub fn mappers(cx: &mut Cx<'_>, upstream: &Upstream) -> Result<Vec<Configured>, Fault> {
    identity_provider::list_mappers(cx, &upstream.provider.id)
}
