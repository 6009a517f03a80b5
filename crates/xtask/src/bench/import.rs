//! How fast a file with many people comes in, and how much memory that takes.
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::api::Api;
use crate::bench::{self, Database, Options, SERVER_CORE};
use crate::server::{self, Bounds, Place, Server, Setup};
use crate::workspace::Workspace;

const REALM: &str = "many";

pub(super) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let logs = workspace.logs()?;
    let binary = server::build(workspace, !options.dev_build)?;
    let database = Database::create(&logs, options.postgres, "cloakroom_import")?;
    let place = Place::new()?;
    let setup = Setup {
        binary: &binary,
        database_url: database.url(),
        bounds: Bounds::Core(SERVER_CORE),
        log: logs.join("bench-import.log"),
        filter: server::USUAL,
    };
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("many.json");
    write(&file, options.users)?;

    let name = file.to_str().context("the path of the file is no text")?;
    let mut command = place.command(&setup, &["import", name])?;
    let ended = bench::run_to_end(&mut command, &setup.log)?;
    let seconds = ended.took.as_secs_f64();
    println!(
        "{} users from a file of {} MB in {seconds:.1} s: {:.0} a second, {:.0} MiB at most",
        options.users,
        file.metadata()?.len() / 1_000_000,
        f64::from(options.users) / seconds,
        ended.most_memory
    );
    check(&Server::start_at(place, &setup)?, options.users)
}

/// Nobody is missing, and the last one is in the group and has the role that the file says.
fn check(server: &Server, users: u32) -> Result<()> {
    let api = Api::new(&server.base);
    let token = api.admin_token()?;
    let get = |path: &str| api.get(&token, &format!("/admin/realms/{REALM}{path}"));
    let count = get("/users/count")?;
    let last = users.saturating_sub(1);
    let roles = get(&format!("/users/user-{last}/role-mappings/realm"))?.to_string();
    let groups = get(&format!("/users/user-{last}/groups"))?.to_string();
    if count != json!(users) || !roles.contains("employee") || !groups.contains("/staff") {
        bail!("{count} users came in; the last one has the roles {roles} and the groups {groups}");
    }
    Ok(())
}

/// Writes a realm as Keycloak exports one; the users one by one, because there may be more than memory holds.
fn write(file: &Path, users: u32) -> Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    write!(
        out,
        r#"{{"realm":"{REALM}","enabled":true,"groups":[{{"name":"staff"}}],"roles":{{"realm":[{{"name":"employee"}}]}},"users":["#
    )?;
    for number in 0..users {
        let comma = if number == 0 { "" } else { "," };
        write!(out, "{comma}\n{}", user(number))?;
    }
    out.write_all(b"\n]}\n")?;
    Ok(out.flush()?)
}

/// A person with two attributes, a hash, two roles and a group.
fn user(number: u32) -> Value {
    let secret = json!({
        "value": "+evyDkXKaTT2nMKLhOMt46esmbH+JZxvbPhYI5ISZp8=", "salt": "1yxIzmrw/0V6Ru0qvrNfZA==",
    });
    let data = json!({ "hashIterations": 27_500, "algorithm": "pbkdf2-sha256" });
    let password = json!({
        "id": format!("credential-{number}"), "type": "password", "createdDate": 1_700_000_000_000_i64,
        "secretData": secret.to_string(), "credentialData": data.to_string(),
    });
    json!({
        "id": format!("user-{number}"), "username": format!("person{number}"), "enabled": true,
        "email": format!("person{number}@many.example"), "emailVerified": true,
        "firstName": "Person", "lastName": format!("Number {number}"),
        "createdTimestamp": 1_700_000_000_000_i64,
        "attributes": { "locale": ["en"], "department": [format!("d{}", number % 50)] },
        "credentials": [password], "realmRoles": ["default-roles-many", "employee"], "groups": ["/staff"],
    })
}
