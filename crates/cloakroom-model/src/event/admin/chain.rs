//! The chain of administrators' events: each is bound to the one before it by the server's key, so that whoever changes, adds or takes
//! away a row in the database without that key is found out.
//!
//! Who puts back an older state of all of it, head and rows, is not: the end of the chain is shown so that it can be noted elsewhere.

mod walk;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::*;

use super::Row;
use crate::Result;
use crate::conn::Conn;
use crate::cx::Cx;
use crate::fault::Fault;
use crate::id::RealmId;
use crate::schema::{admin_events, audit_chains};
use crate::secret::Vault;
use crate::sql::Unless;
use crate::time::Timestamp;

pub use walk::{Finding, Look, Start, Wrong, check};

/// From where to where a realm's chain goes.
#[derive(Clone, Debug, Queryable)]
struct Head {
    realm: RealmId,
    /// The number of the first event that is kept.
    first: i64,
    /// The link of the one before it.
    before: Vec<u8>,
    /// The number of the last event.
    last: i64,
    /// Its link.
    link: Vec<u8>,
    began_at: Timestamp,
    seal: Vec<u8>,
}

impl Head {
    /// What the seal has to be.
    fn seal(&self, vault: &Vault) -> Vec<u8> {
        let numbers = [self.first, self.last, self.began_at.millis()].map(i64::to_be_bytes);
        let [first, last, began] = &numbers;
        let parts: [&[u8]; 6] = [
            self.realm.as_str().as_bytes(),
            first,
            &self.before,
            last,
            &self.link,
            began,
        ];
        vault.mark("audit_chains", parts)
    }

    fn is_sealed(&self, vault: &Vault) -> bool {
        self.seal == self.seal(vault)
    }

    /// The beginning of the last link, by which it is told from any other.
    fn print(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.link.get(..PRINT).unwrap_or_default())
    }
}

/// So many bytes of a link are shown.
const PRINT: usize = 12;

/// What binds an event, as the one of this number, to the one before it.
fn link(vault: &Vault, row: &Row, number: i64, before: &[u8]) -> Vec<u8> {
    let (number, time) = (number.to_be_bytes(), row.time.millis().to_be_bytes());
    // Nothing is something else than an empty text.
    let sent = [u8::from(row.representation.is_some())];
    let failed = [u8::from(row.error.is_some())];
    let parts: [&[u8]; 13] = [
        row.realm.as_str().as_bytes(),
        &number,
        before,
        row.id.as_bytes(),
        &time,
        row.operation.as_bytes(),
        row.resource_type.as_bytes(),
        row.resource_path.as_bytes(),
        row.auth.as_bytes(),
        &sent,
        row.representation.as_deref().unwrap_or_default().as_bytes(),
        &failed,
        row.error.as_deref().unwrap_or_default().as_bytes(),
    ];
    vault.mark("admin_events", parts)
}

/// Makes an event the next one of its realm's chain.
pub(super) fn add(cx: &mut Cx<'_>, mut row: Row) -> Result<Row> {
    let mut head = match find_held(cx)? {
        Some(head) => head,
        None => begin(cx)?,
    };
    let was_sealed = head.is_sealed(cx.vault);
    if !was_sealed {
        // Somebody has changed it. What administrators do is written down all the same, behind what is there.
        head.last = head.last.max(last_number(cx)?);
    }
    head.last = head.last.saturating_add(1);
    head.link = link(cx.vault, &row, head.last, &head.link);
    store(cx, head.clone(), was_sealed)?;
    (row.number, row.link) = (Some(head.last), Some(head.link));
    Ok(row)
}

/// Stores a head with the seal that it has to have now. One that was changed by somebody else keeps a seal that does not fit.
fn store(cx: &mut Cx<'_>, head: Head, was_sealed: bool) -> Result<()> {
    let seal = match was_sealed {
        true => head.seal(cx.vault),
        false => head.seal.clone(),
    };
    let mine = audit_chains::table.filter(audit_chains::realm_id.eq(&head.realm));
    diesel::update(mine)
        .set((
            audit_chains::first_number.eq(head.first),
            audit_chains::before_link.eq(head.before),
            audit_chains::last_number.eq(head.last),
            audit_chains::last_link.eq(head.link),
            audit_chains::seal.eq(seal),
        ))
        .execute(cx.db.conn()?)?;
    Ok(())
}

fn find(cx: &mut Cx<'_>) -> Result<Option<Head>> {
    let mine = audit_chains::table.filter(audit_chains::realm_id.eq(&cx.realm.id));
    Ok(mine.get_result(cx.db.conn()?).optional()?)
}

/// The realm's head, which no other node changes until this unit of work ends.
fn find_held(cx: &mut Cx<'_>) -> Result<Option<Head>> {
    let realm = cx.realm.id.clone();
    let mine = audit_chains::table.filter(audit_chains::realm_id.eq(&realm));
    Ok(match cx.db.conn()? {
        Conn::Postgres(conn) => mine.for_update().get_result(conn).optional()?,
        Conn::Sqlite(conn) => mine.get_result(conn).optional()?,
    })
}

/// Begins the chain of a realm that has none.
fn begin(cx: &mut Cx<'_>) -> Result<Head> {
    // There is nothing numbered, unless somebody took the head away: then all before this is told of.
    let last = last_number(cx)?;
    let mut head = Head {
        realm: cx.realm.id.clone(),
        first: last.saturating_add(1),
        before: Vec::new(),
        last,
        link: Vec::new(),
        began_at: cx.now,
        seal: Vec::new(),
    };
    head.seal = head.seal(cx.vault);
    let new = diesel::insert_into(audit_chains::table).values((
        audit_chains::realm_id.eq(head.realm),
        audit_chains::first_number.eq(head.first),
        audit_chains::before_link.eq(head.before),
        audit_chains::last_number.eq(head.last),
        audit_chains::last_link.eq(head.link),
        audit_chains::began_at.eq(head.began_at),
        audit_chains::seal.eq(head.seal),
    ));
    // Another node may have begun it at the same moment.
    Unless(new, "(realm_id)").execute(cx.db.conn()?)?;
    find_held(cx)?.ok_or_else(|| Fault::corrupt("the chain of a realm's events"))
}

fn last_number(cx: &mut Cx<'_>) -> Result<i64> {
    let last: Option<Option<i64>> = admin_events::table
        .filter(admin_events::realm_id.eq(&cx.realm.id))
        .filter(admin_events::number.is_not_null())
        .select(admin_events::number)
        .order(admin_events::number.desc())
        .first(cx.db.conn()?)
        .optional()?;
    Ok(last.flatten().unwrap_or(0))
}

/// Goes on behind all that there was, of which nothing is kept.
pub(super) fn begin_anew(cx: &mut Cx<'_>) -> Result<()> {
    let Some(mut head) = find_held(cx)? else {
        return Ok(());
    };
    let was_sealed = head.is_sealed(cx.vault);
    head.first = head.last.saturating_add(1);
    head.before = head.link.clone();
    store(cx, head, was_sealed)
}

/// When the first event of the chain was.
fn oldest(cx: &mut Cx<'_>) -> Result<Option<Timestamp>> {
    let first = admin_events::table
        .filter(admin_events::realm_id.eq(&cx.realm.id))
        .filter(admin_events::number.is_not_null())
        .select(admin_events::time)
        .order(admin_events::number.asc())
        .limit(1);
    Ok(first.get_result(cx.db.conn()?).optional()?)
}

/// Removes the oldest of the chain, as far as they are older than an instant.
pub(super) fn sweep(cx: &mut Cx<'_>, before: Timestamp, most: i64) -> Result<usize> {
    // Nobody who writes an event waits for a look that finds nothing.
    if oldest(cx)?.is_none_or(|time| time >= before) {
        return Ok(0);
    }
    let Some(mut head) = find_held(cx)? else {
        return Ok(0);
    };
    let oldest = admin_events::table
        .filter(admin_events::realm_id.eq(&cx.realm.id))
        .filter(admin_events::number.is_not_null())
        .select((admin_events::number, admin_events::time, admin_events::link))
        .order(admin_events::number.asc())
        .limit(most);
    let oldest: Vec<(Option<i64>, Timestamp, Option<Vec<u8>>)> = oldest.load(cx.db.conn()?)?;
    let old = oldest.into_iter().take_while(|(_, time, _)| *time < before);
    let Some((Some(until), _, link)) = old.last() else {
        return Ok(0);
    };
    let was_sealed = head.is_sealed(cx.vault);
    head.first = until.saturating_add(1);
    head.before = link.unwrap_or_default();
    store(cx, head, was_sealed)?;
    let gone = admin_events::table
        .filter(admin_events::realm_id.eq(&cx.realm.id))
        .filter(admin_events::number.le(until));
    Ok(diesel::delete(gone).execute(cx.db.conn()?)?)
}
