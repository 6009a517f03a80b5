//! ID tokens of a provider: what is believed of them (OpenID Connect Core 1.0 §3.1.3.7).

use cloakroom_jose::jwe::{Allowed, Enc, KeyAlg};
use cloakroom_jose::jws::Unverified;
use cloakroom_jose::jwt::kind::IdToken;
use cloakroom_jose::jwt::nested::{self, Nesting};
use cloakroom_jose::jwt::{Claims, Verifier};
use cloakroom_jose::{Alg, DecryptionKey, Header, JoseError, KeySet};
use cloakroom_model::Secret;

use crate::endpoints::Endpoints;
use crate::{Problem, Result, Upstream};

/// The algorithms that a provider's key may sign with. Shared secrets are not among them: whether a
/// public key is taken for one must not be the token's choice.
const ALGS: [Alg; 11] = [
    Alg::RS256,
    Alg::RS384,
    Alg::RS512,
    Alg::PS256,
    Alg::PS384,
    Alg::PS512,
    Alg::ES256,
    Alg::ES384,
    Alg::ES512,
    Alg::EdDSA,
    Alg::ES256K,
];

/// How an ID token may be encrypted for a realm, whose keys for that are RSA keys.
const KEY_ALGS: [KeyAlg; 2] = [KeyAlg::RsaOaep, KeyAlg::RsaOaep256];

/// ID tokens with many groups are long.
const LONGEST: usize = 256 * 1024;

/// What an ID token is held against.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The nonce that the browser was sent with.
    pub nonce: &'a str,
    /// The access token that came with it.
    pub access_token: &'a str,
    /// Seconds since 1970.
    pub now: i64,
}

/// A signed token that is out of its envelope, and not believed yet.
#[derive(Debug)]
pub struct Opened(Secret);

impl Opened {
    /// Takes a token out of the envelope that it may come in.
    ///
    /// # Errors
    /// If it cannot be read with the realm's keys.
    pub fn of(token: &str, keys: &[DecryptionKey]) -> Result<Self> {
        if token.len() > LONGEST {
            return Err(Problem::untrusted("its ID token is too long"));
        }
        if !nested::is_encrypted(token) {
            return Ok(Self(Secret::new(token)));
        }
        let allowed = Allowed::new(&KEY_ALGS, &Enc::ALL).limit(LONGEST);
        let for_all = |key: &DecryptionKey| {
            let each = KEY_ALGS.iter().filter_map(|alg| key.for_alg(*alg).ok());
            each.collect::<Vec<_>>()
        };
        let keys: Vec<DecryptionKey> = keys.iter().flat_map(for_all).collect();
        let opened = Nesting::new(&keys, &allowed).open(token);
        let opened = opened.map_err(|error| said("its ID token", &error))?;
        Ok(Self(Secret::new(opened.as_str())))
    }

    /// The header, by which the key is found.
    ///
    /// # Errors
    /// If it is no token.
    pub fn header(&self) -> Result<Header> {
        let token = self.parse()?;
        Ok(token.header().clone())
    }

    /// The signed token itself.
    pub(crate) fn text(&self) -> &str {
        self.0.expose()
    }

    fn parse(&self) -> Result<Unverified<'_>> {
        Unverified::parse_within(self.0.expose(), LONGEST)
            .map_err(|error| said("its ID token", &error))
    }

    /// Checks everything; the claims are believed after that.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn verify(
        &self,
        upstream: &Upstream,
        endpoints: &Endpoints,
        keys: &KeySet,
        expected: &Expected<'_>,
    ) -> Result<Claims> {
        let wrong = |error: JoseError| said("its ID token", &error);
        let client = upstream.client_id()?;
        let claimed = self.parse()?.unverified_claim_for_lookup("iss");
        let claimed = claimed.map_err(wrong)?.unwrap_or_default();
        let named = endpoints.issuers.iter().find(|own| **own == claimed);
        let issuer = match named {
            Some(own) => own.as_str(),
            // Where nobody said who the issuer is, whoever has the provider's key is it.
            None if endpoints.issuers.is_empty() && !claimed.is_empty() => claimed.as_str(),
            None => {
                return Err(Problem::untrusted(
                    "its ID token is of another issuer than the settings name",
                ));
            }
        };
        let skew = upstream
            .text("allowedClockSkew")
            .and_then(|text| text.parse().ok());
        let mut verifier = Verifier::new(keys, &ALGS, issuer, client).limit(LONGEST);
        if let Some(skew) = skew {
            // Ten minutes are more than any clock is off by, and an entry may be a mistake.
            verifier = verifier.skew(i64::clamp(skew, 0, 600));
        }
        let verified = verifier.verify::<IdToken>(self.0.expose(), expected.now);
        let verified = verified.map_err(wrong)?;
        verified.check_authorized_party(client).map_err(wrong)?;
        if crate::departure::uses_nonce(upstream) {
            verified.check_nonce(expected.nonce).map_err(wrong)?;
        }
        if verified.claims().find("at_hash").is_some() {
            verified
                .check_access_token(expected.access_token)
                .map_err(wrong)?;
        }
        if verified.claims().subject().is_none_or(str::is_empty) {
            return Err(Problem::untrusted("its ID token is about nobody"));
        }
        check_hosted_domain(upstream, verified.claims())?;
        Ok(verified.into_claims())
    }
}

/// Google's `hd`: the address of the request is the browser's to change, so the answer decides.
fn check_hosted_domain(upstream: &Upstream, claims: &Claims) -> Result<()> {
    let Some(wanted) = upstream.text("hostedDomain") else {
        return Ok(());
    };
    let domain = claims.text("hd");
    let mut allowed = wanted.split(',').map(str::trim);
    let is_in = domain.is_some_and(|domain| wanted == "*" || allowed.any(|own| own == domain));
    match is_in {
        true => Ok(()),
        false => Err(Problem::untrusted("the account is of another domain")),
    }
}

/// The library's words hold no part of a token.
pub(crate) fn said(what: &str, error: &JoseError) -> Problem {
    Problem::untrusted(format!("{what} is refused: {error}"))
}
