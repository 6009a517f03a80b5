//! Flows as Keycloak has them, and what comes of people in them.

mod declined;
mod guard;
mod levels;
mod limits;
mod people;

use std::collections::BTreeMap;

use super::*;
use crate::flow::AuthenticatorConfig;
use crate::id::{ExecutionId, FlowId};

/// A line for each step: its depth in dots, its authenticator or `+` and the name of a flow, its requirement, and what
/// is set for it as `name=value`.
fn flow(lines: &str) -> Tree {
    let mut lines = lines.split(", ").peekable();
    let steps = read(&mut lines, 0);
    tree("top", steps)
}

fn tree(alias: &str, steps: Vec<Node>) -> Tree {
    Tree {
        id: FlowId::new(alias),
        alias: alias.to_owned(),
        description: None,
        kind: "basic-flow".to_owned(),
        built_in: false,
        steps,
    }
}

fn read<'a>(
    lines: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>,
    depth: usize,
) -> Vec<Node> {
    let mut steps = Vec::new();
    while let Some(line) = lines.peek().copied() {
        let words = line.trim().trim_start_matches('.');
        if line.trim().len() - words.len() < depth {
            break;
        }
        lines.next();
        let mut words = words.split(' ');
        let (name, requirement) = (words.next().unwrap(), words.next().unwrap());
        let pairs = words.map(|pair| pair.split_once('=').unwrap());
        let config: BTreeMap<String, String> = pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let flow = name
            .strip_prefix('+')
            .map(|alias| tree(alias, read(lines, depth + 1)));
        steps.push(Node {
            id: ExecutionId::new(name),
            requirement: requirement.to_owned(),
            authenticator: flow.is_none().then(|| name.to_owned()),
            config: (!config.is_empty()).then(|| AuthenticatorConfig {
                id: name.to_owned(),
                alias: name.to_owned(),
                config,
            }),
            flow,
        });
    }
    steps
}

/// What Keycloak makes for a new realm.
const BROWSER: &str = "auth-cookie ALTERNATIVE, auth-spnego DISABLED, identity-provider-redirector ALTERNATIVE, \
    +Organization ALTERNATIVE, .+if-organization CONDITIONAL, ..conditional-user-configured REQUIRED, \
    ..organization ALTERNATIVE, +forms ALTERNATIVE, .auth-username-password-form REQUIRED, .+2fa CONDITIONAL, \
    ..conditional-user-configured REQUIRED, ..conditional-credential REQUIRED credentials=webauthn-passwordless, \
    ..auth-otp-form ALTERNATIVE, ..webauthn-authenticator DISABLED";

const DIRECT: &str = "direct-grant-validate-username REQUIRED, direct-grant-validate-password REQUIRED, \
    +otp CONDITIONAL, .conditional-user-configured REQUIRED, .direct-grant-validate-otp REQUIRED";

fn somebody(credentials: &[&str]) -> Facts {
    Facts {
        providers: vec!["acme".to_owned()],
        person: Some(Person {
            credentials: credentials.iter().map(|kind| (*kind).to_owned()).collect(),
            roles: ["boss".to_owned()].into(),
            attributes: [("dept".to_owned(), vec!["sales".to_owned()])].into(),
            ..Person::default()
        }),
        ..Facts::default()
    }
}

fn declining(kind: &str, credentials: &[&str]) -> Facts {
    Facts {
        declined: [kind.to_owned()].into(),
        ..somebody(credentials)
    }
}

#[test]
fn what_is_proved_beside_a_password_is_asked_in_its_order() {
    const EITHER: &str = "auth-username-password-form REQUIRED, +2fa CONDITIONAL, \
        .conditional-user-configured REQUIRED, .webauthn-authenticator ALTERNATIVE, .auth-otp-form ALTERNATIVE, \
        .auth-recovery-authn-code-form ALTERNATIVE";
    const BOTH: &str = "auth-username-password-form REQUIRED, auth-otp-form REQUIRED, auth-recovery-authn-code-form REQUIRED";
    let codes = "recovery-authn-codes";
    let asked = |steps: &str, facts: &Facts| -> Vec<String> {
        let course = decide(&flow(steps), facts);
        course.asked().map(str::to_owned).collect()
    };
    let all = ["password", "webauthn", "otp", codes];
    assert_eq!(asked(EITHER, &somebody(&["password"])), [""; 0]);
    assert_eq!(asked(EITHER, &somebody(&all)), ["webauthn"]);
    assert_eq!(asked(EITHER, &declining("webauthn", &all)), ["otp"]);
    let mut two = declining("webauthn", &all);
    two.declined.insert("otp".to_owned());
    assert_eq!(asked(EITHER, &two), [codes]);
    assert_eq!(asked(EITHER, &declining(codes, &all)), ["webauthn"]);
    assert_eq!(asked(EITHER, &somebody(&["password", "otp"])), ["otp"]);
    assert_eq!(asked(BOTH, &somebody(&all)), ["otp", codes]);
    // What is required is not declined.
    let declined = decide(&flow(BOTH), &declining("otp", &all));
    assert_eq!(declined.end, End::Refused("auth-otp-form".to_owned()));
}

#[test]
fn each_step_says_because_of_what() {
    let told = |steps: &str, facts: &Facts| -> Vec<String> {
        let course = decide(&flow(steps), facts);
        let stride = |one: &Stride| {
            let because = &one.because;
            let about = match because.about.as_str() {
                "" => String::new(),
                about => format!("({about})"),
            };
            let dots = ".".repeat(one.depth);
            format!(
                "{dots}{} {} {}{about}",
                one.name,
                one.verdict.name(),
                because.why
            )
        };
        course.strides.iter().map(stride).collect()
    };

    assert_eq!(
        told(BROWSER, &somebody(&["password", "otp"])),
        [
            "auth-cookie passed-over no-session",
            "auth-spnego not-reached disabled",
            "identity-provider-redirector passed-over no-provider",
            "Organization passed-over inside-failed",
            ".if-organization passed-over nothing-set-up",
            "forms done inside",
            ".auth-username-password-form done password",
            ".2fa done inside",
            "..conditional-user-configured done holds",
            "..conditional-credential done holds",
            "..auth-otp-form done proves(otp)",
            "..webauthn-authenticator not-reached disabled",
        ]
    );
    let mut at_home = somebody(&["password"]);
    at_home.has_session = true;
    assert_eq!(
        told(
            "auth-cookie ALTERNATIVE, +forms ALTERNATIVE, .auth-username-password-form REQUIRED",
            &at_home
        ),
        ["auth-cookie done session", "forms not-reached enough"]
    );
}
