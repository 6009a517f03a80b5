//! The limit that is always on: guesses of one source at one user get slower and slower.

use cloakroom_login::proof::Refusal;

use crate::realm::{Ended, HOME, PASSWORD, World};

/// The waits after each failure in a row, as an attacker meets them.
const WAITS: [u64; 6] = [1, 2, 4, 8, 16, 32];

#[test]
fn guesses_get_slower_whether_or_not_there_is_such_a_user() {
    for name in ["alice", "nobody"] {
        let world = World::new();
        for _ in 0..3 {
            let ended = world.sign_in(name, "wrong", HOME);
            assert!(matches!(ended, Ended::Denied(_)), "{name}");
        }
        for wait in WAITS {
            let ended = world.sign_in(name, "wrong", HOME);
            assert!(matches!(ended, Ended::Denied(_)), "{name} before {wait}");

            // Not even the right password goes on to the hash.
            let refused = world.sign_in(name, PASSWORD, HOME);

            let Ended::TooMany(too_many) = refused else {
                panic!("{name} {wait}: {refused:?}");
            };
            assert_eq!(too_many.retry_after_seconds, wait, "{name}");
            world.wait(i64::try_from(wait).unwrap());
        }
    }
}

#[test]
fn whoever_comes_from_elsewhere_is_not_slowed_down() {
    let world = World::new();
    for _ in 0..4 {
        world.sign_in("alice", "wrong", HOME);
    }
    assert_eq!(world.sign_in("alice", PASSWORD, HOME).reason(), "too_many");

    // A stranger who guesses must not be able to lock alice out.
    let elsewhere = world.sign_in("alice", PASSWORD, "198.51.100.9");

    assert_eq!(elsewhere.reason(), "");
}

#[test]
fn the_addresses_of_one_subscriber_count_as_one() {
    let world = World::new();
    let addresses = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4"];
    for ip in addresses {
        world.sign_in("alice", "wrong", ip);
    }

    assert_eq!(
        world.sign_in("alice", PASSWORD, "2001:db8::5").reason(),
        "too_many"
    );
    assert_eq!(
        world.sign_in("alice", PASSWORD, "2001:db8:0:1::5").reason(),
        ""
    );
}

#[test]
fn the_right_password_and_time_make_good() {
    let world = World::new();
    for _ in 0..3 {
        world.sign_in("alice", "wrong", HOME);
    }
    assert_eq!(world.sign_in("alice", PASSWORD, HOME).reason(), "");
    for _ in 0..4 {
        world.sign_in("alice", "wrong", HOME);
    }
    assert_eq!(world.sign_in("alice", PASSWORD, HOME).reason(), "too_many");
    world.wait(16 * 60);

    assert_eq!(
        world.sign_in("alice", "wrong", HOME).reason(),
        "invalid_user_credentials"
    );
    assert_eq!(world.sign_in("alice", PASSWORD, HOME).reason(), "");
}

#[test]
fn a_flood_that_waits_for_no_answer_is_counted_before_it_is_hashed() {
    let world = World::new();
    let mut under_way = 0;
    while world.begin("alice", "wrong", HOME).is_ok() {
        under_way += 1;
        assert!(under_way < 100, "nothing is counted");
    }

    assert_eq!(under_way, 32);
}

#[test]
fn what_a_crash_cut_off_is_no_failure_and_holds_its_place_for_half_a_minute() {
    let world = World::new();
    for _ in 0..32 {
        world.begin("alice", PASSWORD, HOME).unwrap();
    }
    assert_eq!(world.sign_in("alice", PASSWORD, HOME).reason(), "too_many");

    world.wait(31);

    assert_eq!(world.sign_in("alice", PASSWORD, HOME).reason(), "");
}

#[test]
fn an_attempt_that_nobody_had_time_to_judge_is_given_back() {
    let world = World::new();
    for _ in 0..100 {
        let held = world.begin("alice", "wrong", HOME).unwrap().reservation();
        world.run(move |cx| held.give_back(cx));
    }

    assert_eq!(world.sign_in("alice", PASSWORD, HOME).reason(), "");
}

#[test]
fn another_name_of_a_user_is_no_new_allowance_and_looks_like_a_name_of_nobody() {
    let world = World::new();
    for [name, other] in [
        ["alice", "alice@example.org"],
        ["nobody", "nobody@example.org"],
    ] {
        for _ in 0..4 {
            world.sign_in(name, "wrong", HOME);
        }
        assert_eq!(world.sign_in(name, PASSWORD, HOME).reason(), "too_many");

        // Neither is told to wait, and neither gets in.
        let ended = world.sign_in(other, PASSWORD, HOME);

        let Ended::Denied(denied) = ended else {
            panic!("{other}: {ended:?}");
        };
        assert_eq!(denied.refusal, Refusal::InvalidCredentials, "{other}");
    }
    world.wait(1);
    assert_eq!(
        world.sign_in("alice@example.org", PASSWORD, HOME).reason(),
        ""
    );
}

#[test]
fn what_is_held_for_guesses_under_another_name_locks_nobody_out() {
    let world = World::with(|settings| {
        settings.brute_force_protected = true;
        settings.failure_factor = 5;
        settings.quick_login_check_milli_seconds = 0;
    });
    for _ in 0..4 {
        world.sign_in("alice", "wrong", HOME);
    }
    for _ in 0..4 {
        let ended = world.sign_in("alice@example.org", PASSWORD, HOME);
        assert!(matches!(ended, Ended::Denied(_)), "{ended:?}");
    }

    world.wait(2);

    assert_eq!(
        world.sign_in("alice@example.org", PASSWORD, HOME).reason(),
        ""
    );
}

#[test]
fn spellings_of_a_name_share_their_limit_whether_or_not_there_is_such_a_user() {
    for [name, spelling] in [["alice", " ALICE "], ["nobody", " NoBody "]] {
        let world = World::new();
        for _ in 0..4 {
            world.sign_in(name, "wrong", HOME);
        }

        let ended = world.sign_in(spelling, PASSWORD, HOME);

        assert_eq!(ended.reason(), "too_many", "{spelling}");
    }
}
