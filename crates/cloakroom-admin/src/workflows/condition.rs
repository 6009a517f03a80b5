//! Whom a workflow is for: the events that it begins with, and what has to be true of somebody.

use std::collections::BTreeSet;

use cloakroom_keycloak::workflow::expression;
use cloakroom_model::id::{ClientUuid, GroupId, RoleId};
use cloakroom_model::user::identity;
use cloakroom_model::user::{self, User};
use cloakroom_model::workflow::trigger::Trigger;
use cloakroom_model::workflow::{Resource, Workflow};
use cloakroom_model::{Cx, Result, client, group, role};
use serde_json::Value;

use crate::api::users::draft::group_at;

/// What a workflow says under this name; nothing if it does not say so.
pub(super) fn said<'a>(workflow: &'a Workflow, member: &str) -> &'a str {
    let text = workflow.definition.get(member).and_then(Value::as_str);
    text.unwrap_or_default()
}

/// The workflow says that it begins with what has happened.
pub(super) fn is_begun_by(workflow: &Workflow, trigger: &Trigger) -> bool {
    fits(said(workflow, "on"), trigger)
}

/// An expression about events is true of what has happened.
pub(super) fn fits(text: &str, trigger: &Trigger) -> bool {
    let ask = |name: &str, about: Option<&str>| {
        let is_kind = name.to_lowercase().replace('_', "-") == trigger.kind;
        let about = about.unwrap_or_default();
        let is_group = trigger.kind.starts_with("user-group-");
        let is_named = |name: &String| match is_group {
            true => name.trim_matches('/') == about.trim_matches('/'),
            false => name == about,
        };
        let fits = about.is_empty() || trigger.names.iter().any(is_named);
        Ok::<_, std::convert::Infallible>(is_kind && fits)
    };
    match expression::is_true(text, ask) {
        Ok(is_true) => is_true,
        Err(never) => match never {},
    }
}

/// What is known of whom workflows may be for, each asked about once.
pub(super) struct Facts {
    resource: Resource,
    user: Option<Option<User>>,
    roles: Option<BTreeSet<RoleId>>,
    groups: Option<Vec<GroupId>>,
    links: Option<Vec<String>>,
}

impl Facts {
    pub(super) fn of(resource: Resource) -> Self {
        Self {
            resource,
            user: None,
            roles: None,
            groups: None,
            links: None,
        }
    }

    /// Of somebody whose row is read already.
    pub(super) fn of_user(user: User) -> Self {
        Self {
            user: Some(Some(user.clone())),
            ..Self::of(Resource::User(user.id))
        }
    }

    /// What the workflow's condition asks is true of them. Nothing of it can be asked about clients.
    pub(super) fn are_for(&mut self, cx: &mut Cx<'_>, workflow: &Workflow) -> Result<bool> {
        let condition = said(workflow, "if");
        if condition.trim().is_empty() {
            return Ok(true);
        }
        if matches!(self.resource, Resource::Client(_)) {
            return Ok(false);
        }
        expression::is_true(condition, |name, about| {
            match (name, about.filter(|about| !about.is_empty())) {
                ("has-role", Some(about)) => self.has_role(cx, about),
                ("is-member-of", Some(about)) => self.is_member(cx, about),
                ("has-user-attribute", Some(about)) => self.has_attribute(cx, about),
                ("has-identity-provider-link", Some(about)) => self.is_linked(cx, about),
                _ => Ok(false),
            }
        })
    }

    fn user(&mut self, cx: &mut Cx<'_>) -> Result<Option<&User>> {
        if self.user.is_none() {
            self.user = Some(match &self.resource {
                Resource::User(id) => user::find(cx, id)?,
                Resource::Client(_) => None,
            });
        }
        Ok(self.user.as_ref().and_then(Option::as_ref))
    }

    fn has_role(&mut self, cx: &mut Cx<'_>, named: &str) -> Result<bool> {
        let Some(wanted) = role_named(cx, named)? else {
            return Ok(false);
        };
        let Resource::User(id) = &self.resource else {
            return Ok(false);
        };
        let roles = match self.roles.take() {
            Some(known) => known,
            None => user::effective_roles(cx, id)?,
        };
        let has = roles.contains(&wanted.id);
        self.roles = Some(roles);
        Ok(has)
    }

    fn is_member(&mut self, cx: &mut Cx<'_>, path: &str) -> Result<bool> {
        let Some(wanted) = group_at(cx, path)? else {
            return Ok(false);
        };
        let Resource::User(id) = &self.resource else {
            return Ok(false);
        };
        if self.groups.is_none() {
            self.groups = Some(user::groups(cx, id)?);
        }
        for group in self.groups.iter().flatten() {
            if group::is_inside(cx, group, &wanted.id)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// `name`, or `name=value,value`: then the values are these and no others, in any order.
    fn has_attribute(&mut self, cx: &mut Cx<'_>, about: &str) -> Result<bool> {
        let (name, values) = match about.find(|c: char| "=:".contains(c) || c.is_whitespace()) {
            Some(at) => about.split_at(at),
            None => (about, ""),
        };
        let values = values.trim_start_matches(|c: char| "=:".contains(c) || c.is_whitespace());
        let Some(user) = self.user(cx)? else {
            return Ok(false);
        };
        let has: BTreeSet<&str> = match name {
            "username" => [user.username.as_str()].into(),
            "email" => user.email.as_deref().into_iter().collect(),
            "firstName" => user.first_name.as_deref().into_iter().collect(),
            "lastName" => user.last_name.as_deref().into_iter().collect(),
            _ => {
                let values = user.attributes.get(name).into_iter().flatten();
                values.map(String::as_str).collect()
            }
        };
        if values.is_empty() {
            return Ok(!has.is_empty());
        }
        let wanted: BTreeSet<&str> = values.split(',').map(str::trim).collect();
        Ok(has == wanted)
    }

    fn is_linked(&mut self, cx: &mut Cx<'_>, alias: &str) -> Result<bool> {
        let Resource::User(id) = &self.resource else {
            return Ok(false);
        };
        if self.links.is_none() {
            let links = identity::list(cx, id)?;
            self.links = Some(links.into_iter().map(|link| link.provider).collect());
        }
        Ok(self.links.iter().flatten().any(|known| known == alias))
    }
}

/// The role that a workflow names: of the realm, or `client/role`, where both may have slashes of their own.
pub(super) fn role_named(cx: &mut Cx<'_>, named: &str) -> Result<Option<role::Role>> {
    let realm = cx.realm.id.as_str().to_owned();
    if let Some(found) = role::find_named(cx, &realm, named)? {
        return Ok(Some(found));
    }
    for (at, _) in named.match_indices('/').take(16) {
        let (Some(owner), Some(name)) = (named.get(..at), named.get(at + 1..)) else {
            continue;
        };
        let owner: Option<ClientUuid> = client::find_id(cx, owner)?;
        if let Some(owner) = owner
            && let Some(found) = role::find_named(cx, owner.as_str(), name)?
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}
