//! A database that is put back from a copy: what was good for a time or for once when it was copied counts no more.
//!
//! What was spent, signed out or revoked after the copy was made is unspent in it, and nobody knows any more which of it
//! that is, so all of it goes.

use diesel::prelude::*;
use serde_json::Value;

use crate::Result;
use crate::conn::Conn;
use crate::schema::{
    attempts, client_initial_access, client_sessions, codes, console_sessions, departures,
    device_codes, opaque_tokens, pushed_requests, realms, refresh_tokens, sessions,
    upstream_sessions,
};
use crate::time::Timestamp;

/// How much was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forgotten {
    /// Realms that refuse tokens from before.
    pub realms: usize,
    /// Sessions, offline ones too.
    pub sessions: usize,
    /// Codes and refresh tokens, spent ones too.
    pub grants: usize,
}

/// Ends all sessions and grants of all realms, and makes each realm refuse the tokens that were issued before `now`.
pub fn forget_grants(conn: &mut Conn, now: Timestamp) -> Result<Forgotten> {
    let mut grants = 0;
    let ended = diesel::delete(sessions::table).execute(conn)?;
    grants += diesel::delete(codes::table).execute(conn)?;
    grants += diesel::delete(refresh_tokens::table).execute(conn)?;
    grants += diesel::delete(opaque_tokens::table).execute(conn)?;
    grants += diesel::delete(device_codes::table).execute(conn)?;
    grants += diesel::delete(pushed_requests::table).execute(conn)?;
    grants += diesel::delete(client_initial_access::table).execute(conn)?;
    diesel::delete(attempts::table).execute(conn)?;
    diesel::delete(client_sessions::table).execute(conn)?;
    diesel::delete(console_sessions::table).execute(conn)?;
    diesel::delete(departures::table).execute(conn)?;
    diesel::delete(upstream_sessions::table).execute(conn)?;
    let all: Vec<(String, String)> = realms::table
        .select((realms::id, realms::settings))
        .load(conn)?;
    for (id, settings) in &all {
        let mut settings: Value = serde_json::from_str(settings)?;
        if let Some(members) = settings.as_object_mut() {
            members.insert("notBefore".to_owned(), now.seconds().into());
        }
        diesel::update(realms::table.filter(realms::id.eq(id)))
            .set((
                realms::settings.eq(settings.to_string()),
                realms::version.eq(realms::version + 1),
            ))
            .execute(conn)?;
    }
    Ok(Forgotten {
        realms: all.len(),
        sessions: ended,
        grants,
    })
}
