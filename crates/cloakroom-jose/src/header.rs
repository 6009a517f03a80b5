//! The header of a JWS: what is read of it, and what is refused in one.
mod members;

use serde_json::{Map, Value};

use crate::alg::Alg;
use crate::base64url;
use crate::error::{JoseError, Result};

pub(crate) use members::Members;

/// Room for a long `kid` and a certificate chain that nobody will read.
pub(crate) const LIMIT: usize = 16 * 1024;

/// Long enough for a thumbprint URI, short enough for a log line.
pub(crate) const KID_LIMIT: usize = 256;

/// The header of a JWS (RFC 7515 §4).
///
/// `jku`, `x5u` and `x5c` may be there and are never used, and `jwk` only by [`crate::dpop`], which
/// asks for it (RFC 8725 §3.10): a key comes from the verifier, not from whoever sent the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    alg: Alg,
    kid: Option<String>,
    typ: Option<String>,
    cty: Option<String>,
    jwk: Option<Map<String, Value>>,
    is_encoded: bool,
}

/// Whether a payload may be signed as it is (RFC 7797).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Payload {
    /// It is in base64url; `b64` is refused. RFC 7797 §7: a JWT never has another.
    Encoded,
    /// `b64` may say that it is not.
    MayBeUnencoded,
}

impl Header {
    pub(crate) fn parse(text: &str, payload: Payload) -> Result<Self> {
        Self::read(parse_protected(text)?, None, payload)
    }

    /// Reads a protected header, and the `kid` of an unprotected one beside it.
    pub(crate) fn read(
        mut protected: Members,
        unprotected: Option<&Members>,
        payload: Payload,
    ) -> Result<Self> {
        check_names(&protected)?;
        let understood: &[&str] = match payload {
            Payload::Encoded => &[],
            Payload::MayBeUnencoded => &["b64"],
        };
        check_crit(&protected, understood)?;
        let is_encoded = read_b64(&protected)?;
        if let Some(unprotected) = unprotected {
            check_names(unprotected)?;
            check_disjoint(&protected, unprotected)?;
            // RFC 7515 §4.1.11, RFC 7797 §3: these mean nothing unless they are protected.
            if ["crit", "b64"].iter().any(|name| unprotected.has(name)) {
                return Err(JoseError::malformed("crit or b64 is not protected"));
            }
        }
        // RFC 8725 §3.1: an algorithm that anybody can change decides nothing.
        let alg = text_member(&protected, "alg")?
            .ok_or(JoseError::malformed("protected header has no alg"))?;
        let alg = Alg::from_name(alg).ok_or(JoseError::unsupported("alg"))?;
        let kid = match (take_text(&mut protected, "kid")?, unprotected) {
            (None, Some(unprotected)) => text_member(unprotected, "kid")?.map(str::to_owned),
            (kid, _) => kid,
        };
        if let Some(kid) = &kid {
            check_kid(kid)?;
        }
        let jwk = match protected.take("jwk") {
            None => None,
            Some(Value::Object(members)) => Some(members),
            Some(_) => return Err(JoseError::malformed("jwk is no object")),
        };
        Ok(Self {
            alg,
            kid,
            typ: take_text(&mut protected, "typ")?,
            cty: take_text(&mut protected, "cty")?,
            jwk,
            is_encoded,
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

    /// The key that whoever made the token put into it; [`crate::dpop`] alone has a use for it.
    pub(crate) fn jwk(&self) -> Option<&Map<String, Value>> {
        self.jwk.as_ref()
    }

    /// Whether the payload is in base64url, which only `b64` of RFC 7797 denies.
    pub fn is_encoded(&self) -> bool {
        self.is_encoded
    }

    /// Whether `typ` is this media type.
    ///
    /// Letter case and a leading `application/` do not count (RFC 7515 §4.1.9).
    pub fn is_typ(&self, wanted: &str) -> bool {
        self.typ().is_some_and(|typ| is_media_type(typ, wanted))
    }
}

/// Whether two media types are the same, as RFC 7515 §4.1.9 compares them.
pub(crate) fn is_media_type(own: &str, wanted: &str) -> bool {
    bare(own).eq_ignore_ascii_case(bare(wanted))
}

fn bare(typ: &str) -> &str {
    const PREFIX: &str = "application/";
    match typ.split_at_checked(PREFIX.len()) {
        // RFC 7515 §4.1.9: the prefix may be left out only if no other slash follows.
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) && !rest.contains('/') => rest,
        _ => typ,
    }
}

pub(crate) fn parse_protected(text: &str) -> Result<Members> {
    Members::parse(&base64url::decode(text)?, LIMIT)
}

/// A lenient reader would take a name in another letter case for the real one.
pub(crate) fn check_names(members: &Members) -> Result<()> {
    if members.has_near_miss() {
        return Err(JoseError::malformed(
            "header parameter in another letter case",
        ));
    }
    Ok(())
}

/// RFC 7515 §7.2.1, RFC 7516 §7.2.1: a parameter is in one of the headers.
pub(crate) fn check_disjoint(one: &Members, other: &Members) -> Result<()> {
    if one.overlaps(other) {
        return Err(JoseError::malformed("header parameter in two headers"));
    }
    Ok(())
}

/// RFC 7515 §4.1.11: a list of names that are there, not registered, and all `understood`.
pub(crate) fn check_crit(protected: &Members, understood: &[&str]) -> Result<()> {
    const BAD: JoseError = JoseError::malformed("crit");
    let Some(value) = protected.find("crit") else {
        return Ok(());
    };
    let names = value.as_array().filter(|names| !names.is_empty());
    let mut seen: Vec<&str> = Vec::new();
    for name in names.ok_or(BAD)? {
        let name = name.as_str().ok_or(BAD)?;
        if seen.contains(&name) || !protected.has(name) {
            return Err(BAD);
        }
        if !understood.contains(&name) {
            return Err(JoseError::unsupported("crit"));
        }
        seen.push(name);
    }
    Ok(())
}

/// RFC 7797 §3, §6: a boolean, and critical where it is there at all.
fn read_b64(protected: &Members) -> Result<bool> {
    let Some(value) = protected.find("b64") else {
        return Ok(true);
    };
    let is_critical = protected
        .find("crit")
        .and_then(Value::as_array)
        .is_some_and(|names| names.iter().any(|name| name == "b64"));
    match value {
        Value::Bool(is_encoded) if is_critical => Ok(*is_encoded),
        _ => Err(JoseError::unsupported("b64")),
    }
}

const NO_STRING: JoseError = JoseError::malformed("header parameter is no string");

pub(crate) fn text_member<'a>(members: &'a Members, name: &str) -> Result<Option<&'a str>> {
    match members.find(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(NO_STRING),
    }
}

fn take_text(members: &mut Members, name: &str) -> Result<Option<String>> {
    match members.take(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(NO_STRING),
    }
}

/// Refuses what could not be a key's name, before it reaches a query or a log.
pub(crate) fn check_kid(kid: &str) -> Result<()> {
    if kid.is_empty() || kid.len() > KID_LIMIT || kid.chars().any(char::is_control) {
        return Err(JoseError::malformed("kid"));
    }
    Ok(())
}
