//! Groups of an organization: a tree of its own, which the realm's groups know nothing of.

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::group::Group;
use crate::id::{GroupId, OrganizationId, RealmId, RoleId, UserId};
use crate::organization::Member;
use crate::pairs::organization_group_roles as pairs;
use crate::schema::{
    organization_group_members as joined, organization_group_roles as group_roles,
    organization_groups as groups, organization_members as members, users,
};
use crate::sql::Unless;

/// All groups of an organization by name.
pub fn list(cx: &mut Cx<'_>, of: &OrganizationId) -> Result<Vec<Group>> {
    let mine = groups::table
        .filter(groups::realm_id.eq(&cx.realm.id))
        .filter(groups::organization_id.eq(of))
        .order((groups::name.asc(), groups::id.asc()));
    let rows = mine.load::<Row>(cx.db.conn()?)?;
    let groups = rows.into_iter().map(Row::into_group);
    groups.map(|found| found.map(|(_, group)| group)).collect()
}

/// The group with this id, with the organization that it belongs to.
pub fn find(cx: &mut Cx<'_>, id: &GroupId) -> Result<Option<(OrganizationId, Group)>> {
    let mine = groups::table
        .filter(groups::realm_id.eq(&cx.realm.id))
        .filter(groups::id.eq(id));
    let row = mine.get_result::<Row>(cx.db.conn()?).optional()?;
    row.map(Row::into_group).transpose()
}

/// The groups whose members get a role from them directly, each with its organization.
pub fn list_with_role(cx: &mut Cx<'_>, role: &RoleId) -> Result<Vec<(OrganizationId, Group)>> {
    let ids = group_roles::table
        .filter(group_roles::realm_id.eq(&cx.realm.id))
        .filter(group_roles::role_id.eq(role))
        .select(group_roles::group_id);
    let mine = groups::table
        .filter(groups::realm_id.eq(&cx.realm.id))
        .filter(groups::id.eq_any(ids))
        .order((groups::name.asc(), groups::id.asc()));
    let rows = mine.load::<Row>(cx.db.conn()?)?;
    rows.into_iter().map(Row::into_group).collect()
}

/// Stores a new group; false if its id or its name beside its siblings is taken.
pub fn insert(cx: &mut Cx<'_>, of: &OrganizationId, group: &Group) -> Result<bool> {
    let insert = diesel::insert_into(groups::table).values((
        groups::id.eq(&group.id),
        groups::realm_id.eq(&cx.realm.id),
        groups::organization_id.eq(of),
        groups::parent_id.eq(parent_id(group)),
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
            groups::parent_id.eq(parent_id(group)),
            groups::name.eq(&group.name),
            groups::description.eq(&group.description),
            groups::attributes.eq(serde_json::to_string(&group.attributes)?),
        ))
        .execute(cx.db.conn()?)?;
    cx.people_changed();
    Ok(changed == 1)
}

/// Removes a group of an organization and those inside it; false if it is gone.
pub fn remove(cx: &mut Cx<'_>, of: &OrganizationId, id: &GroupId) -> Result<bool> {
    let all = list(cx, of)?;
    let inside = all.iter().filter(|group| is_inside(&all, &group.id, id));
    let doomed: Vec<&GroupId> = inside.map(|group| &group.id).collect();
    let mine = groups::table
        .filter(groups::realm_id.eq(&cx.realm.id))
        .filter(groups::id.eq_any(doomed));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.people_changed();
    Ok(removed > 0)
}

/// Tells whether a group is another one of the same list, or inside of it however deep.
pub fn is_inside(all: &[Group], id: &GroupId, other: &GroupId) -> bool {
    let mut at = Some(id);
    // No tree is deeper than it has groups, so a damaged parent cannot loop.
    for _ in 0..=all.len() {
        let Some(here) = at else { return false };
        if here == other {
            return true;
        }
        let found = all.iter().find(|group| &group.id == here);
        at = found.and_then(|group| group.parent.as_ref());
    }
    false
}

/// The roles given to a group directly.
pub fn direct_roles(cx: &mut Cx<'_>, id: &GroupId) -> Result<Vec<RoleId>> {
    pairs::list(cx, id)
}

/// Lets members of a group have a role within the organization.
pub fn grant_role(cx: &mut Cx<'_>, id: &GroupId, role: &RoleId) -> Result<()> {
    pairs::add(cx, id, role)?;
    cx.people_changed();
    Ok(())
}

/// Takes that back.
pub fn revoke_role(cx: &mut Cx<'_>, id: &GroupId, role: &RoleId) -> Result<()> {
    pairs::remove(cx, id, role)?;
    cx.people_changed();
    Ok(())
}

/// Puts a member of the organization into a group; false if the member is in it.
///
/// The user must be a member of the organization: the caller asks before.
pub fn join(cx: &mut Cx<'_>, of: &OrganizationId, id: &GroupId, user: &UserId) -> Result<bool> {
    let insert = diesel::insert_into(joined::table).values((
        joined::group_id.eq(id),
        joined::user_id.eq(user),
        joined::organization_id.eq(of),
        joined::realm_id.eq(&cx.realm.id),
    ));
    let inserted = Unless(insert, "").execute(cx.db.conn()?)?;
    cx.people_changed();
    Ok(inserted == 1)
}

/// Takes a user out of a group; false if the user is not in it.
pub fn leave(cx: &mut Cx<'_>, id: &GroupId, user: &UserId) -> Result<bool> {
    let mine = joined::table
        .filter(joined::realm_id.eq(&cx.realm.id))
        .filter(joined::group_id.eq(id))
        .filter(joined::user_id.eq(user));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.people_changed();
    Ok(removed == 1)
}

/// Who is in a group, by username.
pub fn list_members(
    cx: &mut Cx<'_>,
    of: &OrganizationId,
    id: &GroupId,
    first: i64,
    max: i64,
) -> Result<Vec<Member>> {
    let ids = joined::table
        .filter(joined::realm_id.eq(&cx.realm.id))
        .filter(joined::group_id.eq(id))
        .select(joined::user_id);
    let rows: Vec<(UserId, bool)> = members::table
        .inner_join(users::table)
        .filter(members::realm_id.eq(&cx.realm.id))
        .filter(members::organization_id.eq(of))
        .filter(members::user_id.eq_any(ids))
        .order((users::username.asc(), users::id.asc()))
        .offset(first)
        .limit(max)
        .select((members::user_id, members::managed))
        .load(cx.db.conn()?)?;
    let member = |(user, managed)| Member { user, managed };
    Ok(rows.into_iter().map(member).collect())
}

/// The groups of an organization that a member is in directly.
pub fn list_of_member(cx: &mut Cx<'_>, of: &OrganizationId, user: &UserId) -> Result<Vec<GroupId>> {
    let mine = joined::table
        .filter(joined::realm_id.eq(&cx.realm.id))
        .filter(joined::organization_id.eq(of))
        .filter(joined::user_id.eq(user))
        .select(joined::group_id);
    Ok(mine.load(cx.db.conn()?)?)
}

/// The top has no row: what is there names no parent.
fn parent_id(group: &Group) -> &str {
    group.parent.as_ref().map_or("", GroupId::as_str)
}

#[derive(Queryable)]
struct Row {
    id: GroupId,
    _realm: RealmId,
    organization: OrganizationId,
    parent_id: String,
    name: String,
    description: Option<String>,
    attributes: String,
}

impl Row {
    fn into_group(self) -> Result<(OrganizationId, Group)> {
        let group = Group {
            attributes: serde_json::from_str(&self.attributes)?,
            id: self.id,
            parent: Some(self.parent_id)
                .filter(|id| !id.is_empty())
                .map(GroupId::new),
            name: self.name,
            description: self.description,
        };
        Ok((self.organization, group))
    }
}
