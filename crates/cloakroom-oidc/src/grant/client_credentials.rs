//! A client asks for itself (RFC 6749 §4.4): its service account is the subject.

use std::collections::BTreeMap;
use std::sync::Arc;

use cloakroom_model::user::ServiceAccount;
use cloakroom_model::{Cx, user};
use serde_json::json;

use super::Grant;
use crate::client_auth::ProvenClient;
use crate::error::{OAuthError, Result};
use crate::issue::{Authorization, RefreshPlan};
use crate::provider::Provider;
use crate::scope::{self, Scopes};
use crate::token::TokenRequest;

pub(super) struct ClientCredentials;

impl Grant for ClientCredentials {
    fn grant_type(&self) -> &'static str {
        "client_credentials"
    }

    fn event(&self) -> &'static str {
        "CLIENT_LOGIN"
    }

    fn authorize(
        &self,
        _provider: &Provider,
        cx: &mut Cx<'_>,
        client: &ProvenClient,
        request: &TokenRequest,
    ) -> Result<Authorization> {
        let scopes = scopes(cx, client, request.form.get("scope"))?;
        let account = account(cx, client)?;
        let notes = BTreeMap::from([
            ("client_id".to_owned(), json!(client.client_id)),
            ("clientHost".to_owned(), json!(request.ip)),
            ("clientAddress".to_owned(), json!(request.ip)),
        ]);
        Ok(Authorization {
            account,
            session: None,
            scopes,
            nonce: None,
            acr: "1".to_owned(),
            auth_time: None,
            notes,
            claims: None,
            // RFC 6749 §4.4.3: the client can ask again.
            refresh: RefreshPlan::None,
            exchange: None,
            permissions: None,
            front: None,
            binding: None,
        })
    }
}

/// The account that a client has for itself.
pub(crate) fn account(cx: &mut Cx<'_>, client: &ProvenClient) -> Result<Arc<ServiceAccount>> {
    check_enabled(client)?;
    let account = user::service_account(cx, &client.id)?;
    let account = account.filter(|account| account.user.enabled);
    account.ok_or_else(|| OAuthError::unauthorized_client(NOT_ENABLED).into())
}

/// The scopes of what a client asks for itself.
pub(crate) fn scopes(cx: &Cx<'_>, client: &ProvenClient, asked: Option<&str>) -> Result<Scopes> {
    check_enabled(client)?;
    let mut scopes = scope::resolve(cx, client, asked)?;
    scopes.add("service_account");
    Ok(scopes)
}

const NOT_ENABLED: &str = "Client not enabled to retrieve service account";

fn check_enabled(client: &ProvenClient) -> Result<()> {
    if client.settings.public_client {
        let text = "Public client not allowed to retrieve service account";
        return Err(OAuthError::unauthorized_client(text).into());
    }
    if !client.settings.service_accounts_enabled {
        return Err(OAuthError::unauthorized_client(NOT_ENABLED).into());
    }
    Ok(())
}
