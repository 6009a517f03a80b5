//! Tests of the limit that is always on.

use super::*;

const START: i64 = 1_800_000_000_000;

fn allowed(decision: SoftDecision) -> SoftCounters {
    let next = match decision {
        SoftDecision::Allowed(counters) => Some(counters),
        SoftDecision::Refused { .. } => None,
    };
    next.expect("the attempt is allowed")
}

#[test]
fn the_delay_grows_from_nothing_to_a_minute() {
    let (mut counters, mut now, mut waits) = (SoftCounters::default(), START, Vec::new());

    for _ in 0..12 {
        counters = allowed(counters.begin(now)).fail(now, now);
        let wait = (counters.not_before - now).max(0);
        waits.push(wait / 1000);
        now += wait;
    }

    assert_eq!(waits, [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
}

#[test]
fn an_attempt_within_the_delay_is_refused_and_not_counted() {
    let counters = SoftCounters {
        failures: 6,
        not_before: START + 4000,
        ..SoftCounters::default()
    };
    let counters = SoftCounters {
        last_attempt: START,
        ..counters
    };

    let refused = counters.begin(START + 1);
    let free = counters.begin(START + 4000);

    assert_eq!(
        refused,
        SoftDecision::Refused {
            retry_after_seconds: 4
        }
    );
    assert_eq!(allowed(free).begun, [START + 4000]);
}

#[test]
fn a_program_may_sign_in_many_times_at_once_but_guesses_are_bounded() {
    let mut counters = SoftCounters::default();
    let mut begun = 0;
    while let SoftDecision::Allowed(next) = counters.begin(START) {
        counters = next;
        begun += 1;
    }
    for _ in 0..begun {
        counters = counters.fail(START, START);
    }

    let next = counters.begin(START);

    assert_eq!(begun, MAX_PENDING);
    assert_eq!(
        next,
        SoftDecision::Refused {
            retry_after_seconds: 60
        }
    );
}

#[test]
fn after_failures_guesses_go_one_at_a_time() {
    let counters = SoftCounters {
        failures: 4,
        last_attempt: START,
        ..SoftCounters::default()
    };

    let first = allowed(counters.begin(START));
    let second = first.begin(START);

    assert_eq!(
        second,
        SoftDecision::Refused {
            retry_after_seconds: 1
        }
    );
}

#[test]
fn a_right_password_ends_the_delay() {
    let counters = allowed(
        SoftCounters {
            failures: 9,
            last_attempt: START,
            ..SoftCounters::default()
        }
        .begin(START),
    );

    let cleared = counters.succeed(START);

    assert_eq!((cleared.failures, cleared.not_before), (0, 0));
    assert!(cleared.begun.is_empty());
}

#[test]
fn an_attempt_that_was_cut_off_holds_its_place_for_a_while_and_is_no_failure() {
    let begun = SoftCounters {
        failures: 4,
        begun: vec![START],
        last_attempt: START,
        ..SoftCounters::default()
    };

    let soon = begun.begin(START + PENDING_MILLIS);
    let later = allowed(begun.begin(START + PENDING_MILLIS + 1));

    assert!(matches!(soon, SoftDecision::Refused { .. }));
    assert_eq!((later.failures, later.begun.len()), (4, 1));
}

#[test]
fn attempts_that_were_cut_off_are_given_back_while_others_go_on() {
    let mut counters = SoftCounters::default();
    for second in 0..200 {
        // One of two is cut off, and no moment is quiet.
        let now = START + second * 2000;
        counters = allowed(allowed(counters.begin(now)).begin(now)).succeed(now);
    }

    assert_eq!(counters.failures, 0);
    assert!(counters.begun.len() <= 16, "{:?}", counters.begun);
}

#[test]
fn what_was_not_judged_changes_nothing_but_the_number_under_way() {
    let counters = SoftCounters {
        failures: 3,
        last_attempt: START,
        ..SoftCounters::default()
    };

    let back = allowed(counters.begin(START)).give_back(START);

    assert_eq!(back, counters);
}

#[test]
fn everything_is_forgotten_after_a_quarter_of_an_hour_of_quiet() {
    let failed = SoftCounters {
        failures: 9,
        begun: vec![START],
        last_attempt: START,
        ..SoftCounters::default()
    };

    let late = allowed(failed.begin(START + FORGET_MILLIS + 1));

    assert_eq!((late.failures, late.begun.len()), (0, 1));
}
