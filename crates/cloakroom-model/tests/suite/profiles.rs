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

#[test]
fn what_a_directory_has_changed_opens_nothing_that_was_shut_meanwhile() {
    on_each(|store| {
        let mut before = person("grace");
        before.required_actions = vec!["VERIFY_EMAIL".to_owned()];
        let first = before.clone();
        store
            .write(move |cx| user::insert(cx, &first).map(drop))
            .unwrap();
        // As another node does between this one's look and its change.
        let mut shut = before.clone();
        shut.enabled = false;
        shut.not_before = 1_900_000_000;
        shut.required_actions.push("UPDATE_PASSWORD".to_owned());
        let kept = shut.clone();
        store
            .write(move |cx| user::update(cx, &kept).map(drop))
            .unwrap();
        let mut after = before.clone();
        after.last_name = Some("Hopper".to_owned());
        after.required_actions = vec!["TERMS".to_owned()];
        let sent = (before.clone(), after.clone());

        let stored = store.write(move |cx| user::update_changed(cx, &sent.0, &sent.1));

        assert_eq!(stored.unwrap(), Stored::Done);
        let find = || {
            let found = store.write(|cx| user::find(cx, &UserId::new("grace")));
            found.unwrap().unwrap()
        };
        let found = find();
        assert_eq!((found.enabled, found.not_before), (false, shut.not_before));
        assert_eq!(found.last_name, after.last_name);
        assert_eq!(found.required_actions, ["UPDATE_PASSWORD", "TERMS"]);

        // Whoever is switched off there is, and keeps what is said of them here.
        let mut off = before.clone();
        off.enabled = false;
        let mut renamed = found;
        renamed.enabled = true;
        renamed.first_name = Some("Amazing".to_owned());
        store
            .write(move |cx| user::update(cx, &renamed).map(drop))
            .unwrap();
        let sent = (before, off);
        store
            .write(move |cx| user::update_changed(cx, &sent.0, &sent.1).map(drop))
            .unwrap();
        let found = find();
        assert!(!found.enabled);
        assert_eq!(found.first_name.as_deref(), Some("Amazing"));
        let mut gone = found;
        gone.id = UserId::new("nobody");
        let stored = store.write(move |cx| user::update_enabled(cx, &gone));
        assert_eq!(stored.unwrap(), Stored::Gone);
    });
}
