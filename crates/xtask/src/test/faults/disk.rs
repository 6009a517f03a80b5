//! A disk that is full, and a folder that may only be read, under SQLite. Both are mounts of their own, so they need root.
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use super::work::{Work, get, tokens};
use super::{Done, Stage, wait_for, wait_until_it_writes};
use crate::api::Api;
use crate::command;
use crate::server::{Place, Server, Setup};
use crate::test::crash::load::Told;
use crate::test::crash::{self, REALM, check};

const NO_MOUNT: Done = Done::LeftOut("only root may mount a disk of its own");

/// A small disk in memory; it is gone with this.
struct Disk(PathBuf);

impl Disk {
    /// `None` where nobody may mount.
    fn mount(folder: &Path, size: &str) -> Result<Option<Self>> {
        std::fs::create_dir_all(folder)?;
        let options = format!("size={size}");
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", &options, "cloakroom-test"])
            .arg(folder);
        Ok(command::succeeds(&mut mount).then(|| Self(folder.to_owned())))
    }

    fn remount(&self, options: &str) -> Result<()> {
        command::run(
            Command::new("mount")
                .args(["-o", &format!("remount,{options}")])
                .arg(&self.0),
        )
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a server that does not end must not keep the folder.
        command::succeeds(Command::new("umount").arg("-l").arg(&self.0));
    }
}

pub(super) fn full(stage: &Stage<'_>) -> Result<Done> {
    let place = Place::new()?;
    let data = place.data();
    let Some(_disk) = Disk::mount(&data, "24m")? else {
        return Ok(NO_MOUNT);
    };
    let setup = stage.setup("full", None);
    let server = stage.server_with(place, &setup, &[])?;
    crash::prepare(&Api::new(&server.base))?;
    let (access, _) = tokens(&server.base)?;
    let work = Work::start(&server.base, "full")?;
    work.go_on(Duration::from_millis(500));

    let ballast = data.join("ballast");
    let mut file = File::create(&ballast)?;
    let part = vec![7; 64 * 1024];
    while file.write_all(&part).is_ok() {}
    // The last pages, too.
    while file.write_all(&[7; 512]).is_ok() {}
    drop(file);
    work.go_on(Duration::from_secs(2));
    let certs = format!("/realms/{REALM}/protocol/openid-connect/certs");
    let userinfo = format!("/realms/{REALM}/protocol/openid-connect/userinfo");
    for (path, token) in [(&certs, None), (&userinfo, Some(access.as_str()))] {
        let status = get(&server.base, path, token)?;
        if status != 200 {
            bail!("{path} needs no disk, and is answered with {status}");
        }
    }
    let told = wait_until_it_writes(&server.base, Duration::from_millis(300));
    if told.is_ok() {
        bail!("the disk is not full");
    }

    std::fs::remove_file(&ballast)?;
    let again = wait_until_it_writes(&server.base, Duration::from_secs(10))?;
    let done = work.end()?;
    done.check(&server.base)?;
    if done.refused == 0 {
        bail!("nobody was told");
    }
    // And the file is sound: a server that was killed comes up with it.
    let server = Server::start_at(server.kill()?, &setup)?;
    let told = Told {
        users: done.told.users.clone(),
        ..Told::default()
    };
    if let Some(wrong) = check::wrong(&Api::new(&server.base), &told)?.first() {
        bail!("after a restart: {wrong}");
    }
    Ok(Done::Held(format!(
        "{}; writes again after {} ms",
        done.sum(),
        again.as_millis()
    )))
}

/// Starts in a folder that may only be read for as long, and names the file.
fn refuses(disk: &Disk, place: &Place, setup: &Setup) -> Result<()> {
    disk.remount("ro")?;
    let status = place.command(setup, &["start"])?.status()?;
    let log = std::fs::read_to_string(&setup.log)?;
    let last = log.lines().last().unwrap_or_default();
    if status.success() || !last.contains("cloakroom.db cannot be opened to be written") {
        bail!("it ended with {status}, and says: {last}");
    }
    disk.remount("rw")
}

pub(super) fn read_only(stage: &Stage<'_>) -> Result<Done> {
    let place = Place::new()?;
    let Some(disk) = Disk::mount(&place.data(), "24m")? else {
        return Ok(NO_MOUNT);
    };
    let setup = stage.setup("readonly", None);
    let server = stage.server_with(place, &setup, &[])?;
    let (status, _, place) = server.stop()?;
    if !status.success() {
        bail!("it ended with {status}");
    }
    refuses(&disk, &place, &setup)?;
    // A server that is killed leaves SQLite's log behind, with which the file opens.
    let place = Server::start_at(place, &setup)?.kill()?;
    refuses(&disk, &place, &setup)?;
    let server = Server::start_at(place, &setup)?;
    Api::new(&server.base).admin_token()?;
    Ok(Done::Held("and comes up once it may be written".to_owned()))
}

pub(super) fn moved_away(stage: &Stage<'_>) -> Result<Done> {
    let setup = stage.setup("moved", None);
    let server = stage.server(&setup)?;
    let file = server.place().data().join("cloakroom.db");
    wait_until_it_writes(&server.base, Duration::from_secs(5))?;
    std::fs::rename(&file, file.with_extension("away"))?;
    let noticed = wait_for("it is noticed", Duration::from_secs(15), || {
        wait_until_it_writes(&server.base, Duration::from_millis(1)).is_err()
    })?;
    std::fs::rename(file.with_extension("away"), &file)?;
    wait_until_it_writes(&server.base, Duration::from_secs(15))?;
    Ok(Done::Held(format!(
        "after {} ms, and goes on when it is back",
        noticed.as_millis()
    )))
}
