//! A database as the first version left it, under the program of today.
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use super::work::{get, token, tokens};
use super::{Done, Stage};
use crate::api::Api;
use crate::command;
use crate::server::Server;
use crate::test::crash::{CLIENT, REALM, USER};

/// Copies what the first version knew of a database into one of its own: its tables, and of them its columns.
const COPY: &str = r"
import sqlite3, sys
source, target, script = sys.argv[1:4]
new = sqlite3.connect(target)
new.executescript(open(script).read())
new.execute('CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, '
            'run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)')
new.execute('INSERT INTO __diesel_schema_migrations (version) VALUES (?)', ('0001',))
new.execute('ATTACH ? AS today', (source,))
tables = [name for (name,) in new.execute(
    'SELECT name FROM main.sqlite_schema WHERE type = ? AND name NOT LIKE ?', ('table', '\\_\\_%',))]
for table in tables:
    if table.startswith('__') or table.startswith('sqlite_'):
        continue
    columns = ', '.join(row[1] for row in new.execute(f'PRAGMA main.table_info({table})'))
    new.execute(f'INSERT INTO main.{table} ({columns}) SELECT {columns} FROM today.{table}')
new.commit()
";

/// Puts the database of the first version in the place of today's.
fn go_back(stage: &Stage<'_>, data: &Path) -> Result<()> {
    let (today, old) = (data.join("cloakroom.db"), data.join("old.db"));
    let script = stage.migrations.join("sqlite/0001_foundation/up.sql");
    command::run(
        Command::new("python3")
            .args(["-c", COPY])
            .args([&today, &old, &script]),
    )?;
    for name in ["cloakroom.db", "cloakroom.db-wal", "cloakroom.db-shm"] {
        let _ = std::fs::remove_file(data.join(name));
    }
    Ok(std::fs::rename(old, today)?)
}

pub(super) fn first_migration(stage: &Stage<'_>) -> Result<Done> {
    let setup = stage.setup("upgrade", None);
    let server = stage.server(&setup)?;
    let (access, refresh) = tokens(&server.base)?;
    let (_, _, place) = server.stop()?;
    go_back(stage, &place.data())?;

    let server = Server::start_at(place, &setup)?;
    let userinfo = format!("/realms/{REALM}/protocol/openid-connect/userinfo");
    let form = format!("{CLIENT}&grant_type=refresh_token&refresh_token={refresh}");
    let (refreshed, body) = token(&Api::new(&server.base), REALM, &form)?;
    let seen = (get(&server.base, &userinfo, Some(&access))?, refreshed);
    if seen != (200, 200) {
        bail!("tokens of before: {seen:?} {body}");
    }
    tokens(&server.base)?;
    let api = Api::new(&server.base);
    let found = api.get(
        &api.admin_token()?,
        &format!("/admin/realms/{REALM}/users?search={}", USER.0),
    )?;
    if found.as_array().is_none_or(|all| all.len() != 1) {
        bail!("a search finds {found}");
    }
    Ok(Done::Held(format!(
        "ready after {} ms",
        server.ready_after.as_millis()
    )))
}

pub(super) fn killed_migration(stage: &Stage<'_>) -> Result<Done> {
    let setup = stage.setup("migration", None);
    let server = stage.server(&setup)?;
    let (_, _, mut place) = server.stop()?;
    let (rounds, mut before) = (if stage.long { 60_u32 } else { 4 }, 0);
    let known = std::fs::read_dir(stage.migrations.join("sqlite"))?.count();
    for round in 0..rounds {
        go_back(stage, &place.data())?;
        let mut start = place.command(&setup, &["start"])?.spawn()?;
        // From before the first migration to after the last.
        std::thread::sleep(std::time::Duration::from_millis(
            40 + (u64::from(round) * 37) % 400,
        ));
        start.kill()?;
        start.wait()?;
        before += u32::from(applied(&place.data())? < known);
        let server = Server::start_at(place, &setup)?;
        tokens(&server.base)?;
        place = server.stop()?.2;
    }
    Ok(Done::Held(format!(
        "{rounds} kills, {before} of them before the last migration"
    )))
}

/// How many migrations the database has.
fn applied(data: &Path) -> Result<usize> {
    let count = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(\
                 'SELECT count(*) FROM __diesel_schema_migrations').fetchone()[0])";
    let mut python = Command::new("python3");
    let counted = command::output(python.args(["-c", count]).arg(data.join("cloakroom.db")))?;
    Ok(counted.trim().parse()?)
}
