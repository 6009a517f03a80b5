//! The limit that is always on: attempts of one source to sign in one user, counted in the database.

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::RealmId;
use crate::schema::login_limits;
use crate::sql::{Unless, fixed};
use crate::swept::swept_until;
use crate::time::{Timestamp, Ttl};

/// Who is tried, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The id of the user, or a digest of the name that nobody has.
    pub subject: String,
    /// The address, or the network that it stands for.
    pub source: String,
}

/// What is known of the attempts of one source on one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// The failures in a row.
    pub failures: i64,
    /// When each of those began that have not ended.
    pub begun: Vec<Timestamp>,
    /// When the last one began.
    pub last: Timestamp,
    /// No attempt before this instant.
    pub not_before: Timestamp,
}

/// What is known; `None` if there was no attempt.
pub fn find(cx: &mut Cx<'_>, key: &Key) -> Result<Option<Attempts>> {
    let mine = login_limits::table
        .filter(login_limits::realm_id.eq(&cx.realm.id))
        .filter(login_limits::subject.eq(&key.subject))
        .filter(login_limits::source.eq(&key.source));
    let row = fixed!(cx.db.conn()?, mine, get_result::<Row>).optional()?;
    Ok(row.map(Row::into_attempts))
}

/// Replaces what was known by what is known now; false if others were faster, and what is known has
/// to be read again.
pub fn replace(
    cx: &mut Cx<'_>,
    key: &Key,
    before: Option<&Attempts>,
    now: &Attempts,
) -> Result<bool> {
    let values = (
        login_limits::failures.eq(now.failures),
        login_limits::pending.eq(i64::try_from(now.begun.len()).unwrap_or(i64::MAX)),
        login_limits::begun.eq(written(&now.begun)),
        login_limits::last_attempt.eq(now.last),
        login_limits::not_before.eq(now.not_before),
    );
    let Some(before) = before else {
        let insert = diesel::insert_into(login_limits::table).values((
            login_limits::realm_id.eq(&cx.realm.id),
            login_limits::subject.eq(&key.subject),
            login_limits::source.eq(&key.source),
            values,
        ));
        return Ok(fixed!(cx.db.conn()?, Unless(insert, ""), execute)? == 1);
    };
    let same = login_limits::table
        .filter(login_limits::realm_id.eq(&cx.realm.id))
        .filter(login_limits::subject.eq(&key.subject))
        .filter(login_limits::source.eq(&key.source))
        .filter(login_limits::failures.eq(before.failures))
        .filter(login_limits::begun.eq(written(&before.begun)))
        .filter(login_limits::last_attempt.eq(before.last))
        .filter(login_limits::not_before.eq(before.not_before));
    let change = diesel::update(same)
        .set(values)
        .returning(login_limits::subject);
    let changed = fixed!(cx.db.conn()?, change, get_result::<String>).optional()?;
    Ok(changed.is_some())
}

/// Forgets the attempts on a user, from wherever they came.
pub fn clear(cx: &mut Cx<'_>, subject: &str) -> Result<()> {
    let mine = login_limits::table
        .filter(login_limits::realm_id.eq(&cx.realm.id))
        .filter(login_limits::subject.eq(subject));
    diesel::delete(mine).execute(cx.db.conn()?)?;
    Ok(())
}

/// Removes what is so old that it counts no more, in all realms; how much there was.
pub fn sweep(cx: &mut Cx<'_>, after: Ttl, most: i64) -> Result<usize> {
    let oldest = cx.now.minus(after);
    swept_until!(cx, login_limits, last_attempt, oldest, most)
}

/// Instants as milliseconds with commas between them.
fn written(instants: &[Timestamp]) -> String {
    let texts: Vec<String> = instants
        .iter()
        .map(|instant| instant.millis().to_string())
        .collect();
    texts.join(",")
}

fn read(text: &str) -> Vec<Timestamp> {
    let numbers = text.split(',').filter_map(|number| number.parse().ok());
    numbers.map(Timestamp::from_millis).collect()
}

#[derive(Queryable)]
struct Row {
    _realm: RealmId,
    _subject: String,
    _source: String,
    failures: i64,
    _pending: i64,
    last: Timestamp,
    not_before: Timestamp,
    begun: String,
}

impl Row {
    fn into_attempts(self) -> Attempts {
        Attempts {
            failures: self.failures,
            begun: read(&self.begun),
            last: self.last,
            not_before: self.not_before,
        }
    }
}
