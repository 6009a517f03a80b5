//! What a verifier accepts.
use std::sync::Arc;

use cloakroom_jose::Alg;

use super::{Inner, Verifier};
use crate::binding::Bindings;
use crate::clock::Clock;
use crate::error::SetupError;
use crate::introspection::{self, Introspection};
use crate::issuer::Issuer;
use crate::nonce::NonceKey;
use crate::status::Statuses;

/// How far the clocks of two machines may differ if nobody says otherwise, in seconds.
const SKEW: i64 = 30;

/// What a verifier accepts; [`Verifier::builder`] starts one.
#[derive(Clone, Debug)]
pub struct Builder {
    issuer: String,
    audience: String,
    algs: Vec<Alg>,
    proof_algs: Vec<Alg>,
    skew: i64,
    client: Option<Client>,
    is_always_asked: bool,
    kept_for: i64,
    looks_at_lists: bool,
    is_bound: bool,
    nonces: Option<NonceKey>,
    is_plain: bool,
    clock: Clock,
}

/// The client that may introspect.
#[derive(Clone)]
struct Client {
    id: String,
    secret: String,
}

impl Builder {
    pub(super) fn new(issuer: &str, audience: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            algs: asymmetric(&Alg::ALL),
            proof_algs: asymmetric(&Alg::ALL),
            skew: SKEW,
            client: None,
            is_always_asked: false,
            kept_for: introspection::KEPT,
            looks_at_lists: false,
            is_bound: false,
            nonces: None,
            is_plain: false,
            clock: Clock::system(),
        }
    }

    /// Takes tokens with these algorithms alone; without it, with every one that an issuer's key is for.
    ///
    /// Whatever the list, the key decides which one a token may have, and one of a shared secret is never
    /// taken: whoever could check it could also make it.
    #[must_use]
    pub fn algs(mut self, algs: &[Alg]) -> Self {
        self.algs = asymmetric(algs);
        self
    }

    /// Takes DPoP proofs with these algorithms alone (RFC 9449 §4.3 item 5).
    #[must_use]
    pub fn proof_algs(mut self, algs: &[Alg]) -> Self {
        self.proof_algs = asymmetric(algs);
        self
    }

    /// How many seconds the issuer's clock may differ; 30 if nobody says otherwise.
    #[must_use]
    pub fn skew(mut self, seconds: i64) -> Self {
        self.skew = seconds;
        self
    }

    /// Takes opaque tokens as well, by asking the issuer as this client (RFC 7662).
    #[must_use]
    pub fn introspection(mut self, client_id: &str, secret: &str) -> Self {
        self.client = Some(Client {
            id: client_id.to_owned(),
            secret: secret.to_owned(),
        });
        self
    }

    /// Asks about JWTs as well, so that one that was revoked ends at once, and reads the claims from the
    /// answer, which has them all where a token is made light.
    #[must_use]
    pub fn introspect_always(mut self) -> Self {
        self.is_always_asked = true;
        self
    }

    /// For how many seconds an answer of the issuer is kept; 15 if nobody says otherwise, 0 for not at all.
    #[must_use]
    pub fn keep_answers(mut self, seconds: i64) -> Self {
        self.kept_for = seconds;
        self
    }

    /// Looks up tokens that name a status list (`draft-ietf-oauth-status-list`).
    ///
    /// A token whose list cannot be had is not accepted. Lists are fetched anew after a minute.
    #[must_use]
    pub fn check_status(mut self) -> Self {
        self.looks_at_lists = true;
        self
    }

    /// Takes tokens alone that are bound to a key or a certificate (RFC 9700 §2.2.1).
    #[must_use]
    pub fn only_bound(mut self) -> Self {
        self.is_bound = true;
        self
    }

    /// Demands a nonce in DPoP proofs (RFC 9449 §9).
    #[must_use]
    pub fn nonces(mut self, key: NonceKey) -> Self {
        self.nonces = Some(key);
        self
    }

    /// Asks the issuer over `http`, where the network between it and the app is trusted.
    ///
    /// Whoever can change what passes there can make tokens. On the machine itself it is not needed.
    #[must_use]
    pub fn plain_http(mut self) -> Self {
        self.is_plain = true;
        self
    }

    /// Another clock, in seconds since 1970, for tests.
    #[must_use]
    pub fn clock(mut self, now: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(now);
        self
    }

    /// The verifier. Nothing is fetched yet, so the issuer need not run.
    ///
    /// # Errors
    /// If the issuer is no `https` address (`http` on the machine itself), the audience is empty, no
    /// algorithm is left, or the system has no certificates.
    pub fn build(self) -> Result<Verifier, SetupError> {
        if self.audience.is_empty() {
            return Err(SetupError("the audience is empty"));
        }
        if self.algs.is_empty() || self.proof_algs.is_empty() {
            return Err(SetupError("no asymmetric algorithm is allowed"));
        }
        if self.is_always_asked && self.client.is_none() {
            return Err(SetupError("introspection needs a client"));
        }
        let introspection = self
            .client
            .map(|client| Introspection::new(&client.id, &client.secret, self.kept_for));
        let inner = Inner {
            issuer: Issuer::with(&self.issuer, self.clock.clone(), self.is_plain)?,
            audience: self.audience,
            algs: self.algs,
            skew: self.skew,
            bindings: Bindings::new(&self.proof_algs, self.nonces, self.is_bound),
            introspection,
            is_always_asked: self.is_always_asked,
            statuses: self.looks_at_lists.then(Statuses::default),
            clock: self.clock,
        };
        Ok(Verifier {
            inner: Arc::new(inner),
        })
    }
}

fn asymmetric(algs: &[Alg]) -> Vec<Alg> {
    let fit = algs.iter().copied().filter(|alg| !alg.is_symmetric());
    fit.collect()
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.id)
    }
}
