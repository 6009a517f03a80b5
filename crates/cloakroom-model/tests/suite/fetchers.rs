//! Who fetched the keys of a realm: a game with names pushes nobody out who has come before.

use cloakroom_model::Timestamp;
use cloakroom_model::key::fetch::{self, Visits};

use super::store::{NOW, Store, on_each};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(NOW.seconds() + seconds)
}

/// Stores a visit of each of these, from and to an instant, as a round of the server does.
fn come(store: &Store, names: Vec<(String, String)>, (first, last): (i64, i64)) {
    let visits = Visits {
        count: 1,
        first: at(first),
        last: at(last),
    };
    store
        .write(move |cx| {
            for (address, agent) in &names {
                fetch::add(cx, address, agent, visits)?;
            }
            fetch::trim(cx)
        })
        .unwrap();
}

fn known(store: &Store) -> Vec<(String, String)> {
    let all = store.write(fetch::list).unwrap();
    let each = all.into_iter().map(|one| (one.address, one.agent));
    each.collect()
}

fn named(address: &str, agent: &str) -> (String, String) {
    (address.to_owned(), agent.to_owned())
}

#[test]
fn a_flood_of_names_pushes_out_nobody_who_has_come_for_a_while() {
    on_each(|store| {
        let real = named("192.0.2.1", "verifier/1.0");
        let beside = named("198.51.100.7", "gateway");
        come(store, vec![real.clone(), beside.clone()], (0, 0));
        come(store, vec![real.clone(), beside.clone()], (700, 700));

        for round in 0..4 {
            // From the address of a real one, and from many.
            let of_one = (0..100).map(|at| named("192.0.2.1", &format!("game {round} {at}")));
            come(store, of_one.collect(), (800 + round, 800 + round));
            let of_many = (0..100).map(|at| named(&format!("203.0.113.{at}"), &format!("{round}")));
            come(store, of_many.collect(), (800 + round, 800 + round));
        }

        let known = known(store);
        assert!(
            known.contains(&real) && known.contains(&beside),
            "{known:?}"
        );
        assert!(known.len() <= 200, "{}", known.len());
        let games = known.iter().filter(|(address, _)| address == "192.0.2.1");
        assert_eq!(games.count(), 20);
    });
}

#[test]
fn whoever_came_last_stays_where_nobody_has_come_for_a_while() {
    on_each(|store| {
        for round in 0..3 {
            let names = (0..100).map(|at| named(&format!("192.0.{round}.{at}"), "a"));
            come(store, names.collect(), (round, round));
        }

        let known = known(store);

        assert_eq!(known.len(), 200);
        assert!(
            known
                .iter()
                .all(|(address, _)| !address.starts_with("192.0.0."))
        );
    });
}
