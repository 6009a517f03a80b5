//! Walks over all users of a realm, service accounts too, however many there are.

use diesel::prelude::*;

use super::{Row, User};
use crate::Result;
use crate::cx::Cx;
use crate::schema::users;

/// The next users by username, after the one of this name.
pub fn walk(cx: &mut Cx<'_>, after: &str, max: i64) -> Result<Vec<User>> {
    let rows = users::table
        .filter(users::realm_id.eq(&cx.realm.id))
        .filter(users::username.gt(after))
        .order(users::username.asc())
        .limit(max)
        .load::<Row>(cx.db.conn()?)?;
    rows.into_iter().map(Row::into_user).collect()
}
