//! Tokens that belong to a key or a certificate (RFC 7800, RFC 8705, RFC 9449).
use std::sync::{Mutex, PoisonError};

use cloakroom_jose::dpop::{Proof, Request, Rules, token_hash};
use cloakroom_jose::{Alg, base64url, digest};
use serde_json::{Map, Value};

use crate::access::Binding;
use crate::error::VerifyError;
use crate::expiring::Expiring;
use crate::nonce::NonceKey;
use crate::presented::{Presented, Scheme};

/// The most proofs that are remembered: a thousand requests a second, for as long as one is taken.
const PROOFS: usize = 100_000;

/// What is demanded of bindings.
#[derive(Debug)]
pub(crate) struct Bindings {
    algs: Vec<Alg>,
    rules: Rules,
    nonces: Option<NonceKey>,
    is_required: bool,
    used: Mutex<Expiring<()>>,
}

/// What a token is bound to (`cnf`).
#[derive(Default)]
struct Confirmation<'a> {
    key: Option<&'a str>,
    certificate: Option<&'a str>,
}

impl Bindings {
    pub(crate) fn new(algs: &[Alg], nonces: Option<NonceKey>, is_required: bool) -> Self {
        Self {
            algs: algs.to_vec(),
            rules: Rules::new(algs),
            nonces,
            is_required,
            used: Mutex::new(Expiring::new(PROOFS)),
        }
    }

    /// The algorithms that proofs may be signed with.
    pub(crate) fn algs(&self) -> &[Alg] {
        &self.algs
    }

    /// Checks that whoever presents the token may.
    pub(crate) fn check(
        &self,
        claims: &Map<String, Value>,
        presented: &Presented<'_>,
        now: i64,
    ) -> Result<Binding, VerifyError> {
        let bound = Confirmation::read(claims)?;
        let is_dpop = presented.scheme == Scheme::Dpop;
        if bound.key.is_none() && is_dpop {
            // RFC 9449 §7.1: the server has to make sure that the token is bound.
            return Err(VerifyError::Binding("the token is bound to no key"));
        }
        let certificate = bound
            .certificate
            .map(|thumbprint| check_certificate(thumbprint, presented))
            .transpose()?;
        match (bound.key, certificate) {
            // RFC 9449 §7.2: as a bearer token it would be good for whoever found it.
            (Some(_), _) if !is_dpop => Err(VerifyError::Binding("the token needs a DPoP proof")),
            (Some(key), _) => self.check_proof(key, presented, now),
            (None, Some(certificate)) => Ok(certificate),
            (None, None) if self.is_required => {
                Err(VerifyError::Binding("only bound tokens are taken"))
            }
            (None, None) => Ok(Binding::Bearer),
        }
    }

    fn check_proof(
        &self,
        key: &str,
        presented: &Presented<'_>,
        now: i64,
    ) -> Result<Binding, VerifyError> {
        let proof = presented
            .proof
            .ok_or(VerifyError::InvalidRequest("there is no DPoP proof"))?;
        let request = Request::new(presented.method, presented.url)
            .access_token(presented.token)
            .bound_to(key);
        let proof = self
            .rules
            .check(proof, &request, now)
            .map_err(VerifyError::InvalidProof)?;
        self.check_nonce(&proof, now)?;
        self.spend(&proof, now)?;
        Ok(Binding::Key(key.to_owned()))
    }

    fn check_nonce(&self, proof: &Proof, now: i64) -> Result<(), VerifyError> {
        let Some(nonces) = &self.nonces else {
            return Ok(());
        };
        if proof
            .nonce()
            .is_some_and(|nonce| nonces.is_good(nonce, now))
        {
            return Ok(());
        }
        let nonce = nonces.make(now).map_err(VerifyError::InvalidProof)?;
        Err(VerifyError::NonceNeeded(nonce))
    }

    /// RFC 9449 §11.1: a proof is used once, by whoever made it.
    fn spend(&self, proof: &Proof, now: i64) -> Result<(), VerifyError> {
        let name = token_hash(&format!("{} {}", proof.thumbprint(), proof.jti()));
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.find(&name, now).is_some() {
            return Err(VerifyError::ReplayedProof);
        }
        // Forgetting one to make room would let it be used again.
        match used.insert(name, (), proof.remember_until(), now) {
            true => Ok(()),
            false => Err(VerifyError::Unavailable("too many proofs are remembered")),
        }
    }
}

impl<'a> Confirmation<'a> {
    /// Reads `cnf`. What it names and nobody here can check must not pass for nothing.
    fn read(claims: &'a Map<String, Value>) -> Result<Self, VerifyError> {
        const UNKNOWN: VerifyError =
            VerifyError::Binding("the token is bound in a way that is not known here");
        let mut bound = Self::default();
        let Some(confirmation) = claims.get("cnf") else {
            return Ok(bound);
        };
        let members = confirmation
            .as_object()
            .filter(|members| !members.is_empty());
        for (name, value) in members.ok_or(UNKNOWN)? {
            let place = match name.as_str() {
                "jkt" => &mut bound.key,
                "x5t#S256" => &mut bound.certificate,
                _ => return Err(UNKNOWN),
            };
            *place = Some(value.as_str().ok_or(UNKNOWN)?);
        }
        Ok(bound)
    }
}

/// RFC 8705 §3.1: the SHA-256 of the whole certificate. Who issued it does not matter.
fn check_certificate(thumbprint: &str, presented: &Presented<'_>) -> Result<Binding, VerifyError> {
    let certificate = presented.certificate;
    let der = certificate.ok_or(VerifyError::Binding("the token needs a client certificate"))?;
    let own = base64url::encode(&digest(Alg::RS256, der));
    match own == thumbprint {
        true => Ok(Binding::Certificate(own)),
        false => Err(VerifyError::Binding(
            "the token belongs to another certificate",
        )),
    }
}
