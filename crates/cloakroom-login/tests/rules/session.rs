//! The browser's session: what opens one, and which cookie stands for it.

use cloakroom_login::flow::{self, Next};
use cloakroom_login::required::Action;
use cloakroom_login::sign_on::{self, Opened, Origin};
use cloakroom_model::attempt::{self, Attempt, Stage};
use cloakroom_model::id::AttemptId;
use cloakroom_model::{Cx, Digest, Result, Ttl, client, user};
use serde_json::{Map, Value};

use crate::realm::World;

fn begin(cx: &mut Cx<'_>) -> Result<Attempt> {
    let client = client::find(cx, "account")?.unwrap();
    let attempt = Attempt {
        id: AttemptId::new(cx.new_ordered_id()),
        browser: Digest::of(b"browser"),
        tab_id: cx.new_id(),
        client: client.id.clone(),
        request: Value::Object(Map::new()),
        user: None,
        stage: Stage::Prove,
        notes: Map::new(),
        created_at: cx.now,
        expires_at: cx.now.plus(Ttl::seconds(600)),
        proof: None,
    };
    attempt::insert(cx, &attempt)?;
    Ok(attempt)
}

/// An attempt of alice, whose password was right.
fn proved(cx: &mut Cx<'_>) -> Result<Attempt> {
    let mut attempt = begin(cx)?;
    let alice = user::find_by_username(cx, "alice")?.unwrap();
    flow::prove(cx, &mut attempt, &alice, false);
    attempt::advance(cx, &attempt)?;
    Ok(attempt)
}

fn open(world: &World) -> (Attempt, Opened) {
    world.run(|cx| {
        let attempt = proved(cx)?;
        let opened = sign_on::open(cx, &attempt, None, &Origin::default())?;
        Ok((attempt, opened.unwrap()))
    })
}

#[test]
fn an_attempt_opens_one_session() {
    let world = World::new();
    let (attempt, opened) = open(&world);

    let again = world.run(move |cx| sign_on::open(cx, &attempt, None, &Origin::default()));

    assert!(opened.is_fresh && again.is_none());
}

#[test]
fn nobody_who_is_not_proved_gets_a_session() {
    let world = World::new();

    let (next, opened) = world.run(|cx| {
        let attempt = begin(cx)?;
        let next = flow::next(cx, &attempt)?.0;
        Ok((next, sign_on::open(cx, &attempt, None, &Origin::default())?))
    });

    assert_eq!(next, Next::AskPassword);
    assert!(opened.is_none());
}

#[test]
fn a_cookie_stands_for_its_session_while_both_count() {
    let world = World::new();
    let cookie = open(&world).1.cookie.unwrap().expose().to_owned();
    let (id, secret) = cookie.split_once('.').unwrap();
    let rows = [
        (cookie.clone(), true),
        (format!("{id}.{}", secret.to_lowercase()), false),
        (format!("{id}."), false),
        (id.to_owned(), false),
        (format!("other.{secret}"), false),
        (format!("{cookie}\0"), false),
        (String::new(), false),
    ];
    for (cookie, expected) in rows {
        let shown = cookie.clone();
        let found = world.run(move |cx| sign_on::recognize(cx, &cookie));

        assert_eq!(found.is_some(), expected, "{shown:?}");
    }
    world.run(|cx| {
        let mut alice = user::find_by_username(cx, "alice")?.unwrap();
        alice.not_before = cx.now.seconds() + 1;
        user::update(cx, &alice)
    });
    assert!(
        world
            .run(move |cx| sign_on::recognize(cx, &cookie))
            .is_none()
    );
}

#[test]
fn a_session_that_nobody_uses_ends() {
    let world = World::new();
    let cookie = open(&world).1.cookie.unwrap().expose().to_owned();
    let idle = world.run(|cx| Ok(cx.realm.settings.sso_session_idle_timeout));
    world.wait(idle + 1);

    let found = world.run(move |cx| sign_on::recognize(cx, &cookie));

    assert!(found.is_none());
}

#[test]
fn what_has_to_be_done_comes_before_the_session() {
    let world = World::new();
    world.run(|cx| {
        let alice = user::find_by_username(cx, "alice")?.unwrap();
        let due = ["UPDATE_PASSWORD".to_owned()];
        user::set_required_actions(cx, &alice.id, &due)
    });

    let next = world.run(|cx| {
        let attempt = proved(cx)?;
        Ok(flow::next(cx, &attempt)?.0)
    });

    assert_eq!(next, Next::Act(Action::UpdatePassword));
}

#[test]
fn what_the_profile_demands_comes_before_the_session_as_well() {
    let world = World::new();
    let next = |world: &World| {
        world.run(|cx| {
            let attempt = proved(cx)?;
            Ok(flow::next(cx, &attempt)?.0)
        })
    };
    let complete = next(&world);
    world.run(|cx| {
        let mut alice = user::find_by_username(cx, "alice")?.unwrap();
        alice.last_name = None;
        user::update(cx, &alice)
    });

    let lacking = next(&world);
    world.run(|cx| {
        let mut actions = cloakroom_model::flow::list_actions(cx)?;
        let action = actions.iter_mut().find(|one| one.alias == "VERIFY_PROFILE");
        let action = action.unwrap();
        action.enabled = false;
        cloakroom_model::flow::update_action(cx, "VERIFY_PROFILE", action)
    });

    assert_ne!(complete, Next::Act(Action::VerifyProfile));
    assert_eq!(lacking, Next::Act(Action::VerifyProfile));
    assert_ne!(next(&world), Next::Act(Action::VerifyProfile));
}
