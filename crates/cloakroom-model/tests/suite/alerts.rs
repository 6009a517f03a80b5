//! Alert rules, by a clock that was set back.

use std::collections::BTreeMap;

use cloakroom_model::alert::{self, Draft, Search};
use cloakroom_model::event::{self, Event};
use cloakroom_model::{Fault, Timestamp, Ttl};

use super::store::{NOW, on_each};

fn after(seconds: i64) -> Timestamp {
    NOW.plus(Ttl::seconds(seconds))
}

#[test]
fn what_is_of_a_later_time_says_nothing_about_now() {
    on_each(|store| {
        let exceeded = store.write(|cx| {
            let search = Search {
                types: vec!["LOGIN_ERROR".to_owned()],
                ..Search::default()
            };
            let draft = Draft {
                name: "guessing".to_owned(),
                search,
                threshold: 2,
                period: Ttl::seconds(600),
            };
            alert::insert(cx, &draft)?;
            let mut found = Vec::new();
            // An event of tomorrow, one of now, another one of now.
            for (at, is_cleared) in [(86_400, true), (0, false), (1, false), (2, true)] {
                cx.now = after(at);
                let event = Event {
                    kind: "LOGIN_ERROR".to_owned(),
                    client_id: None,
                    user: None,
                    session: None,
                    ip: "192.0.2.1".to_owned(),
                    error: None,
                    code: None,
                    details: BTreeMap::new(),
                };
                event::report(cx, event, true)?;
                if is_cleared {
                    let all = alert::list(cx)?;
                    alert::clear(cx, &all[0].id)?;
                }
                let watching = alert::list_watching(cx)?;
                found.push(alert::is_exceeded(cx, &watching[0])?);
            }
            Ok::<_, Fault>(found)
        });
        // Cleared tomorrow, one is not two, two are, and what was cleared now does not count.
        assert_eq!(exceeded.unwrap(), [false, false, true, false]);
    });
}
