//! Groups: a tree of people, with roles that members inherit.

use std::collections::BTreeSet;

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::{GroupId, RealmId, RoleId};
use crate::schema::{default_groups, group_roles, groups};
use crate::sql::Unless;
use crate::user::Attributes;

/// A group.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// The group it is inside; `None` at the top.
    pub parent: Option<GroupId>,
    /// Its name, unique beside its siblings.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Free attributes.
    pub attributes: Attributes,
}

/// All groups of the realm by name.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<Group>> {
    let mine = groups::table
        .filter(groups::realm_id.eq(&cx.realm.id))
        .order(groups::name.asc());
    mine.load::<Row>(cx.db.conn()?)?
        .into_iter()
        .map(Row::into_group)
        .collect()
}

/// The group with this id.
pub fn find(cx: &mut Cx<'_>, id: &GroupId) -> Result<Option<Group>> {
    let mine = groups::table
        .filter(groups::realm_id.eq(&cx.realm.id))
        .filter(groups::id.eq(id));
    mine.first::<Row>(cx.db.conn()?)
        .optional()?
        .map(Row::into_group)
        .transpose()
}

/// Stores a new group; false if its id or its name beside its siblings is taken.
pub fn insert(cx: &mut Cx<'_>, group: &Group) -> Result<bool> {
    let insert = diesel::insert_into(groups::table).values((
        groups::id.eq(&group.id),
        groups::realm_id.eq(&cx.realm.id),
        groups::parent_id.eq(group.parent.as_ref().map_or("", GroupId::as_str)),
        groups::name.eq(&group.name),
        groups::description.eq(&group.description),
        groups::attributes.eq(serde_json::to_string(&group.attributes)?),
    ));
    Ok(Unless(insert, "").execute(cx.db.conn()?)? == 1)
}

/// Removes a group and those inside it; false if it is gone.
pub fn remove(cx: &mut Cx<'_>, id: &GroupId) -> Result<bool> {
    let inside: Vec<GroupId> = groups::table
        .filter(groups::realm_id.eq(&cx.realm.id))
        .filter(groups::parent_id.eq(id.as_str()))
        .select(groups::id)
        .load(cx.db.conn()?)?;
    for child in inside {
        remove(cx, &child)?;
    }
    let mine = groups::table
        .filter(groups::realm_id.eq(&cx.realm.id))
        .filter(groups::id.eq(id));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.people_changed();
    cx.settings_changed();
    Ok(removed == 1)
}

/// The groups that a new user joins.
pub fn defaults(cx: &mut Cx<'_>) -> Result<Vec<GroupId>> {
    let mine = default_groups::table
        .filter(default_groups::realm_id.eq(&cx.realm.id))
        .select(default_groups::group_id);
    Ok(mine.load(cx.db.conn()?)?)
}

/// Lets members of a group have a role.
pub fn grant_role(cx: &mut Cx<'_>, id: &GroupId, role: &RoleId) -> Result<()> {
    let insert = diesel::insert_into(group_roles::table).values((
        group_roles::group_id.eq(id),
        group_roles::role_id.eq(role),
        group_roles::realm_id.eq(&cx.realm.id),
    ));
    Unless(insert, "").execute(cx.db.conn()?)?;
    cx.people_changed();
    cx.settings_changed();
    Ok(())
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
    Ok(mine.load(cx.db.conn()?)?)
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
            .load(cx.db.conn()?)?;
        seen.extend(level);
        let above = parents
            .into_iter()
            .filter(|id| !id.is_empty())
            .map(GroupId::new);
        level = above.filter(|id| !seen.contains(id)).collect();
    }
    Ok(seen)
}

/// A group's path from the top, `/staff/night` for example.
pub fn path(all: &[Group], id: &GroupId) -> String {
    let mut names = Vec::new();
    let mut at = Some(id);
    // No tree is deeper than it has groups, so a damaged parent cannot loop.
    for _ in 0..all.len() {
        let Some(group) = at.and_then(|id| all.iter().find(|group| &group.id == id)) else {
            break;
        };
        names.push(group.name.replace('/', "~/"));
        at = group.parent.as_ref();
    }
    names.reverse();
    format!("/{}", names.join("/"))
}

#[derive(Queryable)]
struct Row {
    id: GroupId,
    _realm: RealmId,
    parent_id: String,
    name: String,
    description: Option<String>,
    attributes: String,
}

impl Row {
    fn into_group(self) -> Result<Group> {
        Ok(Group {
            attributes: serde_json::from_str(&self.attributes)?,
            id: self.id,
            parent: Some(self.parent_id)
                .filter(|id| !id.is_empty())
                .map(GroupId::new),
            name: self.name,
            description: self.description,
        })
    }
}
