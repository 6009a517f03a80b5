//! `cloakroom doctor`: looks at everything that commonly goes wrong, and says what mends it.

mod flows;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use cloakroom_model::inspect;
use cloakroom_model::{Db, Timestamp, db};
use cloakroom_web::app::now;
use reqwest::header::DATE;

use super::Ended;
use crate::config::Config;
use crate::{master_key, serve};

/// Less than this, and SQLite may be unable to write before anybody looks again.
const LEAST_FREE: u64 = 1 << 30;

/// Clocks that differ more make tokens of one invalid at the other.
const SKEW_SECONDS: i64 = 5;

/// What was found about one thing.
#[derive(Debug)]
enum Finding {
    /// As it should be.
    Well(String),
    /// It works, and could be better: what, and how.
    Better(String, String),
    /// It does not work: what, and what mends it.
    Wrong(String, String),
}

use Finding::{Better, Well, Wrong};

/// Looks, prints, and ends with 1 if something is wrong.
pub(super) fn run(config: &Config) -> Ended {
    let mut findings = vec![address(config)];
    findings.extend(folder(config));
    findings.push(key_file(config));
    findings.extend(database(config));
    findings.extend(actix_web::rt::System::new().block_on(running(config)));
    let mut text = String::new();
    for finding in &findings {
        let (mark, what, fix) = match finding {
            Well(what) => ("ok     ", what, None),
            Better(what, fix) => ("look   ", what, Some(fix)),
            Wrong(what, fix) => ("WRONG  ", what, Some(fix)),
        };
        text.push_str(&format!("{mark} {what}\n"));
        if let Some(fix) = fix {
            text.push_str(&format!("        {fix}\n"));
        }
    }
    super::print(&text)?;
    let is_wrong = findings.iter().any(|one| matches!(one, Wrong(..)));
    Ok(if is_wrong {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn address(config: &Config) -> Finding {
    let url = &config.public_url;
    let what = format!("public address: {url}");
    let host = url.split("://").nth(1).unwrap_or_default();
    if url.starts_with("https://") || host.starts_with("localhost") || host.starts_with("127.") {
        return Well(what);
    }
    let fix = "browsers refuse what sign-ins need without TLS: put a proxy with a certificate in \
               front, and set CLOAKROOM_PUBLIC_URL to its https address";
    Wrong(what, fix.to_owned())
}

fn folder(config: &Config) -> Vec<Finding> {
    let folder = &config.data_dir;
    let shown = folder.display();
    if !folder.exists() {
        return vec![Well(format!(
            "data folder: {shown} is made at the first start"
        ))];
    }
    let probe = folder.join(".doctor");
    let written = std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe));
    let mut findings = vec![match written {
        Ok(()) => Well(format!("data folder: {shown} can be written")),
        Err(error) => Wrong(
            format!("data folder: {shown} cannot be written: {error}"),
            "give it to the user that runs the server, or set CLOAKROOM_DATA_DIR".to_owned(),
        ),
    }];
    if let Ok(disk) = rustix::fs::statvfs(folder) {
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let what = format!("disk: {} MiB are free", free >> 20);
        findings.push(match free < LEAST_FREE {
            true => Better(what, "make room, or move the data folder".to_owned()),
            false => Well(what),
        });
    }
    findings
}

fn key_file(config: &Config) -> Finding {
    let file = config.data_dir.join("master.key");
    if config.master_key.is_some() {
        return Well("master key: given by the configuration".to_owned());
    }
    let shown = file.display();
    match file.metadata() {
        Ok(about) if about.permissions().mode() & 0o077 != 0 => Wrong(
            format!("master key: {shown} can be read by others"),
            format!("chmod 600 {shown}"),
        ),
        Ok(_) => Better(
            format!("master key: {shown}"),
            "keep a copy elsewhere: without it a backup of the database has no signing keys"
                .to_owned(),
        ),
        Err(_) => Well(format!("master key: {shown} is made at the first start")),
    }
}

fn database(config: &Config) -> Vec<Finding> {
    let url = serve::database_url(config);
    let file = url.strip_prefix("sqlite://");
    if file.is_some_and(|file| !Path::new(file).exists()) {
        return vec![Well("database: SQLite, made at the first start".to_owned())];
    }
    let started = Instant::now();
    let found = match inspect::inspect(&url) {
        Ok(found) => found,
        Err(fault) => {
            let fix = "look at CLOAKROOM_DATABASE_URL, at the database server and at its log";
            return vec![Wrong(fault.to_string(), fix.to_owned())];
        }
    };
    let kind = if found.is_postgres {
        "PostgreSQL"
    } else {
        "SQLite"
    };
    let took = started.elapsed().as_millis();
    let mut findings = vec![Well(format!("database: {kind} answers after {took} ms"))];
    if let Some(theirs) = found.now {
        findings.push(clock("the database", theirs));
    }
    if found.pending > 0 {
        let pending = found.pending;
        let what = format!("schema: the next start applies {pending} migrations");
        findings.push(Well(what));
        return findings;
    }
    match Db::open(db::Settings { url, readers: 1 }) {
        Ok(db) => {
            findings.push(sealed(config, &db));
            findings.extend(flows::look(&db));
        }
        Err(fault) => {
            let fix = "look at the log of the database, and at who owns its files";
            findings.push(Wrong(fault.to_string(), fix.to_owned()));
        }
    }
    findings
}

/// Whether the database belongs to this master key.
fn sealed(config: &Config, db: &Db) -> Finding {
    let key = master_key::load(config.master_key.as_ref(), &config.data_dir);
    match key.and_then(|key| master_key::open_vault(db, &key)) {
        Ok(_) => Well("master key: it is the one that the database was sealed under".to_owned()),
        Err(why) => Wrong(why, "set CLOAKROOM_MASTER_KEY_FILE".to_owned()),
    }
}

fn clock(whose: &str, theirs: Timestamp) -> Finding {
    let skew = (now().seconds() - theirs.seconds()).abs();
    let what = format!("clock: {skew} s away from that of {whose}");
    if skew > SKEW_SECONDS {
        return Wrong(
            what,
            "let both take their time from the same servers (NTP)".to_owned(),
        );
    }
    Well(what)
}

/// Asks the server as its clients do: over its public address, through whatever is in between.
async fn running(config: &Config) -> Vec<Finding> {
    if let Err(why) = super::health::run(config) {
        let fix = "what a running server is asked was left out; start it, and run this again";
        return vec![Better(format!("server: {why}"), fix.to_owned())];
    }
    let mut findings = vec![Well("server: it runs, and is ready".to_owned())];
    let issuer = format!("{}/realms/master", config.public_url);
    let address = format!("{issuer}/.well-known/openid-configuration");
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(10))
        .redirect(reqwest::redirect::Policy::none());
    let asked = match client.build() {
        Ok(client) => client.get(&address).send().await,
        Err(error) => Err(error),
    };
    let answer = match asked {
        Ok(answer) => answer,
        Err(error) => {
            let fix = "look at the name, at the proxy and at its certificate";
            findings.push(Wrong(
                format!("{address}: {}", whole(&error)),
                fix.to_owned(),
            ));
            return findings;
        }
    };
    let date = answer
        .headers()
        .get(DATE)
        .and_then(|date| date.to_str().ok());
    let date = date.and_then(|date| date.parse::<actix_web::http::header::HttpDate>().ok());
    if let Some(date) = date {
        let since = std::time::SystemTime::from(date).duration_since(std::time::UNIX_EPOCH);
        let seconds = since.map_or(0, |since| since.as_secs());
        let theirs = i64::try_from(seconds).unwrap_or_default();
        findings.push(clock("the public address", Timestamp::from_seconds(theirs)));
    }
    let status = answer.status();
    let body: serde_json::Value = answer.json().await.unwrap_or_default();
    findings.push(
        match body.get("issuer").and_then(serde_json::Value::as_str) {
            Some(found) if found == issuer => Well(format!("{address} has the right issuer")),
            Some(found) => Wrong(
                format!("{address} has the issuer {found}"),
                "the running server has another CLOAKROOM_PUBLIC_URL than this command".to_owned(),
            ),
            None => Wrong(
                format!("{address} answers {status}, and no discovery document"),
                "the proxy leads this address elsewhere: pass every path on as it is".to_owned(),
            ),
        },
    );
    findings
}

/// An error of the network with its causes: the first sentence alone says nothing.
fn whole(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}
