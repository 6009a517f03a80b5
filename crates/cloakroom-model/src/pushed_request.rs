//! Pushed authorization requests (RFC 9126): kept for a minute, used once.

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::ClientUuid;
use crate::schema::pushed_requests;
use crate::secret::{Digest, Secret};
use crate::swept::swept;
use crate::time::Timestamp;

/// What a client pushed.
#[derive(Clone, Debug)]
pub struct Pushed {
    /// The client that pushed it, which proved itself then.
    pub client: ClientUuid,
    /// The parameters, encoded as a form.
    pub parameters: String,
}

/// Keeps a request. The reference is `id.secret`; only the secret's digest is stored.
pub fn insert(cx: &mut Cx<'_>, pushed: &Pushed, expires_at: Timestamp) -> Result<Secret> {
    let id = cx.new_ordered_id();
    let secret = Secret::random(cx.rng);
    diesel::insert_into(pushed_requests::table)
        .values((
            pushed_requests::id.eq(&id),
            pushed_requests::realm_id.eq(&cx.realm.id),
            pushed_requests::digest.eq(secret.digest()),
            pushed_requests::client_uuid.eq(&pushed.client),
            pushed_requests::parameters.eq(&pushed.parameters),
            pushed_requests::expires_at.eq(expires_at),
        ))
        .execute(cx.db.conn()?)?;
    Ok(Secret::new(format!("{id}.{}", secret.expose())))
}

/// Takes out a request of this client, unless it is over. Of two calls at once, exactly one gets it;
/// a reference in another client's hands spends nothing.
pub fn redeem(cx: &mut Cx<'_>, client: &ClientUuid, reference: &str) -> Result<Option<Pushed>> {
    let Some((id, secret)) = reference.split_once('.') else {
        return Ok(None);
    };
    let realm = &cx.realm.id;
    let digest = Digest::of(secret.as_bytes());
    let mine = pushed_requests::table
        .filter(pushed_requests::realm_id.eq(realm))
        .filter(pushed_requests::id.eq(id))
        .filter(pushed_requests::digest.eq(&digest))
        .filter(pushed_requests::client_uuid.eq(client))
        .filter(pushed_requests::expires_at.gt(cx.now));
    let found: Option<String> = mine
        .select(pushed_requests::parameters)
        .get_result(cx.db.conn()?)
        .optional()?;
    // What was read decides nothing: whoever removes the row has it.
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    let found = found.filter(|_| removed == 1);
    Ok(found.map(|parameters| Pushed {
        client: client.clone(),
        parameters,
    }))
}

/// Removes what is over, in all realms, at most `most` rows; how many there were.
pub fn sweep(cx: &mut Cx<'_>, most: i64) -> Result<usize> {
    swept!(cx, pushed_requests, id: String, pushed_requests::expires_at.le(cx.now), most)
}
