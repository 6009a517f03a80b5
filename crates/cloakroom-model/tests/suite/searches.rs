//! Searches for people by the beginning of a word: who is found, and that nobody else is looked at.

use cloakroom_model::id::UserId;
use cloakroom_model::{Fault, user};

use super::plans::{in_file, is_wide, plan, watch};
use super::store::{Place, Store, on_each, person};

/// Somebody of this name, of whom nothing else begins alike.
fn somebody(id: &str, first: &str, last: &str, email: Option<&str>) -> user::User {
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    user::User {
        email: email.map(str::to_owned),
        first_name: text(first),
        last_name: text(last),
        ..person(id)
    }
}

fn query(search: &str) -> user::Query {
    user::Query {
        search: Some(search.to_owned()),
        max: 10,
        ..user::Query::default()
    }
}

/// Their names, and how many they are said to be.
fn found(store: &Store, query: user::Query) -> (Vec<String>, usize) {
    let found = store
        .write(move |cx| Ok::<_, Fault>((user::list(cx, &query)?, user::count(cx, &query)?)))
        .unwrap();
    let names = found.0.into_iter().map(|one| one.username).collect();
    (names, usize::try_from(found.1).unwrap())
}

#[test]
fn a_word_is_looked_for_at_the_beginning_of_each_name_and_of_the_address() {
    on_each(|store| {
        let long = "ö".repeat(60);
        let people = [
            somebody("one", "Šárka", "O'Neill", Some("First@Example.org")),
            somebody("two", "", "Šimko", None),
            somebody("three", "Mary Jane", "van der Berg", None),
            somebody("four", &long, "", Some("one@example.org")),
            // What comes behind another name begins nothing.
            somebody("five", "x", "y-one", Some("z.one@example.org")),
            // The greatest character there is has none behind it.
            somebody("six", "\u{10FFFF}\u{10FFFF}", "a\u{10FFFF}b", None),
        ];
        store
            .write(move |cx| {
                for one in &people {
                    user::insert(cx, one)?;
                }
                Ok::<_, Fault>(())
            })
            .unwrap();
        let shorter = "Ö".repeat(50);
        let longer = "ö".repeat(61);
        let rows: [(&str, &[&str]); 18] = [
            ("š", &["one", "two"]),
            ("ŠIM", &["two"]),
            ("o'n", &["one"]),
            ("first@", &["one"]),
            ("one", &["four", "one"]),
            ("mary", &["three"]),
            ("jane", &[]),
            ("\"mary", &[]),
            ("\"šimko\"", &["two"]),
            ("\"šimk\"", &[]),
            ("van*berg", &["three"]),
            ("t*o", &["two"]),
            ("mary van", &["three"]),
            ("mary one", &[]),
            (&shorter, &["four"]),
            (&longer, &[]),
            ("\u{10FFFF}", &["six"]),
            ("a\u{10FFFF}", &["six"]),
        ];
        for (search, expected) in rows {
            let (names, count) = found(store, query(search));

            assert_eq!(names, expected, "{search}");
            assert_eq!(count, expected.len(), "{search}");
        }
    });
}

#[test]
fn who_changed_a_name_is_found_by_the_new_one_alone() {
    on_each(|store| {
        let changed = somebody("ada", "Augusta", "King", Some("king@example.org"));
        store
            .write(move |cx| {
                user::insert(cx, &somebody("ada", "Ada", "Byron", Some("b@example.org")))?;
                user::update(cx, &changed)
            })
            .unwrap();
        for (search, expected) in [("byron", 0), ("b@", 0), ("king", 1), ("augusta", 1)] {
            assert_eq!(found(store, query(search)).1, expected, "{search}");
        }
        store
            .write(|cx| user::remove(cx, &UserId::new("ada")))
            .unwrap();
        assert_eq!(found(store, query("king")).1, 0);
    });
}

#[test]
fn a_word_that_many_have_is_listed_in_their_order_and_narrowed_by_one_that_few_have() {
    on_each(|store| {
        store
            .write(|cx| {
                for number in 0..1200 {
                    let last = if number % 400 == 7 { "Rare" } else { "Usual" };
                    let id = format!("p{number:04}");
                    user::insert(cx, &somebody(&id, "Ada", last, None))?;
                }
                Ok::<_, Fault>(())
            })
            .unwrap();

        let (names, count) = found(
            store,
            user::Query {
                first: 1195,
                ..query("ada")
            },
        );
        assert_eq!(names, ["p1195", "p1196", "p1197", "p1198", "p1199"]);
        assert_eq!(count, 1200);
        let (names, count) = found(store, query("ada rare"));
        assert_eq!(names, ["p0007", "p0407", "p0807"]);
        assert_eq!(count, 3);
        let (names, _) = found(
            store,
            user::Query {
                after: Some("p0007".to_owned()),
                ..query("rare")
            },
        );
        assert_eq!(names, ["p0407", "p0807"]);
    });
}

#[test]
fn a_search_that_finds_nobody_looks_at_nobody() {
    let store = Store::open(Place::sqlite());
    store
        .write(|cx| user::insert(cx, &person("ada")).map(|_| ()))
        .unwrap();
    let statements = watch(&store.db);
    for search in ["nobody", "ada nobody", "*nobody"] {
        found(&store, query(search));
        let seen = std::mem::take(&mut *statements.lock().unwrap());
        let wide = in_file(&store.db, move |conn| {
            let asked = seen.iter().filter(|text| {
                let names = ["FROM users ", "`users`.`search`"];
                names.iter().any(|name| text.contains(name))
            });
            let steps: Vec<String> = asked.flat_map(|text| plan(conn, text)).collect();
            assert!(!steps.is_empty());
            steps.into_iter().filter(|step| is_wide(step)).collect()
        });
        let wide: Vec<String> = wide;

        // Without a beginning, the names of all are looked through.
        assert_eq!(
            wide.is_empty(),
            !search.starts_with('*'),
            "{search}: {wide:?}"
        );
    }
}
