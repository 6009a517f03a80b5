//! Which client scopes a request gets, and which roles they let into its tokens.

pub mod organization;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use cloakroom_model::client::Client;
use cloakroom_model::id::RoleId;
use cloakroom_model::scope::Scope;
use cloakroom_model::{Cx, Realm, role};

use crate::error::{OAuthError, Result};

/// The scope that turns an OAuth request into an OpenID Connect one.
pub const OPENID: &str = "openid";

/// The scope that asks for a session that outlives the browser's.
pub const OFFLINE_ACCESS: &str = "offline_access";

/// Client scopes of one realm that were granted together.
#[derive(Clone)]
pub struct Scopes {
    realm: Arc<Realm>,
    openid: bool,
    picked: Vec<usize>,
    /// What `organization` among them is about.
    pub(crate) organizations: Option<organization::Asked>,
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.all_names())
    }
}

impl Scopes {
    /// The client scopes, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.picked
            .iter()
            .filter_map(|index| self.realm.scopes.get(*index))
    }

    /// The request is an OpenID Connect one.
    pub fn has_openid(&self) -> bool {
        self.openid
    }

    /// The scope with this name is among them.
    pub fn has(&self, name: &str) -> bool {
        (self.openid && name == OPENID) || self.iter().any(|scope| scope.name == name)
    }

    /// What tokens and answers show as `scope`.
    pub fn shown_names(&self) -> String {
        self.names(Scope::is_in_token_scope)
    }

    /// Every name, also of those that tokens do not show: what a refresh starts from.
    pub fn all_names(&self) -> String {
        self.names(|_| true)
    }

    fn names(&self, keep: impl Fn(&Scope) -> bool) -> String {
        let openid = self.openid.then_some(OPENID);
        let mut names: Vec<&str> = openid.into_iter().collect();
        let organizations = self.organizations.as_ref().map(organization::Asked::words);
        for scope in self.iter().filter(|scope| keep(scope)) {
            match &organizations {
                Some(words) if organization::is_it(scope) => {
                    names.extend(words.iter().map(String::as_str));
                }
                _ => names.push(&scope.name),
            }
        }
        names.join(" ")
    }

    /// The same without the scope of this name.
    #[must_use]
    pub(crate) fn without(mut self, name: &str) -> Self {
        let realm = Arc::clone(&self.realm);
        let is_it = |index: &usize| realm.scopes.get(*index).is_some_and(|one| one.name == name);
        self.picked.retain(|index| !is_it(index));
        self
    }

    /// Adds a scope of the realm whatever the client has.
    pub(crate) fn add(&mut self, name: &str) {
        let index = self
            .realm
            .scopes
            .iter()
            .position(|scope| scope.name == name);
        if let Some(index) = index
            && !self.picked.contains(&index)
        {
            self.picked.push(index);
            self.picked.sort_unstable();
        }
    }
}

/// The client's default scopes and those that the request names.
///
/// A name that the client may not ask for refuses the request (RFC 6749 §3.3).
pub fn resolve(cx: &Cx<'_>, client: &Client, requested: Option<&str>) -> Result<Scopes> {
    let text = requested.unwrap_or_default();
    let (scopes, unknown) = pick(cx, client, text);
    if unknown {
        return Err(OAuthError::invalid_scope(format!("Invalid scopes: {text}")).into());
    }
    Ok(scopes)
}

/// The same for a scope that was granted before; what the client has lost since is left out.
pub fn resolve_again(cx: &Cx<'_>, client: &Client, granted: &str) -> Scopes {
    pick(cx, client, granted).0
}

fn pick(cx: &Cx<'_>, client: &Client, text: &str) -> (Scopes, bool) {
    let names: Vec<&str> = text.split(' ').filter(|name| !name.is_empty()).collect();
    let mut found: usize = usize::from(names.contains(&OPENID));
    let mut picked = Vec::new();
    let asked_of = organization::asked(cx.realm, &names);
    let mut organizations = None;
    for (index, scope) in cx.realm.scopes.iter().enumerate() {
        if scope.protocol != "openid-connect" {
            continue;
        }
        let mut asked = names.contains(&scope.name.as_str());
        let default = client.default_scopes.contains(&scope.id);
        let optional = client.optional_scopes.contains(&scope.id);
        if asked && (default || optional) {
            found += 1;
        }
        if (default || optional) && organization::is_it(scope) {
            let of = asked_of.clone().unwrap_or(None);
            if let Some(organization::Asked::All | organization::Asked::Named(_)) = &of {
                found += of.as_ref().map_or(0, |of| of.words().len());
                asked = true;
            }
            organizations = of.or(default.then_some(organization::Asked::Only));
        }
        if default || (asked && optional) {
            picked.push(index);
        }
    }
    let distinct: BTreeSet<&str> = names.iter().copied().collect();
    let scopes = Scopes {
        realm: Arc::clone(cx.realm),
        openid: names.contains(&OPENID),
        picked,
        organizations,
    };
    (scopes, asked_of.is_err() || found < distinct.len())
}

/// The roles of a user that a client may put into tokens with these scopes.
pub fn filter_roles(
    cx: &mut Cx<'_>,
    client: &Client,
    scopes: &Scopes,
    roles: &BTreeSet<RoleId>,
) -> Result<BTreeSet<RoleId>> {
    if client.settings.full_scope_allowed {
        return Ok(roles.clone());
    }
    let graph = role::graph(cx)?;
    let mut allowed: Vec<RoleId> = client.scope_mappings.clone();
    for scope in scopes.iter() {
        allowed.extend(scope.scope_mappings.iter().cloned());
    }
    let allowed = graph.expand(allowed);
    let is_own = |id: &RoleId| {
        graph
            .role(id)
            .is_some_and(|role| role.container_id == client.id.as_str())
    };
    Ok(roles
        .iter()
        .filter(|id| allowed.contains(*id) || is_own(id))
        .cloned()
        .collect())
}

/// Leaves out scopes that are bound to roles of which the user has none.
pub fn permitted(cx: &mut Cx<'_>, mut scopes: Scopes, roles: &BTreeSet<RoleId>) -> Result<Scopes> {
    if scopes.iter().all(|scope| scope.scope_mappings.is_empty()) {
        return Ok(scopes);
    }
    let graph = role::graph(cx)?;
    let realm = Arc::clone(&scopes.realm);
    scopes.picked.retain(|index| {
        let Some(scope) = realm.scopes.get(*index) else {
            return false;
        };
        let bound = &scope.scope_mappings;
        bound.is_empty()
            || graph
                .expand(bound.iter().cloned())
                .iter()
                .any(|id| roles.contains(id))
    });
    Ok(scopes)
}
