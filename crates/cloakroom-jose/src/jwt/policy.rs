//! What a token of one kind has to be.
mod preset;

use crate::alg::Alg;
use crate::error::{ClaimFault, JoseError, Result};
use crate::header::Header;
use crate::jws::DEFAULT_LIMIT;
use crate::jwt::Claims;

/// Clocks of two machines differ by less.
const SKEW: i64 = 60;

/// The rules for one kind of token (RFC 8725 §3.11: each kind has its own, and none fits another).
///
/// The algorithms come first because there is no default for them.
#[derive(Clone, Debug)]
pub struct Policy {
    algs: Vec<Alg>,
    types: Vec<String>,
    may_lack_typ: bool,
    issuer: Option<String>,
    subject: Option<String>,
    audiences: Vec<String>,
    required: Vec<&'static str>,
    max_age: Option<i64>,
    max_ahead: Option<i64>,
    skew: i64,
    grace: i64,
    may_be_expired: bool,
    size_limit: usize,
}

impl Policy {
    /// Starts a policy that allows these algorithms and demands an unexpired `exp`.
    pub fn new(algs: &[Alg]) -> Self {
        Self {
            algs: algs.to_vec(),
            types: Vec::new(),
            may_lack_typ: false,
            issuer: None,
            subject: None,
            audiences: Vec::new(),
            required: vec!["exp"],
            max_age: None,
            max_ahead: None,
            skew: SKEW,
            grace: SKEW,
            may_be_expired: false,
            size_limit: DEFAULT_LIMIT,
        }
    }

    /// Starts the policy of a kind that need not have an `exp`.
    pub(crate) fn of_kind(algs: &[Alg], expires: bool) -> Self {
        let mut policy = Self::new(algs);
        if !expires {
            policy.required.clear();
        }
        policy
    }

    /// A request object of a client (RFC 9101 §4).
    ///
    /// It has to say neither when it ends nor for whom it is; the caller checks `iss` and `aud`
    /// where they are there.
    pub fn request_object(algs: &[Alg]) -> Self {
        let mut policy = Self::new(algs).typ(&["oauth-authz-req+jwt", "JWT"]);
        policy.required = Vec::new();
        // OpenID Connect Core 1.0 §6.1 sets no typ; another kind's typ is refused all the same.
        policy.may_lack_typ = true;
        policy
    }

    /// Demands one of these media types in the header.
    #[must_use]
    pub fn typ(mut self, types: &[&str]) -> Self {
        self.types = types.iter().map(|typ| (*typ).to_owned()).collect();
        self
    }

    /// Takes tokens without a `typ` as well.
    #[must_use]
    pub fn may_lack_typ(mut self) -> Self {
        self.may_lack_typ = true;
        self
    }

    /// Demands this issuer.
    #[must_use]
    pub fn issuer(mut self, issuer: &str) -> Self {
        self.issuer = Some(issuer.to_owned());
        self
    }

    /// Demands this subject.
    #[must_use]
    pub fn subject(mut self, subject: &str) -> Self {
        self.subject = Some(subject.to_owned());
        self
    }

    /// Demands that at least one of these is among the audiences.
    #[must_use]
    pub fn audience(mut self, any_of: &[&str]) -> Self {
        self.audiences = any_of
            .iter()
            .map(|audience| (*audience).to_owned())
            .collect();
        self
    }

    /// Demands that these claims are there.
    #[must_use]
    pub fn require(mut self, names: &[&'static str]) -> Self {
        self.required.extend_from_slice(names);
        self
    }

    /// Refuses tokens made longer ago than this; they have to say when they were made.
    #[must_use]
    pub fn max_age(mut self, seconds: i64) -> Self {
        self.max_age = Some(seconds);
        self.require(&["iat"])
    }

    /// Refuses tokens that end later than this from now.
    #[must_use]
    pub fn max_ahead(mut self, seconds: i64) -> Self {
        self.max_ahead = Some(seconds);
        self
    }

    /// How far another machine's clock may be off, at both ends of a token's life.
    #[must_use]
    pub fn skew(mut self, seconds: i64) -> Self {
        self.skew = seconds;
        self.grace = seconds;
        self
    }

    /// How long a token is taken after its end, where that is not the skew.
    #[must_use]
    pub fn grace(mut self, seconds: i64) -> Self {
        self.grace = seconds;
        self
    }

    /// Reads tokens of at most so many bytes.
    #[must_use]
    pub fn limit(mut self, bytes: usize) -> Self {
        self.size_limit = bytes;
        self
    }

    pub(crate) fn algs(&self) -> &[Alg] {
        &self.algs
    }

    pub(crate) fn size_limit(&self) -> usize {
        self.size_limit
    }

    /// RFC 8725 §3.11: a token of another kind is refused before any key is touched.
    pub(crate) fn check_typ(&self, header: &Header) -> Result<()> {
        let fault = match header.typ() {
            _ if self.types.is_empty() => return Ok(()),
            None if self.may_lack_typ => return Ok(()),
            Some(_) if self.types.iter().any(|typ| header.is_typ(typ)) => return Ok(()),
            None => ClaimFault::Missing,
            Some(_) => ClaimFault::Mismatch,
        };
        Err(JoseError::claim("typ", fault))
    }

    /// RFC 8725 §3.1: the verifier says which algorithms it takes, before any key is touched.
    pub(crate) fn check_alg(&self, header: &Header) -> Result<()> {
        if self.algs.contains(&header.alg()) {
            return Ok(());
        }
        Err(JoseError::unsupported("alg is not allowed here"))
    }

    pub(crate) fn check_claims(&self, claims: &Claims, now: i64) -> Result<()> {
        for name in &self.required {
            if claims.find(name).is_none() {
                return Err(JoseError::claim(name, ClaimFault::Missing));
            }
        }
        check_text("iss", self.issuer.as_deref(), claims.issuer())?;
        check_text("sub", self.subject.as_deref(), claims.subject())?;
        self.check_audience(claims)?;
        self.check_beginning(claims, now)?;
        self.check_end(claims, now)
    }

    fn check_audience(&self, claims: &Claims) -> Result<()> {
        if self.audiences.is_empty() || self.audiences.iter().any(|own| claims.has_audience(own)) {
            return Ok(());
        }
        let is_there = claims.find("aud").is_some();
        let fault = if is_there {
            ClaimFault::Mismatch
        } else {
            ClaimFault::Missing
        };
        Err(JoseError::claim("aud", fault))
    }

    fn check_beginning(&self, claims: &Claims, now: i64) -> Result<()> {
        let latest = now.saturating_add(self.skew);
        for (name, date) in [("nbf", claims.not_before()), ("iat", claims.issued_at())] {
            if date.is_some_and(|date| date > latest) {
                return Err(JoseError::claim(name, ClaimFault::NotYet));
            }
        }
        let age = claims.issued_at().map(|made| now.saturating_sub(made));
        match (self.max_age, age) {
            (Some(allowed), Some(age)) if age > allowed.saturating_add(self.skew) => {
                Err(JoseError::claim("iat", ClaimFault::Expired))
            }
            _ => Ok(()),
        }
    }

    /// The last check, so that `is_expired` means that all else was right.
    fn check_end(&self, claims: &Claims, now: i64) -> Result<()> {
        let Some(end) = claims.expires_at() else {
            return Ok(());
        };
        if let Some(ahead) = self.max_ahead
            && end > now.saturating_add(ahead).saturating_add(self.skew)
        {
            return Err(JoseError::claim("exp", ClaimFault::Invalid));
        }
        // RFC 7519 §4.1.4: on the second of its end a token is over.
        if !self.may_be_expired && end.saturating_add(self.grace) <= now {
            return Err(JoseError::claim("exp", ClaimFault::Expired));
        }
        Ok(())
    }
}

fn check_text(name: &'static str, wanted: Option<&str>, own: Option<&str>) -> Result<()> {
    match (wanted, own) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(JoseError::claim(name, ClaimFault::Missing)),
        (Some(wanted), Some(own)) if wanted == own => Ok(()),
        (Some(_), Some(_)) => Err(JoseError::claim(name, ClaimFault::Mismatch)),
    }
}
