//! How deep groups stand inside each other.

use diesel::prelude::*;

use super::{Group, find};
use crate::Result;
use crate::cx::Cx;
use crate::id::GroupId;
use crate::schema::groups;

/// The most groups that stand one inside the other.
///
/// Whoever is in the lowest one is asked about with all above it at each sign-in, level by level; nobody has an organization as
/// deep as this.
pub const DEEPEST: usize = 64;

/// So many groups are asked about at once: a statement has room for so many values alone.
const BATCH: usize = 1000;

/// Tells whether a group may stand inside a parent: with those above it, itself and those inside it, the tree is not too deep.
///
/// `moved` is the group if it is there already; a new one has none inside it.
pub fn has_room(
    cx: &mut Cx<'_>,
    parent: Option<&GroupId>,
    moved: Option<&GroupId>,
) -> Result<bool> {
    let Some(parent) = parent else {
        return Ok(true);
    };
    let mut levels = 1 + levels_above(cx, parent)?;
    let mut level: Vec<GroupId> = moved.cloned().into_iter().collect();
    while levels <= DEEPEST && !level.is_empty() {
        let mut below = Vec::new();
        for some in level.chunks(BATCH) {
            let above: Vec<&str> = some.iter().map(GroupId::as_str).collect();
            let inside = groups::table
                .filter(groups::realm_id.eq(&cx.realm.id))
                .filter(groups::parent_id.eq_any(above))
                .select(groups::id);
            below.extend(inside.load::<GroupId>(cx.db.conn()?)?);
        }
        level = below;
        levels += usize::from(!level.is_empty());
    }
    Ok(levels <= DEEPEST)
}

/// How many groups there are from this one to the top, itself among them; no more than one too many is counted.
fn levels_above(cx: &mut Cx<'_>, id: &GroupId) -> Result<usize> {
    let (mut levels, mut at) = (0, Some(id.clone()));
    while let Some(id) = at.take().filter(|_| levels <= DEEPEST) {
        levels += 1;
        at = find(cx, &id)?.and_then(|group| group.parent);
    }
    Ok(levels)
}

/// The same of groups that are all known.
#[must_use]
pub fn has_room_among(all: &[Group], parent: Option<&GroupId>, moved: Option<&GroupId>) -> bool {
    let parent_of = |id: &GroupId| {
        let found = all.iter().find(|group| &group.id == id);
        found.and_then(|group| group.parent.clone())
    };
    let above = std::iter::successors(parent.cloned(), parent_of);
    let mut levels = 1 + above.take(DEEPEST + 1).count();
    let mut level: Vec<&GroupId> = moved.into_iter().collect();
    while parent.is_some() && levels <= DEEPEST && !level.is_empty() {
        let inside = all.iter().filter(|group| {
            let parent = group.parent.as_ref();
            parent.is_some_and(|parent| level.contains(&parent))
        });
        level = inside.map(|group| &group.id).collect();
        levels += usize::from(!level.is_empty());
    }
    levels <= DEEPEST
}
