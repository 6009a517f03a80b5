//! Reads tokens that this realm issued: the signature first, and nothing before it.

use cloakroom_jose::json;
use cloakroom_jose::jws::Unverified;
use cloakroom_model::{Cx, Fault, Timestamp};
use serde_json::{Map, Value};

use crate::dpop;
use crate::keyring::{ALGS, Keyring};
use crate::provider::Provider;

/// The claim `typ` of access tokens: of those that are good by themselves, and of those that are bound to a key.
pub const ACCESS: [&str; 2] = ["Bearer", dpop::KIND];

/// The claims of a token of this realm, whose signature is right.
#[derive(Clone, Debug)]
pub struct OwnToken {
    members: Map<String, Value>,
}

impl OwnToken {
    /// Claims that were kept here all along, of an opaque token.
    pub(crate) fn from_members(members: Map<String, Value>) -> Self {
        Self { members }
    }

    /// A claim that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name).and_then(Value::as_str)
    }

    /// A claim that is a whole number.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.members.get(name).and_then(Value::as_i64)
    }

    /// The claim `typ`, by which Keycloak tells its kinds of token apart.
    pub fn kind(&self) -> &str {
        self.text("typ").unwrap_or_default()
    }

    /// The token is an access token.
    pub fn is_access(&self) -> bool {
        ACCESS.contains(&self.kind())
    }

    /// The thumbprint of the key that the token is bound to, if it is bound to one (RFC 9449 §6).
    pub fn bound_to(&self) -> Option<&str> {
        self.members.get("cnf")?.get("jkt")?.as_str()
    }

    /// All claims.
    pub fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// The token is over. One without an end is not.
    pub fn is_expired(&self, cx: &Cx<'_>) -> bool {
        match self.members.get("exp") {
            None => false,
            Some(end) => end.as_i64().is_none_or(|end| end <= cx.now.seconds()),
        }
    }

    /// The instant after which the token is over, if it has one.
    pub fn end(&self) -> Option<Timestamp> {
        self.number("exp").map(Timestamp::from_seconds)
    }

    /// The token names this audience.
    pub fn has_audience(&self, audience: &str) -> bool {
        match self.members.get("aud") {
            Some(Value::String(one)) => one == audience,
            Some(Value::Array(many)) => many.iter().any(|own| own.as_str() == Some(audience)),
            _ => false,
        }
    }

    /// The scope names one.
    pub fn has_scope(&self, name: &str) -> bool {
        let mut names = self.text("scope").unwrap_or_default().split(' ');
        names.any(|own| own == name)
    }
}

/// The token's claims, if a key of the realm signed it, the realm is its issuer and its kind is one
/// of these. Whether it is over is the caller's question.
pub fn read(
    provider: &Provider,
    cx: &Cx<'_>,
    token: &str,
    kinds: &[&str],
) -> Result<Option<OwnToken>, Fault> {
    let keys = Keyring::of(cx.realm)?;
    let Ok(unverified) = Unverified::parse(token) else {
        return Ok(None);
    };
    // RFC 8725 §3.11: a JWT of another media type is none of ours.
    let header = unverified.header();
    if header.typ().is_some() && !header.is_typ("JWT") && !header.is_typ("at+jwt") {
        return Ok(None);
    }
    let Ok(verified) = unverified.verify(keys.verifying(), &ALGS) else {
        return Ok(None);
    };
    let payload = verified.payload();
    let Ok(members) = json::parse_object(payload, payload.len()) else {
        return Ok(None);
    };
    let token = OwnToken { members };
    let is_ours = token.text("iss") == Some(provider.issuer(cx.realm).as_str());
    Ok(Some(token).filter(|token| is_ours && kinds.contains(&token.kind())))
}

/// The client that a token claims to be issued to: says whose page may read the answer, and nothing more.
pub fn claimed_client(token: &str) -> Option<String> {
    let unverified = cloakroom_jose::jws::Unverified::parse(token).ok()?;
    unverified.unverified_claim_for_lookup("azp").ok()?
}

/// The issuer that a token claims to be from: says whose keys to check it with, and nothing more.
pub fn claimed_issuer(token: &str) -> Option<String> {
    let unverified = cloakroom_jose::jws::Unverified::parse(token).ok()?;
    unverified.unverified_claim_for_lookup("iss").ok()?
}
