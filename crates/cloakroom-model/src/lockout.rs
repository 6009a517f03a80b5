//! Failed sign-ins of a user, counted in the database before the password is hashed.

use diesel::prelude::*;

use crate::Result;
use crate::conn::Conn;
use crate::cx::Cx;
use crate::id::{RealmId, UserId};
use crate::schema::{login_failures, users};
use crate::sql::Unless;
use crate::time::Timestamp;

/// What is known of a user's failed sign-ins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failures {
    /// Since the last success, or since the window closed.
    pub failures: i64,
    /// When the last one was.
    pub last_failure: Timestamp,
    /// No sign-in before this instant.
    pub not_before: Timestamp,
    /// How often the user was locked out for a time.
    pub lockouts: i64,
    /// Where the last one came from.
    pub last_ip: String,
}

/// The user's failures; `None` if there are none.
pub fn find(cx: &mut Cx<'_>, user: &UserId) -> Result<Option<Failures>> {
    let mine = login_failures::table
        .filter(login_failures::realm_id.eq(&cx.realm.id))
        .filter(login_failures::user_id.eq(user));
    Ok(mine
        .get_result::<Row>(cx.db.conn()?)
        .optional()?
        .map(Row::into_failures))
}

/// What has become of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replaced {
    /// It is stored.
    Done,
    /// Another node was faster, and what is known has to be read again.
    Raced,
    /// The user was removed meanwhile, and with them all that could be counted.
    Gone,
}

/// Replaces what was known by what is known now, if it still was that: guesses of one instant on two nodes are two.
pub fn replace(
    cx: &mut Cx<'_>,
    user: &UserId,
    before: Option<&Failures>,
    now: &Failures,
) -> Result<Replaced> {
    let values = (
        login_failures::failures.eq(now.failures),
        login_failures::last_failure.eq(now.last_failure),
        login_failures::not_before.eq(now.not_before),
        login_failures::lockouts.eq(now.lockouts),
        login_failures::last_ip.eq(now.last_ip.clone()),
    );
    let changed = match before {
        Some(before) => {
            let same = login_failures::table
                .filter(login_failures::realm_id.eq(&cx.realm.id))
                .filter(login_failures::user_id.eq(user))
                .filter(login_failures::failures.eq(before.failures))
                .filter(login_failures::last_failure.eq(before.last_failure))
                .filter(login_failures::not_before.eq(before.not_before))
                .filter(login_failures::lockouts.eq(before.lockouts));
            diesel::update(same).set(values).execute(cx.db.conn()?)?
        }
        None if !hold(cx, user)? => return Ok(Replaced::Gone),
        None => {
            let insert = diesel::insert_into(login_failures::table).values((
                login_failures::user_id.eq(user),
                login_failures::realm_id.eq(&cx.realm.id),
                values,
            ));
            Unless(insert, "").execute(cx.db.conn()?)?
        }
    };
    Ok(match changed {
        0 => Replaced::Raced,
        _ => Replaced::Done,
    })
}

/// The user is there, and is not removed before this transaction ends.
fn hold(cx: &mut Cx<'_>, user: &UserId) -> Result<bool> {
    let row = users::table
        .filter(users::realm_id.eq(&cx.realm.id))
        .filter(users::id.eq(user))
        .select(users::id);
    let held: Option<UserId> = match cx.db.conn()? {
        Conn::Postgres(conn) => row.for_key_share().get_result(conn).optional()?,
        Conn::Sqlite(conn) => row.get_result(conn).optional()?,
    };
    Ok(held.is_some())
}

/// Forgets the user's failures.
pub fn clear(cx: &mut Cx<'_>, user: &UserId) -> Result<()> {
    let mine = login_failures::table
        .filter(login_failures::realm_id.eq(&cx.realm.id))
        .filter(login_failures::user_id.eq(user));
    diesel::delete(mine).execute(cx.db.conn()?)?;
    Ok(())
}

/// Forgets everybody's failures.
pub fn clear_all(cx: &mut Cx<'_>) -> Result<()> {
    let mine = login_failures::table.filter(login_failures::realm_id.eq(&cx.realm.id));
    diesel::delete(mine).execute(cx.db.conn()?)?;
    Ok(())
}

#[derive(Queryable)]
struct Row {
    _user: UserId,
    _realm: RealmId,
    failures: i64,
    last_failure: Timestamp,
    not_before: Timestamp,
    lockouts: i64,
    last_ip: String,
}

impl Row {
    fn into_failures(self) -> Failures {
        Failures {
            failures: self.failures,
            last_failure: self.last_failure,
            not_before: self.not_before,
            lockouts: self.lockouts,
            last_ip: self.last_ip,
        }
    }
}
