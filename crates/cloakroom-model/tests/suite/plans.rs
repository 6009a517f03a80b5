//! How SQLite finds what it is asked for: by what narrows most, whatever a statement says of the realm.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use cloakroom_model::id::{GroupId, RoleId, UserId};
use cloakroom_model::{Conn, Db, Fault, consent, credential, session, user};
use diesel::connection::{Connection as _, InstrumentationEvent, SimpleConnection as _};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::SqliteConnection;

use super::store::{Place, Store, on_each};

/// Statements that a connection ran, without their values.
pub(crate) type Statements = Arc<Mutex<BTreeSet<String>>>;

/// Steps that may read all that a realm has, because a list or a search does.
const LISTS: &[&str] = &[
    "users USING COVERING INDEX users_by_list ",
    "clients USING INDEX sqlite_autoindex_clients_2 ",
    "identity_providers USING INDEX sqlite_autoindex_identity_providers_2 ",
    // What narrows a page of events stands in the index.
    "events USING INDEX events_by_list ",
];

/// Statements that read a table whole: a realm ends once, and realms that keep events for a while are few.
const WHOLE: &[&str] = &[
    "DELETE FROM `realms`",
    "FROM `realms` WHERE (`realms`.`settings` LIKE",
];

/// Tables whose rows take others with them when they go.
const OWNERS: &[&str] = &[
    "users",
    "clients",
    "groups",
    "roles",
    "client_scopes",
    "identity_providers",
    "organizations",
    "sessions",
    "flows",
    "components",
];

/// Notes what the writer runs from now on.
pub(crate) fn watch(db: &Db) -> Statements {
    let seen = Statements::default();
    let noted = Arc::clone(&seen);
    in_file(db, move |conn| {
        let noted = Arc::clone(&noted);
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                let query = query.to_string();
                let (text, _) = query.split_once(" -- binds").unwrap_or((&query, ""));
                noted.lock().unwrap().insert(text.to_owned());
            }
        });
    });
    seen
}

/// Nothing that was noted reads a whole table, or a realm's part of it, on its way to something narrower.
pub(crate) fn check(db: &Db, statements: &Statements) {
    let statements = std::mem::take(&mut *statements.lock().unwrap());
    let bad = wide(db, statements);
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

/// Those of the statements that read more than they are about, each with its steps that do.
fn wide(db: &Db, statements: BTreeSet<String>) -> Vec<String> {
    in_file(db, move |conn| {
        let is_ours = |text: &&String| {
            let verb = text.split_whitespace().next().unwrap_or_default();
            // What a test asks by itself quotes no names.
            ["SELECT", "UPDATE", "DELETE", "WITH"].contains(&verb) && text.contains('`')
        };
        let bad = statements.iter().filter(is_ours).filter_map(|text| {
            let is_right = wants_all(text) || WHOLE.iter().any(|part| text.contains(part));
            let is_bad =
                |step: &String| is_wide(step) && !LISTS.iter().any(|list| step.contains(list));
            let wide: Vec<String> = plan(conn, text).into_iter().filter(is_bad).collect();
            (!is_right && !wide.is_empty()).then(|| format!("{text}\n  {}", wide.join("\n  ")))
        });
        bad.collect()
    })
}

/// A statement that names nothing but the realm, or nothing at all, wants all of it.
fn wants_all(statement: &str) -> bool {
    let Some((_, rest)) = statement.split_once(" WHERE ") else {
        return true;
    };
    let ends = [" ORDER BY ", " GROUP BY ", " LIMIT "];
    let end = ends.iter().filter_map(|end| rest.find(end)).min();
    let condition = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
    condition.matches('?').count() == 1 && condition.contains("`realm_id` = ?")
}

/// A step that reads a table whole, or all of it that belongs to a realm.
pub(crate) fn is_wide(step: &str) -> bool {
    (step.starts_with("SCAN ") && !step.contains("CONSTANT ROW") && !step.contains("SUBQUERY"))
        || step.ends_with("(realm_id=?)")
}

/// The steps by which this connection would run a statement.
pub(crate) fn plan(conn: &mut SqliteConnection, statement: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = Text)]
        detail: String,
    }
    let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {statement}"))
        .load(conn)
        .unwrap_or_else(|error| panic!("{statement}: {error}"));
    steps.into_iter().map(|step| step.detail).collect()
}

/// Runs `work` on the writer's own connection.
pub(crate) fn in_file<T: Send + 'static>(
    db: &Db,
    mut work: impl FnMut(&mut SqliteConnection) -> T + Send + 'static,
) -> T {
    let done = db.write_blocking(move |conn| match conn {
        Conn::Sqlite(conn) => Ok::<_, Fault>(work(conn)),
        Conn::Postgres(_) => panic!("this is about SQLite"),
    });
    done.unwrap()
}

#[derive(QueryableByName)]
struct Part {
    #[diesel(sql_type = Text)]
    tbl: String,
    #[diesel(sql_type = Text)]
    idx: String,
    #[diesel(sql_type = BigInt)]
    place: i64,
    #[diesel(sql_type = Text)]
    col: String,
}

/// Each index with a column beside the realm: its table, and that column. An expression has no name.
fn narrow_indexes(conn: &mut SqliteConnection) -> Vec<(String, String)> {
    let parts: Vec<Part> = diesel::sql_query(
        "SELECT t.name AS tbl, i.name AS idx, c.seqno AS place, c.name AS col \
         FROM sqlite_schema AS t, pragma_index_list(t.name) AS i, pragma_index_info(i.name) AS c \
         WHERE t.type = 'table' AND EXISTS (SELECT 1 FROM pragma_table_info(t.name) WHERE name = 'realm_id') \
         AND c.name IS NOT NULL \
         ORDER BY t.name, i.name, c.seqno",
    )
    .load(conn)
    .unwrap();
    let of_index = parts.chunk_by(|one, next| one.idx == next.idx);
    let narrow = of_index.filter_map(|parts| {
        let beside = parts.iter().find(|part| part.col != "realm_id")?;
        // Behind another column it narrows nothing by itself.
        (beside.place <= 1).then(|| (beside.tbl.clone(), beside.col.clone()))
    });
    narrow.collect()
}

#[test]
fn what_goes_with_something_is_found_by_it() {
    let store = Store::open(Place::sqlite());

    let bad = in_file(&store.db, |conn| {
        let mut bad = Vec::new();
        for owner in OWNERS {
            let steps = plan(
                conn,
                &format!("DELETE FROM {owner} WHERE realm_id = ? AND id = ?"),
            );
            assert!(steps.len() > 1, "{owner}: {}", steps.join("; "));
            // Browsers that are away at a provider are few, and back within minutes.
            let is_bad = |step: &&String| is_wide(step) && *step != "SCAN departures";
            bad.extend(
                steps
                    .iter()
                    .filter(is_bad)
                    .map(|step| format!("{owner}: {step}")),
            );
        }
        bad
    });

    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn every_index_is_taken_by_a_statement_that_names_the_realm_and_its_column() {
    let store = Store::open(Place::sqlite());

    let bad = in_file(&store.db, |conn| {
        let mut bad = Vec::new();
        let all = narrow_indexes(conn);
        assert!(all.len() > 80, "{} indexes", all.len());
        for (table, column) in all {
            for statement in [
                format!("SELECT * FROM {table} WHERE realm_id = ? AND {column} = ?"),
                format!("SELECT * FROM {table} WHERE {column} IN (?, ?, ?) AND realm_id = ?"),
                format!("UPDATE {table} SET realm_id = ? WHERE realm_id = ? AND {column} = ?"),
                format!("SELECT COUNT(*) FROM {table} WHERE {column} = ? AND realm_id = ? LIMIT ?"),
            ] {
                let steps = plan(conn, &statement);
                if steps.iter().any(|step| is_wide(step)) {
                    bad.push(format!("{statement}: {}", steps.join("; ")));
                }
            }
        }
        bad
    });

    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

/// Some thousand people, each with roles, groups, attributes, a password and a session.
fn fill(conn: &mut SqliteConnection) {
    let many = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) ";
    let person = "'p' || i, 'r1'";
    for insert in [
        format!(
            "{many} INSERT INTO users (id, realm_id, username, email, email_key, email_verified, enabled, created_at, \
             not_before, attributes, required_actions, search) SELECT {person}, 'p' || i, 'p' || i || '@example.org', \
             'p' || i || '@example.org', TRUE, TRUE, 0, 0, '{{}}', '[]', char(10) || 'p' || i || char(10) FROM n"
        ),
        "INSERT INTO roles (id, realm_id, container_id, client_role, name, attributes) \
         VALUES ('staff', 'r1', 'r1', FALSE, 'staff', '{}')"
            .to_owned(),
        "INSERT INTO groups (id, realm_id, parent_id, name, attributes) VALUES ('all', 'r1', '', 'all', '{}')".to_owned(),
        format!("{many} INSERT INTO user_roles (user_id, realm_id, role_id, username) SELECT {person}, 'staff', 'p' || i FROM n"),
        format!("{many} INSERT INTO user_groups (user_id, realm_id, group_id, username) SELECT {person}, 'all', 'p' || i FROM n"),
        format!(
            "{many} INSERT INTO user_attributes (user_id, realm_id, name, value, username) \
             SELECT {person}, 'team', 't' || (i % 10), 'p' || i FROM n"
        ),
        format!(
            "{many} INSERT INTO credentials (user_id, realm_id, id, kind, created_at, priority, credential_data, secret_data) \
             SELECT {person}, 'c' || i, 'otp', 0, 10, '{{}}', x'00' FROM n"
        ),
    ] {
        conn.batch_execute(&insert).unwrap();
    }
}

/// What a sign-in and a look at one person ask for.
fn look_at_one(store: &Store) {
    let ask = |cx: &mut cloakroom_model::Cx<'_>| {
        let id = UserId::new("p2000");
        assert!(user::find_by_email(cx, "p2000@example.org")?.is_some());
        assert_eq!(user::effective_roles(cx, &id)?.len(), 1);
        assert_eq!(user::groups(cx, &id)?.len(), 1);
        assert!(credential::find_password(cx, &id)?.is_none());
        assert!(consent::list(cx, &id)?.is_empty());
        assert!(session::list_of_user(cx, &id, false)?.is_empty());
        user::revoke_role(cx, &id, &RoleId::new("none"))?;
        user::leave(cx, &id, &GroupId::new("none"))
    };
    store.write(ask).unwrap();
}

#[test]
fn one_person_among_thousands_is_found_without_reading_the_others() {
    let store = Store::open(Place::sqlite());
    in_file(&store.db, fill);
    let statements = watch(&store.db);
    look_at_one(&store);
    let asked = statements.lock().unwrap().clone();
    check(&store.db, &statements);

    // The same file without what SQLite is told: what is tried is not true anyway.
    in_file(&store.db, |conn| {
        conn.batch_execute("DELETE FROM sqlite_stat1; ANALYZE sqlite_schema")
            .unwrap();
    });
    let untold = wide(&store.db, asked);

    assert!(untold.len() > 2, "{}", untold.join("\n"));
}

/// What the file holds of what SQLite was told.
fn figures(url: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        line: String,
    }
    let mut conn = SqliteConnection::establish(url.strip_prefix("sqlite://").unwrap()).unwrap();
    let lines: Vec<Line> = diesel::sql_query(
        "SELECT tbl || ' ' || idx || ' ' || stat AS line FROM sqlite_stat1 ORDER BY line",
    )
    .load(&mut conn)
    .unwrap();
    lines.into_iter().map(|line| line.line).collect()
}

#[test]
fn what_sqlite_is_told_survives_a_copy_and_a_start_after_somebody_measured() {
    let store = Store::open(Place::sqlite());
    let told = figures(&store.place.url);
    assert!(told.len() > 80, "{}", told.len());
    let copy = format!("{}.copy", store.place.url);

    let into = copy.strip_prefix("sqlite://").unwrap().to_owned();
    let mut conn =
        SqliteConnection::establish(store.place.url.strip_prefix("sqlite://").unwrap()).unwrap();
    conn.batch_execute(&format!("VACUUM; VACUUM INTO '{into}'"))
        .unwrap();
    assert_eq!(figures(&store.place.url), told);
    assert_eq!(figures(&copy), told);

    conn.batch_execute("ANALYZE").unwrap();
    assert_ne!(figures(&store.place.url), told);
    drop(store.place.open().unwrap());
    assert_eq!(figures(&store.place.url), told);

    conn.batch_execute("DROP TABLE sqlite_stat1").unwrap();
    drop(store.place.open().unwrap());
    assert_eq!(figures(&store.place.url), told);
}

#[test]
fn a_second_start_writes_nothing() {
    on_each(|store| drop(store.place.open().unwrap()));
    let store = Store::open(Place::sqlite());
    let version = |conn: &mut SqliteConnection| {
        #[derive(QueryableByName)]
        struct Version {
            #[diesel(sql_type = BigInt)]
            data_version: i64,
        }
        diesel::sql_query("SELECT data_version FROM pragma_data_version")
            .get_result::<Version>(conn)
            .unwrap()
            .data_version
    };
    let before = in_file(&store.db, version);

    drop(store.place.open().unwrap());

    assert_eq!(in_file(&store.db, version), before);
}
