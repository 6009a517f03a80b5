//! What is over goes, few rows at a time; what is not over stays.

use cloakroom_model::login_limit::{self, Attempts, Key};
use cloakroom_model::{Cx, Fault, Ttl, opaque};
use serde_json::json;

use super::store::{NOW, on_each};

#[test]
fn no_more_rows_go_than_asked_for_and_none_that_lasts() {
    on_each(|store| {
        let removed = store.write(|cx| {
            for number in 0..5 {
                opaque::issue(cx, &json!({}), NOW.minus(Ttl::seconds(number)))?;
            }
            let lasting = opaque::issue(cx, &json!({}), NOW.plus(Ttl::seconds(1)))?;
            let first = opaque::sweep(cx, 2)?;
            let second = opaque::sweep(cx, 10)?;
            let third = opaque::sweep(cx, 10)?;
            assert!(opaque::find(cx, lasting.expose())?.is_some());
            Ok::<_, Fault>([first, second, third])
        });
        assert_eq!(removed.unwrap(), [2, 3, 0]);
    });
}

#[test]
fn rows_without_a_key_of_their_own_go_by_their_age_the_oldest_first() {
    on_each(|store| {
        let removed = store.write(|cx| {
            let now = Attempts {
                failures: 1,
                begun: Vec::new(),
                last: NOW,
                not_before: NOW,
            };
            for (number, age) in [30, 20, 20, 20, 10, -10].into_iter().enumerate() {
                let key = Key {
                    subject: number.to_string(),
                    source: "192.0.2.1".to_owned(),
                };
                let last = NOW.minus(Ttl::seconds(age));
                let attempts = Attempts {
                    last,
                    ..now.clone()
                };
                login_limit::replace(cx, &key, None, &attempts)?;
            }
            let sweep = |cx: &mut Cx<'_>| login_limit::sweep(cx, Ttl::seconds(0), 2);
            Ok::<_, Fault>([sweep(cx)?, sweep(cx)?, sweep(cx)?])
        });
        // Those of the same instant as the second go with it.
        assert_eq!(removed.unwrap(), [4, 1, 0]);
    });
}
