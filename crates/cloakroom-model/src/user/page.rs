//! Pages of people: their ids from an index that is in the order of the list, then the people.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{Row, User};
use crate::Result;
use crate::cx::Cx;
use crate::group::with_all_inside;
use crate::id::{GroupId, RoleId, UserId};
use crate::schema::{user_groups, user_roles, users};

/// How many people are read at once.
const BATCH: usize = 1000;

/// The people with these ids, in this order; whoever is gone meanwhile is left out.
pub(super) fn load(cx: &mut Cx<'_>, ids: &[UserId]) -> Result<Vec<User>> {
    let mut people = Vec::with_capacity(ids.len());
    for ids in ids.chunks(BATCH) {
        let rows = users::table
            .filter(users::realm_id.eq(&cx.realm.id))
            .filter(users::id.eq_any(ids))
            .load::<Row>(cx.db.conn()?)?;
        let mut found: HashMap<UserId, Row> =
            rows.into_iter().map(|row| (row.id.clone(), row)).collect();
        for row in ids.iter().filter_map(|id| found.remove(id)) {
            people.push(row.into_user()?);
        }
    }
    Ok(people)
}

/// The usernames of the people with these ids; whoever is not of this realm is left out.
pub fn usernames(cx: &mut Cx<'_>, ids: &[UserId]) -> Result<HashMap<UserId, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mine = users::table
        .filter(users::realm_id.eq(&cx.realm.id))
        .filter(users::id.eq_any(ids.to_vec()))
        .select((users::id, users::username));
    let rows: Vec<(UserId, String)> = mine.load(cx.db.conn()?)?;
    Ok(rows.into_iter().collect())
}

/// People with a role given directly, by username.
pub fn list_with_role(cx: &mut Cx<'_>, role: &RoleId, first: i64, max: i64) -> Result<Vec<User>> {
    let ids = user_roles::table
        .filter(user_roles::realm_id.eq(&cx.realm.id))
        .filter(user_roles::role_id.eq(role))
        .order((user_roles::username.asc(), user_roles::user_id.asc()))
        .offset(first)
        .limit(max)
        .select(user_roles::user_id)
        .load::<UserId>(cx.db.conn()?)?;
    load(cx, &ids)
}

/// People in a group, by username.
pub fn list_in_group(cx: &mut Cx<'_>, group: &GroupId, first: i64, max: i64) -> Result<Vec<User>> {
    let ids = ids_in_group(cx, group, first, max)?;
    load(cx, &ids)
}

/// The ids of people in a group, by username.
pub(super) fn ids_in_group(
    cx: &mut Cx<'_>,
    group: &GroupId,
    first: i64,
    max: i64,
) -> Result<Vec<UserId>> {
    let ids = user_groups::table
        .filter(user_groups::realm_id.eq(&cx.realm.id))
        .filter(user_groups::group_id.eq(group))
        .order((user_groups::username.asc(), user_groups::user_id.asc()))
        .offset(first)
        .limit(max)
        .select(user_groups::user_id)
        .load::<UserId>(cx.db.conn()?)?;
    Ok(ids)
}

/// People in a group or in any group inside it, by username; each once.
pub fn list_in_group_and_below(
    cx: &mut Cx<'_>,
    group: &GroupId,
    first: i64,
    max: i64,
) -> Result<Vec<User>> {
    let groups = with_all_inside(cx, std::slice::from_ref(group))?;
    let ids = user_groups::table
        .filter(user_groups::realm_id.eq(&cx.realm.id))
        .filter(user_groups::group_id.eq_any(groups))
        .order((user_groups::username.asc(), user_groups::user_id.asc()))
        .offset(first)
        .limit(max)
        .distinct()
        .select((user_groups::username, user_groups::user_id))
        .load::<(Option<String>, UserId)>(cx.db.conn()?)?;
    let ids: Vec<UserId> = ids.into_iter().map(|(_, id)| id).collect();
    load(cx, &ids)
}
