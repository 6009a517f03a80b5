//! Levels of authentication: which are asked for, which a session has, and which come of it.

use super::*;

const FLOW: &str = "auth-cookie ALTERNATIVE, +levels ALTERNATIVE, .+one CONDITIONAL, \
    ..conditional-level-of-authentication REQUIRED loa-condition-level=1 loa-max-age=600, ..auth-username-password-form REQUIRED, \
    .+two CONDITIONAL, ..conditional-level-of-authentication REQUIRED loa-condition-level=2 loa-max-age=60, ..auth-otp-form REQUIRED, \
    .+three CONDITIONAL, ..conditional-level-of-authentication REQUIRED loa-condition-level=3 loa-max-age=0, \
    ..webauthn-authenticator REQUIRED";

/// What is asked, in its order, and the level that comes of it.
fn asked(level: Option<i64>, session: Option<&[(i64, i64)]>) -> (Vec<String>, Option<i64>) {
    let facts = Facts {
        level,
        has_session: session.is_some(),
        had: session.unwrap_or_default().iter().copied().collect(),
        ..somebody(&["password", "otp", "webauthn"])
    };
    let course = decide(&flow(FLOW), &facts);
    assert_eq!(course.end, End::In, "{level:?} {session:?}");
    let first = course.has_password().then(|| "password".to_owned());
    let all = first.into_iter().chain(course.asked().map(str::to_owned));
    (all.collect(), course.reached.level)
}

/// The level that is asked for, what the session has reached and when, the steps that are asked, the level after them.
type Row = (
    Option<i64>,
    Option<&'static [(i64, i64)]>,
    &'static [&'static str],
    Option<i64>,
);

#[test]
fn each_level_is_asked_of_whoever_lacks_it() {
    const ALL: &[&str] = &["password", "otp", "webauthn"];

    assert_eq!(highest_level(&flow(FLOW)), Some(3));
    assert_eq!(highest_level(&flow(BROWSER)), None);
    let rows: [Row; 15] = [
        (None, None, &ALL[..1], Some(1)),
        (Some(1), None, &ALL[..1], Some(1)),
        (Some(2), None, &ALL[..2], Some(2)),
        (Some(3), None, ALL, Some(3)),
        // Beyond the highest there is nothing.
        (Some(9), None, ALL, Some(3)),
        // A session of before there were levels, or of a flow without them.
        (None, Some(&[]), &[], None),
        (Some(1), Some(&[]), &ALL[..1], Some(1)),
        // What it has reached lasts to the second that is set.
        (None, Some(&[(1, 600)]), &[], Some(1)),
        (Some(1), Some(&[(1, 600)]), &[], Some(1)),
        (Some(1), Some(&[(1, 601)]), &ALL[..1], Some(1)),
        (None, Some(&[(1, 601)]), &[], Some(0)),
        (Some(2), Some(&[(1, 600)]), &ALL[1..2], Some(2)),
        (Some(2), Some(&[(1, 600), (2, 60)]), &[], Some(2)),
        (Some(2), Some(&[(1, 600), (2, 61)]), &ALL[1..2], Some(2)),
        // A level above one that has run out has not run out with it.
        (
            Some(3),
            Some(&[(1, 601), (2, 60)]),
            &["password", "webauthn"],
            Some(3),
        ),
    ];
    for (level, session, expected, reached) in rows {
        let expected: Vec<String> = expected.iter().map(|one| (*one).to_owned()).collect();
        assert_eq!(
            asked(level, session),
            (expected, reached),
            "{level:?} {session:?}"
        );
    }
}

#[test]
fn a_level_without_a_number_of_seconds_is_of_one_sign_in() {
    let ages = |settings: &str| {
        let steps = format!(
            "+one CONDITIONAL, .conditional-level-of-authentication REQUIRED loa-condition-level=1{settings}"
        );
        level::ages(&flow(&steps))[&1]
    };
    assert_eq!(ages(""), 0);
    assert_eq!(ages(" loa-max-age=soon"), 0);
    assert_eq!(ages(" loa-max-age=5"), 5);
    // As Keycloak 17 wrote it.
    assert_eq!(ages(" loa-store-in-user-session=true"), 36_000);
    assert_eq!(ages(" loa-store-in-user-session=false"), 0);
}

#[test]
fn what_is_reached_anew_is_told_from_what_lasted() {
    let facts = Facts {
        level: Some(3),
        has_session: true,
        had: [(1, 5), (2, 5)].into(),
        ..somebody(&["password", "otp", "webauthn"])
    };
    let reached = decide(&flow(FLOW), &facts).reached;
    assert_eq!(reached.anew, [3].into());
    assert_eq!(reached.level, Some(3));
}
