//! What the browser takes back to the client: a code, tokens or an error, in the mode the client asked for.

use cloakroom_model::client::{self, Client};
use cloakroom_model::code::{self, Code};
use cloakroom_model::session::Session;
use cloakroom_model::{Cx, Fault, Secret, Ttl};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::answer::{Answer, Tokens};
use super::level::level_of;
use super::request::AuthorizationRequest;
use crate::code_grant::CodeGrant;
use crate::error::Error;
use crate::grant::authorization_code;
use crate::issue::{self, Front, Minted};
use crate::provider::Provider;
use crate::redirect_uri::{self, Roots};

/// How the response reaches the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    Query,
    /// In its fragment.
    Fragment,
    /// In a form that the browser posts (Form Post Response Mode 1.0).
    FormPost,
}

impl ResponseMode {
    /// Reads the parameter `response_mode`; `None` for what is not offered.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "query" => Some(Self::Query),
            "fragment" => Some(Self::Fragment),
            "form_post" => Some(Self::FormPost),
            _ => None,
        }
    }
}

/// A response on its way to the client, through the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Where it goes; validated before this value was made.
    pub redirect_uri: String,
    /// How it goes.
    pub mode: ResponseMode,
    /// What it says, in the order of the form.
    pub parameters: Vec<(&'static str, String)>,
}

/// Everything but the unreserved characters of RFC 3986 §2.3.
pub(crate) const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

impl Response {
    /// The address that the browser is sent to, in the modes `query` and `fragment`.
    pub fn location(&self) -> String {
        let pairs: Vec<String> = self
            .parameters
            .iter()
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, VALUE)))
            .collect();
        if pairs.is_empty() {
            return self.redirect_uri.clone();
        }
        let in_fragment = self.mode == ResponseMode::Fragment;
        redirect_uri::with_answer(&self.redirect_uri, in_fragment, &pairs.join("&"))
    }

    /// An error for the client (RFC 6749 §4.1.2.1), with `iss` (RFC 9207 §2).
    pub fn error(
        to: (&str, ResponseMode),
        issuer: &str,
        state: Option<&str>,
        error: &str,
        description: Option<String>,
    ) -> Self {
        let mut parameters = vec![("iss", issuer.to_owned())];
        parameters.extend(state.map(|state| ("state", state.to_owned())));
        parameters.push(("error", error.to_owned()));
        parameters.extend(description.map(|text| ("error_description", text)));
        Self {
            redirect_uri: to.0.to_owned(),
            mode: to.1,
            parameters,
        }
    }
}

impl AuthorizationRequest {
    /// Tells whether the client may be answered yet: it may have been switched off since it asked, or an administrator has
    /// taken the address off its list.
    pub fn may_be_answered(&self, roots: Roots<'_>, client: &Client) -> bool {
        let leads_to_client = || redirect_uri::is_registered(roots, client, &self.redirect_uri);
        client.enabled && (self.device.is_some() || self.is_trial || leads_to_client())
    }

    /// The answer to this request if it is refused.
    pub fn refuse(&self, issuer: &str, error: &str, description: Option<&str>) -> Response {
        Response::error(
            (&self.redirect_uri, self.mode),
            issuer,
            self.state.as_deref(),
            error,
            description.map(str::to_owned),
        )
    }

    /// What the browser is shown when a device waits for the answer: nothing secret, because the
    /// device gets its tokens itself.
    pub fn tell_browser(&self, error: Option<&str>) -> Response {
        let error = error.map(|error| ("error", error.to_owned()));
        Response {
            redirect_uri: self.redirect_uri.clone(),
            mode: ResponseMode::Query,
            parameters: error.into_iter().collect(),
        }
    }

    /// Answers from the session: with a code, with tokens that are still to be signed, with both or with neither.
    ///
    /// `reached` is the level that was reached for this very request, or that has lasted until it; `None` where the session has answered
    /// alone, and knows nothing of levels.
    pub fn respond(
        &self,
        cx: &mut Cx<'_>,
        provider: &Provider,
        session: &Session,
        reached: Option<i64>,
    ) -> Result<Answer, Fault> {
        let client = client::find(cx, &self.client_id)?
            .filter(|client| client.enabled)
            .ok_or_else(|| Fault::corrupt("the client of an attempt is gone"))?;
        let issuer = provider.issuer(cx.realm);
        // What an administrator has switched off since the request came counts at once.
        if let Err((error, why)) = self.response_type.check_allowed(cx.realm, &client) {
            return Ok(self.refuse(&issuer, error, why.as_deref()).into());
        }
        let grant = CodeGrant {
            redirect_uri: self.redirect_uri_given.then(|| self.redirect_uri.clone()),
            scope: self.scope.clone(),
            nonce: self.nonce.clone(),
            code_challenge: self.code_challenge.clone(),
            dpop_jkt: self.dpop_jkt.clone(),
            acr: self
                .level
                .acr(cx.realm, &client, level_of(session), reached),
            claims: self.claims.clone(),
        };
        let code = match self.response_type.code {
            true => Some(issue_code(cx, &client, session, &grant)?),
            false => None,
        };
        let mut parameters = Vec::new();
        parameters.extend(code.as_ref().map(|code| ("code", code.expose().to_owned())));
        parameters.push(("iss", issuer.clone()));
        parameters.extend(self.state.clone().map(|state| ("state", state)));
        parameters.push(("session_state", session.id.as_str().to_owned()));
        let response = Response {
            redirect_uri: self.redirect_uri.clone(),
            mode: self.mode,
            parameters,
        };
        if !self.response_type.has_tokens() {
            return Ok(response.into());
        }
        let front = Front {
            access: self.response_type.token,
            id: self.response_type.id_token,
            code,
            state: self.state.clone(),
        };
        match mint(provider, cx, &client, (session, grant), front) {
            Ok(minted) => {
                let client_id = client.client_id.clone();
                Ok(Answer::with(response, Tokens { minted, client_id }))
            }
            Err(Error::Denied(denied)) => Ok(self
                .refuse(&issuer, denied.code, Some(&denied.description))
                .into()),
            Err(Error::Fault(fault)) => Err(fault),
        }
    }
}

fn issue_code(
    cx: &mut Cx<'_>,
    client: &Client,
    session: &Session,
    grant: &CodeGrant,
) -> Result<Secret, Fault> {
    // A code is meant to be traded at once (RFC 6749 §4.1.2 names ten minutes as the most).
    let lifespan = cx.realm.settings.access_code_lifespan.clamp(1, 600);
    let issued = Code {
        client: client.id.clone(),
        session: session.id.clone(),
        grant: serde_json::to_value(grant)?,
        expires_at: cx.now.plus(Ttl::seconds(lifespan)),
    };
    code::issue(cx, &issued)
}

fn mint(
    provider: &Provider,
    cx: &mut Cx<'_>,
    client: &Client,
    (session, grant): (&Session, CodeGrant),
    front: Front,
) -> Result<Minted, Error> {
    let of = (&session.id, grant);
    let allowed = authorization_code::conclude_in_front(provider, cx, client, of, front)?;
    issue::issue(provider, cx, client, allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_keeps_the_query_that_the_redirect_uri_has() {
        let rows = [
            (
                "https://a.example/cb",
                ResponseMode::Query,
                "https://a.example/cb?state=x%20%26y",
            ),
            (
                "https://a.example/cb?k=1",
                ResponseMode::Query,
                "https://a.example/cb?k=1&state=x%20%26y",
            ),
            (
                "https://a.example/cb?k=1",
                ResponseMode::Fragment,
                "https://a.example/cb?k=1#state=x%20%26y",
            ),
        ];
        for (redirect_uri, mode, expected) in rows {
            let response = Response {
                redirect_uri: redirect_uri.to_owned(),
                mode,
                parameters: vec![("state", "x &y".to_owned())],
            };

            assert_eq!(response.location(), expected);
        }
    }
}
