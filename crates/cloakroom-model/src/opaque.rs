//! Opaque access tokens: `id.secret`, readable by this server alone.

use diesel::prelude::*;
use serde_json::Value;

use crate::Result;
use crate::cx::Cx;
use crate::schema::opaque_tokens;
use crate::secret::{Digest, Secret};
use crate::swept::swept;
use crate::time::Timestamp;

/// What opaque tokens begin with, so that scanners for leaked secrets know them.
pub const PREFIX: &str = "cat_";

/// Issues an opaque token for these claims.
pub fn issue(cx: &mut Cx<'_>, claims: &Value, expires_at: Timestamp) -> Result<Secret> {
    let id = cx.new_ordered_id();
    let secret = Secret::random(cx.rng);
    diesel::insert_into(opaque_tokens::table)
        .values((
            opaque_tokens::id.eq(&id),
            opaque_tokens::realm_id.eq(&cx.realm.id),
            opaque_tokens::digest.eq(secret.digest()),
            opaque_tokens::claims.eq(claims.to_string()),
            opaque_tokens::expires_at.eq(expires_at),
        ))
        .execute(cx.db.conn()?)?;
    Ok(Secret::new(format!("{PREFIX}{id}.{}", secret.expose())))
}

/// The claims of an opaque token, unless it is over or was revoked.
pub fn find(cx: &mut Cx<'_>, token: &str) -> Result<Option<Value>> {
    let Some((id, secret)) = parts(token) else {
        return Ok(None);
    };
    let mine = opaque_tokens::table
        .filter(opaque_tokens::realm_id.eq(&cx.realm.id))
        .filter(opaque_tokens::id.eq(id))
        .filter(opaque_tokens::digest.eq(Digest::of(secret.as_bytes())))
        .filter(opaque_tokens::expires_at.gt(cx.now))
        .select(opaque_tokens::claims);
    let claims: Option<String> = mine.get_result(cx.db.conn()?).optional()?;
    Ok(claims.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// Revokes an opaque token; false if there was none.
pub fn revoke(cx: &mut Cx<'_>, token: &str) -> Result<bool> {
    let Some((id, secret)) = parts(token) else {
        return Ok(false);
    };
    let mine = opaque_tokens::table
        .filter(opaque_tokens::realm_id.eq(&cx.realm.id))
        .filter(opaque_tokens::id.eq(id))
        .filter(opaque_tokens::digest.eq(Digest::of(secret.as_bytes())));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.people_changed();
    Ok(removed == 1)
}

fn parts(token: &str) -> Option<(&str, &str)> {
    token.strip_prefix(PREFIX)?.split_once('.')
}

/// Removes what is over, in all realms, at most `most` rows; how many there were.
pub fn sweep(cx: &mut Cx<'_>, most: i64) -> Result<usize> {
    swept!(cx, opaque_tokens, id: String, opaque_tokens::expires_at.le(cx.now), most)
}
