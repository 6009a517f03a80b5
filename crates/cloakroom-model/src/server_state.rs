//! What the server itself remembers: the set-up code, and a check of the master key.

use diesel::prelude::*;

use crate::Result;
use crate::cx::Link;
use crate::schema::server_state;
use crate::sql::Unless;

/// The value kept under a name.
pub fn find(link: &mut Link<'_>, name: &str) -> Result<Option<String>> {
    let mine = server_state::table
        .filter(server_state::name.eq(name))
        .select(server_state::value);
    Ok(mine.get_result(link.conn()?).optional()?)
}

/// Keeps a value under a name that has none yet. Of two calls at once, exactly one gets true.
pub fn insert(link: &mut Link<'_>, name: &str, value: &str) -> Result<bool> {
    let insert = diesel::insert_into(server_state::table)
        .values((server_state::name.eq(name), server_state::value.eq(value)));
    Ok(Unless(insert, "").execute(link.conn()?)? == 1)
}

/// Replaces the value under a name, if it is still `before`; false if not.
pub fn replace(link: &mut Link<'_>, name: &str, before: &str, after: &str) -> Result<bool> {
    let mine = server_state::table
        .filter(server_state::name.eq(name))
        .filter(server_state::value.eq(before));
    Ok(diesel::update(mine)
        .set(server_state::value.eq(after))
        .execute(link.conn()?)?
        == 1)
}

/// Forgets the value under a name; false if there was none.
pub fn remove(link: &mut Link<'_>, name: &str) -> Result<bool> {
    let mine = server_state::table.filter(server_state::name.eq(name));
    Ok(diesel::delete(mine).execute(link.conn()?)? == 1)
}
