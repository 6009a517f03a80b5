//! A copy that is made under load, and put back: exact, and without what was spent or signed out since.
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::work::{Work, get, token, tokens};
use super::{Done, Stage};
use crate::api::Api;
use crate::browser::Browser;
use crate::command;
use crate::server::{Place, Server, Setup};
use crate::test::crash::load::{Told, code_grant};
use crate::test::crash::{CLIENT, REALM, VISIT, check};

/// Runs a command of the program at a place, and answers how it ended and what it said.
fn run(place: &Place, setup: &Setup<'_>, arguments: &[&str], key: &str) -> Result<(bool, String)> {
    let mut command = place.command(setup, arguments)?;
    command.env("CLOAKROOM_MASTER_KEY", key);
    let ended = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()?;
    let said = [ended.stdout, ended.stderr].concat();
    Ok((
        ended.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    ))
}

fn run_well(place: &Place, setup: &Setup<'_>, arguments: &[&str], key: &str) -> Result<String> {
    match run(place, setup, arguments, key)? {
        (true, said) => Ok(said),
        (false, said) => bail!("{}: {said}", arguments.join(" ")),
    }
}

/// The master key of a server.
fn key_of(server: &Server) -> Result<String> {
    let key = std::fs::read_to_string(server.place().data().join("master.key"))?;
    Ok(key.trim().to_owned())
}

/// A server on a copy.
fn restored(
    stage: &Stage<'_>,
    setup: &Setup<'_>,
    (file, key): (&Path, &str),
    (base, options): (&str, &[&str]),
) -> Result<Server> {
    let place = Place::new()?;
    let mut arguments = vec!["restore", file.to_str().context("the name of the copy")?];
    arguments.extend(options);
    run_well(&place, setup, &arguments, key)?;
    // Tokens name the address at which the copied server was.
    let settings = [
        ("CLOAKROOM_MASTER_KEY", key),
        ("CLOAKROOM_PUBLIC_URL", base),
    ];
    stage.server_with(place, setup, &settings)
}

pub(super) fn sqlite(stage: &Stage<'_>) -> Result<Done> {
    let (from, to) = (stage.setup("backup", None), stage.setup("restored", None));
    exact(stage, &from, &to)
}

pub(super) fn postgres(stage: &Stage<'_>) -> Result<Done> {
    let (Some(one), Some(two)) = (stage.database("backup")?, stage.database("restored")?) else {
        return Ok(Done::LeftOut("there is no PostgreSQL"));
    };
    if command::find("pg_dump").is_none() {
        return Ok(Done::LeftOut("pg_dump is not in the PATH"));
    }
    let (from, to) = (
        stage.setup("backup-pg", Some(&one)),
        stage.setup("restored-pg", Some(&two)),
    );
    exact(stage, &from, &to)
}

fn exact(stage: &Stage<'_>, from: &Setup<'_>, to: &Setup<'_>) -> Result<Done> {
    let server = stage.server(from)?;
    let key = key_of(&server)?;
    let folder = tempfile::tempdir()?;
    let (loaded, quiet) = (folder.path().join("loaded"), folder.path().join("quiet"));
    let before = Work::start(&server.base, "before")?;
    before.go_on(Duration::from_millis(500));
    let before = before.end()?;
    let work = Work::start(&server.base, "during")?;
    work.go_on(Duration::from_millis(300));
    let arguments = ["backup", loaded.to_str().unwrap_or_default()];
    run_well(server.place(), from, &arguments, &key)?;
    let (again, said) = run(server.place(), from, &arguments, &key)?;
    if again {
        bail!("a copy was written over another: {said}");
    }
    let during = work.end()?;
    during.check(&server.base)?;
    run_well(
        server.place(),
        from,
        &["backup", quiet.to_str().unwrap_or_default()],
        &key,
    )?;
    let everything = export(server.place(), from, &key)?;
    let base = server.base.clone();
    drop(server);

    refuses_another_key(to, &quiet)?;
    // What nobody changed meanwhile comes back to the letter.
    let copy = restored(stage, to, (&quiet, &key), (&base, &["--keep-sessions"]))?;
    let copied = export(copy.place(), to, &key)?;
    if copied != everything {
        bail!(
            "the copy differs: {} bytes instead of {}",
            copied.len(),
            everything.len()
        );
    }
    // What was acknowledged when the copy began is in it.
    let told = Told {
        users: before.told.users.clone(),
        ..Told::default()
    };
    if let Some(wrong) = check::wrong(&Api::new(&copy.base), &told)?.first() {
        bail!("{wrong}");
    }
    // And so are the sessions, which go on where they were.
    before.check(&copy.base)?;
    refuses(&copy, to, &quiet, &key)?;
    drop(copy);
    if to.database_url.is_none() {
        let copy = restored(stage, to, (&loaded, &key), (&base, &[]))?;
        if let Some(wrong) = check::wrong(&Api::new(&copy.base), &told)?.first() {
            bail!("under load: {wrong}");
        }
    }
    Ok(Done::Held(format!(
        "{} bytes of export; meanwhile {}",
        everything.len(),
        during.sum()
    )))
}

/// A copy is refused under another key than its own, and before anything of it is in the database: the right key finds that
/// empty afterwards.
fn refuses_another_key(to: &Setup<'_>, file: &Path) -> Result<()> {
    let other = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA";
    let arguments = ["restore", file.to_str().unwrap_or_default()];
    let (under, said) = run(&Place::new()?, to, &arguments, other)?;
    if under || !said.contains("another master key") {
        bail!("it was put back under another key: {said}");
    }
    Ok(())
}

/// A copy is not put over something.
fn refuses(copy: &Server, to: &Setup<'_>, file: &Path, key: &str) -> Result<()> {
    let arguments = ["restore", file.to_str().unwrap_or_default()];
    let (over, said) = run(copy.place(), to, &arguments, key)?;
    if over || !said.contains("not empty") {
        bail!("it was put over a database: {said}");
    }
    Ok(())
}

/// All realms with everybody in them and all secrets, as one text.
fn export(place: &Place, setup: &Setup<'_>, key: &str) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("export");
    run_well(
        place,
        setup,
        &["export", "--dir", path.to_str().unwrap_or_default()],
        key,
    )?;
    let mut files: Vec<_> = std::fs::read_dir(&path)?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    files.sort();
    let texts: Result<Vec<String>, _> = files.iter().map(std::fs::read_to_string).collect();
    Ok(texts?.join("\n"))
}

pub(super) fn revives_nothing(stage: &Stage<'_>) -> Result<Done> {
    let setup = stage.setup("revive", None);
    let server = stage.server(&setup)?;
    let (base, key) = (server.base.clone(), key_of(&server)?);
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("copy");
    let refresh = |token: &str| format!("{CLIENT}&grant_type=refresh_token&refresh_token={token}");
    let mut browser = Browser::sign_in(&Api::new(&base), VISIT)?;
    let code = browser.code()?;
    let (access, first) = tokens(&base)?;
    run_well(
        server.place(),
        &setup,
        &["backup", file.to_str().unwrap_or_default()],
        &key,
    )?;
    // All of it is good in the copy, and spent since.
    for form in [code_grant(&code), refresh(&first)] {
        let (status, body) = token(&Api::new(&base), REALM, &form)?;
        if status != 200 {
            bail!("{status} {body}");
        }
    }

    // It comes up at the same address, as after a loss, so that nothing is refused for another reason.
    let place = server.kill()?;
    let data = place.data();
    for name in ["cloakroom.db", "cloakroom.db-wal", "cloakroom.db-shm"] {
        let _ = std::fs::rename(data.join(name), folder.path().join(name));
    }
    // The fence is a second, as times in tokens are.
    std::thread::sleep(Duration::from_millis(1100));
    run_well(
        &place,
        &setup,
        &["restore", file.to_str().unwrap_or_default()],
        &key,
    )?;
    let server = Server::start_at(place, &setup)?;
    for (what, form) in [
        ("a code", code_grant(&code)),
        ("a refresh token", refresh(&first)),
    ] {
        let (status, body) = token(&Api::new(&server.base), REALM, &form)?;
        if status != 400 {
            bail!("{what} is answered with {status} {body}");
        }
    }
    let userinfo = format!("/realms/{REALM}/protocol/openid-connect/userinfo");
    let status = get(&server.base, &userinfo, Some(&access))?;
    if status != 401 {
        bail!("an access token is answered with {status}");
    }
    if browser.code().is_ok() {
        bail!("a browser is signed in still");
    }
    let (fresh, _) = tokens(&server.base)?;
    let api = Api::new(&server.base);
    let realm: Value = api.get(&api.admin_token()?, &format!("/admin/realms/{REALM}"))?;
    let fence = realm
        .get("notBefore")
        .and_then(Value::as_i64)
        .unwrap_or_default();
    if fence == 0 || get(&server.base, &userinfo, Some(&fresh))? != 200 {
        bail!("notBefore is {fence}, and whoever signs in anew is not served");
    }
    Ok(Done::Held(
        "a code, a refresh token, an access token and a browser".to_owned(),
    ))
}
