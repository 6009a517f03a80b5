//! What stands in a tree in place of what is not there or not read.

use super::*;
use crate::flow::course::{End, Facts, Person, decide};

fn flow(id: &str) -> Flow {
    Flow {
        id: FlowId::new(id),
        alias: id.to_owned(),
        description: None,
        provider_id: "basic-flow".to_owned(),
        top_level: id == "top",
        built_in: false,
    }
}

/// A step of a flow; `+` and a name is one that stands for a flow.
fn step(flow: &str, what: &str, requirement: &str) -> Execution {
    let child = what.strip_prefix('+');
    Execution {
        id: ExecutionId::new(format!("{flow} {what}")),
        flow: FlowId::new(flow),
        authenticator: child.is_none().then(|| what.to_owned()),
        child_flow: child.map(FlowId::new),
        config: None,
        requirement: requirement.to_owned(),
        priority: 0,
    }
}

fn book(flows: &[&str], executions: Vec<Execution>) -> Book {
    Book {
        flows: flows.iter().map(|id| flow(id)).collect(),
        executions,
        configs: Vec::new(),
    }
}

/// How a sign-in ends of somebody who has a password and nothing else.
fn end(book: &Book) -> End {
    let person = Person {
        credentials: ["password".to_owned()].into(),
        ..Person::default()
    };
    let facts = Facts {
        person: Some(person),
        level: Some(1),
        ..Facts::default()
    };
    decide(&book.named("top").unwrap(), &facts).end
}

const FORM: &str = "auth-username-password-form";
const DENY: &str = "deny-access-authenticator";

#[test]
fn nobody_gets_by_a_step_whose_flow_is_gone() {
    let with = |requirement: &str| {
        let steps = vec![
            step("top", FORM, "REQUIRED"),
            step("top", "+gone", requirement),
        ];
        end(&book(&["top"], steps))
    };
    let closed = End::CannotRun("flow gone".to_owned());
    assert_eq!(with("REQUIRED"), closed);
    assert_eq!(with("CONDITIONAL"), closed);
    // What does not count does not count either where it is gone.
    assert_eq!(with("DISABLED"), End::In);
    assert_eq!(with("ALTERNATIVE"), End::In);
    // One that something else takes the place of is passed over.
    let either = vec![
        step("top", "+gone", "ALTERNATIVE"),
        step("top", FORM, "ALTERNATIVE"),
    ];
    assert_eq!(end(&book(&["top"], either)), End::In);
    let alone = vec![step("top", "+gone", "ALTERNATIVE")];
    assert_eq!(end(&book(&["top"], alone)), closed);
}

#[test]
fn nobody_gets_by_steps_that_are_not_read() {
    let many = |count: usize, last: &str| {
        let mut steps = vec![step("top", FORM, "REQUIRED")];
        steps.extend((2..count).map(|_| step("top", "allow-access-authenticator", "REQUIRED")));
        steps.push(step("top", last, "REQUIRED"));
        book(&["top", "inside"], steps)
    };
    let closed = End::CannotRun(BEYOND.to_owned());
    assert_eq!(end(&many(MOST, "allow-access-authenticator")), End::In);
    assert_eq!(end(&many(MOST, DENY)), End::Refused(DENY.to_owned()));
    assert_eq!(end(&many(MOST + 1, DENY)), closed);
    // What is cut may be in a flow of its own, which others could take the place of.
    let mut inside = many(MOST, "+inside");
    for step in &mut inside.executions {
        "ALTERNATIVE".clone_into(&mut step.requirement);
    }
    inside.executions[0] = step("top", "auth-cookie", "ALTERNATIVE");
    for step in &mut inside.executions[1..MOST - 1] {
        step.authenticator = Some("auth-cookie".to_owned());
    }
    inside.executions.push(step("inside", DENY, "REQUIRED"));
    inside.executions.push(step("top", FORM, "ALTERNATIVE"));
    assert_eq!(end(&inside), closed);
}

#[test]
fn nobody_gets_by_flows_that_are_nested_too_deep() {
    let nested = |deepest: usize| {
        let names: Vec<String> = (0..=deepest).map(|depth| format!("f{depth}")).collect();
        let mut flows = vec!["top"];
        flows.extend(names.iter().map(String::as_str));
        let mut steps = vec![step("top", FORM, "REQUIRED")];
        for pair in flows.windows(2) {
            if let [around, inside] = pair {
                steps.push(step(around, &format!("+{inside}"), "REQUIRED"));
                steps.push(step(around, "allow-access-authenticator", "REQUIRED"));
            }
        }
        let last = flows.last().unwrap();
        steps.push(step(last, "auth-otp-form", "REQUIRED"));
        steps.push(step(last, "conditional-user-configured", "REQUIRED"));
        for one in &mut steps {
            if one.child_flow == Some(FlowId::new(*last)) {
                "CONDITIONAL".clone_into(&mut one.requirement);
            }
        }
        book(&flows, steps)
    };
    // Who has set up no code is not asked for one, as far as it can be told that this is what is asked.
    assert_eq!(end(&nested(DEEPEST - 1)), End::In);
    assert_eq!(end(&nested(DEEPEST)), End::CannotRun(BEYOND.to_owned()));
}
