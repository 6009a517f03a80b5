//! Logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.4, §2.6).
use serde_json::Value;

use super::Kind;
use crate::error::{ClaimFault, JoseError, Result};
use crate::jwt::{Claims, Verified};

/// The event that makes a token a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A logout token, for a client that is told that a session is over.
#[derive(Clone, Copy, Debug)]
pub enum LogoutToken {}

impl Kind for LogoutToken {
    // Issuers before 2023 write `JWT`; `events` and the ban on `nonce` tell those apart.
    const TYPES: &'static [&'static str] = &["logout+jwt", "JWT"];
    const REQUIRED: &'static [&'static str] = &["iss", "aud", "iat", "jti", "events"];
    // §2.4: so that it is never taken for an ID token.
    const PROHIBITED: &'static [&'static str] = &["nonce"];
    // §2.4 recommends an end within two minutes.
    const MAX_AGE: Option<i64> = Some(300);
    const MAY_BE_SYMMETRIC: bool = true;

    fn check(claims: &Claims) -> Result<()> {
        let event = claims.find("events").and_then(|events| events.get(EVENT));
        if !event.is_some_and(Value::is_object) {
            return Err(JoseError::claim("events", ClaimFault::Mismatch));
        }
        // §2.4: at least one of them; both are texts.
        match (claims.subject(), claims.find("sid")) {
            (_, Some(sid)) if !sid.is_string() => Err(JoseError::claim("sid", ClaimFault::Invalid)),
            (None, None) => Err(JoseError::claim("sub", ClaimFault::Missing)),
            _ => Ok(()),
        }
    }
}

impl Verified<LogoutToken> {
    /// The session that is over; `None` if it is all sessions of the subject.
    pub fn session_id(&self) -> Option<&str> {
        self.claims().text("sid")
    }

    /// Whether it ends this session of an app: the one at the issuer that it names, or any of the subject it names
    /// (§2.7).
    ///
    /// `sid` is that of the ID token with which the session began; `None` if it had none.
    pub fn ends(&self, subject: &str, sid: Option<&str>) -> bool {
        let is_theirs = self.claims().subject().is_none_or(|own| own == subject);
        is_theirs && self.session_id().is_none_or(|own| Some(own) == sid)
    }
}
