//! What a caller may do with single things: all of it by a right, or what the realm's fine-grained permissions say.

use std::sync::Arc;

use cloakroom_model::authorization::delegation::{self, Delegation, Extent, Kind};
use cloakroom_model::id::{ClientUuid, UserId};
use cloakroom_model::role::Role;
use cloakroom_model::{Cx, client, user};
use cloakroom_oidc::uma;
use serde_json::{Map, Value};

use super::{Admin, Caller};
use crate::error::{AdminError, Result};

/// Somebody of the realm, as its permissions look at them.
#[derive(Clone, Debug)]
pub(super) struct Who {
    user: UserId,
    client: ClientUuid,
    /// The claims of their token.
    claims: Map<String, Value>,
}

impl Who {
    pub(super) fn user(&self) -> &UserId {
        &self.user
    }

    pub(super) fn of(caller: &Caller) -> Self {
        Self {
            user: caller.user.clone(),
            client: ClientUuid::new(caller.client.clone()),
            claims: caller.claims.clone(),
        }
    }
}

/// How far a caller's word goes: over everything of a kind by a right, or over what permissions say.
#[derive(Clone, Debug)]
pub(crate) struct Sway {
    full: bool,
    who: Option<Arc<Who>>,
}

/// What is done with a role, by the scopes of a role's own permission and of its client's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mapping(&'static str, &'static str);

/// A user or a group gets the role, or loses it.
pub(crate) const GIVEN: Mapping = Mapping("map-role", "map-roles");
/// A client may put the role into tokens.
pub(crate) const PASSED_ON: Mapping = Mapping("map-role-client-scope", "map-roles-client-scope");
/// Another role is composed of it.
pub(crate) const COMPOSED: Mapping = Mapping("map-role-composite", "map-roles-composite");

impl Sway {
    pub(super) fn new(full: bool, who: Option<Arc<Who>>) -> Self {
        Self { full, who }
    }

    /// A right lets the caller do it with everything of the kind.
    pub(crate) fn is_full(&self) -> bool {
        self.full
    }

    /// The caller may, or permissions may let them.
    pub(crate) fn has_a_say(&self) -> bool {
        self.full || self.who.is_some()
    }

    /// What permissions say of the caller; `None` where they do not matter.
    pub(crate) fn delegation(&self, cx: &mut Cx<'_>) -> Result<Option<Delegation>> {
        let Some(who) = self.who.as_ref().filter(|_| !self.full) else {
            return Ok(None);
        };
        let found = user::find(cx, &who.user)?.filter(|user| user.enabled);
        let (Some(user), Some(client)) = (found, client::find_by_id(cx, &who.client)?) else {
            return Ok(None);
        };
        let identity = match uma::identity(cx, &client, &user, &who.claims) {
            Ok(identity) => identity,
            Err(cloakroom_oidc::Error::Fault(fault)) => return Err(fault.into()),
            Err(_) => return Ok(None),
        };
        Ok(Delegation::load(cx, identity)?)
    }

    /// The same, with what permissions say read once for many things.
    pub(crate) fn open(&self, cx: &mut Cx<'_>) -> Result<Opened> {
        Ok(Opened {
            full: self.full,
            delegation: self.delegation(cx)?,
        })
    }

    /// Tells whether the caller may do this with one of a kind.
    pub(crate) fn may(&self, cx: &mut Cx<'_>, kind: Kind, id: &str, scope: &str) -> Result<bool> {
        self.open(cx)?.may(cx, kind, id, scope)
    }

    /// Refuses unless the caller may do this with one of a kind.
    pub(crate) fn check(&self, cx: &mut Cx<'_>, kind: Kind, id: &str, scope: &str) -> Result<()> {
        match self.may(cx, kind, id, scope)? {
            true => Ok(()),
            false => Err(AdminError::forbidden()),
        }
    }

    /// Refuses unless the caller may do this with everything of a kind.
    pub(crate) fn check_all(&self, cx: &mut Cx<'_>, kind: Kind, scope: &str) -> Result<()> {
        if self.full {
            return Ok(());
        }
        let delegation = self.delegation(cx)?;
        let delegation = delegation.ok_or_else(AdminError::forbidden)?;
        match delegation.may_all(cx, kind, scope)? {
            true => Ok(()),
            false => Err(AdminError::forbidden()),
        }
    }

    /// Refuses unless the caller may do this with a role.
    pub(crate) fn check_map(&self, cx: &mut Cx<'_>, role: &Role, how: Mapping) -> Result<()> {
        match self.open(cx)?.may_map(cx, role, how)? {
            true => Ok(()),
            false => Err(AdminError::forbidden()),
        }
    }
}

/// How far a caller's word goes, for many things of a list.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    full: bool,
    delegation: Option<Delegation>,
}

impl Opened {
    /// Tells whether the caller may do this with one of a kind.
    pub(crate) fn may(&self, cx: &mut Cx<'_>, kind: Kind, id: &str, scope: &str) -> Result<bool> {
        match &self.delegation {
            Some(delegation) if !self.full => Ok(delegation.may(cx, kind, id, scope)?),
            _ => Ok(self.full),
        }
    }

    /// What a list may hold: `None` for everything, and nothing without a word of permissions.
    pub(crate) fn only(&self, cx: &mut Cx<'_>, kind: Kind, scope: &str) -> Result<Option<Extent>> {
        match &self.delegation {
            _ if self.full => Ok(None),
            Some(delegation) => Ok(Some(delegation.extent(cx, kind, scope)?)),
            None => Ok(Some(Extent::default())),
        }
    }

    /// Tells whether the caller may do this with a role, by a permission for it or for its client.
    pub(crate) fn may_map(&self, cx: &mut Cx<'_>, role: &Role, how: Mapping) -> Result<bool> {
        if self.may(cx, Kind::Roles, role.id.as_str(), how.0)? {
            return Ok(true);
        }
        Ok(role.client_role && self.may(cx, Kind::Clients, &role.container_id, how.1)?)
    }
}

impl Admin {
    /// How far the caller's word goes where one of these rights is needed.
    pub(crate) fn sway(&self, any_of: &[&str]) -> Sway {
        Sway::new(self.may(any_of), self.who.clone())
    }

    /// The same; refuses the caller who has neither a right nor, by permissions, anything to say here.
    pub(crate) fn check_sway(&self, any_of: &[&str]) -> Result<Sway> {
        let sway = self.sway(any_of);
        if !sway.has_a_say() {
            return Err(AdminError::forbidden());
        }
        Ok(sway)
    }
}

/// Permissions are about people of their own realm alone, and only while they are switched on.
pub(super) fn who(admin: (&Admin, &Caller)) -> Option<Arc<Who>> {
    let (admin, caller) = admin;
    let counts = admin.is_at_home() && delegation::is_on(&admin.realm);
    counts.then(|| Arc::new(Who::of(caller)))
}
