//! What policies and permissions say of somebody: the deciding part of authorization services.
//!
//! A permission that no policy decides about permits nothing, and a policy of a kind or with settings
//! that cannot be understood denies: nothing is open to everybody by mistake.

mod condition;

use std::collections::{BTreeMap, BTreeSet};

use super::{Policy, Resource, Scope, UMA};
use crate::id::{GroupId, RoleId};
use crate::{Cx, Result, Timestamp};
use serde_json::{Map, Value};

use super::Authorization;
use super::request::Ask;

/// Who asks, as policies look at them.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The user's id.
    pub user: String,
    /// The id of the client that asks for the user.
    pub client: String,
    /// The roles that the token may show, composites expanded.
    pub roles: BTreeSet<RoleId>,
    /// All roles that the user has, whatever a token shows.
    pub all_roles: BTreeSet<RoleId>,
    /// The groups that the user is a member of.
    pub groups: Vec<GroupId>,
    /// The ids of the client scopes that were granted.
    pub scopes: BTreeSet<String>,
    /// The claims of the user's token.
    pub claims: Map<String, Value>,
    /// What else is known of the circumstances.
    pub context: BTreeMap<String, Vec<String>>,
    /// When they ask.
    pub now: Timestamp,
}

/// Whether a policy, and each that it rests on, says yes.
#[derive(Clone, Debug)]
pub struct Verdict<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// It says yes.
    pub permits: bool,
    /// What the policies say that it rests on.
    pub parts: Vec<Self>,
}

/// What somebody may do with a resource.
#[derive(Clone, Debug)]
pub struct Decision<'a> {
    /// The resource; `None` if scopes were asked for that no resource has.
    pub resource: Option<&'a Resource>,
    /// What was asked for.
    pub asked: Vec<&'a Scope>,
    /// What each permission about it says.
    pub verdicts: Vec<Verdict<'a>>,
    /// What of it may be done.
    pub allowed: Vec<&'a Scope>,
    /// Something may be done with it.
    pub permits: bool,
}

/// Policies may rest on policies, though not for ever.
const DEEPEST: usize = 16;

impl Authorization {
    /// Decides what of a request may be done.
    ///
    /// # Errors
    /// If the database fails.
    pub fn decide<'a>(
        &'a self,
        cx: &mut Cx<'_>,
        ask: &Ask<'a>,
        identity: &Identity,
    ) -> Result<Decision<'a>> {
        let mode = self.server.policy_enforcement_mode.as_str();
        let mut verdicts = Vec::new();
        let mut is_protected = false;
        if mode != "DISABLED" {
            for permission in self.about(ask) {
                is_protected = true;
                // A permission that nothing decides about says neither yes nor no.
                if self.rests_on_something(permission) {
                    verdicts.push(self.judge(cx, permission, (ask.resource, identity), 0)?);
                }
            }
        }
        let is_open = mode == "DISABLED" || (mode == "PERMISSIVE" && !is_protected);
        let allowed = match is_open {
            true => Some(ask.scopes.clone()),
            false => self.allowed(ask, &verdicts),
        };
        Ok(Decision {
            resource: ask.resource,
            asked: ask.scopes.clone(),
            verdicts,
            permits: allowed.is_some(),
            allowed: allowed.unwrap_or_default(),
        })
    }

    /// What the permissions leave over, together; `None` if that is nothing at all.
    fn allowed<'a>(&self, ask: &Ask<'a>, verdicts: &[Verdict<'_>]) -> Option<Vec<&'a Scope>> {
        let mut granted = BTreeSet::new();
        let mut denied = BTreeSet::new();
        let mut by_owner = BTreeSet::new();
        let mut whole_is_granted = false;
        let mut somebody_denies = false;
        let mut owner_permits = false;
        for Verdict {
            policy, permits, ..
        } in verdicts
        {
            let is_whole = policy.kind == "resource";
            let about: Vec<&str> = match is_whole {
                true => ask.scopes.iter().map(|scope| scope.id.as_str()).collect(),
                false => policy.details.scopes.iter().map(String::as_str).collect(),
            };
            match (permits, policy.kind.as_str()) {
                (true, UMA) => {
                    by_owner.extend(about);
                    owner_permits = true;
                }
                (true, _) => {
                    granted.extend(about);
                    let bound = &policy.details.resources;
                    whole_is_granted |= ask.resource.is_some_and(|one| bound.contains(&one.id));
                }
                // Whom the owner has not asked in is not kept out of what others grant.
                (false, UMA) => {}
                (false, _) => {
                    denied.extend(about);
                    somebody_denies = true;
                }
            }
        }
        if self.server.decision_strategy == "UNANIMOUS" {
            granted.retain(|id| !denied.contains(id));
        }
        granted.extend(by_owner.iter().copied());
        let left: Vec<&Scope> = ask
            .scopes
            .iter()
            .filter(|scope| granted.contains(scope.id.as_str()))
            .copied()
            .collect();
        if !left.is_empty() {
            return Some(left);
        }
        // A resource that has no scopes is granted or denied as a whole.
        let is_granted = owner_permits || (whole_is_granted && !somebody_denies);
        (ask.scopes.is_empty() && is_granted).then_some(left)
    }

    pub(super) fn rests_on_something(&self, permission: &Policy) -> bool {
        match permission.kind.as_str() {
            UMA => true,
            _ => permission
                .details
                .policies
                .iter()
                .any(|id| self.policies.iter().any(|one| &one.id == id)),
        }
    }

    /// What a policy or a permission says of somebody, and what it rests on; `depth` is how many rest on it already.
    pub(super) fn judge<'a>(
        &'a self,
        cx: &mut Cx<'_>,
        policy: &'a Policy,
        (resource, identity): (Option<&Resource>, &Identity),
        depth: usize,
    ) -> Result<Verdict<'a>> {
        let verdict = |permits, parts| Verdict {
            policy,
            permits,
            parts,
        };
        let mut parts = Vec::new();
        if depth < DEEPEST {
            for id in &policy.details.policies {
                // A policy that is gone cannot say yes, and whoever rests on it alone does not either.
                if let Some(part) = self.policies.iter().find(|one| &one.id == id) {
                    parts.push(self.judge(cx, part, (resource, identity), depth + 1)?);
                }
            }
        }
        let strategy = &policy.details.decision_strategy;
        let says = |parts: &[Verdict<'_>]| {
            let yes = parts.iter().filter(|part| part.permits).count();
            agree(strategy, yes, parts.len())
        };
        let yes = match policy.kind.as_str() {
            // A permission says what its policies say; only a policy can be turned round.
            "resource" | "scope" => return Ok(verdict(says(&parts), parts)),
            UMA => {
                let is_owner = resource.is_some_and(|one| one.owner == identity.user);
                let yes = is_owner || condition::invites(cx, policy, identity)?;
                return Ok(verdict(yes, parts));
            }
            "aggregate" => says(&parts),
            _ => match condition::holds(cx, policy, identity)? {
                Some(holds) => holds,
                // What cannot be understood denies, whichever way round it is meant.
                None => return Ok(verdict(false, parts)),
            },
        };
        let is_turned_round = policy.details.logic == "NEGATIVE";
        Ok(verdict(yes != is_turned_round, parts))
    }
}

/// What several say together; where nobody says anything, that is no.
fn agree(strategy: &str, yes: usize, all: usize) -> bool {
    match strategy {
        "AFFIRMATIVE" => yes > 0,
        "CONSENSUS" => yes > all - yes,
        _ => yes == all && all > 0,
    }
}
