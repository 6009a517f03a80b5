//! What happens when somebody comes for the first time: an administrator's flow, read as a plan.
//!
//! The steps of Keycloak's flow have fixed meanings and one order that makes sense, so a flow is read
//! for which of them it has: `idp-review-profile`, `idp-create-user-if-unique`,
//! `idp-detect-existing-broker-user`, `idp-confirm-link`, `idp-auto-link`,
//! `idp-username-password-form` and `idp-add-organization-member`. A step counts unless it, or a flow that it is in, is `DISABLED`.
//! `idp-email-verification` needs mail to prove anything, and is passed over as Keycloak does in a
//! realm that cannot send mail. Whoever would have to take a step that has no meaning here comes no further: whoever
//! configured it relies on it.

use cloakroom_model::flow::{Node, Tree, bound_alias};
use cloakroom_model::{Cx, Fault};

use crate::arrival::{self, Existing};
use crate::{Pending, Upstream};

/// When the profile is shown before the account is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Review {
    /// Never.
    #[default]
    Off,
    /// If something is missing that the realm's user profile wants.
    Missing,
    /// Always.
    On,
}

/// Steps that have a meaning here.
const MEANT: [&str; 7] = [
    "idp-add-organization-member",
    "idp-auto-link",
    "idp-confirm-link",
    "idp-create-user-if-unique",
    "idp-detect-existing-broker-user",
    "idp-review-profile",
    "idp-username-password-form",
];

/// Steps that link an account which is there.
const LINKS: [&str; 3] = [
    "idp-auto-link",
    "idp-confirm-link",
    "idp-username-password-form",
];

/// The step that refuses whoever comes to it.
const DENIAL: &str = "deny-access-authenticator";

/// Steps of Keycloak's flow that are passed over: mail proves nothing here, nobody's link gives way to another, and what has to
/// follow a password is asked by the flow of the sign-in that it belongs to.
const PASSED_OVER: [&str; 9] = [
    "allow-access-authenticator",
    "auth-otp-form",
    "auth-recovery-authn-code-form",
    "conditional-credential",
    "conditional-user-configured",
    "idp-confirm-override-link",
    "idp-email-verification",
    "webauthn-authenticator",
    "webauthn-authenticator-passwordless",
];

/// What a flow does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// A step that has to be taken and has no meaning here.
    pub cannot_run: Option<String>,
    /// When the profile is shown.
    pub review: Review,
    /// Who is nobody yet gets an account.
    pub creates: bool,
    /// Whoever gets an account has to choose a password.
    pub wants_password: bool,
    /// An account that is there already may be linked: after a question.
    pub asks_to_link: bool,
    /// An account that is there already may be linked without a proof, where the provider's word for the address counts.
    pub links_unproved: bool,
    /// An account that is there already is proved to be one's own by its password.
    pub proves: bool,
    /// Whoever comes through the provider of an organization becomes a member.
    pub adds_members: bool,
}

/// Reads the flow of a provider, or the realm's.
///
/// # Errors
/// If the flows cannot be read.
pub fn plan(cx: &mut Cx<'_>, upstream: &Upstream) -> Result<Plan, Fault> {
    let own = upstream
        .provider
        .settings
        .first_broker_login_flow_alias
        .as_deref();
    let own = own.filter(|alias| !alias.is_empty());
    let of_realm = || bound_alias(&cx.realm.settings, "firstBrokerLoginFlow");
    let alias = own.unwrap_or_else(of_realm).to_owned();
    let flow = cx.realm.flows.named(&alias);
    Ok(flow.map(|flow| read(&flow)).unwrap_or_default())
}

/// The step of a flow that has to be taken at a first sign-in and has no meaning here, if there is one.
pub fn obstacle(flow: &Tree) -> Option<String> {
    steps(flow).err()
}

fn read(flow: &Tree) -> Plan {
    let all = match steps(flow) {
        Ok(all) => all,
        Err(step) => {
            return Plan {
                cannot_run: Some(step),
                ..Plan::default()
            };
        }
    };
    let step = |kind: &str| all.iter().find(|step| step.provider() == Some(kind));
    let review = step("idp-review-profile").map(|step| {
        match step.setting("update.profile.on.first.login") {
            "on" => Review::On,
            "off" => Review::Off,
            _ => Review::Missing,
        }
    });
    let creates = step("idp-create-user-if-unique");
    let wants_password =
        creates.map(|step| step.setting("require.password.update.after.registration"));
    Plan {
        cannot_run: None,
        review: review.unwrap_or_default(),
        creates: creates.is_some(),
        wants_password: wants_password == Some("true"),
        asks_to_link: step("idp-confirm-link").is_some(),
        links_unproved: step("idp-auto-link").is_some(),
        proves: step("idp-username-password-form").is_some(),
        adds_members: step("idp-add-organization-member").is_some(),
    }
}

/// The steps of a flow that have a meaning, or the name of one that has none and has to be taken.
fn steps(flow: &Tree) -> Result<Vec<&Node>, String> {
    let mut found = Found::default();
    found.read(flow)?;
    Ok(found.all)
}

/// What has been read of a flow.
#[derive(Default)]
struct Found<'a> {
    all: Vec<&'a Node>,
    /// Whoever gets no account by what was read so far is refused.
    is_denied: bool,
}

impl<'a> Found<'a> {
    /// Reads a flow, or says which of its steps has no meaning and has to be taken.
    ///
    /// Of a flow inside that is one way of several, nothing counts if it has such a step.
    fn read(&mut self, flow: &'a Tree) -> Result<(), String> {
        let before = self.all.len();
        let is_way = |step: &Node| step.requirement == "ALTERNATIVE";
        let steps = || flow.steps.iter().filter(|step| step.is_on());
        let only_ways = steps().all(is_way);
        for step in steps() {
            let name = step.provider().unwrap_or_default();
            match &step.flow {
                Some(inner) => {
                    let (count, was_denied) = (self.all.len(), self.is_denied);
                    match self.read(inner) {
                        Ok(()) => {}
                        Err(_) if is_way(step) => {
                            self.all.truncate(count);
                            self.is_denied = was_denied;
                        }
                        Err(name) => return Err(name),
                    }
                }
                // Whom no way before a denial has let in is refused by it: nothing behind it may link them after all.
                None if self.is_denied && LINKS.contains(&name) => {}
                None if MEANT.contains(&name) => self.all.push(step),
                None if PASSED_OVER.contains(&name) => {}
                None if only_ways && name == DENIAL && self.all.len() > before => {
                    self.is_denied = true;
                    break;
                }
                // A condition or a denial speaks of everything beside it.
                None if is_way(step) && !decides(name) => {}
                None => return Err(name.to_owned()),
            }
        }
        Ok(())
    }
}

fn decides(name: &str) -> bool {
    name == DENIAL || name.starts_with("conditional-")
}

/// What comes next for somebody who is nobody here yet.
#[derive(Clone, Debug)]
pub enum Next {
    /// They look at their profile, and complete it.
    Review,
    /// They say whether the account that is there is theirs.
    Confirm(Existing),
    /// They prove that it is.
    Prove(Existing),
    /// It is linked without a proof.
    Link(Existing),
    /// They get an account.
    Create,
    /// It ends here: an account is there, and the flow has no way to link it.
    Taken,
    /// It ends here: nobody gets an account this way.
    Nobody,
    /// It ends here: the flow demands a step of this name, which has no meaning here.
    CannotRun(String),
}

/// Decides what comes next, from what is stored alone.
///
/// # Errors
/// If the database cannot be asked.
pub fn next(
    cx: &mut Cx<'_>,
    upstream: &Upstream,
    plan: &Plan,
    pending: &Pending,
    is_complete: bool,
) -> Result<Next, Fault> {
    if let Some(step) = &plan.cannot_run {
        return Ok(Next::CannotRun(step.clone()));
    }
    let wants_review = match plan.review {
        Review::Off => false,
        Review::Missing => !is_complete,
        Review::On => !pending.is_reviewed,
    };
    // Without a name there can be no account, whatever the flow says.
    let profile = pending.profile(cx);
    if wants_review || (plan.creates && profile.username.is_empty()) {
        return Ok(Next::Review);
    }
    let found = arrival::find_existing(cx, &profile.username, profile.email.as_deref())?;
    let Some(existing) = found else {
        return Ok(match plan.creates {
            true => Next::Create,
            false => Next::Nobody,
        });
    };
    // A service account is nobody's, and a locked one nobody's to open.
    if !existing.user.enabled || existing.user.service_account_client.is_some() {
        return Ok(Next::Taken);
    }
    if plan.links_unproved && is_surely_own(upstream, pending, &existing) {
        return Ok(Next::Link(existing));
    }
    Ok(match plan.proves {
        true if plan.asks_to_link && !pending.is_confirmed => Next::Confirm(existing),
        true => Next::Prove(existing),
        false => Next::Taken,
    })
}

/// Both sides have verified one and the same address.
///
/// Keycloak's `idp-auto-link` asks for neither. An account that somebody made with an address that is
/// not theirs would then wait for its owner to come, and share the owner's account with its maker.
fn is_surely_own(upstream: &Upstream, pending: &Pending, existing: &Existing) -> bool {
    let identity = &pending.identity;
    let said = identity.email.as_deref().map(cloakroom_model::user::fold);
    identity.has_proven_email(upstream)
        && existing.by_email
        && existing.user.email_verified
        && existing.user.email == said
}

#[cfg(test)]
mod tests {
    use cloakroom_model::id::{ExecutionId, FlowId};

    use super::*;

    fn tree(steps: Vec<Node>) -> Tree {
        Tree {
            id: FlowId::new("flow"),
            alias: "flow".to_owned(),
            description: None,
            kind: "basic-flow".to_owned(),
            built_in: false,
            steps,
        }
    }

    fn step(requirement: &str, name: &str) -> Node {
        Node {
            id: ExecutionId::new("step"),
            requirement: requirement.to_owned(),
            authenticator: Some(name.to_owned()),
            config: None,
            flow: None,
        }
    }

    fn inside(requirement: &str, steps: Vec<Node>) -> Node {
        Node {
            authenticator: None,
            flow: Some(tree(steps)),
            ..step(requirement, "")
        }
    }

    #[test]
    fn a_step_that_has_to_be_taken_and_is_not_here_ends_it() {
        let create = || step("ALTERNATIVE", "idp-create-user-if-unique");
        let own = |requirement| step(requirement, "acme-approval");
        let deny = || step("REQUIRED", "deny-access-authenticator");
        let or_deny = || step("ALTERNATIVE", "deny-access-authenticator");
        let review = || step("REQUIRED", "idp-review-profile");
        let role = || step("REQUIRED", "conditional-user-role");
        let code = vec![
            step("REQUIRED", "conditional-user-configured"),
            step("REQUIRED", "auth-otp-form"),
        ];
        // The steps, what cannot be run, and whether somebody gets an account.
        let rows: Vec<(Vec<Node>, Option<&str>, bool)> = vec![
            (vec![create()], None, true),
            (vec![create(), inside("CONDITIONAL", code)], None, true),
            (vec![create(), own("ALTERNATIVE")], None, true),
            (vec![create(), own("DISABLED")], None, true),
            (
                vec![own("REQUIRED"), create()],
                Some("acme-approval"),
                false,
            ),
            (
                vec![create(), deny()],
                Some("deny-access-authenticator"),
                false,
            ),
            // New people may come, and nobody is linked.
            (vec![create(), or_deny()], None, true),
            (
                vec![or_deny(), create()],
                Some("deny-access-authenticator"),
                false,
            ),
            (
                vec![review(), inside("REQUIRED", vec![create(), or_deny()])],
                None,
                true,
            ),
            (
                vec![review(), create(), or_deny()],
                Some("deny-access-authenticator"),
                false,
            ),
            (
                vec![inside("CONDITIONAL", vec![role(), deny()]), create()],
                Some("conditional-user-role"),
                false,
            ),
            (
                vec![inside("REQUIRED", vec![own("REQUIRED"), create()])],
                Some("acme-approval"),
                false,
            ),
            (
                vec![inside("ALTERNATIVE", vec![own("REQUIRED"), create()])],
                None,
                false,
            ),
            (
                vec![inside("ALTERNATIVE", vec![own("REQUIRED")]), create()],
                None,
                true,
            ),
        ];
        for (steps, cannot_run, creates) in rows {
            let flow = tree(steps);

            let plan = read(&flow);

            assert_eq!(plan.cannot_run.as_deref(), cannot_run, "{flow:?}");
            assert_eq!(plan.creates, creates, "{flow:?}");
        }
    }

    #[test]
    fn nothing_behind_a_denial_links_an_account() {
        let prove = || step("REQUIRED", "idp-username-password-form");
        let member = || step("REQUIRED", "idp-add-organization-member");
        let ways = || {
            vec![
                step("ALTERNATIVE", "idp-create-user-if-unique"),
                step("ALTERNATIVE", "deny-access-authenticator"),
                step("ALTERNATIVE", "idp-auto-link"),
            ]
        };

        let plan = read(&tree(ways()));
        assert!(plan.creates && !plan.links_unproved);

        let plan = read(&tree(vec![inside("REQUIRED", ways()), prove(), member()]));
        assert!(plan.creates && plan.adds_members);
        assert!(!plan.proves && !plan.links_unproved);

        let plan = read(&tree(vec![prove(), inside("REQUIRED", ways())]));
        assert!(plan.creates && plan.proves);
    }
}
