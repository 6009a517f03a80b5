//! Pages of people: their ids from an index that is in the order of the list, then the people.

use std::collections::HashMap;

use diesel::dsl;
use diesel::prelude::*;

use super::index::indexed;
use super::{Row, User};
use crate::Result;
use crate::cx::Cx;
use crate::id::{GroupId, RealmId, RoleId, UserId};
use crate::schema::{user_attributes, user_groups, user_roles, users};

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

type Holders<'a> = dsl::Filter<
    dsl::Filter<
        dsl::Filter<user_attributes::table, dsl::Eq<user_attributes::realm_id, &'a RealmId>>,
        dsl::Eq<user_attributes::name, &'a str>,
    >,
    dsl::Eq<user_attributes::value, String>,
>;

/// The rows of those who have this value of an attribute.
pub(super) fn with_attribute<'a>(realm: &'a RealmId, name: &'a str, value: &str) -> Holders<'a> {
    user_attributes::table
        .filter(user_attributes::realm_id.eq(realm))
        .filter(user_attributes::name.eq(name))
        .filter(user_attributes::value.eq(indexed(value)))
}

/// Who has this value of an attribute, by username.
pub(super) fn ids_with_attribute(
    cx: &mut Cx<'_>,
    (name, value): (&str, &str),
    first: i64,
    max: i64,
) -> Result<Vec<UserId>> {
    let holders = with_attribute(&cx.realm.id, name, value)
        .order((
            user_attributes::username.asc(),
            user_attributes::user_id.asc(),
        ))
        .offset(first)
        .limit(max)
        .select(user_attributes::user_id);
    Ok(holders.load(cx.db.conn()?)?)
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
    let ids = user_groups::table
        .filter(user_groups::realm_id.eq(&cx.realm.id))
        .filter(user_groups::group_id.eq(group))
        .order((user_groups::username.asc(), user_groups::user_id.asc()))
        .offset(first)
        .limit(max)
        .select(user_groups::user_id)
        .load::<UserId>(cx.db.conn()?)?;
    load(cx, &ids)
}
