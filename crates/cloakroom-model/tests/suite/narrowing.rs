//! What narrows lists beside texts: groups of people, and whom events are about.

use cloakroom_model::event::{self, Event};
use cloakroom_model::group::{self, Group};
use cloakroom_model::id::{GroupId, UserId};
use cloakroom_model::{Fault, user};

use super::lists::{crowd, names};
use super::store::{on_each, person};

#[test]
fn a_group_narrows_together_with_what_else_is_asked() {
    on_each(|store| {
        crowd(store);
        let other = store.write(|cx| {
            let night = Group {
                id: GroupId::new("night"),
                parent: None,
                name: "night".to_owned(),
                description: None,
                attributes: user::Attributes::new(),
            };
            group::insert(cx, &night)?;
            user::insert(cx, &person("dora"))?;
            for id in ["carl", "dora"] {
                user::join(cx, &UserId::new(id), &night.id)?;
            }
            Ok::<_, Fault>(())
        });
        other.unwrap();
        let query = |groups: &[&str]| user::Query {
            groups: groups.iter().map(|id| GroupId::new(*id)).collect(),
            service_accounts: true,
            max: 10,
            ..user::Query::default()
        };
        let red = vec![("team".to_owned(), "red".to_owned())];
        for (query, expected) in [
            (query(&["all"]), vec!["anna", "berta", "carl"]),
            (query(&["night"]), vec!["carl", "dora"]),
            (query(&["all", "night"]), vec!["carl"]),
            (query(&["none"]), vec![]),
            (
                user::Query {
                    search: Some("dora".to_owned()),
                    ..query(&["night"])
                },
                vec!["dora"],
            ),
            (
                user::Query {
                    enabled: Some(false),
                    ..query(&["all"])
                },
                vec![],
            ),
            (
                user::Query {
                    attributes: red,
                    ..query(&["all"])
                },
                vec!["anna", "berta"],
            ),
            (
                user::Query {
                    after: Some("anna".to_owned()),
                    ..query(&["all"])
                },
                vec!["berta", "carl"],
            ),
        ] {
            let what = format!("{query:?}");
            let found = store.write(move |cx| user::list(cx, &query));
            assert_eq!(names(found.unwrap()), expected, "{what}");
        }
    });
}

#[test]
fn events_are_found_by_ids_and_by_what_was_typed() {
    on_each(|store| {
        let found = store.write(|cx| {
            for (user, typed) in [(Some("u1"), "Ada"), (None, "no\"body_"), (None, "nobody2")] {
                let event = Event {
                    kind: "LOGIN_ERROR".to_owned(),
                    user: user.map(UserId::new),
                    details: [("username".to_owned(), typed.to_owned())].into(),
                    ..Event::default()
                };
                event::report(cx, event, true)?;
            }
            let mut found = Vec::new();
            for (id, typed) in [
                ("u1", None),
                ("u2", None),
                ("u2", Some("ADA")),
                ("u2", Some("No\"body_")),
                ("u1", Some("nobody2")),
            ] {
                let query = event::Query {
                    who: Some(event::Who {
                        ids: vec![UserId::new(id)],
                        typed: typed.map(str::to_owned),
                    }),
                    span: event::Span {
                        max: 10,
                        ascending: true,
                        ..event::Span::default()
                    },
                    ..event::Query::default()
                };
                let all = event::list(cx, &query)?;
                let names = all.iter().map(|one| one.event.details["username"].clone());
                let mut names: Vec<String> = names.collect();
                // They are of one instant, so any of them may come first.
                names.sort_unstable();
                found.push(names);
            }
            Ok::<_, Fault>(found)
        });

        let expected = [
            vec!["Ada"],
            vec![],
            vec!["Ada"],
            vec!["no\"body_"],
            vec!["Ada", "nobody2"],
        ];
        assert_eq!(found.unwrap(), expected);
    });
}
