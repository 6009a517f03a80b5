//! Lists of people: what narrows them, their order, and what is kept of secrets and of old events.

use cloakroom_model::event::{self, Event};
use cloakroom_model::flow::{self, AuthenticatorConfig};
use cloakroom_model::group::{self, Group};
use cloakroom_model::id::{GroupId, RoleId, UserId};
use cloakroom_model::role::{self, Role};
use cloakroom_model::{Fault, Timestamp, client, realm, user};
use diesel::prelude::*;

use super::store::{NOW, Store, application, on_each, person};

/// People with given and family names, a team each, and a role and a group that all of them have.
pub(super) fn crowd(store: &Store) {
    let people = [
        ("anna", "Anna", "Keller", "red"),
        ("berta", "Keller", "Anna", "red"),
        ("carl", "Carl", "Annason", "blue"),
    ];
    store
        .write(move |cx| {
            role::insert(
                cx,
                &Role {
                    id: RoleId::new("staff"),
                    container_id: "r1".to_owned(),
                    client_role: false,
                    name: "staff".to_owned(),
                    description: None,
                    attributes: user::Attributes::new(),
                },
            )?;
            group::insert(
                cx,
                &Group {
                    id: GroupId::new("all"),
                    parent: None,
                    name: "all".to_owned(),
                    description: None,
                    attributes: user::Attributes::new(),
                },
            )?;
            for (id, first, last, team) in people {
                let mut user = person(id);
                user.first_name = Some(first.to_owned());
                user.last_name = Some(last.to_owned());
                user.attributes
                    .insert("team".to_owned(), vec![team.to_owned()]);
                user::insert(cx, &user)?;
                user::grant_role(cx, &user.id, &RoleId::new("staff"))?;
                user::join(cx, &user.id, &GroupId::new("all"))?;
            }
            Ok::<_, Fault>(())
        })
        .unwrap();
}

pub(super) fn names(users: Vec<user::User>) -> Vec<String> {
    users.into_iter().map(|user| user.username).collect()
}

/// A search, and who is found.
type Row = (user::Query, &'static [&'static str]);

#[rustfmt::skip]
fn rows() -> Vec<Row> {
    let query = || user::Query { max: 10, service_accounts: true, ..user::Query::default() };
    let text = |text: &str| Some(text.to_owned());
    vec![
        (user::Query { first_name: text("anna"), ..query() }, &["anna"]),
        (user::Query { last_name: text("ANNA"), ..query() }, &["berta", "carl"]),
        (user::Query { last_name: text("anna"), exact: true, ..query() }, &["berta"]),
        (user::Query { first_name: text("ann"), exact: true, ..query() }, &[]),
        (user::Query { username: text("ann"), ..query() }, &["anna"]),
        (user::Query { username: text("ANNA"), exact: true, ..query() }, &["anna"]),
        (user::Query { email: text("l@example"), ..query() }, &["carl"]),
        (user::Query { email: text("Carl@example.org"), exact: true, ..query() }, &["carl"]),
        (user::Query { email: text("keller"), ..query() }, &[]),
        (user::Query { first_name: text("%"), ..query() }, &[]),
    ]
}

#[test]
fn each_text_is_looked_for_in_its_own_place() {
    on_each(|store| {
        crowd(store);
        for (query, expected) in rows() {
            let what = format!("{query:?}");
            let found = store.write(move |cx| {
                Ok::<_, Fault>((user::list(cx, &query)?, user::count(cx, &query)?))
            });
            let (users, count) = found.unwrap();
            assert_eq!(names(users), expected, "{what}");
            assert_eq!(usize::try_from(count).unwrap(), expected.len(), "{what}");
        }
    });
}

#[test]
fn an_attribute_is_asked_for_alone_and_with_others() {
    on_each(|store| {
        crowd(store);
        let query = |service_accounts: bool, enabled: Option<bool>| user::Query {
            attributes: vec![("team".to_owned(), "red".to_owned())],
            service_accounts,
            enabled,
            first: 0,
            max: 10,
            ..user::Query::default()
        };
        for (query, expected) in [
            (query(true, None), vec!["anna", "berta"]),
            (query(false, None), vec!["anna", "berta"]),
            (query(true, Some(true)), vec!["anna", "berta"]),
            (query(true, Some(false)), Vec::new()),
        ] {
            let what = format!("{query:?}");
            let found = store.write(move |cx| user::list(cx, &query));
            assert_eq!(names(found.unwrap()), expected, "{what}");
        }
    });
}

#[test]
fn several_attributes_are_those_of_one_person() {
    on_each(|store| {
        crowd(store);
        store
            .write(|cx| {
                for (id, city) in [("anna", "Bern"), ("carl", "Bern"), ("berta", "Basel")] {
                    let mut user = user::find(cx, &UserId::new(id))?.unwrap();
                    user.attributes
                        .insert("city".to_owned(), vec![city.to_owned()]);
                    user::update(cx, &user)?;
                }
                Ok::<_, Fault>(())
            })
            .unwrap();
        for (asked, expected) in [
            (vec![("team", "red"), ("city", "Bern")], vec!["anna"]),
            (vec![("city", "Bern"), ("team", "red")], vec!["anna"]),
            (vec![("team", "blue"), ("city", "Basel")], vec![]),
            (
                vec![("team", "red"), ("team", "red")],
                vec!["anna", "berta"],
            ),
            (vec![("team", "red"), ("team", "blue")], vec![]),
        ] {
            let query = user::Query {
                attributes: asked
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect(),
                service_accounts: true,
                max: 10,
                ..user::Query::default()
            };
            let found = store.write(move |cx| {
                Ok::<_, Fault>((user::list(cx, &query)?, user::count(cx, &query)?))
            });

            let (people, count) = found.unwrap();
            assert_eq!(names(people), expected, "{asked:?}");
            assert_eq!(usize::try_from(count).unwrap(), expected.len(), "{asked:?}");
        }
    });
}

#[test]
fn members_are_listed_by_the_names_that_they_have_now() {
    on_each(|store| {
        crowd(store);
        let listed = |store: &Store| {
            let found = store.write(|cx| {
                let (role, group) = (RoleId::new("staff"), GroupId::new("all"));
                let query = user::Query {
                    attributes: vec![("team".to_owned(), "red".to_owned())],
                    service_accounts: true,
                    max: 10,
                    ..user::Query::default()
                };
                Ok::<_, Fault>([
                    user::list_with_role(cx, &role, 1, 10)?,
                    user::list_in_group(cx, &group, 0, 2)?,
                    user::list(cx, &query)?,
                ])
            });
            found.unwrap().map(names)
        };
        let before = listed(store);
        store
            .write(|cx| {
                let mut anna = user::find(cx, &UserId::new("anna"))?.unwrap();
                anna.username = "zoe".to_owned();
                user::update(cx, &anna)
            })
            .unwrap();

        assert_eq!(
            before,
            [
                vec!["berta", "carl"],
                vec!["anna", "berta"],
                vec!["anna", "berta"]
            ]
        );
        assert_eq!(
            listed(store),
            [
                vec!["carl", "zoe"],
                vec!["berta", "carl"],
                vec!["berta", "zoe"]
            ]
        );
    });
}

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

#[test]
fn keys_among_attributes_and_settings_are_sealed_where_they_lie() {
    on_each(|store| {
        let read = store.write(|cx| {
            let mut draft = application("shop");
            for (name, text) in [("saml.signing.private.key", "telling"), ("logo", "open")] {
                draft
                    .settings
                    .attributes
                    .insert(name.to_owned(), text.to_owned());
            }
            client::insert(cx, &draft)?;
            let config = [("secret.key", "telling"), ("site.key", "open")];
            let config = AuthenticatorConfig {
                id: "a".to_owned(),
                alias: "a".to_owned(),
                config: config
                    .map(|(name, text)| (name.to_owned(), text.to_owned()))
                    .into(),
            };
            flow::insert_config(cx, &config)?;
            let known = client::load(cx, &draft.id)?.unwrap();
            Ok::<_, Fault>((
                known.settings,
                draft.settings,
                flow::list_configs(cx)?,
                config,
            ))
        });
        let lying = store.db.write_blocking(|conn| {
            let query = "SELECT settings AS text FROM clients UNION ALL SELECT config AS text FROM authenticator_configs";
            Ok::<_, Fault>(diesel::sql_query(query).load::<Text>(conn)?)
        });

        let (known, sent, configs, config) = read.unwrap();
        assert_eq!(known, sent);
        assert_eq!(configs, [config]);
        for row in lying.unwrap() {
            assert!(
                row.text.contains("open") && !row.text.contains("telling"),
                "{}",
                row.text
            );
        }
    });
}

#[test]
fn a_client_that_is_named_at_any_length_is_written_down_in_part() {
    on_each(|store| {
        let kept = store.write(|cx| {
            // Letters that no database can make shorter.
            let mut named = String::new();
            while named.len() < 3_900 {
                named.push_str(&cx.new_id());
            }
            let event = Event {
                kind: "CLIENT_DELETE_ERROR".to_owned(),
                client_id: Some(named.clone()),
                ..Event::default()
            };
            event::report(cx, event, true)?;
            let query = event::Query {
                client_id: Some(named.chars().take(255).collect()),
                span: event::Span {
                    max: 10,
                    ..event::Span::default()
                },
                ..event::Query::default()
            };
            event::list(cx, &query)
        });

        assert_eq!(kept.unwrap().len(), 1);
    });
}

#[test]
fn events_go_when_their_realm_keeps_them_no_longer() {
    on_each(|store| {
        store
            .write(|cx| {
                let mut settings = cx.realm.settings.clone();
                settings.events_expiration = Some(100);
                realm::update(cx, "acme", true, &settings)?;
                for (kind, age) in [("OLD", 101), ("NEW", 99)] {
                    let shared = std::sync::Arc::clone(cx.realm);
                    let mut then = cx.in_realm(&shared);
                    then.now = Timestamp::from_seconds(NOW.seconds() - age);
                    let event = Event {
                        kind: kind.to_owned(),
                        ..Event::default()
                    };
                    event::report(&mut then, event, true)?;
                }
                Ok::<_, Fault>(())
            })
            .unwrap();
        let left = store.write(|cx| {
            event::sweep_expired(cx, 10)?;
            let query = event::Query {
                span: event::Span {
                    max: 10,
                    ..event::Span::default()
                },
                ..event::Query::default()
            };
            event::list(cx, &query)
        });

        let kinds: Vec<String> = left
            .unwrap()
            .into_iter()
            .map(|one| one.event.kind)
            .collect();
        assert_eq!(kinds, ["NEW"]);
    });
}
