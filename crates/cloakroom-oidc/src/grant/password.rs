//! A name and a password, handed to the client itself (RFC 6749 §4.3). Off for new clients.
//!
//! Hashing takes long and belongs in no transaction, so this grant takes three steps:
//! [`Provider::ask_password`], then the proof elsewhere, then [`Provider::token_for`].

use std::collections::BTreeMap;
use std::sync::Arc;

use cloakroom_model::session::{self, Session};
use cloakroom_model::user::{self, ServiceAccount, User};
use cloakroom_model::{Cx, Secret};
use serde_json::Map;

use super::Grant;
use crate::client_auth::ProvenClient;
use crate::error::{OAuthError, Result};
use crate::grant_session;
use crate::issue::Authorization;
use crate::provider::Provider;
use crate::scope::{self, OFFLINE_ACCESS};
use crate::session_rules;
use crate::token::TokenRequest;

/// What has to be proved before the grant goes on.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The client, which proved itself.
    pub client: ProvenClient,
    /// The name that was given.
    pub username: String,
    /// The password that was given.
    pub password: Secret,
}

/// A user whose password was proved for this request.
#[derive(Clone, Debug)]
pub struct ProvenUser {
    user: User,
    amr: &'static str,
}

impl ProvenUser {
    /// Takes the word of whoever checked the password.
    pub fn new(user: User) -> Self {
        Self { user, amr: "pwd" }
    }

    /// The same where a one-time code was checked as well (RFC 8176 §2).
    pub fn with_code(user: User) -> Self {
        let amr = "pwd otp mfa";
        Self { user, amr }
    }
}

pub(super) struct Password;

impl Grant for Password {
    fn grant_type(&self) -> &'static str {
        "password"
    }

    fn event(&self) -> &'static str {
        "LOGIN"
    }

    fn authorize(
        &self,
        _provider: &Provider,
        _cx: &mut Cx<'_>,
        _client: &ProvenClient,
        _request: &TokenRequest,
    ) -> Result<Authorization> {
        // Reached only by a caller that left out the proof.
        Err(OAuthError::invalid_grant("Invalid user credentials").into())
    }
}

/// Checks all that comes before the password.
pub(crate) fn ask(cx: &Cx<'_>, client: ProvenClient, request: &TokenRequest) -> Result<Ask> {
    if !client.settings.direct_access_grants_enabled {
        let text = "Client not allowed for direct access grants";
        return Err(OAuthError::unauthorized_client(text)
            .with_status(400)
            .into());
    }
    if client.settings.consent_required {
        let text = "Client requires user consent";
        return Err(OAuthError::invalid_client(text).with_status(400).into());
    }
    scope::resolve(cx, &client, request.form.get("scope"))?;
    let Some(username) = request.form.get("username") else {
        let text = "Missing parameter: username";
        return Err(OAuthError::invalid_request(text).with_status(401).into());
    };
    let Some(password) = request.form.get("password") else {
        return Err(OAuthError::invalid_grant("Invalid user credentials").into());
    };
    Ok(Ask {
        username: username.to_owned(),
        password: Secret::new(password),
        client,
    })
}

/// Opens a session for the proved user.
pub(crate) fn authorize(
    provider: &Provider,
    cx: &mut Cx<'_>,
    client: &ProvenClient,
    request: &TokenRequest,
    proven: ProvenUser,
) -> Result<Authorization> {
    let scopes = scope::resolve(cx, client, request.form.get("scope"))?;
    let roles = user::effective_roles(cx, &proven.user.id)?;
    let account = Arc::new(ServiceAccount {
        user: proven.user,
        roles,
    });
    let mut session = new_session(cx, request, (&account.user, proven.amr));
    if scopes.has(OFFLINE_ACCESS) {
        grant_session::check_offline(cx, &scopes, &account)?;
        session = grant_session::go_offline(cx, &session)?;
    } else {
        session::insert(cx, &session)?;
    }
    let mut notes = grant_session::notes(provider, cx);
    notes.insert("acr".to_owned(), session.acr.clone().into());
    grant_session::join(cx, client, (&session, None), &scopes, notes)?;
    Ok(Authorization {
        acr: session.acr.clone(),
        account,
        session: Some(session),
        scopes,
        nonce: None,
        // No browser was there, so Keycloak tells no time of authentication.
        auth_time: None,
        notes: BTreeMap::new(),
        claims: None,
        refresh: grant_session::first_refresh(client),
        exchange: None,
        permissions: None,
        front: None,
        binding: None,
    })
}

fn new_session(cx: &mut Cx<'_>, request: &TokenRequest, (user, amr): (&User, &str)) -> Session {
    Session {
        id: grant_session::new_id(cx),
        offline: false,
        user: user.id.clone(),
        cookie: None,
        started_at: cx.now,
        last_access: cx.now,
        auth_time: cx.now,
        acr: "1".to_owned(),
        amr: amr.to_owned(),
        ip: request.ip.clone(),
        user_agent: request.user_agent.clone(),
        remember_me: false,
        notes: Map::new(),
        expires_at: session_rules::expires_at(cx.realm, false, false, cx.now),
    }
}
