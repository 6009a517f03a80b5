//! A delegated administrator never raises themselves: each way to try it is a test, and so is the harmless
//! call that looks like it.

mod rows;
mod scene;

use std::sync::Arc;

use libtest_mimic::Trial;

use crate::server::Server;
use rows::{Expected, Row};
use scene::Scene;

/// The tests against one server.
pub(crate) fn trials(server: &Arc<Server>) -> Vec<Trial> {
    let scene = Arc::new(Scene::set(server));
    let mut trials = Vec::new();
    for row in rows::all() {
        let name = format!("{}::escalation::{}", server.database, row.name());
        let scene = Arc::clone(&scene);
        trials.push(Trial::test(name, move || {
            check(&scene, &row);
            Ok(())
        }));
    }
    trials
}

fn check(scene: &Scene, row: &Row) {
    let answer = scene.call(row);

    let seen = (answer.status, answer.body.as_str());
    match row.expected {
        Expected::Refused => assert_eq!(answer.status, 403, "{seen:?}"),
        Expected::Done => assert!((200..300).contains(&answer.status), "{seen:?}"),
        Expected::Masked => {
            assert_eq!(answer.status, 200, "{seen:?}");
            assert_eq!(answer.json()["value"], "**********", "{seen:?}");
        }
    }
    assert!(
        !scene.is_mighty(row.who),
        "{} has become an administrator of the realm",
        row.who
    );
}
