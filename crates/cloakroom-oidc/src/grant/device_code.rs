//! A device code that somebody approved, traded once for tokens (RFC 8628 §3.4).

use cloakroom_model::device::{self, Decision, Device};
use cloakroom_model::{Cx, Fault};

use super::{Grant, authorization_code};
use crate::client_auth::ProvenClient;
use crate::code_grant::CodeGrant;
use crate::device::{interval, is_enabled};
use crate::error::{Error, OAuthError, Result};
use crate::issue::Authorization;
use crate::provider::Provider;
use crate::token::TokenRequest;

pub(super) struct DeviceCode;

impl Grant for DeviceCode {
    fn grant_type(&self) -> &'static str {
        "urn:ietf:params:oauth:grant-type:device_code"
    }

    fn event(&self) -> &'static str {
        "OAUTH2_DEVICE_CODE_TO_TOKEN"
    }

    fn authorize(
        &self,
        provider: &Provider,
        cx: &mut Cx<'_>,
        client: &ProvenClient,
        request: &TokenRequest,
    ) -> Result<Authorization> {
        if !is_enabled(client) {
            return Err(invalid(
                "Client not allowed OAuth 2.0 Device Authorization Grant",
            ));
        }
        let code = request.form.require("device_code")?;
        let found = device::find(cx, code)?;
        let device = found.ok_or_else(|| invalid("Device code not valid"))?;
        if device.client != client.id {
            return Err(invalid("unauthorized client"));
        }
        if device.expires_at <= cx.now {
            return Err(OAuthError::new("expired_token", "Device code is expired").into());
        }
        let session = match decision(cx, client, &device)? {
            Decision::Approved(session) => session,
            Decision::Denied => {
                let text = "The end user denied the authorization request";
                return Err(OAuthError::new("access_denied", text).into());
            }
            Decision::Pending => {
                let text = "The authorization request is still pending";
                return Err(OAuthError::new("authorization_pending", text).into());
            }
        };
        // Spent before the rest is checked, like any other code.
        if !device::redeem(cx, &device.id)? {
            return Err(invalid("Device code not valid"));
        }
        let grant: CodeGrant = serde_json::from_value(device.grant).map_err(Fault::from)?;
        authorization_code::check_verifier(&grant, &request.form)?;
        authorization_code::conclude(provider, cx, client, &session, grant)
    }
}

/// What was decided, unless the device asks faster than it was told to (RFC 8628 §3.5).
fn decision(cx: &mut Cx<'_>, client: &ProvenClient, device: &Device) -> Result<Decision> {
    let interval = interval(cx, client);
    if !device::poll(cx, &device.id, interval)? {
        return Err(OAuthError::new("slow_down", "Slow down").into());
    }
    Ok(device.decision.clone())
}

fn invalid(text: &'static str) -> Error {
    OAuthError::invalid_grant(text).into()
}
