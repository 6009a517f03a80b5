//! The last administrator of `master` stays: without one, nobody could give anybody the right again from inside.

use cloakroom_model::id::{RoleId, UserId};
use cloakroom_model::{Cx, realm, user};

use crate::error::{AdminError, Result};

/// The role that administers everything, if somebody had it before a change.
struct Held(Option<RoleId>);

impl Held {
    /// Looks before anything is changed. Where nobody administers, there is nobody to keep.
    fn look(cx: &mut Cx<'_>) -> Result<Self> {
        let Some(role) = user::administering_role(cx)? else {
            return Ok(Self(None));
        };
        let is_held = user::is_held(cx, &role, None)?;
        Ok(Self(is_held.then_some(role)))
    }

    /// Undoes a change, whatever it was, after which nobody would administer any more.
    fn check(&self, cx: &mut Cx<'_>) -> Result<()> {
        match &self.0 {
            Some(role) if !cx.changes.is_empty() && !user::is_held(cx, role, None)? => {
                Err(refusal().undoing())
            }
            _ => Ok(()),
        }
    }
}

/// Changes something in the realm, which stays there until the change is done, and undoes it if nobody would administer any more.
pub(crate) fn keeping<T>(
    cx: &mut Cx<'_>,
    work: impl FnOnce(&mut Cx<'_>) -> Result<T>,
) -> Result<T> {
    realm::hold(cx)?;
    let held = Held::look(cx)?;
    let done = work(cx)?;
    held.check(cx)?;
    Ok(done)
}

/// Refuses to take somebody away who is the last to administer, before anything is written.
pub(crate) fn check_without(cx: &mut Cx<'_>, id: &UserId) -> Result<()> {
    match user::is_last_administrator(cx, id)? {
        true => Err(refusal()),
        false => Ok(()),
    }
}

fn refusal() -> AdminError {
    let why = "The last administrator of the realm master cannot be removed, disabled or left without the role admin. \
               Give the role to somebody else first.";
    AdminError::message(409, why)
}
