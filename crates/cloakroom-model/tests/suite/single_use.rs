//! What may be used once is used once, however many ask at once, on one node and on two.

use cloakroom_model::attempt::{self, Attempt, Stage};
use cloakroom_model::code::{self, Code, Redeemed};
use cloakroom_model::device::{self, Decision};
use cloakroom_model::id::{AttemptId, ClientUuid, FamilyId, SessionId, UserId};
use cloakroom_model::initial_access::{self, InitialAccess};
use cloakroom_model::lockout::{self, Failures, Replaced};
use cloakroom_model::refresh::{self, Next, Refresh, Rotated};
use cloakroom_model::replay::{self, Kind};
use cloakroom_model::{Cx, Db, Digest, Result, Ttl, client, lease, user};
use serde_json::{Map, Value, json};
use tokio::task::JoinSet;

use super::store::{NOW, Store, application, on_each, person, runtime};

const ASKING: usize = 64;

/// How many of those who ask at once are told that they were the one.
pub(crate) fn winners(
    store: &Store,
    work: impl Fn(&mut Cx<'_>, usize) -> Result<bool> + Clone + Send + 'static,
) -> usize {
    let mut nodes: Vec<Db> = vec![store.db.clone()];
    if store.db.is_shared() {
        nodes.push(store.place.open().unwrap());
    }
    runtime().block_on(async {
        let mut asking = JoinSet::new();
        for number in 0..ASKING {
            let node = nodes[number % nodes.len()].clone();
            let (view, work) = (store.view.clone(), work.clone());
            asking.spawn(async move {
                node.write(move |conn| view.enter(conn, |cx| work(cx, number)))
                    .await
            });
        }
        let answers = asking.join_all().await;
        assert_eq!(answers.len(), ASKING);
        answers
            .into_iter()
            .filter(|won| *won.as_ref().unwrap())
            .count()
    })
}

#[test]
fn a_code_is_redeemed_by_one_of_many() {
    on_each(|store| {
        let issued = store.write(|cx| {
            let code = Code {
                client: ClientUuid::new("app"),
                session: SessionId::new("s1"),
                grant: json!({}),
                expires_at: NOW.plus(Ttl::seconds(60)),
            };
            code::issue(cx, &code)
        });
        let code = issued.unwrap();

        let won = winners(store, move |cx, _| {
            let redeemed = code::redeem(cx, code.expose())?;
            assert!(!matches!(redeemed, Redeemed::Unknown));
            Ok(matches!(redeemed, Redeemed::Fresh(_)))
        });

        assert_eq!(won, 1);
    });
}

#[test]
fn a_device_code_is_decided_once_and_traded_by_one_of_many() {
    on_each(|store| {
        let end = NOW.plus(Ttl::seconds(600));
        let client = ClientUuid::new("app");
        let asked = store.write(move |cx| {
            client::insert(cx, &application("app"))?;
            device::issue(cx, &client, &json!({}), end)
        });
        let asked = asked.unwrap();
        let id = asked
            .device_code
            .expose()
            .split_once('.')
            .unwrap()
            .0
            .to_owned();

        let early = id.clone();
        assert!(!store.write(move |cx| device::redeem(cx, &early)).unwrap());
        let session = SessionId::new("s1");
        let decided = id.clone();
        let decisions = winners(store, move |cx, number| {
            let decision = match number % 2 {
                0 => Decision::Approved(session.clone()),
                _ => Decision::Denied,
            };
            device::decide(cx, &decided, &decision)
        });
        let code = asked.device_code.expose().to_owned();
        let found = store
            .write(move |cx| device::find(cx, &code))
            .unwrap()
            .unwrap();
        let won = winners(store, move |cx, _| device::redeem(cx, &id));

        assert_eq!(decisions, 1);
        assert_eq!(won, usize::from(found.decision != Decision::Denied));
    });
}

#[test]
fn a_code_with_a_wrong_secret_is_unknown_and_spends_nothing() {
    on_each(|store| {
        let issued = store.write(|cx| {
            let code = Code {
                client: ClientUuid::new("app"),
                session: SessionId::new("s1"),
                grant: json!({}),
                expires_at: NOW.plus(Ttl::seconds(60)),
            };
            code::issue(cx, &code)
        });
        let code = issued.unwrap();
        let (id, _) = code.expose().split_once('.').unwrap();
        let forged = [
            format!("{id}.AAAA"),
            id.to_owned(),
            format!("{id}."),
            ".".to_owned(),
        ];

        for text in forged {
            let found = store.write(move |cx| code::redeem(cx, &text)).unwrap();
            assert!(matches!(found, Redeemed::Unknown), "{found:?}");
        }

        let found = store.write(move |cx| code::redeem(cx, code.expose()));
        assert!(matches!(found.unwrap(), Redeemed::Fresh(_)));
    });
}

#[test]
fn a_refresh_token_is_rotated_by_one_of_many() {
    on_each(|store| {
        store
            .write(|cx| {
                let token = Refresh {
                    id: "t1".to_owned(),
                    family: FamilyId::new("f1"),
                    session: SessionId::new("s1"),
                    offline: false,
                    client: ClientUuid::new("app"),
                    scope: "openid".to_owned(),
                    issued_at: NOW,
                    expires_at: NOW.plus(Ttl::seconds(60)),
                    uses: 0,
                    spent_at: None,
                    child: None,
                };
                refresh::insert(cx, &token)
            })
            .unwrap();

        let won = winners(store, |cx, number| {
            let next = Next {
                id: format!("child-{number}"),
                session: SessionId::new("s1"),
                offline: false,
                client: ClientUuid::new("app"),
                scope: "openid".to_owned(),
                issued_at: NOW,
                expires_at: NOW.plus(Ttl::seconds(60)),
            };
            Ok(match refresh::rotate(cx, "t1", next.clone())? {
                Rotated::Fresh(stored) => {
                    let expected = next.of(FamilyId::new("f1"));
                    assert_eq!(refresh::find(cx, &stored.id)?, Some(expected.clone()));
                    assert_eq!(stored, expected);
                    true
                }
                Rotated::Again(spent) => {
                    assert!(refresh::find(cx, &next.id)?.is_none());
                    assert!(spent.child.is_some_and(|child| child != next.id));
                    false
                }
                Rotated::Unknown => panic!("the token was there"),
            })
        });

        assert_eq!(won, 1);
        let stands = store.write(|cx| refresh::find(cx, "t1")).unwrap().unwrap();
        assert_eq!(stands.uses, 1);
    });
}

#[test]
fn a_value_is_marked_by_one_of_many_and_no_kind_spends_anothers() {
    on_each(|store| {
        let until = NOW.plus(Ttl::seconds(60));

        let won = winners(store, move |cx, _| {
            replay::spend(cx, Kind::ClientAssertion, "jti", until)
        });
        let other_kind = store.write(move |cx| replay::spend(cx, Kind::Logout, "jti", until));

        assert_eq!(won, 1);
        assert!(other_kind.unwrap());
    });
}

#[test]
fn an_attempt_is_finished_by_one_of_many() {
    on_each(|store| {
        store
            .write(|cx| {
                let attempt = Attempt {
                    id: AttemptId::new("a1"),
                    browser: Digest::of(b"browser"),
                    tab_id: "tab".to_owned(),
                    client: ClientUuid::new("app"),
                    request: Value::Null,
                    user: None,
                    stage: Stage::Prove,
                    notes: Map::new(),
                    created_at: NOW,
                    expires_at: NOW.plus(Ttl::seconds(60)),
                    proof: None,
                };
                attempt::insert(cx, &attempt)
            })
            .unwrap();

        let won = winners(store, |cx, _| attempt::finish(cx, &AttemptId::new("a1")));

        assert_eq!(won, 1);
    });
}

#[test]
fn a_lease_is_taken_by_one_of_many_and_by_another_when_it_is_over() {
    on_each(|store| {
        let ttl = Ttl::seconds(10);

        let won = winners(store, move |cx, number| {
            lease::take(cx, "sweep", &format!("node-{number}"), ttl)
        });

        assert_eq!(won, 1);
        let mut later = store.view.clone();
        later.now = NOW.plus(ttl);
        let taken = store.db.write_blocking(move |conn| {
            later.enter(conn, |cx| lease::take(cx, "sweep", "another", ttl))
        });
        assert!(taken.unwrap());
    });
}

#[test]
fn a_right_to_register_one_client_is_spent_by_one_of_many() {
    on_each(|store| {
        let right = InitialAccess {
            id: "right".to_owned(),
            created_at: NOW,
            lifespan: 60,
            count: 1,
            remaining: 1,
            web_origins: Vec::new(),
        };
        store
            .write(move |cx| initial_access::insert(cx, &right))
            .unwrap();

        let won = winners(store, |cx, _| initial_access::spend(cx, "right"));

        assert_eq!(won, 1);
    });
}

#[test]
fn each_of_many_failed_sign_ins_of_one_user_is_counted() {
    on_each(|store| {
        let user = UserId::new("ada");
        store.write(|cx| user::insert(cx, &person("ada"))).unwrap();
        let id = user.clone();
        let counted = winners(store, move |cx, number| {
            // Another node may be faster as often as there are others.
            for _ in 0..ASKING {
                let before = lockout::find(cx, &id)?;
                let failures = before.as_ref().map_or(0, |known| known.failures);
                let next = Failures {
                    failures: failures + 1,
                    last_failure: NOW,
                    not_before: NOW,
                    lockouts: 0,
                    last_ip: format!("192.0.2.{number}"),
                };
                match lockout::replace(cx, &id, before.as_ref(), &next)? {
                    Replaced::Raced => {}
                    done => return Ok(done == Replaced::Done),
                }
            }
            Ok(false)
        });
        let known = store.write(move |cx| lockout::find(cx, &user)).unwrap();

        assert_eq!(counted, ASKING);
        assert_eq!(known.unwrap().failures, i64::try_from(ASKING).unwrap());
    });
}

#[test]
fn a_failed_sign_in_of_whoever_is_removed_is_no_fault() {
    on_each(|store| {
        let told: Result<_> = store.write(move |cx| {
            let user = UserId::new("ada");
            user::insert(cx, &person("ada"))?;
            let known = Failures {
                failures: 1,
                last_failure: NOW,
                not_before: NOW,
                lockouts: 0,
                last_ip: String::new(),
            };
            let stored = lockout::replace(cx, &user, None, &known)?;
            user::remove(cx, &user)?;
            let first = lockout::replace(cx, &user, None, &known)?;
            let again = lockout::replace(cx, &user, Some(&known), &known)?;
            Ok((stored, first, again))
        });

        let wanted = (Replaced::Done, Replaced::Gone, Replaced::Raced);
        assert_eq!(told.unwrap(), wanted);
    });
}
