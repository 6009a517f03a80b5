//! What somebody asks for: resources by id, name, type or address, and scopes of them.

use std::collections::BTreeMap;

use super::{Resource, Scope, UMA};
use serde_json::{Map, Value};

use super::Authorization;

/// A resource and what is to be done with it.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// The resource; `None` for scopes that no resource has.
    pub resource: Option<&'a Resource>,
    /// The scopes, in the order in which they are granted.
    pub scopes: Vec<&'a Scope>,
    /// What the resource server adds to the permission.
    pub claims: Map<String, Value>,
}

/// Why a request cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// A scope that the resource server does not have.
    Scope(String),
    /// A resource that it does not have.
    Resource(String),
    /// An address at which there is no resource.
    Address(String),
}

/// Requests by resource, in the order in which they were made; each resource is asked about once.
#[derive(Clone, Debug, Default)]
pub struct Asks<'a> {
    all: Vec<Ask<'a>>,
    places: BTreeMap<&'a str, usize>,
}

impl<'a> Asks<'a> {
    /// Adds a request; one about the same resource takes in its scopes.
    pub fn add(&mut self, ask: Ask<'a>) {
        let place = ask
            .resource
            .and_then(|one| self.places.get(one.id.as_str()));
        let known = place.and_then(|place| self.all.get_mut(*place));
        let Some(known) = known else {
            if let Some(resource) = ask.resource {
                self.places.insert(&resource.id, self.all.len());
            }
            self.all.push(ask);
            return;
        };
        for scope in ask.scopes {
            if !known.scopes.iter().any(|one| one.id == scope.id) {
                known.scopes.push(scope);
            }
        }
        known.claims.extend(ask.claims);
    }

    /// The requests.
    pub fn iter(&self) -> impl Iterator<Item = &Ask<'a>> {
        self.all.iter()
    }
}

/// How a request names its resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// By id, name or type.
    ById,
    /// By the address as it is registered.
    ByUri,
    /// By an address that the registered one stands for.
    ByMatchingUri,
}

impl Authorization {
    /// Scopes by name; each has to be there.
    fn scopes_named<'a>(&'a self, names: &[&str]) -> Result<Vec<&'a Scope>, Unknown> {
        let mut found: Vec<&Scope> = Vec::new();
        for name in names {
            let scope = self.scopes.iter().find(|one| one.name == *name);
            let scope = scope.ok_or_else(|| Unknown::Scope((*name).to_owned()))?;
            if !found.iter().any(|one| one.id == scope.id) {
                found.push(scope);
            }
        }
        Ok(found)
    }

    /// A resource, and those of the scopes that it has; all that it has, if none are named.
    ///
    /// `None` if it has none of those that are named.
    pub fn ask<'a>(&'a self, resource: &'a Resource, scopes: &[&'a Scope]) -> Option<Ask<'a>> {
        let has = |scope: &Scope| {
            resource.scopes.contains(&scope.id)
                || self.kin(resource).any(|one| one.scopes.contains(&scope.id))
        };
        let mine: Vec<&Scope> = match scopes.is_empty() {
            true => {
                let ids = resource.scopes.iter();
                ids.filter_map(|id| self.scopes.iter().find(|one| &one.id == id))
                    .collect()
            }
            false => scopes.iter().copied().filter(|one| has(one)).collect(),
        };
        if mine.is_empty() && !scopes.is_empty() {
            return None;
        }
        Some(Ask {
            resource: Some(resource),
            scopes: mine,
            claims: Map::new(),
        })
    }

    /// The resource server's own resources of the same type, whose permissions somebody's resource shares.
    pub(crate) fn kin<'a>(&'a self, resource: &Resource) -> impl Iterator<Item = &'a Resource> {
        let kind = resource.details.kind.clone();
        let is_foreign = resource.owner != self.client.as_str() && kind.is_some();
        let id = resource.id.clone();
        self.resources.iter().filter(move |one| {
            is_foreign
                && one.id != id
                && one.owner == self.client.as_str()
                && one.details.kind == kind
        })
    }

    /// What `resource#scope,scope` asks for on behalf of a user.
    pub fn find<'a>(
        &'a self,
        text: &str,
        named: Named,
        user: &str,
    ) -> Result<Vec<Ask<'a>>, Unknown> {
        let mut parts = text.split('#');
        let name = parts.next().unwrap_or_default();
        let scopes: Vec<&str> = parts
            .next()
            .unwrap_or_default()
            .split(',')
            .filter(|scope| !scope.is_empty())
            .collect();
        self.wanted(name, &scopes, named, user)
    }

    /// What a resource, by whatever it is named, and scopes ask for on behalf of a user.
    pub fn wanted<'a>(
        &'a self,
        name: &str,
        scopes: &[&str],
        named: Named,
        user: &str,
    ) -> Result<Vec<Ask<'a>>, Unknown> {
        let scopes = self.scopes_named(scopes)?;
        if name.is_empty() {
            return Ok(self.having(scopes));
        }
        let typed = |prefix: &str| match named {
            Named::ById => name.strip_prefix(prefix),
            Named::ByUri | Named::ByMatchingUri => None,
        };
        let mine = self.client.as_str();
        let of_kind = |kind: &str, fits: &dyn Fn(&Resource) -> bool| {
            let all = self.resources.iter();
            let all = all.filter(|one| one.details.kind.as_deref() == Some(kind) && fits(one));
            all.filter_map(|one| self.ask(one, &scopes)).collect()
        };
        if let Some(kind) = typed("resource-type:") {
            return Ok(of_kind(kind, &|one| one.owner == mine));
        }
        if let Some(kind) = typed("resource-type-any:") {
            return Ok(of_kind(kind, &|_| true));
        }
        if let Some(kind) = typed("resource-type-owner:") {
            return Ok(of_kind(kind, &|one| one.owner == user));
        }
        if let Some(kind) = typed("resource-type-instance:") {
            return Ok(of_kind(kind, &|one| one.owner != mine));
        }
        let found = match named {
            Named::ById => self.by_name(name, user),
            Named::ByUri => {
                let all = self.resources.iter();
                all.filter(|one| one.details.uris.iter().any(|uri| uri == name))
                    .collect()
            }
            Named::ByMatchingUri => super::uri::matching(self.resources.iter(), name)
                .into_iter()
                .collect(),
        };
        let asks: Vec<Ask<'_>> = found
            .into_iter()
            .filter_map(|one| self.ask(one, &scopes))
            .collect();
        match (asks.is_empty(), named) {
            (false, _) => Ok(asks),
            (true, Named::ById) => Err(Unknown::Resource(name.to_owned())),
            (true, _) => Err(Unknown::Address(name.to_owned())),
        }
    }

    /// The resource with an id, or those with a name that a user may mean: their own, one that was
    /// shared with them, and the resource server's.
    fn by_name(&self, name: &str, user: &str) -> Vec<&Resource> {
        if let Some(one) = self.resources.iter().find(|one| one.id == name) {
            return vec![one];
        }
        let is_meant = |one: &&Resource| {
            let is_near = one.owner == user || one.owner == self.client.as_str();
            one.name == name && (is_near || self.is_shared(one, user))
        };
        self.resources.iter().filter(is_meant).collect()
    }

    /// Every resource that has one of the scopes, or the scopes alone if none has.
    fn having<'a>(&'a self, scopes: Vec<&'a Scope>) -> Vec<Ask<'a>> {
        if scopes.is_empty() {
            return Vec::new();
        }
        let has = |one: &&Resource| scopes.iter().any(|scope| one.scopes.contains(&scope.id));
        let found: Vec<Ask<'_>> = self
            .resources
            .iter()
            .filter(has)
            .filter_map(|one| self.ask(one, &scopes))
            .collect();
        match found.is_empty() {
            false => found,
            true => vec![Ask {
                resource: None,
                scopes,
                claims: Map::new(),
            }],
        }
    }

    /// All that a user may ask for: what the resource server owns, what is theirs, and what was shared
    /// with them.
    pub fn everything<'a>(&'a self, user: &str) -> Vec<Ask<'a>> {
        let mut asks = Vec::new();
        for resource in &self.resources {
            if resource.owner == self.client.as_str() || resource.owner == user {
                asks.extend(self.ask(resource, &[]));
                continue;
            }
            if !self.is_shared(resource, user) {
                continue;
            }
            let shared: Vec<&Scope> = self
                .shared(resource, user)
                .flat_map(|one| &one.details.scopes)
                .filter_map(|id| self.scopes.iter().find(|scope| &scope.id == id))
                .collect();
            // What has no scopes is shared as a whole.
            if !shared.is_empty() || resource.scopes.is_empty() {
                asks.extend(self.ask(resource, &shared));
            }
        }
        asks
    }

    fn is_shared(&self, resource: &Resource, user: &str) -> bool {
        self.shared(resource, user).next().is_some()
    }

    /// What the owner of a resource has granted to a user in particular.
    fn shared<'a>(
        &'a self,
        resource: &'a Resource,
        user: &str,
    ) -> impl Iterator<Item = &'a super::Policy> {
        let named = format!("\"{user}\"");
        self.policies.iter().filter(move |one| {
            let users = one.details.config.get("users");
            one.kind == UMA
                && one.details.resources.contains(&resource.id)
                && users.is_some_and(|users| users.contains(&named))
        })
    }
}
