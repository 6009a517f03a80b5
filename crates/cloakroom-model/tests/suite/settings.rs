//! Realms, clients, roles and scopes: what the snapshot holds, and that it knows its age.

use std::collections::{BTreeMap, BTreeSet};

use cloakroom_model::client::Access;
use cloakroom_model::id::{ClientUuid, RealmId, RoleId, ScopeId};
use cloakroom_model::localization::{self, Full, MOST_CHARACTERS, MOST_LOCALES, MOST_TEXTS, Texts};
use cloakroom_model::role::Role;
use cloakroom_model::scope::Scope;
use cloakroom_model::{Cx, Fault, Link, Secret, client, realm, role, scope};

use super::store::{application, on_each, row};

fn named_role(id: &str) -> Role {
    Role {
        id: RoleId::new(id),
        container_id: "r1".to_owned(),
        client_role: false,
        name: id.to_owned(),
        description: None,
        attributes: BTreeMap::new(),
    }
}

fn named_scope(id: &str) -> Scope {
    Scope {
        id: ScopeId::new(id),
        name: id.to_owned(),
        protocol: "openid-connect".to_owned(),
        description: None,
        attributes: BTreeMap::new(),
        mappers: Vec::new(),
        scope_mappings: Vec::new(),
    }
}

#[test]
fn a_realm_keeps_what_no_rule_reads() {
    on_each(|store| {
        let settings: realm::Settings =
            serde_json::from_str(r#"{"rememberMe": true, "fancyNewSetting": [1, 2]}"#).unwrap();

        let given = settings.clone();
        let changed = store.write(move |cx| realm::update(cx, "new-name", false, &given));

        assert!(changed.unwrap());
        let found = store.write(|cx| realm::find(&mut cx.db, "new-name"));
        let found = found.unwrap().unwrap();
        assert_eq!(found.settings, settings);
        assert!(!found.enabled);
        assert!(found.settings.rest.contains_key("fancyNewSetting"));
    });
}

#[test]
fn a_realms_name_is_taken_once() {
    on_each(|store| {
        let again = store.write(|cx| realm::insert(cx, &row("r2", "acme")));
        let other = store.write(|cx| realm::insert(cx, &row("r3", "other")));

        assert!(!again.unwrap());
        assert!(other.unwrap());
        let all = store.write(|cx| realm::list(&mut cx.db)).unwrap();
        let names: Vec<_> = all.into_iter().map(|row| row.name).collect();
        assert_eq!(names, ["acme", "other"]);
    });
}

#[test]
fn a_removed_realm_takes_everything_with_it() {
    on_each(|store| {
        store
            .write(|cx| {
                client::insert(cx, &application("app"))?;
                role::insert(cx, &named_role("admin"))
            })
            .unwrap();

        assert!(store.write(realm::remove).unwrap());

        let gone = store.write(|cx| {
            realm::insert(cx, &row("r1", "acme"))?;
            Ok::<_, Fault>((
                client::find_id(cx, "app")?,
                role::find(cx, &RoleId::new("admin"))?,
            ))
        });
        assert_eq!(gone.unwrap(), (None, None));
    });
}

#[test]
fn a_snapshots_version_grows_with_each_change_of_a_setting_and_with_nothing_else() {
    on_each(|store| {
        let before = store.snapshot();

        store.write(|cx| client::find(cx, "nobody")).unwrap();
        let after_reading = store.snapshot();
        store
            .write(|cx| client::insert(cx, &application("app")))
            .unwrap();
        let after_writing = store.snapshot();

        assert_eq!(after_reading.version, before.version);
        assert_eq!(after_writing.version, before.version + 1);
    });
}

#[test]
fn a_client_is_found_as_it_was_stored_and_its_secret_opens() {
    on_each(|store| {
        let draft = client::Draft {
            secret: Some(Secret::new("hush")),
            ..application("app")
        };

        let inserted = store.write(move |cx| client::insert(cx, &draft)).unwrap();
        let again = store.write(|cx| client::insert(cx, &application("app")));

        assert!(inserted);
        assert!(!again.unwrap());
        let (found, revealed) = store
            .write(|cx| {
                let found = client::find(cx, "app")?.unwrap();
                let revealed = client::reveal_secret(cx, &found)?;
                Ok::<_, Fault>((found, revealed))
            })
            .unwrap();
        assert_eq!(revealed, Some(Secret::new("hush")));
        assert!(
            found
                .secret
                .as_ref()
                .unwrap()
                .matches(&Secret::new("hush").digest())
        );
        assert!(
            !found
                .secret
                .as_ref()
                .unwrap()
                .matches(&Secret::new("other").digest())
        );
    });
}

#[test]
fn a_changed_client_is_found_changed_and_a_removed_one_is_not_found() {
    on_each(|store| {
        let id = ClientUuid::new("app");
        store
            .write(|cx| client::insert(cx, &application("app")))
            .unwrap();

        let changed = store.write(|cx| {
            client::update(
                cx,
                &client::Draft {
                    client_id: "renamed".to_owned(),
                    enabled: false,
                    ..application("app")
                },
            )
        });
        let missing = store.write(|cx| client::update(cx, &application("missing")));

        assert!(changed.unwrap());
        assert!(!missing.unwrap());
        let found = store.write(|cx| client::find(cx, "renamed")).unwrap();
        assert!(!found.unwrap().enabled);
        assert!(store.write(|cx| client::find(cx, "app")).unwrap().is_none());
        let given = id.clone();
        assert!(store.write(move |cx| client::remove(cx, &given)).unwrap());
        assert!(
            store
                .write(move |cx| client::load(cx, &id))
                .unwrap()
                .is_none()
        );
    });
}

#[test]
fn clients_of_another_realm_are_not_found() {
    on_each(|store| {
        store
            .write(|cx| {
                client::insert(cx, &application("app"))?;
                realm::insert(cx, &row("r2", "other"))
            })
            .unwrap();

        let mut other = store.view.clone();
        other.realm = RealmId::new("r2");
        let found = store
            .db
            .write_blocking(move |conn| other.enter(conn, |cx| client::find(cx, "app")));

        assert!(found.unwrap().is_none());
    });
}

#[test]
fn the_search_for_clients_takes_no_character_for_a_wildcard() {
    on_each(|store| {
        store
            .write(|cx| {
                for id in ["a_b", "axb", "100%", "1000", r"back\slash"] {
                    client::insert(cx, &application(id))?;
                }
                Ok::<_, Fault>(())
            })
            .unwrap();
        let rows: [(&str, &[&str]); 4] = [
            ("a_b", &["a_b"]),
            ("0%", &["100%"]),
            (r"k\s", &[r"back\slash"]),
            ("'", &[]),
        ];

        for (text, expected) in rows {
            let query = client::Query {
                client_id: Some(text.to_owned()),
                search: true,
                max: 10,
                ..client::Query::default()
            };
            let found = store.write(move |cx| client::list(cx, &query)).unwrap();

            let ids: Vec<_> = found.into_iter().map(|client| client.client_id).collect();
            assert_eq!(ids, expected, "{text}");
        }
    });
}

#[test]
fn composite_roles_expand_even_in_a_cycle() {
    on_each(|store| {
        let ids = |names: &[&str]| -> BTreeSet<RoleId> {
            names.iter().copied().map(RoleId::new).collect()
        };
        store
            .write(|cx| {
                for name in ["a", "b", "c", "alone"] {
                    role::insert(cx, &named_role(name))?;
                }
                for (parent, child) in [("a", "b"), ("b", "c"), ("c", "a")] {
                    role::add_composite(cx, &RoleId::new(parent), &RoleId::new(child))?;
                }
                Ok::<_, Fault>(())
            })
            .unwrap();

        let graph = store.write(role::graph).unwrap();

        assert_eq!(graph.expand([RoleId::new("b")]), ids(&["a", "b", "c"]));
        assert_eq!(graph.expand([RoleId::new("alone")]), ids(&["alone"]));
        assert!(graph.is_composite(&RoleId::new("a")));
        assert!(!graph.is_composite(&RoleId::new("alone")));
    });
}

#[test]
fn a_unit_of_work_sees_the_roles_it_changed() {
    on_each(|store| {
        let seen = store.write(|cx| {
            role::graph(cx)?;
            role::insert(cx, &named_role("fresh"))?;
            Ok::<_, Fault>(role::graph(cx)?.role(&RoleId::new("fresh")).is_some())
        });

        assert!(seen.unwrap());
    });
}

#[test]
fn a_scope_is_linked_once_as_default_or_as_optional() {
    on_each(|store| {
        store
            .write(|cx| {
                client::insert(cx, &application("app"))?;
                for name in ["email", "phone"] {
                    scope::insert(cx, &named_scope(name))?;
                    scope::link(cx, "app", &ScopeId::new(name), true)?;
                }
                scope::link(cx, "r1", &ScopeId::new("email"), true)
            })
            .unwrap();

        store
            .write(|cx| scope::link(cx, "app", &ScopeId::new("phone"), false))
            .unwrap();

        let found = store.write(|cx| client::find(cx, "app")).unwrap().unwrap();
        assert_eq!(found.default_scopes, [ScopeId::new("email")]);
        assert_eq!(found.optional_scopes, [ScopeId::new("phone")]);
        let snapshot = store.snapshot();
        assert_eq!(snapshot.default_scopes, [ScopeId::new("email")]);
        assert!(snapshot.scope_named("phone").is_some());
        assert!(
            store
                .write(|cx| scope::remove(cx, &ScopeId::new("email")))
                .unwrap()
        );
        assert!(store.snapshot().default_scopes.is_empty());
    });
}

#[test]
fn a_closed_door_asks_for_another_one() {
    on_each(|store| {
        let asked = store.write(|cx| {
            cx.db = Link::Closed;
            Ok::<_, Fault>(client::find(cx, "app").unwrap_err().is_no_database())
        });

        assert!(asked.unwrap());
    });
}

#[test]
fn a_client_takes_no_id_under_which_the_realm_keeps_what_is_its_own() {
    on_each(|store| {
        let taken = store
            .write(|cx| {
                let id = cx.realm.id.as_str().to_owned();
                client::insert(cx, &application(&id))
            })
            .unwrap();

        assert!(!taken);
    });
}

#[test]
fn a_realm_has_room_for_so_many_texts_and_no_more() {
    /// Texts with names of five characters each.
    fn texts(count: i64, long: i64) -> Texts {
        let text = "ä".repeat(usize::try_from(long).unwrap());
        (0..count)
            .map(|n| (format!("{n:05}"), text.clone()))
            .collect()
    }
    on_each(|store| {
        let keep = |locale: &'static str, sent: Texts| {
            let kept = store.write(move |cx| localization::store(cx, locale, &sent));
            kept.unwrap()
        };
        let held = |locale: &'static str| {
            let all = store.write(move |cx| localization::list(cx, locale));
            all.unwrap().len()
        };

        // What is not taken leaves nothing behind, and neither does a part of it.
        assert_eq!(keep("de", texts(MOST_TEXTS + 1, 1)), Some(Full::Texts));
        assert_eq!(held("de"), 0);
        // A whole translation is taken.
        assert_eq!(keep("de", texts(1_500, 80)), None);
        let room = MOST_CHARACTERS - 1_500 * 85;
        assert_eq!(keep("fr", texts(10, room / 10)), Some(Full::Characters));
        assert_eq!(keep("fr", texts(10, room / 10 - 5)), None);
        assert_eq!(keep("fr", texts(11, room / 10 - 5)), Some(Full::Characters));
        // Where there is no room any more, a text can still be changed and become shorter.
        assert_eq!(keep("fr", texts(10, room / 10 - 6)), None);
        assert_eq!(keep("de", texts(1_500, 80)), None);
        assert_eq!((held("de"), held("fr")), (1_500, 10));

        let languages = (2..MOST_LOCALES).map(|n| format!("x-{n}"));
        for locale in languages {
            let kept = store.write(move |cx| localization::store(cx, &locale, &Texts::new()));
            assert_eq!(kept.unwrap(), None);
        }
        assert_eq!(keep("one-more", Texts::new()), Some(Full::Locales));
        assert_eq!(keep("de", texts(1, 1)), None);
    });
}

/// A client of each kind.
fn store_kinds(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let named = |name: &str| client::Settings {
        protocol: Some(name.to_owned()),
        ..client::Settings::default()
    };
    let public = client::Settings {
        public_client: true,
        ..client::Settings::default()
    };
    let bearer = client::Settings {
        bearer_only: true,
        ..public.clone()
    };
    // What is written like a setting is none.
    let saml = client::Settings {
        name: Some(r#"{"publicClient":true,"bearerOnly":true}"#.to_owned()),
        ..named("saml")
    };
    let rows = [
        ("spa", true, public),
        ("web", true, named("openid-connect")),
        ("api", false, bearer),
        ("idp", true, saml),
    ];
    for (id, enabled, settings) in rows {
        let draft = client::Draft {
            enabled,
            settings,
            ..application(id)
        };
        assert!(client::insert(cx, &draft)?);
    }
    Ok(())
}

#[test]
fn a_list_of_clients_is_narrowed_by_what_they_are() {
    on_each(|store| {
        store.write(store_kinds).unwrap();
        let all = || client::Query {
            max: 10,
            ..client::Query::default()
        };
        let of = |access| client::Query {
            access: Some(access),
            ..all()
        };
        let rows: [(client::Query, &[&str]); 8] = [
            (all(), &["api", "idp", "spa", "web"]),
            (
                client::Query {
                    enabled: Some(false),
                    ..all()
                },
                &["api"],
            ),
            (
                client::Query {
                    protocol: Some("openid-connect".to_owned()),
                    ..all()
                },
                &["api", "spa", "web"],
            ),
            (
                client::Query {
                    protocol: Some("saml".to_owned()),
                    ..all()
                },
                &["idp"],
            ),
            (of(Access::Public), &["spa"]),
            (of(Access::Confidential), &["idp", "web"]),
            (of(Access::BearerOnly), &["api"]),
            (
                client::Query {
                    enabled: Some(true),
                    first: 1,
                    max: 1,
                    ..of(Access::Confidential)
                },
                &["web"],
            ),
        ];
        for (query, expected) in rows {
            let told = format!("{query:?}");
            let found = store.write(move |cx| client::list(cx, &query)).unwrap();
            let ids: Vec<_> = found.into_iter().map(|client| client.client_id).collect();
            assert_eq!(ids, expected, "{told}");
        }
    });
}
