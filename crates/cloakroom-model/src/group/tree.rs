//! The tree of groups: what is inside, what is above, and what a search finds anywhere in it.

use std::collections::{BTreeSet, HashMap};

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::{Group, Row, find, into_groups, parent_id};
use crate::Result;
use crate::authorization::delegation::Extent;
use crate::cx::Cx;
use crate::id::{GroupId, RoleId};
use crate::schema::{group_roles, groups};
use crate::sql::lower;
use crate::user::pattern;

/// What a list of groups is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// A part of the name, whatever its case.
    pub search: Option<String>,
    /// The text above is the whole name, with its case.
    pub exact: bool,
    /// Only those that whoever asks may see.
    pub only: Option<Extent>,
    /// How many to pass over.
    pub first: i64,
    /// How many to list at the most.
    pub max: i64,
}

impl Query {
    /// Everything.
    pub fn all() -> Self {
        Self {
            max: i64::from(i32::MAX),
            ..Self::default()
        }
    }
}

type Boxed<'a> = groups::BoxedQuery<'a, crate::conn::MultiBackend>;

fn narrowed<'a>(cx: &Cx<'a>, query: &Query) -> Boxed<'a> {
    let mut all = groups::table
        .filter(groups::realm_id.eq(&cx.realm.id))
        .into_boxed();
    if let Some(only) = &query.only {
        all = match only.everything() {
            true => all.filter(groups::id.ne_all(only.ids(false, GroupId::new))),
            false => all.filter(groups::id.eq_any(only.ids(true, GroupId::new))),
        };
    }
    match query.search.as_deref().filter(|text| !text.is_empty()) {
        None => all,
        Some(text) if query.exact => all.filter(groups::name.eq(text.to_owned())),
        Some(text) => {
            let part = pattern(&text.to_lowercase());
            all.filter(lower(groups::name).like(part).escape('\\'))
        }
    }
}

fn load(cx: &mut Cx<'_>, narrowed: Boxed<'_>, query: &Query) -> Result<Vec<Group>> {
    let rows = narrowed
        .order(groups::name.asc())
        .offset(query.first)
        .limit(query.max)
        .load::<Row>(cx.db.conn()?)?;
    into_groups(rows)
}

/// The groups directly inside one, or at the top, by name.
pub fn list_inside(cx: &mut Cx<'_>, parent: Option<&GroupId>, query: &Query) -> Result<Vec<Group>> {
    let inside = narrowed(cx, query).filter(groups::parent_id.eq(parent_id(parent).to_owned()));
    load(cx, inside, query)
}

/// Groups wherever they are in the tree, by name.
pub fn search(cx: &mut Cx<'_>, query: &Query) -> Result<Vec<Group>> {
    let found = narrowed(cx, query);
    load(cx, found, query)
}

/// How many groups there are, at the top or anywhere.
pub fn count(cx: &mut Cx<'_>, query: &Query, only_top: bool) -> Result<i64> {
    let mut found = narrowed(cx, query);
    if only_top {
        found = found.filter(groups::parent_id.eq(""));
    }
    Ok(found.count().get_result(cx.db.conn()?)?)
}

/// How many groups are directly inside each of these; one without any is not listed.
pub fn count_inside(cx: &mut Cx<'_>, ids: &[GroupId]) -> Result<HashMap<GroupId, i64>> {
    let ids: Vec<&str> = ids.iter().map(GroupId::as_str).collect();
    let rows: Vec<(String, i64)> = groups::table
        .filter(groups::realm_id.eq(&cx.realm.id))
        .filter(groups::parent_id.eq_any(ids))
        .group_by(groups::parent_id)
        .select((groups::parent_id, count_star()))
        .load(cx.db.conn()?)?;
    let counted = rows
        .into_iter()
        .map(|(id, count)| (GroupId::new(id), count));
    Ok(counted.collect())
}

/// The group with this name directly inside another, or at the top.
pub fn find_named(cx: &mut Cx<'_>, parent: Option<&GroupId>, name: &str) -> Result<Option<Group>> {
    let mine = groups::table
        .filter(groups::realm_id.eq(&cx.realm.id))
        .filter(groups::parent_id.eq(parent_id(parent)))
        .filter(groups::name.eq(name));
    mine.get_result::<Row>(cx.db.conn()?)
        .optional()?
        .map(Row::into_group)
        .transpose()
}

/// A group with all above it, from the top down.
pub fn ancestors(cx: &mut Cx<'_>, group: &Group) -> Result<Vec<Group>> {
    let mut chain = vec![group.clone()];
    let mut above = group.parent.clone();
    while let Some(id) = above.take() {
        // A damaged tree may have a loop, which ends here.
        if chain.iter().any(|one| one.id == id) {
            break;
        }
        let Some(parent) = find(cx, &id)? else { break };
        above.clone_from(&parent.parent);
        chain.push(parent);
    }
    chain.reverse();
    Ok(chain)
}

/// Tells whether a group is another one, or inside of it however deep.
pub fn is_inside(cx: &mut Cx<'_>, group: &GroupId, other: &GroupId) -> Result<bool> {
    let above = with_parents(cx, std::slice::from_ref(group))?;
    Ok(above.contains(other))
}

/// What a member of the group gets: its roles and those of all groups above it.
pub fn roles(cx: &mut Cx<'_>, id: &GroupId) -> Result<Vec<RoleId>> {
    roles_of_all(cx, std::slice::from_ref(id))
}

/// The roles of the given groups and of all groups above them.
pub(crate) fn roles_of_all(cx: &mut Cx<'_>, ids: &[GroupId]) -> Result<Vec<RoleId>> {
    let above = with_parents(cx, ids)?;
    let mine = group_roles::table
        .filter(group_roles::realm_id.eq(&cx.realm.id))
        .filter(group_roles::group_id.eq_any(above.into_iter().collect::<Vec<_>>()))
        .select(group_roles::role_id);
    Ok(mine.load(cx.db.aside()?)?)
}

/// The given groups and all above them.
pub fn with_parents(cx: &mut Cx<'_>, ids: &[GroupId]) -> Result<BTreeSet<GroupId>> {
    let mut seen: BTreeSet<GroupId> = BTreeSet::new();
    let mut level: Vec<GroupId> = ids.to_vec();
    while !level.is_empty() {
        let parents: Vec<String> = groups::table
            .filter(groups::realm_id.eq(&cx.realm.id))
            .filter(groups::id.eq_any(level.clone()))
            .select(groups::parent_id)
            .load(cx.db.aside()?)?;
        seen.extend(level);
        let above = parents
            .into_iter()
            .filter(|id| !id.is_empty())
            .map(GroupId::new);
        level = above.filter(|id| !seen.contains(id)).collect();
    }
    Ok(seen)
}

/// The given groups and all inside them, however deep.
pub(crate) fn with_all_inside(cx: &mut Cx<'_>, ids: &[GroupId]) -> Result<Vec<GroupId>> {
    let mut seen: BTreeSet<GroupId> = BTreeSet::new();
    let mut level: Vec<GroupId> = ids.to_vec();
    while !level.is_empty() {
        let above: Vec<&str> = level.iter().map(GroupId::as_str).collect();
        let below: Vec<GroupId> = groups::table
            .filter(groups::realm_id.eq(&cx.realm.id))
            .filter(groups::parent_id.eq_any(above))
            .select(groups::id)
            .load(cx.db.conn()?)?;
        seen.extend(level);
        level = below.into_iter().filter(|id| !seen.contains(id)).collect();
    }
    Ok(seen.into_iter().collect())
}

/// A group's path from the top, `/staff/night` for example; a name's own slashes stay as they are.
pub fn path(all: &[Group], id: &GroupId) -> String {
    let mut names = Vec::new();
    let mut at = Some(id);
    // No tree is deeper than it has groups, so a damaged parent cannot loop.
    for _ in 0..all.len() {
        let Some(group) = at.and_then(|id| all.iter().find(|group| &group.id == id)) else {
            break;
        };
        names.push(group.name.as_str());
        at = group.parent.as_ref();
    }
    names.reverse();
    format!("/{}", names.join("/"))
}
