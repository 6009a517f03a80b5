//! Who has an attribute, or several: from the index that is in the order of the list.

use std::ops::Range;

use diesel::dsl::exists;
use diesel::prelude::*;

use super::index::indexed;
use crate::Result;
use crate::conn::MultiBackend;
use crate::cx::Cx;
use crate::id::{RealmId, UserId};
use crate::schema::user_attributes;

diesel::alias!(user_attributes as others: Others);

/// An attribute that more people have than this is looked up for each of the holders of another.
const MANY: i64 = 10_000;

/// The name of an attribute, and one of its values.
type Attribute = (String, String);

type Holders<'a> = user_attributes::BoxedQuery<'a, MultiBackend>;

/// The rows of those who have this value of an attribute.
fn holders<'a>(realm: &'a RealmId, (name, value): &'a Attribute) -> Holders<'a> {
    user_attributes::table
        .filter(user_attributes::realm_id.eq(realm))
        .filter(user_attributes::name.eq(name))
        .filter(user_attributes::value.eq(indexed(value)))
        .into_boxed()
}

/// The same of those who have all of them: the holders of the first that not many have, as far as they have the others.
fn holders_of_all<'q, 'c: 'q>(
    cx: &mut Cx<'c>,
    attributes: &'q [Attribute],
) -> Result<Option<Holders<'q>>> {
    let mut first = 0;
    for (at, attribute) in attributes.iter().enumerate() {
        if attributes.len() > 1 && ids(cx, attribute, MANY..MANY + 1)?.is_empty() {
            first = at;
            break;
        }
    }
    let realm = cx.realm;
    let Some(attribute) = attributes.get(first) else {
        return Ok(None);
    };
    let mut found = holders(&realm.id, attribute);
    for (_, (name, value)) in attributes.iter().enumerate().filter(|(at, _)| *at != first) {
        let has = others
            .filter(
                others
                    .field(user_attributes::user_id)
                    .eq(user_attributes::user_id),
            )
            .filter(others.field(user_attributes::name).eq(name.clone()))
            .filter(others.field(user_attributes::value).eq(indexed(value)));
        // Nobody has the empty id; without it PostgreSQL would begin at the holders of the other, who are many.
        found = found.filter(exists(has).or(user_attributes::user_id.eq("")));
    }
    Ok(Some(found))
}

/// Who has this value of an attribute, by username.
pub(super) fn ids(
    cx: &mut Cx<'_>,
    attribute: &Attribute,
    range: Range<i64>,
) -> Result<Vec<UserId>> {
    let realm = cx.realm;
    listed(cx, holders(&realm.id, attribute), range)
}

/// Who has all of these attributes, by username.
pub(super) fn ids_of_all(
    cx: &mut Cx<'_>,
    attributes: &[Attribute],
    range: Range<i64>,
) -> Result<Vec<UserId>> {
    match holders_of_all(cx, attributes)? {
        Some(holders) => listed(cx, holders, range),
        None => Ok(Vec::new()),
    }
}

/// How many have all of these attributes.
pub(super) fn count_of_all(cx: &mut Cx<'_>, attributes: &[Attribute]) -> Result<i64> {
    match holders_of_all(cx, attributes)? {
        Some(holders) => Ok(holders.count().get_result(cx.db.conn()?)?),
        None => Ok(0),
    }
}

fn listed(cx: &mut Cx<'_>, holders: Holders<'_>, range: Range<i64>) -> Result<Vec<UserId>> {
    let ids = holders
        .order((
            user_attributes::username.asc(),
            user_attributes::user_id.asc(),
        ))
        .offset(range.start)
        .limit(range.end.saturating_sub(range.start))
        .select(user_attributes::user_id);
    Ok(ids.load(cx.db.conn()?)?)
}
