//! SQLite's file in somebody else's hands, and a disk that does not take what is brought to it.
use std::io::Read;
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::work::{Work, get, tokens};
use super::{Done, Stage, in_time, wait_for, wait_until_it_writes};
use crate::command;
use crate::running::Running;
use crate::server::Server;
use crate::test::crash::REALM;

/// Another program at the file: what it begins with, and whether it reads before it says so. It holds that until it is stopped.
const HOLD: &str = r"
import sqlite3, sys, time
it = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
it.execute(sys.argv[2])
it.execute('SELECT count(*) FROM realms').fetchone()
print('held', flush=True)
time.sleep(3600)
";

/// Writes so many MiB into the file's log, and takes them out again.
const FILL: &str = r"
import sqlite3, sys
it = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
it.execute('CREATE TABLE ballast (part BLOB)')
for _ in range(int(sys.argv[2])):
    it.execute('INSERT INTO ballast VALUES (randomblob(1048576))')
it.execute('DROP TABLE ballast')
";

/// What the log may keep on the disk when nobody holds it back, and what may be in it before it is written into the file.
const LOG: u64 = 80 * 1024 * 1024;

fn python(script: &str, file: &Path) -> Command {
    let mut python = Command::new("python3");
    python.args(["-c", script]).arg(file);
    python
}

/// Holds the file until it goes, with what it writes to, which must not be closed before it has written.
fn hold(file: &Path, begin: &str) -> Result<(Running, ChildStdout)> {
    let mut command = python(HOLD, file);
    command.arg(begin).stdout(Stdio::piped());
    let mut holder = Running::start("python3", &mut command)?;
    let mut said = [0; 4];
    let mut stdout = holder.take_stdout().context("nothing to read from")?;
    stdout.read_exact(&mut said)?;
    Ok((holder, stdout))
}

/// What needs no write is answered at once: keys, and a token from before.
fn reads_go_on(server: &Server, access: &str) -> Result<()> {
    let path = |name: &str| format!("/realms/{REALM}/protocol/openid-connect/{name}");
    for (path, token) in [(path("certs"), None), (path("userinfo"), Some(access))] {
        let begun = Instant::now();
        let status = get(&server.base, &path, token)?;
        if status != 200 {
            bail!("{path} needs no write, and is answered with {status}");
        }
        in_time(&path, begun.elapsed(), Duration::from_secs(2))?;
    }
    Ok(())
}

/// F2-04.
pub(super) fn locked(stage: &Stage<'_>) -> Result<Done> {
    let setup = stage.setup("locked", None);
    let server = stage.server(&setup)?;
    let (access, _) = tokens(&server.base)?;
    let work = Work::start(&server.base, "locked")?;
    work.go_on(Duration::from_millis(500));

    let holder = hold(
        &server.place().data().join("cloakroom.db"),
        "BEGIN IMMEDIATE",
    )?;
    let seconds = if stage.long { 60 } else { 10 };
    for _ in 0..seconds {
        work.go_on(Duration::from_secs(1));
        reads_go_on(&server, &access)?;
    }
    drop(holder);
    let again = wait_until_it_writes(&server.base, Duration::from_secs(15))?;
    work.go_on(Duration::from_millis(500));
    let done = work.end()?;
    done.check(&server.base)?;
    if done.refused == 0 {
        bail!("nobody was told that the file is locked");
    }
    // What came just after a batch had begun to wait, waits for that and for its own.
    in_time("an answer", done.slowest, Duration::from_secs(13))?;
    Ok(Done::Held(format!(
        "locked for {seconds} s; {}; writes again after {} ms",
        done.sum(),
        again.as_millis()
    )))
}

/// F2-05.
pub(super) fn long_reader(stage: &Stage<'_>) -> Result<Done> {
    let setup = stage.setup("long-reader", None);
    let server = stage.server(&setup)?;
    let file = server.place().data().join("cloakroom.db");
    let log = || {
        let about = std::fs::metadata(file.with_extension("db-wal"));
        about.map_or(0, |about| about.len())
    };
    let work = Work::start(&server.base, "long-reader")?;
    work.go_on(Duration::from_millis(500));

    let reader = hold(&file, "BEGIN")?;
    let seconds = if stage.long { 600 } else { 4 };
    command::run(python(FILL, &file).arg("160"))?;
    work.go_on(Duration::from_secs(seconds));
    let held = log();
    if held < 2 * LOG {
        bail!("the reader holds nothing back: the log has {held} bytes");
    }
    drop(reader);
    let shrunk = wait_for("the log is short again", Duration::from_secs(30), || {
        log() < LOG
    })?;
    let done = work.end()?;
    done.check(&server.base)?;
    done.everybody_answered()?;
    Ok(Done::Held(format!(
        "{} MiB of log while it reads, {} MiB {} ms after it has ended; {}",
        held >> 20,
        log() >> 20,
        shrunk.as_millis(),
        done.sum()
    )))
}

/// While it lives, whatever the process brings to the disk fails there.
fn broken_disk(server: &Server) -> Result<Running> {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-q", "-o", "/dev/null", "-e", "trace=fsync,fdatasync"]);
    strace.args(["-e", "inject=fsync,fdatasync:error=EIO"]);
    strace.args(["-p", &server.process().to_string()]);
    Running::start("strace", strace.stderr(Stdio::null()))
}

/// F2-03.
pub(super) fn no_fsync(stage: &Stage<'_>) -> Result<Done> {
    if command::find("strace").is_none() {
        return Ok(Done::LeftOut("strace is not installed"));
    }
    let setup = stage.setup("fsync", None);
    let mut server = stage.server(&setup)?;
    let (access, _) = tokens(&server.base)?;
    let (mut refused, mut slowest, mut users) = (0, Duration::ZERO, 0);
    let rounds = if stage.long { 20 } else { 2 };
    for round in 0..rounds {
        let work = Work::start(&server.base, &format!("fsync-{round}"))?;
        work.go_on(Duration::from_secs(2));
        let mut disk = broken_disk(&server)?;
        work.go_on(Duration::from_secs(3));
        if disk.ended().is_some() {
            work.end()?;
            return Ok(Done::LeftOut("nobody may look into another program here"));
        }
        reads_go_on(&server, &access)?;
        if wait_until_it_writes(&server.base, Duration::from_millis(1)).is_ok() {
            bail!("a write was acknowledged that is not on the disk");
        }
        drop(disk);
        slowest = slowest.max(wait_until_it_writes(&server.base, Duration::from_secs(10))?);
        work.go_on(Duration::from_secs(2));
        let done = work.end()?;
        // What was said before, meanwhile and afterwards is there for whoever starts next, too.
        server = Server::start_at(server.kill()?, &setup)?;
        done.check(&server.base)?;
        refused += done.refused;
        users += done.told.users.len();
    }
    if refused == 0 {
        bail!("nobody was told that the disk takes nothing");
    }
    Ok(Done::Held(format!(
        "{rounds} times; {users} users acknowledged, {refused} refused; writes again after {} ms at most",
        slowest.as_millis()
    )))
}
