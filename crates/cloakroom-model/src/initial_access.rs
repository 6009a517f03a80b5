//! Initial access: a right to register clients, which is spent with each of them.

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::RealmId;
use crate::schema::client_initial_access as access;
use crate::time::{Timestamp, Ttl};

/// A right to register clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitialAccess {
    /// Its id, which its token names.
    pub id: String,
    /// When it was given.
    pub created_at: Timestamp,
    /// How long it holds, in seconds; 0 is forever.
    pub lifespan: i64,
    /// How many clients it was for.
    pub count: i64,
    /// How many are left.
    pub remaining: i64,
    /// The web origins that may use it; none named is any.
    pub web_origins: Vec<String>,
}

impl InitialAccess {
    /// When it is over; `None` if it never is.
    pub fn expires_at(&self) -> Option<Timestamp> {
        (self.lifespan > 0).then(|| self.created_at.plus(Ttl::seconds(self.lifespan)))
    }

    /// It is over at this instant.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at().is_some_and(|end| end <= now)
    }
}

/// All rights of the realm, the oldest first.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<InitialAccess>> {
    let mine = access::table
        .filter(access::realm_id.eq(&cx.realm.id))
        .order((access::created_at.asc(), access::id.asc()));
    let rows = mine.load::<Row>(cx.db.conn()?)?;
    rows.into_iter().map(Row::into_access).collect()
}

/// The right with this id.
pub fn find(cx: &mut Cx<'_>, id: &str) -> Result<Option<InitialAccess>> {
    let mine = access::table
        .filter(access::realm_id.eq(&cx.realm.id))
        .filter(access::id.eq(id));
    let row = mine.get_result::<Row>(cx.db.conn()?).optional()?;
    row.map(Row::into_access).transpose()
}

/// Stores a new right.
pub fn insert(cx: &mut Cx<'_>, new: &InitialAccess) -> Result<()> {
    diesel::insert_into(access::table)
        .values((
            access::id.eq(&new.id),
            access::realm_id.eq(&cx.realm.id),
            access::created_at.eq(new.created_at),
            access::lifespan.eq(new.lifespan),
            access::count.eq(new.count),
            access::remaining.eq(new.remaining),
            access::web_origins.eq(serde_json::to_string(&new.web_origins)?),
        ))
        .execute(cx.db.conn()?)?;
    Ok(())
}

/// Takes a right away; false if it is gone.
pub fn remove(cx: &mut Cx<'_>, id: &str) -> Result<bool> {
    let mine = access::table
        .filter(access::realm_id.eq(&cx.realm.id))
        .filter(access::id.eq(id));
    Ok(diesel::delete(mine).execute(cx.db.conn()?)? == 1)
}

/// Spends a right once; false if nothing of it is left.
///
/// Whether it is over in time is the caller's question, which has the row.
pub fn spend(cx: &mut Cx<'_>, id: &str) -> Result<bool> {
    let mine = access::table
        .filter(access::realm_id.eq(&cx.realm.id))
        .filter(access::id.eq(id))
        .filter(access::remaining.gt(0));
    let spent = diesel::update(mine)
        .set(access::remaining.eq(access::remaining - 1))
        .execute(cx.db.conn()?)?;
    Ok(spent == 1)
}

#[derive(Queryable)]
struct Row {
    id: String,
    _realm: RealmId,
    created_at: Timestamp,
    lifespan: i64,
    count: i64,
    remaining: i64,
    web_origins: String,
}

impl Row {
    fn into_access(self) -> Result<InitialAccess> {
        Ok(InitialAccess {
            web_origins: serde_json::from_str(&self.web_origins)?,
            id: self.id,
            created_at: self.created_at,
            lifespan: self.lifespan,
            count: self.count,
            remaining: self.remaining,
        })
    }
}
