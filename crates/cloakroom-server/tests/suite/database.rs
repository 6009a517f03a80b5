//! A PostgreSQL database for one run, where there is a cluster that gives one.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// Tells the databases of one process apart.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// A database that goes when this goes.
pub(crate) struct Database {
    admin: String,
    name: String,
    pub(crate) url: String,
}

impl Database {
    /// Makes a database on the cluster that this variable names, if it is set.
    #[expect(
        clippy::disallowed_methods,
        reason = "the address of the test's cluster is no setting of the product"
    )]
    pub(crate) fn create(variable: &str) -> Option<Self> {
        let admin = std::env::var(variable).ok()?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("cloakroom_http_{}_{number}", std::process::id());
        let (address, query) = admin.split_once('?').unwrap_or((&admin, ""));
        let (cluster, _) = address
            .rsplit_once('/')
            .expect("the address names a database");
        let mark = if query.is_empty() { "" } else { "?" };
        let database = Self {
            url: format!("{cluster}/{name}{mark}{query}"),
            admin,
            name,
        };
        assert!(database.run(&format!("CREATE DATABASE {}", database.name)));
        Some(database)
    }

    fn run(&self, statement: &str) -> bool {
        let psql = Command::new(psql())
            .args(["-X", "-q", "-d", &self.admin, "-c", statement])
            .status();
        psql.expect("psql is installed").success()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.run(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// Debian keeps PostgreSQL's programs in a folder for each version.
pub(crate) fn psql() -> String {
    let versions = std::fs::read_dir("/usr/lib/postgresql");
    let programs = versions.into_iter().flatten().flatten();
    programs
        .map(|version| version.path().join("bin/psql"))
        .find(|psql| psql.is_file())
        .map_or("psql".to_owned(), |psql| psql.display().to_string())
}
