//! What a caller may hand on, and whose account they may touch: nobody raises themselves.

use std::collections::BTreeSet;
use std::sync::Arc;

use cloakroom_keycloak::blueprint::MASTER;
use cloakroom_model::authorization::delegation::{self, Named};
use cloakroom_model::id::{ClientUuid, GroupId, RoleId, UserId};
use cloakroom_model::role::Role;
use cloakroom_model::{Cx, client, group, role, user};

use super::sway::{Sway, Who};
use crate::error::{AdminError, Result};

/// The rights of a caller, for comparison with those that a role holds.
#[derive(Clone, Debug)]
pub(crate) struct Grants {
    /// All roles of the caller, in the realm they are from.
    roles: Arc<BTreeSet<RoleId>>,
    /// The names of their management roles over the realm that the call is about.
    rights: BTreeSet<String>,
    /// The caller as the realm's permissions look at them, where those have a say.
    who: Option<Arc<Who>>,
    /// Nothing is held against them: they act for somebody who has every right over the realm.
    covers_all: bool,
}

/// A role that manages something.
enum Manager {
    /// Of the realm that the call is about.
    Here,
    /// Of another realm, or of all.
    Elsewhere,
}

impl Grants {
    /// Of a caller who may hand on no right at all.
    pub(crate) fn none() -> Self {
        Self::new(Arc::default(), BTreeSet::new())
    }

    pub(super) fn new(roles: Arc<BTreeSet<RoleId>>, rights: BTreeSet<String>) -> Self {
        Self {
            roles,
            rights,
            who: None,
            covers_all: false,
        }
    }

    /// Of what acts by itself with one right, or, where somebody with every right has set it up, with all.
    pub(crate) fn of_itself(right: &str, covers_all: bool) -> Self {
        let rights = [right.to_owned()].into();
        Self {
            covers_all,
            ..Self::new(Arc::default(), rights)
        }
    }

    /// The caller has this right over the realm, whatever permissions say.
    pub(crate) fn has(&self, right: &str) -> bool {
        self.rights.contains(right)
    }

    /// The same, of somebody whom the realm's permissions have a word about.
    pub(super) fn of(self, who: Option<Arc<Who>>) -> Self {
        Self { who, ..self }
    }

    /// How far the caller's word goes where one of these rights is needed.
    pub(crate) fn sway(&self, any_of: &[&str]) -> Sway {
        let has = any_of.iter().any(|right| self.rights.contains(*right));
        Sway::new(has, self.who.clone())
    }

    /// Refuses if the role, or one inside it, is a right that the caller has not.
    pub(crate) fn check(&self, cx: &mut Cx<'_>, id: &RoleId) -> Result<()> {
        self.check_all(cx, [id.clone()])
    }

    /// Refuses if one of the roles, or one inside them, is a right that the caller has not.
    pub(crate) fn check_all(
        &self,
        cx: &mut Cx<'_>,
        ids: impl IntoIterator<Item = RoleId>,
    ) -> Result<()> {
        if self.cover(cx, ids)? {
            return Ok(());
        }
        Err(AdminError::forbidden())
    }

    /// Refuses to let somebody into a group whose members have rights that the caller has not.
    pub(crate) fn check_group(&self, cx: &mut Cx<'_>, id: &GroupId) -> Result<()> {
        let roles = group::roles(cx, id)?;
        self.check_all(cx, roles)?;
        self.check_delegates(cx, id)
    }

    /// Refuses to change who is in a group that the realm's permissions name, or in one below it, unless the caller is in it.
    pub(crate) fn check_delegates(&self, cx: &mut Cx<'_>, id: &GroupId) -> Result<()> {
        let named = delegation::named(cx)?;
        if self.is_of_groups(cx, &named, std::slice::from_ref(id))? || self.cover_everything(cx)? {
            return Ok(());
        }
        Err(AdminError::forbidden())
    }

    /// Tells whether the caller is in each named group that one of these is, or is inside of.
    fn is_of_groups(&self, cx: &mut Cx<'_>, named: &Named, groups: &[GroupId]) -> Result<bool> {
        if named.groups.is_empty() {
            return Ok(true);
        }
        let mine = match &self.who {
            Some(who) => user::groups(cx, who.user())?,
            None => Vec::new(),
        };
        for id in named.groups.iter().map(GroupId::new) {
            let theirs = inside_one(cx, groups, &id)?;
            if theirs && !inside_one(cx, &mine, &id)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Refuses to touch the account of somebody with rights that the caller has not: whoever sets
    /// another's password, address or second factor can be that person.
    pub(crate) fn check_account(&self, cx: &mut Cx<'_>, id: &UserId) -> Result<()> {
        let roles = user::effective_roles(cx, id)?;
        self.check_all(cx, roles)?;
        let named = delegation::named(cx)?;
        let is_own = self.who.as_ref().is_some_and(|who| who.user() == id);
        let groups = user::groups(cx, id)?;
        let is_mightier = !is_own
            && (named.people.contains(id.as_str()) || !self.is_of_groups(cx, &named, &groups)?);
        // What permissions let somebody do, nobody does who takes their account.
        if is_mightier && !self.cover_everything(cx)? {
            return Err(AdminError::forbidden());
        }
        Ok(())
    }

    /// Tells whether a client's secret is worth no more than what the caller may do: the service
    /// account behind it has no right that they have not.
    pub(crate) fn cover_client(&self, cx: &mut Cx<'_>, id: &ClientUuid) -> Result<bool> {
        // Whoever has a token of a client that permissions name may do what they say.
        let named = delegation::named(cx)?;
        if named.clients.contains(id.as_str()) && !self.cover_everything(cx)? {
            return Ok(false);
        }
        let Some(account) = user::find_service_account(cx, id)? else {
            return Ok(true);
        };
        let roles = user::effective_roles(cx, &account.id)?;
        self.cover(cx, roles)
    }

    /// Tells whether the caller has every right that there is over this realm.
    pub(crate) fn cover_everything(&self, cx: &mut Cx<'_>) -> Result<bool> {
        let (container, name) = if cx.realm.name == MASTER {
            (cx.realm.id.as_str().to_owned(), "admin")
        } else {
            match client::find_id(cx, "realm-management")? {
                Some(id) => (id.as_str().to_owned(), "realm-admin"),
                None => return Ok(false),
            }
        };
        match role::find_named(cx, &container, name)? {
            Some(role) => self.cover_with(cx, [role.id], &Named::default()),
            None => Ok(false),
        }
    }

    /// Refuses to touch a client behind which there is a mightier service account.
    pub(crate) fn check_client(&self, cx: &mut Cx<'_>, id: &ClientUuid) -> Result<()> {
        if self.cover_client(cx, id)? {
            return Ok(());
        }
        Err(AdminError::forbidden())
    }

    /// Tells whether the caller has every right that is among these roles or inside them.
    pub(crate) fn cover(
        &self,
        cx: &mut Cx<'_>,
        ids: impl IntoIterator<Item = RoleId>,
    ) -> Result<bool> {
        let named = delegation::named(cx)?;
        self.cover_with(cx, ids, &named)
    }

    /// The same; a role that permissions name is a right as well, which those have who have it or every right.
    fn cover_with(
        &self,
        cx: &mut Cx<'_>,
        ids: impl IntoIterator<Item = RoleId>,
        named: &Named,
    ) -> Result<bool> {
        if self.covers_all {
            return Ok(true);
        }
        let graph = role::graph(cx)?;
        for id in graph.expand(ids) {
            if named.roles.contains(id.as_str())
                && !self.roles.contains(&id)
                && !self.cover_everything(cx)?
            {
                return Ok(false);
            }
            let Some(role) = graph.role(&id) else {
                continue;
            };
            let has = match manager(cx, role)? {
                None => true,
                Some(Manager::Elsewhere) => self.roles.contains(&role.id),
                Some(Manager::Here) => self.roles.contains(&role.id) || self.implies(&role.name),
            };
            if !has {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whoever manages may also look and ask; `realm-admin` is nothing but what is inside it, which
    /// is looked at as well.
    fn implies(&self, name: &str) -> bool {
        if self.rights.contains(name) || name == "realm-admin" {
            return true;
        }
        if name.starts_with("query-") {
            return !self.rights.is_empty();
        }
        if name == "create-client" {
            return self.rights.contains("manage-clients");
        }
        name.strip_prefix("view-")
            .is_some_and(|what| self.rights.contains(&format!("manage-{what}")))
    }
}

/// Tells whether one of the groups is another, or inside of it however deep.
fn inside_one(cx: &mut Cx<'_>, groups: &[GroupId], other: &GroupId) -> Result<bool> {
    for group in groups {
        if group::is_inside(cx, group, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn manager(cx: &mut Cx<'_>, role: &Role) -> Result<Option<Manager>> {
    let is_master = cx.realm.name == MASTER;
    if !role.client_role {
        let is_theirs = is_master && ["admin", "create-realm"].contains(&role.name.as_str());
        return Ok(is_theirs.then_some(Manager::Elsewhere));
    }
    let owner = ClientUuid::new(role.container_id.clone());
    let Some(owner) = client::find_by_id(cx, &owner)? else {
        return Ok(None);
    };
    Ok(match owner.client_id.as_str() {
        "realm-management" if !is_master => Some(Manager::Here),
        "master-realm" if is_master => Some(Manager::Here),
        id if is_master && id.ends_with("-realm") => Some(Manager::Elsewhere),
        _ => None,
    })
}
