//! Groups: a tree of people, with roles that members inherit.

mod depth;
mod tree;

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::{GroupId, RealmId, RoleId};
use crate::pairs::group_roles as pairs;
use crate::schema::{default_groups, group_roles, groups};
use crate::sql::Unless;
use crate::user::Attributes;

pub use depth::{DEEPEST, has_room, has_room_among};
pub use tree::{Query, ancestors, count, count_inside, find_named, list_inside, path, search};
pub use tree::{is_inside, roles, with_parents};
pub(crate) use tree::{roles_of_all, with_all_inside};

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
    into_groups(mine.load::<Row>(cx.db.conn()?)?)
}

/// The groups with these ids that exist, by name.
pub fn list_of(cx: &mut Cx<'_>, ids: &[GroupId]) -> Result<Vec<Group>> {
    let mine = groups::table
        .filter(groups::realm_id.eq(&cx.realm.id))
        .filter(groups::id.eq_any(ids.to_vec()))
        .order(groups::name.asc());
    into_groups(mine.load::<Row>(cx.db.conn()?)?)
}

/// The groups whose members get a role from them directly, by name.
pub fn list_with_role(cx: &mut Cx<'_>, role: &RoleId, first: i64, max: i64) -> Result<Vec<Group>> {
    let ids = group_roles::table
        .filter(group_roles::realm_id.eq(&cx.realm.id))
        .filter(group_roles::role_id.eq(role))
        .select(group_roles::group_id);
    let mine = groups::table
        .filter(groups::realm_id.eq(&cx.realm.id))
        .filter(groups::id.eq_any(ids))
        .order(groups::name.asc())
        .offset(first)
        .limit(max);
    into_groups(mine.load::<Row>(cx.db.conn()?)?)
}

/// The group with this id.
pub fn find(cx: &mut Cx<'_>, id: &GroupId) -> Result<Option<Group>> {
    let mine = groups::table
        .filter(groups::realm_id.eq(&cx.realm.id))
        .filter(groups::id.eq(id));
    mine.get_result::<Row>(cx.db.conn()?)
        .optional()?
        .map(Row::into_group)
        .transpose()
}

/// Stores a new group; false if its id or its name beside its siblings is taken.
pub fn insert(cx: &mut Cx<'_>, group: &Group) -> Result<bool> {
    let insert = diesel::insert_into(groups::table).values((
        groups::id.eq(&group.id),
        groups::realm_id.eq(&cx.realm.id),
        groups::parent_id.eq(parent_id(group.parent.as_ref())),
        groups::name.eq(&group.name),
        groups::description.eq(&group.description),
        groups::attributes.eq(serde_json::to_string(&group.attributes)?),
    ));
    Ok(Unless(insert, "").execute(cx.db.conn()?)? == 1)
}

/// Replaces a group's own row; false if it is gone. Its name must be free beside its siblings.
pub fn update(cx: &mut Cx<'_>, group: &Group) -> Result<bool> {
    let mine = groups::table
        .filter(groups::realm_id.eq(&cx.realm.id))
        .filter(groups::id.eq(&group.id));
    let changed = diesel::update(mine)
        .set((
            groups::parent_id.eq(parent_id(group.parent.as_ref())),
            groups::name.eq(&group.name),
            groups::description.eq(&group.description),
            groups::attributes.eq(serde_json::to_string(&group.attributes)?),
        ))
        .execute(cx.db.conn()?)?;
    members_changed(cx);
    Ok(changed == 1)
}

/// Removes a group and those inside it; false if it is gone.
pub fn remove(cx: &mut Cx<'_>, id: &GroupId) -> Result<bool> {
    for child in list_inside(cx, Some(id), &Query::all())? {
        remove(cx, &child.id)?;
    }
    let mine = groups::table
        .filter(groups::realm_id.eq(&cx.realm.id))
        .filter(groups::id.eq(id));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    members_changed(cx);
    Ok(removed == 1)
}

/// The groups that a new user joins.
pub fn defaults(cx: &mut Cx<'_>) -> Result<Vec<GroupId>> {
    let mine = default_groups::table
        .filter(default_groups::realm_id.eq(&cx.realm.id))
        .select(default_groups::group_id);
    Ok(mine.load(cx.db.conn()?)?)
}

/// The roles given to a group directly.
pub fn direct_roles(cx: &mut Cx<'_>, id: &GroupId) -> Result<Vec<RoleId>> {
    pairs::list(cx, id)
}

/// Lets members of a group have a role.
pub fn grant_role(cx: &mut Cx<'_>, id: &GroupId, role: &RoleId) -> Result<()> {
    pairs::add(cx, id, role)?;
    members_changed(cx);
    Ok(())
}

/// Takes that back.
pub fn revoke_role(cx: &mut Cx<'_>, id: &GroupId, role: &RoleId) -> Result<()> {
    pairs::remove(cx, id, role)?;
    members_changed(cx);
    Ok(())
}

/// Members may have other roles now, service accounts among them, which the snapshot holds.
fn members_changed(cx: &mut Cx<'_>) {
    cx.people_changed();
    cx.settings_changed();
}

/// The top has no row: what is there names no parent.
fn parent_id(parent: Option<&GroupId>) -> &str {
    parent.map_or("", GroupId::as_str)
}

fn into_groups(rows: Vec<Row>) -> Result<Vec<Group>> {
    rows.into_iter().map(Row::into_group).collect()
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
