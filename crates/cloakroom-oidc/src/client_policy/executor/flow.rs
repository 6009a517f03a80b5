//! Which flows a client may use, and what it may get by them.

use cloakroom_model::client_policy::Part;

use super::{Executor, completes, metadata, request};
use crate::client_policy::{At, Checked, Proposal, Refused, Request};

pub(super) struct ConsentRequired;

impl Executor for ConsentRequired {
    fn kind(&self) -> &'static str {
        "consent-required"
    }

    fn register(&self, config: &Part, proposal: &mut Proposal<'_>) -> Checked {
        if completes(config) {
            proposal.settings.consent_required = true;
        }
        if proposal.settings.consent_required {
            return Ok(());
        }
        let why = "Client is required to enable consentRequired";
        Err(Refused::new("invalid_registration", why))
    }
}

pub(super) struct FullScopeDisabled;

impl Executor for FullScopeDisabled {
    fn kind(&self) -> &'static str {
        "full-scope-disabled"
    }

    fn register(&self, config: &Part, proposal: &mut Proposal<'_>) -> Checked {
        // Nobody asked for what is only there because nothing was said.
        if completes(config) || !(proposal.says)("fullScopeAllowed") {
            proposal.settings.full_scope_allowed = false;
        }
        if !proposal.settings.full_scope_allowed {
            return Ok(());
        }
        let why = "Not permitted to enable fullScopeAllowed";
        Err(Refused::new("invalid_registration", why))
    }
}

pub(super) struct NoImplicit;

impl Executor for NoImplicit {
    fn kind(&self) -> &'static str {
        "reject-implicit-grant"
    }

    fn register(&self, config: &Part, proposal: &mut Proposal<'_>) -> Checked {
        if completes(config) {
            proposal.settings.implicit_flow_enabled = false;
        }
        match proposal.settings.implicit_flow_enabled {
            true => metadata("implicit flow enabled"),
            false => Ok(()),
        }
    }

    fn request(&self, _config: &Part, asked: &Request<'_>) -> Checked {
        let wanted = asked.form.get("response_type").unwrap_or_default();
        let mut words = wanted.split(' ');
        let is_implicit = words.any(|word| word == "token" || word == "id_token");
        match asked.at {
            At::Authorization { .. } if is_implicit => {
                request("Implicit/Hybrid flow is prohibited.")
            }
            _ => Ok(()),
        }
    }
}

pub(super) struct NoPasswords;

impl Executor for NoPasswords {
    fn kind(&self) -> &'static str {
        "reject-ropc-grant"
    }

    fn register(&self, config: &Part, proposal: &mut Proposal<'_>) -> Checked {
        if completes(config) {
            proposal.settings.direct_access_grants_enabled = false;
        }
        match proposal.settings.direct_access_grants_enabled {
            true => metadata("resource owner password credentials grant enabled"),
            false => Ok(()),
        }
    }

    fn request(&self, _config: &Part, asked: &Request<'_>) -> Checked {
        if matches!(asked.at, At::Token { .. }) && asked.form.get("grant_type") == Some("password")
        {
            let why = "resource owner password credentials grant is prohibited.";
            return Err(Refused::new("invalid_grant", why));
        }
        Ok(())
    }
}

pub(super) struct Logout;

impl Executor for Logout {
    fn kind(&self) -> &'static str {
        "secure-logout"
    }

    fn register(&self, config: &Part, proposal: &mut Proposal<'_>) -> Checked {
        if proposal.settings.frontchannel_logout && !config.has("allow-front-channel-logout") {
            let why = "Front-channel logout is not allowed for this client";
            return Err(Refused::new("invalid_registration", why));
        }
        Ok(())
    }
}

pub(super) struct NoRequest;

impl Executor for NoRequest {
    fn kind(&self) -> &'static str {
        "reject-request"
    }

    fn register(&self, _config: &Part, _proposal: &mut Proposal<'_>) -> Checked {
        request("Request not allowed")
    }

    fn request(&self, _config: &Part, _asked: &Request<'_>) -> Checked {
        request("Request not allowed")
    }
}
