//! Building the server and running it for tests: an empty folder, free ports, a known administrator.
use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::Signal;
use tempfile::TempDir;

use crate::command;
use crate::running::{Running, send};
use crate::workspace::Workspace;

/// Name and password of the first administrator of a server under test.
pub(crate) const ADMIN: (&str, &str) = ("admin", "admin");

/// A server under test. Fields end in this order: first the process, then its folder.
#[derive(Debug)]
pub(crate) struct Server {
    process: Running,
    place: Place,
    pub(crate) base: String,
    /// From the start of the process to the first answer.
    pub(crate) ready_after: Duration,
}

/// Where a server runs: its data, and its ports, because its address is in the tokens it issues.
#[derive(Debug)]
pub(crate) struct Place {
    folder: TempDir,
    port: u16,
    management: u16,
    centre: u16,
}

/// The realm of the centre of keys that servers under test know.
const CENTRE: &str = "FAILURES.EXAMPLE";

impl Place {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self {
            folder: tempfile::Builder::new()
                .prefix("cloakroom-test-")
                .tempdir()?,
            port: free_port()?,
            management: free_port()?,
            centre: free_port()?,
        })
    }

    /// The keys of the server's own principal, for whoever starts a centre of keys.
    fn keytab(&self) -> PathBuf {
        self.folder.path().join("keytab")
    }

    /// The centre of keys that the server will ask, as arguments of who may start it: its realm, where it listens, and the file
    /// that the keys of the server's own principal belong in.
    pub(crate) fn centre(&self) -> [String; 2] {
        let (port, keytab) = (self.centre, self.keytab());
        [
            "--kdc".to_owned(),
            format!("{CENTRE},{port},{}", keytab.display()),
        ]
    }

    /// The address that it will have.
    pub(crate) fn address(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Where its data is, or will be.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The server's program with its settings for this place, writing to the log.
    pub(crate) fn command(&self, setup: &Setup<'_>, args: &[&str]) -> Result<Command> {
        let mut command = setup.bounds.command(setup.binary);
        let folder = self.folder.path();
        let log = File::options().create(true).append(true).open(&setup.log)?;
        command
            .args(args)
            .current_dir(folder)
            .stdout(log.try_clone()?)
            .stderr(log);
        // A setting of whoever runs the tests must not reach the server under test.
        for (name, _) in std::env::vars_os() {
            let ours = ["CLOAKROOM_", "KC_", "KEYCLOAK_"]
                .iter()
                .any(|prefix| name.to_string_lossy().starts_with(prefix));
            if ours || name == "DATABASE_URL" || name == "LOG_LEVEL" {
                command.env_remove(name);
            }
        }
        command
            .env("PORT", self.port.to_string())
            .env("CLOAKROOM_MANAGEMENT_PORT", self.management.to_string())
            .env("CLOAKROOM_LOG", setup.filter)
            .env("CLOAKROOM_DATA_DIR", folder.join("data"))
            // Clients under test listen on this machine.
            .env("CLOAKROOM_OUTBOUND_ALLOW", "127.0.0.1")
            .env(
                "CLOAKROOM_KERBEROS_KDCS",
                format!("{CENTRE}=127.0.0.1:{}", self.centre),
            )
            .env("CLOAKROOM_KERBEROS_KEYTABS", self.keytab())
            .env("CLOAKROOM_BOOTSTRAP_ADMIN_USERNAME", ADMIN.0)
            .env("CLOAKROOM_BOOTSTRAP_ADMIN_PASSWORD", ADMIN.1);
        if let Some(url) = setup.database_url {
            command.env("CLOAKROOM_DATABASE_URL", url);
        }
        Ok(command)
    }
}

/// What of the machine a server under test may have.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bounds {
    None,
    /// This core alone.
    Core(u32),
    /// So many open files, whatever it would like.
    Files(usize),
}

impl Bounds {
    fn command(self, binary: &Path) -> Command {
        let (tool, arguments) = match self {
            Self::None => return Command::new(binary),
            Self::Core(core) => ("taskset", vec!["-c".to_owned(), core.to_string()]),
            // Both limits: a server raises the soft one.
            Self::Files(most) => ("prlimit", vec![format!("--nofile={most}:{most}")]),
        };
        let mut command = Command::new(tool);
        command.args(arguments).arg(binary);
        command
    }
}

/// How a server under test is to run.
#[derive(Debug)]
pub(crate) struct Setup<'a> {
    pub(crate) binary: &'a Path,
    /// `None` is SQLite in the server's own folder.
    pub(crate) database_url: Option<&'a str>,
    pub(crate) bounds: Bounds,
    pub(crate) log: PathBuf,
    /// What it logs.
    pub(crate) filter: &'static str,
}

/// Every line of our own: what the log may not hold is searched for in all of them.
pub(crate) const EVERYTHING: &str = "info,cloakroom=debug,cloakroom_admin=debug,cloakroom_web=debug,\
    cloakroom_oidc=debug,cloakroom_login=debug,cloakroom_keycloak=debug,cloakroom_model=debug,cloakroom_jose=debug";

/// What an operator runs with.
pub(crate) const USUAL: &str = "info";

/// Builds the server and answers where it is. The one of the tests is built with all of the workspace, as theirs are, so that nothing is
/// compiled in a second set of features; the one that is measured is the one that `cargo run --release` makes, to the byte.
pub(crate) fn build(workspace: &Workspace, release: bool) -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--bin", "cloakroom"])
        .args(match release {
            true => &["--release", "--package", "cloakroom-server"][..],
            false => &["--workspace"],
        })
        .current_dir(&workspace.root);
    command::run(&mut cargo)?;
    Ok(workspace
        .target
        .join(if release { "release" } else { "debug" })
        .join("cloakroom"))
}

impl Server {
    pub(crate) fn start(setup: &Setup<'_>) -> Result<Self> {
        File::create(&setup.log)?;
        Self::start_at(Place::new()?, setup)
    }

    /// Starts one that has no administrator yet, and answers the code with which one is made.
    pub(crate) fn start_new(setup: &Setup<'_>) -> Result<(Self, String)> {
        File::create(&setup.log)?;
        let place = Place::new()?;
        let mut command = place.command(setup, &["start"])?;
        command
            .env_remove("CLOAKROOM_BOOTSTRAP_ADMIN_USERNAME")
            .env_remove("CLOAKROOM_BOOTSTRAP_ADMIN_PASSWORD");
        let server = Self::launch(place, setup, command)?;
        let log = std::fs::read_to_string(&setup.log)?;
        let said = log.split("set-up code ").nth(1);
        let code = said.map(|rest| {
            let is_code = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '-';
            rest.chars().take_while(is_code).collect::<String>()
        });
        Ok((server, code.context("the server has said no set-up code")?))
    }

    /// Starts where a server has been before, and goes on in its log.
    pub(crate) fn start_at(place: Place, setup: &Setup<'_>) -> Result<Self> {
        let command = place.command(setup, &["start"])?;
        Self::launch(place, setup, command)
    }

    /// Starts it with settings of its own.
    pub(crate) fn launch(place: Place, setup: &Setup<'_>, mut command: Command) -> Result<Self> {
        let started = Instant::now();
        let mut process = Running::start("cloakroom", &mut command)?;
        let base = place.address();
        wait_until_ready(&mut process, place.management, &setup.log)?;
        Ok(Self {
            process,
            place,
            base,
            ready_after: started.elapsed(),
        })
    }

    /// Kills the server without any warning, and answers the place it leaves behind.
    pub(crate) fn kill(self) -> Result<Place> {
        self.process.kill()?;
        Ok(self.place)
    }

    /// Sends the process a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        send(self.process.id(), signal);
    }

    /// The id of its process.
    pub(crate) fn process(&self) -> i32 {
        self.process.id()
    }

    pub(crate) const fn place(&self) -> &Place {
        &self.place
    }

    /// The port of health and metrics.
    pub(crate) const fn management(&self) -> u16 {
        self.place.management
    }

    /// Tells the server to stop, and waits until it has: how it ended, how long that took, and the place it leaves.
    pub(crate) fn stop(self) -> Result<(ExitStatus, Duration, Place)> {
        let begun = Instant::now();
        send(self.process.id(), Signal::TERM);
        let status = self.process.wait()?;
        Ok((status, begun.elapsed(), self.place))
    }

    /// Memory in use now and at most, in MiB, as the kernel counts it.
    pub(crate) fn memory(&self) -> (f64, f64) {
        memory(self.process.id())
    }
}

/// Memory of a process in use now and at most, in MiB, as the kernel counts it.
pub(crate) fn memory(process: i32) -> (f64, f64) {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|line| {
            line.trim_matches([':', ' ', '\t', 'k', 'B'])
                .parse::<f64>()
                .ok()
        });
        kib.unwrap_or_default() / 1024.0
    };
    (field("VmRSS"), field("VmHWM"))
}

fn wait_until_ready(process: &mut Running, management: u16, log: &Path) -> Result<()> {
    let ready = format!("http://127.0.0.1:{management}/health/ready");
    let deadline = Instant::now() + Duration::from_secs(60);
    while ureq::get(&ready).call().is_err() {
        if let Some(status) = process.ended() {
            let text = std::fs::read_to_string(log).unwrap_or_default();
            let last: Vec<&str> = text.lines().rev().take(10).collect();
            let last = last.into_iter().rev().collect::<Vec<_>>().join("\n");
            bail!(
                "the server ended with {status}, see {}:\n{last}",
                log.display()
            );
        }
        if Instant::now() > deadline {
            bail!(
                "the server was not ready after a minute, see {}",
                log.display()
            );
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// A port of the loopback interface that nobody listens on, below those that the system gives to outgoing connections:
/// one of these may take it while a server is away for a moment.
pub(crate) fn free_port() -> Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let begin = u16::try_from(std::process::id() % 4_000)? + 4_000;
    for _ in 0..4_000 {
        let port = begin + NEXT.fetch_add(1, Ordering::Relaxed) % 2_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port between 4000 and 10000 is free")
}
