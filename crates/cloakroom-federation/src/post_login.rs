//! What an administrator wants checked after a provider has vouched for somebody: the provider's post login flow.
//!
//! Its conditions, its steps that allow or deny, those for one-time codes and those that limit sessions are run. A step that has
//! to be run and cannot be ends the sign-in: whoever configured it relies on it.

use cloakroom_model::flow::Tree;
use cloakroom_model::flow::course::{self, End, Facts, SessionLimit};
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Fault};

use crate::Upstream;

/// What a flow makes of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They go on, with so many sessions at once as these say.
    Pass(Vec<SessionLimit>),
    /// They go on to what this flow asks for beside.
    Asks(String),
    /// They go on, and have to set up credentials of these kinds; with so many sessions at once as these say.
    SetsUp(Vec<String>, Vec<SessionLimit>),
    /// The flow denies them.
    Denied,
    /// The flow has to run a step that this server does not have, or is not there.
    CannotRun(String),
}

/// What is known of the sign-in that somebody came for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The names of the client scopes.
    pub scopes: Vec<String>,
    /// The realm has organizations.
    pub has_organizations: bool,
    /// The level of authentication that is asked for.
    pub level: Option<i64>,
}

/// Runs the flow of a provider for somebody whom it vouches for; without a flow everybody passes.
///
/// # Errors
/// If the database cannot be asked.
pub fn run(
    cx: &mut Cx<'_>,
    upstream: &Upstream,
    user: &User,
    asked: Asked,
) -> Result<Verdict, Fault> {
    let settings = &upstream.provider.settings;
    let alias = settings.post_broker_login_flow_alias.as_deref();
    let Some(alias) = alias.filter(|alias| !alias.is_empty()) else {
        return Ok(Verdict::Pass(Vec::new()));
    };
    match cx.realm.flows.named(alias) {
        Some(flow) => decide(cx, user, &flow, asked),
        None => Ok(Verdict::CannotRun(format!("the flow {alias} is gone"))),
    }
}

/// What is known of somebody whom a provider has vouched for, and who is asked nothing more.
fn decide(cx: &mut Cx<'_>, user: &User, flow: &Tree, asked: Asked) -> Result<Verdict, Fault> {
    let facts = Facts {
        is_known: true,
        asks_nothing: true,
        scopes: asked.scopes,
        has_organizations: asked.has_organizations,
        level: asked.level,
        person: Some(course::person(cx, user, flow)?),
        ..Facts::default()
    };
    let course = course::decide(flow, &facts);
    Ok(match course.end {
        End::In if !course.kinds(&facts).is_empty() => Verdict::Asks(flow.alias.clone()),
        End::In => match course.missing().map(str::to_owned).collect::<Vec<_>>() {
            kinds if kinds.is_empty() => Verdict::Pass(course.reached.limits),
            kinds => Verdict::SetsUp(kinds, course.reached.limits),
        },
        // A flow of conditions that do not hold has nothing against anybody; one inside it that failed has.
        End::Nothing(alias) if alias == flow.alias => Verdict::Pass(Vec::new()),
        End::Nothing(_) => Verdict::Denied,
        End::CannotRun(step) => {
            Verdict::CannotRun(format!("the step {step} cannot be run after a provider"))
        }
        End::Refused(_) | End::Sent(_) | End::Nobody => Verdict::Denied,
    })
}
