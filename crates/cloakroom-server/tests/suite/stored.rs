//! What a PostgreSQL database holds, as it is stored, and what a test makes older in it.

use std::process::Command;

use crate::database::psql;

/// Changes what a database at this address holds, as if time had passed.
pub(crate) fn change(url: &str, statement: &str) {
    let done = Command::new(psql())
        .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url])
        .args(["-c", statement])
        .output()
        .expect("psql is installed");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{statement}: {said}");
}

/// All rows of all tables of the database at this address.
pub(crate) fn dump(url: &str) -> Vec<u8> {
    let ask = |statement: &str| {
        let psql = Command::new(psql())
            .args(["-X", "-q", "-A", "-t", "-d", url, "-c", statement])
            .output()
            .expect("psql is installed");
        assert!(psql.status.success(), "{statement}");
        psql.stdout
    };
    let tables = ask("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()");
    let tables = String::from_utf8(tables).unwrap();
    let rows = tables
        .lines()
        .map(|table| ask(&format!("COPY \"{table}\" TO STDOUT")));
    rows.flatten().collect()
}
