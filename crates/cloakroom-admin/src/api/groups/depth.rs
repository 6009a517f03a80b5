//! Groups that would be too deep inside others.

use cloakroom_model::group;

use crate::error::{AdminError, Result};

/// Refuses a group for which there is no room inside the others.
pub(crate) fn check_depth(has_room: bool) -> Result<()> {
    if has_room {
        return Ok(());
    }
    let most = group::DEEPEST;
    let why = format!("Groups cannot be nested deeper than {most} levels");
    Err(AdminError::message(400, why))
}
