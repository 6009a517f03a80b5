//! What other nodes change: PostgreSQL's notifications, and the versions of all realms where one
//! was missed.

use crate::conn::{Access, Conn};
use crate::cx::Changes;
use crate::fault::Fault;
use crate::{Result, realm};

/// The channel of this product's notifications.
const CHANNEL: &str = "cloakroom";

/// A connection that hears of other nodes' changes.
pub struct Listener {
    conn: Conn,
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Listener")
    }
}

/// What was heard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Changes that were announced.
    pub changes: Changes,
}

impl Listener {
    pub(super) fn open(url: &str) -> Result<Self> {
        let mut conn = Conn::open(url, Access::Write)?;
        conn.run(&format!("LISTEN {CHANNEL}"))?;
        Ok(Self { conn })
    }

    /// What was announced since the last call. Does not wait.
    pub fn hear(&mut self) -> Result<Heard> {
        let mut heard = Heard::default();
        let Conn::Postgres(conn) = &mut self.conn else {
            return Ok(heard);
        };
        // libpq hands notifications over with the next answer.
        diesel::connection::SimpleConnection::batch_execute(conn, "SELECT 1")?;
        for notice in conn.notifications_iter() {
            let notice = notice.map_err(Fault::from)?;
            match notice.payload.split_once(':') {
                Some(("settings", id)) => heard.changes.settings.push(id.to_owned()),
                Some(("people", id)) => heard.changes.people.push(id.to_owned()),
                _ => {}
            }
        }
        Ok(heard)
    }

    /// The version of each realm, for what no notification told.
    pub fn versions(&mut self) -> Result<Vec<(String, i64)>> {
        realm::versions(&mut self.conn)
    }
}

/// Announces what this transaction changed; other nodes hear it when it commits.
pub(crate) fn announce(conn: &mut Conn, changes: &Changes) -> Result<()> {
    if !conn.is_postgres() {
        return Ok(());
    }
    let all = changes.settings.iter().map(|id| ("settings", id));
    for (what, id) in all.chain(changes.people.iter().map(|id| ("people", id))) {
        // Ids come from our own rows or from an administrator: quoted like any literal.
        let payload = format!("{what}:{id}").replace('\'', "''");
        conn.run(&format!("NOTIFY {CHANNEL}, '{payload}'"))?;
    }
    Ok(())
}
