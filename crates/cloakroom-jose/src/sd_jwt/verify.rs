//! Verifying a presentation: the issuer's signature, the disclosures, the key binding (RFC 9901 §7).
use serde_json::{Map, Value};

use super::binding::{self, Binding};
use super::present::Presentation;
use super::{LIMIT, unpack};
use crate::alg::Alg;
use crate::error::{ClaimFault, JoseError, Result};
use crate::jwk::Jwk;
use crate::jws::Unverified;
use crate::jwt::{self, Claims, KeySource, Policy};

/// What a verifier demands.
#[derive(Clone, Debug)]
pub struct Rules<'a> {
    algs: &'a [Alg],
    issuer: &'a str,
    types: &'a [&'a str],
    binding: Option<Binding<'a>>,
}

/// Claims of a presentation that is right; only [`verify`] makes them.
#[derive(Clone, Debug)]
pub struct Verified {
    claims: Map<String, Value>,
    is_bound: bool,
}

impl<'a> Rules<'a> {
    /// Takes tokens that this issuer signed with one of these algorithms.
    pub fn new(algs: &'a [Alg], issuer: &'a str) -> Self {
        Self {
            algs,
            issuer,
            types: &[],
            binding: None,
        }
    }

    /// Demands one of these media types, which every profile of SD-JWT has (RFC 9901 §9.11).
    #[must_use]
    pub fn typ(mut self, types: &'a [&'a str]) -> Self {
        self.types = types;
        self
    }

    /// Demands a key binding for this verifier; without this, one that is there is not looked at.
    #[must_use]
    pub fn bound(mut self, binding: Binding<'a>) -> Self {
        self.binding = Some(binding);
        self
    }
}

/// Verifies a presentation at the instant `now`, in seconds since 1970.
///
/// # Errors
/// The first thing that was wrong.
pub fn verify(
    message: &str,
    keys: &dyn KeySource,
    rules: &Rules<'_>,
    now: i64,
) -> Result<Verified> {
    let presentation = Presentation::parse(message)?;
    let unverified = Unverified::parse_within(&presentation.token, LIMIT)?;
    let policy = Policy::of_kind(rules.algs, false).typ(rules.types);
    policy.check_typ(unverified.header())?;
    policy.check_alg(unverified.header())?;
    let key = keys.select(unverified.header())?;
    // RFC 9901 §9.7: time and issuer are checked after the claims are in their places.
    let signed = jwt::verify_selected(unverified, key, &policy, now)?;
    let (header, members) = signed.into_parts();
    let shown = unpack::unpack(&members, &presentation.disclosures)?;
    let claims = Claims::read(header, shown)?;
    Policy::of_kind(rules.algs, false)
        .issuer(rules.issuer)
        .check_claims(&claims, now)?;
    let claims = claims.into_members();
    if let Some(binding) = &rules.binding {
        check_binding(&presentation, &claims, rules.algs, binding)?;
    }
    Ok(Verified {
        claims,
        is_bound: rules.binding.is_some(),
    })
}

fn check_binding(
    presentation: &Presentation,
    claims: &Map<String, Value>,
    algs: &[Alg],
    wanted: &Binding<'_>,
) -> Result<()> {
    const MISSING: JoseError = JoseError::claim("cnf", ClaimFault::Missing);
    let token = presentation.binding.as_deref();
    let token = token.ok_or(JoseError::malformed("no key binding"))?;
    let jwk = claims.get("cnf").and_then(|cnf| cnf.get("jwk"));
    let jwk = jwk.and_then(Value::as_object).ok_or(MISSING)?;
    let mut jwk = jwk.clone();
    // The binding names the key as its holder likes; `cnf` is what decides.
    jwk.remove("kid");
    let key = Jwk::from_members(&jwk)?.verifying_key()?;
    let mut before = presentation.clone();
    before.binding = None;
    binding::verify(token, &before.to_string(), &key, algs, wanted)
}

impl Verified {
    /// The claims that were shown, in the places where the issuer had them.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// Whether the holder's key was checked; otherwise whoever has the message can send it.
    pub fn is_bound(&self) -> bool {
        self.is_bound
    }
}
