//! Which flow a client's people sign in by: the client's own, or else the realm's.

use std::sync::Arc;

use super::Tree;
use crate::client::Client;
use crate::id::FlowId;
use crate::snapshot::Realm;

/// What a flow is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Somebody is at a browser.
    Browser,
    /// A client sends a name and a password.
    DirectGrant,
}

impl Use {
    /// The realm's setting, the flow that it means if it is not set, and the client's setting.
    fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Browser => ("browserFlow", "browser", "browser"),
            Self::DirectGrant => ("directGrantFlow", "direct grant", "direct_grant"),
        }
    }
}

/// A client is bound to a flow that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone(pub FlowId);

impl Realm {
    /// The flow that a client's people sign in by; `None` in a realm without such a flow, where the server does what
    /// a new realm's flow says. A client that is bound to a flow has no other.
    pub fn bound(&self, to: Use, client: Option<&Client>) -> Result<Option<Arc<Tree>>, Gone> {
        let (setting, default, own) = to.names();
        let overrides = client.and_then(|client| {
            client
                .settings
                .rest
                .get("authenticationFlowBindingOverrides")
        });
        let own = overrides.and_then(|all| all.get(own)?.as_str());
        if let Some(id) = own.filter(|id| !id.is_empty()) {
            let id = FlowId::new(id);
            return self.flows.tree(&id).map(Some).ok_or(Gone(id));
        }
        let alias = self.settings.rest.get(setting);
        let alias = alias.and_then(|alias| alias.as_str()).unwrap_or(default);
        Ok(self.flows.named(alias))
    }

    /// A client's people may meet this step at a browser.
    #[must_use]
    pub fn has_browser_step(&self, client: Option<&Client>, authenticator: &str) -> bool {
        match self.bound(Use::Browser, client) {
            Ok(Some(flow)) => flow.step(authenticator).is_some(),
            Ok(None) => authenticator != "auth-spnego",
            Err(Gone(_)) => false,
        }
    }
}
