//! Passwords: who is proved, and what nobody learns from a refusal.

use cloakroom_login::proof::{self, Refusal};
use cloakroom_model::realm::{self, MASTER};
use cloakroom_model::user;

use crate::realm::{Ended, HOME, PASSWORD, World};

#[test]
fn a_refusal_is_the_same_for_everybody_who_is_not_proved() {
    let world = World::new();
    // Name, password, and the reason that the event log has.
    let rows = [
        ("alice", "wrong", "invalid_user_credentials"),
        ("alice", "", "invalid_user_credentials"),
        ("nobody", PASSWORD, "user_not_found"),
        ("", PASSWORD, "user_not_found"),
        ("alice\0", PASSWORD, "user_not_found"),
        ("service-account-admin-cli", PASSWORD, "user_not_found"),
        ("bob", "wrong", "invalid_user_credentials"),
    ];
    for (name, password, reason) in rows {
        let ended = world.sign_in(name, password, HOME);

        let Ended::Denied(denied) = ended else {
            panic!("{name:?}: {ended:?}");
        };
        assert_eq!(denied.refusal, Refusal::InvalidCredentials, "{name:?}");
        assert_eq!(denied.reason, reason, "{name:?}");
    }
}

#[test]
fn a_password_that_is_changed_while_it_is_hashed_proves_nobody() {
    let world = World::new();
    let Ok(work) = world.begin("alice", PASSWORD, HOME) else {
        panic!("too many");
    };
    let checked = work.run();
    assert!(checked.is_right());
    world.wait(1);
    world.set_password("alice");

    let ended = world.run(move |cx| proof::conclude(cx, &checked));

    assert_eq!(
        ended.err().map(|denied| denied.refusal),
        Some(Refusal::InvalidCredentials)
    );
    assert_eq!(world.sign_in("alice", PASSWORD, HOME).reason(), "");
}

#[test]
fn only_the_right_password_tells_that_an_account_is_disabled() {
    let world = World::new();

    let ended = world.sign_in("bob", PASSWORD, HOME);

    let Ended::Denied(denied) = ended else {
        panic!("{ended:?}");
    };
    assert_eq!(denied.refusal, Refusal::Disabled);
}

#[test]
fn a_person_is_found_by_name_or_address_in_any_case() {
    let world = World::new();
    for name in ["alice", "ALICE", "alice@example.org", " Alice@Example.org "] {
        assert_eq!(world.sign_in(name, PASSWORD, HOME).reason(), "", "{name}");
    }
}

#[test]
fn a_protected_realm_locks_and_does_not_say_so() {
    let world = World::with(|settings| {
        settings.brute_force_protected = true;
        settings.failure_factor = 3;
        settings.wait_increment_seconds = 60;
        settings.max_failure_wait_seconds = 900;
        settings.quick_login_check_milli_seconds = 0;
        settings.max_delta_time_seconds = 3600;
    });
    for _ in 0..3 {
        assert_eq!(
            world.sign_in("alice", "wrong", HOME).reason(),
            "invalid_user_credentials"
        );
        world.wait(2);
    }

    let locked = world.sign_in("alice", PASSWORD, "198.51.100.9");

    let Ended::Denied(denied) = locked else {
        panic!("{locked:?}");
    };
    assert_eq!(denied.refusal, Refusal::InvalidCredentials);
    assert_eq!(denied.reason, "user_temporarily_disabled");
    world.wait(120);
    assert_eq!(
        world.sign_in("alice", PASSWORD, "198.51.100.9").reason(),
        ""
    );
}

#[test]
fn a_permanent_lockout_waits_for_the_last_administrator_and_shuts_others_out() {
    let world = World::with(|settings| {
        settings.brute_force_protected = true;
        settings.permanent_lockout = true;
        settings.failure_factor = 2;
        settings.wait_increment_seconds = 60;
        settings.max_failure_wait_seconds = 900;
        settings.quick_login_check_milli_seconds = 0;
        settings.max_delta_time_seconds = 3600;
    });
    world.add_user_with_password("carol");
    world.run(|cx| {
        let settings = cx.realm.settings.clone();
        realm::update(cx, MASTER, true, &settings)
    });
    world.run(|cx| {
        let role = user::administering_role(cx)?.expect("master has its role");
        for name in ["alice", "carol"] {
            let user = user::find_by_username(cx, name)?.expect("they are there");
            user::grant_role(cx, &user.id, &role)?;
        }
        Ok(())
    });
    let guess = |name| {
        for _ in 0..3 {
            world.sign_in(name, "wrong", HOME);
            world.wait(200);
        }
        world.wait(3600);
    };

    guess("carol");
    guess("alice");

    // Of two administrators, the one who was guessed at first is shut out; the other one had to wait, and no more.
    let carol = world.sign_in("carol", PASSWORD, HOME).reason();
    assert_eq!(carol, "user_disabled");
    assert_eq!(world.sign_in("alice", PASSWORD, HOME).reason(), "");
}
