//! The recycle bin: what administrators deleted and may want back, with all that hung on it.
//!
//! What is in the bin is gone for everybody else: its name is free, and its sessions have ended. It comes back with the
//! ids that it had, so what others remember of it fits again.

mod extent;
mod rows;

use diesel::prelude::*;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::cx::Cx;
use crate::schema::recycle_bin;
use crate::secret::Sealed;
use crate::swept::swept;
use crate::time::{Timestamp, Ttl};
use crate::{Fault, Result};

/// How long something can be had back.
const KEPT: Ttl = Ttl::seconds(30 * 24 * 60 * 60);

/// More rows than this are not kept: they would fill the memory.
const MOST: usize = 200_000;

/// What kind of thing was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the concept of its name")]
pub enum Kind {
    User,
    Client,
    Group,
    RealmRole,
    ClientRole,
    ClientScope,
}

/// All kinds, by the names under which they are stored.
const KINDS: [(Kind, &str); 6] = [
    (Kind::User, "user"),
    (Kind::Client, "client"),
    (Kind::Group, "group"),
    (Kind::RealmRole, "realm-role"),
    (Kind::ClientRole, "client-role"),
    (Kind::ClientScope, "client-scope"),
];

impl Kind {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        let found = KINDS.iter().find(|(kind, _)| *kind == self);
        found.map_or("", |(_, name)| name)
    }

    fn parse(name: &str) -> Result<Self> {
        let found = KINDS.iter().find(|(_, own)| *own == name);
        found
            .map(|(kind, _)| *kind)
            .ok_or_else(|| Fault::corrupt("a kind in the recycle bin"))
    }
}

/// Something in the bin.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The id of the entry.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// The id that it had and will have again.
    pub object: String,
    /// What it was called.
    pub name: String,
    /// The administrator.
    pub deleted_by: String,
    /// When.
    pub deleted_at: Timestamp,
    /// When it is gone for good.
    pub expires_at: Timestamp,
}

/// What is about to be deleted.
#[derive(Clone, Copy, Debug)]
pub struct Doomed<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its id.
    pub id: &'a str,
    /// What it is called.
    pub name: &'a str,
}

/// What came of a wish to have something back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restored {
    /// It is there again.
    Done,
    /// Something else has its name or its id by now.
    Taken,
    /// What it belonged to is gone.
    Orphaned,
}

fn place(id: &str) -> String {
    format!("recycle_bin/{id}")
}

/// Keeps a copy of what is about to be deleted in the same unit of work; the id of the entry, or `None` where there is
/// too much of it to be kept.
pub fn keep(cx: &mut Cx<'_>, doomed: Doomed<'_>, by: &str) -> Result<Option<String>> {
    let Some(kept) = extent::of(cx, doomed.kind, doomed.id, MOST)? else {
        return Ok(None);
    };
    let id = cx.new_ordered_id();
    let text = Zeroizing::new(serde_json::to_vec(&kept)?);
    let content = cx.vault.seal(cx.rng, &place(&id), &text)?;
    diesel::insert_into(recycle_bin::table)
        .values((
            recycle_bin::id.eq(&id),
            recycle_bin::realm_id.eq(&cx.realm.id),
            recycle_bin::kind.eq(doomed.kind.name()),
            recycle_bin::object_id.eq(doomed.id),
            recycle_bin::name.eq(doomed.name),
            recycle_bin::deleted_by.eq(by),
            recycle_bin::deleted_at.eq(cx.now),
            recycle_bin::expires_at.eq(cx.now.plus(KEPT)),
            recycle_bin::content.eq(content),
        ))
        .execute(cx.db.conn()?)?;
    Ok(Some(id))
}

/// Puts everything of an entry back and takes the entry out of the bin. Unless it answers [`Restored::Done`], the
/// caller has to undo the unit of work.
pub fn restore(cx: &mut Cx<'_>, entry: &Entry) -> Result<Restored> {
    let mine = recycle_bin::table
        .filter(recycle_bin::realm_id.eq(&cx.realm.id))
        .filter(recycle_bin::id.eq(&entry.id));
    let content: Option<Sealed> = mine
        .select(recycle_bin::content)
        .get_result(cx.db.conn()?)
        .optional()?;
    // Of two who want it back at once, one removes the row.
    if diesel::delete(mine).execute(cx.db.conn()?)? != 1 {
        return Ok(Restored::Taken);
    }
    let content = content.ok_or_else(|| Fault::corrupt("a row of the recycle bin"))?;
    let text = cx.vault.open(&place(&entry.id), &content)?;
    let kept: Vec<(String, Value)> = serde_json::from_slice(&text)?;
    let mut is_first = true;
    for (table, row) in &kept {
        let is_there = rows::put(cx.db.conn()?, table, row)?;
        if is_first && !is_there {
            return Ok(match extent::is_orphan(cx, table, row)? {
                true => Restored::Orphaned,
                false => Restored::Taken,
            });
        }
        is_first = false;
    }
    cx.settings_changed();
    cx.people_changed();
    Ok(Restored::Done)
}

type Row = (String, String, String, String, String, Timestamp, Timestamp);

fn entry((id, kind, object, name, deleted_by, deleted_at, expires_at): Row) -> Result<Entry> {
    Ok(Entry {
        id,
        kind: Kind::parse(&kind)?,
        object,
        name,
        deleted_by,
        deleted_at,
        expires_at,
    })
}

/// What is in the bin of the realm, what was deleted last first. Of the given kinds alone, and at most `max`.
pub fn list(cx: &mut Cx<'_>, kinds: &[Kind], first: i64, max: i64) -> Result<Vec<Entry>> {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    let mine = recycle_bin::table
        .filter(recycle_bin::realm_id.eq(&cx.realm.id))
        .filter(recycle_bin::kind.eq_any(names))
        .filter(recycle_bin::expires_at.gt(cx.now))
        .order((recycle_bin::deleted_at.desc(), recycle_bin::id.desc()))
        .offset(first)
        .limit(max)
        .select(SHOWN);
    let all: Vec<Row> = mine.load(cx.db.conn()?)?;
    all.into_iter().map(entry).collect()
}

const SHOWN: (
    recycle_bin::id,
    recycle_bin::kind,
    recycle_bin::object_id,
    recycle_bin::name,
    recycle_bin::deleted_by,
    recycle_bin::deleted_at,
    recycle_bin::expires_at,
) = (
    recycle_bin::id,
    recycle_bin::kind,
    recycle_bin::object_id,
    recycle_bin::name,
    recycle_bin::deleted_by,
    recycle_bin::deleted_at,
    recycle_bin::expires_at,
);

/// The entry with this id.
pub fn find(cx: &mut Cx<'_>, id: &str) -> Result<Option<Entry>> {
    let mine = recycle_bin::table
        .filter(recycle_bin::realm_id.eq(&cx.realm.id))
        .filter(recycle_bin::id.eq(id))
        .filter(recycle_bin::expires_at.gt(cx.now))
        .select(SHOWN);
    let found: Option<Row> = mine.get_result(cx.db.conn()?).optional()?;
    found.map(entry).transpose()
}

/// Takes something out of the bin for good; false if it is not there.
pub fn remove(cx: &mut Cx<'_>, id: &str) -> Result<bool> {
    let mine = recycle_bin::table
        .filter(recycle_bin::realm_id.eq(&cx.realm.id))
        .filter(recycle_bin::id.eq(id));
    Ok(diesel::delete(mine).execute(cx.db.conn()?)? == 1)
}

/// Removes what has been there long enough, in all realms; how much there was.
pub fn sweep(cx: &mut Cx<'_>, most: i64) -> Result<usize> {
    swept!(cx, recycle_bin, id: String, recycle_bin::expires_at.le(cx.now), most)
}
