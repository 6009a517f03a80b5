//! Limits of sessions: how their settings are read, and where they are met.

use super::*;

const FLOW: &str = "auth-username-password-form REQUIRED, user-session-limits REQUIRED set=yes";

/// The course of somebody through a flow with a limit that has these settings.
fn met(lines: &str, settings: &[(&str, &str)], facts: &Facts) -> Course {
    let mut flow = flow(lines);
    for step in &mut flow.steps {
        if let Some(config) = &mut step.config {
            let settings = settings.iter();
            let settings = settings.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            config.config = settings.collect();
        }
    }
    decide(&flow, facts)
}

#[test]
fn a_limit_is_what_its_settings_say() {
    let limit = |settings: &[(&str, &str)]| {
        let course = met(FLOW, settings, &somebody(&["password"]));
        assert_eq!(course.end, End::In, "{settings:?}");
        course.reached.limits
    };
    let plain = SessionLimit {
        in_realm: Some(3),
        with_client: None,
        ends_oldest: false,
        message: String::new(),
    };
    assert_eq!(
        limit(&[("userRealmLimit", "3")]),
        std::slice::from_ref(&plain)
    );
    let all = [
        ("userRealmLimit", " 3 "),
        ("userClientLimit", "1"),
        ("behavior", "Terminate oldest session"),
        ("errorMessage", "tooMany"),
    ];
    let whole = SessionLimit {
        with_client: Some(1),
        ends_oldest: true,
        message: "tooMany".to_owned(),
        ..plain
    };
    assert_eq!(limit(&all), [whole]);
    for none in ["", "0", "-1", "-9223372036854775808"] {
        let both = [("userRealmLimit", none), ("userClientLimit", none)];
        assert!(limit(&both).is_empty(), "{none}");
    }
    assert!(limit(&[]).is_empty());
}

#[test]
fn nobody_passes_a_limit_that_is_not_understood() {
    for (name, value) in [
        ("userRealmLimit", "many"),
        ("userRealmLimit", "2.5"),
        ("userRealmLimit", "99999999999999999999"),
        ("userClientLimit", "0x10"),
        ("behavior", "Deny nobody"),
    ] {
        let course = met(FLOW, &[(name, value)], &somebody(&["password"]));
        let refused = End::Refused("user-session-limits".to_owned());
        assert_eq!(course.end, refused, "{name} {value}");
        assert!(course.reached.limits.is_empty());
    }
}

#[test]
fn a_limit_counts_whoever_is_known_where_it_stands() {
    const BEFORE: &str =
        "user-session-limits REQUIRED set=yes, auth-username-password-form REQUIRED";
    let one = [("userRealmLimit", "1")];
    let before = met(BEFORE, &one, &somebody(&["password"]));
    assert_eq!((before.end, before.reached.limits.len()), (End::In, 0));
    // What follows a provider knows them, and asks nothing.
    let known = Facts {
        is_known: true,
        asks_nothing: true,
        ..somebody(&[])
    };
    let after = met("user-session-limits REQUIRED set=yes", &one, &known);
    assert_eq!((after.end, after.reached.limits.len()), (End::In, 1));
}
