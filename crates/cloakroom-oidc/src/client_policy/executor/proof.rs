//! How a client proves itself, and what its tokens are bound to.

use cloakroom_jose::jws::Unverified;
use cloakroom_model::client_policy::Part;

use super::{Executor, completes, metadata, request};
use crate::client_policy::{At, Checked, Proposal, Refused, Request};
use crate::dpop;

pub(super) struct Authenticator;

/// What stands for the method that clients have without a word.
const USUAL: &str = "client-secret";

impl Executor for Authenticator {
    fn kind(&self) -> &'static str {
        "secure-client-authenticator"
    }

    fn register(&self, config: &Part, proposal: &mut Proposal<'_>) -> Checked {
        let said = (proposal.says)("clientAuthenticatorType");
        let settings = &mut *proposal.settings;
        let default = config.text("default-client-authenticator");
        if let Some(default) = default.filter(|_| !said) {
            default.clone_into(&mut settings.client_authenticator_type);
        }
        if is_allowed(config, &settings.client_authenticator_type) {
            return Ok(());
        }
        metadata("token_endpoint_auth_method")
    }

    fn request(&self, config: &Part, asked: &Request<'_>) -> Checked {
        let settings = &asked.client.settings;
        let proves = !matches!(asked.at, At::Authorization { .. });
        if proves
            && !settings.public_client
            && !is_allowed(config, &settings.client_authenticator_type)
        {
            return request("Configured client authentication method not allowed for client");
        }
        Ok(())
    }
}

fn is_allowed(config: &Part, kind: &str) -> bool {
    let kind = if kind.is_empty() { USUAL } else { kind };
    config
        .texts("allowed-client-authenticators")
        .contains(&kind)
}

pub(super) struct Confidential;

impl Executor for Confidential {
    fn kind(&self) -> &'static str {
        "confidential-client"
    }

    fn request(&self, _config: &Part, asked: &Request<'_>) -> Checked {
        let settings = &asked.client.settings;
        let kind = match (settings.bearer_only, settings.public_client) {
            (true, _) => "bearerOnly",
            (_, true) => "public",
            _ => return Ok(()),
        };
        let why = format!("invalid client access type: {kind}");
        Err(Refused::new("invalid_client", why))
    }
}

pub(super) struct Assertion;

impl Executor for Assertion {
    fn kind(&self) -> &'static str {
        "secure-client-authentication-assertion"
    }

    /// FAPI 2.0 §5.3.2.1: the issuer alone, as a text.
    fn request(&self, _config: &Part, asked: &Request<'_>) -> Checked {
        let Some(text) = asked.form.get("client_assertion") else {
            return Ok(());
        };
        let audience = Unverified::parse(text)
            .ok()
            .and_then(|token| token.unverified_claim_for_lookup("aud").ok().flatten());
        if audience.as_deref() == Some(asked.issuer) {
            return Ok(());
        }
        let why = "Invalid client assertion: its audience is not the issuer alone";
        Err(Refused::new("invalid_client", why))
    }
}

pub(super) struct HolderOfKey;

impl Executor for HolderOfKey {
    fn kind(&self) -> &'static str {
        "holder-of-key-enforcer"
    }

    fn register(&self, config: &Part, proposal: &mut Proposal<'_>) -> Checked {
        let name = "tls.client.certificate.bound.access.tokens";
        bind(config, proposal, (name, "MTLS token in disabled"))
    }

    /// No certificate reaches the server: whatever stands before it ends TLS.
    fn request(&self, _config: &Part, asked: &Request<'_>) -> Checked {
        match asked.at {
            At::Token { .. } => request("Client Certification missing for MTLS HoK Token Binding"),
            _ => Ok(()),
        }
    }
}

pub(super) struct Dpop;

impl Executor for Dpop {
    fn kind(&self) -> &'static str {
        "dpop-bind-enforcer"
    }

    fn register(&self, config: &Part, proposal: &mut Proposal<'_>) -> Checked {
        // The client's own switch would bind its access tokens as well.
        if config.has(dpop::REFRESH_ALONE) && proposal.settings.public_client {
            return Ok(());
        }
        bind(config, proposal, (dpop::REQUIRED, "DPoP token is disabled"))
    }

    fn request(&self, config: &Part, asked: &Request<'_>) -> Checked {
        match asked.at {
            At::Token { proof: true } => Ok(()),
            At::Token { proof: false } => Err(Refused::new(dpop::REFUSED, "DPoP proof is missing")),
            At::Authorization { .. } | At::Pushed { .. } => check_front(config, asked),
        }
    }
}

/// What an authorization request has to keep to, so that nothing of its answer is unbound.
fn check_front(config: &Part, asked: &Request<'_>) -> Checked {
    let types = asked.form.get("response_type").unwrap_or_default();
    if types.split(' ').any(|word| word == "token") && !config.has(dpop::REFRESH_ALONE) {
        return request("An access token from the authorization endpoint is bound to no DPoP key");
    }
    if config.has("enforce-authorization-code-binding-to-dpop")
        && types.split(' ').any(|word| word == "code")
        && asked.form.get(dpop::JKT).is_none()
    {
        return request("Missing parameter: dpop_jkt");
    }
    Ok(())
}

fn bind(config: &Part, proposal: &mut Proposal<'_>, (name, why): (&str, &str)) -> Checked {
    let settings = &mut *proposal.settings;
    if completes(config) {
        settings
            .attributes
            .insert(name.to_owned(), "true".to_owned());
    }
    if settings.has(name) {
        return Ok(());
    }
    metadata(why)
}
