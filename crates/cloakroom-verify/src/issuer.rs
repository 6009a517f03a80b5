//! The keys of an issuer: found by discovery, kept for an hour, fetched by one for all.
mod address;
mod check;
mod exchange;
mod fetch;
mod kind;
mod metadata;
mod state;

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use cloakroom_jose::{Header, KeySet};
use tokio::sync::Mutex;
use url::Url;

pub(crate) use fetch::Fetcher;
pub(crate) use metadata::Metadata;
pub(crate) use state::Known;
use state::{COLD, COOLDOWN, FRESH, State, USABLE, Vain, silence};

use crate::clock::Clock;
use crate::error::{SetupError, VerifyError};

/// The largest JWK Set, in bytes.
const JWKS: usize = 256 * 1024;

/// The largest status list, in bytes: a megabyte of random bits in base64url.
const LIST: usize = 3 << 19;

/// An issuer and its keys; cheap to clone, and all clones share what was fetched.
///
/// - Keys are kept for an **hour**. They are then fetched by one request, while the others go on with
///   the old ones; if that fails, those stay good for a **day**.
/// - A token with an **unknown key** has the keys fetched at once, so that a new key refuses nobody. If the
///   key is not among them, that is not done again for **30 seconds**: whoever makes up key names
///   does not make the app call the issuer each time.
/// - Many requests that need the keys cause **one** exchange with the issuer, which goes on if the
///   request that began it is given up.
#[derive(Clone)]
pub struct Issuer {
    shared: Arc<Shared>,
}

struct Shared {
    name: String,
    discovery: Url,
    fetcher: Fetcher,
    clock: Clock,
    state: RwLock<State>,
    /// Whoever holds it asks the issuer.
    flight: Mutex<()>,
}

impl Issuer {
    /// An issuer by its name, which is also where its discovery document is (RFC 8414 §3, OpenID
    /// Connect Discovery 1.0 §4). Nothing is fetched yet.
    ///
    /// # Errors
    /// If the name is no `https` address (`http` on the machine itself), or the system has no certificates.
    pub fn new(name: &str) -> Result<Self, SetupError> {
        Self::with(name, Clock::system(), false)
    }

    pub(crate) fn with(name: &str, clock: Clock, is_plain: bool) -> Result<Self, SetupError> {
        let fetcher = Fetcher::new(is_plain)?;
        let discovery = format!(
            "{}/.well-known/openid-configuration",
            name.trim_end_matches('/')
        );
        let discovery = fetcher.check(&discovery).map_err(SetupError)?;
        let shared = Shared {
            name: name.to_owned(),
            discovery,
            fetcher,
            clock,
            state: RwLock::default(),
            flight: Mutex::default(),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// The name, as it stands in `iss`.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// The keys, fetched now if they are not there or too old.
    ///
    /// # Errors
    /// [`VerifyError::Unavailable`] if there are none, and the issuer does not answer.
    pub async fn keys(&self) -> Result<Arc<KeySet>, VerifyError> {
        Ok(self.known().await?.keys)
    }

    pub(crate) fn fetcher(&self) -> &Fetcher {
        &self.shared.fetcher
    }

    /// The token of a status list at an address that the issuer named.
    pub(crate) async fn status_list(&self, uri: &str) -> Result<Vec<u8>, &'static str> {
        let uri = self.shared.fetcher.check(uri)?;
        let accept = "application/statuslist+jwt";
        self.shared.fetcher.get(uri, accept, LIST).await
    }

    /// What the issuer says of itself, and its keys.
    pub(crate) async fn known(&self) -> Result<Known, VerifyError> {
        let state = self.shared.state();
        let now = self.shared.clock.now();
        match &state.known {
            Some(known) if known.is_younger(FRESH, now) => return Ok(known.clone()),
            // Somebody is asking already, or the answer would be the same as a moment ago.
            Some(known)
                if known.is_younger(USABLE, now)
                    && (state.is_pause(COOLDOWN, now)
                        || self.shared.flight.try_lock().is_err()) =>
            {
                return Ok(known.clone());
            }
            Some(_) if !state.is_pause(COOLDOWN, now) => self.ask(state.asked, None).await,
            None if !state.is_pause(COLD, now) => self.ask(state.asked, None).await,
            _ => {}
        }
        let state = self.shared.state();
        let now = self.shared.clock.now();
        let known = state.known.filter(|known| known.is_younger(USABLE, now));
        known.ok_or_else(|| VerifyError::Unavailable(silence(state.in_vain)))
    }

    /// Asks the issuer, unless somebody has done so since `seen`; comes back when there is an answer.
    async fn ask(&self, seen: u64, wanted: Option<Header>) {
        let shared = Arc::clone(&self.shared);
        #[expect(
            clippy::disallowed_methods,
            reason = "others wait for the answer when this request is given up"
        )]
        let asking = tokio::spawn(async move { shared.ask(seen, wanted.as_ref()).await });
        // It fails if the runtime ends, and then nobody waits any more.
        let _ = asking.await;
    }
}

impl Shared {
    fn state(&self) -> State {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.clone()
    }

    async fn ask(&self, seen: u64, wanted: Option<&Header>) {
        let _flight = self.flight.lock().await;
        if self.state().asked != seen {
            return;
        }
        let fetched = self.fetch().await;
        let now = self.clock.now();
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.asked += 1;
        state.in_vain = match fetched {
            Err(why) => Some(Vain {
                at: now,
                silence: Some(why),
            }),
            Ok((metadata, keys)) => {
                state.known = Some(Known {
                    metadata: Arc::new(metadata),
                    keys: Arc::new(keys),
                    fetched_at: now,
                });
                let is_vain = wanted.is_some_and(|header| state.lacks(header));
                is_vain.then_some(Vain {
                    at: now,
                    silence: None,
                })
            }
        };
    }

    async fn fetch(&self) -> Result<(Metadata, KeySet), &'static str> {
        let json = "application/json";
        let found = self.discovery.clone();
        let document = self.fetcher.get(found, json, metadata::LIMIT).await?;
        let metadata = Metadata::read(&document, &self.name, &self.fetcher)?;
        let keys = metadata.jwks_uri.clone();
        let keys = self
            .fetcher
            .get(keys, "application/jwk-set+json, application/json", JWKS)
            .await?;
        let keys = KeySet::parse(&keys).map_err(|_| "its keys are no JWK Set")?;
        Ok((metadata, keys))
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer")
            .field("name", &self.shared.name)
            .finish_non_exhaustive()
    }
}
