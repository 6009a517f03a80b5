//! What an identity provider issued for a user, for applications that may read it.

use cloakroom_model::id::UserId;
use cloakroom_model::user::identity;
use cloakroom_model::{Cx, Secret, identity_provider};

use crate::dpop::Presented;
use crate::error::Result;
use crate::live;
use crate::provider::Provider;

/// The client whose role says who may read it, and the role, as in Keycloak.
const CLIENT: &str = "broker";
const ROLE: &str = "read-token";

/// What becomes of the question.
#[derive(Debug)]
pub enum UpstreamToken {
    /// What the provider issued for this user, as it was kept.
    Kept(Secret, UserId),
    /// The access token counts for nothing.
    Unauthorized,
    /// The access token does not carry the role.
    Forbidden,
    /// Nothing is kept for this user and provider.
    Nothing,
}

impl Provider {
    /// What the provider of this alias issued for the user of an access token, whose proof is still to be spent.
    pub fn upstream_token(
        &self,
        cx: &mut Cx<'_>,
        shown: &Presented,
        alias: &str,
    ) -> Result<UpstreamToken> {
        let Some(token) = shown.read(self, cx)? else {
            return Ok(UpstreamToken::Unauthorized);
        };
        let Some(live) = live::check_access(cx, &token)? else {
            return Ok(UpstreamToken::Unauthorized);
        };
        let access = token.members().get("resource_access");
        let roles = access
            .and_then(|access| access.get(CLIENT)?.get("roles")?.as_array().cloned())
            .unwrap_or_default();
        if !roles.iter().any(|role| role == ROLE) {
            return Ok(UpstreamToken::Forbidden);
        }
        // What a provider that is gone or switched off has issued is nobody's to use.
        let provider = identity_provider::find(cx, alias)?;
        let keeps = provider.is_some_and(|provider| {
            provider.enabled && provider.settings.store_token == Some(true)
        });
        let kept = match keeps {
            true => identity::tokens(cx, &live.user.id, alias)?,
            false => None,
        };
        Ok(match kept {
            Some(kept) => UpstreamToken::Kept(kept, live.user.id),
            None => UpstreamToken::Nothing,
        })
    }
}
