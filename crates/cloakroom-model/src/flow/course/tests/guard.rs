//! Which flows let nobody in.

use super::*;

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
        ..Ways::default()
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
fn what_every_sign_in_has_shuts_everybody_out_and_what_some_have_does_not() {
    let none = Ways::default();
    let all = Ways {
        scopes: vec!["profile".to_owned()],
        roles: ["everybody".to_owned()].into(),
        ..Ways::default()
    };
    for (condition, alone, with_all) in [
        (
            "conditional-client-scope REQUIRED client_scope=profile",
            false,
            true,
        ),
        (
            "conditional-client-scope REQUIRED client_scope=phone",
            false,
            false,
        ),
        (
            "conditional-client-scope REQUIRED client_scope=phone negate=true",
            false,
            false,
        ),
        (
            "conditional-user-role REQUIRED condUserRole=everybody",
            false,
            true,
        ),
        (
            "conditional-user-role REQUIRED condUserRole=boss",
            false,
            false,
        ),
    ] {
        let flow = flow(&format!(
            "auth-username-password-form REQUIRED, +if CONDITIONAL, .{condition}, .deny-access-authenticator REQUIRED"
        ));
        assert_eq!(locks_out(&flow, &none), alone, "{condition}");
        assert_eq!(locks_out(&flow, &all), with_all, "{condition}");
    }
}

#[test]
fn nobody_has_what_is_not_in_the_realm() {
    let form = "auth-username-password-form REQUIRED";
    let paper = format!("{form}, auth-recovery-authn-code-form REQUIRED");
    let code = format!("{form}, auth-otp-form REQUIRED");
    let key = format!("{form}, webauthn-authenticator REQUIRED");
    let either = format!(
        "{form}, +second REQUIRED, .auth-otp-form ALTERNATIVE, .webauthn-authenticator ALTERNATIVE"
    );
    let granted = DIRECT.replace("+otp CONDITIONAL", "+otp REQUIRED");
    let kinds = ["otp", "webauthn", "recovery-authn-codes"];
    let one = |kind: &str| -> BTreeSet<String> { [kind.to_owned()].into() };
    let has = |kind: &str| Ways {
        credentials: one(kind),
        ..Ways::default()
    };
    let sets_up = |kind: &str| Ways {
        set_up: one(kind),
        ..Ways::default()
    };
    // For each flow the kinds of which it is enough that somebody has one, and that people may set one up in it.
    for (steps, having, setting_up) in [
        (&paper, &["recovery-authn-codes"][..], &[][..]),
        (&code, &["otp"], &["otp"]),
        (&key, &["webauthn"], &["webauthn"]),
        (&either, &["otp", "webauthn"], &[]),
        (&granted, &["otp"], &[]),
    ] {
        let flow = flow(steps);
        assert!(locks_out(&flow, &Ways::default()), "{steps}");
        for kind in kinds {
            let lets_in = |ways: &Ways| !locks_out(&flow, ways);
            assert_eq!(
                lets_in(&has(kind)),
                having.contains(&kind),
                "{steps} {kind}"
            );
            assert_eq!(
                lets_in(&sets_up(kind)),
                setting_up.contains(&kind),
                "{steps} {kind}"
            );
        }
    }
    // Whoever has none is not asked for one.
    for steps in [BROWSER, DIRECT] {
        assert!(!locks_out(&flow(steps), &Ways::default()), "{steps}");
    }
}

#[test]
fn a_passkey_alone_is_a_way_in_where_somebody_has_one() {
    let alone = "auth-cookie ALTERNATIVE, webauthn-authenticator-passwordless ALTERNATIVE";
    let bosses = "auth-username-form REQUIRED, +either REQUIRED, .+bosses CONDITIONAL, \
        ..conditional-user-role REQUIRED condUserRole=boss, ..webauthn-authenticator-passwordless REQUIRED";
    let form = "auth-username-password-form REQUIRED";
    let has = |takes_passkeys: bool| Ways {
        has_passkeys: true,
        takes_passkeys,
        ..Ways::default()
    };
    assert!(locks_out(&flow(alone), &Ways::default()));
    assert!(!locks_out(&flow(alone), &has(false)));
    // Whether the first page offers one: in a form only where the realm says so, and under a condition to everybody.
    for (steps, takes, is_taken) in [
        (alone, false, true),
        (bosses, false, true),
        (form, false, false),
        (form, true, true),
        (
            "auth-username-password-form REQUIRED, auth-otp-form REQUIRED",
            false,
            false,
        ),
    ] {
        assert_eq!(
            takes_passkey(&flow(steps), takes),
            is_taken,
            "{steps} {takes}"
        );
    }
}

#[test]
fn a_condition_on_what_is_gone_holds_for_nobody() {
    let bosses = "auth-username-password-form REQUIRED, +only REQUIRED, .+bosses CONDITIONAL, \
        ..conditional-user-role REQUIRED condUserRole=boss, ..allow-access-authenticator REQUIRED";
    let mut ways = Ways::default();
    assert!(!locks_out(&flow(bosses), &ways));
    ways.gone.roles.insert("boss".to_owned());
    assert!(locks_out(&flow(bosses), &ways));
    let denied = "auth-username-password-form REQUIRED, +never CONDITIONAL, \
        .conditional-user-role REQUIRED condUserRole=boss negate=true, .deny-access-authenticator REQUIRED";
    assert!(!locks_out(&flow(denied), &ways));
}
