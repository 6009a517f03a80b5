//! A realm in a fresh database, for the tests of the rules: no HTTP, and an instant that the test
//! sets. Only tests depend on it.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test ends where it fails, in its helpers as well"
)]

mod port;

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use cloakroom_keycloak::blueprint::{self, NewRealm, settings};
use cloakroom_model::component::Component;
use cloakroom_model::db::{Db, Settings as DbSettings};
use cloakroom_model::id::{RealmId, UserId};
use cloakroom_model::realm::{self, Settings};
use cloakroom_model::user::{self, Attributes, User};
use cloakroom_model::{Changes, Cx, Fault, Link, Realm, Timestamp, Ttl, Vault, Verdict, role};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tempfile::TempDir;

pub use port::free_port;

/// The instant at which every test begins.
pub const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// The name of the realm.
pub const REALM: &str = "acme";

/// A realm with all that a new one holds, in a database of its own.
#[derive(Debug)]
pub struct World {
    db: Db,
    vault: Arc<Vault>,
    seed: AtomicU64,
    now: Mutex<Timestamp>,
    _folder: TempDir,
}

impl World {
    /// A realm with these keys, whose settings are changed before it is made.
    pub fn new(keys: Vec<Component>, change: fn(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        let world = Self {
            db: Db::open(DbSettings { url, readers: 1 }).unwrap(),
            vault: Arc::new(Vault::new(&[7; 32]).unwrap()),
            seed: AtomicU64::new(1),
            now: Mutex::new(NOW),
            _folder: folder,
        };
        world.run(move |cx| {
            let mut settings = settings::defaults()?;
            change(&mut settings);
            let draft = NewRealm {
                id: Some(id()),
                name: REALM.to_owned(),
                enabled: true,
                settings,
                keys: keys.clone(),
            };
            blueprint::create_master(cx, draft)
        });
        world
    }

    /// Runs a unit of work in the realm, at the world's instant, as the server does.
    ///
    /// # Errors
    /// Those of the work.
    pub fn enter<T, E>(
        &self,
        mut work: impl FnMut(&mut Cx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: Verdict + Send + 'static,
    {
        let seed = self.seed.fetch_add(1, Ordering::Relaxed);
        let (vault, now) = (Arc::clone(&self.vault), *self.now.lock().unwrap());
        self.db.write_blocking(move |conn| {
            let mut rng = StdRng::seed_from_u64(seed);
            let found = Realm::load_by_id(&mut Link::Open(conn), &id(), &vault, now, &mut rng)?;
            // The one unit of work that makes the realm runs in none.
            let realm = found.unwrap_or_else(|| Arc::new(Realm::nobody()));
            let mut changes = Changes::default();
            let done = work(&mut Cx {
                db: Link::Open(&mut *conn),
                realm: &realm,
                now,
                rng: &mut rng,
                vault: &vault,
                changes: &mut changes,
            });
            if done
                .as_ref()
                .err()
                .is_none_or(|error| error.fault().is_none())
            {
                realm::commit_changes(conn, &changes)?;
            }
            done
        })
    }

    /// The same, for what cannot fail.
    pub fn run<T, E>(&self, work: impl FnMut(&mut Cx<'_>) -> Result<T, E> + Send + 'static) -> T
    where
        T: Send + 'static,
        E: Verdict + Debug + Send + 'static,
    {
        self.enter(work).unwrap()
    }

    /// Lets time pass.
    pub fn wait(&self, seconds: i64) {
        let mut now = self.now.lock().unwrap();
        *now = now.plus(Ttl::seconds(seconds));
    }

    /// Adds a person with the roles of everybody, and a telephone.
    pub fn add_user(&self, name: &'static str, enabled: bool) -> User {
        self.run(move |cx| {
            let mut attributes = Attributes::new();
            attributes.insert("phoneNumber".to_owned(), vec!["+49 30 1234".to_owned()]);
            let user = User {
                id: UserId::new(cx.new_id()),
                username: name.to_owned(),
                email: Some(format!("{name}@example.org")),
                email_verified: true,
                first_name: Some(name.to_owned()),
                last_name: Some("Example".to_owned()),
                enabled,
                created_at: cx.now,
                not_before: 0,
                service_account_client: None,
                attributes,
                required_actions: Vec::new(),
            };
            user::insert(cx, &user)?;
            let (realm, default) = (cx.realm.id.to_string(), format!("default-roles-{REALM}"));
            let default = role::find_named(cx, &realm, &default)?.unwrap();
            user::grant_role(cx, &user.id, &default.id)?;
            Ok::<_, Fault>(user)
        })
    }
}

fn id() -> RealmId {
    RealmId::new("acme-id")
}
