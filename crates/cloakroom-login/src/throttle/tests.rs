//! Tests of the arithmetic, second by second.

use super::*;

const START: i64 = 1_800_000_000_000;

const SETTINGS: Settings = Settings {
    failure_factor: 5,
    wait_increment_seconds: 30,
    max_failure_wait_seconds: 900,
    minimum_quick_login_wait_seconds: 60,
    quick_login_check_millis: 1000,
    max_delta_time_seconds: 43_200,
    strategy: Strategy::Multiple,
    permanent_lockout: false,
    max_temporary_lockouts: 0,
};

fn allowed(decision: Decision) -> Counters {
    let next = match decision {
        Decision::Allowed(counters) => Some(counters),
        Decision::Refused { .. } => None,
    };
    next.expect("the attempt is allowed")
}

/// Fails once at this moment and returns the row.
fn fail(settings: &Settings, counters: &Counters, now: i64) -> Failure {
    settings.fail(&allowed(settings.begin(counters, now, "192.0.2.1")), now)
}

/// Fails as often as said, each time as soon as it is allowed, and returns the waits.
fn waits(settings: &Settings, times: usize) -> Vec<i64> {
    let (mut counters, mut now) = (Counters::default(), START);
    (0..times)
        .map(|_| {
            counters = fail(settings, &counters, now).counters;
            let wait = (counters.failed_login_not_before - now / 1000).max(0);
            now += wait * 1000 + 2000;
            wait
        })
        .collect()
}

#[test]
fn the_wait_grows_by_the_strategy_of_the_realm() {
    let linear = Settings {
        strategy: Strategy::Linear,
        ..SETTINGS
    };
    let short = Settings {
        max_failure_wait_seconds: 40,
        ..SETTINGS
    };
    let off = Settings {
        failure_factor: u32::MAX,
        ..SETTINGS
    };

    assert_eq!(
        waits(&SETTINGS, 11),
        [0, 0, 0, 0, 30, 30, 30, 30, 30, 60, 60]
    );
    assert_eq!(waits(&linear, 8), [0, 0, 0, 0, 30, 60, 90, 120]);
    assert_eq!(waits(&short, 11), [0, 0, 0, 0, 30, 30, 30, 30, 30, 40, 40]);
    assert_eq!(waits(&off, 20), [0; 20]);
}

#[test]
fn extreme_settings_do_not_overflow() {
    let huge = Settings {
        failure_factor: 0,
        wait_increment_seconds: u32::MAX,
        max_failure_wait_seconds: u32::MAX,
        max_delta_time_seconds: u32::MAX,
        ..SETTINGS
    };
    let counters = Counters {
        num_failures: u32::MAX,
        last_failure: i64::MIN,
        ..Counters::default()
    };

    let next = allowed(huge.begin(&counters, i64::MAX, "192.0.2.1"));

    assert_eq!(next.num_failures, u32::MAX);
    assert!(is_locked(&next, i64::MAX));
}

#[test]
fn a_lockout_refuses_to_the_second_and_is_not_prolonged() {
    let mut counters = Counters::default();
    for second in 0..5 {
        counters = fail(&SETTINGS, &counters, START + second * 2000).counters;
    }
    let locked_at = START + 8000;

    let refused = SETTINGS.begin(&counters, locked_at + 29_999, "192.0.2.1");
    let free = SETTINGS.begin(&counters, locked_at + 30_000, "192.0.2.1");

    assert_eq!(
        refused,
        Decision::Refused {
            retry_after_seconds: 1
        }
    );
    assert_eq!(allowed(free).num_failures, 6);
}

#[test]
fn guesses_at_once_are_counted_before_any_has_failed() {
    let mut counters = Counters::default();
    let mut begun = 0;

    while let Decision::Allowed(next) = SETTINGS.begin(&counters, START, "192.0.2.1") {
        counters = next;
        begun += 1;
    }

    assert_eq!(begun, 5);
}

#[test]
fn a_right_password_clears_the_row_even_at_the_last_attempt() {
    let mut counters = Counters::default();
    for second in 0..4 {
        counters = fail(&SETTINGS, &counters, START + second * 2000).counters;
    }
    let fifth = allowed(SETTINGS.begin(&counters, START + 10_000, "192.0.2.1"));

    let cleared = SETTINGS.succeed();

    assert!(is_locked(&fifth, START + 10_000));
    assert_eq!(cleared, Counters::default());
}

#[test]
fn two_failures_in_quick_succession_cost_the_minimum_wait() {
    let first = fail(&SETTINGS, &Counters::default(), START).counters;

    let quick = fail(&SETTINGS, &first, START + 999).counters;
    let slow = fail(&SETTINGS, &first, START + 1000).counters;

    assert_eq!(quick.failed_login_not_before, START / 1000 + 60);
    assert_eq!(quick.num_temporary_lockouts, 0);
    assert_eq!(slow.failed_login_not_before, 0);
}

#[test]
fn failures_are_forgotten_after_the_reset_time() {
    let one = fail(&SETTINGS, &Counters::default(), START).counters;

    let within = allowed(SETTINGS.begin(&one, START + 43_200_000, "192.0.2.1"));
    let later = allowed(SETTINGS.begin(&one, START + 43_200_001, "192.0.2.1"));

    assert_eq!((within.num_failures, later.num_failures), (2, 1));
}

#[test]
fn a_permanent_lockout_comes_after_the_temporary_ones() {
    let table = [
        (false, 0, 20, None),
        (true, 0, 20, Some(5)),
        (true, 1, 20, Some(6)),
        (true, 2, 20, Some(7)),
    ];
    for (permanent_lockout, max_temporary_lockouts, times, expected) in table {
        let settings = Settings {
            permanent_lockout,
            max_temporary_lockouts,
            ..SETTINGS
        };
        let (mut counters, mut now) = (Counters::default(), START);

        let locked_at = (1..=times).find(|_| {
            let failure = fail(&settings, &counters, now);
            counters = failure.counters;
            now = now.max(counters.failed_login_not_before * 1000) + 2000;
            failure.lock_permanently
        });

        assert_eq!(
            locked_at, expected,
            "{permanent_lockout} {max_temporary_lockouts}"
        );
    }
}

#[test]
fn the_row_says_where_the_last_attempt_came_from() {
    let failure = fail(&SETTINGS, &Counters::default(), START);

    assert_eq!(failure.counters.last_ip, "192.0.2.1");
    assert_eq!(failure.counters.last_failure, START);
}

#[test]
fn an_attempt_that_nobody_judges_leaves_no_trace_and_no_lockout() {
    let settings = Settings {
        failure_factor: 2,
        ..SETTINGS
    };
    let begin = |counters: &Counters, now: i64| allowed(settings.begin(counters, now, "192.0.2.1"));
    let mut counters = Counters::default();
    for later in [0, 100_000, 200_000] {
        counters = settings.give_back(&begin(&counters, START + later));
        assert_eq!(counters.num_failures, 0);
        assert_eq!(counters.num_temporary_lockouts, 0);
    }

    let first = settings.fail(&begin(&counters, START), START).counters;
    let second = begin(&first, START + 100_000);
    assert!(is_locked(&second, START + 100_000));
    let back = settings.give_back(&second);

    assert_eq!((back.num_failures, back.last_failure), (1, START));
    assert!(!is_locked(&back, START + 100_000));
}
