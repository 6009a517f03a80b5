//! The answer of an introspection as a token (RFC 9701).
use serde_json::{Map, Value};

use super::Kind;
use crate::error::{ClaimFault, JoseError, Result};
use crate::jwt::{Claims, Verified};

/// What a server says about a token, signed for the resource that asked.
#[derive(Clone, Copy, Debug)]
pub enum IntrospectionResponse {}

impl Kind for IntrospectionResponse {
    const TYPES: &'static [&'static str] = &["token-introspection+jwt"];
    // RFC 9701 §5.
    const REQUIRED: &'static [&'static str] = &["iss", "aud", "iat", "token_introspection"];
    const MAX_AGE: Option<i64> = Some(300);
    const MAY_BE_SYMMETRIC: bool = true;
    const EXPIRES: bool = false;

    fn check(claims: &Claims) -> Result<()> {
        let answer = claims.find("token_introspection");
        let active = answer.and_then(|answer| answer.get("active"));
        if active.is_some_and(Value::is_boolean) {
            return Ok(());
        }
        Err(JoseError::claim("token_introspection", ClaimFault::Invalid))
    }
}

impl Verified<IntrospectionResponse> {
    /// What the server says, if the token is active; `None` if it is not (RFC 7662 §2.2).
    pub fn active(&self) -> Option<&Map<String, Value>> {
        let answer = self.claims().find("token_introspection")?.as_object()?;
        let is_active = answer.get("active") == Some(&Value::Bool(true));
        is_active.then_some(answer)
    }
}
