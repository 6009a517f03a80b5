//! `/admin/realms/{realm}/authentication`: how people and clients sign in, as configuration.

mod configs;
mod executions;
mod flows;
mod providers;
mod required_actions;
mod steps;

use cloakroom_keycloak::flow::Flows;
use cloakroom_model::Cx;
use cloakroom_model::flow::Execution;
use cloakroom_web::web::ServiceConfig;

use crate::error::{AdminError, Result};

pub(crate) use flows::check_texts;
pub(crate) use steps::{check_provider, requirement, too_deep};

const VIEW: &[&str] = &["view-realm", "manage-realm"];
const MANAGE: &[&str] = &["manage-realm"];
/// Who sets up clients binds them to flows.
const VIEW_FLOWS: &[&str] = &[
    "view-realm",
    "manage-realm",
    "view-clients",
    "query-clients",
];
/// Who manages people asks them to act.
pub(crate) const VIEW_ACTIONS: &[&str] = &[
    "view-realm",
    "manage-realm",
    "query-users",
    "view-users",
    "manage-users",
];

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    providers::configure(cfg);
    required_actions::configure(cfg);
    configs::configure(cfg);
    executions::configure(cfg);
    steps::configure(cfg);
    flows::configure(cfg);
}

/// The step with this id and the flows around it, or Keycloak's text for none.
fn step_found(cx: &mut Cx<'_>, id: &str) -> Result<(Flows, Execution)> {
    let all = Flows::load(cx)?;
    let step = all.step(id).cloned();
    let step = step.ok_or_else(|| AdminError::error(404, "Illegal execution"))?;
    Ok((all, step))
}

/// Refuses to change a flow that came with the realm.
fn check_own(all: &Flows, step: &Execution, why: &str) -> Result<()> {
    let flow = all.flow(step.flow.as_str());
    if flow.is_some_and(|flow| flow.built_in) {
        return Err(AdminError::error(400, why));
    }
    Ok(())
}
