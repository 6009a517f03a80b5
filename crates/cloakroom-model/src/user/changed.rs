//! Writes of a user what has changed since they were read, and leaves the rest of the row to whoever changes it meanwhile.

use diesel::prelude::*;

use super::{Stored, User, changed_person, set_required_actions, update_profile};
use crate::Result;
use crate::conn::Conn;
use crate::cx::Cx;
use crate::schema::users;

/// Stores what somebody has become who was read as `before`. Since when their tokens count is not looked at.
///
/// Whom an administrator has switched off at another node since then stays off, and has to do what they were asked for there.
pub fn update_changed(cx: &mut Cx<'_>, before: &User, after: &User) -> Result<Stored> {
    if is_described_otherwise(before, after) {
        let stored = update_profile(cx, after)?;
        if stored != Stored::Done {
            return Ok(stored);
        }
    }
    if before.enabled != after.enabled {
        let stored = update_enabled(cx, after)?;
        if stored != Stored::Done {
            return Ok(stored);
        }
    }
    match before.required_actions == after.required_actions {
        true => Ok(Stored::Done),
        false => change_actions(cx, before, after),
    }
}

/// Stores whether somebody may sign in, and nothing else of them.
pub fn update_enabled(cx: &mut Cx<'_>, user: &User) -> Result<Stored> {
    let mine = users::table
        .filter(users::realm_id.eq(&cx.realm.id))
        .filter(users::id.eq(&user.id));
    let changed = diesel::update(mine)
        .set(users::enabled.eq(user.enabled))
        .execute(cx.db.conn()?)?;
    changed_person(cx, user);
    Ok(stored(changed == 1))
}

fn is_described_otherwise(before: &User, after: &User) -> bool {
    let said = |user: &User| {
        let names = (user.first_name.clone(), user.last_name.clone());
        let address = (user.email.clone(), user.email_verified);
        (user.username.clone(), names, address)
    };
    before.attributes != after.attributes || said(before) != said(after)
}

/// Adds and takes away what there is to do, of what is kept by now.
fn change_actions(cx: &mut Cx<'_>, before: &User, after: &User) -> Result<Stored> {
    let row = users::table
        .filter(users::realm_id.eq(&cx.realm.id))
        .filter(users::id.eq(&after.id))
        .select(users::required_actions);
    let kept: Option<String> = match cx.db.conn()? {
        Conn::Postgres(conn) => row.for_no_key_update().get_result(conn).optional()?,
        Conn::Sqlite(conn) => row.get_result(conn).optional()?,
    };
    let Some(kept) = kept else {
        return Ok(Stored::Gone);
    };
    let mut actions: Vec<String> = serde_json::from_str(&kept)?;
    let (old, new) = (&before.required_actions, &after.required_actions);
    actions.retain(|action| new.contains(action) || !old.contains(action));
    for action in new.iter().filter(|action| !old.contains(action)) {
        if !actions.contains(action) {
            actions.push(action.clone());
        }
    }
    changed_person(cx, after);
    let is_stored = set_required_actions(cx, &after.id, &actions)?;
    Ok(stored(is_stored))
}

fn stored(is_there: bool) -> Stored {
    match is_there {
        true => Stored::Done,
        false => Stored::Gone,
    }
}
