//! Fine-grained permissions of administrators: what somebody without a right over everything may do with single users, groups,
//! clients, roles and organizations.
//!
//! A realm that has them keeps them as the authorization services of a client of its own. There a resource stands for all
//! things of a kind, by the kind's name, or for a single thing, by its id.

mod named;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::decision::{Identity, Verdict};
use super::{Authorization, Policy, Resource};
use crate::id::{ClientUuid, GroupId, UserId};
use crate::snapshot::Realm;
use crate::user::{self, Reach};
use crate::{Cx, Result, client, group};

pub use named::{Named, forget, named};

/// The `client_id` of the client that keeps the permissions.
pub const CLIENT_ID: &str = "admin-permissions";

/// The member of a realm that names that client.
pub const CLIENT_MEMBER: &str = "adminPermissionsClient";

/// The member of a realm that switches the permissions on.
pub const SWITCH: &str = "adminPermissionsEnabled";

/// What permissions are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Applications.
    Clients,
    /// Groups, and their members.
    Groups,
    /// Organizations.
    Organizations,
    /// Roles of the realm and of clients.
    Roles,
    /// People.
    Users,
}

impl Kind {
    /// All kinds by name.
    pub const ALL: [Self; 5] = [
        Self::Clients,
        Self::Groups,
        Self::Organizations,
        Self::Roles,
        Self::Users,
    ];

    /// Keycloak's name of it: the resource that stands for all of them, and its type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Clients => "Clients",
            Self::Groups => "Groups",
            Self::Organizations => "Organizations",
            Self::Roles => "Roles",
            Self::Users => "Users",
        }
    }

    /// The kind with this name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What may be done with one of them.
    pub fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::Clients => &[
                "manage",
                "map-roles",
                "map-roles-client-scope",
                "map-roles-composite",
                "view",
            ],
            Self::Groups => &[
                "impersonate-members",
                "manage",
                "manage-members",
                "manage-membership",
                "manage-membership-of-members",
                "view",
                "view-members",
            ],
            Self::Organizations => &["manage", "view"],
            Self::Roles => &["map-role", "map-role-client-scope", "map-role-composite"],
            Self::Users => &[
                "impersonate",
                "manage",
                "manage-group-membership",
                "map-roles",
                "reset-password",
                "view",
            ],
        }
    }
}

/// What may be done with a user, and the scope by which a group's permission allows it for its members.
pub const BY_GROUP: [(&str, &str); 4] = [
    ("impersonate", "impersonate-members"),
    ("manage", "manage-members"),
    ("manage-group-membership", "manage-membership-of-members"),
    ("view", "view-members"),
];

/// The id of the client that keeps a realm's permissions, switched on or not.
pub fn keeper(realm: &Realm) -> Option<ClientUuid> {
    let client = realm.settings.rest.get(CLIENT_MEMBER)?;
    client.get("id")?.as_str().map(ClientUuid::new)
}

/// The realm has fine-grained permissions, and they are switched on.
pub fn is_on(realm: &Realm) -> bool {
    realm.settings.rest.get(SWITCH) == Some(&json!(true)) && keeper(realm).is_some()
}

/// What the permissions of a realm say of somebody.
#[derive(Clone, Debug)]
pub struct Delegation {
    all: Authorization,
    identity: Identity,
}

/// What permissions say about everything of a kind, and about single ones by their ids.
///
/// Where several have a say, one that denies is enough; what is said about a single one counts before what is said about all.
#[derive(Clone, Debug, Default)]
pub struct Extent {
    /// About all of them.
    pub all: Option<bool>,
    /// About single ones.
    pub single: BTreeMap<String, bool>,
}

impl Extent {
    /// What they say about a single one.
    pub fn says(&self, id: &str) -> Option<bool> {
        self.single.get(id).copied().or(self.all)
    }

    /// They permit everything but what they deny in particular.
    pub(crate) fn everything(&self) -> bool {
        self.all == Some(true)
    }

    /// The ids of those about which they say so in particular.
    pub(crate) fn ids<Id>(&self, permits: bool, make: impl Fn(String) -> Id) -> Vec<Id> {
        let wanted = self.single.iter().filter(|(_, says)| **says == permits);
        wanted.map(|(id, _)| make(id.clone())).collect()
    }

    fn hear(&mut self, id: Option<&str>, permits: bool) {
        match id {
            None => self.all = together(self.all, Some(permits)),
            Some(id) => {
                let known = self.single.entry(id.to_owned()).or_insert(permits);
                *known &= permits;
            }
        }
    }
}

/// Two sayings; one that denies is enough.
fn together(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one && other),
        (one, other) => one.or(other),
    }
}

impl Delegation {
    /// What the permissions of a resource server say of somebody, switched on or not.
    pub fn new(all: Authorization, identity: Identity) -> Self {
        Self { all, identity }
    }

    /// The permissions.
    pub fn all(&self) -> &Authorization {
        &self.all
    }

    /// What every permission says that has a word about a thing, or about everything of its kind.
    ///
    /// # Errors
    /// If the database fails.
    pub fn verdicts(
        &self,
        cx: &mut Cx<'_>,
        kind: Kind,
        id: Option<&str>,
    ) -> Result<Vec<Verdict<'_>>> {
        let mut names = vec![kind.name().to_owned()];
        names.extend(id.map(str::to_owned));
        if let (Kind::Users, Some(id)) = (kind, id) {
            names.push(Kind::Groups.name().to_owned());
            let groups = groups_of(cx, id)?;
            names.extend(groups.iter().map(|group| group.as_str().to_owned()));
        }
        let mut verdicts = Vec::new();
        for permission in &self.all.policies {
            let is_near = self
                .resources(permission)
                .any(|one| names.contains(&one.name));
            if is_near && permission.kind == "scope" && self.all.rests_on_something(permission) {
                let about = (None, &self.identity);
                verdicts.push(self.all.judge(cx, permission, about, 0)?);
            }
        }
        Ok(verdicts)
    }

    /// Reads the permissions of the realm; `None` if it has none, or has them switched off.
    ///
    /// # Errors
    /// If the database fails.
    pub fn load(cx: &mut Cx<'_>, identity: Identity) -> Result<Option<Self>> {
        if !is_on(cx.realm) {
            return Ok(None);
        }
        let Some(id) = keeper(cx.realm) else {
            return Ok(None);
        };
        let Some(client) = client::find_by_id(cx, &id)? else {
            return Ok(None);
        };
        let all = Authorization::load(cx, &client)?;
        Ok(Some(Self { all, identity }))
    }

    /// How far a scope of a kind reaches.
    ///
    /// # Errors
    /// If the database fails.
    pub fn extent(&self, cx: &mut Cx<'_>, kind: Kind, scope: &str) -> Result<Extent> {
        let mut extent = Extent::default();
        let Some(scope) = self.all.scopes.iter().find(|one| one.name == scope) else {
            return Ok(extent);
        };
        for permission in &self.all.policies {
            if !is_about(permission, kind) || !permission.details.scopes.contains(&scope.id) {
                continue;
            }
            // A permission that nothing decides about says neither yes nor no.
            if !self.all.rests_on_something(permission) {
                continue;
            }
            let about = (None, &self.identity);
            let permits = self.all.judge(cx, permission, about, 0)?.permits;
            for resource in self.resources(permission) {
                let is_whole = resource.name == kind.name();
                extent.hear((!is_whole).then_some(resource.name.as_str()), permits);
            }
        }
        Ok(extent)
    }

    fn resources<'a>(&'a self, permission: &'a Policy) -> impl Iterator<Item = &'a Resource> + 'a {
        let ids = permission.details.resources.iter();
        ids.filter_map(|id| self.all.resources.iter().find(|one| &one.id == id))
    }

    /// Tells whether this may be done with everything of a kind, as one has to be able to before one makes a new one.
    ///
    /// # Errors
    /// If the database fails.
    pub fn may_all(&self, cx: &mut Cx<'_>, kind: Kind, scope: &str) -> Result<bool> {
        Ok(self.extent(cx, kind, scope)?.all == Some(true))
    }

    /// Tells whether this may be done with one of a kind.
    ///
    /// # Errors
    /// If the database fails.
    pub fn may(&self, cx: &mut Cx<'_>, kind: Kind, id: &str, scope: &str) -> Result<bool> {
        let mut said = self.extent(cx, kind, scope)?;
        if kind == Kind::Users
            && let Some(by_group) = by_group(scope)
        {
            let of_groups = self.extent(cx, Kind::Groups, by_group)?;
            let groups = groups_of(cx, id)?;
            if !groups.is_empty() {
                said.all = together(said.all, of_groups.all);
            }
            for group in groups {
                if let Some(permits) = of_groups.single.get(group.as_str()) {
                    said.hear(Some(id), *permits);
                }
            }
        }
        Ok(said.says(id) == Some(true))
    }

    /// Whom a scope of users reaches, for a list of them.
    ///
    /// # Errors
    /// If the database fails.
    pub fn people(&self, cx: &mut Cx<'_>, scope: &str) -> Result<Reach> {
        let people = self.extent(cx, Kind::Users, scope)?;
        let groups = match by_group(scope) {
            Some(scope) => self.extent(cx, Kind::Groups, scope)?,
            None => Extent::default(),
        };
        let within = |cx: &mut Cx<'_>, permits| -> Result<Vec<GroupId>> {
            let ids: Vec<GroupId> = groups.ids(permits, GroupId::new);
            group::with_all_inside(cx, &ids)
        };
        Ok(Reach {
            all: people.all,
            members: groups.all,
            people: people.ids(true, UserId::new),
            groups: within(cx, true)?,
            not_people: people.ids(false, UserId::new),
            not_groups: within(cx, false)?,
        })
    }
}

/// The groups of a user with all above them: who is in one below is a member as well.
fn groups_of(cx: &mut Cx<'_>, user: &str) -> Result<BTreeSet<GroupId>> {
    let direct = user::groups(cx, &UserId::new(user))?;
    group::with_parents(cx, &direct)
}

fn by_group(scope: &str) -> Option<&'static str> {
    let found = BY_GROUP.iter().find(|(of_user, _)| *of_user == scope);
    found.map(|(_, of_group)| *of_group)
}

/// It is a permission over things of this kind.
fn is_about(policy: &Policy, kind: Kind) -> bool {
    let of = policy.details.config.get("defaultResourceType");
    policy.kind == "scope" && of.is_some_and(|of| of == kind.name())
}
