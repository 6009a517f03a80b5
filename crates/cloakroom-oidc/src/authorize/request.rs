//! `AuthorizationRequest`: what is kept of an authorization request once it has been checked.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::respond::ResponseMode;

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
    /// What the user has to be asked, or may not be asked.
    pub prompt: Prompt,
    /// How many seconds ago the user may have been proved at the most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<i64>,
    /// Who the client thinks signs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// An ID token of the user that the client expects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_hint: Option<String>,
    /// The languages of the pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ui_locales: Option<String>,
    /// Claims asked for one by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<Value>,
    /// A required action that the client asks for (`kc_action`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kc_action: Option<String>,
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

/// The parameter `prompt` (OpenID Connect Core 1.0 §3.1.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Prompt {
    /// Nothing may be asked.
    pub none: bool,
    /// The user has to be proved again.
    pub login: bool,
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
                // There is one account to select: whoever can sign in with a password.
                "login" | "select_account" => prompt.login = true,
                "consent" => prompt.consent = true,
                "create" => prompt.create = true,
                _ => return None,
            }
        }
        let asks = prompt.login || prompt.consent || prompt.create;
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
            ("NONE", false),
            ("unknown", false),
        ] {
            assert_eq!(Prompt::parse(text).is_some(), is_read, "{text}");
        }
    }
}
