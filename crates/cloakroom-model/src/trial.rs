//! Trials: sign-ins at an identity provider that an administrator begins to see what it says of them.
//!
//! Nobody is signed in by one. What came of it is sealed, and shown to whoever began it and to nobody else.

use diesel::prelude::*;
use serde_json::Value;

use crate::Result;
use crate::cx::Cx;
use crate::id::{IdentityProviderId, RealmId, UserId};
use crate::schema::provider_trials;
use crate::secret::{Digest, Sealed, Secret};
use crate::sql::Unless;
use crate::swept::swept;
use crate::time::{Timestamp, Ttl};

/// The browser has so long to go there and back.
const AWAY: Ttl = Ttl::seconds(30 * 60);

/// What came of it is kept so long.
const KEPT: Ttl = Ttl::seconds(60 * 60);

/// Who tries it: somebody of a realm that need not be the one that the provider is in.
#[derive(Clone, Debug)]
pub struct Owner {
    /// The realm that they administer from.
    pub home: RealmId,
    /// Who they are there.
    pub user: UserId,
}

/// What is known of a trial.
#[derive(Clone)]
pub struct Trial {
    /// When it was begun.
    pub began_at: Timestamp,
    /// What came of it; nothing while the browser is away.
    pub outcome: Option<Value>,
}

impl std::fmt::Debug for Trial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trial")
            .field("began_at", &self.began_at)
            .field("is_over", &self.outcome.is_some())
            .finish_non_exhaustive()
    }
}

/// Begins one in place of the owner's last at this provider; the key is for their browser.
pub fn begin(cx: &mut Cx<'_>, provider: &IdentityProviderId, owner: &Owner) -> Result<Secret> {
    let last = provider_trials::table
        .filter(provider_trials::realm_id.eq(&cx.realm.id))
        .filter(provider_trials::provider.eq(provider))
        .filter(provider_trials::home.eq(&owner.home))
        .filter(provider_trials::owner.eq(&owner.user));
    diesel::delete(last).execute(cx.db.conn()?)?;
    let key = Secret::random(cx.rng);
    let insert = diesel::insert_into(provider_trials::table).values((
        provider_trials::key.eq(key.digest()),
        provider_trials::realm_id.eq(&cx.realm.id),
        provider_trials::provider.eq(provider),
        provider_trials::owner.eq(&owner.user),
        provider_trials::home.eq(&owner.home),
        provider_trials::began_at.eq(cx.now),
        provider_trials::expires_at.eq(cx.now.plus(AWAY)),
    ));
    // Of two that are begun at once one counts, and the key of the other opens nothing.
    Unless(insert, "").execute(cx.db.conn()?)?;
    Ok(key)
}

/// The provider of a trial that is on its way, and the realm of whoever began it.
pub fn find_open(cx: &mut Cx<'_>, key: &Digest) -> Result<Option<(IdentityProviderId, RealmId)>> {
    let open = provider_trials::table
        .filter(provider_trials::key.eq(key))
        .filter(provider_trials::realm_id.eq(&cx.realm.id))
        .filter(provider_trials::outcome.is_null())
        .filter(provider_trials::expires_at.gt(cx.now))
        .select((provider_trials::provider, provider_trials::home));
    Ok(open.first(cx.db.conn()?).optional()?)
}

/// Keeps what came of a trial; false if it is over already.
pub fn finish(cx: &mut Cx<'_>, key: &Digest, outcome: &Value) -> Result<bool> {
    let text = zeroize::Zeroizing::new(serde_json::to_vec(outcome)?);
    let sealed = cx.vault.seal(cx.rng, &place(key), &text)?;
    let open = provider_trials::table
        .filter(provider_trials::key.eq(key))
        .filter(provider_trials::realm_id.eq(&cx.realm.id))
        .filter(provider_trials::outcome.is_null())
        .filter(provider_trials::expires_at.gt(cx.now));
    let changed = diesel::update(open)
        .set((
            provider_trials::outcome.eq(Some(sealed)),
            provider_trials::expires_at.eq(cx.now.plus(KEPT)),
        ))
        .execute(cx.db.conn()?)?;
    Ok(changed == 1)
}

/// The owner's last trial at a provider, unless it is over and forgotten.
pub fn find(
    cx: &mut Cx<'_>,
    provider: &IdentityProviderId,
    owner: &Owner,
) -> Result<Option<Trial>> {
    let mine = provider_trials::table
        .filter(provider_trials::realm_id.eq(&cx.realm.id))
        .filter(provider_trials::provider.eq(provider))
        .filter(provider_trials::home.eq(&owner.home))
        .filter(provider_trials::owner.eq(&owner.user))
        .filter(provider_trials::expires_at.gt(cx.now))
        .select((
            provider_trials::key,
            provider_trials::outcome,
            provider_trials::began_at,
        ));
    let found: Option<(Digest, Option<Sealed>, Timestamp)> =
        mine.first(cx.db.conn()?).optional()?;
    let Some((key, sealed, began_at)) = found else {
        return Ok(None);
    };
    let open = |sealed: Sealed| -> Result<Value> {
        let text = cx.vault.open(&place(&key), &sealed)?;
        Ok(serde_json::from_slice(&text)?)
    };
    Ok(Some(Trial {
        began_at,
        outcome: sealed.map(open).transpose()?,
    }))
}

/// Removes what is over, in all realms, at most `most` rows; how many there were.
pub fn sweep(cx: &mut Cx<'_>, most: i64) -> Result<usize> {
    swept!(cx, provider_trials, key: Digest, provider_trials::expires_at.le(cx.now), most)
}

fn place(key: &Digest) -> String {
    format!("provider_trials/{}/outcome", key.to_base64url())
}
