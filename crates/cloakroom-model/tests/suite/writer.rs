//! The writer: what commits together stands or falls alone; and the readers, which write nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cloakroom_model::db::Door;
use cloakroom_model::id::UserId;
use cloakroom_model::user::{self, Stored};
use cloakroom_model::{Conn, Cx, Fault, Link, Result, Verdict};
use diesel::RunQueryDsl as _;
use tokio::task::JoinSet;

use super::store::{Store, on_each, person, runtime};

/// How many units of work may wait.
const QUEUE: usize = 4096;

/// A unit of work.
type Work = fn(&mut Cx<'_>) -> Result<Stored>;

/// Holds the writer inside a unit of work until the sender is dropped.
pub(crate) async fn hold(
    store: &Store,
    all: &mut JoinSet<Result<Stored>>,
) -> std::sync::mpsc::Sender<()> {
    let (open, gate) = std::sync::mpsc::channel::<()>();
    let (started, mut has_started) = tokio::sync::mpsc::unbounded_channel();
    let db = store.db.clone();
    all.spawn(async move {
        db.write(move |_| {
            let _ = started.send(());
            let _ = gate.recv();
            Ok(Stored::Done)
        })
        .await
    });
    has_started.recv().await.unwrap();
    open
}

/// Waits until so many tasks have handed their unit over, which each does when it first runs.
pub(crate) async fn wait_for(handed: &AtomicUsize, number: usize) {
    while handed.load(Ordering::Relaxed) < number {
        tokio::task::yield_now().await;
    }
}

/// Runs units of work in one batch; the answers come in their order.
fn together(store: &Store, units: &[Work]) -> Vec<Result<Stored>> {
    let answers = runtime().block_on(async {
        let mut held = JoinSet::new();
        let open = hold(store, &mut held).await;
        let mut all = JoinSet::new();
        let handed = Arc::new(AtomicUsize::new(0));
        for (number, work) in units.iter().copied().enumerate() {
            let (db, view, handed) = (store.db.clone(), store.view.clone(), Arc::clone(&handed));
            all.spawn(async move {
                handed.fetch_add(1, Ordering::Relaxed);
                (number, db.write(move |conn| view.enter(conn, work)).await)
            });
        }
        wait_for(&handed, units.len()).await;
        drop(open);
        all.join_all().await
    });
    let mut answers = answers;
    answers.sort_by_key(|(number, _)| *number);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

fn stands(store: &Store, id: &'static str) -> bool {
    let found = store.write(move |cx| user::find(cx, &UserId::new(id)));
    found.unwrap().is_some()
}

/// Stores somebody, and then breaks a foreign key: PostgreSQL gives up the whole transaction.
fn broken(cx: &mut Cx<'_>) -> Result<Stored> {
    user::insert(cx, &person("broken"))?;
    user::grant_role(
        cx,
        &UserId::new("broken"),
        &cloakroom_model::id::RoleId::new("missing"),
    )?;
    Ok(Stored::Done)
}

fn careless(cx: &mut Cx<'_>) -> Result<Stored> {
    let _ = broken(cx);
    Ok(Stored::Done)
}

fn panicking(cx: &mut Cx<'_>) -> Result<Stored> {
    user::insert(cx, &person("broken"))?;
    panic!("a unit of work may be wrong")
}

#[test]
fn a_fault_of_one_fails_no_neighbour() {
    on_each(|store| {
        let answers = together(
            store,
            &[
                |cx| user::insert(cx, &person("before")),
                broken,
                panicking,
                |cx| user::insert(cx, &person("after")),
            ],
        );

        assert_eq!(*answers[0].as_ref().unwrap(), Stored::Done);
        assert!(!answers[1].as_ref().unwrap_err().is_temporary());
        assert!(!answers[2].as_ref().unwrap_err().is_temporary());
        assert_eq!(*answers[3].as_ref().unwrap(), Stored::Done);
        assert!(stands(store, "before") && stands(store, "after"));
        assert!(!stands(store, "broken"));
    });
}

#[test]
fn a_unit_that_hides_its_fault_fails_no_neighbour() {
    on_each(|store| {
        let answers = together(
            store,
            &[
                |cx| user::insert(cx, &person("before")),
                careless,
                |cx| user::insert(cx, &person("after")),
            ],
        );

        assert!(answers[0].is_ok() && answers[2].is_ok());
        assert!(stands(store, "before") && stands(store, "after"));
        // SQLite undoes the statement alone, and PostgreSQL all that the unit did.
        assert_eq!(answers[1].is_ok(), stands(store, "broken"));
    });
}

#[test]
fn a_fault_of_a_unit_on_its_own_stores_nothing() {
    on_each(|store| {
        for work in [broken as Work, panicking] {
            assert!(store.write(work).is_err());
            assert!(!stands(store, "broken"));
        }
    });
}

/// How often the unit of work of the test below has run.
static RUNS: AtomicUsize = AtomicUsize::new(0);

/// Stores somebody, and tries what else comes of it.
fn trying(cx: &mut Cx<'_>) -> Result<Stored> {
    RUNS.fetch_add(1, Ordering::Relaxed);
    let known = user::insert(cx, &person("known"))?;
    let found = cx.tried(|cx| {
        user::insert(cx, &person("broken"))?;
        cx.people_changed();
        cx.settings_changed();
        user::find(cx, &UserId::new("broken"))
    })?;
    assert!(found.is_some());
    assert!(cx.changes.is_empty(), "{:?}", cx.changes);
    // What fails is undone as well, and so is what panics: its neighbours go on in the same transaction.
    assert!(cx.tried(broken).is_err());
    let panicked = catch_unwind(AssertUnwindSafe(|| cx.tried(panicking)));
    assert!(panicked.is_err());
    Ok(known)
}

#[test]
fn what_is_tried_is_undone_and_costs_neither_itself_nor_a_neighbour_a_second_run() {
    on_each(|store| {
        RUNS.store(0, Ordering::Relaxed);
        let answers = together(
            store,
            &[
                |cx| user::insert(cx, &person("before")),
                trying,
                |cx| user::insert(cx, &person("after")),
            ],
        );

        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        assert_eq!(RUNS.load(Ordering::Relaxed), 1);
        assert!(
            ["before", "known", "after"]
                .iter()
                .all(|id| stands(store, id))
        );
        assert!(!stands(store, "broken"));
    });
}

/// A rule that may refuse.
#[derive(Debug)]
enum Refused {
    Wrong,
    Fault(Fault),
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Verdict for Refused {
    fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Wrong => None,
            Self::Fault(fault) => Some(fault),
        }
    }
}

#[test]
fn a_refusal_commits() {
    on_each(|store| {
        let refused = store.write(|cx| {
            user::insert(cx, &person("ada"))?;
            Err::<(), _>(Refused::Wrong)
        });

        assert!(matches!(refused, Err(Refused::Wrong)));
        assert!(stands(store, "ada"));
    });
}

#[test]
fn a_full_queue_is_a_temporary_fault_of_who_comes_too_late() {
    on_each(|store| {
        let (waited, late) = runtime().block_on(async {
            let mut all = JoinSet::new();
            let open = hold(store, &mut all).await;
            let handed = Arc::new(AtomicUsize::new(0));
            for _ in 0..QUEUE {
                let (db, handed) = (store.db.clone(), Arc::clone(&handed));
                all.spawn(async move {
                    handed.fetch_add(1, Ordering::Relaxed);
                    db.write(|_| Ok(Stored::Done)).await
                });
            }
            wait_for(&handed, QUEUE).await;
            let late = store.db.write(|_| Ok::<_, Fault>(())).await;
            drop(open);
            (all.join_all().await, late)
        });

        assert!(late.unwrap_err().is_temporary());
        assert_eq!(waited.len(), QUEUE + 1);
        assert!(waited.iter().all(Result::is_ok));
    });
}

#[test]
fn the_readers_refuse_to_write() {
    on_each(|store| {
        let insert: Work = |cx| user::insert(cx, &person("ada"));
        let (first, second) = (store.view.clone(), store.view.clone());

        let (read, scanned) = runtime().block_on(async {
            (
                store.db.read(move |conn| first.enter(conn, insert)).await,
                store.db.scan(move |conn| second.enter(conn, insert)).await,
            )
        });

        assert!(read.is_err() && scanned.is_err());
        assert!(!stands(store, "ada"));
    });
}

/// What a commit waits for, in the words of each database.
#[derive(diesel::QueryableByName)]
struct Kept {
    #[diesel(sql_type = diesel::sql_types::Text)]
    kept: String,
}

fn kept(conn: &mut Conn) -> Result<String> {
    let asked = match conn.is_postgres() {
        true => "SELECT current_setting('synchronous_commit') AS kept",
        false => "SELECT CAST(synchronous AS TEXT) AS kept FROM pragma_synchronous",
    };
    let row: Kept = diesel::sql_query(asked).get_result(conn)?;
    Ok(row.kept)
}

/// What the commit of each of these waits for, which come through their doors in one batch.
fn kept_of(store: &Store, doors: &[Door]) -> Vec<String> {
    runtime().block_on(async {
        let mut held = JoinSet::new();
        let open = hold(store, &mut held).await;
        let mut all = JoinSet::new();
        let handed = Arc::new(AtomicUsize::new(0));
        for door in doors.iter().copied() {
            let (db, handed) = (store.db.clone(), Arc::clone(&handed));
            all.spawn(async move {
                handed.fetch_add(1, Ordering::Relaxed);
                let look = |link: &mut Link<'_>| kept(link.conn()?);
                db.write_linked(door, look).await.unwrap()
            });
        }
        wait_for(&handed, doors.len()).await;
        drop(open);
        all.join_all().await
    })
}

#[test]
fn only_what_passes_does_not_wait_for_the_disk_and_never_beside_what_does() {
    on_each(|store| {
        let (disk, memory) = match store.db.is_shared() {
            true => ("on", "off"),
            false => ("2", "1"),
        };
        let batches: &[(&[Door], &str)] = &[
            (&[Door::Passing], memory),
            (&[Door::Write], disk),
            (&[Door::Passing, Door::Passing], memory),
            (&[Door::Passing, Door::Write, Door::Passing], disk),
            (&[Door::Passing, Door::Together], disk),
            (&[Door::Write], disk),
        ];
        for (doors, expected) in batches {
            let all = kept_of(store, doors);
            assert!(all.iter().all(|one| one == expected), "{doors:?}: {all:?}");
        }
    });
}

#[test]
fn what_passes_is_seen_at_once_and_by_whoever_opens_the_database_next() {
    on_each(|store| {
        let view = store.view.clone();
        let realm = store.snapshot();
        let stored = runtime().block_on(store.db.write_linked(Door::Passing, move |link| {
            view.enter_linked(link, &realm, |cx| user::insert(cx, &person("ada")))
        }));

        assert_eq!(stored.unwrap(), Stored::Done);
        assert!(stands(store, "ada"));
        let other = store.place.open().unwrap();
        let view = store.view.clone();
        let found = other
            .write_blocking(move |conn| view.enter(conn, |cx| user::find(cx, &UserId::new("ada"))));
        assert!(found.unwrap().is_some());
    });
}
