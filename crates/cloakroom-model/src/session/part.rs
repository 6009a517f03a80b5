//! A client's part in a session: it comes, comes again, and leaves.

use diesel::prelude::*;
use serde_json::{Map, Value};

use crate::Result;
use crate::cx::Cx;
use crate::id::{ClientUuid, RealmId, SessionId};
use crate::schema::{client_sessions, refresh_tokens};
use crate::sql::{Unless, fixed};
use crate::time::Timestamp;

/// A client's part in a session.
#[derive(Clone, Debug)]
pub struct ClientSession {
    /// The client.
    pub client: ClientUuid,
    /// When the client came.
    pub started_at: Timestamp,
    /// When it last asked for tokens.
    pub last_access: Timestamp,
    /// What it was granted.
    pub scope: String,
    /// What its tokens need: the nonce, the redirect URI.
    pub notes: Map<String, Value>,
}

/// Stores a client's part in a session that the client was seen in just now, as `known`, or not. A second time within one second changes
/// nothing that is worth a write.
pub fn join_again(
    cx: &mut Cx<'_>,
    (id, offline): (&SessionId, bool),
    known: Option<&ClientSession>,
    part: &ClientSession,
) -> Result<()> {
    let is_same = known.is_some_and(|known| {
        known.client == part.client
            && known.last_access.seconds() == part.last_access.seconds()
            && known.scope == part.scope
            && known.notes == part.notes
    });
    if is_same {
        return Ok(());
    }
    let notes = serde_json::to_string(&part.notes)?;
    if known.is_none() && come(cx, (id, offline), part, &notes)? {
        return Ok(());
    }
    if come_again(cx, (id, offline), part, &notes)? {
        return Ok(());
    }
    let mine = client_sessions::table
        .filter(client_sessions::realm_id.eq(&cx.realm.id))
        .filter(client_sessions::session_id.eq(id))
        .filter(client_sessions::offline.eq(offline))
        .filter(client_sessions::client_uuid.eq(&part.client));
    let change = diesel::update(mine)
        .set((
            client_sessions::last_access.eq(part.last_access),
            client_sessions::scope.eq(&part.scope),
            client_sessions::notes.eq(&notes),
        ))
        .returning(client_sessions::session_id);
    match fixed!(cx.db.conn()?, change, get_result::<SessionId>).optional()? {
        Some(_) => cx.people_changed(),
        // The client has left since it was seen.
        None => {
            come(cx, (id, offline), part, &notes)?;
        }
    }
    Ok(())
}

/// Stores a client's part in a session, new or again.
pub fn join(cx: &mut Cx<'_>, id: &SessionId, offline: bool, part: &ClientSession) -> Result<()> {
    join_again(cx, (id, offline), None, part)
}

/// Stores a client's part in a session; false if it has one.
fn come(
    cx: &mut Cx<'_>,
    (id, offline): (&SessionId, bool),
    part: &ClientSession,
    notes: &str,
) -> Result<bool> {
    let insert = diesel::insert_into(client_sessions::table).values((
        client_sessions::session_id.eq(id),
        client_sessions::offline.eq(offline),
        client_sessions::client_uuid.eq(&part.client),
        client_sessions::realm_id.eq(&cx.realm.id),
        client_sessions::started_at.eq(part.started_at),
        client_sessions::last_access.eq(part.last_access),
        client_sessions::scope.eq(&part.scope),
        client_sessions::notes.eq(notes),
    ));
    Ok(fixed!(cx.db.conn()?, Unless(insert, ""), execute)? == 1)
}

/// Marks a client's part as used now if all else of it stays as it is, which is nearly always so: no answer that any node keeps
/// depends on when it was used.
fn come_again(
    cx: &mut Cx<'_>,
    (id, offline): (&SessionId, bool),
    part: &ClientSession,
    notes: &str,
) -> Result<bool> {
    let same = client_sessions::table
        .filter(client_sessions::realm_id.eq(&cx.realm.id))
        .filter(client_sessions::session_id.eq(id))
        .filter(client_sessions::offline.eq(offline))
        .filter(client_sessions::client_uuid.eq(&part.client))
        .filter(client_sessions::scope.eq(&part.scope))
        .filter(client_sessions::notes.eq(notes));
    let touch = diesel::update(same)
        .set(client_sessions::last_access.eq(part.last_access))
        .returning(client_sessions::session_id);
    let touched = fixed!(cx.db.conn()?, touch, get_result::<SessionId>).optional()?;
    Ok(touched.is_some())
}

/// A client's part in a session.
pub fn find_client(
    cx: &mut Cx<'_>,
    id: &SessionId,
    offline: bool,
    client: &ClientUuid,
) -> Result<Option<ClientSession>> {
    let mine = client_sessions::table
        .filter(client_sessions::realm_id.eq(&cx.realm.id))
        .filter(client_sessions::session_id.eq(id))
        .filter(client_sessions::offline.eq(offline))
        .filter(client_sessions::client_uuid.eq(client));
    let row = fixed!(cx.db.conn()?, mine, get_result::<ClientRow>).optional()?;
    row.map(ClientRow::into_part).transpose()
}

/// All clients' parts in a session.
pub fn list_clients(cx: &mut Cx<'_>, id: &SessionId, offline: bool) -> Result<Vec<ClientSession>> {
    let mine = client_sessions::table
        .filter(client_sessions::realm_id.eq(&cx.realm.id))
        .filter(client_sessions::session_id.eq(id))
        .filter(client_sessions::offline.eq(offline));
    mine.load::<ClientRow>(cx.db.conn()?)?
        .into_iter()
        .map(ClientRow::into_part)
        .collect()
}

/// Ends a client's part in a session, and its refresh tokens; false if it had none.
pub fn leave(cx: &mut Cx<'_>, id: &SessionId, offline: bool, client: &ClientUuid) -> Result<bool> {
    let tokens = refresh_tokens::table
        .filter(refresh_tokens::realm_id.eq(&cx.realm.id))
        .filter(refresh_tokens::session_id.eq(id))
        .filter(refresh_tokens::offline.eq(offline))
        .filter(refresh_tokens::client_uuid.eq(client));
    diesel::delete(tokens).execute(cx.db.conn()?)?;
    let mine = client_sessions::table
        .filter(client_sessions::realm_id.eq(&cx.realm.id))
        .filter(client_sessions::session_id.eq(id))
        .filter(client_sessions::offline.eq(offline))
        .filter(client_sessions::client_uuid.eq(client));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.people_changed();
    Ok(removed == 1)
}

#[derive(Clone, Queryable)]
pub(super) struct ClientRow {
    _session: SessionId,
    _offline: bool,
    pub(super) client: ClientUuid,
    _realm: RealmId,
    started_at: Timestamp,
    last_access: Timestamp,
    scope: String,
    notes: String,
}

impl ClientRow {
    pub(super) fn into_part(self) -> Result<ClientSession> {
        Ok(ClientSession {
            notes: serde_json::from_str(&self.notes)?,
            client: self.client,
            started_at: self.started_at,
            last_access: self.last_access,
            scope: self.scope,
        })
    }
}
