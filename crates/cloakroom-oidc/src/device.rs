//! Device authorization (RFC 8628 §3.1): a client without a browser asks, and somebody decides in one.

use std::collections::BTreeMap;

use cloakroom_model::client::Client;
use cloakroom_model::device::{self, Device};
use cloakroom_model::{Cx, Ttl};
use serde_json::{Value, json};

use crate::authorize::{AuthorizationRequest, LevelWish, Prompt, ResponseMode, ResponseType};
use crate::client_auth::{self, Credentials};
use crate::code_grant::CodeGrant;
use crate::error::{OAuthError, Result};
use crate::form::Form;
use crate::provider::Provider;
use crate::{pkce, scope};

/// The client may use the flow.
pub(crate) fn is_enabled(client: &Client) -> bool {
    client
        .settings
        .has("oauth2.device.authorization.grant.enabled")
}

/// How long a device has to wait between two questions: the client's setting, or the realm's.
pub(crate) fn interval(cx: &Cx<'_>, client: &Client) -> Ttl {
    let own = client.settings.attribute("oauth2.device.polling.interval");
    let seconds = setting(
        own,
        cx.realm.settings.attribute("oauth2DevicePollingInterval"),
    );
    // RFC 8628 §3.2: five seconds where nothing is said.
    Ttl::seconds(seconds.unwrap_or(5).clamp(1, 600))
}

fn lifespan(cx: &Cx<'_>, client: &Client) -> Ttl {
    let own = client.settings.attribute("oauth2.device.code.lifespan");
    let seconds = setting(own, cx.realm.settings.attribute("oauth2DeviceCodeLifespan"));
    Ttl::seconds(seconds.unwrap_or(600).clamp(1, 24 * 3600))
}

fn setting(own: Option<&str>, realm: Option<&str>) -> Option<i64> {
    let number = |text: &str| text.parse().ok().filter(|number: &i64| *number > 0);
    own.and_then(number).or_else(|| realm.and_then(number))
}

impl Provider {
    /// Answers a device that asks for its two codes. Writes.
    pub fn authorize_device(
        &self,
        cx: &mut Cx<'_>,
        credentials: &Credentials,
        form: &Form,
    ) -> Result<Value> {
        let client = client_auth::prove(self, cx, credentials, form)?;
        if !is_enabled(&client) {
            let text = "Client is not allowed to initiate OAuth 2.0 Device Authorization Grant. \
                        The flow is disabled for the client.";
            let denied = OAuthError::unauthorized_client(text);
            return Err(denied.with_status(400).into());
        }
        let requested = form.get("scope");
        scope::resolve(cx, &client, requested)?;
        let challenge = pkce::check_request(
            &client,
            form.has("code_challenge")
                .then(|| form.get("code_challenge").unwrap_or_default()),
            form.get("code_challenge_method"),
        )
        .map_err(OAuthError::invalid_request)?;
        let grant = CodeGrant {
            scope: requested.unwrap_or_default().to_owned(),
            nonce: form.get("nonce").map(str::to_owned),
            code_challenge: challenge.map(str::to_owned),
            ..CodeGrant::default()
        };
        let lifespan = lifespan(cx, &client);
        let grant = serde_json::to_value(grant).map_err(cloakroom_model::Fault::from)?;
        let issued = device::issue(cx, &client.id, &grant, cx.now.plus(lifespan))?;
        let page = self.device_url(cx);
        Ok(json!({
            "device_code": issued.device_code.expose(),
            "user_code": issued.user_code,
            "verification_uri": page,
            "verification_uri_complete": format!("{page}?user_code={}", issued.user_code),
            "expires_in": lifespan.as_seconds(),
            "interval": interval(cx, &client).as_seconds(),
        }))
    }

    /// Where a person types the code.
    pub fn device_url(&self, cx: &Cx<'_>) -> String {
        format!("{}/device", self.issuer(cx.realm))
    }

    /// The request that a browser's attempt carries while somebody decides about a device.
    pub fn request_of_device(
        &self,
        cx: &Cx<'_>,
        client: &Client,
        device: &Device,
    ) -> Result<AuthorizationRequest> {
        let grant: CodeGrant =
            serde_json::from_value(device.grant.clone()).map_err(cloakroom_model::Fault::from)?;
        Ok(AuthorizationRequest {
            client_id: client.client_id.clone(),
            redirect_uri: format!("{}/status", self.device_url(cx)),
            redirect_uri_given: false,
            mode: ResponseMode::Query,
            response_type: ResponseType::CODE,
            scope: grant.scope,
            state: None,
            nonce: None,
            code_challenge: None,
            dpop_jkt: None,
            prompt: Prompt::default(),
            max_age: None,
            login_hint: None,
            subjects: None,
            ui_locales: None,
            claims: None,
            level: LevelWish::default(),
            kc_action: None,
            idp_hint: None,
            others: BTreeMap::new(),
            device: Some(device.id.clone()),
            is_trial: false,
        })
    }
}
