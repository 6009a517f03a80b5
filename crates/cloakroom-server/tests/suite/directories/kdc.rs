//! Debian's krb5-kdc with a realm of its own, and `curl --negotiate` as the browser of somebody who has a ticket.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;

use tempfile::TempDir;

use super::authority::{Authority, CENTRE, address};
use super::slapd::wait_for;

/// The realm.
pub(super) const REALM: &str = "EXAMPLE.ORG";
/// A realm of the same centre, whose keys are not those of the servers under test: what somebody would make who stands in for it.
pub(super) const SPOOFED: &str = "SPOOFED.EXAMPLE.ORG";
/// The service that the servers under test are.
pub(super) const SERVICE: &str = "HTTP/localhost";
/// A service that they are not, on the same machine.
pub(super) const OTHER: &str = "other.localhost";

/// Services of the servers whose keys are of AES with SHA-2 alone, and the kind of these (RFC 8009).
pub(super) const NEWER: [(&str, &str); 2] = [
    ("sha-256.localhost", "aes128-cts-hmac-sha256-128"),
    ("sha-384.localhost", "aes256-cts-hmac-sha384-192"),
];

/// A running centre of keys.
pub(super) struct Kdc {
    /// The keys of the service.
    pub(super) keytab: PathBuf,
    process: Mutex<Child>,
    database: Mutex<()>,
    folder: TempDir,
}

impl Drop for Kdc {
    fn drop(&mut self) {
        let mut process = self.process.lock().unwrap();
        let _ = process.kill();
        let _ = process.wait();
    }
}

impl Kdc {
    pub(super) fn start(authority: &Authority) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().display();
        let (host, port) = (address(CENTRE), authority.centre);
        let config = format!(
            "[libdefaults]
 default_realm = {REALM}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
 udp_preference_limit = 1
[realms]
 {REALM} = {{
  kdc = {host}:{port}
 }}
[domain_realm]
 localhost = {REALM}
 .localhost = {REALM}
"
        );
        std::fs::write(folder.path().join("krb5.conf"), config).unwrap();
        let config = format!(
            "[kdcdefaults]
 kdc_listen = {host}:{port}
 kdc_tcp_listen = {host}:{port}
[realms]
 {REALM} = {{
  database_name = {at}/principal
  key_stash_file = {at}/stash
  acl_file = {at}/acl
  supported_enctypes = aes256-cts:normal aes128-cts:normal
 }}
 {SPOOFED} = {{
  database_name = {at}/spoofed
  key_stash_file = {at}/stash-spoofed
  acl_file = {at}/acl
  supported_enctypes = aes256-cts:normal
 }}
"
        );
        std::fs::write(folder.path().join("kdc.conf"), config).unwrap();
        for realm in [REALM, SPOOFED] {
            let password = "the master password of the tests";
            let made = tool(&folder, "/usr/sbin/kdb5_util")
                .args(["create", "-s", "-r", realm, "-P", password])
                .output();
            ended(&made.expect("krb5-kdc is installed"));
        }
        let keytab = authority.keytab();
        let kdc = Self {
            process: Mutex::new(
                tool(&folder, "/usr/sbin/krb5kdc")
                    .args(["-n", "-r", REALM, "-r", SPOOFED])
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .spawn()
                    .unwrap(),
            ),
            database: Mutex::default(),
            keytab,
            folder,
        };
        for service in [SERVICE, &format!("HTTP/{OTHER}")] {
            kdc.administrate(&format!("addprinc -randkey {service}"));
        }
        kdc.administrate(&format!("ktadd -k {} {SERVICE}", kdc.keytab.display()));
        for (host, kind) in NEWER {
            kdc.administrate(&format!("addprinc -randkey -e {kind}:normal HTTP/{host}"));
            let file = kdc.keytab.display();
            kdc.administrate(&format!("ktadd -k {file} -e {kind}:normal HTTP/{host}"));
        }
        kdc.spoof();
        wait_for(&host, port);
        kdc
    }

    /// In the other realm the keys of the service that the servers have are not those that the centre gives tickets for.
    fn spoof(&self) {
        let own = format!("{SERVICE}@{SPOOFED}");
        let elsewhere = self.folder.path().join("elsewhere");
        for file in [self.keytab.as_path(), &elsewhere] {
            self.administrate_in(SPOOFED, &format!("addprinc -randkey {own}"));
            self.administrate_in(SPOOFED, &format!("ktadd -k {} {own}", file.display()));
            if file == self.keytab {
                self.administrate_in(SPOOFED, &format!("delprinc -force {own}"));
            }
        }
    }

    /// Tells the database of principals something.
    pub(super) fn administrate(&self, what: &str) {
        self.administrate_in(REALM, what);
    }

    /// Tells that of a realm something.
    pub(super) fn administrate_in(&self, realm: &str, what: &str) {
        let _one_at_a_time = self.database.lock().unwrap();
        let done = tool(&self.folder, "/usr/sbin/kadmin.local")
            .args(["-r", realm, "-q", what])
            .output();
        let done = done.unwrap();
        ended(&done);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        let problems = said
            .lines()
            .filter(|line| !line.contains("No policy specified"));
        let problems: Vec<&str> = problems.filter(|line| !line.trim().is_empty()).collect();
        assert!(problems.is_empty(), "{what}: {problems:?}");
    }

    /// Somebody with a ticket.
    pub(super) fn person(&self, name: &str) -> Ticketed<'_> {
        self.administrate(&format!("addprinc -pw {name}-has-a-password {name}"));
        let person = Ticketed {
            kdc: self,
            cache: self.folder.path().join(format!("cache-{name}")),
        };
        let mut signing_in = person
            .tool("kinit")
            .arg(name)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("krb5-user is installed");
        let mut input = signing_in.stdin.take().unwrap();
        writeln!(input, "{name}-has-a-password").unwrap();
        drop(input);
        assert!(signing_in.wait().unwrap().success(), "{name} gets a ticket");
        person
    }
}

fn tool(folder: &TempDir, program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env("KRB5_CONFIG", folder.path().join("krb5.conf"))
        .env("KRB5_KDC_PROFILE", folder.path().join("kdc.conf"))
        .current_dir(folder.path())
        .stdin(Stdio::null());
    command
}

fn ended(output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

/// Somebody whose browser has a ticket.
pub(super) struct Ticketed<'a> {
    kdc: &'a Kdc,
    cache: PathBuf,
}

impl Ticketed<'_> {
    fn tool(&self, program: &str) -> Command {
        let mut command = tool(&self.kdc.folder, program);
        command.env("KRB5CCNAME", &self.cache);
        command
    }

    /// Opens an address as a browser that is trusted with tickets does; the heads of all answers, and the last body.
    pub(super) fn open(&self, url: &str) -> String {
        let opened = self
            .tool("curl")
            .args(["-s", "-i", "--anyauth", "-u", ":", "--max-time", "20", url])
            .output()
            .unwrap();
        ended(&opened);
        String::from_utf8_lossy(&opened.stdout).into_owned()
    }

    /// The header that the browser would send to a service on this machine: what somebody in between could keep.
    pub(super) fn header_for(&self, host: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let resolve = format!("{host}:{port}:127.0.0.1");
        let mut browser = self
            .tool("curl")
            .args([
                "-s",
                "--negotiate",
                "-u",
                ":",
                "--max-time",
                "20",
                "--resolve",
                &resolve,
            ])
            .arg(format!("http://{host}:{port}/"))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut found = String::new();
        for near in listener.incoming() {
            let mut near = near.unwrap();
            let head = head_of(&mut near);
            let named = |line: &str| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("authorization")
                    .then(|| value.to_owned())
            };
            let close = "Content-Length: 0\r\nConnection: close\r\n\r\n";
            if let Some(value) = head.lines().find_map(named) {
                let _ = write!(near, "HTTP/1.1 200 OK\r\n{close}");
                found = value;
                break;
            }
            let ask = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\n";
            let _ = write!(near, "{ask}{close}");
        }
        assert!(browser.wait().unwrap().success());
        found
    }
}

fn head_of(stream: &mut std::net::TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}
