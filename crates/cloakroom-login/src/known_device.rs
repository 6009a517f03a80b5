//! Browsers in which a user has signed in before: strangers who guess the user's password do not shut them out.
//!
//! It matters only where the realm locks users out, so nothing is remembered elsewhere.

use cloakroom_model::id::UserId;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Digest, Result, Ttl, known_device};

pub(crate) use cloakroom_model::known_device::forget;

/// How long a browser is known after its user's last sign-in.
pub const KNOWN: Ttl = Ttl::seconds(180 * 24 * 3600);

/// After so many failures in a row a known browser is treated like any other during a lockout.
pub(crate) const TRUSTED: u32 = 3;

/// After so many failures in a row a browser is known no more.
pub(crate) const FORGOTTEN: u32 = 10;

/// The browser, if the user has signed in with it before and the realm locks users out at all.
pub(crate) fn recognize(
    cx: &mut Cx<'_>,
    found: Option<&User>,
    device: Option<&Digest>,
) -> Result<Option<Digest>> {
    let (Some(user), Some(device)) = (found, device) else {
        return Ok(None);
    };
    let is_known =
        cx.realm.settings.brute_force_protected && known_device::is_known(cx, &user.id, device)?;
    Ok(is_known.then(|| device.clone()))
}

/// Remembers the browser that a user has just signed in with, where that can matter.
///
/// True if it is remembered, and has to keep what it is known by.
pub fn remember(cx: &mut Cx<'_>, user: &UserId, device: &Digest) -> Result<bool> {
    if !cx.realm.settings.brute_force_protected {
        return Ok(false);
    }
    known_device::remember(cx, user, device, cx.now.plus(KNOWN))?;
    Ok(true)
}
