//! An attempt that turns out to be at somebody after it was counted under a name: a directory knows who has the name.

use cloakroom_model::id::UserId;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Result};

use super::{HELD, Reservation, Work, refusal};
use crate::lockout::{self, Lock};
use crate::pace::{self, Begun};

/// An attempt that turned out to be at somebody, before their password was looked at.
#[derive(Clone, Debug)]
pub struct Meant {
    limit: Begun,
    user: Option<UserId>,
    is_counted: bool,
    refused: Option<&'static str>,
}

/// Counts an attempt at whoever a directory says is meant, which is known after the first step and before the password is
/// looked at. `unseen` stands for somebody who is not stored here.
///
/// # Errors
/// If the database cannot be asked.
pub fn meant(
    cx: &mut Cx<'_>,
    before: &Reservation,
    (user, unseen): (Option<&User>, &str),
    ip: &str,
) -> Result<Meant> {
    let subject = user.map_or(unseen, |user| user.id.as_str());
    let limit = pace::also(cx, &before.limit, subject, ip)?;
    let mut meant = Meant {
        refused: limit.is_held.then_some(HELD),
        limit,
        user: user.map(|user| user.id.clone()),
        is_counted: false,
    };
    if let Some(user) = user
        && meant.refused.is_none()
        && cx.realm.settings.brute_force_protected
    {
        let lock = lockout::begin(cx, user, ip)?;
        meant.is_counted = lock == Lock::Open;
        meant.refused = refusal(lock, false);
    }
    Ok(meant)
}

impl Meant {
    /// The password may be looked at.
    pub fn may_go_on(&self) -> bool {
        self.refused.is_none()
    }

    /// Nobody has judged the password, and another directory is asked about it: here it counts for nothing.
    ///
    /// # Errors
    /// If the database cannot be asked.
    pub fn take_back(&self, cx: &mut Cx<'_>) -> Result<()> {
        pace::release(cx, &self.limit)?;
        match &self.user {
            Some(user) if self.is_counted => lockout::give_back(cx, user),
            _ => Ok(()),
        }
    }
}

impl Work {
    /// Takes over what was counted when it turned out whom the attempt is at.
    pub fn is_at(&mut self, meant: Meant) {
        self.limit = meant.limit;
        self.user = meant.user.or(self.user.take());
        self.is_counted = meant.is_counted;
        self.refused = meant.refused.or(self.refused);
    }
}
