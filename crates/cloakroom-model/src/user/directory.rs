//! Users who come from a directory: where they are in it, and what it gave them.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::{ComponentId, UserId};
use crate::schema::{
    directory_grants as grants, directory_targets as targets, directory_users as links, users,
};
use crate::sql::{Unless, fixed};
use crate::time::Timestamp;

/// Where a user is in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The directory's component.
    pub component: ComponentId,
    /// The id that the directory never changes.
    pub external_id: String,
    /// Where the entry was last seen.
    pub dn: String,
}

/// Where a user is; `None` for one of the realm's own.
pub fn find(cx: &mut Cx<'_>, user: &UserId) -> Result<Option<Link>> {
    let mine = links::table
        .filter(links::realm_id.eq(&cx.realm.id))
        .filter(links::user_id.eq(user))
        .select((links::component_id, links::external_id, links::dn));
    let found = fixed!(
        cx.db.conn()?,
        mine,
        get_result::<(ComponentId, String, String)>
    )
    .optional()?;
    Ok(found.map(|(component, external_id, dn)| Link {
        component,
        external_id,
        dn,
    }))
}

/// The directories of these users, for those who come from one.
pub fn list_of(cx: &mut Cx<'_>, users: &[UserId]) -> Result<BTreeMap<UserId, ComponentId>> {
    let mine = links::table
        .filter(links::realm_id.eq(&cx.realm.id))
        .filter(links::user_id.eq_any(users.to_vec()))
        .select((links::user_id, links::component_id));
    let all: Vec<(UserId, ComponentId)> = mine.load(cx.db.conn()?)?;
    Ok(all.into_iter().collect())
}

/// The user that an entry of a directory is; `None` if it is nobody yet.
pub fn find_user(
    cx: &mut Cx<'_>,
    component: &ComponentId,
    external_id: &str,
) -> Result<Option<UserId>> {
    let linked = links::table
        .filter(links::realm_id.eq(&cx.realm.id))
        .filter(links::component_id.eq(component))
        .filter(links::external_id.eq(external_id))
        .select(links::user_id);
    Ok(linked.get_result(cx.db.conn()?).optional()?)
}

/// Links a user to an entry; false if the entry is somebody else's, or the user is linked already.
pub fn insert(cx: &mut Cx<'_>, user: &UserId, link: &Link) -> Result<bool> {
    let insert = diesel::insert_into(links::table).values((
        links::user_id.eq(user),
        links::realm_id.eq(&cx.realm.id),
        links::component_id.eq(&link.component),
        links::external_id.eq(&link.external_id),
        links::dn.eq(&link.dn),
        links::seen_at.eq(cx.now),
    ));
    Ok(Unless(insert, "").execute(cx.db.conn()?)? == 1)
}

/// Remembers that the entry was there, at this place and instant; false if the user is not linked any more.
pub fn saw(cx: &mut Cx<'_>, user: &UserId, dn: &str, at: Timestamp) -> Result<bool> {
    let mine = links::table
        .filter(links::realm_id.eq(&cx.realm.id))
        .filter(links::user_id.eq(user));
    let changed = diesel::update(mine)
        .set((links::dn.eq(dn), links::seen_at.eq(at)))
        .execute(cx.db.conn()?)?;
    Ok(changed == 1)
}

/// The user has signed in by the directory, or a synchronization has found them there; a guess at their password is neither.
pub fn was_seen(cx: &mut Cx<'_>, user: &UserId) -> Result<bool> {
    let mine = links::table
        .filter(links::realm_id.eq(&cx.realm.id))
        .filter(links::user_id.eq(user))
        .select(links::seen_at);
    let seen: Option<Timestamp> = mine.get_result(cx.db.conn()?).optional()?;
    Ok(seen.is_some_and(|at| at > NEVER))
}

/// Gives the entry of a user another name, who was never seen; false if they were, or have another by now.
pub fn rename(cx: &mut Cx<'_>, user: &UserId, (before, external_id): (&str, &str)) -> Result<bool> {
    let mine = links::table
        .filter(links::realm_id.eq(&cx.realm.id))
        .filter(links::user_id.eq(user))
        .filter(links::external_id.eq(before))
        .filter(links::seen_at.le(NEVER));
    let changed = diesel::update(mine)
        .set(links::external_id.eq(external_id))
        .execute(cx.db.conn()?)?;
    Ok(changed == 1)
}

/// Before everything.
pub const NEVER: Timestamp = Timestamp::from_seconds(0);

/// How many users come from a directory.
pub fn count(cx: &mut Cx<'_>, component: &ComponentId) -> Result<i64> {
    let mine = links::table
        .filter(links::realm_id.eq(&cx.realm.id))
        .filter(links::component_id.eq(component));
    Ok(mine.count().get_result(cx.db.conn()?)?)
}

/// How many users of a directory were not seen since an instant.
pub fn count_unseen(cx: &mut Cx<'_>, component: &ComponentId, since: Timestamp) -> Result<i64> {
    let mine = links::table
        .filter(links::realm_id.eq(&cx.realm.id))
        .filter(links::component_id.eq(component))
        .filter(links::seen_at.lt(since));
    Ok(mine.count().get_result(cx.db.conn()?)?)
}

/// Users of a directory, those first who were seen the longest ago; `None` for all of them.
pub fn list_unseen(
    cx: &mut Cx<'_>,
    component: &ComponentId,
    since: Option<Timestamp>,
    most: i64,
) -> Result<Vec<UserId>> {
    let mut mine = links::table
        .filter(links::realm_id.eq(&cx.realm.id))
        .filter(links::component_id.eq(component))
        .order(links::seen_at.asc())
        .limit(most)
        .select(links::user_id)
        .into_boxed();
    if let Some(since) = since {
        mine = mine.filter(links::seen_at.lt(since));
    }
    Ok(mine.load(cx.db.conn()?)?)
}

/// Makes all users of a directory the realm's own; how many there were.
pub fn unlink_all(cx: &mut Cx<'_>, component: &ComponentId) -> Result<usize> {
    let mine = links::table
        .filter(links::realm_id.eq(&cx.realm.id))
        .filter(links::component_id.eq(component));
    let count = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.people_changed();
    Ok(count)
}

/// Removes all users of a directory with all that is theirs; how many there were.
pub fn remove_all(cx: &mut Cx<'_>, component: &ComponentId) -> Result<usize> {
    let theirs = links::table
        .filter(links::realm_id.eq(&cx.realm.id))
        .filter(links::component_id.eq(component))
        .select(links::user_id);
    let mine = users::table
        .filter(users::realm_id.eq(&cx.realm.id))
        .filter(users::id.eq_any(theirs));
    let count = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.people_changed();
    Ok(count)
}

/// What a directory's mapper gave a user, by the ids of groups and roles.
pub fn given(cx: &mut Cx<'_>, user: &UserId, mapper: &str) -> Result<Vec<String>> {
    let mine = grants::table
        .filter(grants::realm_id.eq(&cx.realm.id))
        .filter(grants::user_id.eq(user))
        .filter(grants::mapper_id.eq(mapper))
        .select(grants::target_id);
    Ok(mine.load(cx.db.conn()?)?)
}

/// Remembers that a directory gave a user a group or a role.
pub fn give(cx: &mut Cx<'_>, user: &UserId, target: &str, mapper: &str) -> Result<()> {
    let insert = diesel::insert_into(grants::table).values((
        grants::user_id.eq(user),
        grants::target_id.eq(target),
        grants::realm_id.eq(&cx.realm.id),
        grants::mapper_id.eq(mapper),
    ));
    Unless(insert, "").execute(cx.db.conn()?)?;
    Ok(())
}

/// Forgets that a directory gave a user something.
pub fn take_back(cx: &mut Cx<'_>, user: &UserId, target: &str) -> Result<()> {
    let mine = grants::table
        .filter(grants::realm_id.eq(&cx.realm.id))
        .filter(grants::user_id.eq(user))
        .filter(grants::target_id.eq(target));
    diesel::delete(mine).execute(cx.db.conn()?)?;
    Ok(())
}

/// Remembers that a group or a role was made because a directory has it.
pub fn note_made(cx: &mut Cx<'_>, target: &str, mapper: &str) -> Result<()> {
    let insert = diesel::insert_into(targets::table).values((
        targets::target_id.eq(target),
        targets::realm_id.eq(&cx.realm.id),
        targets::mapper_id.eq(mapper),
    ));
    Unless(insert, "").execute(cx.db.conn()?)?;
    Ok(())
}

/// A group or a role was made because this mapper's directory has it.
pub fn was_made_by(cx: &mut Cx<'_>, target: &str, mapper: &str) -> Result<bool> {
    let mine = targets::table
        .filter(targets::realm_id.eq(&cx.realm.id))
        .filter(targets::target_id.eq(target))
        .filter(targets::mapper_id.eq(mapper));
    let count: i64 = mine.count().get_result(cx.db.conn()?)?;
    Ok(count > 0)
}
