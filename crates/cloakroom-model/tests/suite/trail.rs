//! The chain of administrators' events: what somebody changes in the database behind the server's back is found out.

use cloakroom_model::event::admin::chain::{self, Look, Start, Wrong};
use cloakroom_model::event::admin::{self, AdminEvent, Auth};
use cloakroom_model::{Cx, Fault, Timestamp, event, realm};
use diesel::RunQueryDsl as _;

use super::store::{NOW, Place, Store, on_each, on_postgres};

fn record(cx: &mut Cx<'_>, path: &str) -> Result<(), Fault> {
    let event = AdminEvent {
        operation: "UPDATE".to_owned(),
        resource_type: "USER".to_owned(),
        resource_path: path.to_owned(),
        auth: Auth {
            realm_id: "r1".to_owned(),
            client_id: "console".to_owned(),
            user_id: "boss".to_owned(),
            ip_address: "192.0.2.1".to_owned(),
        },
        representation: path.ends_with('2').then(|| "{}".to_owned()),
    };
    admin::record(cx, &event)
}

fn record_some(store: &Store, many: i64) {
    let all = store.write(move |cx| (1..=many).try_for_each(|n| record(cx, &format!("users/{n}"))));
    all.unwrap();
}

/// Does what somebody with the database and without the server can.
fn tamper(store: &Store, statements: &'static [&'static str]) {
    let done = store.write(move |cx| {
        for statement in statements {
            diesel::sql_query(*statement).execute(cx.db.conn()?)?;
        }
        Ok::<_, Fault>(())
    });
    done.unwrap();
}

fn look(store: &Store, start: Start, most: i64) -> Look {
    store.read(move |cx| chain::check(cx, start, most)).unwrap()
}

type Found = (Wrong, Option<i64>, Option<i64>);

fn found(look: &Look) -> Vec<Found> {
    let all = look.findings.iter();
    all.map(|one| (one.wrong, one.number, one.until)).collect()
}

const fn changed(number: i64) -> Found {
    (Wrong::Changed, Some(number), None)
}

const fn missing(from: i64, until: i64) -> Found {
    (Wrong::Missing, Some(from), Some(until))
}

const fn added(number: Option<i64>) -> Found {
    (Wrong::Added, number, None)
}

const ENDS: Found = (Wrong::Ends, None, None);

/// What is done to the database after five events, and what has to be found.
const DEEDS: &[(&str, &[&str], &[Found])] = &[
    ("nothing", &[], &[]),
    (
        "what was done to whom",
        &["UPDATE admin_events SET resource_path = 'users/9' WHERE realm_id = 'r1' AND number = 3"],
        &[changed(3)],
    ),
    (
        "who did it",
        &[
            "UPDATE admin_events SET auth = replace(auth, 'boss', 'ada') WHERE realm_id = 'r1' AND number = 1",
        ],
        &[changed(1)],
    ),
    (
        "when",
        &["UPDATE admin_events SET time = time + 1 WHERE realm_id = 'r1' AND number = 5"],
        &[changed(5)],
    ),
    (
        "what was sent is gone",
        &["UPDATE admin_events SET representation = NULL WHERE realm_id = 'r1' AND number = 2"],
        &[changed(2)],
    ),
    (
        "nothing was sent, and something is there",
        &["UPDATE admin_events SET representation = '' WHERE realm_id = 'r1' AND number = 4"],
        &[changed(4)],
    ),
    (
        "an error",
        &["UPDATE admin_events SET error = 'no' WHERE realm_id = 'r1' AND number = 4"],
        &[changed(4)],
    ),
    (
        "a field's end is the next one's beginning",
        &[
            "UPDATE admin_events SET operation = 'UPDAT', resource_type = 'EUSER' WHERE realm_id = 'r1' AND number = 4",
        ],
        &[changed(4)],
    ),
    (
        "a link",
        &[
            "UPDATE admin_events SET link = before.link FROM (SELECT link FROM admin_events WHERE realm_id = 'r1' AND number = 2) AS before \
           WHERE realm_id = 'r1' AND number = 3",
        ],
        &[changed(3), changed(4)],
    ),
    (
        "the first is gone",
        &["DELETE FROM admin_events WHERE realm_id = 'r1' AND number = 1"],
        &[missing(1, 1)],
    ),
    (
        "some are gone",
        &["DELETE FROM admin_events WHERE realm_id = 'r1' AND number BETWEEN 2 AND 4"],
        &[missing(2, 4)],
    ),
    (
        "the last is gone",
        &["DELETE FROM admin_events WHERE realm_id = 'r1' AND number = 5"],
        &[missing(5, 5)],
    ),
    (
        "all are gone",
        &["DELETE FROM admin_events WHERE realm_id = 'r1' AND number > 0"],
        &[missing(1, 5)],
    ),
    (
        "two changed places",
        &[
            "UPDATE admin_events SET number = 99 WHERE realm_id = 'r1' AND number = 2",
            "UPDATE admin_events SET number = 2 WHERE realm_id = 'r1' AND number = 3",
            "UPDATE admin_events SET number = 3 WHERE realm_id = 'r1' AND number = 99",
        ],
        &[changed(2), changed(3), changed(4)],
    ),
    (
        "one is out of the chain",
        &["UPDATE admin_events SET number = NULL WHERE realm_id = 'r1' AND number = 4"],
        &[added(None), missing(4, 4)],
    ),
    (
        "one behind the end",
        &["UPDATE admin_events SET number = 7 WHERE realm_id = 'r1' AND number = 5"],
        &[missing(5, 5), added(Some(7))],
    ),
    (
        "one before the beginning",
        &["UPDATE admin_events SET number = 0 WHERE realm_id = 'r1' AND number = 1"],
        &[added(Some(0)), missing(1, 1)],
    ),
    (
        "the end is cut off, and the head told so",
        &[
            "DELETE FROM admin_events WHERE realm_id = 'r1' AND number = 5",
            "UPDATE audit_chains SET last_number = 4, last_link = before.link FROM \
             (SELECT link FROM admin_events WHERE realm_id = 'r1' AND number = 4) AS before WHERE realm_id = 'r1'",
        ],
        &[ENDS],
    ),
    (
        "the beginning is cut off, and the head told so",
        &[
            "UPDATE audit_chains SET first_number = 2, before_link = before.link FROM \
             (SELECT link FROM admin_events WHERE realm_id = 'r1' AND number = 1) AS before WHERE realm_id = 'r1'",
            "DELETE FROM admin_events WHERE realm_id = 'r1' AND number = 1",
        ],
        &[ENDS],
    ),
    (
        "the head is gone",
        &["DELETE FROM audit_chains WHERE realm_id = 'r1'"],
        &[ENDS],
    ),
];

fn each_deed(place: impl Fn() -> Place) {
    for (what, statements, expected) in DEEDS {
        let store = Store::open(place());
        record_some(&store, 5);

        tamper(&store, statements);

        let look = look(&store, Start::Beginning, 100);
        assert_eq!(found(&look), *expected, "{what}");
    }
}

#[test]
fn what_is_changed_in_the_database_is_found_out() {
    each_deed(Place::sqlite);
    on_postgres(|first| {
        drop(first);
        each_deed(|| Place::postgres().unwrap());
    });
}

#[test]
fn a_head_that_somebody_changed_is_told_of_after_more_was_written() {
    on_each(|store| {
        record_some(store, 3);
        tamper(
            store,
            &[
                "DELETE FROM admin_events WHERE realm_id = 'r1' AND number = 3",
                "UPDATE audit_chains SET last_number = 2, last_link = before.link FROM \
                 (SELECT link FROM admin_events WHERE realm_id = 'r1' AND number = 2) AS before WHERE realm_id = 'r1'",
            ],
        );

        record_some(store, 2);

        let look = look(store, Start::Beginning, 100);
        assert_eq!((found(&look), look.checked), (vec![ENDS], 4));
    });
}

#[test]
fn a_head_that_somebody_took_away_is_begun_anew_and_all_before_is_told_of() {
    on_each(|store| {
        record_some(store, 2);
        tamper(store, &["DELETE FROM audit_chains WHERE realm_id = 'r1'"]);

        record_some(store, 2);

        let look = look(store, Start::Beginning, 100);
        assert_eq!(found(&look), [added(Some(1)), added(Some(2))]);
        assert_eq!((look.first, look.last, look.checked), (3, 4, 2));
    });
}

#[test]
fn what_goes_in_time_leaves_a_chain_that_holds() {
    on_each(|store| {
        store
            .write(|cx| {
                let mut settings = cx.realm.settings.clone();
                settings
                    .attributes
                    .insert("adminEventsExpiration".to_owned(), "100".to_owned());
                realm::update(cx, "acme", true, &settings)?;
                for age in [103, 102, 101, 99, 98] {
                    let shared = std::sync::Arc::clone(cx.realm);
                    let mut then = cx.in_realm(&shared);
                    then.now = Timestamp::from_seconds(NOW.seconds() - age);
                    record(&mut then, "users/1")?;
                }
                Ok::<_, Fault>(())
            })
            .unwrap();
        for (most, first) in [(2, 3), (2, 4), (2, 4)] {
            store
                .write(move |cx| event::sweep_expired(cx, most))
                .unwrap();

            let look = look(store, Start::Beginning, 100);
            assert_eq!((found(&look), look.first, look.last), (vec![], first, 5));
        }

        store.write(admin::remove_all).unwrap();
        let empty = look(store, Start::Beginning, 100);
        assert_eq!((found(&empty), empty.first, empty.last), (vec![], 6, 5));
        record_some(store, 1);
        let look = look(store, Start::Beginning, 100);
        assert_eq!((found(&look), look.first, look.last), (vec![], 6, 6));
    });
}

#[test]
fn a_chain_is_looked_at_in_parts() {
    on_each(|store| {
        record_some(store, 5);
        let (mut start, mut seen) = (Start::Beginning, Vec::new());
        loop {
            let part = look(store, start, 2);
            assert_eq!(found(&part), []);
            seen.push(part.checked);
            match part.next {
                Some(next) => start = Start::Number(next),
                None => break,
            }
        }
        assert_eq!(seen, [2, 2, 1]);
        let end = look(store, Start::End(2), 100);
        assert_eq!((end.checked, end.next), (2, None));

        tamper(
            store,
            &["UPDATE admin_events SET resource_path = 'x' WHERE realm_id = 'r1' AND number = 4"],
        );

        assert_eq!(found(&look(store, Start::End(2), 100)), [changed(4)]);
        assert_eq!(found(&look(store, Start::End(1), 100)), []);
        assert_eq!(found(&look(store, Start::Number(-7), 100)), [changed(4)]);
        assert_eq!(found(&look(store, Start::Number(99), 100)), []);
    });
}

#[test]
fn what_is_about_a_thing_is_listed_with_what_is_below_it_and_nothing_else() {
    on_each(|store| {
        let paths = [
            "users/a_1",
            "users/a_1/groups/g",
            "users/a_12",
            "users/ab1/groups/g",
            "users",
            "users/a_1/role-mappings/realm",
        ];
        let all = store.write(move |cx| paths.iter().try_for_each(|path| record(cx, path)));
        all.unwrap();
        let about = |path: &str, id: Option<String>| {
            let query = admin::Query {
                about: Some(path.to_owned()),
                id,
                span: event::Span {
                    max: 10,
                    ..event::Span::default()
                },
                ..admin::Query::default()
            };
            store.read(move |cx| admin::list(cx, &query)).unwrap()
        };
        let mine = about("users/a_1", None);
        let mut seen: Vec<&str> = mine
            .iter()
            .map(|one| one.event.resource_path.as_str())
            .collect();
        seen.sort_unstable();
        assert_eq!(
            seen,
            [
                "users/a_1",
                "users/a_1/groups/g",
                "users/a_1/role-mappings/realm"
            ]
        );
        assert_eq!(about("users/%", None).len(), 0);
        let one = mine[1].id.clone();
        let alone = about("users/a_1", Some(one.clone()));
        assert_eq!(alone.len(), 1);
        assert_eq!(alone[0].id, one);
        assert_eq!(about("users/a_12", Some(one)).len(), 0);
    });
}
