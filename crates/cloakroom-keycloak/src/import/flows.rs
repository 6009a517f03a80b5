//! Authentication flows with their steps and settings, required actions, and which flow is bound to
//! what.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cloakroom_model::Cx;
use cloakroom_model::flow::{self, AuthenticatorConfig, Execution, Flow, RequiredAction};
use cloakroom_model::id::{ExecutionId, FlowId};

use super::Import;
use super::clients::MASK;
use super::error::{ImportError, Result};
use super::lenient::Part;
use super::older;
use super::optional;
use super::silent;
use super::unknown;
use crate::blueprint;
use crate::flow::grown_size;

const FLOW: [&str; 7] = [
    "alias",
    "authenticationExecutions",
    "builtIn",
    "description",
    "id",
    "providerId",
    "topLevel",
];

/// `autheticatorFlow` is how Keycloak spelt it first, and still writes it too.
const STEP: [&str; 9] = [
    "authenticator",
    "authenticatorConfig",
    "authenticatorFlow",
    "autheticatorFlow",
    "flowAlias",
    "parentFlow",
    "priority",
    "requirement",
    "userSetupAllowed",
];

const ACTION: [&str; 7] = [
    "alias",
    "config",
    "defaultAction",
    "enabled",
    "name",
    "priority",
    "providerId",
];

pub(super) fn import(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    let is_given = |name: &str| {
        import
            .sent
            .object
            .get(name)
            .is_some_and(|list| !list.is_null())
    };
    let (has_flows, has_actions) = (is_given("authenticationFlows"), is_given("requiredActions"));
    if has_flows {
        flows(cx, import)?;
    } else {
        let why = "settings of authenticators without the flows that they belong to";
        import
            .sent
            .report_dropped("authenticatorConfig", why, import.report);
        blueprint::insert_flows(cx)?;
    }
    bind(cx, import)?;
    if has_actions {
        return actions(cx, import);
    }
    Ok(blueprint::insert_actions(cx)?)
}

fn flows(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    let configs = configs(cx, import)?;
    let sent = import.sent;
    let mut ids: HashMap<String, FlowId> = HashMap::new();
    let objects = optional::replaced(&sent.objects("authenticationFlows")?, import.report)?;
    for object in &objects {
        let alias = Part::new(object, "authenticationFlows[]", "").name("alias")?;
        let part = Part::new(object, "authenticationFlows[]", &alias);
        part.report_unknown(&FLOW, import.report);
        let flow = Flow {
            id: FlowId::new(part.id("id")?.unwrap_or_else(|| cx.new_id())),
            alias: alias.clone(),
            description: part.text("description")?,
            provider_id: part
                .text("providerId")?
                .unwrap_or_else(|| "basic-flow".to_owned()),
            top_level: part.switch("topLevel")?.unwrap_or(false),
            built_in: part.switch("builtIn")?.unwrap_or(false),
        };
        if !flow::insert(cx, &flow)? {
            return Err(ImportError::taken(format!(
                "flow {alias} or its id is in use"
            )));
        }
        ids.insert(alias, flow.id);
        import.report.map("authentication flows");
    }
    let mut inside: HashMap<FlowId, Vec<FlowId>> = HashMap::new();
    let mut steps: Vec<(FlowId, Option<FlowId>)> = Vec::new();
    for object in &objects {
        let alias = Part::new(object, "authenticationFlows[]", "").name("alias")?;
        let part = Part::new(object, "authenticationFlows[]", &alias);
        let Some(flow) = ids.get(&alias) else {
            continue;
        };
        let is_built_in = part.switch("builtIn")?.unwrap_or(false);
        for step in part.objects("authenticationExecutions")? {
            let place = "authenticationFlows[].authenticationExecutions[]";
            let part = Part::new(step, place, &alias);
            let step = self::step(cx, import, &part, (flow, &ids, &configs))?;
            if !is_built_in {
                unknown::step(import, &part, &step);
            }
            steps.push((step.flow, step.child_flow.clone()));
            if let Some(child) = step.child_flow {
                inside.entry(flow.clone()).or_default().push(child);
            }
        }
    }
    check_ends(&ids, &inside)?;
    check_depth(&ids, &inside)?;
    check_size(&ids, &steps)
}

/// Refuses flows that have more steps than are read, for the same reason.
fn check_size(ids: &HashMap<String, FlowId>, all: &[(FlowId, Option<FlowId>)]) -> Result<()> {
    let (mut steps, mut sizes) = (BTreeMap::new(), BTreeMap::new());
    for (flow, child) in all {
        let beside: &mut Vec<Option<&FlowId>> = steps.entry(flow).or_default();
        beside.push(child.as_ref());
    }
    for (alias, flow) in ids {
        if grown_size(flow, &steps, &mut sizes) > flow::MOST {
            let most = flow::MOST;
            return Err(ImportError::invalid(format!(
                "flow {alias} has more than {most} steps, with those of the flows inside it"
            )));
        }
    }
    Ok(())
}

/// Refuses flows that are nested deeper than any is read: what stands there would be passed over.
fn check_depth(ids: &HashMap<String, FlowId>, inside: &HashMap<FlowId, Vec<FlowId>>) -> Result<()> {
    for (alias, start) in ids {
        let mut level: BTreeSet<&FlowId> = [start].into();
        for _ in 0..=flow::DEEPEST {
            level = level
                .into_iter()
                .flat_map(|flow| inside.get(flow).into_iter().flatten())
                .collect();
        }
        if !level.is_empty() {
            let deepest = flow::DEEPEST;
            return Err(ImportError::invalid(format!(
                "flow {alias} has flows inside that are nested deeper than {deepest}"
            )));
        }
    }
    Ok(())
}

type Names<'a> = (
    &'a FlowId,
    &'a HashMap<String, FlowId>,
    &'a HashMap<String, String>,
);

fn step(
    cx: &mut Cx<'_>,
    import: &mut Import<'_>,
    part: &Part<'_>,
    names: Names<'_>,
) -> Result<Execution> {
    let (flow, flows, configs) = names;
    part.report_unknown(&STEP, import.report);
    silent::report(part, import.report);
    let missing = |what: &str, name: &str| {
        let why = format!(
            "flow {} refers to {what} {name}, which is not there",
            part.who
        );
        ImportError::invalid(why)
    };
    let child_flow = match part.text("flowAlias")? {
        None => None,
        Some(alias) => Some(flows.get(&alias).ok_or_else(|| missing("flow", &alias))?),
    };
    let config = match part.text("authenticatorConfig")? {
        None => None,
        Some(alias) => Some(
            configs
                .get(&alias)
                .ok_or_else(|| missing("settings", &alias))?,
        ),
    };
    let mut requirement = part.name("requirement")?;
    if requirement == "OPTIONAL" {
        let how = "OPTIONAL became DISABLED; a flow inside another was never optional";
        import
            .report
            .approximate(&part.place_of("requirement"), part.who, how);
        "DISABLED".clone_into(&mut requirement);
    }
    if !["REQUIRED", "ALTERNATIVE", "CONDITIONAL", "DISABLED"].contains(&requirement.as_str()) {
        let wanted = "REQUIRED, ALTERNATIVE, CONDITIONAL or DISABLED";
        return Err(part.wrong("requirement", wanted));
    }
    let step = Execution {
        id: ExecutionId::new(cx.new_id()),
        flow: flow.clone(),
        authenticator: part.text("authenticator")?,
        child_flow: child_flow.cloned(),
        config: config.cloned(),
        requirement,
        priority: part.number("priority")?.unwrap_or(0),
    };
    if step.authenticator.is_none() && step.child_flow.is_none() {
        return Err(part.wrong("authenticator", "given, or flowAlias"));
    }
    if let Some(id) = &step.authenticator {
        unknown::authenticator(import, part, id);
    }
    flow::insert_execution(cx, &step)?;
    Ok(step)
}

/// Refuses a flow that has itself inside: no sign-in would end.
fn check_ends(ids: &HashMap<String, FlowId>, inside: &HashMap<FlowId, Vec<FlowId>>) -> Result<()> {
    for (alias, start) in ids {
        let mut seen = BTreeSet::new();
        let mut waiting: Vec<&FlowId> = inside.get(start).into_iter().flatten().collect();
        while let Some(flow) = waiting.pop() {
            if flow == start {
                return Err(ImportError::invalid(format!(
                    "flow {alias} has itself inside"
                )));
            }
            if seen.insert(flow) {
                waiting.extend(inside.get(flow).into_iter().flatten());
            }
        }
    }
    Ok(())
}

/// Stores the settings of authenticators, and says their ids by alias.
fn configs(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<HashMap<String, String>> {
    let mut ids = HashMap::new();
    let sent = import.sent;
    for object in sent.objects("authenticatorConfig")? {
        let alias = Part::new(object, "authenticatorConfig[]", "").name("alias")?;
        let part = Part::new(object, "authenticatorConfig[]", &alias);
        part.report_unknown(&["alias", "config", "id"], import.report);
        let mut config = AuthenticatorConfig {
            id: part.id("id")?.unwrap_or_else(|| cx.new_id()),
            alias: alias.clone(),
            config: part.settings("config")?,
        };
        config.config.retain(|name, value| {
            let is_masked = flow::is_secret_setting(name) && value == MASK;
            if is_masked {
                let place = part.place_of(&format!("config.{name}"));
                import
                    .report
                    .drop(&place, &alias, "it is masked in the file");
            }
            !is_masked
        });
        if ids.contains_key(&alias) {
            let why =
                "settings of this name stand before it, and as in Keycloak the first ones count";
            import.report.drop("authenticatorConfig[]", &alias, why);
            continue;
        }
        unknown::config(&part, &config, import.report);
        if !flow::insert_config(cx, &config)? {
            let why = format!("the id of settings {alias} of an authenticator is in use");
            return Err(ImportError::taken(why));
        }
        ids.insert(alias, config.id);
        import.report.map("settings of authenticators");
    }
    Ok(ids)
}

/// Each binding names a flow that is there. One that every realm has is made where it is missing, bound or not, as Keycloak
/// makes it.
fn bind(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    let there = flow::list(cx)?;
    let mut present: BTreeSet<String> = there.iter().map(|flow| flow.alias.clone()).collect();
    for (binding, _) in flow::BINDINGS {
        let settings = &cx.realm.settings;
        let alias = flow::bound_alias(settings, binding).to_owned();
        if present.contains(&alias) {
            let kind = flow::kind_for(binding);
            let is_other = |one: &flow::Flow| one.alias == alias && one.provider_id != kind;
            if there.iter().any(is_other) {
                let how = format!(
                    "kept, but this flow is not of the kind {kind}, and whoever comes to it is refused"
                );
                import.report.approximate(binding, &alias, how);
            }
            continue;
        }
        let added = blueprint::insert_flow(cx, &alias, &present)?;
        if added.is_empty() {
            let why = format!("{binding} refers to flow {alias}, which is not there");
            return Err(ImportError::invalid(why));
        }
        let how = "the file has no such flow, and it was made as every new realm has it";
        import.report.approximate(binding, &alias, how);
        present.extend(added);
    }
    Ok(())
}

fn actions(cx: &mut Cx<'_>, import: &mut Import<'_>) -> Result<()> {
    let sent = import.sent;
    for object in sent.objects("requiredActions")? {
        let alias = Part::new(object, "requiredActions[]", "").name("alias")?;
        let part = Part::new(object, "requiredActions[]", &alias);
        part.report_unknown(&ACTION, import.report);
        let renamed = older::action(&alias);
        if let Some(new) = renamed {
            let how = format!("is called {new} today");
            import
                .report
                .approximate("requiredActions[].alias", &alias, how);
        }
        let provider = part.text("providerId")?.unwrap_or_else(|| alias.clone());
        let action = RequiredAction {
            alias: renamed.unwrap_or(&alias).to_owned(),
            name: part.text("name")?.unwrap_or_else(|| alias.clone()),
            provider_id: older::action(&provider).unwrap_or(&provider).to_owned(),
            enabled: part.switch("enabled")?.unwrap_or(false),
            default_action: part.switch("defaultAction")?.unwrap_or(false),
            priority: part.number("priority")?.unwrap_or(0),
            config: part.settings("config")?,
        };
        if !flow::insert_action(cx, &action)? {
            let all = sent.objects("requiredActions")?.into_iter();
            if all
                .filter(|one| one.get("alias") == object.get("alias"))
                .count()
                > 1
            {
                return Err(ImportError::taken(format!(
                    "required action {alias} stands there twice"
                )));
            }
            let why = "the file has it under its other name, too";
            import.report.drop("requiredActions[]", &alias, why);
            continue;
        }
        unknown::action(import, &part, &action);
        import.report.map("required actions");
    }
    Ok(())
}
