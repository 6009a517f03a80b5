//! A browser in which somebody has signed in before: what strangers do to the user does not shut it out.

use crate::realm::{HOME, PASSWORD, World};

const ELSEWHERE: &str = "203.0.113.5";
const LAPTOP: (&str, Option<&str>) = (HOME, Some("a handle that the laptop keeps"));
const PHONE: (&str, Option<&str>) = (HOME, Some("a handle that the phone keeps"));

fn guarded() -> World {
    World::with(|settings| {
        settings.brute_force_protected = true;
        settings.failure_factor = 3;
        settings.quick_login_check_milli_seconds = 0;
        settings.wait_increment_seconds = 600;
        settings.max_failure_wait_seconds = 600;
    })
}

fn guess(world: &World, times: usize) {
    for _ in 0..times {
        world.sign_in("alice", "wrong", ELSEWHERE);
    }
}

#[test]
fn a_known_device_gets_in_while_strangers_lock_its_user_out() {
    let world = guarded();
    assert_eq!(world.sign_in_on("alice", PASSWORD, LAPTOP).reason(), "");
    guess(&world, 3);

    let locked = "user_temporarily_disabled";
    assert_eq!(world.sign_in("alice", PASSWORD, HOME).reason(), locked);
    assert_eq!(world.sign_in_on("alice", PASSWORD, PHONE).reason(), locked);
    assert_eq!(world.sign_in_on("alice", PASSWORD, LAPTOP).reason(), "");
    // And the lockout goes on for those who caused it.
    assert_eq!(world.sign_in("alice", PASSWORD, HOME).reason(), locked);
}

#[test]
fn a_device_is_known_for_the_user_alone_who_signed_in_with_it() {
    let world = guarded();
    world.add_user_with_password("carol");
    assert_eq!(world.sign_in_on("carol", PASSWORD, LAPTOP).reason(), "");
    guess(&world, 3);

    let ended = world.sign_in_on("alice", PASSWORD, LAPTOP);

    assert_eq!(ended.reason(), "user_temporarily_disabled");
}

#[test]
fn a_known_device_that_guesses_is_let_through_no_more() {
    let world = guarded();
    world.sign_in_on("alice", PASSWORD, LAPTOP);
    guess(&world, 3);
    for _ in 0..3 {
        let ended = world.sign_in_on("alice", "wrong", LAPTOP);
        assert_eq!(ended.reason(), "invalid_user_credentials");
    }

    let ended = world.sign_in_on("alice", PASSWORD, LAPTOP);

    assert_eq!(ended.reason(), "user_temporarily_disabled");
}

#[test]
fn failures_in_a_known_device_lock_its_user_as_any_others_do() {
    let world = guarded();
    world.sign_in_on("alice", PASSWORD, LAPTOP);
    for _ in 0..3 {
        world.sign_in_on("alice", "wrong", LAPTOP);
    }

    let elsewhere = world.sign_in("alice", PASSWORD, ELSEWHERE);
    let itself = world.sign_in_on("alice", PASSWORD, LAPTOP);

    assert_eq!(elsewhere.reason(), "user_temporarily_disabled");
    assert_eq!(itself.reason(), "user_temporarily_disabled");
}

#[test]
fn a_device_that_was_not_used_for_half_a_year_is_forgotten() {
    let world = guarded();
    world.sign_in_on("alice", PASSWORD, LAPTOP);
    world.wait(181 * 24 * 3600);
    guess(&world, 3);

    let ended = world.sign_in_on("alice", PASSWORD, LAPTOP);

    assert_eq!(ended.reason(), "user_temporarily_disabled");
}

#[test]
fn where_it_cannot_matter_no_device_is_remembered() {
    let world = World::with(|settings| {
        let attributes = &mut settings.attributes;
        attributes.insert("signIn.namesPerAddress".to_owned(), "0".to_owned());
    });
    world.sign_in_on("alice", PASSWORD, LAPTOP);

    // Its attempts are counted with those of its address, as everybody's are.
    for _ in 0..4 {
        world.sign_in("alice", "wrong", HOME);
    }

    let ended = world.sign_in_on("alice", PASSWORD, LAPTOP);
    assert_eq!(ended.reason(), "too_many");
}
