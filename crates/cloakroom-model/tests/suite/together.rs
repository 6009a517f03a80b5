//! What units of work of one batch read and store in one statement stands as if each had asked and stored by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cloakroom_model::id::{ClientUuid, FamilyId, SessionId, UserId};
use cloakroom_model::refresh::{self, Next, Refresh, Rotated};
use cloakroom_model::session::{self, ClientSession, Session};
use cloakroom_model::{Cx, Db, Door, Result, Ttl, client, user};
use serde_json::Map;
use tokio::task::JoinSet;

use super::store::{NOW, Store, application, on_each, on_postgres, person, runtime};
use super::writer::{hold, wait_for};

const PEOPLE: usize = 12;
const TWO_APPS: [&str; 2] = ["app", "other"];

/// A unit of work that is heard first.
type Work = Arc<dyn Fn(&mut Cx<'_>) -> Result<&'static str> + Send + Sync>;

fn work(run: impl Fn(&mut Cx<'_>) -> Result<&'static str> + Send + Sync + 'static) -> Work {
    Arc::new(run)
}

/// How a unit of work was answered, and how often it ran.
type Answer = (Result<&'static str>, usize);

/// Runs units of work in one batch of each of these nodes in turns; the answers come in their order.
fn together(store: &Store, nodes: &[Db], units: Vec<Work>) -> Vec<Answer> {
    let realm = store.snapshot();
    let mut answers = runtime().block_on(async {
        let mut held = JoinSet::new();
        let open = hold(store, &mut held).await;
        let mut all = JoinSet::new();
        let (number_of_units, handed) = (units.len(), Arc::new(AtomicUsize::new(0)));
        for (number, unit) in units.into_iter().enumerate() {
            let node = nodes[number % nodes.len()].clone();
            let (view, realm, handed) = (store.view.clone(), realm.clone(), handed.clone());
            let runs = Arc::new(AtomicUsize::new(0));
            all.spawn(async move {
                handed.fetch_add(1, Ordering::Relaxed);
                let counted = Arc::clone(&runs);
                let linked = node.write_linked(Door::Together, move |link| {
                    counted.fetch_add(1, Ordering::Relaxed);
                    view.enter_linked(link, &realm, |cx| unit(cx))
                });
                let answer = linked.await;
                (number, (answer, runs.load(Ordering::Relaxed)))
            });
        }
        wait_for(&handed, number_of_units).await;
        drop(open);
        all.join_all().await
    });
    answers.sort_by_key(|(number, _)| *number);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// The answers of a batch that nothing went wrong in: each of its units was heard and ran once more, and none fell back to asking by itself.
fn gathered(store: &Store, units: Vec<Work>) -> Vec<&'static str> {
    let expected = if store.db.is_shared() { 2 } else { 1 };
    let answers = together(store, &alone(store), units);
    assert!(
        answers.iter().all(|(_, runs)| *runs == expected),
        "{answers:?}"
    );
    answers
        .into_iter()
        .map(|(answer, _)| answer.unwrap())
        .collect()
}

fn alone(store: &Store) -> [Db; 1] {
    [store.db.clone()]
}

/// People who are signed in at two applications, each with a refresh token of the first.
fn signed_in(store: &Store) {
    let all = move |cx: &mut Cx<'_>| -> Result<()> {
        for app in TWO_APPS {
            client::insert(cx, &application(app))?;
        }
        for number in 0..PEOPLE {
            user::insert(cx, &person(&format!("person-{number}")))?;
            session::insert(cx, &session_of(number))?;
            for app in TWO_APPS {
                let part = ClientSession {
                    client: ClientUuid::new(app),
                    started_at: NOW,
                    last_access: NOW,
                    scope: format!("scope of {app}"),
                    notes: Map::new(),
                };
                session::join(cx, &session_of(number).id, false, &part)?;
            }
            let family = FamilyId::new(format!("family-{number}"));
            let token: Refresh = next(&token_of(number), number).of(family);
            refresh::insert(cx, &token)?;
        }
        Ok(())
    };
    store.write(all).unwrap();
}

fn session_of(number: usize) -> Session {
    let before = NOW.plus(Ttl::seconds(-60));
    Session {
        id: SessionId::new(format!("session-{number}")),
        offline: false,
        user: UserId::new(format!("person-{number}")),
        cookie: None,
        started_at: before,
        last_access: before,
        auth_time: before,
        acr: "1".to_owned(),
        amr: "pwd".to_owned(),
        ip: "198.51.100.7".to_owned(),
        user_agent: String::new(),
        remember_me: false,
        notes: Map::new(),
        expires_at: NOW.plus(Ttl::seconds(600)),
    }
}

fn token_of(number: usize) -> String {
    format!("token-{number}")
}

fn next(id: &str, number: usize) -> Next {
    Next {
        id: id.to_owned(),
        session: session_of(number).id,
        offline: false,
        client: ClientUuid::new("app"),
        scope: "openid".to_owned(),
        issued_at: NOW,
        expires_at: NOW.plus(Ttl::seconds(60)),
    }
}

/// Does what a refresh does: looks who sits there, spends the token and notes that the session was used.
fn refreshed(cx: &mut Cx<'_>, number: usize, child: &str) -> Result<&'static str> {
    let app = ClientUuid::new("app");
    refresh::announce(cx, &token_of(number));
    let found = session::find_with(cx, &session_of(number).id, false, &app)?.unwrap();
    assert_eq!(found.user.id.as_str(), format!("person-{number}"));
    assert_eq!(found.part.unwrap().scope, "scope of app");
    let rotated = refresh::rotate(cx, &token_of(number), next(child, number))?;
    session::touch_read(cx, &found.session)?;
    Ok(match rotated {
        Rotated::Fresh(row) => {
            assert_eq!(row.family.as_str(), format!("family-{number}"));
            assert_eq!(row.id, child);
            "fresh"
        }
        Rotated::Again(_) => "again",
        Rotated::Unknown => "unknown",
    })
}

/// How a token and its session stand: uses, its child, whether that is there, and the seconds since the session was used.
fn standing(store: &Store, number: usize) -> (i64, Option<String>, bool, i64) {
    let look = move |cx: &mut Cx<'_>| -> Result<_> {
        let token = refresh::find(cx, &token_of(number))?.unwrap();
        let child = token.child.clone().unwrap_or_default();
        let is_there = refresh::find(cx, &child)?.is_some_and(|child| child.family == token.family);
        let session = session::find(cx, &session_of(number).id, false)?.unwrap();
        let since = cx.now.seconds() - session.last_access.seconds();
        Ok((token.uses, token.child, is_there, since))
    };
    store.write(look).unwrap()
}

#[test]
fn each_of_a_batch_gets_its_own() {
    on_each(|store| {
        signed_in(store);

        let units = (0..PEOPLE)
            .map(|number| work(move |cx| refreshed(cx, number, &format!("child-{number}"))))
            .collect();
        let answers = gathered(store, units);

        for (number, answer) in answers.into_iter().enumerate() {
            assert_eq!(answer, "fresh");
            let child = Some(format!("child-{number}"));
            assert_eq!(standing(store, number), (1, child, true, 0));
        }
    });
}

#[test]
fn one_of_many_spends_a_token_in_one_batch_and_in_those_of_two_nodes() {
    on_each(|store| {
        signed_in(store);
        let mut nodes = vec![store.db.clone()];
        for number in 0..PEOPLE {
            if number == PEOPLE / 2 && store.db.is_shared() {
                nodes.push(store.place.open().unwrap());
            }
            let contender = |asking: usize| {
                work(move |cx| refreshed(cx, number, &format!("child-{number}-{asking}")))
            };
            let units = (0..16).map(contender).collect();

            let answers = together(store, &nodes, units);

            let all: Vec<_> = answers.into_iter().map(|(one, _)| one.unwrap()).collect();
            assert_eq!(
                all.iter().filter(|one| **one == "fresh").count(),
                1,
                "{all:?}"
            );
            assert_eq!(
                all.iter().filter(|one| **one == "again").count(),
                15,
                "{all:?}"
            );
            let (uses, child, is_there, since) = standing(store, number);
            assert_eq!((uses, is_there, since), (1, true, 0));
            assert!(child.unwrap().starts_with(&format!("child-{number}-")));
        }
    });
}

#[test]
fn a_unit_sees_what_it_and_those_before_it_have_done() {
    on_each(|store| {
        signed_in(store);
        let units = vec![
            work(|cx| refreshed(cx, 0, "child-0")),
            // What waits to be stored is there for whoever asks.
            work(|cx| {
                let app = ClientUuid::new("app");
                session::find_with(cx, &session_of(1).id, false, &app)?;
                let spent = refresh::find(cx, &token_of(0))?.unwrap();
                let child = refresh::find(cx, "child-0")?.is_some();
                Ok(match (spent.child.as_deref(), child) {
                    (Some("child-0"), true) => "seen",
                    _ => "missed",
                })
            }),
            // What was read for all is not what somebody has changed since.
            work(|cx| {
                let app = ClientUuid::new("app");
                session::find_with(cx, &session_of(2).id, false, &app)?;
                session::leave(cx, &session_of(2).id, false, &app)?;
                session::remove(cx, &session_of(3).id, false)?;
                Ok("left")
            }),
            work(|cx| {
                let app = ClientUuid::new("app");
                let found = session::find_with(cx, &session_of(2).id, false, &app)?.unwrap();
                Ok(if found.part.is_none() {
                    "no part"
                } else {
                    "a part"
                })
            }),
            work(|cx| {
                let app = ClientUuid::new("app");
                let found = session::find_with(cx, &session_of(3).id, false, &app)?;
                Ok(if found.is_none() { "over" } else { "there" })
            }),
        ];

        let all = gathered(store, units);

        assert_eq!(all, ["fresh", "seen", "left", "no part", "over"]);
    });
}

#[test]
fn who_sits_nowhere_or_elsewhere_is_not_taken_for_another() {
    on_each(|store| {
        signed_in(store);
        let seat = |session: &'static str, offline: bool, app: &'static str| {
            work(move |cx| {
                let app = ClientUuid::new(app);
                let found = session::find_with(cx, &SessionId::new(session), offline, &app)?;
                let Some(found) = found else {
                    return Ok("nobody");
                };
                assert_eq!(found.session.id.as_str(), session);
                Ok(match found.part {
                    None => "no part",
                    Some(part) if part.client == app => "a part",
                    Some(_) => "of another",
                })
            })
        };
        let units = vec![
            seat("session-0", false, "app"),
            seat("session-0", false, "other"),
            seat("session-0", false, "stranger"),
            seat("session-0", true, "app"),
            seat("nowhere", false, "app"),
        ];

        let all = gathered(store, units);

        assert_eq!(all, ["a part", "a part", "no part", "nobody", "nobody"]);
    });
}

#[test]
fn a_fault_of_one_spends_nothing_and_costs_no_neighbour() {
    on_each(|store| {
        signed_in(store);
        let units = vec![
            work(|cx| refreshed(cx, 0, "child-0")),
            work(|cx| {
                refreshed(cx, 1, "child-1")?;
                panic!("a unit of work may be wrong")
            }),
            // The id is taken: the statement of all fails, and that of this one alone.
            work(|cx| refreshed(cx, 2, "child-0")),
            work(|cx| refreshed(cx, 3, "child-3")),
        ];

        let answers = together(store, &alone(store), units);

        let answers: Vec<_> = answers.into_iter().map(|(answer, _)| answer).collect();
        assert_eq!(*answers[0].as_ref().unwrap(), "fresh");
        assert!(answers[1].is_err() && answers[2].is_err());
        assert_eq!(*answers[3].as_ref().unwrap(), "fresh");
        assert_eq!(standing(store, 0).0, 1);
        assert_eq!(standing(store, 1), (0, None, false, 60));
        assert_eq!(standing(store, 2), (0, None, false, 60));
        assert_eq!(standing(store, 3).0, 1);
    });
}

/// What another node does to the token and the session of the second person while a batch is between what it read and what it stores.
type Meanwhile = fn(&mut Cx<'_>) -> Result<()>;

#[test]
fn what_another_node_does_between_reading_and_storing_is_seen_and_costs_no_neighbour() {
    let cases: [(Meanwhile, &str); 4] = [
        (
            |cx| refresh::rotate(cx, &token_of(1), next("theirs", 1)).map(drop),
            "again",
        ),
        (
            |cx| refresh::revoke_family(cx, &FamilyId::new("family-1")).map(drop),
            "unknown",
        ),
        (
            |cx| session::leave(cx, &session_of(1).id, false, &ClientUuid::new("app")).map(drop),
            "not there",
        ),
        (
            |cx| session::remove(cx, &session_of(1).id, false).map(drop),
            "not there",
        ),
    ];
    for (meanwhile, expected) in cases {
        on_postgres(|place| {
            let store = &Store::open(place);
            signed_in(store);
            let (other, view) = (store.place.open().unwrap(), store.view.clone());
            let runs = Arc::new(AtomicUsize::new(0));
            let crossed = work(move |cx| {
                let app = ClientUuid::new("app");
                refresh::announce(cx, &token_of(1));
                if session::find_with(cx, &session_of(1).id, false, &app)?
                    .is_none_or(|found| found.part.is_none())
                {
                    return Ok("not there");
                }
                let answer = refreshed(cx, 1, "child-1")?;
                // The first run that comes this far has read together with others, and what it spends waits.
                if runs.fetch_add(1, Ordering::Relaxed) == 0 {
                    let view = view.clone();
                    let done = other.write_blocking(move |conn| view.enter(conn, meanwhile));
                    done.unwrap();
                }
                Ok(answer)
            });
            let units = vec![
                work(|cx| refreshed(cx, 0, "child-0")),
                crossed,
                work(|cx| refreshed(cx, 2, "child-2")),
            ];

            let answers = together(store, &alone(store), units);

            let all: Vec<_> = answers
                .iter()
                .map(|(one, _)| *one.as_ref().unwrap())
                .collect();
            assert_eq!(all, ["fresh", expected, "fresh"]);
            assert!(answers.iter().all(|(_, runs)| *runs == 3), "{answers:?}");
            assert_eq!((standing(store, 0).0, standing(store, 2).0), (1, 1));
        });
    }
}
