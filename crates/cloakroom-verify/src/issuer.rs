//! The keys of an issuer: found by discovery, kept for an hour, fetched by one for all.
mod address;
mod fetch;
mod kind;
mod metadata;

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use cloakroom_jose::jws::Unverified;
use cloakroom_jose::{Header, JoseError, KeySet};
use tokio::sync::Mutex;
use url::Url;

pub(crate) use fetch::Fetcher;
pub(crate) use metadata::Metadata;

use crate::clock::Clock;
use crate::error::{SetupError, VerifyError};

/// After so many seconds the keys are fetched anew, so that one that was taken out of them ends.
const FRESH: i64 = 3_600;

/// So long keys stay good while the issuer does not answer.
const USABLE: i64 = 24 * 3_600;

/// After the issuer was asked in vain it is left alone for so many seconds.
const COOLDOWN: i64 = 30;

/// The same while there are no keys at all, and every request waits for them.
const COLD: i64 = 2;

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

/// What is known, and what came of asking.
#[derive(Clone, Default)]
struct State {
    known: Option<Known>,
    /// How often the issuer was asked.
    asked: u64,
    in_vain: Option<Vain>,
}

/// What the issuer said last.
#[derive(Clone)]
pub(crate) struct Known {
    pub(crate) metadata: Arc<Metadata>,
    pub(crate) keys: Arc<KeySet>,
    fetched_at: i64,
}

/// The issuer was asked, and it did not help.
#[derive(Clone, Copy)]
struct Vain {
    at: i64,
    /// Why there was no answer; `None` if there was, without the key.
    silence: Option<&'static str>,
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

    /// Checks a token with the issuer's keys, and once more with new ones if its key is unknown.
    pub(crate) async fn check<T>(
        &self,
        token: &str,
        check: impl Fn(&KeySet) -> Result<T, JoseError>,
    ) -> Result<T, VerifyError> {
        let known = self.known().await?;
        let refused = match check(&known.keys) {
            Ok(checked) => return Ok(checked),
            Err(error) => error,
        };
        if !refused.is_no_key() || !self.is_ours(token) {
            return Err(VerifyError::InvalidToken(refused));
        }
        let unverified =
            Unverified::parse_within(token, LIST).map_err(VerifyError::InvalidToken)?;
        let keys = self.keys_with(unverified.header()).await?;
        check(&keys).map_err(VerifyError::InvalidToken)
    }

    /// Whether it is worth asking for the key of a token: one of another issuer never has it.
    fn is_ours(&self, token: &str) -> bool {
        let issuer = Unverified::parse_within(token, LIST)
            .and_then(|unverified| unverified.unverified_claim_for_lookup("iss"));
        issuer.is_ok_and(|issuer| issuer.is_none_or(|issuer| issuer == self.shared.name))
    }

    /// The keys after one was missing.
    async fn keys_with(&self, header: &Header) -> Result<Arc<KeySet>, VerifyError> {
        // Twice, because what is under way may have begun before the key was published.
        for _ in 0..2 {
            let state = self.shared.state();
            if state.lacks(header) && !state.is_pause(COOLDOWN, self.shared.clock.now()) {
                self.ask(state.asked, Some(header.clone())).await;
            }
        }
        let state = self.shared.state();
        match (&state.known, state.in_vain) {
            (Some(known), None) => Ok(Arc::clone(&known.keys)),
            (Some(known), Some(vain)) if vain.silence.is_none() || !state.lacks(header) => {
                Ok(Arc::clone(&known.keys))
            }
            // The key may well be good: nobody could be asked.
            (_, vain) => Err(VerifyError::Unavailable(silence(vain))),
        }
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

impl Known {
    fn is_younger(&self, seconds: i64, now: i64) -> bool {
        is_within(seconds, self.fetched_at, now)
    }
}

impl State {
    fn lacks(&self, header: &Header) -> bool {
        let lacks = |known: &Known| {
            known
                .keys
                .select(header)
                .is_err_and(|error| error.is_no_key())
        };
        self.known.as_ref().is_none_or(lacks)
    }

    fn is_pause(&self, seconds: i64, now: i64) -> bool {
        self.in_vain
            .is_some_and(|vain| is_within(seconds, vain.at, now))
    }
}

/// Whether less than so many seconds have passed; a clock that was set back ends every wait.
fn is_within(seconds: i64, since: i64, now: i64) -> bool {
    (0..seconds).contains(&now.saturating_sub(since))
}

fn silence(vain: Option<Vain>) -> &'static str {
    vain.and_then(|vain| vain.silence)
        .unwrap_or("it did not answer")
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer")
            .field("name", &self.shared.name)
            .finish_non_exhaustive()
    }
}
