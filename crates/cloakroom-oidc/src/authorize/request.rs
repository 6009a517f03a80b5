//! `AuthorizationRequest`: what is kept of an authorization request once it has been checked.

use std::collections::BTreeMap;
use std::fmt;

use cloakroom_model::Realm;
use cloakroom_model::client::Client;
use cloakroom_model::id::UserId;
use serde::{Deserialize, Serialize};

use super::claims::ClaimsRequest;
use super::level::LevelWish;
use super::respond::ResponseMode;
use super::response_type::ResponseType;
use crate::mapper;

/// A checked authorization request, as the attempt remembers it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// Who asks.
    pub client_id: String,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// The request named it; else it is the only one that the client has.
    pub redirect_uri_given: bool,
    /// How the answer goes there.
    pub mode: ResponseMode,
    /// What the answer consists of.
    #[serde(default)]
    pub response_type: ResponseType,
    /// What is asked for, as the request had it.
    pub scope: String,
    /// Returned unchanged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Goes into the ID token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The S256 challenge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<String>,
    /// The thumbprint of the key that a code is bound to (RFC 9449 §10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpop_jkt: Option<String>,
    /// What the user has to be asked, or may not be asked.
    pub prompt: Prompt,
    /// How many seconds ago the user may have been proved at the most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<i64>,
    /// Who the client thinks signs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// The subjects of whom one has to sign in, by `id_token_hint` or the claim `sub`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subjects: Option<Vec<String>>,
    /// The languages of the pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ui_locales: Option<String>,
    /// Claims asked for one by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<ClaimsRequest>,
    /// How well the user has to be proved.
    #[serde(default)]
    pub level: LevelWish,
    /// A required action that the client asks for (`kc_action`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kc_action: Option<String>,
    /// The identity provider that the client sends its user to (`kc_idp_hint`); an empty one, to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idp_hint: Option<String>,
    /// Parameters that this server has no use for, and an identity provider may: some, and short ones.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub others: BTreeMap<String, String>,
    /// The device that waits for the decision (RFC 8628); no code goes through the browser then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// An administrator tries the client: the answer goes to a page of this server, which the client need not have.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_trial: bool,
}

impl fmt::Debug for AuthorizationRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // State, nonce and hints are the client's secrets.
        f.debug_struct("AuthorizationRequest")
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}

impl AuthorizationRequest {
    /// Whether the client would take this user for an answer.
    pub fn is_about(&self, client: &Client, user: &UserId) -> bool {
        match &self.subjects {
            Some(subjects) => subjects.contains(&mapper::subject(client, user)),
            None => true,
        }
    }

    /// The scope that the user is asked about: also the scopes that hold claims of the request.
    pub fn scope_for_consent(&self, realm: &Realm, client: &Client) -> String {
        let extra = match &self.claims {
            Some(claims) => claims.scopes(realm, client),
            None => Vec::new(),
        };
        let mut scope = self.scope.clone();
        for name in extra {
            scope.push(' ');
            scope.push_str(&name);
        }
        scope
    }
}

/// The parameter `prompt` (OpenID Connect Core 1.0 §3.1.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Prompt {
    /// Nothing may be asked.
    pub none: bool,
    /// The user has to be proved again.
    pub login: bool,
    /// The user has to be asked which account to go on with.
    pub select_account: bool,
    /// The user has to be asked what the client may have.
    pub consent: bool,
    /// The user wants to register (Initiating User Registration 1.0).
    pub create: bool,
}

impl Prompt {
    /// Reads the parameter; `None` for values that are unknown or cannot stand together.
    pub fn parse(text: &str) -> Option<Self> {
        let mut prompt = Self::default();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            match word {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "select_account" => prompt.select_account = true,
                "consent" => prompt.consent = true,
                "create" => prompt.create = true,
                _ => return None,
            }
        }
        let asks = prompt.login || prompt.select_account || prompt.consent || prompt.create;
        (!(prompt.none && asks)).then_some(prompt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_stands_alone_among_the_prompts() {
        for (text, is_read) in [
            ("none", true),
            ("login consent", true),
            ("", true),
            ("none login", false),
            ("consent none", false),
            ("none select_account", false),
            ("none create", false),
            ("NONE", false),
            ("unknown", false),
        ] {
            assert_eq!(Prompt::parse(text).is_some(), is_read, "{text}");
        }
    }
}
