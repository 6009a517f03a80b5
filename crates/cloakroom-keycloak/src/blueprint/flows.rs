//! The authentication flows of a new realm, with their steps and settings.

use std::collections::{BTreeSet, HashMap};

use cloakroom_model::flow::{self, AuthenticatorConfig, Execution, Flow, Node, Tree};
use cloakroom_model::id::{ExecutionId, FlowId};
use cloakroom_model::{Cx, Fault, Result};

struct FlowPlan {
    alias: &'static str,
    description: Option<&'static str>,
    provider: &'static str,
    top_level: bool,
    steps: &'static [StepPlan],
}

struct StepPlan {
    authenticator: Option<&'static str>,
    flow: Option<&'static str>,
    config: Option<&'static str>,
    requirement: &'static str,
    priority: i64,
}

/// Stores all flows with their steps.
pub(crate) fn insert_all(cx: &mut Cx<'_>) -> Result<()> {
    insert_some(cx, &FLOWS.iter().collect::<Vec<_>>(), HashMap::new())
}

/// Stores the flow of this alias and those inside it, but those that are `present`; says which ones.
pub(crate) fn insert_missing(
    cx: &mut Cx<'_>,
    alias: &str,
    present: &BTreeSet<String>,
) -> Result<Vec<String>> {
    let wanted = plans_of(alias, present);
    let there = flow::list(cx)?.into_iter();
    let there = there.map(|flow| (flow.alias, flow.id)).collect();
    insert_some(cx, &wanted, there)?;
    Ok(wanted.iter().map(|plan| plan.alias.to_owned()).collect())
}

/// The flow of this alias and those inside it, but those that are `present`.
fn plans_of(alias: &str, present: &BTreeSet<String>) -> Vec<&'static FlowPlan> {
    let mut wanted: Vec<&FlowPlan> = Vec::new();
    let mut waiting = vec![alias];
    while let Some(alias) = waiting.pop() {
        let is_new = !present.contains(alias) && !wanted.iter().any(|plan| plan.alias == alias);
        if let Some(plan) = FLOWS.iter().find(|plan| plan.alias == alias && is_new) {
            wanted.push(plan);
            waiting.extend(plan.steps.iter().filter_map(|step| step.flow));
        }
    }
    wanted
}

/// A flow of the realm's own that is called as one is which this flow of a new realm has inside.
pub(super) fn own_inside(cx: &mut Cx<'_>, alias: &str) -> Result<Option<String>> {
    let plans = plans_of(alias, &BTreeSet::new());
    let all = flow::list(cx)?.into_iter();
    let mut own = all.filter(|flow| !flow.built_in);
    let own = own.find(|flow| plans.iter().any(|plan| plan.alias == flow.alias));
    Ok(own.map(|flow| flow.alias))
}

/// A new realm's flow in place of one that stands there, with this id and name. The flows inside it that the one before
/// has keep their ids; where it is called otherwise, those inside are too.
pub(super) fn tree_of(
    cx: &mut Cx<'_>,
    plan: &str,
    (id, alias): (&FlowId, &str),
    before: &Tree,
) -> Result<Tree> {
    let found = FLOWS.iter().find(|one| one.alias == plan);
    let found = found.ok_or_else(|| Fault::corrupt(format!("the flows name no {plan}")))?;
    let prefix = match plan == alias {
        true => String::new(),
        false => format!("{alias} "),
    };
    let mut steps = Vec::new();
    for step in found.steps {
        let inside = match step.flow {
            Some(inner) => {
                let name = format!("{prefix}{inner}");
                let there = before.inner().into_iter().find(|one| one.alias == name);
                let id = there.map_or_else(|| FlowId::new(cx.new_id()), |one| one.id.clone());
                let mut tree = tree_of(cx, inner, (&id, inner), before)?;
                if !prefix.is_empty() {
                    tree.rename(&prefix);
                    make_own(&mut tree);
                }
                Some(tree)
            }
            None => None,
        };
        steps.push(Node {
            id: ExecutionId::new(cx.new_id()),
            requirement: step.requirement.to_owned(),
            authenticator: step.authenticator.map(str::to_owned),
            config: step.config.map(|name| config_of(cx, name)),
            flow: inside,
        });
    }
    Ok(Tree {
        id: id.clone(),
        alias: alias.to_owned(),
        description: found.description.map(str::to_owned),
        kind: found.provider.to_owned(),
        built_in: plan == alias,
        steps,
    })
}

/// A flow of another name did not come with the realm, and those inside it did not either: an administrator may change
/// and remove them.
fn make_own(tree: &mut Tree) {
    tree.built_in = false;
    let inside = tree.steps.iter_mut();
    inside
        .filter_map(|step| step.flow.as_mut())
        .for_each(make_own);
}

fn config_of(cx: &mut Cx<'_>, alias: &str) -> AuthenticatorConfig {
    let settings = CONFIGS.iter().filter(|(known, ..)| *known == alias);
    let settings = settings.map(|(_, name, value)| ((*name).to_owned(), (*value).to_owned()));
    AuthenticatorConfig {
        id: cx.new_id(),
        alias: alias.to_owned(),
        config: settings.collect(),
    }
}

fn insert_some(
    cx: &mut Cx<'_>,
    plans: &[&FlowPlan],
    mut ids: HashMap<String, FlowId>,
) -> Result<()> {
    let configs = insert_configs(cx, plans)?;
    for plan in plans {
        let flow = Flow {
            id: FlowId::new(cx.new_id()),
            alias: plan.alias.to_owned(),
            description: plan.description.map(str::to_owned),
            provider_id: plan.provider.to_owned(),
            top_level: plan.top_level,
            built_in: true,
        };
        flow::insert(cx, &flow)?;
        ids.insert(plan.alias.to_owned(), flow.id);
    }
    for plan in plans {
        for step in plan.steps {
            let step = Execution {
                id: ExecutionId::new(cx.new_id()),
                flow: known(&ids, plan.alias)?,
                authenticator: step.authenticator.map(str::to_owned),
                child_flow: step.flow.map(|alias| known(&ids, alias)).transpose()?,
                config: step
                    .config
                    .map(|alias| known(&configs, alias))
                    .transpose()?,
                requirement: step.requirement.to_owned(),
                priority: step.priority,
            };
            flow::insert_execution(cx, &step)?;
        }
    }
    Ok(())
}

/// Stores the settings that the steps of these flows have.
fn insert_configs(cx: &mut Cx<'_>, plans: &[&FlowPlan]) -> Result<HashMap<String, String>> {
    let mut ids = HashMap::new();
    let steps = || plans.iter().flat_map(|plan| plan.steps);
    for &(alias, ..) in CONFIGS {
        if !steps().any(|step| step.config == Some(alias)) {
            continue;
        }
        let config = config_of(cx, alias);
        flow::insert_config(cx, &config)?;
        ids.insert(alias.to_owned(), config.id);
    }
    Ok(ids)
}

fn known<T: Clone>(ids: &HashMap<String, T>, alias: &str) -> Result<T> {
    let found = ids.get(alias).cloned();
    found.ok_or_else(|| Fault::corrupt(format!("the flows name no {alias}")))
}

const CONFIGS: &[(&str, &str, &str)] = &[
    (
        "browser-conditional-credential",
        "credentials",
        "webauthn-passwordless",
    ),
    (
        "create unique user config",
        "require.password.update.after.registration",
        "false",
    ),
    (
        "first-broker-login-conditional-credential",
        "credentials",
        "webauthn-passwordless",
    ),
    (
        "review profile config",
        "update.profile.on.first.login",
        "missing",
    ),
];

#[rustfmt::skip]
const FLOWS: &[FlowPlan] = &[
    FlowPlan { alias: "Account verification options", description: Some("Method with which to verify the existing account"), provider: "basic-flow", top_level: false, steps: &[
        StepPlan { authenticator: Some("idp-email-verification"), flow: None, config: None, requirement: "ALTERNATIVE", priority: 10 }, 
        StepPlan { authenticator: None, flow: Some("Verify Existing Account by Re-authentication"), config: None, requirement: "ALTERNATIVE", priority: 20 }] },
    FlowPlan { alias: "Browser - Conditional 2FA", description: Some("Flow to determine if any 2FA is required for the authentication"), provider: "basic-flow", top_level: false, steps: &[
        StepPlan { authenticator: Some("conditional-user-configured"), flow: None, config: None, requirement: "REQUIRED", priority: 10 }, 
        StepPlan { authenticator: Some("conditional-credential"), flow: None, config: Some("browser-conditional-credential"), requirement: "REQUIRED", priority: 20 }, 
        StepPlan { authenticator: Some("auth-otp-form"), flow: None, config: None, requirement: "ALTERNATIVE", priority: 30 }, 
        StepPlan { authenticator: Some("webauthn-authenticator"), flow: None, config: None, requirement: "DISABLED", priority: 40 }, 
        StepPlan { authenticator: Some("auth-recovery-authn-code-form"), flow: None, config: None, requirement: "DISABLED", priority: 50 }] },
    FlowPlan { alias: "Browser - Conditional Organization", description: Some("Flow to determine if the organization identity-first login is to be used"), provider: "basic-flow", top_level: false, steps: &[
        StepPlan { authenticator: Some("conditional-user-configured"), flow: None, config: None, requirement: "REQUIRED", priority: 10 }, 
        StepPlan { authenticator: Some("organization"), flow: None, config: None, requirement: "ALTERNATIVE", priority: 20 }] },
    FlowPlan { alias: "Direct Grant - Conditional OTP", description: Some("Flow to determine if the OTP is required for the authentication"), provider: "basic-flow", top_level: false, steps: &[
        StepPlan { authenticator: Some("conditional-user-configured"), flow: None, config: None, requirement: "REQUIRED", priority: 10 }, 
        StepPlan { authenticator: Some("direct-grant-validate-otp"), flow: None, config: None, requirement: "REQUIRED", priority: 20 }] },
    FlowPlan { alias: "First Broker Login - Conditional Organization", description: Some("Flow to determine if the authenticator that adds organization members is to be used"), provider: "basic-flow", top_level: false, steps: &[
        StepPlan { authenticator: Some("conditional-user-configured"), flow: None, config: None, requirement: "REQUIRED", priority: 10 }, 
        StepPlan { authenticator: Some("idp-add-organization-member"), flow: None, config: None, requirement: "REQUIRED", priority: 20 }] },
    FlowPlan { alias: "First broker login - Conditional 2FA", description: Some("Flow to determine if any 2FA is required for the authentication"), provider: "basic-flow", top_level: false, steps: &[
        StepPlan { authenticator: Some("conditional-user-configured"), flow: None, config: None, requirement: "REQUIRED", priority: 10 }, 
        StepPlan { authenticator: Some("conditional-credential"), flow: None, config: Some("first-broker-login-conditional-credential"), requirement: "REQUIRED", priority: 20 }, 
        StepPlan { authenticator: Some("auth-otp-form"), flow: None, config: None, requirement: "ALTERNATIVE", priority: 30 }, 
        StepPlan { authenticator: Some("webauthn-authenticator"), flow: None, config: None, requirement: "DISABLED", priority: 40 }, 
        StepPlan { authenticator: Some("auth-recovery-authn-code-form"), flow: None, config: None, requirement: "DISABLED", priority: 50 }] },
    FlowPlan { alias: "Handle Existing Account", description: Some("Handle what to do if there is existing account with same email/username like authenticated identity provider"), provider: "basic-flow", top_level: false, steps: &[
        StepPlan { authenticator: Some("idp-confirm-link"), flow: None, config: None, requirement: "REQUIRED", priority: 10 }, 
        StepPlan { authenticator: None, flow: Some("Account verification options"), config: None, requirement: "REQUIRED", priority: 20 }] },
    FlowPlan { alias: "Organization", description: None, provider: "basic-flow", top_level: false, steps: &[
        StepPlan { authenticator: None, flow: Some("Browser - Conditional Organization"), config: None, requirement: "CONDITIONAL", priority: 10 }] },
    FlowPlan { alias: "Reset - Conditional OTP", description: Some("Flow to determine if the OTP should be reset or not. Set to REQUIRED to force."), provider: "basic-flow", top_level: false, steps: &[
        StepPlan { authenticator: Some("conditional-user-configured"), flow: None, config: None, requirement: "REQUIRED", priority: 10 }, 
        StepPlan { authenticator: Some("reset-otp"), flow: None, config: None, requirement: "REQUIRED", priority: 20 }] },
    FlowPlan { alias: "User creation or linking", description: Some("Flow for the existing/non-existing user alternatives"), provider: "basic-flow", top_level: false, steps: &[
        StepPlan { authenticator: Some("idp-create-user-if-unique"), flow: None, config: Some("create unique user config"), requirement: "ALTERNATIVE", priority: 10 }, 
        StepPlan { authenticator: None, flow: Some("Handle Existing Account"), config: None, requirement: "ALTERNATIVE", priority: 20 }] },
    FlowPlan { alias: "Verify Existing Account by Re-authentication", description: Some("Reauthentication of existing account"), provider: "basic-flow", top_level: false, steps: &[
        StepPlan { authenticator: Some("idp-username-password-form"), flow: None, config: None, requirement: "REQUIRED", priority: 10 }, 
        StepPlan { authenticator: None, flow: Some("First broker login - Conditional 2FA"), config: None, requirement: "CONDITIONAL", priority: 20 }] },
    FlowPlan { alias: "browser", description: Some("Browser based authentication"), provider: "basic-flow", top_level: true, steps: &[
        StepPlan { authenticator: Some("auth-cookie"), flow: None, config: None, requirement: "ALTERNATIVE", priority: 10 }, 
        StepPlan { authenticator: Some("auth-spnego"), flow: None, config: None, requirement: "DISABLED", priority: 20 }, 
        StepPlan { authenticator: Some("identity-provider-redirector"), flow: None, config: None, requirement: "ALTERNATIVE", priority: 25 }, 
        StepPlan { authenticator: None, flow: Some("Organization"), config: None, requirement: "ALTERNATIVE", priority: 26 }, 
        StepPlan { authenticator: None, flow: Some("forms"), config: None, requirement: "ALTERNATIVE", priority: 30 }] },
    FlowPlan { alias: "clients", description: Some("Base authentication for clients"), provider: "client-flow", top_level: true, steps: &[
        StepPlan { authenticator: Some("client-secret"), flow: None, config: None, requirement: "ALTERNATIVE", priority: 10 }, 
        StepPlan { authenticator: Some("client-jwt"), flow: None, config: None, requirement: "ALTERNATIVE", priority: 20 }, 
        StepPlan { authenticator: Some("client-secret-jwt"), flow: None, config: None, requirement: "ALTERNATIVE", priority: 30 }, 
        StepPlan { authenticator: Some("client-x509"), flow: None, config: None, requirement: "ALTERNATIVE", priority: 40 }, 
        StepPlan { authenticator: Some("federated-jwt"), flow: None, config: None, requirement: "ALTERNATIVE", priority: 50 }] },
    FlowPlan { alias: "direct grant", description: Some("OpenID Connect Resource Owner Grant"), provider: "basic-flow", top_level: true, steps: &[
        StepPlan { authenticator: Some("direct-grant-validate-username"), flow: None, config: None, requirement: "REQUIRED", priority: 10 }, 
        StepPlan { authenticator: Some("direct-grant-validate-password"), flow: None, config: None, requirement: "REQUIRED", priority: 20 }, 
        StepPlan { authenticator: None, flow: Some("Direct Grant - Conditional OTP"), config: None, requirement: "CONDITIONAL", priority: 30 }] },
    FlowPlan { alias: "docker auth", description: Some("Used by Docker clients to authenticate against the IDP"), provider: "basic-flow", top_level: true, steps: &[
        StepPlan { authenticator: Some("docker-http-basic-authenticator"), flow: None, config: None, requirement: "REQUIRED", priority: 10 }] },
    FlowPlan { alias: "first broker login", description: Some("Actions taken after first broker login with identity provider account, which is not yet linked to any Keycloak account"), provider: "basic-flow", top_level: true, steps: &[
        StepPlan { authenticator: Some("idp-review-profile"), flow: None, config: Some("review profile config"), requirement: "REQUIRED", priority: 10 }, 
        StepPlan { authenticator: None, flow: Some("User creation or linking"), config: None, requirement: "REQUIRED", priority: 20 }, 
        StepPlan { authenticator: None, flow: Some("First Broker Login - Conditional Organization"), config: None, requirement: "CONDITIONAL", priority: 60 }] },
    FlowPlan { alias: "forms", description: Some("Username, password, otp and other auth forms."), provider: "basic-flow", top_level: false, steps: &[
        StepPlan { authenticator: Some("auth-username-password-form"), flow: None, config: None, requirement: "REQUIRED", priority: 10 }, 
        StepPlan { authenticator: None, flow: Some("Browser - Conditional 2FA"), config: None, requirement: "CONDITIONAL", priority: 20 }] },
    FlowPlan { alias: "registration", description: Some("Registration flow"), provider: "basic-flow", top_level: true, steps: &[
        StepPlan { authenticator: Some("registration-page-form"), flow: Some("registration form"), config: None, requirement: "REQUIRED", priority: 10 }] },
    FlowPlan { alias: "registration form", description: Some("Registration form"), provider: "form-flow", top_level: false, steps: &[
        StepPlan { authenticator: Some("registration-user-creation"), flow: None, config: None, requirement: "REQUIRED", priority: 20 }, 
        StepPlan { authenticator: Some("registration-password-action"), flow: None, config: None, requirement: "REQUIRED", priority: 50 }, 
        StepPlan { authenticator: Some("registration-recaptcha-action"), flow: None, config: None, requirement: "DISABLED", priority: 60 }, 
        StepPlan { authenticator: Some("registration-terms-and-conditions"), flow: None, config: None, requirement: "DISABLED", priority: 70 }] },
    FlowPlan { alias: "reset credentials", description: Some("Reset credentials for a user if they forgot their password or something"), provider: "basic-flow", top_level: true, steps: &[
        StepPlan { authenticator: Some("reset-credentials-choose-user"), flow: None, config: None, requirement: "REQUIRED", priority: 10 }, 
        StepPlan { authenticator: Some("reset-credential-email"), flow: None, config: None, requirement: "REQUIRED", priority: 20 }, 
        StepPlan { authenticator: Some("reset-password"), flow: None, config: None, requirement: "REQUIRED", priority: 30 }, 
        StepPlan { authenticator: None, flow: Some("Reset - Conditional OTP"), config: None, requirement: "CONDITIONAL", priority: 40 }] },
    FlowPlan { alias: "saml ecp", description: Some("SAML ECP Profile Authentication Flow"), provider: "basic-flow", top_level: true, steps: &[
        StepPlan { authenticator: Some("http-basic-authenticator"), flow: None, config: None, requirement: "REQUIRED", priority: 10 }] },
];
