//! What an answer of the authorization endpoint has of tokens, and what ties its parts together.

use cloakroom_jose::{Alg, half_hash};
use cloakroom_model::Secret;
use serde_json::{Map, Value};

/// The parts of an answer that a browser takes to the client.
#[derive(Clone, Debug)]
pub struct Front {
    /// There is an access token.
    pub access: bool,
    /// There is an ID token.
    pub id: bool,
    /// The code that goes with them.
    pub code: Option<Secret>,
    /// The request's `state`.
    pub state: Option<String>,
}

impl Front {
    /// Nothing is traded later: what the client gets, it gets now.
    pub(super) fn is_implicit(&self) -> bool {
        self.code.is_none()
    }

    /// The client has nothing to ask the userinfo endpoint with, so the ID token says what that would have said.
    pub(super) fn is_id_alone(&self) -> bool {
        self.is_implicit() && !self.access
    }

    /// Lets the ID token vouch for what goes with it, so that none of it can be exchanged on the way.
    pub(super) fn bind(&self, alg: Alg, claims: &mut Map<String, Value>) {
        let mut put = |name: &str, text: &str| {
            let hash = half_hash(alg, text);
            claims.insert(name.to_owned(), Value::String(hash));
        };
        // OpenID Connect Core 1.0 §3.3.2.11.
        if let Some(code) = &self.code {
            put("c_hash", code.expose());
        }
        // FAPI 1.0 Advanced §5.1.1: the state is vouched for as the code is.
        if let Some(state) = &self.state {
            put("s_hash", state);
        }
    }
}
