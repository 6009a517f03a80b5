//! Clients' keys from their own addresses, kept until they are too old or one is missing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use cloakroom_model::{Timestamp, Ttl};
use cloakroom_oidc::client_keys::{KeysWanted, RemoteKeys};

use super::Outbound;
use crate::app::now;

/// After this long a set is fetched anew, so that a key that was taken out of it ends.
const FRESH: Ttl = Ttl::seconds(3600);

/// A token with an unknown key has its set fetched anew, but not more often than this.
const BETWEEN: Ttl = Ttl::seconds(10);

/// More addresses than that are forgotten all at once.
const MOST: usize = 10_000;

#[derive(Default)]
pub(super) struct KeyCache {
    sets: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Kept>>>>,
}

/// What is known of one address. Whoever holds its lock is the one who fetches.
#[derive(Default)]
struct Kept {
    keys: Option<Arc<RemoteKeys>>,
    fetched_at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
}

impl Kept {
    fn is_good(&self, kid: Option<&str>, now: Timestamp) -> bool {
        let is_fresh = self.fetched_at.is_some_and(|at| now.since(at) < FRESH);
        let holds = |keys: &Arc<RemoteKeys>| kid.is_none_or(|kid| keys.has(kid));
        is_fresh && self.keys.as_ref().is_some_and(holds)
    }

    fn may_try(&self, now: Timestamp) -> bool {
        self.tried_at.is_none_or(|at| now.since(at) >= BETWEEN)
    }
}

impl KeyCache {
    fn kept(&self, address: &str) -> Arc<tokio::sync::Mutex<Kept>> {
        let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        if sets.len() >= MOST {
            sets.clear();
        }
        Arc::clone(sets.entry(address.to_owned()).or_default())
    }
}

impl Outbound {
    /// The keys at an address. Where they cannot be fetched, the last good ones are kept.
    pub async fn keys(&self, wanted: &KeysWanted) -> Option<Arc<RemoteKeys>> {
        let kept = self.keys.kept(&wanted.address);
        let mut kept = kept.lock().await;
        let begun = now();
        if kept.is_good(wanted.kid.as_deref(), begun) || !kept.may_try(begun) {
            return kept.keys.clone();
        }
        let got = self.get(&wanted.address, "application/json").await;
        // Counted from the end, or all who waited for a slow server would ask it one after the other.
        kept.tried_at = Some(now());
        match got {
            Ok(body) => match RemoteKeys::parse(&body) {
                Some(keys) => {
                    kept.keys = Some(Arc::new(keys));
                    kept.fetched_at = kept.tried_at;
                }
                None => tracing::warn!("what is at a client's jwks.url is no set of keys"),
            },
            Err(why) => tracing::warn!(%why, "a client's jwks.url was not fetched"),
        }
        kept.keys.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_fetched_when_it_is_old_or_lacks_a_key_and_not_at_once_again() {
        let start = Timestamp::from_seconds(1_800_000_000);
        let keys = RemoteKeys::parse(br#"{"keys":[]}"#).unwrap();
        let kept = Kept {
            keys: Some(Arc::new(keys)),
            fetched_at: Some(start),
            tried_at: Some(start),
        };
        let rows = [
            (None, 0, true, false),
            (None, 3599, true, true),
            (None, 3600, false, true),
            (Some("new"), 9, false, false),
            (Some("new"), 10, false, true),
        ];
        for (kid, seconds, is_good, may_try) in rows {
            let now = start.plus(Ttl::seconds(seconds));

            let found = (kept.is_good(kid, now), kept.may_try(now));

            assert_eq!(found, (is_good, may_try), "{kid:?} {seconds}");
        }
    }
}
