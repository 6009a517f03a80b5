//! Looking at a token: what is in it, how large that is, and what speaks against it.
//!
//! It is for people who look at their own tokens. Nothing is decided by it: a report is of a token
//! that may be anybody's, unless [`Report::signature`] says that a key vouches for it. Values of claims
//! are not part of a report, so it may be shown and stored; the token itself is not kept.
//!
//! ```
//! use cloakroom_jose::inspect::{Finding, inspect};
//! use cloakroom_jose::{Alg, SigningKey};
//!
//! # fn main() -> cloakroom_jose::Result<()> {
//! let key = SigningKey::generate(Alg::ES256, "k")?;
//! let token = key.sign("JWT", br#"{"sub":"alice","email":"a@b.example","iat":0,"exp":864000}"#)?;
//!
//! let report = inspect(&token, Some(key.verifying_key()), 100)?;
//! assert!(report.findings().contains(&Finding::NoAudience));
//! assert!(report.findings().contains(&Finding::LongLived { seconds: 864_000 }));
//! assert!(report.claims().iter().any(|claim| claim.name() == "email" && claim.is_personal()));
//! # Ok(())
//! # }
//! ```
mod report;

use serde_json::{Map, Value};

pub use report::{ClaimSize, Finding, Form, Report, Signature};

use crate::alg::Alg;
use crate::base64url;
use crate::error::{JoseError, Result};
use crate::header;
use crate::json;
use crate::jwe::KeyAlg;
use crate::jws::Unverified;
use crate::jwt::KeySource;

/// The longest token that is looked at.
const LIMIT: usize = 256 * 1024;

/// A token of more bytes is a burden to every request that carries it.
const LARGE: usize = 1024;

/// A token that lives longer, in seconds, is as good as a password to whoever finds it.
const LONG: i64 = 3_600;

/// The claims of OpenID Connect Core §5.1 that say something about a person.
const PERSONAL: [&str; 17] = [
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "address",
    "username",
];

/// Looks at a compact token at the instant `now`, in seconds since 1970.
///
/// # Errors
/// If it is no token: not three or five parts, or no strict JSON.
pub fn inspect(token: &str, keys: Option<&dyn KeySource>, now: i64) -> Result<Report> {
    const PARTS: JoseError = JoseError::malformed("a token has three parts, or five");
    let token = token.trim();
    if token.len() > LIMIT {
        return Err(JoseError::malformed("token too long"));
    }
    let parts: Vec<&str> = token.split('.').collect();
    let (form, header, payload) = match parts[..] {
        [header, payload, _] => (Form::Signed, header, Some(payload)),
        [header, _, _, _, _] => (Form::Encrypted, header, None),
        _ => return Err(PARTS),
    };
    let header = json::parse_object(&base64url::decode(header)?, header::LIMIT)?;
    let claims = match payload {
        Some(payload) => json::parse_object(&base64url::decode(payload)?, LIMIT)?,
        None => Map::new(),
    };
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    let alg = text("alg").unwrap_or_default().chars().take(64).collect();
    let mut report = Report {
        form,
        alg,
        typ: text("typ").map(|typ| typ.chars().take(64).collect()),
        bytes: token.len(),
        claims: sizes(&claims),
        signature: keys.map_or(Signature::Unchecked, |keys| check(token, keys)),
        findings: Vec::new(),
    };
    report.find_about_header();
    if form == Form::Signed {
        report.find_about_claims(&claims, now);
    }
    Ok(report)
}

fn sizes(claims: &Map<String, Value>) -> Vec<ClaimSize> {
    let mut sizes: Vec<_> = claims
        .iter()
        .map(|(name, value)| ClaimSize {
            name: name.clone(),
            // Two quotes and a colon.
            bytes: name.len() + 3 + value.to_string().len(),
            is_personal: PERSONAL.contains(&name.as_str()),
        })
        .collect();
    sizes.sort_by_key(|claim| std::cmp::Reverse(claim.bytes));
    sizes
}

fn check(token: &str, keys: &dyn KeySource) -> Signature {
    let Ok(unverified) = Unverified::parse_within(token, LIMIT) else {
        return Signature::Unchecked;
    };
    let Ok(key) = keys.select(unverified.header()) else {
        return Signature::Unchecked;
    };
    match unverified.verify_with(key, &Alg::ALL) {
        Ok(_) => Signature::Right,
        Err(_) => Signature::Wrong,
    }
}

impl Report {
    fn find_about_header(&mut self) {
        if self.bytes > LARGE {
            self.findings.push(Finding::Large { bytes: self.bytes });
        }
        let is_fit = match self.form {
            Form::Signed => Alg::from_name(&self.alg).is_some_and(|alg| !alg.is_symmetric()),
            Form::Encrypted => {
                KeyAlg::from_name(&self.alg).is_some_and(|alg| alg != KeyAlg::Rsa1_5)
            }
        };
        if !is_fit {
            let alg = self.alg.clone();
            self.findings.push(Finding::UnfitAlg { alg });
        }
        let says_nothing = |typ: &str| typ.eq_ignore_ascii_case("JWT");
        if self.typ.as_deref().is_none_or(says_nothing) {
            self.findings.push(Finding::UnfitTyp);
        }
    }

    fn find_about_claims(&mut self, claims: &Map<String, Value>, now: i64) {
        let date = |name: &str| claims.get(name).and_then(Value::as_i64);
        match date("exp") {
            None => self.findings.push(Finding::NeverExpires),
            Some(end) => {
                let seconds = end.saturating_sub(date("iat").unwrap_or(now));
                if seconds > LONG {
                    self.findings.push(Finding::LongLived { seconds });
                }
                if end <= now {
                    self.findings.push(Finding::Expired);
                }
            }
        }
        if !claims.contains_key("aud") {
            self.findings.push(Finding::NoAudience);
        }
        if !claims.contains_key("iss") {
            self.findings.push(Finding::NoIssuer);
        }
        let personal = self.claims.iter().filter(|claim| claim.is_personal);
        let claims: Vec<_> = personal.map(|claim| claim.name.clone()).collect();
        if !claims.is_empty() {
            self.findings.push(Finding::PersonalData { claims });
        }
    }
}
