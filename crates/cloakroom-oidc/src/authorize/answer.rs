//! An answer that may have tokens in it: they are signed after the commit, like those of the token endpoint.

use serde_json::Value;

use super::respond::Response;
use crate::error::OAuthError;
use crate::issue::Minted;

/// What a client is answered, before its tokens are signed.
#[derive(Clone, Debug)]
pub struct Answer {
    response: Response,
    tokens: Option<Box<Tokens>>,
}

/// Tokens of an answer, and whose they are.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The tokens.
    pub minted: Minted,
    /// The client that they are for.
    pub client_id: String,
}

impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        Self {
            response,
            tokens: None,
        }
    }
}

impl Answer {
    pub(super) fn with(response: Response, tokens: Tokens) -> Self {
        Self {
            response,
            tokens: Some(Box::new(tokens)),
        }
    }

    /// What the answer says without its tokens.
    pub fn response(&self) -> &Response {
        &self.response
    }

    /// The tokens that have to be signed before the answer may leave.
    pub fn tokens(&self) -> Option<&Tokens> {
        self.tokens.as_deref()
    }

    /// Says one thing more.
    pub fn say(&mut self, name: &'static str, text: String) {
        self.response.parameters.push((name, text));
    }

    /// The answer with its signed tokens (RFC 6749 §4.2.2, OpenID Connect Core 1.0 §3.2.2.5).
    #[must_use]
    pub fn with_signed(&self, signed: &Value) -> Response {
        const OF_ACCESS: [&str; 4] = ["access_token", "token_type", "expires_in", "scope"];
        let shown = |name: &'static str| {
            let text = match signed.get(name)? {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                _ => return None,
            };
            Some((name, text))
        };
        let has_access = signed.get("access_token").is_some();
        let of_access = OF_ACCESS.into_iter().filter(|_| has_access);
        let mut response = self.response.clone();
        let names = of_access.chain(["id_token"]);
        response.parameters.extend(names.filter_map(shown));
        response
    }

    /// What the client is told where its tokens cannot be made: an encryption that it asks for, and has no key for.
    #[must_use]
    pub fn refused(&self, denied: &OAuthError) -> Response {
        let said = |wanted: &str| {
            let mut all = self.response.parameters.iter();
            let found = all.find(|(name, _)| *name == wanted);
            found.map(|(_, text)| text.as_str())
        };
        Response::error(
            (&self.response.redirect_uri, self.response.mode),
            said("iss").unwrap_or_default(),
            said("state"),
            denied.code,
            Some(denied.description.to_string()),
        )
    }
}
