//! The ways through a flow, as Keycloak reads its steps: what somebody meets on each.

use serde_json::Value;

use crate::desk::text_of;

/// So many ways are told; more than that nobody reads.
const MOST: usize = 20;

/// One step, and those inside it.
#[derive(Debug)]
struct Step {
    name: String,
    provider: String,
    requirement: String,
    is_flow: bool,
    inside: Vec<Self>,
}

/// One step of a way, and under which conditions it is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stride {
    pub(super) name: String,
    pub(super) conditions: Vec<String>,
}

/// One way through a flow.
pub(super) type Way = Vec<Stride>;

/// The ways through a flow, from the list of its steps that the API shows.
pub(super) fn through(executions: &Value) -> Vec<Way> {
    let mut all = executions.as_array().map_or(&[][..], Vec::as_slice);
    ways(&read(&mut all, 0))
}

/// Takes the steps of this depth off the list, each with what stands further in below it.
fn read(all: &mut &[Value], depth: u64) -> Vec<Step> {
    let level = |one: &Value| one.get("level").and_then(Value::as_u64).unwrap_or(0);
    let mut steps = Vec::new();
    while let Some((one, rest)) = all.split_first() {
        if level(one) < depth {
            break;
        }
        *all = rest;
        steps.push(Step {
            name: text_of(one, "displayName"),
            provider: text_of(one, "providerId"),
            requirement: text_of(one, "requirement"),
            is_flow: one.get("authenticationFlow") == Some(&Value::Bool(true)),
            inside: read(all, level(one) + 1),
        });
    }
    steps
}

/// Where a step is required, the alternatives beside it count for nothing; where none is, one alternative is enough.
fn ways(steps: &[Step]) -> Vec<Way> {
    let is = |step: &&Step, kinds: &[&str]| kinds.contains(&step.requirement.as_str());
    let steps = || steps.iter().filter(|step| !is_condition(step));
    let mut needed = steps()
        .filter(|step| is(step, &["REQUIRED", "CONDITIONAL"]))
        .peekable();
    let found: Vec<Way> = match needed.peek() {
        None => {
            let others = steps().filter(|step| is(step, &["ALTERNATIVE"]));
            others.flat_map(of_step).take(MOST).collect()
        }
        Some(_) => needed.fold(vec![Way::new()], |before, step| {
            let own = of_step(step);
            let longer = before
                .iter()
                .flat_map(|way| own.iter().map(move |more| [way.as_slice(), more].concat()));
            longer.take(MOST).collect()
        }),
    };
    found
}

fn is_condition(step: &Step) -> bool {
    step.provider.starts_with("conditional-")
}

/// The ways through one step. One that depends on a condition may be passed over, so it never closes a way.
fn of_step(step: &Step) -> Vec<Way> {
    if !step.is_flow {
        return vec![vec![Stride {
            name: step.name.clone(),
            conditions: Vec::new(),
        }]];
    }
    let mut found = ways(&step.inside);
    if step.requirement == "CONDITIONAL" {
        let conditions = step.inside.iter().filter(|one| is_condition(one));
        let is_on = |one: &&Step| one.requirement != "DISABLED";
        let names: Vec<String> = conditions
            .filter(is_on)
            .map(|one| one.name.clone())
            .collect();
        // Without a condition that holds, Keycloak passes over all of it.
        if names.is_empty() || found.is_empty() {
            return vec![Way::new()];
        }
        for stride in found.iter_mut().flatten() {
            stride.conditions.extend(names.iter().cloned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A line for each step: its depth in dots, its provider or `+` for a flow, and its requirement.
    fn flow(lines: &str) -> Vec<Way> {
        let steps = lines.split(", ").map(|line| {
            let name = line.trim_start_matches('.');
            let (provider, requirement) = name.split_once(' ').unwrap();
            json!({
                "level": line.len() - name.len(),
                "displayName": provider,
                "providerId": provider.trim_start_matches('+'),
                "authenticationFlow": provider.starts_with('+'),
                "requirement": requirement,
            })
        });
        through(&Value::Array(steps.collect()))
    }

    fn told(ways: &[Way]) -> Vec<String> {
        let stride = |one: &Stride| match one.conditions.is_empty() {
            true => one.name.clone(),
            false => format!("{}?", one.name),
        };
        let way = |way: &Way| way.iter().map(stride).collect::<Vec<_>>().join(" ");
        ways.iter().map(way).collect()
    }

    #[test]
    fn a_flow_is_read_as_keycloak_reads_it() {
        let browser = "auth-cookie ALTERNATIVE, auth-spnego DISABLED, identity-provider-redirector ALTERNATIVE, \
            +forms ALTERNATIVE, .auth-username-password-form REQUIRED, .+otp CONDITIONAL, \
            ..conditional-user-configured REQUIRED, ..auth-otp-form REQUIRED";
        for (lines, expected) in [
            (
                browser,
                vec![
                    "auth-cookie",
                    "identity-provider-redirector",
                    "auth-username-password-form auth-otp-form?",
                ],
            ),
            ("auth-cookie ALTERNATIVE", vec!["auth-cookie"]),
            ("auth-password-form DISABLED", vec![]),
            (
                "auth-cookie REQUIRED, auth-password-form ALTERNATIVE",
                vec!["auth-cookie"],
            ),
            (
                "+if CONDITIONAL, .conditional-user-role REQUIRED, .auth-password-form REQUIRED",
                vec!["auth-password-form?"],
            ),
            (
                "auth-password-form REQUIRED, +if CONDITIONAL, .auth-otp-form REQUIRED",
                vec!["auth-password-form"],
            ),
            ("auth-password-form REQUIRED, +none REQUIRED", vec![]),
            (
                "+a REQUIRED, .x ALTERNATIVE, .auth-cookie ALTERNATIVE, auth-password-form REQUIRED",
                vec!["x auth-password-form", "auth-cookie auth-password-form"],
            ),
            (
                "auth-password-form REQUIRED, auth-otp-form REQUIRED",
                vec!["auth-password-form auth-otp-form"],
            ),
        ] {
            let found = flow(lines);

            assert_eq!(told(&found), expected, "{lines}");
        }
        assert!(through(&json!([])).is_empty() && through(&Value::Null).is_empty());
    }
}
