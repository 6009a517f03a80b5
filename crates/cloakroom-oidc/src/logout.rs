//! Logout (OpenID Connect RP-Initiated Logout 1.0): who wants whom signed out, and where to then.

use std::sync::Arc;

use cloakroom_model::client::{self, Client};
use cloakroom_model::id::SessionId;
use cloakroom_model::{Cx, session};

use crate::client_auth::{self, Credentials};
use crate::{Error, Form, OAuthError, Provider, own_token, redirect_uri};

/// What a browser's logout request asks for.
#[derive(Clone, Debug)]
pub struct LogoutRequest {
    /// The client that asks, if it is known.
    pub client: Option<Arc<Client>>,
    /// The session that an ID token of ours names: it needs no question.
    pub session: Option<SessionId>,
    /// The user of that ID token.
    pub subject: Option<String>,
    /// Where the browser goes afterwards, with `state`.
    pub redirect: Option<String>,
}

/// Why the browser shows an error of ours. It is never sent to an address that is not proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoutError {
    /// A parameter has a value that is not allowed.
    InvalidParameter(&'static str),
    /// A parameter is missing.
    MissingParameter(&'static str),
    /// The address is not one of the client's.
    InvalidRedirectUri,
}

impl Provider {
    /// Checks a logout request of a browser.
    pub fn logout(
        &self,
        cx: &mut Cx<'_>,
        form: &Form,
    ) -> Result<Result<LogoutRequest, LogoutError>, Error> {
        let hint = match form.get("id_token_hint") {
            None => None,
            // An ID token that is over still says whose it was (RP-Initiated Logout 1.0 §2).
            Some(token) => match own_token::read(self, cx, token, &["ID"])? {
                Some(token) => Some(token),
                None => return Ok(Err(LogoutError::InvalidParameter("id_token_hint"))),
            },
        };
        let named = form.get("client_id");
        if let (Some(hint), Some(named)) = (&hint, named)
            && !hint.has_audience(named)
        {
            return Ok(Err(LogoutError::InvalidParameter("client_id")));
        }
        let hinted = hint
            .as_ref()
            .and_then(|hint| hint.text("azp").or(hint.text("aud")));
        let client = match named.or(hinted) {
            Some(id) if id.len() <= 255 && !id.contains('\0') => client::find(cx, id)?,
            _ => None,
        };
        let redirect = match form.get("post_logout_redirect_uri") {
            None => None,
            Some(uri) => match &client {
                None if named.is_none() => {
                    return Ok(Err(LogoutError::MissingParameter("id_token_hint")));
                }
                Some(client)
                    if client.enabled
                        && redirect_uri::is_registered_for_logout(
                            self.roots(cx.realm),
                            client,
                            uri,
                        ) =>
                {
                    Some(with_state(uri, form.get("state")))
                }
                _ => return Ok(Err(LogoutError::InvalidRedirectUri)),
            },
        };
        Ok(Ok(LogoutRequest {
            client,
            session: hint
                .as_ref()
                .and_then(|hint| hint.text("sid"))
                .map(SessionId::new),
            subject: hint
                .as_ref()
                .and_then(|hint| hint.text("sub"))
                .map(str::to_owned),
            redirect,
        }))
    }

    /// Keycloak's own logout: a client ends the session of its refresh token, without a browser.
    pub fn logout_by_token(
        &self,
        cx: &mut Cx<'_>,
        credentials: &Credentials,
        form: &Form,
    ) -> Result<(), Error> {
        let client = client_auth::prove(self, cx, credentials, form)?;
        let token = form.require("refresh_token")?;
        let token = own_token::read(self, cx, token, &["Refresh", "Offline"])?
            .ok_or_else(|| OAuthError::invalid_grant("Invalid refresh token"))?;
        if token.text("azp") != Some(client.client_id.as_str()) {
            return Err(OAuthError::invalid_grant(
                "Invalid refresh token. Token client and authorized client don't match",
            )
            .into());
        }
        // A session that is over is what the client wants.
        if let Some(sid) = token.text("sid") {
            let id = SessionId::new(sid);
            if token.kind() == "Offline" {
                session::leave(cx, &id, true, &client.id)?;
            } else {
                session::remove(cx, &id, false)?;
            }
        }
        Ok(())
    }
}

fn with_state(uri: &str, state: Option<&str>) -> String {
    let Some(state) = state else {
        return uri.to_owned();
    };
    let state = percent_encoding::utf8_percent_encode(state, crate::authorize::respond::VALUE);
    redirect_uri::with_answer(uri, false, &format!("state={state}"))
}
