//! What a PostgreSQL database holds, as it is stored.

use std::process::Command;

use crate::database::psql;

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
