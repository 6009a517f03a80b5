//! Refresh tokens that rotate: families, and what happens when a spent one comes back.

mod many;
mod rotation;

use diesel::prelude::*;

use crate::Result;
use crate::conn::Conn;
use crate::cx::Cx;
use crate::id::{ClientUuid, FamilyId, RealmId, SessionId};
use crate::schema::refresh_tokens;
use crate::sql::fixed;
use crate::swept::swept;
use crate::time::Timestamp;

pub(crate) use many::{Spend, spend_all, unspent};

/// A refresh token's row. Its `id` is the token's `jti`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refresh {
    /// The `jti`.
    pub id: String,
    /// All tokens that descend from the same sign-in.
    pub family: FamilyId,
    /// The session it came from.
    pub session: SessionId,
    /// The session is an offline one.
    pub offline: bool,
    /// The client it was issued to.
    pub client: ClientUuid,
    /// What it was granted.
    pub scope: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// It is worthless after this instant.
    pub expires_at: Timestamp,
    /// How often it was used.
    pub uses: i64,
    /// When it was used first.
    pub spent_at: Option<Timestamp>,
    /// The `jti` of its successor.
    pub child: Option<String>,
}

/// The token that comes next, of whatever family it will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// The `jti`.
    pub id: String,
    /// The session it comes from.
    pub session: SessionId,
    /// The session is an offline one.
    pub offline: bool,
    /// The client it is issued to.
    pub client: ClientUuid,
    /// What it is granted.
    pub scope: String,
    /// When it is issued.
    pub issued_at: Timestamp,
    /// It is worthless after this instant.
    pub expires_at: Timestamp,
}

impl Next {
    /// The token as one of this family.
    pub fn of(self, family: FamilyId) -> Refresh {
        Refresh {
            id: self.id,
            family,
            session: self.session,
            offline: self.offline,
            client: self.client,
            scope: self.scope,
            issued_at: self.issued_at,
            expires_at: self.expires_at,
            uses: 0,
            spent_at: None,
            child: None,
        }
    }
}

/// What using a refresh token found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotated {
    /// This call, and no other, spent it; its successor, which is stored.
    Fresh(Refresh),
    /// It was spent before.
    Again(Refresh),
    /// It was revoked or never issued.
    Unknown,
}

/// Says that a unit of work is about to spend this token, so that a batch may read of it together with those of others.
pub fn announce(cx: &mut Cx<'_>, id: &str) {
    let realm = &cx.realm.id;
    if let Some(together) = cx.db.together() {
        together.name((realm.clone(), id.to_owned()));
    }
}

/// Stores a new token.
pub fn insert(cx: &mut Cx<'_>, token: &Refresh) -> Result<()> {
    let insert = diesel::insert_into(refresh_tokens::table).values((
        refresh_tokens::id.eq(&token.id),
        refresh_tokens::realm_id.eq(&cx.realm.id),
        refresh_tokens::family.eq(&token.family),
        refresh_tokens::session_id.eq(&token.session),
        refresh_tokens::offline.eq(token.offline),
        refresh_tokens::client_uuid.eq(&token.client),
        refresh_tokens::scope.eq(&token.scope),
        refresh_tokens::issued_at.eq(token.issued_at),
        refresh_tokens::expires_at.eq(token.expires_at),
        refresh_tokens::uses.eq(token.uses),
    ));
    fixed!(cx.db.conn()?, insert, execute)?;
    Ok(())
}

/// Spends the token in favour of the next, which is stored with it. Of two calls at once, exactly one gets `Fresh`.
pub fn rotate(cx: &mut Cx<'_>, id: &str, next: Next) -> Result<Rotated> {
    let (realm, now) = (&cx.realm.id, cx.now);
    if let Some(together) = cx.db.together()
        && let Some(family) = together.spend((realm.clone(), id.to_owned()), &next, now)
    {
        return Ok(Rotated::Fresh(next.of(family)));
    }
    let mine = refresh_tokens::table
        .filter(refresh_tokens::realm_id.eq(realm))
        .filter(refresh_tokens::id.eq(id));
    let spend = diesel::update(mine.filter(refresh_tokens::spent_at.is_null()))
        .set((
            refresh_tokens::spent_at.eq(cx.now),
            refresh_tokens::child.eq(&next.id),
            refresh_tokens::uses.eq(refresh_tokens::uses + 1),
        ))
        .returning((refresh_tokens::realm_id, refresh_tokens::family));
    let conn = cx.db.conn()?;
    if let Conn::Postgres(conn) = conn {
        let family = rotation::run(conn, spend, &next).optional()?;
        if let Some(family) = family {
            return Ok(Rotated::Fresh(next.of(family)));
        }
    } else if let Some((_, family)) =
        fixed!(conn, spend, get_result::<(RealmId, FamilyId)>).optional()?
    {
        let next = next.of(family);
        insert(cx, &next)?;
        return Ok(Rotated::Fresh(next));
    }
    let row = fixed!(cx.db.conn()?, mine, get_result::<Row>).optional()?;
    Ok(row.map_or(Rotated::Unknown, |row| Rotated::Again(row.into_refresh())))
}

/// Counts one more use of a spent token, if it was used fewer than `most` times; false if not.
pub fn reuse(cx: &mut Cx<'_>, id: &str, most: i64) -> Result<bool> {
    let mine = refresh_tokens::table
        .filter(refresh_tokens::realm_id.eq(&cx.realm.id))
        .filter(refresh_tokens::id.eq(id))
        .filter(refresh_tokens::uses.lt(most));
    let count = diesel::update(mine).set(refresh_tokens::uses.eq(refresh_tokens::uses + 1));
    Ok(count.execute(cx.db.conn()?)? == 1)
}

/// The token with this `jti`.
pub fn find(cx: &mut Cx<'_>, id: &str) -> Result<Option<Refresh>> {
    let mine = refresh_tokens::table
        .filter(refresh_tokens::realm_id.eq(&cx.realm.id))
        .filter(refresh_tokens::id.eq(id));
    let row = fixed!(cx.db.conn()?, mine, get_result::<Row>).optional()?;
    Ok(row.map(Row::into_refresh))
}

/// Revokes all tokens of a family.
pub fn revoke_family(cx: &mut Cx<'_>, family: &FamilyId) -> Result<usize> {
    let mine = refresh_tokens::table
        .filter(refresh_tokens::realm_id.eq(&cx.realm.id))
        .filter(refresh_tokens::family.eq(family));
    cx.people_changed();
    Ok(diesel::delete(mine).execute(cx.db.conn()?)?)
}

/// Removes what is over, in all realms, at most `most` rows; how many there were.
pub fn sweep(cx: &mut Cx<'_>, most: i64) -> Result<usize> {
    swept!(cx, refresh_tokens, id: String, refresh_tokens::expires_at.le(cx.now), most)
}

#[derive(Queryable)]
struct Row {
    id: String,
    _realm: RealmId,
    family: FamilyId,
    session: SessionId,
    offline: bool,
    client: ClientUuid,
    scope: String,
    issued_at: Timestamp,
    expires_at: Timestamp,
    uses: i64,
    spent_at: Option<Timestamp>,
    child: Option<String>,
}

impl Row {
    fn into_refresh(self) -> Refresh {
        Refresh {
            id: self.id,
            family: self.family,
            session: self.session,
            offline: self.offline,
            client: self.client,
            scope: self.scope,
            issued_at: self.issued_at,
            expires_at: self.expires_at,
            uses: self.uses,
            spent_at: self.spent_at,
            child: self.child,
        }
    }
}
