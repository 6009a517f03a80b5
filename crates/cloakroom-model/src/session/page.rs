//! The sessions of a whole realm, a page at a time.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::{Row, Session};
use crate::Result;
use crate::cx::Cx;
use crate::id::ClientUuid;
use crate::schema::{client_sessions, sessions, users};
use crate::user::{fold, pattern};

/// What a list of sessions is narrowed by; absent members do not narrow.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Offline sessions, or those of browsers.
    pub offline: Option<bool>,
    /// A client that takes part.
    pub client: Option<ClientUuid>,
    /// A part of the username, or the whole address.
    pub search: Option<String>,
    /// How many to pass over.
    pub first: i64,
    /// How many to answer.
    pub max: i64,
}

/// How many live online sessions the realm has.
pub fn count(cx: &mut Cx<'_>) -> Result<i64> {
    let live = sessions::table
        .filter(sessions::realm_id.eq(&cx.realm.id))
        .filter(sessions::offline.eq(false))
        .filter(sessions::expires_at.gt(cx.now));
    Ok(live.count().get_result(cx.db.conn()?)?)
}

type Boxed<'a> = sessions::BoxedQuery<'a, crate::conn::MultiBackend>;

fn narrowed<'a>(cx: &Cx<'a>, query: &Query) -> Boxed<'a> {
    let mut mine = sessions::table
        .filter(sessions::realm_id.eq(cx.realm.id.clone()))
        .filter(sessions::expires_at.gt(cx.now))
        .into_boxed();
    if let Some(offline) = query.offline {
        mine = mine.filter(sessions::offline.eq(offline));
    }
    if let Some(client) = &query.client {
        let parts = client_sessions::table
            .filter(client_sessions::session_id.eq(sessions::id))
            .filter(client_sessions::offline.eq(sessions::offline))
            .filter(client_sessions::client_uuid.eq(client.clone()));
        mine = mine.filter(exists(parts));
    }
    if let Some(search) = &query.search {
        let owners = users::table
            .filter(users::id.eq(sessions::user_id))
            .filter(users::username.like(pattern(&fold(search))).escape('\\'));
        let is_address = sessions::ip.eq(search.clone());
        mine = mine.filter(exists(owners).or(is_address));
    }
    mine
}

/// The sessions that match, the last used first.
pub fn list(cx: &mut Cx<'_>, query: &Query) -> Result<Vec<Session>> {
    let rows = narrowed(cx, query)
        .order((sessions::last_access.desc(), sessions::id.asc()))
        .offset(query.first)
        .limit(query.max)
        .load::<Row>(cx.db.conn()?)?;
    rows.into_iter().map(Row::into_session).collect()
}

/// How many sessions match, whatever part of them is asked for.
pub fn count_matching(cx: &mut Cx<'_>, query: &Query) -> Result<i64> {
    let mine = narrowed(cx, query);
    Ok(mine.count().get_result(cx.db.conn()?)?)
}
