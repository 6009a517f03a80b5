//! Departures: browsers that were sent to an identity provider and have not come back.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::cx::Cx;
use crate::id::{AttemptId, IdentityProviderId};
use crate::schema::departures;
use crate::secret::{Digest, Sealed};
use crate::swept::swept;
use crate::time::Timestamp;

/// A browser on its way to an identity provider and back.
#[derive(Clone, Debug)]
pub struct Departure {
    /// The digest of the state that the browser brings back.
    pub state: Digest,
    /// The digest of the handle that the browser's cookie holds.
    pub browser: Digest,
    /// Where it was sent, and whence alone it may come back.
    pub provider: IdentityProviderId,
    /// The login that goes on with it.
    pub attempt: AttemptId,
    /// What the return needs.
    pub baggage: Baggage,
    /// It ends here.
    pub expires_at: Timestamp,
}

/// What the return of a browser needs, and nobody else may know.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Baggage {
    /// The nonce that the ID token has to have.
    pub nonce: String,
    /// The verifier of the challenge that the provider was shown (RFC 7636).
    pub verifier: String,
    /// Whom the provider's account is to be linked to; none for signing in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_to: Option<String>,
    /// The key of an administrator's trial; nobody signs in by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<String>,
}

impl std::fmt::Debug for Baggage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Baggage(…)")
    }
}

/// Stores that a browser leaves.
pub fn insert(cx: &mut Cx<'_>, departure: &Departure) -> Result<()> {
    let text = zeroize::Zeroizing::new(serde_json::to_vec(&departure.baggage)?);
    let place = place(&departure.state);
    let sealed = cx.vault.seal(cx.rng, &place, &text)?;
    diesel::insert_into(departures::table)
        .values((
            departures::state.eq(&departure.state),
            departures::realm_id.eq(&cx.realm.id),
            departures::browser.eq(&departure.browser),
            departures::provider.eq(&departure.provider),
            departures::attempt_id.eq(&departure.attempt),
            departures::secrets.eq(sealed),
            departures::expires_at.eq(departure.expires_at),
        ))
        .execute(cx.db.conn()?)?;
    Ok(())
}

/// Takes the departure of this state, for the browser and the provider that it belongs to.
///
/// Of two returns with one state, exactly one gets it. What another browser or another provider shows
/// takes nothing away.
pub fn redeem(
    cx: &mut Cx<'_>,
    state: &Digest,
    browser: &Digest,
    provider: &IdentityProviderId,
) -> Result<Option<(AttemptId, Baggage)>> {
    let mine = departures::table
        .filter(departures::state.eq(state))
        .filter(departures::realm_id.eq(&cx.realm.id))
        .filter(departures::browser.eq(browser))
        .filter(departures::provider.eq(provider))
        .filter(departures::expires_at.gt(cx.now));
    let taken: Option<(AttemptId, Sealed)> = diesel::delete(mine)
        .returning((departures::attempt_id, departures::secrets))
        .get_result(cx.db.conn()?)
        .optional()?;
    let Some((attempt, sealed)) = taken else {
        return Ok(None);
    };
    let text = cx.vault.open(&place(state), &sealed)?;
    Ok(Some((attempt, serde_json::from_slice(&text)?)))
}

/// The browser and the login of a departure that has not been taken, for what is shown before it is.
pub fn peek(
    cx: &mut Cx<'_>,
    state: &Digest,
    provider: &IdentityProviderId,
) -> Result<Option<(Digest, AttemptId)>> {
    let left = departures::table
        .filter(departures::state.eq(state))
        .filter(departures::realm_id.eq(&cx.realm.id))
        .filter(departures::provider.eq(provider))
        .filter(departures::expires_at.gt(cx.now))
        .select((departures::browser, departures::attempt_id));
    Ok(left.first(cx.db.conn()?).optional()?)
}

/// Removes what is over, in all realms, at most `most` rows; how many there were.
pub fn sweep(cx: &mut Cx<'_>, most: i64) -> Result<usize> {
    swept!(cx, departures, state: Digest, departures::expires_at.le(cx.now), most)
}

fn place(state: &Digest) -> String {
    format!("departures/{}/secrets", state.to_base64url())
}
