//! What the steps of a workflow do to people, by the rules of the admin API.

use cloakroom_federation::Problem;
use cloakroom_federation::directory::assign::{self, Assignment, Say};
use cloakroom_keycloak::workflow::{Kind, Step};
use cloakroom_model::group::Group;
use cloakroom_model::id::UserId;
use cloakroom_model::role::Role;
use cloakroom_model::user::identity;
use cloakroom_model::user::{self, Stored, User};
use cloakroom_model::user_profile::OF_DIRECTORIES;
use cloakroom_model::{Cx, flow};
use cloakroom_web::App;
use serde_json::json;

use super::condition::role_named;
use super::notice;
use crate::access::{Actor, Grants};
use crate::api::users::draft::{group_at, taken};
use crate::api::users::many::{self, Act};
use crate::api::users::{MANAGE, found_for_change};
use crate::audit;
use crate::error::{AdminError, Result};

/// What has to be done in a directory before a step is done here.
pub(super) enum Errand {
    /// Something of their entry is changed, or all of it goes.
    Entry(Box<many::Errand>),
    /// The directory says who has a role, or who is in a group.
    Belonging(Vec<Assignment>),
}

impl Errand {
    /// Does it: what has to be remembered of it.
    pub(super) async fn run(self, app: &App) -> std::result::Result<Vec<Assignment>, Problem> {
        match self {
            Self::Entry(errand) => errand.run(&*app.outbound).await.map(|()| Vec::new()),
            Self::Belonging(all) => {
                for one in &all {
                    one.carry_out(&*app.outbound).await?;
                }
                Ok(all)
            }
        }
    }
}

/// What a step has found for one person, before anything is written.
enum Plan {
    Act(Act),
    Change(Box<User>),
    Actions(Vec<String>),
    Roles(Vec<Role>, bool),
    Groups(Vec<Group>, bool),
    Unlink(Vec<String>),
    Notify,
    Nothing,
}

/// What has to be done in a directory first; `None` for whoever is the realm's own.
pub(super) fn errand(
    cx: &mut Cx<'_>,
    step: &Step,
    id: &UserId,
    grants: &Grants,
) -> Result<Option<Errand>> {
    let user = found(cx, id, grants)?;
    Ok(match plan(cx, step, &user, grants)? {
        Plan::Act(act) => {
            many::errand(cx, act, id.as_str(), grants)?.map(|one| Errand::Entry(Box::new(one)))
        }
        Plan::Change(after) => {
            many::Errand::of_change(cx, &user, &after)?.map(|one| Errand::Entry(Box::new(one)))
        }
        Plan::Roles(roles, add) => {
            let mut told = Vec::new();
            for role in roles {
                told.extend(there(assign::of_role(cx, &user, &role, add)?)?);
            }
            Some(told)
                .filter(|told| !told.is_empty())
                .map(Errand::Belonging)
        }
        Plan::Groups(groups, is_in) => {
            let mut told = Vec::new();
            for group in groups {
                told.extend(there(assign::of_group(cx, &user, &group, is_in)?)?);
            }
            Some(told)
                .filter(|told| !told.is_empty())
                .map(Errand::Belonging)
        }
        Plan::Actions(_) | Plan::Unlink(_) | Plan::Notify | Plan::Nothing => None,
    })
}

fn there(say: Say) -> Result<Option<Assignment>> {
    match say {
        Say::Here => Ok(None),
        Say::There(told) => Ok(Some(*told)),
        Say::Kept => Err(AdminError::message(400, "The directory keeps it as it is")),
    }
}

fn found(cx: &mut Cx<'_>, id: &UserId, grants: &Grants) -> Result<User> {
    let sway = grants.sway(MANAGE);
    found_for_change(cx, id.as_str(), (grants, &sway), "manage")
}

/// Does a step to somebody. What is refused has written nothing, or is undone.
pub(super) fn run(
    cx: &mut Cx<'_>,
    step: &Step,
    id: &UserId,
    told: &[Assignment],
    (grants, actor): (&Grants, &Actor),
) -> Result<()> {
    let user = found(cx, id, grants)?;
    let place = format!("users/{id}");
    match plan(cx, step, &user, grants)? {
        Plan::Act(act) => return many::act(cx, act, id.as_str(), (grants, actor)),
        Plan::Change(after) => change(cx, &user, &after)?,
        Plan::Actions(actions) => {
            user::set_required_actions(cx, id, &actions)?;
            cx.people_changed();
        }
        Plan::Roles(roles, add) => return map(cx, &user, &roles, (add, told), actor),
        Plan::Groups(groups, is_in) => return place_in(cx, &user, &groups, (is_in, told), actor),
        Plan::Unlink(aliases) => {
            for alias in aliases {
                if identity::remove(cx, id, &alias)? {
                    let place = format!("{place}/federated-identity/{alias}");
                    audit::record(cx, actor, audit::DELETE, "USER", place)?;
                }
            }
            return Ok(());
        }
        Plan::Notify => return notice::write(cx, step, &user, actor),
        Plan::Nothing => return Ok(()),
    }
    audit::record(cx, actor, audit::UPDATE, "USER", place)?;
    Ok(())
}

/// What there is to do; nothing where it is so already, or where what the step names is not there.
fn plan(cx: &mut Cx<'_>, step: &Step, user: &User, grants: &Grants) -> Result<Plan> {
    Ok(match step.kind {
        Kind::DisableUser if !user.enabled => Plan::Nothing,
        Kind::DisableUser => Plan::Act(Act::Disable),
        Kind::DeleteUser => Plan::Act(Act::Delete),
        Kind::SetUserAttribute | Kind::RemoveUserAttribute => {
            let mut after = user.clone();
            attributes(step, &mut after);
            match &after == user {
                true => Plan::Nothing,
                false => Plan::Change(Box::new(after)),
            }
        }
        Kind::AddRequiredAction | Kind::RemoveRequiredAction => actions(cx, step, user)?,
        Kind::GrantRole => Plan::Roles(roles(cx, step, Some(grants))?, true),
        Kind::RevokeRole => Plan::Roles(roles(cx, step, None)?, false),
        Kind::JoinGroup | Kind::LeaveGroup => {
            let is_in = step.kind == Kind::JoinGroup;
            Plan::Groups(groups(cx, step, is_in, grants)?, is_in)
        }
        Kind::UnlinkUser => {
            let wanted = step.texts("idp");
            let mut aliases: Vec<String> = identity::list(cx, &user.id)?
                .into_iter()
                .map(|link| link.provider)
                .collect();
            aliases.retain(|alias| wanted.iter().any(|one| one == alias || one == "*"));
            Plan::Unlink(aliases)
        }
        Kind::NotifyUser => Plan::Notify,
        Kind::DeleteClient | Kind::DisableClient | Kind::Restart => Plan::Nothing,
    })
}

/// Attributes as the step wants them. What a user has by itself goes by its name as well.
fn attributes(step: &Step, user: &mut User) {
    if step.kind == Kind::RemoveUserAttribute {
        for name in step.texts("attribute") {
            match name.as_str() {
                "firstName" => user.first_name = None,
                "lastName" => user.last_name = None,
                _ if OF_DIRECTORIES.contains(&name.as_str()) => {}
                _ => {
                    user.attributes.remove(name);
                }
            }
        }
        return;
    }
    for (name, values) in &step.with {
        let first = values.first().cloned();
        match name.as_str() {
            "username" => {
                if let Some(name) = first.filter(|name| !name.trim().is_empty()) {
                    user.username = user::fold(&name);
                }
            }
            "email" => {
                let email = first.map(|text| user::fold(&text));
                if user.email != email {
                    user.email = email.filter(|text| !text.is_empty());
                    user.email_verified = false;
                }
            }
            "firstName" => user.first_name = first,
            "lastName" => user.last_name = first,
            _ if OF_DIRECTORIES.contains(&name.as_str()) => {}
            _ => {
                user.attributes.insert(name.clone(), values.clone());
            }
        }
    }
}

fn actions(cx: &mut Cx<'_>, step: &Step, user: &User) -> Result<Plan> {
    let Some(wanted) = step.text("action") else {
        return Ok(missing(cx, step, ""));
    };
    let known = flow::list_actions(cx)?;
    let found = known
        .iter()
        .find(|action| action.alias == wanted || action.provider_id == wanted);
    let mut actions = user.required_actions.clone();
    if step.kind == Kind::RemoveRequiredAction {
        actions.retain(|one| one != wanted && found.is_none_or(|action| one != &action.alias));
    } else {
        match found {
            None => return Ok(missing(cx, step, wanted)),
            Some(action) if !actions.contains(&action.alias) => actions.push(action.alias.clone()),
            Some(_) => {}
        }
    }
    Ok(match actions == user.required_actions {
        true => Plan::Nothing,
        false => Plan::Actions(actions),
    })
}

fn roles(cx: &mut Cx<'_>, step: &Step, given: Option<&Grants>) -> Result<Vec<Role>> {
    let mut roles = Vec::new();
    for named in step.texts("role") {
        match role_named(cx, named)? {
            Some(role) => {
                if let Some(grants) = given {
                    grants.check(cx, &role.id)?;
                }
                roles.push(role);
            }
            None => {
                missing(cx, step, named);
            }
        }
    }
    Ok(roles)
}

fn groups(cx: &mut Cx<'_>, step: &Step, is_in: bool, grants: &Grants) -> Result<Vec<Group>> {
    let mut groups = Vec::new();
    for path in step.texts("group") {
        match group_at(cx, path)? {
            Some(group) => {
                match is_in {
                    true => grants.check_group(cx, &group.id)?,
                    false => grants.check_delegates(cx, &group.id)?,
                }
                groups.push(group);
            }
            None => {
                missing(cx, step, path);
            }
        }
    }
    Ok(groups)
}

/// What a step names is not there: the workflow goes on without it, as Keycloak's does.
fn missing(cx: &Cx<'_>, step: &Step, named: &str) -> Plan {
    tracing::warn!(
        realm = %cx.realm.name,
        step = %step.id,
        kind = ?step.kind,
        named,
        "what a step of a workflow names is not there"
    );
    Plan::Nothing
}

fn change(cx: &mut Cx<'_>, before: &User, after: &User) -> Result<()> {
    // The directory has been told, unless it keeps this to itself.
    many::Errand::of_change(cx, before, after)?;
    match user::update(cx, after)? {
        Stored::Done => Ok(()),
        Stored::Taken => Err(taken(cx, after)?),
        Stored::Gone => Err(AdminError::error(404, "User not found")),
    }
}

fn map(
    cx: &mut Cx<'_>,
    user: &User,
    roles: &[Role],
    (add, told): (bool, &[Assignment]),
    actor: &Actor,
) -> Result<()> {
    for role in roles {
        there(assign::of_role(cx, user, role, add)?)?;
    }
    let has = user::direct_roles(cx, &user.id)?;
    for role in roles.iter().filter(|role| has.contains(&role.id) != add) {
        match add {
            true => user::grant_role(cx, &user.id, &role.id)?,
            false => user::revoke_role(cx, &user.id, &role.id)?,
        }
        let (kind, place) = match role.client_role {
            true => (
                "CLIENT_ROLE_MAPPING",
                format!("clients/{}", role.container_id),
            ),
            false => ("REALM_ROLE_MAPPING", "realm".to_owned()),
        };
        let place = format!("users/{}/role-mappings/{place}", user.id);
        let operation = if add { audit::CREATE } else { audit::DELETE };
        let named = json!([{"id": role.id, "name": role.name}]).to_string();
        audit::record_with(cx, actor, (operation, kind), &place, Some(named))?;
    }
    note(cx, user, told)
}

fn place_in(
    cx: &mut Cx<'_>,
    user: &User,
    groups: &[Group],
    (is_in, told): (bool, &[Assignment]),
    actor: &Actor,
) -> Result<()> {
    for group in groups {
        there(assign::of_group(cx, user, group, is_in)?)?;
    }
    let has = user::groups(cx, &user.id)?;
    for group in groups
        .iter()
        .filter(|group| has.contains(&group.id) != is_in)
    {
        match is_in {
            true => user::join(cx, &user.id, &group.id)?,
            false => user::leave(cx, &user.id, &group.id)?,
        }
        let operation = if is_in { audit::CREATE } else { audit::DELETE };
        let place = format!("users/{}/groups/{}", user.id, group.id);
        audit::record(cx, actor, operation, "GROUP_MEMBERSHIP", place)?;
    }
    note(cx, user, told)
}

/// Remembers what the directory was told.
fn note(cx: &mut Cx<'_>, user: &User, told: &[Assignment]) -> Result<()> {
    for one in told {
        one.note(cx, user)?;
    }
    Ok(())
}
