//! Executors: what a policy demands of a client, and what it sets by itself.

mod address;
mod algorithm;
mod flow;
mod proof;
mod request;

use cloakroom_model::client_policy::Part;

use super::{Checked, Proposal, Refused, Request};

/// What a policy demands.
pub(super) trait Executor: Sync {
    /// Keycloak's name of the kind.
    fn kind(&self) -> &'static str;
    /// Completes a client that is made or changed, or refuses it.
    fn register(&self, _config: &Part, _proposal: &mut Proposal<'_>) -> Checked {
        Ok(())
    }
    /// Refuses what a client asks for.
    fn request(&self, _config: &Part, _request: &Request<'_>) -> Checked {
        Ok(())
    }
}

/// Every executor that has something to act on. Those about SAML, about CIBA and about grants by
/// foreign assertions have not; `suppress-refresh-token-rotation` would be less than RFC 9700 §4.14.2
/// asks for.
static ALL: &[&dyn Executor] = &[
    &address::RedirectUris,
    &address::ClientUris,
    &address::Patterns,
    &algorithm::Signatures,
    &algorithm::SignedAssertions,
    &flow::ConsentRequired,
    &flow::FullScopeDisabled,
    &flow::NoImplicit,
    &flow::NoPasswords,
    &flow::Logout,
    &flow::NoRequest,
    &proof::Authenticator,
    &proof::Confidential,
    &proof::Assertion,
    &proof::HolderOfKey,
    &proof::Dpop,
    &request::Pkce,
    &request::Session,
    &request::ResponseType,
    &request::RequestObject,
    &request::Par,
    &request::Unavailable("auth-flow-enforcer"),
    &request::Unavailable("intent-client-bind-checker"),
];

pub(super) fn named(kind: &str) -> Option<&'static dyn Executor> {
    ALL.iter().copied().find(|one| one.kind() == kind)
}

fn metadata<T>(why: &str) -> Result<T, Refused> {
    let why = format!("Invalid client metadata: {why}");
    Err(Refused::new("invalid_client_metadata", why))
}

fn request<T>(why: &str) -> Result<T, Refused> {
    Err(Refused::new("invalid_request", why))
}

/// The executor sets what it wants by itself, rather than refusing what is not so.
fn completes(config: &Part) -> bool {
    config.has("auto-configure")
}
