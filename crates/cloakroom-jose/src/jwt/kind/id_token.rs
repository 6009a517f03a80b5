//! ID tokens (OpenID Connect Core 1.0 §2, §3.1.3.7).
use super::Kind;
use crate::alg::is_half_hash;
use crate::error::{ClaimFault, JoseError, Result};
use crate::jwt::{Claims, Verified};

/// An ID token, for the client that asked for it.
#[derive(Clone, Copy, Debug)]
pub enum IdToken {}

impl Kind for IdToken {
    const TYPES: &'static [&'static str] = &["JWT"];
    // OpenID Connect says nothing of `typ`; that of another kind is refused all the same.
    const MAY_LACK_TYP: bool = true;
    const REQUIRED: &'static [&'static str] = &["iss", "sub", "aud", "iat"];
    // RFC 8417 §2.2: what has events is a statement about them, such as a logout token.
    const PROHIBITED: &'static [&'static str] = &["events"];
    // It is read when it arrives; what is a day old has been kept by somebody.
    const MAX_AGE: Option<i64> = Some(86_400);
    // OpenID Connect Core §10.1 lets a client's secret sign.
    const MAY_BE_SYMMETRIC: bool = true;

    fn check(claims: &Claims) -> Result<()> {
        // §3.1.3.7: with several audiences, the token says whom it was issued to.
        if claims.audiences().count() > 1 && claims.text("azp").is_none() {
            return Err(JoseError::claim("azp", ClaimFault::Missing));
        }
        Ok(())
    }
}

impl Verified<IdToken> {
    /// Checks that the token was issued to this client (§3.1.3.7 steps 4 and 5).
    ///
    /// # Errors
    /// If `azp` is there and names another.
    pub fn check_authorized_party(&self, client_id: &str) -> Result<()> {
        match self.claims().find("azp") {
            None => Ok(()),
            Some(azp) if azp == client_id => Ok(()),
            Some(_) => Err(JoseError::claim("azp", ClaimFault::Mismatch)),
        }
    }

    /// Checks that the token answers the request with this nonce (§3.1.3.7 step 11).
    ///
    /// # Errors
    /// If there is no `nonce`, or another.
    pub fn check_nonce(&self, nonce: &str) -> Result<()> {
        match self.claims().text("nonce") {
            None => Err(JoseError::claim("nonce", ClaimFault::Missing)),
            Some(own) if own == nonce => Ok(()),
            Some(_) => Err(JoseError::claim("nonce", ClaimFault::Mismatch)),
        }
    }

    /// Checks `at_hash` against the access token that came with it (§3.1.3.8, §3.2.2.9).
    ///
    /// # Errors
    /// If it is absent or of another token.
    pub fn check_access_token(&self, access_token: &str) -> Result<()> {
        self.check_hash("at_hash", access_token)
    }

    /// Checks `c_hash` against the authorization code that came with it (§3.3.2.10).
    ///
    /// # Errors
    /// If it is absent or of another code.
    pub fn check_code(&self, code: &str) -> Result<()> {
        self.check_hash("c_hash", code)
    }

    /// Checks `s_hash` against the state of the request (FAPI 1.0 Part 2 §5.1).
    ///
    /// # Errors
    /// If it is absent or of another state.
    pub fn check_state(&self, state: &str) -> Result<()> {
        self.check_hash("s_hash", state)
    }

    fn check_hash(&self, name: &'static str, value: &str) -> Result<()> {
        let Some(claim) = self.claims().text(name) else {
            return Err(JoseError::claim(name, ClaimFault::Missing));
        };
        if is_half_hash(self.claims().header().alg(), value, claim) {
            return Ok(());
        }
        Err(JoseError::claim(name, ClaimFault::Mismatch))
    }
}
