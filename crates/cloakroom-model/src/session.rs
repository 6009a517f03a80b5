//! Sessions: a login that succeeded, online or offline, and the clients that take part in it.

mod found;
pub mod page;
mod part;
mod touched;
mod turn;
pub mod upstream;

use diesel::dsl::count_star;
use diesel::prelude::*;
use serde_json::{Map, Value};

use crate::cx::Cx;
use crate::id::{ClientUuid, RealmId, SessionId, UserId};
use crate::schema::{client_sessions, refresh_tokens, sessions};
use crate::secret::Digest;
use crate::sql::fixed;
use crate::swept::swept;
use crate::time::Timestamp;
use crate::together::Use;
use crate::{Result, goodbye, sign_in};

pub(crate) use found::find_all;
pub use found::{Found, find_owned, find_with};
pub use part::{ClientSession, find_client, join, join_again, leave, list_clients};
pub(crate) use touched::touch_all;
pub use turn::{list_shared, wait_turn};

/// A login that succeeded. The row is the proof of sign-in.
#[derive(Clone, Debug)]
pub struct Session {
    /// The `sid` of its tokens.
    pub id: SessionId,
    /// It outlives the browser's session, for a client with `offline_access`.
    pub offline: bool,
    /// Who signed in.
    pub user: UserId,
    /// The digest of the identity cookie; `None` where no browser holds one.
    pub cookie: Option<Digest>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was used last.
    pub last_access: Timestamp,
    /// When the user was proved last.
    pub auth_time: Timestamp,
    /// How well (`acr`).
    pub acr: String,
    /// How (`amr`), separated by spaces.
    pub amr: String,
    /// Where the sign-in came from.
    pub ip: String,
    /// The browser's name for itself.
    pub user_agent: String,
    /// It outlives the browser.
    pub remember_me: bool,
    /// Notes that mappers may put into tokens.
    pub notes: Map<String, Value>,
    /// It ends here, used or not.
    pub expires_at: Timestamp,
}

/// Opens a session.
pub fn insert(cx: &mut Cx<'_>, session: &Session) -> Result<()> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(&session.id),
            sessions::offline.eq(session.offline),
            sessions::realm_id.eq(&cx.realm.id),
            sessions::user_id.eq(&session.user),
            sessions::cookie.eq(&session.cookie),
            sessions::started_at.eq(session.started_at),
            sessions::last_access.eq(session.last_access),
            sessions::auth_time.eq(session.auth_time),
            sessions::acr.eq(&session.acr),
            sessions::amr.eq(&session.amr),
            sessions::ip.eq(&session.ip),
            sessions::user_agent.eq(&session.user_agent),
            sessions::remember_me.eq(session.remember_me),
            sessions::notes.eq(serde_json::to_string(&session.notes)?),
            sessions::expires_at.eq(session.expires_at),
        ))
        .execute(cx.db.conn()?)?;
    sign_in::record(cx, session)
}

/// The session with this id, unless its end has passed. Idle limits are the caller's rule.
pub fn find(cx: &mut Cx<'_>, id: &SessionId, offline: bool) -> Result<Option<Session>> {
    let mine = sessions::table
        .filter(sessions::realm_id.eq(&cx.realm.id))
        .filter(sessions::id.eq(id))
        .filter(sessions::offline.eq(offline))
        .filter(sessions::expires_at.gt(cx.now));
    let row = fixed!(cx.db.conn()?, mine, get_result::<Row>).optional()?;
    row.map(Row::into_session).transpose()
}

/// A user's sessions, online or offline, latest first.
pub fn list_of_user(cx: &mut Cx<'_>, user: &UserId, offline: bool) -> Result<Vec<Session>> {
    let mine = sessions::table
        .filter(sessions::realm_id.eq(&cx.realm.id))
        .filter(sessions::user_id.eq(user))
        .filter(sessions::offline.eq(offline))
        .filter(sessions::expires_at.gt(cx.now))
        .order(sessions::started_at.desc());
    mine.load::<Row>(cx.db.conn()?)?
        .into_iter()
        .map(Row::into_session)
        .collect()
}

/// Marks a session as used now; false if it has ended meanwhile.
pub fn touch(cx: &mut Cx<'_>, id: &SessionId, offline: bool) -> Result<bool> {
    let mine = sessions::table
        .filter(sessions::realm_id.eq(&cx.realm.id))
        .filter(sessions::id.eq(id))
        .filter(sessions::offline.eq(offline))
        .filter(sessions::expires_at.gt(cx.now));
    let touch = diesel::update(mine)
        .set(sessions::last_access.eq(cx.now))
        .returning(sessions::id);
    let touched = fixed!(cx.db.conn()?, touch, get_result::<SessionId>).optional()?;
    Ok(touched.is_some())
}

/// Marks a session, as it was read just now, as used now. Idle times are of seconds, so a second use within one writes nothing.
pub fn touch_read(cx: &mut Cx<'_>, session: &Session) -> Result<()> {
    if session.last_access.seconds() == cx.now.seconds() {
        return Ok(());
    }
    let used = Use {
        realm: cx.realm.id.clone(),
        session: session.id.clone(),
        offline: session.offline,
        at: cx.now,
    };
    match cx.db.together() {
        Some(together) => together.touch(used),
        None => {
            touch(cx, &session.id, session.offline)?;
        }
    }
    Ok(())
}

/// Stores that the user was proved again, in the same browser.
pub fn prove_again(cx: &mut Cx<'_>, session: &Session) -> Result<bool> {
    let mine = sessions::table
        .filter(sessions::realm_id.eq(&cx.realm.id))
        .filter(sessions::id.eq(&session.id))
        .filter(sessions::offline.eq(session.offline));
    let changed = diesel::update(mine)
        .set((
            sessions::cookie.eq(&session.cookie),
            sessions::last_access.eq(cx.now),
            sessions::auth_time.eq(session.auth_time),
            sessions::acr.eq(&session.acr),
            sessions::amr.eq(&session.amr),
            sessions::notes.eq(serde_json::to_string(&session.notes)?),
        ))
        .execute(cx.db.conn()?)?;
    cx.people_changed();
    Ok(changed == 1)
}

/// Ends a session with its clients' parts and its refresh tokens; false if it has ended before.
pub fn remove(cx: &mut Cx<'_>, id: &SessionId, offline: bool) -> Result<bool> {
    goodbye::say(cx, id, offline)?;
    upstream::say_farewell(cx, id, offline)?;
    let tokens = refresh_tokens::table
        .filter(refresh_tokens::realm_id.eq(&cx.realm.id))
        .filter(refresh_tokens::session_id.eq(id))
        .filter(refresh_tokens::offline.eq(offline));
    diesel::delete(tokens).execute(cx.db.conn()?)?;
    let mine = sessions::table
        .filter(sessions::realm_id.eq(&cx.realm.id))
        .filter(sessions::id.eq(id))
        .filter(sessions::offline.eq(offline));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.people_changed();
    Ok(removed == 1)
}

/// Ends all sessions of a user; offline ones too if `offline_too`.
pub fn remove_of_user(cx: &mut Cx<'_>, user: &UserId, offline_too: bool) -> Result<usize> {
    let mut ended = 0;
    for offline in [false, true].into_iter().take(1 + usize::from(offline_too)) {
        for session in list_of_user(cx, user, offline)? {
            ended += usize::from(remove(cx, &session.id, offline)?);
        }
    }
    Ok(ended)
}

/// Ends all online sessions of the realm.
pub fn remove_all(cx: &mut Cx<'_>) -> Result<usize> {
    goodbye::say_all(cx)?;
    let mine = sessions::table
        .filter(sessions::realm_id.eq(&cx.realm.id))
        .filter(sessions::offline.eq(false));
    cx.people_changed();
    Ok(diesel::delete(mine).execute(cx.db.conn()?)?)
}

/// The live sessions, online or offline, that a client takes part in, latest first.
pub fn list_of_client(
    cx: &mut Cx<'_>,
    client: &ClientUuid,
    offline: bool,
    (first, max): (i64, i64),
) -> Result<Vec<Session>> {
    let ids = client_sessions::table
        .filter(client_sessions::realm_id.eq(&cx.realm.id))
        .filter(client_sessions::client_uuid.eq(client))
        .filter(client_sessions::offline.eq(offline))
        .select(client_sessions::session_id);
    let mine = sessions::table
        .filter(sessions::realm_id.eq(&cx.realm.id))
        .filter(sessions::offline.eq(offline))
        .filter(sessions::expires_at.gt(cx.now))
        .filter(sessions::id.eq_any(ids))
        .order((sessions::started_at.desc(), sessions::id.asc()))
        .offset(first)
        .limit(max);
    mine.load::<Row>(cx.db.conn()?)?
        .into_iter()
        .map(Row::into_session)
        .collect()
}

/// How many live sessions each client takes part in, online or offline; of one client or all.
pub fn count_by_client(
    cx: &mut Cx<'_>,
    client: Option<&ClientUuid>,
) -> Result<Vec<(ClientUuid, bool, i64)>> {
    let mut counts = Vec::new();
    for offline in [false, true] {
        let live = sessions::table
            .filter(sessions::realm_id.eq(&cx.realm.id))
            .filter(sessions::offline.eq(offline))
            .filter(sessions::expires_at.gt(cx.now))
            .select(sessions::id);
        let mut parts = client_sessions::table
            .filter(client_sessions::realm_id.eq(&cx.realm.id))
            .filter(client_sessions::offline.eq(offline))
            .filter(client_sessions::session_id.eq_any(live))
            .group_by(client_sessions::client_uuid)
            .select((client_sessions::client_uuid, count_star()))
            .into_boxed();
        if let Some(client) = client {
            parts = parts.filter(client_sessions::client_uuid.eq(client));
        }
        let rows: Vec<(ClientUuid, i64)> = parts.load(cx.db.conn()?)?;
        counts.extend(rows.into_iter().map(|(id, number)| (id, offline, number)));
    }
    Ok(counts)
}

/// Removes what is over, in all realms, at most `most` rows; how many there were.
pub fn sweep(cx: &mut Cx<'_>, most: i64) -> Result<usize> {
    swept!(cx, sessions, id: SessionId, sessions::expires_at.le(cx.now), most)
}

#[derive(Clone, Queryable)]
struct Row {
    id: SessionId,
    offline: bool,
    realm: RealmId,
    user: UserId,
    cookie: Option<Digest>,
    started_at: Timestamp,
    last_access: Timestamp,
    auth_time: Timestamp,
    acr: String,
    amr: String,
    ip: String,
    user_agent: String,
    remember_me: bool,
    notes: String,
    expires_at: Timestamp,
}

impl Row {
    fn into_session(self) -> Result<Session> {
        Ok(Session {
            notes: serde_json::from_str(&self.notes)?,
            id: self.id,
            offline: self.offline,
            user: self.user,
            cookie: self.cookie,
            started_at: self.started_at,
            last_access: self.last_access,
            auth_time: self.auth_time,
            acr: self.acr,
            amr: self.amr,
            ip: self.ip,
            user_agent: self.user_agent,
            remember_me: self.remember_me,
            expires_at: self.expires_at,
        })
    }
}
