//! An access token as a request shows it: by itself, or with a proof of the key that it is bound to.

use cloakroom_model::{Cx, Secret};

use super::{Proof, missing, refused};
use crate::error::{Error, OAuthError, Result};
use crate::own_token::OwnToken;
use crate::provider::Provider;
use crate::userinfo;

/// What a token is refused with that came by itself, and must not.
const UNPROVEN: &str = "The access token is bound to a key, and came without a proof of it";

/// A token was refused because it came without the proof that it takes.
pub fn is_unproven(denied: &OAuthError) -> bool {
    denied.description == UNPROVEN
}

/// An access token that a request shows.
#[derive(Clone, Debug)]
pub struct Presented {
    token: Secret,
    /// Its scheme is `DPoP`, and this is what came with it.
    proof: Option<Proof>,
}

impl Presented {
    /// A token by itself (RFC 6750 §2).
    pub fn bearer(token: &str) -> Self {
        Self {
            token: Secret::new(token),
            proof: None,
        }
    }

    /// A token with a proof that was read for it (RFC 9449 §7.1).
    pub fn with_proof(token: &str, proof: Proof) -> Self {
        Self {
            token: Secret::new(token),
            proof: Some(proof),
        }
    }

    /// The token.
    pub fn token(&self) -> &str {
        self.token.expose()
    }

    /// It came as one that is bound to a key.
    pub fn has_proof(&self) -> bool {
        self.proof.is_some()
    }

    /// The claims of the token, if it is one of this realm and was shown in the way that it has to be.
    pub(crate) fn read(&self, provider: &Provider, cx: &mut Cx<'_>) -> Result<Option<OwnToken>> {
        let token = userinfo::read_access(provider, cx, self.token())?;
        if let Some(token) = &token {
            self.check(token)?;
        }
        Ok(token)
    }

    /// The token was shown in the way that it has to be. Whoever goes by it spends the proof besides.
    pub fn check(&self, token: &OwnToken) -> Result<()> {
        let key = match &self.proof {
            Some(proof) => proof.key().map_err(at_resource)?,
            None => None,
        };
        match (token.bound_to(), key) {
            (None, None) if self.proof.is_none() => Ok(()),
            (Some(bound), Some(key)) if bound == key => Ok(()),
            (Some(_), Some(_)) => {
                let text = "The DPoP proof is of another key than the access token is bound to";
                Err(at_resource(refused(text)))
            }
            (_, None) if self.proof.is_some() => Err(at_resource(missing())),
            // RFC 9449 §7.2: else the constraint could be stripped by leaving out the proof.
            (Some(_), None) => Err(invalid(UNPROVEN)),
            (None, _) => Err(invalid("The access token is not bound to a key")),
        }
    }

    /// Makes sure that the proof is used once; nothing is done where none is needed.
    pub fn spend(&self, cx: &mut Cx<'_>) -> Result<()> {
        match &self.proof {
            Some(proof) => proof.spend(cx).map(drop).map_err(at_resource),
            None => Ok(()),
        }
    }
}

fn invalid(text: &'static str) -> Error {
    OAuthError::new("invalid_token", text).into()
}

/// RFC 9449 §7.1: what the token endpoint answers with 400, a resource answers with 401.
fn at_resource(error: Error) -> Error {
    match error {
        Error::Denied(denied) => denied.with_status(401).into(),
        fault @ Error::Fault(_) => fault,
    }
}
