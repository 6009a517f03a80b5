//! What people say of themselves, beside what others say of them.

use cloakroom_model::id::UserId;
use cloakroom_model::user::{self, Stored};

use super::store::{on_each, person};

#[test]
fn what_people_say_of_themselves_opens_nothing_that_was_shut_meanwhile() {
    on_each(|store| {
        store
            .write(|cx| user::insert(cx, &person("ada")).map(drop))
            .unwrap();
        // As another node does between this one's look and its change.
        let mut shut = person("ada");
        shut.enabled = false;
        shut.not_before = 1_900_000_000;
        shut.required_actions = vec!["UPDATE_PASSWORD".to_owned()];
        let kept = shut.clone();
        store
            .write(move |cx| user::update(cx, &kept).map(drop))
            .unwrap();
        let mut said = person("ada");
        said.username = "lovelace".to_owned();
        said.email = Some("new@example.org".to_owned());
        said.attributes
            .insert("team".to_owned(), vec!["red".to_owned()]);
        let sent = said.clone();

        let stored = store.write(move |cx| user::update_profile(cx, &sent));

        assert_eq!(stored.unwrap(), Stored::Done);
        let found = store.write(|cx| user::find(cx, &UserId::new("ada")));
        let found = found.unwrap().unwrap();
        assert_eq!(
            (found.enabled, found.not_before, &found.required_actions),
            (shut.enabled, shut.not_before, &shut.required_actions)
        );
        assert_eq!(
            (found.username, found.email, found.attributes),
            (said.username, said.email, said.attributes)
        );
    });
}
