//! A session with its user, and one client's part in it: what each sign-in and use of a token asks for, in one statement.

use std::collections::HashMap;

use diesel::prelude::*;

use super::part::ClientRow;
use super::{ClientSession, Row, Session};
use crate::Result;
use crate::conn::Conn;
use crate::cx::Cx;
use crate::id::{ClientUuid, SessionId};
use crate::schema::{client_sessions, sessions, users};
use crate::sql::{Fixed, fixed};
use crate::together::Seat;
use crate::user::{self, Given, User, given};

/// A session, whose it is, and a client's part in it.
#[derive(Clone, Debug)]
pub struct Found {
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub user: User,
    /// The roles and groups that the user was given.
    pub given: Given,
    /// The client's part; `None` if the client takes no part in it.
    pub part: Option<ClientSession>,
}

/// The session with this id and whose it is, unless its end has passed. Idle limits are the caller's rule.
pub fn find_owned(
    cx: &mut Cx<'_>,
    id: &SessionId,
    offline: bool,
) -> Result<Option<(Session, User)>> {
    let realm = &cx.realm.id;
    let owner = users::id
        .eq(sessions::user_id)
        .and(users::realm_id.eq(realm));
    let mine = sessions::table
        .inner_join(users::table.on(owner))
        .filter(sessions::realm_id.eq(realm))
        .filter(sessions::id.eq(id))
        .filter(sessions::offline.eq(offline))
        .filter(sessions::expires_at.gt(cx.now))
        .select((sessions::all_columns, users::all_columns));
    let row = fixed!(cx.db.conn()?, mine, get_result::<(Row, user::Row)>);
    let Some((session, user)) = row.optional()? else {
        return Ok(None);
    };
    Ok(Some((session.into_session()?, user.into_user()?)))
}

/// The same with a client's part in it.
pub fn find_with(
    cx: &mut Cx<'_>,
    id: &SessionId,
    offline: bool,
    client: &ClientUuid,
) -> Result<Option<Found>> {
    let seat = Seat {
        realm: cx.realm.id.clone(),
        session: id.clone(),
        offline,
        client: client.clone(),
    };
    if let Some(together) = cx.db.together()
        && let Some(found) = together.seat(seat)?
    {
        return Ok(found.filter(|found| found.session.expires_at > cx.now));
    }
    let realm = &cx.realm.id;
    let (roles, groups) = given::columns(cx.db.conn()?.is_postgres());
    let owner = users::id
        .eq(sessions::user_id)
        .and(users::realm_id.eq(realm));
    let part = client_sessions::session_id
        .eq(sessions::id)
        .and(client_sessions::offline.eq(sessions::offline))
        .and(client_sessions::client_uuid.eq(client))
        .and(client_sessions::realm_id.eq(realm));
    let mine = sessions::table
        .inner_join(users::table.on(owner))
        .left_join(client_sessions::table.on(part))
        .filter(sessions::realm_id.eq(realm))
        .filter(sessions::id.eq(id))
        .filter(sessions::offline.eq(offline))
        .filter(sessions::expires_at.gt(cx.now))
        .select((
            sessions::all_columns,
            users::all_columns,
            client_sessions::all_columns.nullable(),
            (roles, groups),
        ));
    let row = fixed!(cx.db.conn()?, mine, get_result::<Seated>).optional()?;
    row.map(|(session, user, part, given)| found(session, user, part, given))
        .transpose()
}

type Seated = (
    Row,
    user::Row,
    Option<ClientRow>,
    (Option<String>, Option<String>),
);

/// Who sits at each of these places, whether or not the session's end has passed. PostgreSQL alone gathers questions.
pub(crate) fn find_all(conn: &mut Conn, wanted: Vec<Seat>) -> Result<HashMap<Seat, Option<Found>>> {
    let ids: Vec<&SessionId> = wanted.iter().map(|seat| &seat.session).collect();
    let clients: Vec<&ClientUuid> = wanted.iter().map(|seat| &seat.client).collect();
    let (roles, groups) = given::columns(true);
    let owner = users::id
        .eq(sessions::user_id)
        .and(users::realm_id.eq(sessions::realm_id));
    let part = client_sessions::session_id
        .eq(sessions::id)
        .and(client_sessions::offline.eq(sessions::offline))
        .and(client_sessions::realm_id.eq(sessions::realm_id))
        .and(client_sessions::client_uuid.eq_any(clients));
    let all = sessions::table
        .inner_join(users::table.on(owner))
        .left_join(client_sessions::table.on(part))
        .filter(sessions::id.eq_any(ids))
        .select((
            sessions::all_columns,
            users::all_columns,
            client_sessions::all_columns.nullable(),
            (roles, groups),
        ));
    struct Place;
    let rows: Vec<Seated> = match conn {
        Conn::Postgres(conn) => Fixed::<Place, _>::new(all).load(conn)?,
        Conn::Sqlite(_) => Vec::new(),
    };
    let mut of_session: HashMap<SessionId, Vec<Seated>> = HashMap::new();
    for row in rows {
        of_session.entry(row.0.id.clone()).or_default().push(row);
    }
    let seated = |seat: Seat| {
        let rows = of_session.get(&seat.session).map_or(&[][..], Vec::as_slice);
        let found = at(&seat, rows)?;
        Ok((seat, found))
    };
    wanted.into_iter().map(seated).collect()
}

/// Who sits at this place, among the parts that one session id was found with: its own, another client's that was asked for, or none.
fn at(seat: &Seat, rows: &[Seated]) -> Result<Option<Found>> {
    let mut there = rows
        .iter()
        .filter(|(session, ..)| session.realm == seat.realm && session.offline == seat.offline);
    let is_own = |row: &&Seated| {
        row.2
            .as_ref()
            .is_some_and(|part| part.client == seat.client)
    };
    let Some(first) = there.next() else {
        return Ok(None);
    };
    let own = std::iter::once(first).chain(there).find(is_own);
    let (session, user, _, given) = own.unwrap_or(first).clone();
    let part = own.and_then(|row| row.2.clone());
    found(session, user, part, given).map(Some)
}

fn found(
    session: Row,
    user: user::Row,
    part: Option<ClientRow>,
    given: (Option<String>, Option<String>),
) -> Result<Found> {
    Ok(Found {
        session: session.into_session()?,
        user: user.into_user()?,
        given: Given::of(given),
        part: part.map(ClientRow::into_part).transpose()?,
    })
}
