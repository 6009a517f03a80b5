//! Known devices: browsers in which a user has signed in before, told by a secret that they keep.
//!
//! A known device proves nothing about who sits before it. It only tells the user's own browser from a stranger's.

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::UserId;
use crate::schema::known_devices;
use crate::secret::Digest;
use crate::sql::Unless;
use crate::swept::swept_until;
use crate::time::Timestamp;

/// So many devices of one user are known at most: those that were used last. A program that signs in without ever
/// keeping its cookie would add one each time.
pub const MOST: i64 = 50;

/// The user has signed in on this device before.
pub fn is_known(cx: &mut Cx<'_>, user: &UserId, device: &Digest) -> Result<bool> {
    let mine = known_devices::table
        .filter(known_devices::realm_id.eq(&cx.realm.id))
        .filter(known_devices::user_id.eq(user))
        .filter(known_devices::digest.eq(device))
        .filter(known_devices::expires_at.gt(cx.now));
    Ok(mine.count().get_result::<i64>(cx.db.conn()?)? > 0)
}

/// Remembers that the user has signed in on this device, and forgets the one that was used longest ago where there are [`MOST`].
pub fn remember(
    cx: &mut Cx<'_>,
    user: &UserId,
    device: &Digest,
    expires_at: Timestamp,
) -> Result<()> {
    let mine = known_devices::table
        .filter(known_devices::realm_id.eq(&cx.realm.id))
        .filter(known_devices::user_id.eq(user))
        .filter(known_devices::digest.eq(device));
    let again = diesel::update(mine).set(known_devices::expires_at.eq(expires_at));
    if again.execute(cx.db.conn()?)? > 0 {
        return Ok(());
    }
    let insert = diesel::insert_into(known_devices::table).values((
        known_devices::realm_id.eq(&cx.realm.id),
        known_devices::user_id.eq(user),
        known_devices::digest.eq(device),
        known_devices::expires_at.eq(expires_at),
    ));
    // Two tabs may sign in at the same instant.
    Unless(insert, "").execute(cx.db.conn()?)?;
    forget_beyond(cx, user)
}

fn forget_beyond(cx: &mut Cx<'_>, user: &UserId) -> Result<()> {
    let mine = known_devices::table
        .filter(known_devices::realm_id.eq(&cx.realm.id))
        .filter(known_devices::user_id.eq(user));
    let newest_first = (
        known_devices::expires_at.desc(),
        known_devices::digest.desc(),
    );
    let beyond: Vec<Digest> = mine
        .order(newest_first)
        .select(known_devices::digest)
        .limit(MOST)
        .offset(MOST)
        .load(cx.db.conn()?)?;
    for device in &beyond {
        forget(cx, user, device)?;
    }
    Ok(())
}

/// Forgets the device, for this user.
pub fn forget(cx: &mut Cx<'_>, user: &UserId, device: &Digest) -> Result<()> {
    let mine = known_devices::table
        .filter(known_devices::realm_id.eq(&cx.realm.id))
        .filter(known_devices::user_id.eq(user))
        .filter(known_devices::digest.eq(device));
    diesel::delete(mine).execute(cx.db.conn()?)?;
    Ok(())
}

/// Removes what is over, in all realms, at most `most` rows; how many there were.
pub fn sweep(cx: &mut Cx<'_>, most: i64) -> Result<usize> {
    swept_until!(cx, known_devices, expires_at, cx.now, most)
}
