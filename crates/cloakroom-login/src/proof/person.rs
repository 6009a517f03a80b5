//! The person behind what was typed as a name.

use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Result};

/// Service accounts are no people: they have no password and never get one.
pub(super) fn find(cx: &mut Cx<'_>, text: &str) -> Result<Option<User>> {
    // No name is as long, and one database takes no NUL in a text.
    if text.is_empty() || text.len() > 255 || text.contains('\0') {
        return Ok(None);
    }
    let found = user::find_for_login(cx, text.trim())?;
    Ok(found.filter(|user| user.service_account_client.is_none()))
}
