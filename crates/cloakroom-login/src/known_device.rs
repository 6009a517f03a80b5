//! Browsers in which a user has signed in before: strangers who guess the user's password do not shut them out.
//!
//! It matters where the realm locks users out, or counts the names that an address tries; nothing is remembered elsewhere.

use cloakroom_model::id::UserId;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Digest, Result, Ttl, known_device};

use crate::crowd;

pub(crate) use cloakroom_model::known_device::forget;

/// How long a browser is known after its user's last sign-in.
pub const KNOWN: Ttl = Ttl::seconds(180 * 24 * 3600);

/// After so many failures in a row a known browser is treated like any other during a lockout.
pub(crate) const TRUSTED: u32 = 3;

/// After so many failures in a row a browser is known no more.
pub(crate) const FORGOTTEN: u32 = 10;

/// A realm without either limit has nothing to let a browser through.
fn matters(cx: &Cx<'_>) -> bool {
    cx.realm.settings.brute_force_protected || crowd::is_on(cx)
}

/// The browser, if the user has signed in with it before and that can matter.
pub(crate) fn recognize(
    cx: &mut Cx<'_>,
    found: Option<&User>,
    device: Option<&Digest>,
) -> Result<Option<Digest>> {
    let (Some(user), Some(device)) = (found, device) else {
        return Ok(None);
    };
    let is_known = matters(cx) && known_device::is_known(cx, &user.id, device)?;
    Ok(is_known.then(|| device.clone()))
}

/// Remembers the browser that a user has just signed in with, where that can matter.
///
/// True if it is remembered, and has to keep what it is known by.
pub fn remember(cx: &mut Cx<'_>, user: &UserId, device: &Digest) -> Result<bool> {
    if !matters(cx) {
        return Ok(false);
    }
    known_device::remember(cx, user, device, cx.now.plus(KNOWN))?;
    Ok(true)
}
