//! A database of one's own for each test, with one realm in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cloakroom_model::id::{ClientUuid, RealmId, UserId};
use cloakroom_model::realm::{self, RealmRow};
use cloakroom_model::user::User;
use cloakroom_model::{
    Changes, Conn, Cx, Db, Fault, Link, Realm, Result, Timestamp, Vault, Verdict, client, db, user,
};
use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::pg::PgConnection;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tempfile::TempDir;

use super::plans;

/// The instant at which every test begins.
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

static NEXT: AtomicU64 = AtomicU64::new(1);

/// Runs `check` on SQLite, and on PostgreSQL where there is one. What it asks SQLite has to have good plans.
pub(crate) fn on_each(check: impl Fn(&Store)) {
    let store = Store::open(Place::sqlite());
    let statements = plans::watch(&store.db);
    check(&store);
    plans::check(&store.db, &statements);
    on_postgres(|place| check(&Store::open(place)));
}

/// Runs `check` with an empty database of PostgreSQL, where there is one.
pub(crate) fn on_postgres(check: impl FnOnce(Place)) {
    if let Some(place) = Place::postgres() {
        check(place);
    }
}

/// A runtime whose tasks share the test's thread.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// Where a database is; it goes when this goes.
pub(crate) struct Place {
    pub(crate) url: String,
    _folder: Option<TempDir>,
    drop_it: Option<(String, String)>,
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            url: format!("sqlite://{}/test.db", folder.path().display()),
            _folder: Some(folder),
            drop_it: None,
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the address of the test's server is no setting of the product"
    )]
    pub(crate) fn postgres() -> Option<Self> {
        let admin = std::env::var("CLOAKROOM_TEST_POSTGRES_URL").ok()?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("cloakroom_storage_{}_{number}", std::process::id());
        let mut conn = PgConnection::establish(&admin).unwrap();
        conn.batch_execute(&format!("CREATE DATABASE {name}"))
            .unwrap();
        let (address, query) = admin.split_once('?').unwrap_or((&admin, ""));
        let (server, _) = address.rsplit_once('/').unwrap();
        let mark = if query.is_empty() { "" } else { "?" };
        Some(Self {
            url: format!("{server}/{name}{mark}{query}"),
            _folder: None,
            drop_it: Some((admin, name)),
        })
    }

    pub(crate) fn open(&self) -> Result<Db> {
        Db::open(db::Settings {
            url: self.url.clone(),
            readers: 2,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((admin, name)) = &self.drop_it
            && let Ok(mut conn) = PgConnection::establish(admin)
        {
            let _ = conn.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

/// An open database with one realm.
pub(crate) struct Store {
    pub(crate) db: Db,
    pub(crate) view: View,
    pub(crate) place: Place,
}

impl Store {
    pub(crate) fn open(place: Place) -> Self {
        let db = place.open().unwrap();
        let view = View {
            realm: RealmId::new("r1"),
            vault: Arc::new(Vault::new(&[7; 32]).unwrap()),
            now: NOW,
        };
        let store = Self { db, view, place };
        store
            .write(|cx| realm::insert(cx, &row("r1", "acme")))
            .unwrap();
        store
    }

    /// Runs a unit of work in the realm, as the server does.
    pub(crate) fn write<T, E>(
        &self,
        mut work: impl FnMut(&mut Cx<'_>) -> std::result::Result<T, E> + Send + 'static,
    ) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: Verdict + Send + 'static,
    {
        let view = self.view.clone();
        self.db
            .write_blocking(move |conn| view.enter(conn, &mut work))
    }

    /// Runs a unit of work that only reads, as the server does.
    pub(crate) fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let view = self.view.clone();
        runtime().block_on(self.db.read(move |conn| view.enter(conn, work)))
    }

    /// The realm's snapshot, read anew.
    pub(crate) fn snapshot(&self) -> Arc<Realm> {
        let view = self.view.clone();
        self.db
            .write_blocking(move |conn| Ok::<_, Fault>(view.snapshot(conn)?.unwrap()))
            .unwrap()
    }
}

/// What a unit of work sees beside the database.
#[derive(Clone)]
pub(crate) struct View {
    pub(crate) realm: RealmId,
    vault: Arc<Vault>,
    pub(crate) now: Timestamp,
}

impl View {
    fn snapshot(&self, conn: &mut Conn) -> Result<Option<Arc<Realm>>> {
        let mut link = Link::Open(conn);
        Realm::load_by_id(&mut link, &self.realm, &self.vault, self.now, &mut rng())
    }

    /// Runs a unit of work on whatever it is linked with, in a realm that was read before.
    pub(crate) fn enter_linked<T>(
        &self,
        link: &mut Link<'_>,
        realm: &Arc<Realm>,
        work: impl FnOnce(&mut Cx<'_>) -> Result<T>,
    ) -> Result<T> {
        work(&mut Cx {
            db: link.again(),
            realm,
            now: self.now,
            rng: &mut rng(),
            vault: &self.vault,
            changes: &mut Changes::default(),
        })
    }

    pub(crate) fn enter<T, E: Verdict>(
        &self,
        conn: &mut Conn,
        work: impl FnOnce(&mut Cx<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let realm = self.snapshot(conn)?.unwrap_or_else(|| {
            // The one unit of work that creates the realm runs in an empty one.
            Arc::new(Realm::empty(row(self.realm.as_str(), "")))
        });
        let mut changes = Changes::default();
        let result = work(&mut Cx {
            db: Link::Open(&mut *conn),
            realm: &realm,
            now: self.now,
            rng: &mut rng(),
            vault: &self.vault,
            changes: &mut changes,
        });
        if result
            .as_ref()
            .err()
            .is_none_or(|error| error.fault().is_none())
        {
            realm::commit_changes(conn, &changes)?;
        }
        result
    }
}

fn rng() -> StdRng {
    StdRng::seed_from_u64(NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A realm with this id and name.
pub(crate) fn row(id: &str, name: &str) -> RealmRow {
    RealmRow {
        id: RealmId::new(id),
        name: name.to_owned(),
        enabled: true,
        version: 1,
        settings: realm::Settings::default(),
    }
}

/// A person with this id, whose name is the id too.
pub(crate) fn person(id: &str) -> User {
    User {
        id: UserId::new(id),
        username: id.to_owned(),
        email: Some(format!("{id}@example.org")),
        email_verified: false,
        first_name: Some("Ada".to_owned()),
        last_name: None,
        enabled: true,
        created_at: NOW,
        not_before: 0,
        service_account_client: None,
        attributes: user::Attributes::default(),
        required_actions: Vec::new(),
    }
}

/// A client with this id, whose `client_id` is the id too.
pub(crate) fn application(id: &str) -> client::Draft {
    client::Draft {
        id: ClientUuid::new(id),
        client_id: id.to_owned(),
        enabled: true,
        settings: client::Settings::default(),
        secret: None,
    }
}
