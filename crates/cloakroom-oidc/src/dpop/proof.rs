//! A proof that a request brings: read without a database, and spent with one.

use cloakroom_jose::Alg;
use cloakroom_jose::JoseError;
use cloakroom_jose::dpop::{self, Request, Rules};
use cloakroom_model::replay::{self, Kind};
use cloakroom_model::{Cx, Timestamp, Ttl};

use super::{algs, refused};
use crate::error::Result;

/// How long after it was made a proof is taken, as in Keycloak: it is made for one request, which leaves at once.
const LIFE: Ttl = Ttl::seconds(10);

/// How far the clock of whoever made it may be ahead or behind, as in Keycloak. FAPI 2.0 Security Profile §5.3.2.1 has servers
/// take ten seconds, and refuse a minute.
const SKEW: Ttl = Ttl::seconds(15);

/// The request that a proof has to be made for.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Its method.
    pub method: &'a str,
    /// Its address, as clients know it.
    pub url: &'a str,
    /// The access token that it comes with, where it uses one.
    pub token: Option<&'a str>,
}

/// What a request shows of the key that its sender holds.
#[derive(Clone, Debug, Default)]
pub struct Proof(Shown);

#[derive(Clone, Debug, Default)]
enum Shown {
    #[default]
    Nothing,
    /// It proves nothing, and this is why.
    Wrong(String),
    /// It is right for this request, if it was not used before.
    Right(Box<dpop::Proof>),
}

impl Proof {
    /// Looks at the values of the header `DPoP`. A request without the header has none.
    pub fn read(sent: &[&[u8]], call: &Call<'_>, now: Timestamp) -> Self {
        let one = match sent {
            [] => return Self::default(),
            [one] => *one,
            // RFC 9449 §4.3: there is not more than one.
            _ => return Self(Shown::Wrong("There is more than one DPoP proof".to_owned())),
        };
        let text = std::str::from_utf8(one).unwrap_or_default();
        let mut request = Request::new(call.method, call.url);
        if let Some(token) = call.token {
            request = request.access_token(token);
        }
        let algs: Vec<Alg> = algs().collect();
        let rules = Rules::new(&algs)
            .max_age(LIFE.as_seconds())
            .skew(SKEW.as_seconds());
        Self(match rules.check(text, &request, now.seconds()) {
            Ok(proof) => Shown::Right(Box::new(proof)),
            Err(error) => Shown::Wrong(words(&error)),
        })
    }

    /// The request has no such header.
    pub fn is_absent(&self) -> bool {
        matches!(self.0, Shown::Nothing)
    }

    /// The thumbprint of the key, where the proof is right.
    pub(crate) fn thumbprint(&self) -> Option<&str> {
        match &self.0 {
            Shown::Right(proof) => Some(proof.thumbprint()),
            Shown::Nothing | Shown::Wrong(_) => None,
        }
    }

    /// The same, and a refusal where the proof is not right.
    pub(crate) fn key(&self) -> Result<Option<&str>> {
        match &self.0 {
            Shown::Wrong(why) => Err(refused(why.clone())),
            Shown::Nothing | Shown::Right(_) => Ok(self.thumbprint()),
        }
    }

    /// The same, once: a proof that was used before is refused. Writes where there is one.
    pub(crate) fn spend(&self, cx: &mut Cx<'_>) -> Result<Option<&str>> {
        let key = self.key()?;
        if let Shown::Right(proof) = &self.0 {
            // Taken up to this second, and remembered for all of it.
            let until = Timestamp::from_seconds(proof.remember_until()).plus(Ttl::seconds(1));
            let value = format!("{}\n{}", proof.thumbprint(), proof.jti());
            if !replay::spend(cx, Kind::PossessionProof, &value, until)? {
                return Err(refused("The DPoP proof was used before"));
            }
        }
        Ok(key)
    }
}

/// What is wrong, for the developer who reads it. Nothing of the proof is in it.
fn words(error: &JoseError) -> String {
    match error.claim_name() {
        Some(name) => format!("The DPoP proof is not valid: {name}"),
        None => "The DPoP proof is not valid".to_owned(),
    }
}
