//! Workflows that wait: what is taken by one node is nobody else's, and what is gone waits for nothing.

use cloakroom_model::id::{ClientUuid, UserId};
use cloakroom_model::workflow::run::{self, At, Run};
use cloakroom_model::workflow::walk::{self, Walk};
use cloakroom_model::workflow::{self, Resource, Workflow, trigger};
use cloakroom_model::{Timestamp, Ttl, client, user};
use serde_json::{Value, json};

use super::single_use::winners;
use super::store::{NOW, Store, application, on_each, person};

fn workflow(id: &str, on: &str) -> Workflow {
    let definition = json!({"on": on, "steps": [{"uses": "disable-user", "id": "s1"}]});
    Workflow {
        id: id.to_owned(),
        name: id.to_owned(),
        definition: definition.as_object().unwrap().clone(),
        trusted: false,
    }
}

fn at(step: &str) -> At<'_> {
    At { step, due_at: NOW }
}

/// A workflow that is under way for somebody.
fn begun(store: &Store) -> Run {
    let begun = store.write(|cx| {
        workflow::insert(cx, &workflow("w", ""), Some(NOW))?;
        user::insert(cx, &person("ada"))?;
        let ada = Resource::User(UserId::new("ada"));
        assert!(run::begin(cx, "w", &ada, at("s1"), 0)?);
        assert!(
            !run::begin(cx, "w", &ada, at("s1"), 0)?,
            "it is begun twice"
        );
        run::find_of(cx, "w", &ada)
    });
    begun.unwrap().unwrap()
}

#[test]
fn a_step_is_taken_and_done_by_one_of_many() {
    on_each(|store| {
        let run = begun(store);
        let until = NOW.plus(Ttl::seconds(60));
        let seen = run.clone();
        let taken = winners(store, move |cx, _| run::claim(cx, &seen, until));
        assert_eq!(taken, 1);
        let mut taken = run.clone();
        taken.due_at = until;
        let done = winners(store, move |cx, _| run::advance(cx, &taken, at("s2")));
        assert_eq!(done, 1);
        // What was seen before that is nothing to act on.
        let late = store.write(move |cx| {
            Ok::<_, cloakroom_model::Fault>((
                run::claim(cx, &run, until)?,
                run::end(cx, &run)?,
                run::postpone(cx, &run, until, "why")?,
            ))
        });
        assert_eq!(late.unwrap(), (false, false, false));
    });
}

#[test]
fn what_has_happened_is_taken_by_one_of_many() {
    on_each(|store| {
        store
            .write(|cx| workflow::insert(cx, &workflow("w", "user-created"), None))
            .unwrap();
        let waiting = store.write(|cx| {
            user::insert(cx, &person("ada"))?;
            client::insert(cx, &application("app"))?;
            trigger::waiting(cx, 10)
        });
        let waiting = waiting.unwrap();
        assert_eq!(waiting.len(), 1, "{waiting:?}");
        let id = waiting[0].1.clone();
        let taken = winners(store, move |cx, _| Ok(trigger::take(cx, &id)?.is_some()));
        assert_eq!(taken, 1);
    });
}

#[test]
fn what_no_workflow_that_is_on_waits_for_is_not_written_down() {
    on_each(|store| {
        let mut off = workflow("off", "user-created");
        off.definition
            .insert("enabled".to_owned(), Value::Bool(false));
        let other = workflow("other", "user-authenticated");
        let waiting = store.write(move |cx| {
            workflow::insert(cx, &off, None)?;
            workflow::insert(cx, &other, None)?;
            Ok::<_, cloakroom_model::Fault>(())
        });
        waiting.unwrap();
        let waiting = store.write(|cx| {
            user::insert(cx, &person("ada"))?;
            trigger::waiting(cx, 10)
        });
        assert_eq!(waiting.unwrap(), vec![]);
    });
}

#[test]
fn a_schedule_goes_on_at_one_of_many() {
    on_each(|store| {
        begun(store);
        let next = Walk {
            due_at: NOW.plus(Ttl::seconds(60)),
            walked_to: "m".to_owned(),
            left: Some(3),
        };
        let seen = store.write(|cx| walk::find(cx, "w")).unwrap().unwrap();
        let to = next.clone();
        let gone_on = winners(store, move |cx, _| walk::advance(cx, "w", &seen, &to));
        assert_eq!(gone_on, 1);
        assert_eq!(store.write(|cx| walk::find(cx, "w")).unwrap(), Some(next));
    });
}

#[test]
fn nobody_waits_who_is_gone_and_nothing_is_due_that_is_off() {
    on_each(|store| {
        begun(store);
        let due = store.write(|cx| run::due(cx, 10)).unwrap();
        assert_eq!(due.len(), 1, "{due:?}");
        let off = store.write(|cx| {
            let mut off = workflow("w", "");
            off.definition
                .insert("enabled".to_owned(), Value::Bool(false));
            workflow::update(cx, &off, Some(NOW))?;
            Ok::<_, cloakroom_model::Fault>((run::due(cx, 10)?, walk::due(cx, 10)?))
        });
        assert_eq!(off.unwrap(), (vec![], vec![]));
        let left = store.write(|cx| {
            workflow::update(cx, &workflow("w", ""), None)?;
            client::insert(cx, &application("app"))?;
            let app = Resource::Client(ClientUuid::new("app"));
            run::begin(cx, "w", &app, at("s1"), 0)?;
            user::remove(cx, &UserId::new("ada"))?;
            let people = run::list_for(cx, "ada")?.len();
            let clients = run::list_for(cx, "app")?.len();
            workflow::remove(cx, "w")?;
            let after = run::list_for(cx, "app")?.len();
            Ok::<_, cloakroom_model::Fault>((people, clients, after))
        });
        assert_eq!(left.unwrap(), (0, 1, 0));
    });
}

#[test]
fn whoever_waits_moves_to_another_step_unless_they_are_there_already() {
    on_each(|store| {
        begun(store);
        let later = Timestamp::from_millis(NOW.millis() + 5_000);
        let to = At {
            step: "t1",
            due_at: later,
        };
        let moved = store.write(move |cx| {
            workflow::insert(cx, &workflow("v", ""), None)?;
            let ada = Resource::User(UserId::new("ada"));
            run::begin(cx, "v", &ada, at("t1"), 0)?;
            let both = run::migrate(cx, ("w", "s1"), ("v", to))?;
            let there = run::find_of(cx, "v", &ada)?.unwrap();
            run::end(cx, &there)?;
            let moved = run::migrate(cx, ("w", "s1"), ("v", to))?;
            let now = run::find_of(cx, "v", &ada)?.map(|run| (run.step, run.due_at));
            Ok::<_, cloakroom_model::Fault>((both, moved, now))
        });
        let expected = (None, Some(1), Some(("t1".to_owned(), later)));
        assert_eq!(moved.unwrap(), expected);
    });
}
