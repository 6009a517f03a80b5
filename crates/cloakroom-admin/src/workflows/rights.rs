//! What a workflow may do, and who may store it: nobody lets one do what they may not do themselves.

use cloakroom_keycloak::workflow::{Kind, Step, steps};
use cloakroom_model::Cx;
use cloakroom_model::workflow::Workflow;

use super::condition::role_named;
use crate::access::Grants;
use crate::api::users::draft::group_at;
use crate::error::{AdminError, Result};

/// The right that a step is done with.
pub(super) fn right(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Restart => None,
        kind if kind.is_of_clients() => Some("manage-clients"),
        _ => Some("manage-users"),
    }
}

/// What a step may do: it has one right, and every one where somebody with all of them has stored the workflow.
pub(super) fn of_step(workflow: &Workflow, kind: Kind) -> Grants {
    Grants::of_itself(right(kind).unwrap_or_default(), workflow.trusted)
}

/// Refuses a workflow that does what its caller may not, and tells whether they have every right over the realm.
///
/// What it hands on is looked at again when it does so: a role may hold other rights by then.
pub(crate) fn check(cx: &mut Cx<'_>, workflow: &Workflow, grants: &Grants) -> Result<bool> {
    if grants.cover_everything(cx)? {
        return Ok(true);
    }
    for step in steps(workflow) {
        if right(step.kind).is_some_and(|right| !grants.has(right)) {
            return Err(AdminError::forbidden());
        }
        check_given(
            cx,
            &step,
            &Grants::of_itself(right(step.kind).unwrap_or_default(), false),
        )?;
    }
    Ok(false)
}

/// Refuses to hand on what these grants do not cover.
fn check_given(cx: &mut Cx<'_>, step: &Step, grants: &Grants) -> Result<()> {
    if step.kind == Kind::GrantRole {
        for named in step.texts("role") {
            if let Some(role) = role_named(cx, named)? {
                grants.check(cx, &role.id)?;
            }
        }
    }
    if step.kind == Kind::JoinGroup {
        for path in step.texts("group") {
            if let Some(found) = group_at(cx, path)? {
                grants.check_group(cx, &found.id)?;
            }
        }
    }
    Ok(())
}
