//! Groups and roles that somebody is given or loses here, and that belong to the directory they come from.

use cloakroom_model::group::{self, Group};
use cloakroom_model::role::Role;
use cloakroom_model::user::User;
use cloakroom_model::user::directory as link;
use cloakroom_model::{Cx, Fault, client};

use super::dial::Dial;
use super::line::Line;
use super::mapper::Configured;
use super::membership;
use super::settings::{Directory, EditMode};
use crate::Result;

/// Who says whether somebody is in a group or has a role.
#[derive(Clone, Debug)]
pub enum Say {
    /// The realm.
    Here,
    /// The directory, which is told.
    There(Box<Assignment>),
    /// The directory, which may not be written.
    Kept,
}

/// What a directory is told.
#[derive(Clone, Debug)]
pub struct Assignment {
    directory: Directory,
    own: Configured,
    external_id: String,
    name: String,
    target: String,
    is_in: bool,
}

impl Assignment {
    /// What people call the directory.
    pub fn provider(&self) -> &str {
        &self.directory.name
    }

    /// Tells the directory.
    ///
    /// # Errors
    /// If it is not reached or refuses.
    pub async fn carry_out(&self, dial: &impl Dial) -> Result<()> {
        let mut line = Line::open_to_search(&self.directory, dial).await?;
        let who = (self.name.as_str(), self.external_id.as_str());
        membership::assign(&self.directory, &self.own, who, self.is_in, &mut line).await
    }

    /// Remembers that the directory has it so.
    ///
    /// # Errors
    /// If the database cannot be asked.
    pub fn note(&self, cx: &mut Cx<'_>, user: &User) -> std::result::Result<(), Fault> {
        match self.is_in {
            true => link::give(cx, &user.id, &self.target, &self.own.id),
            false => link::take_back(cx, &user.id, &self.target),
        }
    }
}

/// Who says whether somebody is in a group.
///
/// # Errors
/// If the database cannot be asked.
pub fn of_group(
    cx: &mut Cx<'_>,
    user: &User,
    wanted: &Group,
    is_in: bool,
) -> std::result::Result<Say, Fault> {
    let path = path(cx, wanted)?;
    let is_covered = |own: &Configured| {
        let above = own.text("groups.path").unwrap_or("/").trim_matches('/');
        let above = match above {
            "" => "/".to_owned(),
            above => format!("/{above}/"),
        };
        own.kind == membership::GROUP && path.starts_with(&above)
    };
    let named = (wanted.name.as_str(), wanted.id.as_str());
    say(cx, user, named, is_in, is_covered)
}

/// Who says whether somebody has a role.
///
/// # Errors
/// If the database cannot be asked.
pub fn of_role(
    cx: &mut Cx<'_>,
    user: &User,
    wanted: &Role,
    is_in: bool,
) -> std::result::Result<Say, Fault> {
    let of = match wanted.client_role {
        true => {
            let id = cloakroom_model::id::ClientUuid::new(wanted.container_id.as_str());
            client::find_by_id(cx, &id)?.map(|client| client.client_id.clone())
        }
        false => None,
    };
    let is_covered = |own: &Configured| {
        let is_of_client = own.text("use.realm.roles.mapping") == Some("false");
        let named = own.text("client.id").filter(|_| is_of_client);
        own.kind == membership::ROLE && named == of.as_deref()
    };
    let named = (wanted.name.as_str(), wanted.id.as_str());
    say(cx, user, named, is_in, is_covered)
}

fn say(
    cx: &mut Cx<'_>,
    user: &User,
    (name, target): (&str, &str),
    is_in: bool,
    is_covered: impl Fn(&Configured) -> bool,
) -> std::result::Result<Say, Fault> {
    let Some((directory, found)) = super::home(cx, user)? else {
        return Ok(Say::Here);
    };
    let covering = directory.mappers.iter().filter(|own| is_covered(own));
    for own in covering {
        let mode = own.text("mode").unwrap_or_default();
        if mode == "LDAP_ONLY" && directory.edit_mode == EditMode::Writable {
            let own = own.clone();
            return Ok(Say::There(Box::new(Assignment {
                own,
                external_id: found.external_id,
                name: name.to_owned(),
                target: target.to_owned(),
                is_in,
                directory,
            })));
        }
        if !is_in && mode == "READ_ONLY" {
            let given = link::given(cx, &user.id, &own.id)?;
            if given.iter().any(|one| one == target) {
                return Ok(Say::Kept);
            }
        }
    }
    Ok(Say::Here)
}

/// The path of a group, from the top.
fn path(cx: &mut Cx<'_>, wanted: &Group) -> std::result::Result<String, Fault> {
    /// No tree of groups is deeper.
    const DEEPEST: usize = 64;
    let mut path = format!("/{}", wanted.name);
    let mut above = wanted.parent.clone();
    for _ in 0..DEEPEST {
        let Some(id) = above else {
            break;
        };
        let Some(parent) = group::find(cx, &id)? else {
            break;
        };
        path.insert_str(0, &format!("/{}", parent.name));
        above = parent.parent;
    }
    Ok(path)
}

/// The names of all groups or roles that a mapper covers, which a directory is told of.
///
/// # Errors
/// If the database cannot be asked.
pub fn names(cx: &mut Cx<'_>, own: &Configured) -> std::result::Result<Vec<String>, Fault> {
    /// More of them are not written at once.
    const MOST: i64 = 10_000;
    if own.kind == membership::GROUP {
        let above = own.text("groups.path").unwrap_or("/").trim_matches('/');
        let above = match above {
            "" => "/".to_owned(),
            above => format!("/{above}/"),
        };
        let mut all = Vec::new();
        for one in group::list(cx)? {
            if path(cx, &one)?.starts_with(&above) {
                all.push(one.name);
            }
        }
        return Ok(all);
    }
    let is_of_client = own.text("use.realm.roles.mapping") == Some("false");
    let container = match own.text("client.id").filter(|_| is_of_client) {
        Some(client_id) => client::find_id(cx, client_id)?.map(|id| id.as_str().to_owned()),
        None => Some(cx.realm.id.as_str().to_owned()),
    };
    let Some(container) = container else {
        return Ok(Vec::new());
    };
    let all = cloakroom_model::role::list(cx, &container, None, 0, MOST)?;
    Ok(all.into_iter().map(|role| role.name).collect())
}
