//! The start: migrations, and what other nodes hear.

use std::time::{Duration, Instant};

use cloakroom_model::{Fault, Link, client, realm};
use diesel::RunQueryDsl as _;

use super::store::{application, on_each, on_postgres, runtime};

#[test]
fn a_schema_that_is_newer_than_the_program_is_refused() {
    on_each(|store| {
        store
            .db
            .write_blocking(|conn| {
                let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')";
                diesel::sql_query(newer).execute(conn)?;
                Ok::<_, Fault>(())
            })
            .unwrap();

        let refused = store.place.open().unwrap_err().to_string();

        assert!(refused.contains("the migration 9999"), "{refused}");
        assert!(refused.contains("start the newer version"), "{refused}");
    });
}

#[test]
fn opening_again_changes_nothing() {
    on_each(|store| {
        let again = store.place.open().unwrap();

        let all = again.write_blocking(|conn| realm::list(&mut Link::Open(conn)));

        assert_eq!(all.unwrap().len(), 1);
    });
}

#[test]
fn two_nodes_may_start_on_an_empty_database_at_once() {
    on_postgres(|place| {
        let opened = std::thread::scope(|scope| {
            let nodes = [scope.spawn(|| place.open()), scope.spawn(|| place.open())];
            nodes.map(|node| node.join().unwrap())
        });

        for db in opened {
            let all = db
                .unwrap()
                .write_blocking(|conn| realm::list(&mut Link::Open(conn)));
            assert!(all.unwrap().is_empty());
        }
    });
}

#[test]
fn another_node_hears_of_a_change_within_a_second() {
    on_each(|store| {
        let Some(mut listener) = store.db.listen().unwrap() else {
            assert!(!store.db.is_shared());
            return;
        };
        let before = listener.versions().unwrap();
        assert!(listener.hear().unwrap().changes.is_empty());

        store
            .write(|cx| client::insert(cx, &application("app")))
            .unwrap();

        let deadline = Instant::now() + Duration::from_secs(1);
        let mut heard = Vec::new();
        while heard.is_empty() && Instant::now() < deadline {
            heard = listener.hear().unwrap().changes.settings;
            runtime().block_on(async { tokio::time::sleep(Duration::from_millis(10)).await });
        }
        assert_eq!(heard, ["r1"]);
        let after = listener.versions().unwrap();
        assert_eq!(before[0].1 + 1, after[0].1);
    });
}
