//! The introspection endpoint (RFC 7662): is this token active, and what does it say?

use cloakroom_model::{Cx, refresh, user};
use serde_json::{Map, Value, json};

use crate::client_auth::{self, Credentials};
use crate::error::{Error, OAuthError, Result};
use crate::form::Form;
use crate::issue;
use crate::live::{self, Live};
use crate::mapper::Target;
use crate::own_token::{self, OwnToken};
use crate::provider::Provider;
use crate::userinfo::{claims_for, read_access};

impl Provider {
    /// What a token says, to a client that is among its audiences.
    pub fn introspect(
        &self,
        cx: &mut Cx<'_>,
        credentials: &Credentials,
        form: &Form,
    ) -> Result<Value> {
        let client =
            client_auth::prove(self, cx, credentials, form).map_err(|error| match error {
                Error::Denied(denied) if denied.code == "unauthorized_client" => {
                    OAuthError::invalid_client("Client authentication failed.").into()
                }
                other => other,
            })?;
        if client.settings.public_client {
            // RFC 7662 §2.1: a caller that proves nothing could try out tokens.
            return Err(OAuthError::invalid_request("Client not allowed.")
                .with_status(403)
                .into());
        }
        let Some(text) = form.get("token") else {
            return Err(OAuthError::invalid_request("Token not provided.").into());
        };
        let inactive = json!({ "active": false });
        let token = match read_access(self, cx, text)? {
            Some(token) => Some(token),
            None => own_token::read(self, cx, text, &["Refresh", "Offline"])?,
        };
        let Some(token) = token else {
            return Ok(inactive);
        };
        let Some(live) = live::check_access(cx, &token)? else {
            return Ok(inactive);
        };
        let is_access = token.kind() == "Bearer";
        if !is_access && is_spent(cx, &token)? {
            return Ok(inactive);
        }
        let members = match is_access {
            true => whole(cx, &token, &live)?,
            false => token.members().clone(),
        };
        // RFC 7662 §4: who is not meant to have the token learns nothing about it.
        let mine = match is_access {
            true => OwnToken::from_members(members.clone()).has_audience(&client.client_id),
            false => token.text("azp") == Some(client.client_id.as_str()),
        };
        if !mine {
            return Ok(inactive);
        }
        Ok(describe(members, &token, &live))
    }
}

/// A refresh token that rotates was used before, or revoked.
fn is_spent(cx: &mut Cx<'_>, token: &OwnToken) -> Result<bool> {
    let jti = token.text("jti").unwrap_or_default();
    if !jti.starts_with(issue::STORED) {
        return Ok(false);
    }
    let row = refresh::find(cx, jti)?;
    Ok(row.is_none_or(|row| row.spent_at.is_some()))
}

/// The token's claims, with those that a lightweight token leaves to this endpoint.
fn whole(cx: &mut Cx<'_>, token: &OwnToken, live: &Live) -> Result<Map<String, Value>> {
    let mut claims = claims_for(cx, Target::Introspection, token, live)?;
    if live.session.is_none() && user::service_account(cx, &live.client.id)?.is_some() {
        claims
            .members
            .insert("client_id".to_owned(), json!(live.client.client_id));
    }
    let mut members = claims.into_members();
    members.extend(token.members().clone());
    Ok(members)
}

fn describe(mut members: Map<String, Value>, token: &OwnToken, live: &Live) -> Value {
    members.insert("client_id".to_owned(), json!(live.client.client_id));
    members.insert("username".to_owned(), json!(live.user.username));
    members.insert("token_type".to_owned(), json!(token.kind()));
    members.insert("active".to_owned(), json!(true));
    Value::Object(members)
}
