//! What policies and permissions say of somebody: the deciding part of authorization services.
//!
//! A permission that no policy decides about permits nothing, and a policy of a kind or with settings
//! that cannot be understood denies: nothing is open to everybody by mistake.

mod condition;

use std::collections::{BTreeMap, BTreeSet};

use super::{Policy, Resource, Scope};
use crate::id::{GroupId, RoleId};
use crate::{Cx, Result, Timestamp};
use serde_json::{Map, Value};

use super::Authorization;

/// Who asks, as policies look at them.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The user's id.
    pub user: String,
    /// The id of the client that asks for the user.
    pub client: String,
    /// The roles, composites expanded.
    pub roles: BTreeSet<RoleId>,
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
    /// The resource.
    pub resource: &'a Resource,
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
    /// Decides about a resource, and the scopes of it that are asked for (none for all of them).
    ///
    /// `None` if no permission is about it, so that there is nothing to decide.
    ///
    /// # Errors
    /// If the database fails.
    pub fn decide<'a>(
        &'a self,
        cx: &mut Cx<'_>,
        resource: &'a Resource,
        asked: &[String],
        identity: &Identity,
    ) -> Result<Option<Decision<'a>>> {
        let ids = resource
            .scopes
            .iter()
            .filter(|id| asked.is_empty() || asked.contains(id));
        let asked: Vec<&Scope> = ids.filter_map(|id| self.scope(id)).collect();
        let mut verdicts = Vec::new();
        for permission in self.permissions_of(resource) {
            let is_bound = permission.details.resources.contains(&resource.id);
            let is_about = |scope: &&Scope| permission.details.scopes.contains(&scope.id);
            let is_open = permission.kind == "scope" && !is_bound;
            if is_open && !asked.iter().any(is_about) {
                continue;
            }
            verdicts.push(self.judge(cx, permission, identity, 0)?);
        }
        if verdicts.is_empty() {
            return Ok(None);
        }
        let all_say_yes = agree(&self.server.decision_strategy, &verdicts);
        let allowed = match all_say_yes {
            true => asked.clone(),
            false => self.remaining(&asked, &verdicts),
        };
        Ok(Some(Decision {
            resource,
            permits: all_say_yes || !allowed.is_empty(),
            asked,
            verdicts,
            allowed,
        }))
    }

    /// The scopes that single permissions grant where they disagree about the whole.
    fn remaining<'a>(&self, asked: &[&'a Scope], verdicts: &[Verdict<'_>]) -> Vec<&'a Scope> {
        let is_about = |verdict: &Verdict<'_>, scope: &Scope| {
            verdict.policy.kind == "resource" || verdict.policy.details.scopes.contains(&scope.id)
        };
        let says = |scope: &Scope, yes: bool| {
            let mut about = verdicts.iter().filter(|verdict| is_about(verdict, scope));
            about.any(|verdict| verdict.permits == yes)
        };
        let one_is_enough = self.server.decision_strategy == "AFFIRMATIVE";
        let granted = asked
            .iter()
            .filter(|scope| says(scope, true) && (one_is_enough || !says(scope, false)));
        granted.copied().collect()
    }

    fn judge<'a>(
        &'a self,
        cx: &mut Cx<'_>,
        policy: &'a Policy,
        identity: &Identity,
        depth: usize,
    ) -> Result<Verdict<'a>> {
        let mut parts = Vec::new();
        if depth < DEEPEST {
            for id in &policy.details.policies {
                // A policy that is gone cannot say yes, and whoever rests on it alone does not either.
                if let Some(part) = self.policies.iter().find(|one| &one.id == id) {
                    parts.push(self.judge(cx, part, identity, depth + 1)?);
                }
            }
        }
        let yes = match policy.kind.as_str() {
            "resource" | "scope" | "aggregate" => {
                !parts.is_empty() && agree(&policy.details.decision_strategy, &parts)
            }
            _ => match condition::holds(cx, policy, identity)? {
                Some(holds) => holds,
                // What cannot be understood denies, whichever way round it is meant.
                None => {
                    return Ok(Verdict {
                        policy,
                        permits: false,
                        parts,
                    });
                }
            },
        };
        let permits = yes != (policy.details.logic == "NEGATIVE");
        Ok(Verdict {
            policy,
            permits,
            parts,
        })
    }
}

/// What several say together.
fn agree(strategy: &str, verdicts: &[Verdict<'_>]) -> bool {
    let yes = verdicts.iter().filter(|verdict| verdict.permits).count();
    match strategy {
        "AFFIRMATIVE" => yes > 0,
        "CONSENSUS" => yes > verdicts.len() - yes,
        _ => yes == verdicts.len(),
    }
}
