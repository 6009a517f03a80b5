//! PostgreSQL's own programs, which copy a database better than anything else.

use std::path::Path;
use std::process::Command;

use url::Url;

/// Writes a consistent copy in the format that `pg_restore` reads.
pub(super) fn dump(url: &str, file: &Path) -> Result<(), String> {
    let mut command = program("pg_dump", url)?;
    command.args(["--format=custom", "--no-owner", "--no-privileges", "--file"]);
    run(command.arg(file)).map(drop)
}

/// Puts such a copy into an empty database, whole or not at all.
pub(super) fn restore(url: &str, file: &Path) -> Result<(), String> {
    let mut command = program("pg_restore", url)?;
    command.args([
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        "--single-transaction",
    ]);
    run(command.arg(file)).map(drop)
}

/// The rows of a table in such a copy, as `COPY` writes them: a line each, with tabs between the columns.
pub(super) fn rows_of(file: &Path, table: &str) -> Result<String, String> {
    let mut command = Command::new("pg_restore");
    command
        .args(["--data-only", "--table", table, "--file=-"])
        .arg(file);
    run(&mut command)
}

/// The program with the database's address, whose password others on the machine must not see in the list of processes.
fn program(name: &str, url: &str) -> Result<Command, String> {
    let mut url = Url::parse(url).map_err(|error| format!("the database URL: {error}"))?;
    let mut command = Command::new(name);
    if let Some(password) = url.password() {
        let password = format!("p={}", password.replace('+', "%2B"));
        let decoded = url::form_urlencoded::parse(password.as_bytes()).next();
        command.env(
            "PGPASSWORD",
            decoded.map_or_else(String::new, |(_, value)| value.into_owned()),
        );
        // Only an address without a host has no place for a password, and this one had it.
        let _ = url.set_password(None);
    }
    command.arg("--dbname").arg(url.as_str());
    Ok(command)
}

/// Runs a program to its end, and answers what it wrote.
fn run(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let ended = command.output().map_err(|error| {
        format!("{name} cannot be run: {error}; it comes with PostgreSQL's client programs")
    })?;
    if ended.status.success() {
        return Ok(String::from_utf8_lossy(&ended.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&ended.stderr);
    Err(format!("{name}: {}", said.trim()))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn a_password_is_handed_over_where_nobody_sees_it() {
        let command = program(
            "pg_dump",
            "postgres://app:p%40ss+word@db:5433/room?sslmode=require",
        )
        .unwrap();

        let arguments: Vec<&OsStr> = command.get_args().collect();
        let variables: Vec<_> = command.get_envs().collect();
        assert_eq!(
            arguments,
            ["--dbname", "postgres://app@db:5433/room?sslmode=require"]
        );
        assert_eq!(
            variables,
            [(OsStr::new("PGPASSWORD"), Some(OsStr::new("p@ss+word")))]
        );
    }
}
