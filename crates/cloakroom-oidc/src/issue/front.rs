//! What an answer of the authorization endpoint has of tokens, and what ties its parts together.

use cloakroom_jose::{Alg, half_hash};
use cloakroom_model::client::Client;
use cloakroom_model::{Cx, Secret, Timestamp};
use serde_json::{Map, Value};

use super::Authorization;
use crate::mapper::Target;
use crate::session_rules;

/// Client attribute: an ID token that goes through a browser says nothing of its user, and vouches for the rest of the answer alone.
pub(crate) const DETACHED: &str = "id.token.as.detached.signature";

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
    fn is_implicit(&self) -> bool {
        self.code.is_none()
    }

    /// The client has nothing to ask the userinfo endpoint with, so the ID token says what that would have said.
    fn is_id_alone(&self) -> bool {
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

impl Authorization {
    /// There is an access token in the answer.
    pub(super) fn has_access_token(&self) -> bool {
        self.front.as_ref().is_none_or(|front| front.access)
    }

    /// What the ID token is made as.
    pub(super) fn id_target(&self) -> Target {
        match &self.front {
            Some(front) if front.is_id_alone() => Target::IdAlone,
            _ => Target::Id,
        }
    }

    /// When tokens that are issued now end.
    pub(super) fn ends(&self, cx: &Cx<'_>, client: &Client) -> Timestamp {
        let session = self.session.as_ref();
        match &self.front {
            Some(front) if front.is_implicit() => {
                session_rules::implicit_expires_at(cx.realm, session, cx.now)
            }
            _ => session_rules::access_expires_at(cx.realm, client, session, cx.now),
        }
    }

    /// The ID token is there for its signature.
    pub(super) fn is_signature_alone(&self, client: &Client) -> bool {
        self.front.is_some() && client.settings.has(DETACHED)
    }
}
