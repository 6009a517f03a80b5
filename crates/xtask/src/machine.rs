//! What the tests need from the machine: checked, installed where that is possible, else named.
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};
use rustix::process::getuid;

use crate::command;
use crate::postgres;

/// Something the tests call that cargo does not bring.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Need {
    name: &'static str,
    packages: &'static [&'static str],
    is_there: fn() -> bool,
}

pub(crate) const POSTGRES: Need = Need {
    name: "PostgreSQL server",
    packages: &["postgresql"],
    is_there: || postgres::programs().is_some(),
};

pub(crate) const PYTHON: Need = Need {
    name: "Python 3 with venv",
    packages: &["python3", "python3-venv"],
    is_there: || command::succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"])),
};

pub(crate) const CHROMIUM: Need = Need {
    name: "Chromium",
    packages: &["chromium"],
    is_there: has_chromium,
};

pub(crate) const APACHE: Need = Need {
    name: "Apache with mod_auth_openidc",
    packages: &["apache2", "libapache2-mod-auth-openidc"],
    is_there: || Path::new("/usr/lib/apache2/modules/mod_auth_openidc.so").is_file(),
};

/// A resource server on Spring is compiled and run against our tokens.
pub(crate) const JAVA: Need = Need {
    name: "a JDK with Maven",
    packages: &["maven", "default-jdk-headless"],
    is_there: || command::find("mvn").is_some() && command::find("javac").is_some(),
};

/// Directories that people sign in through.
pub(crate) const DIRECTORIES: Need = Need {
    name: "OpenLDAP, Samba's Active Directory and MIT's Kerberos",
    packages: &[
        "slapd",
        "ldap-utils",
        "samba",
        "samba-ad-dc",
        "samba-ad-provision",
        "samba-dsdb-modules",
        "python3-samba",
        "krb5-kdc",
        "krb5-admin-server",
        "krb5-user",
        "curl",
    ],
    is_there: || {
        let programs = [
            "/usr/sbin/slapd",
            "/usr/sbin/samba",
            "/usr/bin/samba-tool",
            "/usr/bin/ldapmodify",
            "/usr/sbin/krb5kdc",
            "/usr/sbin/kadmin.local",
            "/usr/bin/kinit",
            "/usr/bin/curl",
        ];
        programs.iter().all(|file| Path::new(file).is_file())
            && Path::new("/usr/share/samba/setup/provision.ldif").is_file()
    },
};

pub(crate) const WRK: Need = Need {
    name: "wrk",
    packages: &["wrk"],
    is_there: || command::find("wrk").is_some(),
};

/// Clocks that differ from this machine's.
pub(crate) const FAKETIME: Need = Need {
    name: "faketime",
    packages: &["faketime"],
    is_there: || faketime().is_some(),
};

/// The library that tells a program another time.
pub(crate) fn faketime() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib")
        .into_iter()
        .flatten()
        .flatten();
    folders
        .map(|folder| folder.path().join("faketime/libfaketime.so.1"))
        .find(|library| library.is_file())
}

fn has_chromium() -> bool {
    ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .any(|name| command::find(name).is_some())
}

/// Makes sure that all of them are there: as root on Debian by installing what is missing, else by saying what to install.
pub(crate) fn provide(needs: &[Need]) -> Result<()> {
    let missing = missing(needs);
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing
        .iter()
        .map(|need| need.name)
        .collect::<Vec<_>>()
        .join(", ");
    let packages = missing
        .iter()
        .flat_map(|need| need.packages)
        .copied()
        .collect::<Vec<_>>();
    if !getuid().is_root() || command::find("apt-get").is_none() {
        bail!(
            "missing: {names}. On Debian: sudo apt-get install --no-install-recommends {}",
            packages.join(" ")
        );
    }

    println!("installing {names}");
    let quiet = QuietInstall::begin()?;
    command::run(apt_get().args(["update", "-q"]))?;
    command::run(
        apt_get()
            .args(["install", "-y", "-q", "--no-install-recommends"])
            .args(&packages),
    )?;
    drop(quiet);
    if let Some(need) = self::missing(needs).first() {
        bail!("{} was installed, and is still not found", need.name);
    }
    Ok(())
}

fn missing(needs: &[Need]) -> Vec<Need> {
    needs
        .iter()
        .filter(|need| !(need.is_there)())
        .copied()
        .collect()
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// While it lives, Debian starts no service of a package it installs: the tests run their own, on their own ports.
struct QuietInstall(Option<PathBuf>);

impl QuietInstall {
    fn begin() -> Result<Self> {
        let policy = PathBuf::from("/usr/sbin/policy-rc.d");
        if policy.exists() {
            return Ok(Self(None));
        }
        std::fs::write(&policy, "#!/bin/sh\nexit 101\n")?;
        command::run(Command::new("chmod").arg("755").arg(&policy))?;
        Ok(Self(Some(policy)))
    }
}

impl Drop for QuietInstall {
    fn drop(&mut self) {
        if let Some(policy) = &self.0 {
            // Left behind, it would only keep later packages from starting services; the next run finds it.
            let _ = std::fs::remove_file(policy);
        }
    }
}
