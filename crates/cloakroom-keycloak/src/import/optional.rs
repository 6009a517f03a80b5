//! Steps that Keycloak before version 8 called optional: whoever had set them up was asked for them. They become conditional
//! flows, as Keycloak makes them of such a file, so that nobody's second factor is forgotten.

use serde_json::{Value, json};

use super::error::Result;
use super::lenient::Part;
use super::report::Report;
use crate::read::Object;

const STEPS: &str = "authenticationExecutions";

/// The flows of the file with those that its optional steps become behind them.
pub(super) fn replaced(sent: &[&Object], report: &mut Report) -> Result<Vec<Object>> {
    let mut flows: Vec<Object> = sent.iter().map(|flow| (*flow).clone()).collect();
    let mut names: Vec<String> = Vec::new();
    for flow in sent {
        names.extend(Part::new(flow, "", "").text("alias")?);
    }
    let mut made = Vec::new();
    for flow in &mut flows {
        let alias = Part::new(flow, "authenticationFlows[]", "").name("alias")?;
        let built_in = flow.get("builtIn").cloned().unwrap_or(Value::Bool(false));
        let Some(Value::Array(steps)) = flow.get_mut(STEPS) else {
            continue;
        };
        for step in steps.iter_mut().filter_map(Value::as_object_mut) {
            let Some(authenticator) = optional(step) else {
                continue;
            };
            let name = free(&format!("{alias} - {authenticator} - Conditional"), &names);
            let how = format!(
                "OPTIONAL became the conditional flow {name}, as Keycloak has it since version 8: whoever has set it up is \
                 asked for it"
            );
            let place = "authenticationFlows[].authenticationExecutions[].requirement";
            report.approximate(place, &format!("{alias}/{authenticator}"), how);
            made.push(conditional(step, &name, &authenticator, built_in.clone()));
            names.push(name);
        }
    }
    flows.extend(made);
    Ok(flows)
}

/// The authenticator of a step that is optional.
fn optional(step: &Object) -> Option<String> {
    let is_flow = step.get("flowAlias").is_some_and(|alias| !alias.is_null());
    let is_optional = step.get("requirement").and_then(Value::as_str) == Some("OPTIONAL");
    let authenticator = step.get("authenticator").and_then(Value::as_str);
    authenticator
        .filter(|_| is_optional && !is_flow)
        .map(str::to_owned)
}

/// Puts a flow of this name in the place of a step, and says the flow: the step, after the question whether it is set up.
fn conditional(step: &mut Object, name: &str, authenticator: &str, built_in: Value) -> Object {
    let priority = step.get("priority").cloned().unwrap_or(Value::Null);
    let within = json!({
        "authenticatorFlow": true,
        "flowAlias": name,
        "requirement": "CONDITIONAL",
        "priority": priority,
    });
    let mut inner = std::mem::take(step);
    if let Value::Object(within) = within {
        *step = within;
    }
    inner.insert("requirement".to_owned(), json!("REQUIRED"));
    inner.insert("priority".to_owned(), json!(20));
    let asked = json!({
        "authenticator": "conditional-user-configured",
        "requirement": "REQUIRED",
        "priority": 10,
    });
    let description =
        format!("Flow to determine if the {authenticator} authenticator should be used or not.");
    Object::from_iter([
        ("alias".to_owned(), json!(name)),
        ("description".to_owned(), json!(description)),
        ("providerId".to_owned(), json!("basic-flow")),
        ("topLevel".to_owned(), json!(false)),
        ("builtIn".to_owned(), built_in),
        (STEPS.to_owned(), json!([asked, inner])),
    ])
}

/// The name, or the name with a number where another flow has it.
fn free(name: &str, taken: &[String]) -> String {
    let mut free = name.to_owned();
    let mut number = 1_u32;
    while taken.contains(&free) {
        number += 1;
        free = format!("{name} {number}");
    }
    free
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::report::Outcome;

    #[test]
    fn an_optional_step_is_asked_of_those_who_have_set_it_up() {
        let forms = json!({"alias": "forms", "builtIn": true, "authenticationExecutions": [
            {"authenticator": "auth-username-password-form", "requirement": "REQUIRED", "priority": 10},
            {"authenticator": "auth-otp-form", "requirement": "OPTIONAL", "priority": 20, "userSetupAllowed": true},
            {"authenticator": "auth-otp-form", "requirement": "OPTIONAL", "priority": 30},
        ]});
        let mut report = Report::new("x", Outcome::Created);
        let flows = replaced(&[forms.as_object().unwrap()], &mut report).unwrap();

        let name = "forms - auth-otp-form - Conditional";
        assert_eq!(flows.len(), 3);
        assert_eq!(flows[0][STEPS][1]["flowAlias"], name);
        assert_eq!(flows[0][STEPS][1]["requirement"], "CONDITIONAL");
        assert_eq!(flows[0][STEPS][1]["priority"], 20);
        assert_eq!(flows[0][STEPS][2]["flowAlias"], format!("{name} 2"));
        assert_eq!(flows[1]["alias"], name);
        assert_eq!(
            flows[1][STEPS][0]["authenticator"],
            "conditional-user-configured"
        );
        assert_eq!(flows[1][STEPS][1]["authenticator"], "auth-otp-form");
        assert_eq!(flows[1][STEPS][1]["requirement"], "REQUIRED");
        assert_eq!(report.approximated.places().count(), 2);
    }
}
