//! The claims of a verified token, with their types already checked.
use serde_json::{Map, Value};

use crate::error::{ClaimFault, JoseError, Result};
use crate::header::Header;

/// The last second of the year 9999; what lies after it is a mistake or an attack.
const LAST_DATE: i64 = 253_402_300_799;

/// Claims that a key vouches for and a policy accepted; only verification makes them.
#[derive(Clone, Debug)]
pub struct Claims {
    header: Header,
    members: Map<String, Value>,
}

impl Claims {
    /// Checks the types of the registered claims, whether or not the policy asks for them.
    ///
    /// A claim of a wrong type must not pass for an absent one: an expiry that is a text would
    /// otherwise never expire (the pattern of CVE-2026-25537).
    pub(crate) fn read(header: Header, members: Map<String, Value>) -> Result<Self> {
        for name in ["iss", "sub", "jti"] {
            if members.get(name).is_some_and(|value| !value.is_string()) {
                return Err(JoseError::claim(name, ClaimFault::Invalid));
            }
        }
        for name in ["exp", "nbf", "iat"] {
            if members.get(name).is_some_and(|value| date(value).is_none()) {
                return Err(JoseError::claim(name, ClaimFault::Invalid));
            }
        }
        if members.get("aud").is_some_and(|value| !is_audience(value)) {
            return Err(JoseError::claim("aud", ClaimFault::Invalid));
        }
        Ok(Self { header, members })
    }

    /// The verified header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Who issued the token (`iss`).
    pub fn issuer(&self) -> Option<&str> {
        self.text("iss")
    }

    /// Whom it is about (`sub`).
    pub fn subject(&self) -> Option<&str> {
        self.text("sub")
    }

    /// The token's own name (`jti`).
    pub fn jwt_id(&self) -> Option<&str> {
        self.text("jti")
    }

    /// When it ends (`exp`), in seconds since 1970.
    pub fn expires_at(&self) -> Option<i64> {
        self.date("exp")
    }

    /// When it begins (`nbf`), in seconds since 1970.
    pub fn not_before(&self) -> Option<i64> {
        self.date("nbf")
    }

    /// When it was made (`iat`), in seconds since 1970.
    pub fn issued_at(&self) -> Option<i64> {
        self.date("iat")
    }

    /// Whom it is for (`aud`): one, many or none.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        let (one, many) = match self.members.get("aud") {
            Some(Value::String(one)) => (Some(one.as_str()), None),
            Some(Value::Array(many)) => (None, Some(many)),
            _ => (None, None),
        };
        one.into_iter()
            .chain(many.into_iter().flatten().filter_map(Value::as_str))
    }

    /// Whether it is for this audience, letter by letter (RFC 7519 §4.1.3).
    pub fn has_audience(&self, audience: &str) -> bool {
        self.audiences().any(|own| own == audience)
    }

    /// Any claim that is a text; `None` if it is absent or something else.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name).and_then(Value::as_str)
    }

    /// Any claim that is a date of whole seconds in the years 1970 to 9999.
    pub fn date(&self, name: &str) -> Option<i64> {
        self.members.get(name).and_then(date)
    }

    /// Any claim.
    pub fn find(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    /// All claims.
    pub fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    pub(crate) fn into_parts(self) -> (Header, Map<String, Value>) {
        (self.header, self.members)
    }

    /// All claims, to keep.
    pub fn into_members(self) -> Map<String, Value> {
        self.members
    }
}

/// Whole seconds only: every issuer in use writes them, and a fraction or an exponent is where
/// two readers begin to differ.
fn date(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .filter(|seconds| (0..=LAST_DATE).contains(seconds))
}

/// RFC 7519 §4.1.3: one text, or a list of texts; an empty list is for nobody.
fn is_audience(value: &Value) -> bool {
    match value {
        Value::String(_) => true,
        Value::Array(many) => !many.is_empty() && many.iter().all(Value::is_string),
        _ => false,
    }
}
