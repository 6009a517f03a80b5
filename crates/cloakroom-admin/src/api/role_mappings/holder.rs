//! Who holds roles: users and groups have them, clients and client scopes may put them into tokens.

use std::collections::BTreeSet;

use cloakroom_model::client::Client;
use cloakroom_model::group::{self, Group};
use cloakroom_model::id::{OrganizationId, RoleId};
use cloakroom_model::organization::group as of_organization;
use cloakroom_model::scope::Scope;
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, role};

use super::super::{Names, client_scopes, clients, groups, organizations, users};
use crate::access::Grants;
use crate::error::Result;

/// Somebody or something with a set of roles.
pub(crate) enum Holder {
    User(User),
    Group(Group),
    GroupOf(OrganizationId, Group),
    Client(Box<Client>),
    Scope(Scope),
}

impl Holder {
    /// The one that the address names.
    pub(super) fn of(cx: &mut Cx<'_>, path: &Names) -> Result<Self> {
        if let Some(id) = path.get("user") {
            return users::found(cx, id).map(Self::User);
        }
        if path.contains_key("organization") {
            let (of, group) = organizations::groups::found(cx, path)?;
            return Ok(Self::GroupOf(of.id, group));
        }
        if let Some(id) = path.get("group") {
            return groups::found(cx, id).map(Self::Group);
        }
        if let Some(id) = path.get("client") {
            let client = clients::found(cx, id)?;
            return Ok(Self::Client(Box::new(client)));
        }
        client_scopes::found(cx, path.part("scope")).map(Self::Scope)
    }

    /// The one with this id, by the word that Keycloak's console has for its kind; `None` for
    /// other words.
    pub(crate) fn of_kind(cx: &mut Cx<'_>, kind: &str, id: &str) -> Result<Option<Self>> {
        Ok(match kind {
            "users" => Some(Self::User(users::found(cx, id)?)),
            "groups" => Some(Self::Group(groups::found(cx, id)?)),
            "clients" => Some(Self::Client(Box::new(clients::found(cx, id)?))),
            "clientScopes" => Some(Self::Scope(client_scopes::found(cx, id)?)),
            _ => None,
        })
    }

    /// Where it is below the realm.
    pub(crate) fn place(&self) -> String {
        match self {
            Self::User(user) => format!("users/{}/role-mappings", user.id),
            Self::Group(group) => format!("groups/{}/role-mappings", group.id),
            Self::GroupOf(of, group) => {
                format!("organizations/{of}/groups/{}/role-mappings", group.id)
            }
            Self::Client(client) => format!("clients/{}/scope-mappings", client.id),
            Self::Scope(scope) => format!("client-scopes/{}/scope-mappings", scope.id),
        }
    }

    /// Keycloak's name of what an administrator changes here.
    pub(crate) fn resource_type(&self, of_client: bool) -> &'static str {
        match (self, of_client) {
            (Self::User(_) | Self::Group(_) | Self::GroupOf(..), false) => "REALM_ROLE_MAPPING",
            (Self::User(_) | Self::Group(_) | Self::GroupOf(..), true) => "CLIENT_ROLE_MAPPING",
            (Self::Client(_) | Self::Scope(_), false) => "REALM_SCOPE_MAPPING",
            (Self::Client(_) | Self::Scope(_), true) => "CLIENT_SCOPE_MAPPING",
        }
    }

    /// What was given directly.
    pub(super) fn direct(&self, cx: &mut Cx<'_>) -> Result<Vec<RoleId>> {
        Ok(match self {
            Self::User(user) => user::direct_roles(cx, &user.id)?,
            Self::Group(group) => group::direct_roles(cx, &group.id)?,
            Self::GroupOf(_, group) => of_organization::direct_roles(cx, &group.id)?,
            Self::Client(client) => role::scope_mappings(cx, client.id.as_str())?,
            Self::Scope(scope) => role::scope_mappings(cx, scope.id.as_str())?,
        })
    }

    /// All that comes of it; `None` for every role there is.
    pub(super) fn effective(&self, cx: &mut Cx<'_>) -> Result<Option<BTreeSet<RoleId>>> {
        let roots = match self {
            Self::User(user) => return Ok(Some(user::effective_roles(cx, &user.id)?)),
            Self::Group(group) => group::roles(cx, &group.id)?,
            Self::Client(client) if client.settings.full_scope_allowed => return Ok(None),
            Self::Client(client) => {
                let mut roots = self.direct(cx)?;
                // A client always sees its own roles.
                let own = role::list(cx, client.id.as_str(), None, 0, super::super::ALL)?;
                roots.extend(own.into_iter().map(|role| role.id));
                roots
            }
            Self::GroupOf(of, group) => {
                let all = of_organization::list(cx, of)?;
                let mut roots = Vec::new();
                for above in &all {
                    if of_organization::is_inside(&all, &group.id, &above.id) {
                        roots.extend(of_organization::direct_roles(cx, &above.id)?);
                    }
                }
                roots
            }
            Self::Scope(_) => self.direct(cx)?,
        };
        Ok(Some(role::graph(cx)?.expand(roots)))
    }

    /// Gives a role, or takes it; either needs the rights that are in it.
    pub(crate) fn change(
        &self,
        cx: &mut Cx<'_>,
        role: &RoleId,
        add: bool,
        grants: &Grants,
    ) -> Result<()> {
        grants.check(cx, role)?;
        let owner = match self {
            Self::User(user) if add => return Ok(user::grant_role(cx, &user.id, role)?),
            Self::User(user) => return Ok(user::revoke_role(cx, &user.id, role)?),
            Self::Group(group) if add => return Ok(group::grant_role(cx, &group.id, role)?),
            Self::Group(group) => return Ok(group::revoke_role(cx, &group.id, role)?),
            Self::GroupOf(_, group) if add => {
                return Ok(of_organization::grant_role(cx, &group.id, role)?);
            }
            Self::GroupOf(_, group) => {
                return Ok(of_organization::revoke_role(cx, &group.id, role)?);
            }
            Self::Client(client) => client.id.as_str(),
            Self::Scope(scope) => scope.id.as_str(),
        };
        if add {
            role::add_scope_mapping(cx, owner, role)?;
        } else {
            role::remove_scope_mapping(cx, owner, role)?;
        }
        Ok(())
    }
}
