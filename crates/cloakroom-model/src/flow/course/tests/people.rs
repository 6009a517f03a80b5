//! How sign-ins end: a table, a row a flow and a person.

use super::*;

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
                person.may_set_up.insert("otp".to_owned());
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
            End::In,
        ),
        (
            format!("{form}, webauthn-authenticator REQUIRED"),
            plain(),
            refused("webauthn-authenticator"),
        ),
        (
            format!("{form}, webauthn-authenticator REQUIRED"),
            with(|facts| {
                let person = facts.person.as_mut().unwrap();
                person.may_set_up.insert("webauthn".to_owned());
            }),
            End::In,
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
            with(|facts| facts.level = Some(2)),
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
