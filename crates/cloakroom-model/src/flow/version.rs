//! Versions of flows, and the draft that a flow may have while it goes on as it is.
//!
//! A version is written down when somebody publishes, and what stood there before is one too if none says it, so that
//! there is always a way back.

use diesel::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Book, Replaced, Tree, replace};
use crate::cx::Cx;
use crate::id::FlowId;
use crate::schema::{flow_drafts, flow_versions};
use crate::secret::Sealed;
use crate::sql::Unless;
use crate::time::Timestamp;
use crate::{Fault, Result};

/// So many versions of a flow are kept; the oldest goes.
const MOST: i64 = 50;

/// A version in the list of them.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Version {
    /// Counted from one.
    pub number: i64,
    /// The administrator; empty if the steps were found as they were.
    pub made_by: String,
    /// When.
    pub made_at: Timestamp,
}

/// A flow that is being edited.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Counts its changes.
    pub revision: i64,
    /// The administrator who changed it last.
    pub changed_by: String,
    /// When.
    pub changed_at: Timestamp,
    /// What the flow was when the draft began.
    pub base: Tree,
    /// What it is to be.
    pub tree: Tree,
}

/// What is stored of a draft.
#[derive(Serialize, Deserialize)]
struct Content {
    base: Tree,
    tree: Tree,
}

fn seal(cx: &mut Cx<'_>, place: &str, content: &impl Serialize) -> Result<Sealed> {
    let text = Zeroizing::new(serde_json::to_vec(content)?);
    cx.vault.seal(cx.rng, place, &text)
}

fn open<T: DeserializeOwned>(cx: &Cx<'_>, place: &str, sealed: &Sealed) -> Result<T> {
    Ok(serde_json::from_slice(&cx.vault.open(place, sealed)?)?)
}

fn place(flow: &FlowId, number: i64) -> String {
    format!("flow_versions/{flow}/{number}")
}

fn draft_place(flow: &FlowId) -> String {
    format!("flow_drafts/{flow}")
}

/// The versions of a flow, the newest first.
pub fn list(cx: &mut Cx<'_>, flow: &FlowId) -> Result<Vec<Version>> {
    let mine = flow_versions::table
        .filter(flow_versions::realm_id.eq(&cx.realm.id))
        .filter(flow_versions::flow_id.eq(flow))
        .order(flow_versions::number.desc())
        .select((
            flow_versions::number,
            flow_versions::made_by,
            flow_versions::made_at,
        ));
    Ok(mine.load(cx.db.conn()?)?)
}

/// What the flow was in a version.
pub fn find(cx: &mut Cx<'_>, flow: &FlowId, number: i64) -> Result<Option<Tree>> {
    let mine = flow_versions::table
        .filter(flow_versions::realm_id.eq(&cx.realm.id))
        .filter(flow_versions::flow_id.eq(flow))
        .filter(flow_versions::number.eq(number))
        .select(flow_versions::content);
    let found: Option<Sealed> = mine.first(cx.db.conn()?).optional()?;
    found
        .map(|sealed| open(cx, &place(flow, number), &sealed))
        .transpose()
}

/// The draft of a flow.
pub fn draft(cx: &mut Cx<'_>, flow: &FlowId) -> Result<Option<Draft>> {
    let mine = flow_drafts::table
        .filter(flow_drafts::realm_id.eq(&cx.realm.id))
        .filter(flow_drafts::flow_id.eq(flow))
        .select((
            flow_drafts::revision,
            flow_drafts::changed_by,
            flow_drafts::changed_at,
            flow_drafts::content,
        ));
    let found: Option<(i64, String, Timestamp, Sealed)> = mine.first(cx.db.conn()?).optional()?;
    let Some((revision, changed_by, changed_at, sealed)) = found else {
        return Ok(None);
    };
    let Content { base, tree } = open(cx, &draft_place(flow), &sealed)?;
    Ok(Some(Draft {
        revision,
        changed_by,
        changed_at,
        base,
        tree,
    }))
}

/// The flows of the realm that have a draft.
pub fn list_drafted(cx: &mut Cx<'_>) -> Result<Vec<FlowId>> {
    let mine = flow_drafts::table
        .filter(flow_drafts::realm_id.eq(&cx.realm.id))
        .select(flow_drafts::flow_id);
    Ok(mine.load(cx.db.conn()?)?)
}

/// Begins a draft of a flow as it is; false if it has one.
pub fn begin(cx: &mut Cx<'_>, live: &Tree, by: &str) -> Result<bool> {
    let content = Content {
        base: live.clone(),
        tree: live.clone(),
    };
    let sealed = seal(cx, &draft_place(&live.id), &content)?;
    let insert = diesel::insert_into(flow_drafts::table).values((
        flow_drafts::flow_id.eq(&live.id),
        flow_drafts::realm_id.eq(&cx.realm.id),
        flow_drafts::revision.eq(1),
        flow_drafts::changed_by.eq(by),
        flow_drafts::changed_at.eq(cx.now),
        flow_drafts::content.eq(sealed),
    ));
    Ok(Unless(insert, "").execute(cx.db.conn()?)? == 1)
}

/// Keeps a draft that was changed; false if somebody else has changed it since it was read.
pub fn keep(cx: &mut Cx<'_>, draft: &Draft, by: &str) -> Result<bool> {
    let flow = &draft.tree.id;
    let content = Content {
        base: draft.base.clone(),
        tree: draft.tree.clone(),
    };
    let sealed = seal(cx, &draft_place(flow), &content)?;
    let mine = flow_drafts::table
        .filter(flow_drafts::realm_id.eq(&cx.realm.id))
        .filter(flow_drafts::flow_id.eq(flow))
        .filter(flow_drafts::revision.eq(draft.revision));
    let changed = diesel::update(mine)
        .set((
            flow_drafts::revision.eq(draft.revision.saturating_add(1)),
            flow_drafts::changed_by.eq(by),
            flow_drafts::changed_at.eq(cx.now),
            flow_drafts::content.eq(sealed),
        ))
        .execute(cx.db.conn()?)?;
    Ok(changed == 1)
}

/// Throws a draft away; false if there is none, or not in this revision.
pub fn discard(cx: &mut Cx<'_>, flow: &FlowId, revision: Option<i64>) -> Result<bool> {
    let mine = flow_drafts::table
        .filter(flow_drafts::realm_id.eq(&cx.realm.id))
        .filter(flow_drafts::flow_id.eq(flow));
    let gone = match revision {
        Some(revision) => diesel::delete(mine.filter(flow_drafts::revision.eq(revision)))
            .execute(cx.db.conn()?)?,
        None => diesel::delete(mine).execute(cx.db.conn()?)?,
    };
    Ok(gone == 1)
}

/// Puts a tree in place of the steps of its flow, and writes both down; the number of the new version.
pub fn publish(
    cx: &mut Cx<'_>,
    tree: &Tree,
    by: &str,
) -> Result<std::result::Result<i64, Replaced>> {
    let Some(live) = Book::load(cx)?.tree(&tree.id) else {
        return Ok(Err(Replaced::Gone));
    };
    let last = list(cx, &tree.id)?.first().map_or(0, |last| last.number);
    let known = find(cx, &tree.id, last)?;
    match replace(cx, tree)? {
        Replaced::Done => {}
        refused => return Ok(Err(refused)),
    }
    let is_known = known.is_some_and(|known| is_same(&known, &live));
    let last = match is_known {
        true => last,
        false => {
            write(cx, &live, last + 1, "")?;
            last + 1
        }
    };
    // It is kept as it stands there: what had to get another id has it.
    let stands = Book::load(cx)?.tree(&tree.id);
    let stands = stands.ok_or_else(|| Fault::corrupt("a flow that was published is gone"))?;
    write(cx, &stands, last + 1, by)?;
    let old = flow_versions::table
        .filter(flow_versions::realm_id.eq(&cx.realm.id))
        .filter(flow_versions::flow_id.eq(&tree.id))
        .filter(flow_versions::number.le(last + 1 - MOST));
    diesel::delete(old).execute(cx.db.conn()?)?;
    Ok(Ok(last + 1))
}

/// Two trees are the same but for what the flow is called, which no version changes.
#[must_use]
pub fn is_same(one: &Tree, other: &Tree) -> bool {
    let named = Tree {
        alias: one.alias.clone(),
        ..other.clone()
    };
    *one == named
}

fn write(cx: &mut Cx<'_>, tree: &Tree, number: i64, by: &str) -> Result<()> {
    let sealed = seal(cx, &place(&tree.id, number), tree)?;
    let insert = diesel::insert_into(flow_versions::table).values((
        flow_versions::flow_id.eq(&tree.id),
        flow_versions::number.eq(number),
        flow_versions::realm_id.eq(&cx.realm.id),
        flow_versions::made_by.eq(by),
        flow_versions::made_at.eq(cx.now),
        flow_versions::content.eq(sealed),
    ));
    // Of two who publish at once one has written this number.
    match Unless(insert, "").execute(cx.db.conn()?)? {
        1 => Ok(()),
        _ => Err(Fault::busy()),
    }
}
