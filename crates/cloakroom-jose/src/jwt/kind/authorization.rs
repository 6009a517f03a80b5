//! Both directions of an authorization as tokens: the request (RFC 9101) and the response (JARM).
use super::Kind;
use crate::error::{ClaimFault, JoseError, Result};
use crate::jwt::Claims;

/// A request object: the parameters of an authorization request, signed by the client.
#[derive(Clone, Copy, Debug)]
pub enum RequestObject {}

impl Kind for RequestObject {
    const TYPES: &'static [&'static str] = &["oauth-authz-req+jwt", "JWT"];
    // RFC 9101 §10.8 names the type, and clients of OpenID Connect Core §6 write none.
    const MAY_LACK_TYP: bool = true;
    // RFC 9101 §4, and §5: the client is named inside.
    const REQUIRED: &'static [&'static str] = &["client_id"];
    // RFC 9101 §4: a request in a request would have no end.
    const PROHIBITED: &'static [&'static str] = &["request", "request_uri"];
    // FAPI 2.0 Message Signing §5.3.1: an hour.
    const MAX_AHEAD: Option<i64> = Some(3_600);
    const MAY_BE_SYMMETRIC: bool = true;
    // RFC 9101 and OpenID Connect Core §6.1 demand no `exp`.
    const EXPIRES: bool = false;

    fn check(claims: &Claims) -> Result<()> {
        // RFC 9101 §10.8: a client assertion names its client in `sub`, a request does not.
        if claims.subject().is_some() && claims.subject() == claims.text("client_id") {
            return Err(JoseError::claim("sub", ClaimFault::Mismatch));
        }
        Ok(())
    }
}

/// The response to an authorization request as a token (JARM §2.1).
#[derive(Clone, Copy, Debug)]
pub enum AuthorizationResponse {}

impl Kind for AuthorizationResponse {
    const TYPES: &'static [&'static str] = &["JWT"];
    const MAY_LACK_TYP: bool = true;
    const REQUIRED: &'static [&'static str] = &["iss", "aud"];
    // JARM §2.1 recommends ten minutes at most.
    const MAX_AHEAD: Option<i64> = Some(600);
    const MAY_BE_SYMMETRIC: bool = true;

    fn check(claims: &Claims) -> Result<()> {
        // JARM §2.1: it carries a response, or an error. `response_type` of `none` has but a state.
        let has = |name: &str| claims.find(name).is_some();
        if claims.subject().is_some() && !has("code") && !has("error") {
            // An ID token has a subject, and none of them.
            return Err(JoseError::claim("code", ClaimFault::Missing));
        }
        Ok(())
    }
}
