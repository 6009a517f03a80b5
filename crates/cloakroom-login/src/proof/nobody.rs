//! A name of nobody costs as many statements as a wrong password of somebody, as nearly as can be without a row to change.
//! What they find and remove is nothing.

use cloakroom_model::id::UserId;
use cloakroom_model::{Cx, Result, credential, lockout};

/// No id is like it.
const NOBODY: &str = "-";

/// In place of looking up a password and counting an attempt.
pub(super) fn prepare(cx: &mut Cx<'_>) -> Result<()> {
    credential::find_password(cx, &UserId::new(NOBODY))?;
    conclude(cx)
}

/// In place of counting a failure.
pub(super) fn conclude(cx: &mut Cx<'_>) -> Result<()> {
    if cx.realm.settings.brute_force_protected {
        let nobody = UserId::new(NOBODY);
        lockout::find(cx, &nobody)?;
        lockout::clear(cx, &nobody)?;
    }
    Ok(())
}
