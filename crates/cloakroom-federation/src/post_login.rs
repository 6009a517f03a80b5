//! What an administrator wants checked after a provider has vouched for somebody: the provider's post login flow.
//!
//! Its conditions and its steps that allow or deny are run. A step that has to be run and cannot be, a second factor for
//! example, ends the sign-in: whoever configured it relies on it.

use std::collections::BTreeMap;

use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Fault, credential};

use crate::steps::{self, Requirement, Step, What};
use crate::{Upstream, arrival};

/// What a flow makes of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They go on.
    Pass,
    /// The flow denies them.
    Denied,
    /// The flow has to run a step that this server does not have, or is not there.
    CannotRun(String),
}

/// Runs the flow of a provider for somebody whom it vouches for; without a flow everybody passes.
///
/// # Errors
/// If the database cannot be asked.
pub fn run(cx: &mut Cx<'_>, upstream: &Upstream, user: &User) -> Result<Verdict, Fault> {
    let settings = &upstream.provider.settings;
    let alias = settings.post_broker_login_flow_alias.as_deref();
    let Some(alias) = alias.filter(|alias| !alias.is_empty()) else {
        return Ok(Verdict::Pass);
    };
    match steps::read(cx, alias)? {
        Some(steps) => run_all(cx, user, &steps),
        None => Ok(Verdict::CannotRun(format!("the flow {alias} is gone"))),
    }
}

/// As Keycloak runs a flow: where anything is required, alternatives do not count.
fn run_all(cx: &mut Cx<'_>, user: &User, steps: &[Step]) -> Result<Verdict, Fault> {
    let has_required = steps
        .iter()
        .any(|step| step.requirement != Requirement::Alternative);
    let mut last = Verdict::Pass;
    for step in steps.iter().filter(|step| !is_condition(step)) {
        let verdict = match (step.requirement, &step.what) {
            (Requirement::Alternative, _) if has_required => continue,
            (Requirement::Conditional, What::Flow(inner)) => match holds(cx, user, inner)? {
                Ok(true) => run_all(cx, user, inner)?,
                Ok(false) => Verdict::Pass,
                Err(unknown) => Verdict::CannotRun(unknown),
            },
            (_, What::Flow(inner)) => run_all(cx, user, inner)?,
            (_, What::Authenticator(name, _)) => run_one(name),
        };
        match (has_required, verdict) {
            // Of alternatives the first that succeeds is enough.
            (false, Verdict::Pass) => return Ok(Verdict::Pass),
            (true, Verdict::Pass) => {}
            (true, stopped) => return Ok(stopped),
            (false, stopped) => last = stopped,
        }
    }
    Ok(last)
}

fn run_one(name: &str) -> Verdict {
    match name {
        "allow-access-authenticator" => Verdict::Pass,
        "deny-access-authenticator" => Verdict::Denied,
        other => Verdict::CannotRun(format!("the step {other} cannot be run after a provider")),
    }
}

fn is_condition(step: &Step) -> bool {
    matches!(&step.what, What::Authenticator(name, _) if name.starts_with("conditional-"))
}

/// Whether all conditions of a flow hold; the error is the reason why that cannot be told.
fn holds(cx: &mut Cx<'_>, user: &User, steps: &[Step]) -> Result<Result<bool, String>, Fault> {
    for step in steps.iter().filter(|step| is_condition(step)) {
        let What::Authenticator(name, config) = &step.what else {
            continue;
        };
        let met = match name.as_str() {
            "conditional-user-role" => has_role(cx, user, config)?,
            "conditional-user-attribute" => has_attribute(user, config),
            "conditional-user-configured" => has_credentials(cx, user, steps)?,
            other => return Ok(Err(format!("the condition {other} cannot be checked"))),
        };
        if !met {
            return Ok(Ok(false));
        }
    }
    Ok(Ok(true))
}

fn is_on(config: &BTreeMap<String, String>, name: &str) -> bool {
    config.get(name).is_some_and(|value| value == "true")
}

fn has_role(
    cx: &mut Cx<'_>,
    user: &User,
    config: &BTreeMap<String, String>,
) -> Result<bool, Fault> {
    let name = config.get("condUserRole").map_or("", String::as_str);
    let held = match arrival::find_role(cx, name)? {
        Some(role) => user::effective_roles(cx, &user.id)?.contains(&role),
        None => false,
    };
    Ok(held != is_on(config, "negate"))
}

fn has_attribute(user: &User, config: &BTreeMap<String, String>) -> bool {
    let text = |name: &str| config.get(name).map_or("", String::as_str);
    let expected = text("attribute_expected_value");
    let values = user.attributes.get(text("attribute_name"));
    let held = values.is_some_and(|values| values.iter().any(|value| value == expected));
    held != is_on(config, "not")
}

/// Whether the user has what the steps beside the condition would ask for.
fn has_credentials(cx: &mut Cx<'_>, user: &User, steps: &[Step]) -> Result<bool, Fault> {
    for step in steps.iter().filter(|step| !is_condition(step)) {
        let kind = match &step.what {
            What::Authenticator(name, _) if name == "auth-otp-form" => "otp",
            What::Authenticator(name, _) if name == "webauthn-authenticator" => "webauthn",
            What::Authenticator(name, _) if name == "auth-recovery-authn-code-form" => {
                "recovery-authn-codes"
            }
            _ => continue,
        };
        if credential::list(cx, &user.id, Some(kind))?.is_empty() {
            return Ok(false);
        }
    }
    Ok(true)
}
