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
