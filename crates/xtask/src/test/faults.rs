//! Faults on purpose: of the disk, the database, the clock, the machine and other nodes. What was acknowledged stays, what
//! is good for once is good for once, nobody gets an answer of 500, and it is over when the fault is over.
//!
//! Each case starts what it needs and is one check by the sentence it is named with; docs/security/faults.md says which
//! row of the list of faults it shows.
mod clock;
mod copies;
mod disk;
mod file;
mod flowless;
mod group;
mod limits;
mod login;
mod names;
mod nodes;
mod postgres;
mod proxy;
mod upgrade;
mod within;
mod work;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::api::Api;
use crate::report::{Lines, Tally};
use crate::server::{self, Bounds, Place, Server, Setup};
use crate::test::crash;

/// Cases that run at once. Each waits for something most of its time.
const AT_ONCE: usize = 3;

/// What the cases start servers with.
pub(super) struct Stage<'a> {
    pub(super) binary: &'a Path,
    /// A PostgreSQL that gives databases, and that no case restarts.
    pub(super) admin_url: Option<&'a str>,
    pub(super) logs: PathBuf,
    pub(super) migrations: PathBuf,
    /// Only cases with this in their name.
    pub(super) case: Option<&'a str>,
    /// Rare things are looked for longer.
    pub(super) long: bool,
}

/// How a case ended that did not fail.
enum Done {
    Held(String),
    /// This machine cannot play it, and why.
    LeftOut(&'static str),
}

/// It took longer than was allowed for it. What a server does is right or wrong however busy the machine is; how long it takes is not,
/// so a case that ends with this is played again when nothing runs beside it.
#[derive(Debug)]
struct Late(String);

impl std::fmt::Display for Late {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Late {}

/// A named case.
type Case = (&'static str, fn(&Stage<'_>) -> Result<Done>);

const CASES: &[Case] = &[
    (
        "F2-08 a database server that restarts under load costs no write that was acknowledged",
        postgres::restarts,
    ),
    (
        "F2-09 connections that the database ends cost no write that was acknowledged",
        postgres::ended_connections,
    ),
    (
        "F2-09 a connection that is lost around its commit makes nothing good twice",
        postgres::lost_commits,
    ),
    (
        "F2-14 a database that has fallen silent holds nobody up, and is used again when it speaks",
        postgres::silence,
    ),
    (
        "F6-08 a rolling restart under load refuses nobody and loses nothing",
        nodes::rolling,
    ),
    (
        "F6-11 a node that is stopped and goes on does harm to nothing",
        nodes::stopped_node,
    ),
    (
        "F6-12 all nodes at once are killed, and sessions go on",
        nodes::all_at_once,
    ),
    (
        "F6-14 a node with another master key is refused",
        nodes::another_key,
    ),
    (
        "F6-07 what is disabled on one node is disabled on the other within a second",
        nodes::propagation,
    ),
    (
        "F6-01 a login is finished on another node, whichever of its steps a node is killed before",
        login::killed_in_each_step,
    ),
    (
        "F2-07 a copy of SQLite under load is whole and exact",
        copies::sqlite,
    ),
    (
        "F2-07 a copy of PostgreSQL under load is whole and exact",
        copies::postgres,
    ),
    (
        "F6-15 a copy that is put back revives no code, token or session",
        copies::revives_nothing,
    ),
    (
        "F2-01 a full disk is told to whoever writes, and costs nothing that was acknowledged",
        disk::full,
    ),
    (
        "F2-02 a folder that may only be read is named at the start",
        disk::read_only,
    ),
    (
        "F2-03 a disk that fails to take what is brought to it is told to whoever writes, and costs nothing that was acknowledged",
        file::no_fsync,
    ),
    (
        "F2-04 a database file that another program locks is told to whoever writes, and is written again afterwards",
        file::locked,
    ),
    (
        "F2-05 a reader that does not end costs room for the log, which is given back when it ends",
        file::long_reader,
    ),
    (
        "F2-06 a database file that is moved away is not written to unnoticed",
        disk::moved_away,
    ),
    (
        "F4-13 name servers that are silent hold up nobody but who asks for a name, and are used again when they speak",
        names::silent,
    ),
    (
        "F5-07 a server with little memory for many people stays within it",
        group::little_memory,
    ),
    (
        "F5-08 a server with a fifth of a processor says that it lives and is ready, and refuses nobody for good",
        group::little_processor,
    ),
    (
        "F5-09 a server that has no file descriptors left goes on when there are some again",
        limits::no_descriptors,
    ),
    (
        "F3-05 a server that is stopped for a while answers whoever waits",
        limits::stopped,
    ),
    (
        "F1-20 a server that is told to stop finishes what it has begun and ends with 0",
        limits::told_to_stop,
    ),
    (
        "F3-01 a clock that is set forwards ends what is over, and back again it revives nothing",
        clock::set,
    ),
    (
        "F3-03 the years 2038 and 9999 are years like others",
        clock::far_years,
    ),
    (
        "F3-04 nodes whose clocks differ by five seconds believe each other",
        clock::skew,
    ),
    (
        "F2-17 a database of the first migration comes up with its people, keys and sessions",
        upgrade::first_migration,
    ),
    (
        "F2-17 a realm that an earlier version left without flows lets its people in after the next start, SQLite",
        flowless::sqlite,
    ),
    (
        "F2-17 a realm that an earlier version left without flows lets its people in after the next start, PostgreSQL",
        flowless::postgres,
    ),
    (
        "F1-14 a migration that is killed in its middle is finished by the next start",
        upgrade::killed_migration,
    ),
];

/// Plays all cases.
pub(super) fn run(stage: &Stage<'_>, lines: &mut Lines) -> Result<Tally> {
    let mut cases = CASES.to_vec();
    cases.retain(|(name, _)| stage.case.is_none_or(|case| name.contains(case)));
    Ok(play(stage, lines, cases))
}

/// How the cases ended so far, where that is said, and which are to be played again.
type Ended<'a> = (Tally, &'a mut Lines, Vec<Case>);

fn count((tally, lines, _): &mut Ended<'_>, done: &Result<Done>, line: &str) {
    let mark = match done {
        Ok(Done::Held(_)) => "ok     ",
        Ok(Done::LeftOut(_)) => "left out: ",
        Err(_) => "FAILED ",
    };
    if !matches!(done, Ok(Done::LeftOut(_))) {
        tally.add(Tally::one(done.is_ok()));
    }
    lines.say(format!("{mark}{line}"));
}

fn play(stage: &Stage<'_>, lines: &mut Lines, mut cases: Vec<Case>) -> Tally {
    cases.reverse();
    let waiting = Mutex::new(cases);
    let ended = Mutex::new((Tally::default(), lines, Vec::new()));
    let next = || waiting.lock().ok().and_then(|mut waiting| waiting.pop());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(case) = next() {
                    let (done, line) = play_one(stage, case);
                    let Ok(mut ended) = ended.lock() else { break };
                    match done {
                        Err(error) if error.is::<Late>() => {
                            ended.1.say(format!("late   {line}; once more, alone"));
                            ended.2.push(case);
                        }
                        done => count(&mut ended, &done, &line),
                    }
                }
            });
        }
    });
    let Ok(mut ended) = ended.into_inner() else {
        return Tally::one(false);
    };
    for case in std::mem::take(&mut ended.2) {
        let (done, line) = play_one(stage, case);
        count(&mut ended, &done, &line);
    }
    ended.0
}

/// Plays a case, and says how it ended.
fn play_one(stage: &Stage<'_>, (name, case): Case) -> (Result<Done>, String) {
    let begun = Instant::now();
    let done = case(stage);
    let took = begun.elapsed().as_secs_f64();
    let line = match &done {
        Ok(Done::Held(what)) => format!("{name} ({what}) {took:.1} s"),
        Ok(Done::LeftOut(why)) => format!("{name}: {why}"),
        Err(error) => format!("{name}: {error:#} {took:.1} s"),
    };
    (done, line)
}

impl Stage<'_> {
    fn setup<'a>(&'a self, name: &str, database_url: Option<&'a str>) -> Setup<'a> {
        Setup {
            binary: self.binary,
            database_url,
            bounds: Bounds::None,
            log: self.logs.join(format!("fault-{name}.log")),
            filter: server::USUAL,
        }
    }

    /// A database of this name on the cluster that nobody restarts.
    fn database(&self, name: &str) -> Result<Option<String>> {
        let Some(admin) = self.admin_url else {
            return Ok(None);
        };
        crate::postgres::create_database(admin, &format!("cloakroom_fault_{name}")).map(Some)
    }

    /// A server with the realm of the crash tests in it.
    fn server(&self, setup: &Setup<'_>) -> Result<Server> {
        let server = Server::start(setup)?;
        crash::prepare(&Api::new(&server.base))?;
        Ok(server)
    }

    /// A server that is started at a place with settings of its own.
    fn server_with(
        &self,
        place: Place,
        setup: &Setup<'_>,
        settings: &[(&str, &str)],
    ) -> Result<Server> {
        let mut command = place.command(setup, &["start"])?;
        command.envs(settings.iter().copied());
        Server::launch(place, setup, command)
    }
}

/// Waits until it is so.
fn wait_for(what: &str, within: Duration, mut is_so: impl FnMut() -> bool) -> Result<Duration> {
    let begun = Instant::now();
    while !is_so() {
        if begun.elapsed() > within {
            let late = format!("after {} s it is not so: {what}", within.as_secs());
            return Err(Late(late).into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(begun.elapsed())
}

/// It took no longer than it may.
fn in_time(what: &str, took: Duration, allowed: Duration) -> Result<()> {
    if took > allowed {
        let (took, allowed) = (took.as_millis(), allowed.as_millis());
        return Err(Late(format!("{what} took {took} ms, and {allowed} are allowed")).into());
    }
    Ok(())
}

/// The server makes users again.
fn wait_until_it_writes(base: &str, within: Duration) -> Result<Duration> {
    let api = Api::new(base);
    let name = format!("probe-{:?}", Instant::now()).replace(|c: char| !c.is_ascii_digit(), "");
    let mut number = 0;
    wait_for("users can be made", within, || {
        number += 1;
        let user = serde_json::json!({ "username": format!("{name}-{number}"), "enabled": true });
        let path = format!("/admin/realms/{}/users", crash::REALM);
        let token = api.token("master", &admin_form());
        token.is_ok_and(|token| api.create(&token.access, &path, &user).is_ok())
    })
}

fn admin_form() -> String {
    format!(
        "client_id=admin-cli&{}",
        crate::api::password_grant(server::ADMIN)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_case_has_a_name_of_its_own_that_begins_with_its_number() {
        let names: std::collections::BTreeSet<&str> = CASES.iter().map(|(name, _)| *name).collect();

        assert_eq!(names.len(), CASES.len());
        for name in names {
            let number = name.split(' ').next().unwrap_or_default();
            assert!(number.starts_with('F') && number.contains('-'), "{name}");
        }
    }
}
