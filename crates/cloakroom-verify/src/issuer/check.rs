//! Tokens against the issuer's keys, and against new ones if theirs is not among them.
use std::sync::Arc;

use cloakroom_jose::jws::Unverified;
use cloakroom_jose::{Header, JoseError, KeySet};

use super::state::{COOLDOWN, silence};
use super::{Issuer, LIST};
use crate::error::VerifyError;

impl Issuer {
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
}
