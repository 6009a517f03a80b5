//! A database server that restarts, falls silent, ends connections, or loses them around a commit.
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::Signal;

use super::proxy::{Cut, Proxy};
use super::work::{Work, get, tokens};
use super::{Done, Stage, in_time, wait_for, wait_until_it_writes};
use crate::postgres::{self, Cluster};
use crate::test::crash::REALM;

const NO_POSTGRES: Done = Done::LeftOut("there is no PostgreSQL");

/// The address of this database, by way of the proxy.
fn through(url: &str, proxy: &Proxy) -> Result<(String, u16)> {
    let (head, tail) = url
        .split_once("@127.0.0.1:")
        .or_else(|| url.split_once("@localhost:"))
        .context("the database's address")?;
    let (port, rest) = tail.split_once('/').context("the database's name")?;
    Ok((
        format!("{head}@127.0.0.1:{}/{rest}", proxy.port),
        port.parse()?,
    ))
}

pub(super) fn restarts(stage: &Stage<'_>) -> Result<Done> {
    if stage.admin_url.is_none() {
        return Ok(NO_POSTGRES);
    }
    let mut cluster = Cluster::start(&stage.logs.join("fault-postgres.log"))?;
    let url = postgres::create_database(&cluster.admin_url(), "cloakroom")?;
    let setup = stage.setup("restart", Some(&url));
    let server = stage.server(&setup)?;
    let work = Work::start(&server.base, "restart")?;
    let mut longest = Duration::ZERO;
    for round in 0..if stage.long { 20 } else { 2 } {
        work.go_on(Duration::from_millis(700));
        // The fast stop ends transactions in order; the other one is a crash.
        cluster.restart(if round % 2 == 0 {
            Signal::QUIT
        } else {
            Signal::INT
        })?;
        longest = longest.max(wait_until_it_writes(&server.base, Duration::from_secs(15))?);
    }
    let done = work.end()?;
    done.check(&server.base)?;
    Ok(Done::Held(format!(
        "{}; writes again after {} ms",
        done.sum(),
        longest.as_millis()
    )))
}

pub(super) fn ended_connections(stage: &Stage<'_>) -> Result<Done> {
    let Some(url) = stage.database("ended")? else {
        return Ok(NO_POSTGRES);
    };
    let setup = stage.setup("ended", Some(&url));
    let server = stage.server(&setup)?;
    let work = Work::start(&server.base, "ended")?;
    for _ in 0..if stage.long { 200 } else { 12 } {
        work.go_on(Duration::from_millis(150));
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        postgres::query(&url, end)?;
    }
    wait_until_it_writes(&server.base, Duration::from_secs(15))?;
    let done = work.end()?;
    done.check(&server.base)?;
    Ok(Done::Held(done.sum()))
}

pub(super) fn lost_commits(stage: &Stage<'_>) -> Result<Done> {
    let Some(url) = stage.database("commits")? else {
        return Ok(NO_POSTGRES);
    };
    let proxy = Proxy::start(0)?;
    let (url, target) = through(&url, &proxy)?;
    proxy.lead_to(&[target]);
    let setup = stage.setup("commits", Some(&url));
    let server = stage.server(&setup)?;
    let work = Work::start(&server.base, "commits")?;
    for round in 0..if stage.long { 60 } else { 6 } {
        work.go_on(Duration::from_millis(200));
        proxy.cut(
            if round % 2 == 0 {
                Cut::BeforeCommit
            } else {
                Cut::AfterCommit
            },
            2,
        );
        wait_for("connections are cut", Duration::from_secs(15), || {
            proxy.cuts_left() == 0
        })?;
    }
    wait_until_it_writes(&server.base, Duration::from_secs(15))?;
    let done = work.end()?;
    done.check(&server.base)?;
    if done.refused == 0 {
        bail!("nobody noticed a cut, so nothing was tested");
    }
    Ok(Done::Held(done.sum()))
}

pub(super) fn silence(stage: &Stage<'_>) -> Result<Done> {
    let Some(url) = stage.database("silence")? else {
        return Ok(NO_POSTGRES);
    };
    let proxy = Proxy::start(0)?;
    let (url, target) = through(&url, &proxy)?;
    proxy.lead_to(&[target]);
    let setup = stage.setup("silence", Some(&url));
    let server = stage.server(&setup)?;
    let (access, _) = tokens(&server.base)?;
    let work = Work::start(&server.base, "silence")?;
    work.go_on(Duration::from_millis(500));
    proxy.set_silent(true);
    // Long enough that whoever asks is told, and does not wait.
    work.go_on(Duration::from_secs(12));
    let certs = format!("/realms/{REALM}/protocol/openid-connect/certs");
    let keys = get(&server.base, &certs, None)?;
    let ready = get(
        &format!("http://127.0.0.1:{}", server.management()),
        "/health/ready",
        None,
    )?;
    let live = get(
        &format!("http://127.0.0.1:{}", server.management()),
        "/health/live",
        None,
    )?;
    if (keys, ready, live) != (200, 503, 200) {
        bail!("keys {keys}, ready {ready}, live {live}");
    }
    proxy.set_silent(false);
    let again = wait_until_it_writes(&server.base, Duration::from_secs(20))?;
    let userinfo = format!("/realms/{REALM}/protocol/openid-connect/userinfo");
    let known = get(&server.base, &userinfo, Some(&access))?;
    let done = work.end()?;
    done.check(&server.base)?;
    if known != 200 {
        bail!("a token from before is answered with {known}");
    }
    if done.refused == 0 {
        bail!("nobody was told: {}", done.sum());
    }
    in_time("an answer", done.slowest, Duration::from_secs(11))?;
    Ok(Done::Held(format!(
        "{}; writes again after {} ms",
        done.sum(),
        again.as_millis()
    )))
}
