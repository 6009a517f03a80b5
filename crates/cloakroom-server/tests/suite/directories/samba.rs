//! Samba as an Active Directory: provisioned in a temporary folder, at an address of its own because its ports are fixed.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock};
use std::thread::JoinHandle;

use tempfile::TempDir;

use super::authority::{Authority, address};
use super::slapd::wait_for;

/// Who searches, and their password.
pub(super) const SERVICE: (&str, &str) = (
    "CN=Administrator,CN=Users,DC=ad,DC=example,DC=org",
    "A-Str0ng-Passphrase-of-the-domain",
);
/// Below this are people.
pub(super) const PEOPLE: &str = "CN=Users,DC=ad,DC=example,DC=org";

/// Whoever runs the tests may listen at the ports of an Active Directory.
pub(super) fn may_run() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// A domain that is being made, or runs.
pub(crate) struct Samba {
    making: Mutex<Option<JoinHandle<Running>>>,
    running: OnceLock<Running>,
}

/// A running domain controller; ends with this.
pub(super) struct Running {
    pub(super) address: String,
    process: Mutex<Child>,
    folder: TempDir,
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut process = self.process.lock().unwrap();
        let _ = process.kill();
        let _ = process.wait();
    }
}

impl Samba {
    /// Begins to make a domain, which takes seconds; who needs it waits for it.
    pub(super) fn begin(authority: &Authority) -> Self {
        let address = address(3);
        let files = authority.issue(&address);
        let authority = authority.file();
        let make = move || Running::start(address, &files.0, &files.1, &authority);
        Self {
            making: Mutex::new(may_run().then(|| std::thread::spawn(make))),
            running: OnceLock::new(),
        }
    }

    pub(super) fn running(&self) -> &Running {
        let mut making = self.making.lock().unwrap();
        if let Some(making) = making.take() {
            let running = making
                .join()
                .expect("samba-ad-dc is installed, and the tests run as root");
            assert!(self.running.set(running).is_ok());
        }
        self.running.get().expect("a domain")
    }
}

impl Running {
    fn start(address: String, certificate: &Path, key: &Path, authority: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().to_str().unwrap().to_owned();
        let made = Command::new("samba-tool")
            .args(["domain", "provision", "--targetdir", &at])
            .args(["--realm=AD.EXAMPLE.ORG", "--domain=AD", "--server-role=dc"])
            .args([
                "--dns-backend=NONE",
                "--host-name=dc",
                "--adminpass",
                SERVICE.1,
            ])
            .stdin(Stdio::null())
            .output()
            .expect("samba-ad-dc is installed");
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        let config = format!(
            "[global]
netbios name = DC
realm = AD.EXAMPLE.ORG
workgroup = AD
server role = active directory domain controller
server services = ldap
dcerpc endpoint servers =
bind interfaces only = yes
interfaces = {address}/8
private dir = {at}/private
state directory = {at}/state
cache directory = {at}/cache
lock directory = {at}
pid directory = {at}
ncalrpc dir = {at}/ncalrpc
log file = {at}/log
logging = file
ldap server require strong auth = no
tls enabled = yes
tls certfile = {}
tls keyfile = {}
tls cafile = {}
",
            certificate.display(),
            key.display(),
            authority.display()
        );
        let file = folder.path().join("smb.conf");
        std::fs::write(&file, config).unwrap();
        let process = Command::new("samba")
            .args(["-F", "--no-process-group", "-M", "single", "-s"])
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let running = Self {
            address,
            process: Mutex::new(process),
            folder,
        };
        wait_for(&running.address, 636);
        running
    }

    pub(super) fn url(&self) -> String {
        format!("ldaps://{}", self.address)
    }

    /// Runs a command of `samba-tool` against the domain.
    pub(super) fn tool(&self, arguments: &[&str]) {
        let file = self.folder.path().join("smb.conf");
        let done = Command::new("samba-tool")
            .args(arguments)
            .arg("-s")
            .arg(file)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{arguments:?}: {said}");
    }
}
