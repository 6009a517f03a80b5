//! Debian's slapd with a small organization in it, on a free port; ends with this.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use cloakroom_testkit::free_port;
use tempfile::TempDir;

use super::authority::{Authority, address};
use crate::server::pause;

/// Who searches, and their password.
pub(super) const SERVICE: (&str, &str) = (
    "cn=service,dc=example,dc=org",
    "the-password-of-the-service-account",
);
/// Below this are people.
pub(super) const PEOPLE: &str = "ou=people,dc=example,dc=org";
/// Below this are groups.
pub(super) const GROUPS: &str = "ou=groups,dc=example,dc=org";

const BASE: &str = "dn: dc=example,dc=org
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: ou=people,dc=example,dc=org
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example,dc=org
objectClass: organizationalUnit
ou: groups
";

/// A running slapd.
pub(super) struct Slapd {
    pub(super) address: String,
    pub(super) port: u16,
    pub(super) secure_port: u16,
    process: Mutex<Child>,
    folder: TempDir,
}

impl Drop for Slapd {
    fn drop(&mut self) {
        let mut process = self.process.lock().unwrap();
        let _ = process.kill();
        let _ = process.wait();
    }
}

impl Slapd {
    pub(super) fn start(authority: &Authority) -> Self {
        let files = authority.issue(&address(0));
        Self::start_with(authority, files)
    }

    /// One with a certificate that nobody should trust, of each kind.
    pub(super) fn start_distrusted(authority: &Authority) -> Vec<Self> {
        let files = authority.issue_distrusted(&address(0)).into_iter();
        files
            .map(|files| Self::start_with(authority, files))
            .collect()
    }

    fn start_with(authority: &Authority, (certificate, key): (PathBuf, PathBuf)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().display();
        std::fs::create_dir(folder.path().join("db")).unwrap();
        let address = address(0);
        // A bind without a password counts as one of nobody here, with success: what RFC 4513 §5.1.2 warns of.
        let config = format!(
            "include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile {at}/pid
allow bind_anon_cred bind_anon_dn
TLSCACertificateFile {}
TLSCertificateFile {}
TLSCertificateKeyFile {}
database mdb
maxsize 1073741824
suffix \"dc=example,dc=org\"
rootdn \"{}\"
rootpw {}
directory {at}/db
index objectClass,uid,mail,entryUUID,member eq
overlay memberof
access to attrs=userPassword by self write by anonymous auth by * none
access to * by users read by * none
",
            authority.file().display(),
            certificate.display(),
            key.display(),
            SERVICE.0,
            SERVICE.1
        );
        std::fs::write(folder.path().join("slapd.conf"), config).unwrap();
        let (port, secure_port) = (free_port(&address), free_port(&address));
        let listen = format!("ldap://{address}:{port} ldaps://{address}:{secure_port}");
        let file = folder.path().join("slapd.conf");
        std::fs::write(folder.path().join("base.ldif"), BASE).unwrap();
        let filled = Command::new("/usr/sbin/slapadd")
            .arg("-f")
            .arg(&file)
            .arg("-l")
            .arg(folder.path().join("base.ldif"))
            .status();
        assert!(filled.expect("slapd is installed").success());
        // Each operation is a line of it.
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let process = Command::new("/usr/sbin/slapd")
            .args(["-d", "256", "-h", &listen, "-f"])
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let slapd = Self {
            address,
            port,
            secure_port,
            process: Mutex::new(process),
            folder,
        };
        wait_for(&slapd.address, slapd.secure_port);
        slapd
    }

    /// Passes connections on from another address; the ports there, plain and secure.
    pub(super) fn forward(&self, from: &str) -> (u16, u16) {
        let pass_on = |to: u16| {
            let listener = TcpListener::bind((from, 0)).unwrap();
            let port = listener.local_addr().unwrap().port();
            let target = (self.address.clone(), to);
            std::thread::spawn(move || {
                for near in listener.incoming().flatten() {
                    let far = std::net::TcpStream::connect((target.0.as_str(), target.1)).unwrap();
                    let back = (far.try_clone().unwrap(), near.try_clone().unwrap());
                    for (mut one, mut other) in [(near, far), back] {
                        std::thread::spawn(move || std::io::copy(&mut one, &mut other));
                    }
                }
            });
            port
        };
        (pass_on(self.port), pass_on(self.secure_port))
    }

    /// How often somebody tried to sign in by this name, as the server itself has written down.
    pub(super) fn binds_of(&self, dn: &str) -> usize {
        let log = std::fs::read(self.folder.path().join("log")).unwrap();
        let bind = format!(" BIND dn=\"{dn}\" method=");
        let log = String::from_utf8_lossy(&log);
        log.lines().filter(|line| line.contains(&bind)).count()
    }

    pub(super) fn url(&self) -> String {
        format!("ldap://{}:{}", self.address, self.port)
    }

    pub(super) fn secure_url(&self) -> String {
        format!("ldaps://{}:{}", self.address, self.secure_port)
    }

    /// Changes entries, as LDIF says.
    pub(super) fn change(&self, ldif: &str) {
        let mut command = Command::new("ldapmodify");
        let command = command
            .args(["-x", "-H", &self.url(), "-D", SERVICE.0, "-w", SERVICE.1])
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null());
        let mut running = command.spawn().expect("ldap-utils is installed");
        let mut input = running.stdin.take().unwrap();
        input.write_all(ldif.as_bytes()).unwrap();
        drop(input);
        assert!(running.wait().unwrap().success(), "{ldif}");
    }

    /// The first value of an attribute of a person.
    pub(super) fn value(&self, uid: &str, attribute: &str) -> String {
        let found = Command::new("ldapsearch")
            .args([
                "-x",
                "-LLL",
                "-H",
                &self.url(),
                "-D",
                SERVICE.0,
                "-w",
                SERVICE.1,
            ])
            .args(["-b", PEOPLE, &format!("(uid={uid})"), attribute])
            .output()
            .unwrap();
        let text = String::from_utf8(found.stdout).unwrap();
        let start = format!("{attribute}: ");
        let mut lines = text.lines();
        let line = lines.find_map(|line| line.strip_prefix(&start));
        line.unwrap_or_default().to_owned()
    }

    /// The values of an attribute of whatever a filter finds below an entry.
    pub(super) fn values(&self, base: &str, filter: &str, attribute: &str) -> Vec<String> {
        let found = Command::new("ldapsearch")
            .args(["-x", "-LLL", "-o", "ldif-wrap=no", "-H", &self.url()])
            .args(["-D", SERVICE.0, "-w", SERVICE.1, "-b", base])
            .args([filter, attribute])
            .output()
            .unwrap();
        let text = String::from_utf8(found.stdout).unwrap();
        let start = format!("{attribute}: ");
        let values = text.lines().filter_map(|line| line.strip_prefix(&start));
        values.map(str::to_owned).collect()
    }

    /// Adds somebody with an address and a password.
    pub(super) fn add_person(&self, uid: &str) -> String {
        let password = password_of(uid);
        self.change(&format!(
            "dn: uid={uid},{PEOPLE}
changetype: add
objectClass: inetOrgPerson
uid: {uid}
cn: Ada
sn: Lovelace
mail: {uid}@example.org
userPassword: {password}
"
        ));
        password
    }

    pub(super) fn remove(&self, dn: &str) {
        self.change(&format!("dn: {dn}\nchangetype: delete\n"));
    }

    /// Adds a group of people.
    pub(super) fn add_group(&self, cn: &str, members: &[String]) {
        let members = members.iter().map(|dn| format!("member: {dn}\n"));
        let members: String = members.collect();
        self.change(&format!(
            "dn: cn={cn},{GROUPS}\nchangetype: add\nobjectClass: groupOfNames\ncn: {cn}\n{members}"
        ));
    }
}

pub(super) fn password_of(uid: &str) -> String {
    format!("a passphrase that {uid} has in the directory")
}

pub(super) fn dn_of(uid: &str) -> String {
    format!("uid={uid},{PEOPLE}")
}

pub(super) fn wait_for(address: &str, port: u16) {
    let deadline = Instant::now() + Duration::from_secs(90);
    while std::net::TcpStream::connect((address, port)).is_err() {
        assert!(
            Instant::now() < deadline,
            "{address}:{port} does not listen"
        );
        pause(Duration::from_millis(50));
    }
}
