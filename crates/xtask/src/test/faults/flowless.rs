//! A realm as earlier versions left it that took its own flows for all that it needs: nobody comes in, until the next start
//! puts in what it lacks, on however many nodes at once.
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::work::tokens;
use super::{Done, Stage};
use crate::api::Api;
use crate::browser::Browser;
use crate::server::{Place, Server, Setup};
use crate::test::crash::{REALM, VISIT};
use crate::{command, postgres};

/// Takes off what the realm is bound to, and all flows but one.
fn statements() -> [String; 2] {
    let unset = |text: &str, setting: &str, flow: &str| {
        format!("replace({text}, '\"{setting}\":\"{flow}\"', '\"{setting}\":\"\"')")
    };
    let settings = unset("settings", "browserFlow", "browser");
    let settings = unset(&settings, "directGrantFlow", "direct grant");
    [
        format!("UPDATE realms SET settings = {settings} WHERE name = '{REALM}'"),
        format!(
            "DELETE FROM flows WHERE alias NOT LIKE 'registration%' AND realm_id IN \
             (SELECT id FROM realms WHERE name = '{REALM}')"
        ),
    ]
}

/// Does it in a database whose server has stopped.
fn go_back(data: &Path, url: Option<&str>) -> Result<()> {
    for statement in statements() {
        match url {
            Some(url) => drop(postgres::query(url, &statement)?),
            None => {
                let script = "import sqlite3, sys; it = sqlite3.connect(sys.argv[1]); \
                              it.execute('PRAGMA foreign_keys = ON'); it.execute(sys.argv[2]); it.commit()";
                let mut python = Command::new("python3");
                python.args(["-c", script]).arg(data.join("cloakroom.db"));
                command::run(python.arg(statement))?;
            }
        }
    }
    Ok(())
}

/// What the doctor says.
fn doctor(place: &Place, setup: &Setup<'_>, key: &str) -> Result<String> {
    let mut command = place.command(setup, &["doctor"])?;
    let told = command
        .env("CLOAKROOM_MASTER_KEY", key)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()?;
    Ok(String::from_utf8_lossy(&told.stdout).into_owned())
}

const WELL: &str = "flows: each realm has those by which its people sign in";

pub(super) fn sqlite(stage: &Stage<'_>) -> Result<Done> {
    comes_back(stage, &stage.setup("flowless", None), 1)
}

pub(super) fn postgres(stage: &Stage<'_>) -> Result<Done> {
    let Some(url) = stage.database("flowless")? else {
        return Ok(Done::LeftOut("there is no PostgreSQL"));
    };
    comes_back(stage, &stage.setup("flowless-pg", Some(&url)), 3)
}

fn comes_back(stage: &Stage<'_>, setup: &Setup<'_>, nodes: usize) -> Result<Done> {
    let server = stage.server(setup)?;
    tokens(&server.base)?;
    let key = std::fs::read_to_string(server.place().data().join("master.key"))?;
    let key = key.trim().to_owned();
    let (_, _, place) = server.stop()?;
    if !doctor(&place, setup, &key)?.contains(WELL) {
        bail!("the doctor finds fault with a realm that has its flows");
    }
    go_back(&place.data(), setup.database_url)?;
    let said = doctor(&place, setup, &key)?;
    for flow in ["browser", "direct grant"] {
        let line = format!("WRONG   flows: realm {REALM} lacks the flow {flow},");
        if !said.contains(&line) {
            bail!("the doctor does not name {flow}: {said}");
        }
    }

    let mut places = vec![place];
    for _ in 1..nodes {
        places.push(Place::new()?);
    }
    let started = std::thread::scope(|scope| {
        let (settings, base) = ([("CLOAKROOM_MASTER_KEY", key.as_str())], stage);
        let start = |place| scope.spawn(move || base.server_with(place, setup, &settings));
        let starts: Vec<_> = places.into_iter().map(start).collect();
        let started = starts.into_iter().map(|start| start.join());
        let all: Vec<_> = started.collect();
        all.into_iter()
            .map(|server| server.unwrap_or_else(|_| bail!("a start ended")))
            .collect::<Result<Vec<Server>>>()
    })?;
    let mut flows = None;
    for server in &started {
        tokens(&server.base)?;
        Browser::sign_in(&Api::new(&server.base), VISIT)?.code()?;
        let found = names(server)?;
        let once = |name: &str| found.iter().filter(|one| *one == name).count() == 1;
        if !once("browser") || !once("direct grant") || once("docker auth") {
            bail!("the realm has {found:?}");
        }
        flows = Some(found);
    }
    let mut events = 0;
    for server in started {
        let place = server.stop()?.2;
        if !doctor(&place, setup, &key)?.contains(WELL) {
            bail!("the doctor is not content with what was put in");
        }
        let again = stage.server_with(place, setup, &[("CLOAKROOM_MASTER_KEY", &key)])?;
        if flows.as_ref() != Some(&names(&again)?) {
            bail!("another start changed the flows");
        }
        events = written(&again)?;
    }
    if events != 2 {
        bail!("it was written down {events} times that two flows were put in");
    }
    Ok(Done::Held(format!("{nodes} nodes at once")))
}

/// The realm's flows, by name.
fn names(server: &Server) -> Result<Vec<String>> {
    let api = Api::new(&server.base);
    let path = format!("/admin/realms/{REALM}/authentication/flows");
    let found = api.get(&api.admin_token()?, &path)?;
    let all = found.as_array().context("a list of flows")?.iter();
    let mut names: Vec<String> = all
        .filter_map(|flow| Some(flow.get("alias").and_then(Value::as_str)?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}

/// How often it stands among the realm's events that the server itself changed something.
fn written(server: &Server) -> Result<usize> {
    let api = Api::new(&server.base);
    let path = format!("/admin/realms/{REALM}/admin-events?authClient=cloakroom%20start");
    let found = api.get(&api.admin_token()?, &path)?;
    Ok(found.as_array().map_or(0, Vec::len))
}
