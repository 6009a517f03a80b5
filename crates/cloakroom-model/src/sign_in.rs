//! Sign-ins: when each user was last here. A session is gone when it ends; this stays.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::UserId;
use crate::schema::sign_ins;
use crate::session::Session;
use crate::sql::{Unless, fixed};
use crate::time::Timestamp;

/// Writes down that a user signs in now; an offline session is one that they had already.
pub(crate) fn record(cx: &mut Cx<'_>, session: &Session) -> Result<()> {
    if session.offline {
        return Ok(());
    }
    let user = &session.user;
    let mine = sign_ins::table
        .filter(sign_ins::realm_id.eq(&cx.realm.id))
        .filter(sign_ins::user_id.eq(user));
    let again = diesel::update(mine)
        .set(sign_ins::at.eq(cx.now))
        .returning(sign_ins::user_id);
    let known = fixed!(cx.db.conn()?, again, get_result::<UserId>).optional()?;
    if known.is_none() {
        let first = diesel::insert_into(sign_ins::table).values((
            sign_ins::user_id.eq(user),
            sign_ins::realm_id.eq(&cx.realm.id),
            sign_ins::at.eq(cx.now),
        ));
        Unless(first, "(user_id)").execute(cx.db.conn()?)?;
    }
    Ok(())
}

/// When each of these users last signed in; who never did is left out.
pub fn last(cx: &mut Cx<'_>, users: &[UserId]) -> Result<HashMap<UserId, Timestamp>> {
    if users.is_empty() {
        return Ok(HashMap::new());
    }
    let mine = sign_ins::table
        .filter(sign_ins::realm_id.eq(&cx.realm.id))
        .filter(sign_ins::user_id.eq_any(users.to_vec()))
        .select((sign_ins::user_id, sign_ins::at));
    let rows: Vec<(UserId, Timestamp)> = mine.load(cx.db.conn()?)?;
    Ok(rows.into_iter().collect())
}
