//! Limits of sessions: which sessions count, and which ones end for a new one.

use cloakroom_login::session_limit::{self, Opening};
use cloakroom_login::sign_on::{self, Origin, Proof};
use cloakroom_model::flow::course::SessionLimit;
use cloakroom_model::id::SessionId;
use cloakroom_model::session::{self, ClientSession, Session};
use cloakroom_model::{client, user};
use serde_json::Map;

use crate::realm::World;

const HERE: (&str, &str) = ("account", "192.0.2.7");

/// A session of alice, in which the client `account` takes part where `is_shared`.
fn open(world: &World, is_shared: bool) -> SessionId {
    world.run(move |cx| {
        let alice = user::find_by_username(cx, "alice")?.unwrap();
        let proof = Proof {
            auth_time: cx.now,
            amr: String::new(),
            remember_me: false,
            acr: "1".to_owned(),
            notes: Map::new(),
        };
        let (session, _) = sign_on::begin(cx, &alice.id, &Origin::default(), proof)?;
        if is_shared {
            let part = ClientSession {
                client: client::find(cx, "account")?.unwrap().id.clone(),
                started_at: cx.now,
                last_access: cx.now,
                scope: String::new(),
                notes: Map::new(),
            };
            session::join(cx, &session.id, false, &part)?;
        }
        Ok(session.id)
    })
}

/// Comes to these limits with a new session, or with this one; the error is how many there are, in words.
fn come(
    world: &World,
    limits: Vec<SessionLimit>,
    current: Option<SessionId>,
) -> Result<(), String> {
    come_as(world, limits, (current, false))
}

/// The same, with an offline session where `is_offline`.
fn come_as(
    world: &World,
    limits: Vec<SessionLimit>,
    (current, is_offline): (Option<SessionId>, bool),
) -> Result<(), String> {
    world.run(move |cx| {
        let alice = user::find_by_username(cx, "alice")?.unwrap();
        let client = client::find(cx, "account")?.unwrap();
        let opening = Opening {
            user: &alice.id,
            client: &client.id,
            current: current.as_ref(),
            is_offline,
        };
        Ok(match session_limit::judge(cx, &limits, opening)? {
            Ok(granted) => {
                granted.end_others(cx, HERE)?;
                Ok(())
            }
            Err(too_many) => Err(too_many.reason),
        })
    })
}

fn is_open(world: &World, id: &SessionId) -> bool {
    let id = id.clone();
    let found = world.run(move |cx| session::find(cx, &id, false));
    found.is_some()
}

fn limit(in_realm: usize, with_client: usize, ends_oldest: bool) -> SessionLimit {
    let most = |most: usize| Some(most).filter(|most| *most > 0);
    SessionLimit {
        in_realm: most(in_realm),
        with_client: most(with_client),
        ends_oldest,
        message: String::new(),
    }
}

#[test]
fn sessions_that_count_no_more_are_not_counted() {
    let world = World::new();
    let denies = || vec![limit(1, 0, false)];
    assert_eq!(come(&world, denies(), None), Ok(()));
    let first = open(&world, false);
    let full = Err("Open sessions in the realm: 1; the flow allows 1".to_owned());
    assert_eq!(come(&world, denies(), None), full);
    assert_eq!(come(&world, denies(), Some(first)), Ok(()));
    let idle = world.run(|cx| Ok(cx.realm.settings.sso_session_idle_timeout));
    world.wait(idle + 1);
    assert_eq!(come(&world, denies(), None), Ok(()));

    open(&world, false);
    assert_eq!(come(&world, denies(), None), full);
    world.wait(1);
    world.run(|cx| {
        let mut alice = user::find_by_username(cx, "alice")?.unwrap();
        alice.not_before = cx.now.seconds();
        user::update(cx, &alice)
    });
    assert_eq!(come(&world, denies(), None), Ok(()));
}

#[test]
fn what_was_used_longest_ago_ends_first() {
    let world = World::new();
    let first = open(&world, false);
    world.wait(1);
    let second = open(&world, true);
    world.wait(1);
    let third = open(&world, true);
    world.wait(1);
    let used = first.clone();
    world.run(move |cx| session::touch(cx, &used, false));

    // Another limit denies, and nothing ends.
    let both = vec![limit(3, 0, true), limit(0, 1, false)];
    assert!(come(&world, both, None).is_err());
    assert!(is_open(&world, &second));
    assert_eq!(come(&world, vec![limit(3, 0, true)], None), Ok(()));
    assert!(!is_open(&world, &second));

    // Those with the client end first, and after them what is too many in the realm.
    assert_eq!(come(&world, vec![limit(2, 1, true)], None), Ok(()));
    assert!(!is_open(&world, &third) && is_open(&world, &first));
    assert_eq!(come(&world, vec![limit(1, 1, true)], None), Ok(()));
    assert!(!is_open(&world, &first));
}

#[test]
fn an_offline_session_that_no_browser_has_is_counted_with_its_like() {
    let world = World::new();
    let there = open(&world, true);
    for is_twin in [true, false] {
        let (id, twin) = (there.clone(), is_twin.then(|| there.clone()));
        world.run(move |cx| {
            let online = session::find(cx, &id, false)?.unwrap();
            let offline = Session {
                id: twin.clone().unwrap_or_else(|| SessionId::new("apart")),
                offline: true,
                cookie: None,
                ..online
            };
            session::insert(cx, &offline)
        });
        let many = if is_twin { 2 } else { 3 };
        let full = |many: usize| vec![limit(many, 0, false)];
        assert_eq!(
            come_as(&world, full(many), (None, true)),
            Ok(()),
            "{is_twin}"
        );
        assert!(come_as(&world, full(many - 1), (None, true)).is_err());
        // Whoever comes with a browser is counted with browsers.
        assert_eq!(come(&world, full(2), None), Ok(()));
    }
    assert!(come_as(&world, vec![limit(0, 1, false)], (None, true)).is_err());

    let ends = vec![limit(1, 0, true)];
    assert_eq!(come_as(&world, ends, (None, true)), Ok(()));
    assert!(!is_open(&world, &there));
    let left = world.run(|cx| session::find(cx, &SessionId::new("apart"), true));
    assert!(left.is_none());
}
