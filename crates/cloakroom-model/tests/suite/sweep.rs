//! What is over goes, few rows at a time; what is not over stays.

use cloakroom_model::replay::{self, Kind};
use cloakroom_model::{Fault, Ttl, opaque};
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
            let ends = [-30, -20, -20, -20, -10, 10].map(Ttl::seconds);
            for (number, end) in ends.into_iter().enumerate() {
                let value = number.to_string();
                replay::spend(cx, Kind::Logout, value, NOW.plus(end))?;
            }
            let first = replay::sweep(cx, 2)?;
            assert!(replay::is_spent(cx, Kind::Logout, "4")?);
            let second = replay::sweep(cx, 2)?;
            let third = replay::sweep(cx, 2)?;
            assert!(replay::is_spent(cx, Kind::Logout, "5")?);
            Ok::<_, Fault>([first, second, third])
        });
        // Those of the same instant as the second go with it.
        assert_eq!(removed.unwrap(), [4, 1, 0]);
    });
}
