//! Console sessions: a browser in which an administrator uses the console, tied to the provider's session.

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::SessionId;
use crate::schema::console_sessions;
use crate::secret::{Digest, Secret};
use crate::swept::swept;
use crate::time::Timestamp;

/// Opens one in the realm that the administrator belongs to. The cookie is `id.secret`; only the secret's digest is
/// stored.
pub fn insert(cx: &mut Cx<'_>, session: &SessionId, expires_at: Timestamp) -> Result<Secret> {
    let id = cx.new_ordered_id();
    let secret = Secret::random(cx.rng);
    diesel::insert_into(console_sessions::table)
        .values((
            console_sessions::id.eq(&id),
            console_sessions::realm_id.eq(&cx.realm.id),
            console_sessions::digest.eq(secret.digest()),
            console_sessions::session_id.eq(session),
            console_sessions::expires_at.eq(expires_at),
        ))
        .execute(cx.db.conn()?)?;
    Ok(Secret::new(format!("{id}.{}", secret.expose())))
}

/// The provider's session behind a cookie, unless the cookie is wrong or over.
pub fn find(cx: &mut Cx<'_>, cookie: &str) -> Result<Option<SessionId>> {
    let Some((id, secret)) = cookie.split_once('.') else {
        return Ok(None);
    };
    let mine = console_sessions::table
        .filter(console_sessions::realm_id.eq(&cx.realm.id))
        .filter(console_sessions::id.eq(id))
        .filter(console_sessions::digest.eq(Digest::of(secret.as_bytes())))
        .filter(console_sessions::expires_at.gt(cx.now));
    let found = mine.select(console_sessions::session_id);
    Ok(found.first(cx.db.conn()?).optional()?)
}

/// Ends the one of this cookie; false if there is none.
pub fn remove(cx: &mut Cx<'_>, cookie: &str) -> Result<bool> {
    let Some((id, secret)) = cookie.split_once('.') else {
        return Ok(false);
    };
    let mine = console_sessions::table
        .filter(console_sessions::realm_id.eq(&cx.realm.id))
        .filter(console_sessions::id.eq(id))
        .filter(console_sessions::digest.eq(Digest::of(secret.as_bytes())));
    Ok(diesel::delete(mine).execute(cx.db.conn()?)? == 1)
}

/// Removes what is over, in all realms, at most `most` rows; how many there were.
pub fn sweep(cx: &mut Cx<'_>, most: i64) -> Result<usize> {
    swept!(cx, console_sessions, id: String, console_sessions::expires_at.le(cx.now), most)
}
