//! People: their names, roles, groups, credentials and consents.

use std::collections::BTreeSet;

use cloakroom_model::credential::{self, Credential, PASSWORD, PASSWORD_HISTORY};
use cloakroom_model::group::{self, Group};
use cloakroom_model::id::{ClientUuid, CredentialId, GroupId, RoleId, ScopeId, UserId};
use cloakroom_model::role::{self, Role};
use cloakroom_model::user::identity::{self, Identity};
use cloakroom_model::user::{self, Stored};
use cloakroom_model::{Fault, Secret, Timestamp, client, consent};
use diesel::prelude::*;

use super::store::{NOW, Store, application, on_each, person};

#[test]
fn a_person_is_found_by_name_and_by_address_whatever_their_case() {
    on_each(|store| {
        let stored = store.write(|cx| user::insert(cx, &person("Zoë")));

        let found = store.write(|cx| {
            Ok::<_, Fault>((
                user::find(cx, &UserId::new("Zoë"))?,
                user::find_by_username(cx, "ZOË")?,
                user::find_by_email(cx, "ZOË@example.ORG")?,
            ))
        });

        assert_eq!(stored.unwrap(), Stored::Done);
        let (by_id, by_name, by_email) = found.unwrap();
        assert_eq!(by_id.as_ref().unwrap().username, "zoë");
        assert_eq!(by_id, by_name);
        assert_eq!(by_id, by_email);
    });
}

#[test]
fn names_and_addresses_are_taken_once() {
    on_each(|store| {
        store
            .write(|cx| {
                user::insert(cx, &person("ada"))?;
                user::insert(cx, &person("eve"))
            })
            .unwrap();
        let same = |id: &str, name: &str, email: &str| {
            let mut user = person(id);
            user.username = name.to_owned();
            user.email = Some(email.to_owned());
            user
        };
        let (id, name, email) = (
            same("ada", "x", "x@example.org"),
            same("x", "ADA", "x@example.org"),
            same("x", "x", "Ada@example.org"),
        );

        for user in [id, name, email] {
            let stored = store.write(move |cx| user::insert(cx, &user));
            assert_eq!(stored.unwrap(), Stored::Taken);
        }

        let renamed = same("eve", "ada", "eve@example.org");
        let stored = store.write(move |cx| user::update(cx, &renamed));
        assert_eq!(stored.unwrap(), Stored::Taken);
        let gone = store.write(|cx| user::update(cx, &person("missing")));
        assert_eq!(gone.unwrap(), Stored::Gone);
    });
}

#[test]
fn an_updated_person_is_found_changed_and_a_removed_one_is_not_found() {
    on_each(|store| {
        store.write(|cx| user::insert(cx, &person("ada"))).unwrap();
        let mut changed = person("ada");
        changed.email_verified = true;
        changed.required_actions = vec!["VERIFY_EMAIL".to_owned()];
        changed
            .attributes
            .insert("team".to_owned(), vec!["a".to_owned(), "b".to_owned()]);

        let given = changed.clone();
        store.write(move |cx| user::update(cx, &given)).unwrap();

        let id = UserId::new("ada");
        let given = id.clone();
        let found = store.write(move |cx| user::find(cx, &given)).unwrap();
        assert_eq!(found, Some(changed));
        let given = id.clone();
        assert!(store.write(move |cx| user::remove(cx, &given)).unwrap());
        assert_eq!(store.write(move |cx| user::find(cx, &id)).unwrap(), None);
    });
}

#[test]
fn a_search_is_for_a_beginning_and_takes_only_a_star_for_a_wildcard_and_quotes_for_the_whole() {
    on_each(|store| {
        store
            .write(|cx| {
                for name in ["ada", "adam", "a_a", "p%"] {
                    let mut user = person(name);
                    user.email = None;
                    user.first_name = None;
                    user::insert(cx, &user)?;
                }
                Ok::<_, Fault>(())
            })
            .unwrap();
        let rows: [(&str, &[&str]); 8] = [
            ("ADA", &["ada", "adam"]),
            ("\"ada\"", &["ada"]),
            ("a_a", &["a_a"]),
            ("dam", &[]),
            ("*dam", &["adam"]),
            ("*%", &["p%"]),
            ("a*m", &["adam"]),
            ("' OR 1=1 --", &[]),
        ];

        for (text, expected) in rows {
            let query = user::Query {
                search: Some(text.to_owned()),
                max: 10,
                ..user::Query::default()
            };
            let found = store.write(move |cx| {
                Ok::<_, Fault>((user::list(cx, &query)?, user::count(cx, &query)?))
            });

            let (users, count) = found.unwrap();
            let names: Vec<_> = users.into_iter().map(|user| user.username).collect();
            assert_eq!(names, expected, "{text}");
            assert_eq!(usize::try_from(count).unwrap(), expected.len(), "{text}");
        }
    });
}

#[test]
fn people_are_found_by_their_attributes_and_links_as_they_stand_now() {
    on_each(|store| {
        let link = Identity {
            provider: "google".to_owned(),
            external_id: "g1".to_owned(),
            external_name: None,
        };
        store
            .write(move |cx| {
                let mut user = person("ada");
                let teams = vec!["a".to_owned(), "b".to_owned()];
                user.attributes.insert("team".to_owned(), teams);
                let long = vec!["x".repeat(3000)];
                user.attributes.insert("long".to_owned(), long);
                user::insert(cx, &user)?;
                identity::insert(cx, &user.id, &link)?;
                user.attributes
                    .insert("team".to_owned(), vec!["b".to_owned()]);
                user::update(cx, &user)?;
                let mut other = person("bob");
                other.email = None;
                user::insert(cx, &other)?;
                Ok::<_, Fault>(())
            })
            .unwrap();
        let by = |name: &str, value: &str| user::Query {
            attributes: vec![(name.to_owned(), value.to_owned())],
            ..user::Query::default()
        };
        let linked = |provider: &str, id: &str| user::Query {
            provider: Some(provider.to_owned()),
            provider_user: Some(id.to_owned()),
            ..user::Query::default()
        };
        let rows = [
            (by("team", "b"), 1),
            (by("team", "a"), 0),
            (by("other", "b"), 0),
            (by("long", &"x".repeat(3000)), 1),
            (linked("google", "g1"), 1),
            (linked("google", "g2"), 0),
            (linked("github", "g1"), 0),
        ];

        for (query, expected) in rows {
            let what = format!("{query:?}");
            let count = store.write(move |cx| user::count(cx, &query)).unwrap();
            assert_eq!(count, expected, "{what}");
        }
    });
}

#[test]
fn a_new_password_keeps_the_id_of_the_old_one_and_as_many_old_ones_as_asked() {
    on_each(|store| {
        let password = |id: &str, text: &str| Credential {
            id: CredentialId::new(id),
            kind: credential::PASSWORD.to_owned(),
            label: None,
            created_at: NOW,
            priority: 10,
            credential_data: "{}".to_owned(),
            secret_data: Secret::new(text),
        };
        let found = store.write(move |cx| {
            let user = person("ada");
            user::insert(cx, &user)?;
            for (number, text) in ["one", "two", "three"].into_iter().enumerate() {
                let made = password(&format!("c{number}"), text);
                credential::replace_password(cx, &user.id, &made, 1)?;
            }
            let current = credential::find_password(cx, &user.id)?;
            let old = credential::list(cx, &user.id, Some(credential::PASSWORD_HISTORY))?;
            Ok::<_, Fault>((current, old))
        });

        let (current, old) = found.unwrap();
        let current = current.unwrap();
        assert_eq!(current.id.as_str(), "c0");
        assert_eq!(current.secret_data.expose(), "three");
        let old: Vec<_> = old.iter().map(|one| one.secret_data.expose()).collect();
        assert_eq!(old.len(), 1, "{old:?}");
    });
}

fn add_role(store: &Store, id: &'static str) {
    let role = Role {
        id: RoleId::new(id),
        container_id: "r1".to_owned(),
        client_role: false,
        name: id.to_owned(),
        description: None,
        attributes: std::collections::BTreeMap::new(),
    };
    assert!(store.write(move |cx| role::insert(cx, &role)).unwrap());
}

fn add_group(store: &Store, id: &'static str, parent: Option<&'static str>) {
    let group = Group {
        id: GroupId::new(id),
        parent: parent.map(GroupId::new),
        name: id.to_owned(),
        description: None,
        attributes: user::Attributes::default(),
    };
    assert!(store.write(move |cx| group::insert(cx, &group)).unwrap());
}

#[test]
fn a_person_has_the_roles_of_its_groups_and_of_their_parents_expanded() {
    on_each(|store| {
        for role in ["own", "inner", "outer", "part-of-outer", "foreign"] {
            add_role(store, role);
        }
        add_group(store, "top", None);
        add_group(store, "below", Some("top"));
        add_group(store, "beside", None);
        let ada = UserId::new("ada");
        store
            .write(|cx| {
                let ada = UserId::new("ada");
                user::insert(cx, &person("ada"))?;
                user::grant_role(cx, &ada, &RoleId::new("own"))?;
                user::join(cx, &ada, &GroupId::new("below"))?;
                group::grant_role(cx, &GroupId::new("below"), &RoleId::new("inner"))?;
                group::grant_role(cx, &GroupId::new("top"), &RoleId::new("outer"))?;
                group::grant_role(cx, &GroupId::new("beside"), &RoleId::new("foreign"))?;
                role::add_composite(cx, &RoleId::new("outer"), &RoleId::new("part-of-outer"))
            })
            .unwrap();

        let id = ada.clone();
        let inside = store.write(move |cx| user::effective_roles(cx, &id));
        let id = ada.clone();
        store
            .write(move |cx| user::leave(cx, &id, &GroupId::new("below")))
            .unwrap();
        let outside = store.write(move |cx| user::effective_roles(cx, &ada));

        let ids = |names: &[&str]| -> BTreeSet<RoleId> {
            names.iter().copied().map(RoleId::new).collect()
        };
        assert_eq!(
            inside.unwrap(),
            ids(&["inner", "outer", "own", "part-of-outer"])
        );
        assert_eq!(outside.unwrap(), ids(&["own"]));
    });
}

fn password(id: &str, hash: &str, created_at: Timestamp) -> Credential {
    Credential {
        id: CredentialId::new(id),
        kind: PASSWORD.to_owned(),
        label: None,
        created_at,
        priority: 10,
        credential_data: format!("{{\"of\":\"{hash}\"}}"),
        secret_data: Secret::new(hash),
    }
}

#[derive(QueryableByName)]
struct Stand {
    #[diesel(sql_type = diesel::sql_types::Binary)]
    secret_data: Vec<u8>,
}

#[test]
fn a_credential_is_sealed_where_it_lies_and_opens_when_it_is_read() {
    on_each(|store| {
        store
            .write(|cx| {
                user::insert(cx, &person("ada"))?;
                let secret = password("c1", "a-telling-hash", NOW);
                credential::insert(cx, &UserId::new("ada"), &secret)
            })
            .unwrap();

        let opened = store.write(|cx| credential::find_password(cx, &UserId::new("ada")));
        let lying = store.db.write_blocking(|conn| {
            let query = diesel::sql_query("SELECT secret_data FROM credentials");
            Ok::<_, Fault>(query.get_result::<Stand>(conn)?)
        });

        assert_eq!(
            opened.unwrap().unwrap().secret_data.expose(),
            "a-telling-hash"
        );
        let lying = lying.unwrap().secret_data;
        let needle = b"telling";
        assert!(!lying.windows(needle.len()).any(|part| part == needle));
    });
}

#[test]
fn a_better_hash_never_overwrites_a_newer_password() {
    on_each(|store| {
        let ada = || UserId::new("ada");
        let first = password("c1", "weak", NOW);
        let given = first.clone();
        store
            .write(move |cx| {
                user::insert(cx, &person("ada"))?;
                credential::insert(cx, &ada(), &given)
            })
            .unwrap();

        let before = first.clone();
        let better = password("c1", "strong", NOW);
        let rehashed = store.write(move |cx| credential::advance(cx, &before, &better));
        let before = first;
        let late = password("c1", "late", NOW);
        let again = store.write(move |cx| credential::advance(cx, &before, &late));
        let second = password("c2", "second", NOW.plus(cloakroom_model::Ttl::seconds(1)));
        store
            .write(move |cx| credential::replace_password(cx, &ada(), &second, 1))
            .unwrap();
        let before = password("c1", "strong", NOW);
        let late = password("c1", "late", NOW);
        let after_change = store.write(move |cx| credential::advance(cx, &before, &late));

        assert!(rehashed.unwrap());
        assert!(!again.unwrap());
        assert!(!after_change.unwrap());
        let now = store.write(move |cx| credential::find_password(cx, &ada()));
        assert_eq!(now.unwrap().unwrap().secret_data.expose(), "second");
        let former = store.write(move |cx| credential::list(cx, &ada(), Some(PASSWORD_HISTORY)));
        let former = former.unwrap();
        assert_eq!(former.len(), 1);
        assert_eq!(former[0].secret_data.expose(), "strong");
    });
}

#[test]
fn consents_add_up_until_they_are_taken_back() {
    on_each(|store| {
        let allow = |scope: &'static str| {
            store
                .write(move |cx| {
                    let (ada, app) = (UserId::new("ada"), ClientUuid::new("app"));
                    consent::allow(cx, &ada, &app, &[ScopeId::new(scope)])
                })
                .unwrap();
        };
        store
            .write(|cx| {
                user::insert(cx, &person("ada"))?;
                client::insert(cx, &application("app"))
            })
            .unwrap();

        for scope in ["email", "phone", "email"] {
            allow(scope);
        }

        let found = store
            .write(|cx| consent::find(cx, &UserId::new("ada"), &ClientUuid::new("app")))
            .unwrap();
        let scopes = [ScopeId::new("email"), ScopeId::new("phone")];
        assert_eq!(found.unwrap().scopes, scopes);
        let revoke =
            || store.write(|cx| consent::revoke(cx, &UserId::new("ada"), &ClientUuid::new("app")));
        assert!(revoke().unwrap());
        assert!(!revoke().unwrap());
    });
}
