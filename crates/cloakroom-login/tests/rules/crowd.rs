//! The limit for an address that tries many names.

use crate::realm::{HOME, PASSWORD, World};

const LAPTOP: (&str, Option<&str>) = (HOME, Some("a handle that the laptop keeps"));

/// So many names may fail in an hour; one is forgotten after twelve minutes.
const NAMES: [&str; 5] = ["ada", "emmy", "hedy", "maria", "sophie"];

fn strict() -> World {
    World::with(|settings| {
        let attributes = &mut settings.attributes;
        attributes.insert("signIn.namesPerAddress".to_owned(), "5".to_owned());
    })
}

fn spray(world: &World) {
    for name in NAMES {
        let ended = world.sign_in(name, "leaked", HOME);
        assert_eq!(ended.reason(), "user_not_found", "{name}");
    }
}

#[test]
fn an_address_that_tries_many_names_has_to_wait_whoever_they_are() {
    let world = strict();
    spray(&world);

    for name in ["alice", "nobody", "ada"] {
        assert_eq!(world.sign_in(name, PASSWORD, HOME).reason(), "too_many");
    }
    let elsewhere = world.sign_in("alice", PASSWORD, "198.51.100.9");
    assert_eq!(elsewhere.reason(), "");

    world.wait(12 * 60);
    let ended = world.sign_in("nobody", "leaked", HOME);
    assert_eq!(ended.reason(), "user_not_found");
    assert_eq!(world.sign_in("alice", PASSWORD, HOME).reason(), "too_many");
    world.wait(12 * 60);
    assert_eq!(world.sign_in("alice", PASSWORD, HOME).reason(), "");
}

#[test]
fn one_name_that_fails_often_is_one_name() {
    let world = strict();
    for _ in 0..8 {
        world.sign_in("nobody", "wrong", HOME);
        world.wait(60);
    }

    assert_eq!(world.sign_in("alice", PASSWORD, HOME).reason(), "");
}

#[test]
fn a_browser_that_is_known_goes_on() {
    let world = strict();
    world.sign_in_on("alice", PASSWORD, LAPTOP);
    spray(&world);

    assert_eq!(world.sign_in_on("alice", PASSWORD, LAPTOP).reason(), "");
    assert_eq!(world.sign_in("alice", PASSWORD, HOME).reason(), "too_many");
}

#[test]
fn a_name_that_is_proved_after_all_does_not_count() {
    let world = strict();
    for _ in 0..10 {
        world.sign_in("alice", "mistyped", HOME);
        assert_eq!(world.sign_in("alice", PASSWORD, HOME).reason(), "");
    }

    spray(&world);
}

#[test]
fn an_application_that_asks_for_all_of_its_people_is_not_held_to_it() {
    let world = strict();
    spray(&world);

    assert_eq!(world.sign_in_by_application("alice", PASSWORD), "");
}
