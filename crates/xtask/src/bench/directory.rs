//! How fast the people of an LDAP directory are taken over, and how much memory that takes.
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::api::Api;
use crate::bench::{Database, Options, SERVER_CORE};
use crate::running::Running;
use crate::server::{self, Bounds, Server, Setup};
use crate::workspace::Workspace;
use crate::{command, machine};

const REALM: &str = "company";
/// The directory's component; the realm's file names it.
const ID: &str = "7b0c4b62-3f0e-4a55-9a0b-1f2f6e0f1a11";
const SERVICE: (&str, &str) = (
    "cn=service,dc=example,dc=org",
    "the-password-of-the-service",
);
const PEOPLE: &str = "ou=people,dc=example,dc=org";

pub(super) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    machine::provide(&[machine::DIRECTORIES])?;
    let logs = workspace.logs()?;
    let binary = server::build(workspace, !options.dev_build)?;
    let database = Database::create(&logs, options.postgres, "cloakroom_directory")?;
    let slapd = Slapd::start(options.users)?;
    let setup = Setup {
        binary: &binary,
        database_url: database.url(),
        bounds: Bounds::Core(SERVER_CORE),
        log: logs.join("bench-directory.log"),
        filter: server::USUAL,
    };
    let server = Server::start(&setup)?;
    let api = Api::new(&server.base);
    api.create(&api.admin_token()?, "/admin/realms", &realm(slapd.port))?;
    println!("{:.0} MiB before", server.memory().0);
    for what in ["everybody is new", "nobody has changed"] {
        println!("{what}:");
        sync(&server, &api, options.users)?;
    }
    let count = api.get(
        &api.admin_token()?,
        &format!("/admin/realms/{REALM}/users/count"),
    )?;
    if count != json!(options.users) {
        bail!("{count} of {} people came in", options.users);
    }
    Ok(())
}

/// Asks for a sync and follows its job to the end.
fn sync(server: &Server, api: &Api, users: u32) -> Result<()> {
    let path = format!("/admin/realms/{REALM}/user-storage/{ID}/sync?action=triggerFullSync");
    let (asking, token) = (api.clone(), api.admin_token()?);
    let jobs = format!("/admin/realms/{REALM}/ui-ext/jobs?max=1");
    let latest = || -> Result<Value> {
        let all = api.get(&api.admin_token()?, &jobs)?;
        Ok(all.get(0).cloned().unwrap_or_default())
    };
    let before = latest()?.get("id").cloned();
    let begun = Instant::now();
    // The sync goes on when nobody waits for its answer any more.
    let waiting = std::thread::spawn(move || asking.create(&token, &path, &json!({})));
    let mut shown = 0;
    let job = loop {
        std::thread::sleep(Duration::from_millis(500));
        let job = latest()?;
        if job.get("id").cloned() == before {
            continue;
        }
        let handled = job.get("handled").and_then(Value::as_u64).unwrap_or(0);
        if handled / 10_000 > shown {
            shown = handled / 10_000;
            let seconds = begun.elapsed().as_secs_f64();
            println!(
                "  {handled} after {seconds:.1} s, {:.0} MiB",
                server.memory().0
            );
        }
        if job.get("endedAt").is_some_and(|ended| !ended.is_null()) {
            break job;
        }
        if begun.elapsed() > Duration::from_secs(3_600) {
            bail!("the sync does not end: {job}");
        }
    };
    let seconds = begun.elapsed().as_secs_f64();
    let _ = waiting.join();
    if job.get("failed") != Some(&json!(0)) || job.get("state") != Some(&json!("done")) {
        bail!("the sync went wrong: {job}");
    }
    println!(
        "  {users} people in {seconds:.1} s: {:.0} a second, {:.0} MiB at most",
        f64::from(users) / seconds,
        server.memory().1
    );
    Ok(())
}

/// The settings of a component for this directory.
pub(super) fn settings(port: u16) -> Value {
    json!({
        "vendor": ["other"], "connectionUrl": [format!("ldap://127.0.0.1:{port}")], "authType": ["simple"],
        "bindDn": [SERVICE.0], "bindCredential": [SERVICE.1], "usersDn": [PEOPLE], "searchScope": ["1"],
        "usernameLDAPAttribute": ["uid"], "rdnLDAPAttribute": ["uid"], "uuidLDAPAttribute": ["entryUUID"],
        "userObjectClasses": ["inetOrgPerson"], "editMode": ["READ_ONLY"], "importEnabled": ["true"],
        "pagination": ["true"], "enabled": ["true"], "batchSizeForSync": ["1000"],
    })
}

/// A realm with a directory, as Keycloak exports one.
fn realm(port: u16) -> Value {
    let config = settings(port);
    let mapper = |name: &str, here: &str, there: &str| {
        json!({
            "name": name, "providerId": "user-attribute-ldap-mapper", "subComponents": {},
            "config": {
                "user.model.attribute": [here], "ldap.attribute": [there], "read.only": ["true"],
                "always.read.value.from.ldap": ["true"], "is.mandatory.in.ldap": ["false"],
            },
        })
    };
    json!({
        "realm": REALM, "enabled": true,
        "components": {"org.keycloak.storage.UserStorageProvider": [{
            "id": ID, "name": "ldap", "providerId": "ldap", "config": config,
            "subComponents": {"org.keycloak.storage.ldap.mappers.LDAPStorageMapper": [
                mapper("username", "username", "uid"), mapper("email", "email", "mail"),
                mapper("first name", "firstName", "givenName"), mapper("last name", "lastName", "sn"),
                mapper("phone", "phone", "telephoneNumber"),
            ]},
        }]},
    })
}

/// Debian's slapd with many people in it. Fields end in this order: first the process, then its folder.
pub(super) struct Slapd {
    pub(super) port: u16,
    _process: Running,
    _folder: TempDir,
}

impl Slapd {
    pub(super) fn start(users: u32) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let at = folder.path();
        std::fs::create_dir(at.join("db"))?;
        let config = format!(
            "include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {0}/pid
database mdb
maxsize 4294967296
suffix \"dc=example,dc=org\"
rootdn \"{1}\"
rootpw {2}
directory {0}/db
index objectClass,uid,mail,entryUUID eq
",
            at.display(),
            SERVICE.0,
            SERVICE.1
        );
        let file = at.join("slapd.conf");
        std::fs::write(&file, config)?;
        let people = at.join("people.ldif");
        write(&people, users)?;
        let mut fill = Command::new("/usr/sbin/slapadd");
        fill.args(["-q", "-f"]).arg(&file).arg("-l").arg(&people);
        command::run(&mut fill)?;
        let port = server::free_port()?;
        let mut start = Command::new("/usr/sbin/slapd");
        start
            .args(["-d", "0", "-h", &format!("ldap://127.0.0.1:{port}"), "-f"])
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let process = Running::start("slapd", &mut start)?;
        let deadline = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if Instant::now() > deadline {
                bail!("slapd does not listen");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(Self {
            port,
            _process: process,
            _folder: folder,
        })
    }
}

/// Writes the directory, one person at a time.
fn write(file: &Path, users: u32) -> Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    out.write_all(
        b"dn: dc=example,dc=org\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n\n\
          dn: ou=people,dc=example,dc=org\nobjectClass: organizationalUnit\nou: people\n\n",
    )?;
    for number in 0..users {
        write!(
            out,
            "dn: uid=person{number},{PEOPLE}\nobjectClass: inetOrgPerson\nuid: person{number}\ncn: Person {number}\n\
             givenName: Person\nsn: Number {number}\nmail: person{number}@example.org\n\
             telephoneNumber: +49 30 {number:07}\n\n"
        )?;
    }
    out.flush().context("the directory is not written")
}
