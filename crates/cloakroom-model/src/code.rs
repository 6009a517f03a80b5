//! Authorization codes: issued once, spent once.

use diesel::prelude::*;
use serde_json::Value;

use crate::cx::Cx;
use crate::id::{ClientUuid, RealmId, SessionId};
use crate::schema::codes;
use crate::secret::{Digest, Secret};
use crate::sql::fixed;
use crate::swept::swept;
use crate::time::Timestamp;
use crate::{Fault, Result};

/// What a code stands for.
#[derive(Clone, Debug)]
pub struct Code {
    /// The client it was issued to.
    pub client: ClientUuid,
    /// The session it came from.
    pub session: SessionId,
    /// The grant, as its rule crate wrote it: redirect URI, scope, nonce, PKCE.
    pub grant: Value,
    /// It is worthless after this instant.
    pub expires_at: Timestamp,
}

/// What spending a code found.
#[derive(Clone, Debug)]
pub enum Redeemed {
    /// This call, and no other, spent it.
    Fresh(Code),
    /// It was spent before.
    Again(Code),
    /// No such code was issued.
    Unknown,
}

/// Issues a code. The text is `id.secret`; only the secret's digest is stored.
pub fn issue(cx: &mut Cx<'_>, code: &Code) -> Result<Secret> {
    let id = cx.new_ordered_id();
    let secret = Secret::random(cx.rng);
    diesel::insert_into(codes::table)
        .values((
            codes::id.eq(&id),
            codes::realm_id.eq(&cx.realm.id),
            codes::digest.eq(secret.digest()),
            codes::client_uuid.eq(&code.client),
            codes::session_id.eq(&code.session),
            codes::grant_data.eq(code.grant.to_string()),
            codes::expires_at.eq(code.expires_at),
        ))
        .execute(cx.db.conn()?)?;
    Ok(Secret::new(format!("{id}.{}", secret.expose())))
}

/// Spends the code. Of two calls at once, exactly one gets `Fresh`.
pub fn redeem(cx: &mut Cx<'_>, code: &str) -> Result<Redeemed> {
    let Some((id, secret)) = code.split_once('.') else {
        return Ok(Redeemed::Unknown);
    };
    let realm = &cx.realm.id;
    let digest = Digest::of(secret.as_bytes());
    let mine = codes::table
        .filter(codes::realm_id.eq(realm))
        .filter(codes::id.eq(id))
        .filter(codes::digest.eq(&digest));
    let spend = diesel::update(mine.filter(codes::spent_at.is_null()))
        .set(codes::spent_at.eq(cx.now))
        .returning(codes::all_columns);
    if let Some(row) = fixed!(cx.db.conn()?, spend, get_result::<Row>).optional()? {
        return Ok(Redeemed::Fresh(row.try_into()?));
    }
    // Not ours to spend: the row tells whether it was ever there.
    let row = mine.get_result::<Row>(cx.db.conn()?).optional()?;
    row.map_or(Ok(Redeemed::Unknown), |row| {
        Ok(Redeemed::Again(row.try_into()?))
    })
}

/// Removes what is over, in all realms, at most `most` rows; how many there were.
pub fn sweep(cx: &mut Cx<'_>, most: i64) -> Result<usize> {
    swept!(cx, codes, id: String, codes::expires_at.le(cx.now.minus(KEPT)), most)
}

/// A spent code is remembered this long after its end, so that a late replay still ends what the
/// code began (RFC 6749 §4.1.2).
const KEPT: crate::Ttl = crate::Ttl::seconds(600);

#[derive(Queryable)]
struct Row {
    _id: String,
    _realm: RealmId,
    _digest: Digest,
    client: ClientUuid,
    session: SessionId,
    grant: String,
    expires_at: Timestamp,
    _spent_at: Option<Timestamp>,
}

impl TryFrom<Row> for Code {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            grant: serde_json::from_str(&row.grant)?,
            client: row.client,
            session: row.session,
            expires_at: row.expires_at,
        })
    }
}
