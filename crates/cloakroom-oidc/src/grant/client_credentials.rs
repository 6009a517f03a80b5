//! A client asks for itself (RFC 6749 §4.4): its service account is the subject.

use std::collections::BTreeMap;

use cloakroom_model::{Cx, user};
use serde_json::json;

use super::Grant;
use crate::client_auth::ProvenClient;
use crate::error::{OAuthError, Result};
use crate::issue::{Authorization, RefreshPlan};
use crate::provider::Provider;
use crate::scope;
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
        const NOT_ENABLED: &str = "Client not enabled to retrieve service account";
        if client.settings.public_client {
            let text = "Public client not allowed to retrieve service account";
            return Err(OAuthError::unauthorized_client(text).into());
        }
        if !client.settings.service_accounts_enabled {
            return Err(OAuthError::unauthorized_client(NOT_ENABLED).into());
        }
        let mut scopes = scope::resolve(cx, client, request.form.get("scope"))?;
        scopes.add("service_account");
        let account = user::service_account(cx, &client.id)?;
        let Some(account) = account.filter(|account| account.user.enabled) else {
            return Err(OAuthError::unauthorized_client(NOT_ENABLED).into());
        };
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
        })
    }
}
