//! Consents: what a user allowed a client, until one of them takes it back.

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::{ClientUuid, RealmId, ScopeId, UserId};
use crate::schema::consents;
use crate::session;
use crate::sql::Unless;
use crate::time::Timestamp;

/// What a user allowed a client.
#[derive(Clone, Debug, PartialEq)]
pub struct Consent {
    /// The client.
    pub client: ClientUuid,
    /// The client scopes that were allowed.
    pub scopes: Vec<ScopeId>,
    /// When something was allowed first.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
}

/// What the user allowed this client.
pub fn find(cx: &mut Cx<'_>, user: &UserId, client: &ClientUuid) -> Result<Option<Consent>> {
    let mine = consents::table
        .filter(consents::realm_id.eq(&cx.realm.id))
        .filter(consents::user_id.eq(user))
        .filter(consents::client_uuid.eq(client));
    mine.get_result::<Row>(cx.db.conn()?)
        .optional()?
        .map(Row::into_consent)
        .transpose()
}

/// All that the user allowed.
pub fn list(cx: &mut Cx<'_>, user: &UserId) -> Result<Vec<Consent>> {
    let mine = consents::table
        .filter(consents::realm_id.eq(&cx.realm.id))
        .filter(consents::user_id.eq(user));
    mine.load::<Row>(cx.db.conn()?)?
        .into_iter()
        .map(Row::into_consent)
        .collect()
}

/// Adds scopes to what the user allowed this client.
pub fn allow(
    cx: &mut Cx<'_>,
    user: &UserId,
    client: &ClientUuid,
    scopes: &[ScopeId],
) -> Result<()> {
    let mut all = find(cx, user, client)?
        .map(|consent| consent.scopes)
        .unwrap_or_default();
    for scope in scopes {
        if !all.contains(scope) {
            all.push(scope.clone());
        }
    }
    let text = serde_json::to_string(&all)?;
    let mine = consents::table
        .filter(consents::realm_id.eq(&cx.realm.id))
        .filter(consents::user_id.eq(user))
        .filter(consents::client_uuid.eq(client));
    let changed = diesel::update(mine)
        .set((consents::scopes.eq(&text), consents::updated_at.eq(cx.now)))
        .execute(cx.db.conn()?)?;
    if changed == 0 {
        let insert = diesel::insert_into(consents::table).values((
            consents::user_id.eq(user),
            consents::client_uuid.eq(client),
            consents::realm_id.eq(&cx.realm.id),
            consents::scopes.eq(&text),
            consents::created_at.eq(cx.now),
            consents::updated_at.eq(cx.now),
        ));
        Unless(insert, "").execute(cx.db.conn()?)?;
    }
    Ok(())
}

/// Stores a consent with its instants; false if the user allowed this client something already.
pub fn insert(cx: &mut Cx<'_>, user: &UserId, consent: &Consent) -> Result<bool> {
    let insert = diesel::insert_into(consents::table).values((
        consents::user_id.eq(user),
        consents::client_uuid.eq(&consent.client),
        consents::realm_id.eq(&cx.realm.id),
        consents::scopes.eq(serde_json::to_string(&consent.scopes)?),
        consents::created_at.eq(consent.created_at),
        consents::updated_at.eq(consent.updated_at),
    ));
    Ok(Unless(insert, "").execute(cx.db.conn()?)? == 1)
}

/// Takes back what a user allowed a client, and ends the client's part in the user's sessions with the tokens of them.
///
/// An offline session ends without a consent too; false if there was neither.
pub fn take_back(cx: &mut Cx<'_>, user: &UserId, client: &ClientUuid) -> Result<bool> {
    let given = revoke(cx, user, client)?;
    let mut ended = false;
    for offline in [false, true] {
        if !given && !offline {
            continue;
        }
        for one in session::list_of_user(cx, user, offline)? {
            ended |= session::leave(cx, &one.id, offline, client)?;
        }
    }
    Ok(given || ended)
}

/// Takes back all that the user allowed this client; false if there was nothing.
pub fn revoke(cx: &mut Cx<'_>, user: &UserId, client: &ClientUuid) -> Result<bool> {
    let mine = consents::table
        .filter(consents::realm_id.eq(&cx.realm.id))
        .filter(consents::user_id.eq(user))
        .filter(consents::client_uuid.eq(client));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.people_changed();
    Ok(removed == 1)
}

#[derive(Queryable)]
struct Row {
    _user: UserId,
    client: ClientUuid,
    _realm: RealmId,
    scopes: String,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl Row {
    fn into_consent(self) -> Result<Consent> {
        Ok(Consent {
            client: self.client,
            scopes: serde_json::from_str(&self.scopes)?,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}
