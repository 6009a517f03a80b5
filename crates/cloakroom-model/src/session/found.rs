//! A session with its user, and one client's part in it: what each sign-in and use of a token asks for, in one statement.

use diesel::prelude::*;

use super::part::ClientRow;
use super::{ClientSession, Row, Session};
use crate::Result;
use crate::cx::Cx;
use crate::id::{ClientUuid, SessionId};
use crate::schema::{client_sessions, sessions, users};
use crate::sql::fixed;
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
    let row = fixed!(
        cx.db.conn()?,
        mine,
        get_result::<(
            Row,
            user::Row,
            Option<ClientRow>,
            (Option<String>, Option<String>)
        )>
    );
    let Some((session, user, part, given)) = row.optional()? else {
        return Ok(None);
    };
    Ok(Some(Found {
        session: session.into_session()?,
        user: user.into_user()?,
        given: Given::of(given),
        part: part.map(ClientRow::into_part).transpose()?,
    }))
}
