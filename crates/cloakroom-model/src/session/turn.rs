//! Whose turn it is to open a session, where their number is limited.

use diesel::prelude::*;

use crate::Result;
use crate::conn::Conn;
use crate::cx::Cx;
use crate::id::{ClientUuid, SessionId, UserId};
use crate::schema::{client_sessions, sessions, users};

/// Waits until no other unit of work counts the user's sessions, and lets none do so before this one ends; false if the user is gone.
///
/// What is counted after that holds: of two sign-ins at once the second one sees the session of the first. A file has one writer at a
/// time, and nothing to wait for.
pub fn wait_turn(cx: &mut Cx<'_>, user: &UserId) -> Result<bool> {
    let row = users::table
        .filter(users::realm_id.eq(&cx.realm.id))
        .filter(users::id.eq(user))
        .select(users::id);
    // Sessions of other sign-ins refer to the row meanwhile, which this lock lets them do.
    let held: Option<UserId> = match cx.db.conn()? {
        Conn::Postgres(conn) => row.for_no_key_update().get_result(conn).optional()?,
        Conn::Sqlite(conn) => row.get_result(conn).optional()?,
    };
    Ok(held.is_some())
}

/// Those of a user's sessions, online or offline, that a client takes part in.
pub fn list_shared(
    cx: &mut Cx<'_>,
    user: &UserId,
    offline: bool,
    client: &ClientUuid,
) -> Result<Vec<SessionId>> {
    let theirs = sessions::table
        .filter(sessions::realm_id.eq(&cx.realm.id))
        .filter(sessions::user_id.eq(user))
        .filter(sessions::offline.eq(offline))
        .select(sessions::id);
    let shared = client_sessions::table
        .filter(client_sessions::realm_id.eq(&cx.realm.id))
        .filter(client_sessions::client_uuid.eq(client))
        .filter(client_sessions::offline.eq(offline))
        .filter(client_sessions::session_id.eq_any(theirs))
        .select(client_sessions::session_id);
    Ok(shared.load(cx.db.conn()?)?)
}
