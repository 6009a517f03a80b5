//! The server under test: the real binary with a database of its own, one for the whole list.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use cloakroom_testkit::free_port;
use tempfile::TempDir;

use crate::directories;
use crate::http::{self, Answer, Request, decode, text};
use crate::keys;
use crate::stored;

/// Name and password of the first administrator.
pub(crate) const ADMIN: (&str, &str) = ("admin", "an administrator's passphrase");

/// An address of this machine that stands for the internet: the server under test may send requests there, and to no
/// other of this machine.
pub(crate) const OUTSIDE: &str = "127.0.0.2";

/// A shorter value could stand in a log by chance.
const SECRET_SHORTEST: usize = 16;

/// A running server; ends with this.
pub(crate) struct Server {
    /// Where its data is.
    pub(crate) database: &'static str,
    pub(crate) base: String,
    pub(crate) port: u16,
    pub(crate) management: u16,
    /// The address of the database that several nodes may share.
    url: Option<String>,
    trusted: PathBuf,
    /// Another node on the same database.
    beside: OnceLock<Node>,
    command: Mutex<Command>,
    process: Mutex<Child>,
    folder: TempDir,
    /// What must not be in the log: everything secret that was sent or issued.
    secrets: Mutex<BTreeSet<String>>,
    /// How much of the log has been looked through, in bytes.
    read: Mutex<usize>,
}

/// Another process on the database of a server; ends with this.
struct Node {
    port: u16,
    process: Child,
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut process = self.process.lock().unwrap();
        let _ = process.kill();
        let _ = process.wait();
    }
}

impl Server {
    /// Starts the binary and waits until it is ready; `trusted` is the authority whose certificates count, and the file
    /// with the keys of Kerberos, beside what is told of its centres.
    pub(crate) fn start(
        database: &'static str,
        url: Option<&str>,
        (authority, kerberos): (&Path, (&Path, &str)),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (port, management) = (free_port("127.0.0.1"), free_port("127.0.0.1"));
        let ports = (port, management);
        let mut command = command(&folder.path().join("data"), ports, authority);
        command.envs(url.map(|url| ("CLOAKROOM_DATABASE_URL", url)));
        let log = File::create(folder.path().join("log")).unwrap();
        let makers = folder.path().join("makers.pem");
        std::fs::write(&makers, keys::listed_makers()).unwrap();
        command
            .env("CLOAKROOM_WEBAUTHN_ROOTS", &makers)
            .env("CLOAKROOM_KERBEROS_KEYTABS", kerberos.0)
            .env("CLOAKROOM_KERBEROS_KDCS", kerberos.1)
            .current_dir(folder.path())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        let server = Self {
            database,
            base: format!("http://localhost:{port}"),
            port,
            management,
            url: url.map(str::to_owned),
            trusted: authority.to_owned(),
            beside: OnceLock::new(),
            process: Mutex::new(command.spawn().unwrap()),
            command: Mutex::new(command),
            folder,
            secrets: Mutex::default(),
            read: Mutex::default(),
        };
        server.keep_secret(ADMIN.1);
        server.wait_until_ready(management);
        server
    }

    /// The ports of all nodes on this database: of this one, and where the database takes several, of another, which starts
    /// when it is first asked for.
    pub(crate) fn nodes(&self) -> Vec<u16> {
        let mut ports = vec![self.port];
        if let Some(url) = &self.url {
            ports.push(self.beside.get_or_init(|| self.start_beside(url)).port);
        }
        ports
    }

    fn start_beside(&self, url: &str) -> Node {
        let (port, management) = (free_port("127.0.0.1"), free_port("127.0.0.1"));
        let key = std::fs::read_to_string(self.folder.path().join("data/master.key")).unwrap();
        let log = File::options()
            .append(true)
            .open(self.folder.path().join("log"))
            .unwrap();
        let data = self.folder.path().join("beside");
        let process = command(&data, (port, management), &self.trusted)
            .env("CLOAKROOM_DATABASE_URL", url)
            .env("CLOAKROOM_MASTER_KEY", key.trim())
            .env("CLOAKROOM_PUBLIC_URL", &self.base)
            .current_dir(self.folder.path())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        let node = Node {
            port,
            process: process.unwrap(),
        };
        self.wait_until_ready(management);
        node
    }

    /// Kills the process in the middle of whatever it does, and starts it anew with the same data.
    pub(crate) fn restart(&self) {
        let mut process = self.process.lock().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
        *process = self.command.lock().unwrap().spawn().unwrap();
        drop(process);
        self.wait_until_ready(self.management);
    }

    fn wait_until_ready(&self, management: u16) {
        let deadline = Instant::now() + Duration::from_secs(60);
        let ready = Request::get("/health/ready").bytes("localhost");
        loop {
            let listens = std::net::TcpStream::connect(("127.0.0.1", management)).is_ok();
            if listens && http::exchange(management, &ready).status == 200 {
                return;
            }
            assert!(
                self.is_alive() && Instant::now() < deadline,
                "{}",
                self.log()
            );
            pause(Duration::from_millis(20));
        }
    }

    /// The memory that the process holds, in kilobytes.
    pub(crate) fn kilobytes(&self) -> usize {
        let id = self.process.lock().unwrap().id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let held = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        held.unwrap()
            .trim()
            .trim_end_matches(" kB")
            .parse()
            .unwrap()
    }

    /// The process that was started still runs.
    pub(crate) fn is_alive(&self) -> bool {
        let ended = self.process.lock().unwrap().try_wait();
        ended.is_ok_and(|ended| ended.is_none())
    }

    pub(crate) fn log(&self) -> String {
        let path: PathBuf = self.folder.path().join("log");
        String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()
    }

    /// Makes the sessions of a user older by so many seconds; false on SQLite, whose file is the server's alone.
    pub(crate) fn age_sessions(&self, user: &str, seconds: i64) -> bool {
        assert!(user.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
        let millis = seconds * 1_000;
        self.change_stored(&format!(
            "UPDATE sessions SET auth_time = auth_time - {millis} WHERE user_id = '{user}'"
        ))
    }

    /// Changes what is stored behind the server's back; false on SQLite, whose file is the server's alone.
    pub(crate) fn change_stored(&self, statement: &str) -> bool {
        let Some(url) = &self.url else {
            return false;
        };
        stored::change(url, statement);
        true
    }

    /// All that is stored, as it is stored: the files of SQLite, or each table of PostgreSQL, where bytes are written in hex.
    pub(crate) fn stored(&self) -> Vec<u8> {
        match &self.url {
            Some(url) => stored::dump(url),
            None => {
                let files = std::fs::read_dir(self.folder.path().join("data")).unwrap();
                let paths = files.map(|file| file.unwrap().path());
                let mut files: Vec<_> = paths.filter(|path| path.is_file()).collect();
                // The log before the database, into which it may be written meanwhile and then be begun anew.
                files.sort_by_key(|path| !path.to_string_lossy().ends_with("-wal"));
                files
                    .into_iter()
                    .flat_map(|path| std::fs::read(path).unwrap())
                    .collect()
            }
        }
    }

    /// `host:port`, as clients write it.
    pub(crate) fn host(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// Sends a request and remembers what secrets came back.
    pub(crate) fn send(&self, request: &Request) -> Answer {
        self.send_to(self.port, request)
    }

    /// Sends a request to the node at this port.
    pub(crate) fn send_to(&self, port: u16, request: &Request) -> Answer {
        let answer = http::exchange(port, &request.bytes(self.host()));
        self.remember(&answer);
        answer
    }

    /// Sends bytes that need not be HTTP.
    pub(crate) fn send_bytes(&self, bytes: &[u8]) -> Answer {
        let answer = http::exchange(self.port, bytes);
        self.remember(&answer);
        answer
    }

    pub(crate) fn keep_secret(&self, value: &str) {
        if value.len() >= SECRET_SHORTEST {
            self.secrets.lock().unwrap().insert(value.to_owned());
        }
    }

    /// The secrets in what the log has got since this was asked last.
    pub(crate) fn new_leaks(&self) -> Vec<String> {
        let log = self.log();
        let from = std::mem::replace(&mut *self.read.lock().unwrap(), log.len());
        self.leaks(log.get(from..).unwrap_or_default())
    }

    /// The secrets of the run that the log holds, each with the line it stands in.
    pub(crate) fn leaks(&self, log: &str) -> Vec<String> {
        let secrets = self.secrets.lock().unwrap();
        let leaked = secrets.iter().filter(|secret| log.contains(*secret));
        leaked
            .map(|secret| {
                let line = log.lines().find(|line| line.contains(secret));
                format!("{secret} in {}", line.unwrap_or_default())
            })
            .collect()
    }

    fn remember(&self, answer: &Answer) {
        for cookie in answer.all("set-cookie") {
            let pair = cookie
                .split(';')
                .next()
                .and_then(|pair| pair.split_once('='));
            // These two name a session and a request, and prove nothing.
            if let Some((name, value)) = pair
                && !["KEYCLOAK_SESSION", "KC_RESTART"].contains(&name)
            {
                self.keep_secret(value);
            }
        }
        let query = answer.location().and_then(|to| to.split_once(['?', '#']));
        for (name, value) in decode(query.map_or("", |(_, query)| query)) {
            if ["code", "access_token", "id_token", "session_code"].contains(&name.as_str()) {
                self.keep_secret(&value);
            }
        }
        let body = answer.json();
        for name in ["access_token", "refresh_token", "id_token"] {
            self.keep_secret(text(&body, name));
        }
    }
}

/// Waits in real time: the server under test has a clock of its own.
#[expect(
    clippy::disallowed_methods,
    reason = "the clock of another process cannot be moved"
)]
pub(crate) fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// The program with the settings that all nodes have.
fn command(data: &Path, (port, management): (u16, u16), trusted: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloakroom"));
    // A setting of whoever runs the tests must not reach the server under test.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let ours = ["CLOAKROOM_", "KC_", "KEYCLOAK_"];
        if ours.iter().any(|prefix| name.starts_with(prefix)) || name == "DATABASE_URL" {
            command.env_remove(name);
        }
    }
    command
        .arg("start")
        .env("PORT", port.to_string())
        .env("CLOAKROOM_MANAGEMENT_PORT", management.to_string())
        .env("CLOAKROOM_DATA_DIR", data)
        .env(
            "CLOAKROOM_OUTBOUND_ALLOW",
            format!("{OUTSIDE},{}", directories::NETWORK),
        )
        // What the system trusts is what this file says.
        .env("SSL_CERT_FILE", trusted)
        .env("CLOAKROOM_BOOTSTRAP_ADMIN_USERNAME", ADMIN.0)
        .env("CLOAKROOM_BOOTSTRAP_ADMIN_PASSWORD", ADMIN.1)
        .stdin(Stdio::null());
    command
}
