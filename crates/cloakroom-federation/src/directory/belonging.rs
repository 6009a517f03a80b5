//! The groups and roles of a user that come from a directory: given, and taken back when they are over.
//!
//! A directory's group never becomes a right to administer by its name alone. It joins people to a group, or gives them a
//! role, that was made because the directory has it, or that administers nothing; else a mapper has to name it.

use cloakroom_model::group::{self, Group};
use cloakroom_model::id::{GroupId, RoleId};
use cloakroom_model::role::{self, Role};
use cloakroom_model::user::directory as link;
use cloakroom_model::user::{self, Attributes, User};
use cloakroom_model::{Cx, Fault, client};

use super::mapper::Configured;
use super::membership;
use super::person::Person;
use super::settings::Directory;

/// Stands before a mapper's id among what was given, where everything was taken over once. No group or role has such an id.
const TAKEN_OVER: &str = "once ";

/// Gives a user what the directory says, and takes back what it gave before and says no more. Tells whether something stays that it would
/// have taken back: without it, nobody would administer all realms any more.
pub(super) fn settle(
    cx: &mut Cx<'_>,
    directory: &Directory,
    (person, user): (&Person, &User),
    with_searches: bool,
) -> Result<bool, Fault> {
    named(cx, (person, user))?;
    let mut is_kept = false;
    for own in &directory.mappers {
        if !membership::is_complete(own, with_searches) {
            continue;
        }
        let before = link::given(cx, &user.id, &own.id)?;
        // Taken over once, and the realm's own from then on. A synchronization does not look everywhere, so that it is not
        // whether somebody is new that tells.
        if own.text("mode") == Some("IMPORT") {
            let taken_over = format!("{TAKEN_OVER}{}", own.id);
            if before.contains(&taken_over) {
                continue;
            }
            link::give(cx, &user.id, &taken_over, &own.id)?;
            // What was given before this was written down was everything, or the mapper had another mode then.
            if !before.is_empty() {
                continue;
            }
        }
        let is_group = own.kind == membership::GROUP;
        let listed = if is_group {
            &person.groups
        } else {
            &person.roles
        };
        let mut now = Vec::new();
        for belongs in listed.iter().filter(|one| one.mapper == own.id) {
            let target = match is_group {
                true => group_at(cx, own, &belongs.path)?.map(|id| id.as_str().to_owned()),
                false => role_at(cx, own, &belongs.path)?.map(|id| id.as_str().to_owned()),
            };
            now.extend(target);
        }
        for target in now.iter().filter(|target| !before.contains(target)) {
            link::give(cx, &user.id, target, &own.id)?;
            match is_group {
                true => user::join(cx, &user.id, &GroupId::new(target.as_str()))?,
                false => user::grant_role(cx, &user.id, &RoleId::new(target.as_str()))?,
            }
        }
        for target in before.iter().filter(|target| !now.contains(target)) {
            is_kept |= !take_back(cx, user, (target, is_group))?;
        }
    }
    Ok(is_kept)
}

/// Takes a group or a role back; false if it stays, because its user is the last who administers by it.
fn take_back(
    cx: &mut Cx<'_>,
    user: &User,
    (target, is_group): (&str, bool),
) -> Result<bool, Fault> {
    let was_last = user::is_last_administrator(cx, &user.id)?;
    let (group, role) = (GroupId::new(target), RoleId::new(target));
    match is_group {
        true => user::leave(cx, &user.id, &group)?,
        false => user::revoke_role(cx, &user.id, &role)?,
    }
    if was_last && !user::is_last_administrator(cx, &user.id)? {
        match is_group {
            true => user::join(cx, &user.id, &group)?,
            false => user::grant_role(cx, &user.id, &role)?,
        }
        return Ok(false);
    }
    link::take_back(cx, &user.id, target)?;
    Ok(true)
}

/// What a mapper's settings name is an administrator's word, whatever it gives.
fn named(cx: &mut Cx<'_>, (person, user): (&Person, &User)) -> Result<(), Fault> {
    for name in &person.named_roles {
        if let Some(role) = role::find_configured(cx, name)? {
            user::grant_role(cx, &user.id, &role)?;
        }
    }
    for path in &person.named_groups {
        if let Some(group) = crate::arrival::find_group(cx, path)? {
            user::join(cx, &user.id, &group)?;
        }
    }
    Ok(())
}

/// The group at a path below that of the mapper, made where it is missing; `None` if it may not be joined.
///
/// # Errors
/// If the database cannot be asked.
pub(super) fn group_at(
    cx: &mut Cx<'_>,
    own: &Configured,
    path: &[String],
) -> Result<Option<GroupId>, Fault> {
    let above = own.text("groups.path").unwrap_or("/");
    let mut parent = match above.trim_matches('/') {
        "" => None,
        above => match crate::arrival::find_group(cx, above)? {
            Some(id) => Some(id),
            None => return Ok(None),
        },
    };
    for name in path {
        if !is_name(name) {
            return Ok(None);
        }
        let id = match group::find_named(cx, parent.as_ref(), name)? {
            Some(found) if is_closed(cx, own, &found.id)? => return Ok(None),
            Some(found) => found.id,
            None => make_group(cx, own, parent.as_ref(), name)?,
        };
        parent = Some(id);
    }
    Ok(parent.filter(|_| !path.is_empty()))
}

/// Whether a directory's group may neither be this one nor be below it, because it administers and was made here.
///
/// What is below a group has its roles, so a path is as closed as any group on it, whoever made the last one.
fn is_closed(cx: &mut Cx<'_>, own: &Configured, group: &GroupId) -> Result<bool, Fault> {
    if link::was_made_by(cx, group.as_str(), &own.id)? {
        return Ok(false);
    }
    let given = group::roles(cx, group)?;
    let is_closed = administers(cx, given)?;
    if is_closed {
        tracing::warn!(%group, "a directory's group has the name of a group that administers, and joins nobody to it");
    }
    Ok(is_closed)
}

/// A name that a group or a role may have here.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 255 && !name.chars().any(char::is_control)
}

fn make_group(
    cx: &mut Cx<'_>,
    own: &Configured,
    parent: Option<&GroupId>,
    name: &str,
) -> Result<GroupId, Fault> {
    let new = Group {
        id: GroupId::new(cx.new_id()),
        parent: parent.cloned(),
        name: name.to_owned(),
        description: None,
        attributes: Attributes::new(),
    };
    group::insert(cx, &new)?;
    link::note_made(cx, new.id.as_str(), &own.id)?;
    Ok(new.id)
}

/// The role of a name, made where it is missing; `None` if it may not be given.
///
/// # Errors
/// If the database cannot be asked.
pub(super) fn role_at(
    cx: &mut Cx<'_>,
    own: &Configured,
    path: &[String],
) -> Result<Option<RoleId>, Fault> {
    let Some(name) = path.last().filter(|name| is_name(name)) else {
        return Ok(None);
    };
    let is_of_client = own.text("use.realm.roles.mapping") == Some("false");
    let container = match own.text("client.id").filter(|_| is_of_client) {
        Some(client_id) => match client::find_id(cx, client_id)? {
            Some(id) => id.as_str().to_owned(),
            None => return Ok(None),
        },
        None => cx.realm.id.as_str().to_owned(),
    };
    let id = match role::find_named(cx, &container, name)? {
        Some(found) => found.id,
        None => {
            let new = Role {
                id: RoleId::new(cx.new_id()),
                client_role: container != cx.realm.id.as_str(),
                container_id: container,
                name: name.clone(),
                description: None,
                attributes: Attributes::new(),
            };
            role::insert(cx, &new)?;
            cx.settings_changed();
            link::note_made(cx, new.id.as_str(), &own.id)?;
            return Ok(Some(new.id));
        }
    };
    let is_its_own = link::was_made_by(cx, id.as_str(), &own.id)?;
    if !is_its_own && administers(cx, vec![id.clone()])? {
        tracing::warn!(role = %id, "a directory's group has the name of a role that administers, and gives it to nobody");
        return Ok(None);
    }
    Ok(Some(id))
}

/// Whether roles come to one that lets people administer a realm.
fn administers(cx: &mut Cx<'_>, roles: Vec<RoleId>) -> Result<bool, Fault> {
    let graph = role::graph(cx)?;
    let all = graph.expand(roles);
    let mut containers = Vec::new();
    for role in all.iter().filter_map(|id| graph.role(id)) {
        let is_of_master = !role.client_role && cx.realm.name == "master";
        if is_of_master && ["admin", "create-realm"].contains(&role.name.as_str()) {
            return Ok(true);
        }
        if role.client_role && !containers.contains(&role.container_id) {
            containers.push(role.container_id.clone());
        }
    }
    for id in containers {
        let found = client::find_by_id(cx, &cloakroom_model::id::ClientUuid::new(id))?;
        let manages = found.is_some_and(|client| {
            client.client_id == "realm-management"
                || (cx.realm.name == "master" && client.client_id.ends_with("-realm"))
        });
        if manages {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes the groups or roles of a mapper that are not there yet; how many were new, were there, and may not be used.
///
/// # Errors
/// If the database cannot be asked.
pub fn take_in(
    cx: &mut Cx<'_>,
    own: &Configured,
    paths: &[Vec<String>],
) -> Result<(i64, i64, i64), Fault> {
    let (mut new, mut known, mut refused) = (0, 0, 0);
    for path in paths {
        let is_there = is_there(cx, own, path)?;
        let target = match own.kind == membership::GROUP {
            true => group_at(cx, own, path)?.is_some(),
            false => role_at(cx, own, path)?.is_some(),
        };
        match (target, is_there) {
            (true, false) => new += 1,
            (true, true) => known += 1,
            (false, _) => refused += 1,
        }
    }
    Ok((new, known, refused))
}

fn is_there(cx: &mut Cx<'_>, own: &Configured, path: &[String]) -> Result<bool, Fault> {
    if own.kind == membership::GROUP {
        let above = own.text("groups.path").unwrap_or("/").trim_matches('/');
        let mut parent = match above {
            "" => None,
            above => crate::arrival::find_group(cx, above)?,
        };
        for name in path {
            match group::find_named(cx, parent.as_ref(), name)? {
                Some(found) => parent = Some(found.id),
                None => return Ok(false),
            }
        }
        return Ok(true);
    }
    let is_of_client = own.text("use.realm.roles.mapping") == Some("false");
    let container = match own.text("client.id").filter(|_| is_of_client) {
        Some(client_id) => client::find_id(cx, client_id)?.map(|id| id.as_str().to_owned()),
        None => Some(cx.realm.id.as_str().to_owned()),
    };
    let (Some(container), Some(name)) = (container, path.last()) else {
        return Ok(false);
    };
    Ok(role::find_named(cx, &container, name)?.is_some())
}
