//! The protected header: what is read of it, and what is refused in one.
use serde_json::{Map, Value};

use crate::alg::Alg;
use crate::base64url;
use crate::error::{JoseError, Result};
use crate::json;

/// Room for a long `kid` and a certificate chain that nobody will read.
const LIMIT: usize = 16 * 1024;

/// Long enough for a thumbprint URI, short enough for a log line.
pub(crate) const KID_LIMIT: usize = 256;

/// The parameters this crate knows.
///
/// One of them in another letter case is refused: a lenient reader would take it for the real one.
const KNOWN: [&str; 13] = [
    "alg", "kid", "typ", "cty", "crit", "b64", "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "zip",
];

/// The header of a JWS (RFC 7515 §4).
///
/// `jku`, `jwk`, `x5u` and `x5c` may be there and are never used (RFC 8725 §3.10): a key comes
/// from the verifier, not from whoever sent the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    alg: Alg,
    kid: Option<String>,
    typ: Option<String>,
    cty: Option<String>,
}

impl Header {
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let members = json::parse_object(&base64url::decode(text)?, LIMIT)?;
        check_names(&members)?;
        let alg = text_member(&members, "alg")?.ok_or(JoseError::malformed("header has no alg"))?;
        let kid = text_member(&members, "kid")?;
        if let Some(kid) = kid {
            check_kid(kid)?;
        }
        Ok(Self {
            alg: Alg::from_name(alg).ok_or(JoseError::unsupported("alg"))?,
            kid: kid.map(str::to_owned),
            typ: text_member(&members, "typ")?.map(str::to_owned),
            cty: text_member(&members, "cty")?.map(str::to_owned),
        })
    }

    /// The algorithm the token claims; the key decides whether it is believed.
    pub fn alg(&self) -> Alg {
        self.alg
    }

    /// The name of the key, if the token names one.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The media type of the token.
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }

    /// The media type of the payload.
    pub fn cty(&self) -> Option<&str> {
        self.cty.as_deref()
    }

    /// Whether `typ` is this media type.
    ///
    /// Letter case and a leading `application/` do not count (RFC 7515 §4.1.9).
    pub fn is_typ(&self, wanted: &str) -> bool {
        self.typ()
            .is_some_and(|typ| bare(typ).eq_ignore_ascii_case(bare(wanted)))
    }
}

fn bare(typ: &str) -> &str {
    const PREFIX: &str = "application/";
    match typ.split_at_checked(PREFIX.len()) {
        // RFC 7515 §4.1.9: the prefix may be left out only if no other slash follows.
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) && !rest.contains('/') => rest,
        _ => typ,
    }
}

fn check_names(members: &Map<String, Value>) -> Result<()> {
    for name in members.keys() {
        if KNOWN
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name) && known != name)
        {
            return Err(JoseError::malformed(
                "header parameter in another letter case",
            ));
        }
    }
    // RFC 7515 §4.1.11: an extension that is not understood must be refused, and none is.
    if members.contains_key("crit") {
        return Err(JoseError::unsupported("crit"));
    }
    // RFC 7797 §7: a JWT never has an unencoded payload; without `crit` it is not allowed at all.
    if members.contains_key("b64") {
        return Err(JoseError::unsupported("b64"));
    }
    Ok(())
}

fn text_member<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(JoseError::malformed("header parameter is no string")),
    }
}

/// Refuses what could not be a key's name, before it reaches a query or a log.
pub(crate) fn check_kid(kid: &str) -> Result<()> {
    if kid.is_empty() || kid.len() > KID_LIMIT || kid.chars().any(char::is_control) {
        return Err(JoseError::malformed("kid"));
    }
    Ok(())
}
