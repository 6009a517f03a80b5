//! Flows as Keycloak has them, and what comes of people in them.

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
    // What is not here is passed over where something else takes its place.
    assert_eq!(asked(EITHER, &somebody(&all)), ["otp"]);
    assert_eq!(asked(EITHER, &declining("otp", &all)), [codes]);
    assert_eq!(asked(EITHER, &declining(codes, &all)), ["otp"]);
    assert_eq!(asked(BOTH, &somebody(&all)), ["otp", codes]);
    // What is required is not declined.
    let declined = decide(&flow(BOTH), &declining("otp", &all));
    assert_eq!(declined.end, End::Refused("auth-otp-form".to_owned()));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table, a row a flow")]
fn people_go_through_flows_as_in_keycloak() {
    let plain = || somebody(&["password"]);
    let refused = |step: &str| End::Refused(step.to_owned());
    let nothing = |flow: &str| End::Nothing(flow.to_owned());
    let cannot = |step: &str| End::CannotRun(step.to_owned());
    let with = |change: fn(&mut Facts)| {
        let mut facts = plain();
        change(&mut facts);
        facts
    };
    let form = "auth-username-password-form REQUIRED";
    let if_boss = |rest: &str| {
        format!(
            "{form}, +if CONDITIONAL, .conditional-user-role REQUIRED condUserRole={rest}, .deny-access-authenticator REQUIRED"
        )
    };
    let if_sales = |rest: &str| {
        format!(
            "{form}, +if CONDITIONAL, .conditional-user-attribute REQUIRED attribute_name=dept {rest}, .deny-access-authenticator REQUIRED"
        )
    };
    let unless_bank = || {
        format!(
            "{form}, +if CONDITIONAL, .conditional-client-scope REQUIRED client_scope=bank negate=true, .deny-access-authenticator REQUIRED"
        )
    };
    let levels = |asked: &str| {
        format!(
            "+one CONDITIONAL, .conditional-level-of-authentication REQUIRED loa-condition-level=1, .{form}, \
            +two CONDITIONAL, .conditional-level-of-authentication REQUIRED loa-condition-level={asked}, .auth-otp-form REQUIRED"
        )
    };
    for (steps, facts, end) in [
        (BROWSER.to_owned(), plain(), End::In),
        (BROWSER.to_owned(), Facts::default(), End::Nobody),
        (
            BROWSER.to_owned(),
            with(|facts| facts.has_session = true),
            End::In,
        ),
        (
            BROWSER.to_owned(),
            with(|facts| facts.has_organizations = true),
            End::In,
        ),
        (
            BROWSER.to_owned(),
            with(|facts| facts.hint = Some("acme".to_owned())),
            End::Sent("acme".to_owned()),
        ),
        (
            BROWSER.to_owned(),
            with(|facts| facts.hint = Some("nowhere".to_owned())),
            End::In,
        ),
        (
            BROWSER.to_owned(),
            somebody(&[]),
            refused("auth-username-password-form"),
        ),
        // A second factor that was set up is not dropped in silence.
        (BROWSER.to_owned(), somebody(&["password", "otp"]), End::In),
        (
            BROWSER.to_owned(),
            declining("otp", &["password", "otp"]),
            refused("auth-otp-form"),
        ),
        (
            BROWSER.to_owned(),
            somebody(&["password", "webauthn"]),
            End::In,
        ),
        (DIRECT.to_owned(), plain(), End::In),
        (DIRECT.to_owned(), somebody(&["password", "otp"]), End::In),
        (
            "direct-grant-validate-username REQUIRED, direct-grant-validate-otp REQUIRED"
                .to_owned(),
            plain(),
            refused("direct-grant-validate-otp"),
        ),
        (
            format!("{form}, auth-otp-form REQUIRED"),
            plain(),
            refused("auth-otp-form"),
        ),
        (
            format!("{form}, auth-otp-form REQUIRED"),
            with(|facts| {
                let person = facts.person.as_mut().unwrap();
                person.may_set_up_otp = true;
            }),
            End::In,
        ),
        // Nobody has said who that is.
        (
            format!("auth-otp-form REQUIRED, {form}"),
            somebody(&["password", "otp"]),
            End::Nobody,
        ),
        (
            format!("{form}, webauthn-authenticator REQUIRED"),
            somebody(&["password", "webauthn"]),
            cannot("webauthn-authenticator"),
        ),
        (
            format!("{form}, auth-otp-form ALTERNATIVE"),
            plain(),
            End::In,
        ),
        (
            format!("magic-link ALTERNATIVE, +forms ALTERNATIVE, .{form}"),
            plain(),
            End::In,
        ),
        (
            "magic-link REQUIRED".to_owned(),
            plain(),
            cannot("magic-link"),
        ),
        (
            "auth-cookie REQUIRED".to_owned(),
            plain(),
            refused("auth-cookie"),
        ),
        (
            "auth-cookie ALTERNATIVE".to_owned(),
            plain(),
            nothing("top"),
        ),
        (
            "auth-cookie DISABLED, auth-spnego ALTERNATIVE".to_owned(),
            with(|facts| facts.has_session = true),
            nothing("top"),
        ),
        (
            "auth-spnego ALTERNATIVE".to_owned(),
            with(|facts| facts.has_ticket = true),
            End::In,
        ),
        (
            "identity-provider-redirector ALTERNATIVE defaultProvider=acme".to_owned(),
            plain(),
            End::Sent("acme".to_owned()),
        ),
        (
            "auth-username-form REQUIRED, auth-password-form REQUIRED".to_owned(),
            plain(),
            End::In,
        ),
        (
            "auth-password-form REQUIRED".to_owned(),
            plain(),
            End::Nobody,
        ),
        // Without a condition, and with one that does not hold, a conditional flow is not there.
        (
            format!("{form}, +if CONDITIONAL, .deny-access-authenticator REQUIRED"),
            plain(),
            End::In,
        ),
        (
            if_boss("boss"),
            plain(),
            refused("deny-access-authenticator"),
        ),
        (if_boss("boss negate=true"), plain(), End::In),
        (if_boss("clerk"), plain(), End::In),
        (
            if_boss("clerk negate=true"),
            plain(),
            refused("deny-access-authenticator"),
        ),
        (
            if_sales("attribute_expected_value=sales"),
            plain(),
            refused("deny-access-authenticator"),
        ),
        (
            if_sales("attribute_expected_value=s.* regex=true"),
            plain(),
            refused("deny-access-authenticator"),
        ),
        (
            if_sales("attribute_expected_value=ale regex=true"),
            plain(),
            End::In,
        ),
        (
            if_sales("attribute_expected_value=( regex=true"),
            plain(),
            cannot("conditional-user-attribute"),
        ),
        (
            if_sales("attribute_expected_value=sales not=true"),
            plain(),
            End::In,
        ),
        (
            format!(
                "{form}, +if CONDITIONAL, .conditional-client-scope REQUIRED client_scope=bank, .deny-access-authenticator REQUIRED"
            ),
            with(|facts| facts.scopes = vec!["bank".to_owned()]),
            refused("deny-access-authenticator"),
        ),
        (
            format!(
                "{form}, +if CONDITIONAL, .conditional-moon-phase REQUIRED, .deny-access-authenticator REQUIRED"
            ),
            plain(),
            cannot("conditional-moon-phase"),
        ),
        // What is not there is neither had nor missed.
        (
            if_boss("boss negate=true"),
            with(|facts| {
                let person = facts.person.as_mut().unwrap();
                person.roles.clear();
                person.gone.roles.insert("boss".to_owned());
            }),
            End::In,
        ),
        (unless_bank(), plain(), refused("deny-access-authenticator")),
        (
            unless_bank(),
            with(|facts| {
                let person = facts.person.as_mut().unwrap();
                person.gone.scopes.insert("bank".to_owned());
            }),
            End::In,
        ),
        // What may be a condition under another name ends it too.
        (
            format!(
                "{form}, +if CONDITIONAL, .moon-phase REQUIRED, .deny-access-authenticator REQUIRED"
            ),
            plain(),
            cannot("moon-phase"),
        ),
        (
            format!("{form}, +if CONDITIONAL, .moon-phase DISABLED, .auth-otp-form REQUIRED"),
            plain(),
            End::In,
        ),
        (levels("2"), plain(), End::In),
        (
            levels("2"),
            with(|facts| facts.level = 2),
            refused("auth-otp-form"),
        ),
        (
            format!(
                "+a REQUIRED, .{form}, +b CONDITIONAL, .conditional-sub-flow-executed REQUIRED flow_to_check=a, .deny-access-authenticator REQUIRED"
            ),
            plain(),
            refused("deny-access-authenticator"),
        ),
        (
            format!(
                "+b CONDITIONAL, .conditional-sub-flow-executed REQUIRED flow_to_check=a, .deny-access-authenticator REQUIRED, +a REQUIRED, .{form}"
            ),
            plain(),
            End::In,
        ),
        // A flow in which nothing counts has failed.
        (
            format!("{form}, +none REQUIRED, .auth-cookie DISABLED"),
            plain(),
            nothing("none"),
        ),
    ] {
        assert_eq!(decide(&flow(&steps), &facts).end, end, "{steps}");
    }
}

#[test]
fn a_flow_locks_out_where_nobody_comes_in() {
    let unless = |value: &str| {
        format!(
            "+unless CONDITIONAL, .conditional-user-attribute REQUIRED attribute_name=dept not=true \
            attribute_expected_value={value}, .deny-access-authenticator REQUIRED"
        )
    };
    let form = "auth-username-password-form REQUIRED";
    let none = Ways::default();
    let all = Ways {
        providers: vec!["acme".to_owned()],
        has_tickets: true,
    };
    for (steps, alone, with_all) in [
        (BROWSER.to_owned(), false, false),
        (DIRECT.to_owned(), false, false),
        // A cookie is no proof: it says who was proved before.
        ("auth-cookie ALTERNATIVE".to_owned(), true, true),
        ("auth-spnego REQUIRED".to_owned(), true, false),
        (
            "identity-provider-redirector REQUIRED".to_owned(),
            true,
            true,
        ),
        (
            "identity-provider-redirector REQUIRED defaultProvider=acme".to_owned(),
            true,
            false,
        ),
        (
            format!("{form}, +none REQUIRED, .auth-cookie DISABLED"),
            true,
            true,
        ),
        (format!("{form}, magic-link REQUIRED"), true, true),
        // Whoever was not named yet has no role.
        (
            format!("+if CONDITIONAL, .conditional-user-role REQUIRED condUserRole=boss, .{form}"),
            true,
            true,
        ),
        (
            format!(
                "{form}, +if CONDITIONAL, .conditional-user-attribute REQUIRED attribute_name=dept \
                attribute_expected_value=it not=true, .deny-access-authenticator REQUIRED"
            ),
            false,
            false,
        ),
        // Somebody may have both values.
        (
            format!("{form}, {}, {}", unless("it"), unless("hr")),
            false,
            false,
        ),
        // What matches is not known, but somebody may have it. A pattern that cannot be read ends each sign-in.
        (
            format!("{form}, {}", unless("(it|hr)-[0-9]+ regex=true")),
            false,
            false,
        ),
        (format!("{form}, {}", unless("( regex=true")), true, true),
    ] {
        let flow = flow(&steps);
        assert_eq!(locks_out(&flow, &none), alone, "{steps}");
        assert_eq!(locks_out(&flow, &all), with_all, "{steps}");
    }
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
