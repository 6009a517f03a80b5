//! A process that has no file descriptors left, is stopped and goes on, or is told to end under load.
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Result, bail};
use rustix::process::Signal;

use super::work::{Work, get, tokens};
use super::{Done, Stage, in_time, wait_for, wait_until_it_writes};
use crate::api::Api;
use crate::server::{Bounds, Server, Setup};
use crate::test::crash::REALM;

/// So many files a server may have open that is to run out of them.
const FILES: usize = 160;

pub(super) fn no_descriptors(stage: &Stage<'_>) -> Result<Done> {
    let setup = Setup {
        bounds: Bounds::Files(FILES),
        ..stage.setup("descriptors", None)
    };
    let server = stage.server(&setup)?;
    let (access, _) = tokens(&server.base)?;
    let port: u16 = server
        .base
        .rsplit_once(':')
        .map_or("", |(_, port)| port)
        .parse()?;
    let held: Vec<TcpStream> = (0..FILES + 10)
        .filter_map(|_| TcpStream::connect(("127.0.0.1", port)).ok())
        .collect();
    let count = held.len();
    if count <= FILES {
        bail!("only {count} connections are held, so nothing is short");
    }
    // Those who are in say nothing and are put out in turn, so that whoever waits behind them gets in.
    let during = wait_until_it_writes(&server.base, Duration::from_secs(90))?;
    let work = Work::start(&server.base, "descriptors")?;
    drop(held);
    let again = wait_until_it_writes(&server.base, Duration::from_secs(20))?;
    let userinfo = format!("/realms/{REALM}/protocol/openid-connect/userinfo");
    let status = get(&server.base, &userinfo, Some(&access))?;
    if status != 200 {
        bail!("a token from before is answered with {status}");
    }
    work.go_on(Duration::from_millis(500));
    let done = work.end()?;
    done.check(&server.base)?;
    let log = std::fs::read_to_string(&setup.log)?;
    for sign in ["os error 24", "unable to open database file"] {
        if log.contains(sign) {
            bail!("it took connections until nothing was left for itself: {sign}");
        }
    }
    Ok(Done::Held(format!(
        "{count} connections held and {FILES} files; writes after {} ms while they are, after {} ms when they are gone; {}",
        during.as_millis(),
        again.as_millis(),
        done.sum()
    )))
}

pub(super) fn stopped(stage: &Stage<'_>) -> Result<Done> {
    let setup = stage.setup("stopped-alone", None);
    let server = stage.server(&setup)?;
    let work = Work::start(&server.base, "alone")?;
    for _ in 0..if stage.long { 20 } else { 2 } {
        work.go_on(Duration::from_millis(400));
        server.signal(Signal::STOP);
        work.go_on(Duration::from_secs(2));
        server.signal(Signal::CONT);
    }
    wait_until_it_writes(&server.base, Duration::from_secs(10))?;
    let done = work.end()?;
    done.check(&server.base)?;
    done.everybody_answered()?;
    Ok(Done::Held(done.sum()))
}

pub(super) fn told_to_stop(stage: &Stage<'_>) -> Result<Done> {
    let setup = stage.setup("term", None);
    let mut server = stage.server(&setup)?;
    let (rounds, mut longest, mut users) = (if stage.long { 20 } else { 2 }, Duration::ZERO, 0);
    for round in 0..rounds {
        let work = Work::start(&server.base, &format!("term-{round}"))?;
        work.go_on(Duration::from_millis(700));
        let (status, took, place) = server.stop()?;
        let done = work.end()?;
        longest = longest.max(took);
        users += done.told.users.len();
        if status.code() != Some(0) {
            bail!("it ended with {status} after {} ms", took.as_millis());
        }
        in_time("its end", took, Duration::from_secs(15))?;
        server = Server::start_at(place, &setup)?;
        done.check(&server.base)?;
    }
    let ready = wait_for("it is ready", Duration::from_secs(5), || {
        Api::new(&server.base).admin_token().is_ok()
    })?;
    Ok(Done::Held(format!(
        "{rounds} times, {users} users acknowledged, {} ms at most; a token after {} ms",
        longest.as_millis(),
        ready.as_millis()
    )))
}
