//! Several who sign in at the same moment, at two nodes where there are two.

use std::sync::Barrier;

use serde_json::{Value, json};

use super::OLDEST;
use crate::alerts::wait_for;
use crate::flow_rules::Scene;

/// How many sign in at once.
const CONTENDERS: usize = 4;

impl Scene {
    /// Whoever signs in at the same moment, at whichever node, is counted by the others.
    pub(super) fn several_at_once(&self) {
        let till = self.till(&self.flow_id);
        let ports = self.realm.server.nodes();
        let at_once = || -> Vec<u16> {
            let start = Barrier::new(CONTENDERS);
            std::thread::scope(|scope| {
                let calls: Vec<_> = (0..CONTENDERS)
                    .map(|number| {
                        let port = ports[number % ports.len()];
                        let (start, till) = (&start, &till);
                        scope.spawn(move || {
                            start.wait();
                            self.by_password(port, till).status
                        })
                    })
                    .collect();
                calls.into_iter().map(|call| call.join().unwrap()).collect()
            })
        };
        // The other node hears of a limit a moment later.
        let is_obeyed = |status: u16| {
            wait_for("each node obeys the limit", || {
                let answers = ports
                    .iter()
                    .map(|port| self.by_password(*port, &till).status);
                answers.filter(|known| *known == status).count() == ports.len()
            });
        };
        self.limit("own", json!({"userRealmLimit": "1"}));
        is_obeyed(400);
        for session in self.open_sessions() {
            self.done("DELETE", &format!("/sessions/{session}"), &Value::Null);
        }
        let answers = at_once();
        let won = answers.iter().filter(|status| **status == 200);
        assert_eq!(won.count(), 1, "{answers:?}");
        assert!(
            answers.iter().all(|status| [200, 400].contains(status)),
            "{answers:?}"
        );
        assert_eq!(self.open_sessions().len(), 1);

        self.limit("own", json!({"userClientLimit": "1", "behavior": OLDEST}));
        is_obeyed(200);
        let answers = at_once();
        assert!(answers.iter().all(|status| *status == 200), "{answers:?}");
        assert_eq!(self.open_sessions().len(), 1);
    }
}
