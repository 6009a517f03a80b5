//! Which servers are on the list, and for how long.

use cloakroom_model::node::{self, Node};
use cloakroom_model::{Fault, Timestamp, Ttl};

use super::store::{NOW, Store, on_each};

fn named(id: &str, name: &str, seen_at: Timestamp) -> Node {
    Node {
        id: id.to_owned(),
        name: name.to_owned(),
        version: "1.2.3".to_owned(),
        started_at: NOW,
        seen_at,
    }
}

fn after(seconds: i64) -> Timestamp {
    NOW.plus(Ttl::seconds(seconds))
}

/// The node says at that moment that it is there.
fn beat(store: &Store, node: &Node, is_alone: bool) {
    let node = node.clone();
    let said = store.write(move |cx| node::beat(&mut cx.db, &node, is_alone));
    said.unwrap();
}

fn ids(store: &Store) -> Vec<String> {
    let all = store.write(|cx| node::list(&mut cx.db)).unwrap();
    all.into_iter().map(|one| one.id).collect()
}

#[test]
fn a_node_is_there_while_it_says_so_then_gone_and_a_day_later_not_told_of() {
    on_each(|store| {
        beat(store, &named("a", "one:8080", NOW), false);
        beat(store, &named("b", "two:8080", NOW), false);
        // The first goes on, the second was killed.
        beat(store, &named("a", "one:8080", after(100)), false);
        let all = store.write(|cx| node::list(&mut cx.db)).unwrap();
        let told: Vec<_> = all
            .iter()
            .map(|one| (one.id.as_str(), one.started_at, one.is_gone(after(100))))
            .collect();
        assert_eq!(told, [("a", NOW, false), ("b", NOW, true)]);
        assert!(!all.iter().any(|one| one.is_gone(after(60))));
        let swept = store.write(|cx| {
            let mut swept = Vec::new();
            for seconds in [100, 86_399, 86_400] {
                cx.now = after(seconds);
                swept.push(node::sweep(cx, 10)?);
            }
            Ok::<_, Fault>(swept)
        });
        assert_eq!(swept.unwrap(), [0, 0, 1]);
        assert_eq!(ids(store), ["a"]);
    });
}

#[test]
fn a_node_that_is_started_again_takes_the_place_of_what_it_was() {
    on_each(|store| {
        beat(store, &named("before", "one:8080", NOW), false);
        beat(store, &named("other", "two:8080", NOW), false);
        // Two of one name may both be there, as containers may be called alike.
        beat(store, &named("after", "one:8080", after(10)), false);
        assert_eq!(ids(store).len(), 3);
        beat(store, &named("after", "one:8080", after(100)), false);
        let mut left = ids(store);
        left.sort();
        assert_eq!(left, ["after", "other"]);
        // Where there can be one alone, whatever else is on the list was killed.
        beat(store, &named("alone", "three:8080", after(101)), true);
        assert_eq!(ids(store), ["alone"]);
        store.write(|cx| node::remove(&mut cx.db, "alone")).unwrap();
        assert!(ids(store).is_empty());
    });
}
