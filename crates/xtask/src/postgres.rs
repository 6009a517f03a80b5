//! A PostgreSQL cluster of one's own: in a temporary folder, on a free port, gone afterwards.
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Signal, getuid};
use tempfile::TempDir;

use crate::command;
use crate::running::{Running, send};
use crate::server::free_port;

/// What a cluster is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    /// Tests: the data is thrown away, so nothing of it needs to reach the disk.
    Test,
    /// Measuring: on this core alone, and what was committed is on the disk.
    Measure(u32),
}

/// The running cluster. Fields end in this order: first the server, then its folder.
#[derive(Debug)]
pub(crate) struct Cluster {
    server: Running,
    folder: TempDir,
    port: u16,
    log: PathBuf,
    purpose: Purpose,
}

impl Cluster {
    /// One for tests.
    pub(crate) fn start(log: &Path) -> Result<Self> {
        Self::start_for(Purpose::Test, log)
    }

    pub(crate) fn start_for(purpose: Purpose, log: &Path) -> Result<Self> {
        let programs = programs().context("PostgreSQL's initdb is not installed")?;
        let folder = tempfile::Builder::new()
            .prefix("cloakroom-postgres-")
            .tempdir()?;
        let data = folder.path().join("data");
        let user = unprivileged_user();
        if let Some(user) = &user {
            command::run(Command::new("chown").arg(user).arg(folder.path()))?;
        }

        let log_file = File::create(log)?;
        let mut initdb = as_user(user.as_deref(), &programs.join("initdb"));
        initdb.args([
            "--username=cloakroom",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "-D",
        ]);
        command::run(
            initdb
                .arg(&data)
                .current_dir(folder.path())
                .stdout(log_file.try_clone()?),
        )?;

        let port = free_port()?;
        let mut cluster = Self {
            server: serve(purpose, &folder, port, log)?,
            folder,
            port,
            log: log.to_owned(),
            purpose,
        };
        cluster.wait(&programs)?;
        Ok(cluster)
    }

    /// Stops the server by this signal and starts it again with the same data: SIGINT is the fast stop, SIGQUIT the one
    /// that finishes nothing.
    pub(crate) fn restart(&mut self, signal: Signal) -> Result<()> {
        send(self.server.id(), signal);
        while self.server.ended().is_none() {
            std::thread::sleep(Duration::from_millis(20));
        }
        self.server = serve(self.purpose, &self.folder, self.port, &self.log)?;
        self.wait(&programs().context("PostgreSQL's programs are gone")?)
    }

    /// An address with the right to create databases.
    pub(crate) fn admin_url(&self) -> String {
        self.database_url("postgres")
    }

    pub(crate) fn database_url(&self, database: &str) -> String {
        format!("postgres://cloakroom@127.0.0.1:{}/{database}", self.port)
    }

    fn wait(&mut self, programs: &Path) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(30);
        let port = self.port.to_string();
        while !command::succeeds(Command::new(programs.join("pg_isready")).args([
            "-q",
            "-U",
            "cloakroom",
            "-d",
            "postgres",
            "-h",
            "127.0.0.1",
            "-p",
            &port,
        ])) {
            if self.server.ended().is_some() || Instant::now() > deadline {
                bail!("PostgreSQL did not start, see {}", self.log.display());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

/// The server's process, with the data in this folder.
fn serve(purpose: Purpose, folder: &TempDir, port: u16, log: &Path) -> Result<Running> {
    let programs = programs().context("PostgreSQL is not installed")?;
    let log = File::options().create(true).append(true).open(log)?;
    let program = programs.join("postgres");
    let mut postgres = match purpose {
        Purpose::Test => as_user(unprivileged_user().as_deref(), &program),
        Purpose::Measure(core) => {
            let mut pinned = as_user(unprivileged_user().as_deref(), Path::new("taskset"));
            pinned.args(["-c", &core.to_string()]).arg(&program);
            pinned
        }
    };
    postgres.arg("-D").arg(folder.path().join("data")).args([
        "-p",
        &port.to_string(),
        "-c",
        "listen_addresses=127.0.0.1",
    ]);
    postgres.args([
        "-c",
        "unix_socket_directories=",
        "-c",
        "max_connections=300",
    ]);
    if matches!(purpose, Purpose::Test) {
        postgres.args(["-c", "fsync=off"]);
    }
    postgres
        .current_dir(folder.path())
        .stdout(log.try_clone()?)
        .stderr(log);
    // SIGINT is PostgreSQL's fast stop: it does not wait for clients.
    Running::start_with("postgres", &mut postgres, Signal::INT)
}

/// Runs a statement and answers what it says, one row a line.
pub(crate) fn query(url: &str, statement: &str) -> Result<String> {
    let psql = programs()
        .map(|folder| folder.join("psql"))
        .filter(|psql| psql.is_file());
    let psql = psql
        .or_else(|| command::find("psql"))
        .context("psql is not installed")?;
    command::output(Command::new(&psql).args(["-X", "-q", "-A", "-t", "-d", url, "-c", statement]))
}

/// Makes a database and answers its address.
pub(crate) fn create_database(admin_url: &str, name: &str) -> Result<String> {
    for statement in [
        format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        format!("CREATE DATABASE {name}"),
    ] {
        query(admin_url, &statement)?;
    }
    let (server, query) = admin_url.split_once('?').unwrap_or((admin_url, ""));
    let (server, _) = server
        .rsplit_once('/')
        .context("the PostgreSQL address names no database")?;
    Ok(if query.is_empty() {
        format!("{server}/{name}")
    } else {
        format!("{server}/{name}?{query}")
    })
}

/// The folder with `initdb` and its neighbours. Debian keeps them out of `PATH`, one folder a version.
pub(crate) fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let newest = versions
        .map(|version| version.path().join("bin"))
        .filter(|folder| folder.join("initdb").is_file())
        .max_by_key(|folder| version_of(folder));
    newest.or_else(|| {
        command::find("initdb")?
            .canonicalize()
            .ok()?
            .parent()
            .map(Path::to_path_buf)
    })
}

fn version_of(programs: &Path) -> u32 {
    programs
        .parent()
        .and_then(Path::file_name)
        .and_then(|name| name.to_str()?.parse().ok())
        .unwrap_or_default()
}

/// PostgreSQL refuses to run as root: `Some` other user to run it as, `None` where we are somebody else anyway.
fn unprivileged_user() -> Option<String> {
    if !getuid().is_root() {
        return None;
    }
    let exists = command::succeeds(Command::new("id").arg("postgres"));
    Some(if exists { "postgres" } else { "nobody" }.to_owned())
}

fn as_user(user: Option<&str>, program: &Path) -> Command {
    let Some(user) = user else {
        return Command::new(program);
    };
    // setpriv replaces itself by the program, so the id we stop is PostgreSQL's own.
    let mut command = Command::new("setpriv");
    command
        .args([
            &format!("--reuid={user}"),
            "--clear-groups",
            "--no-new-privs",
        ])
        .arg(program);
    command
}
