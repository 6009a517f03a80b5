//! Back-channel logout (OpenID Connect Back-Channel Logout 1.0): the token that tells a client of a
//! session's end.

use cloakroom_model::client::Client;
use cloakroom_model::goodbye::{ADDRESS, Goodbye};
use cloakroom_model::{Cx, Realm, client};
use serde_json::{Map, Value, json};

use crate::error::Result;
use crate::issue::{SignError, Unsigned, chosen_alg, sign};
use crate::keyring::Keyring;
use crate::mapper;
use crate::provider::Provider;

/// The event that makes a JWT a logout token (§2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The event's member that tells a client to drop its offline tokens too, as Keycloak has it.
const REVOKE_OFFLINE: &str = "revoke_offline_access";

/// A logout token lives for two minutes, which §2.4 calls the most.
const LIFE: i64 = 120;

/// A message to a client whose token is not signed yet.
#[derive(Clone, Debug)]
pub struct LogoutNotice {
    /// Where it goes.
    pub address: String,
    token: Unsigned,
}

impl LogoutNotice {
    /// The logout token, signed with the realm's key.
    pub fn sign(&self, realm: &Realm) -> std::result::Result<String, SignError> {
        let keys = Keyring::of(realm)?;
        sign(&keys, &self.token)
    }
}

impl Provider {
    /// What a client is told; `None` if it is gone, or wants to hear nothing any more.
    pub fn logout_notice(
        &self,
        cx: &mut Cx<'_>,
        goodbye: &Goodbye,
    ) -> Result<Option<LogoutNotice>> {
        let Some(client) = client::find_by_id(cx, &goodbye.client)? else {
            return Ok(None);
        };
        let address = client.settings.attribute(ADDRESS).map(str::to_owned);
        let Some(address) = address.filter(|address| client.enabled && !address.is_empty()) else {
            return Ok(None);
        };
        let members = self.members(cx, &client, goodbye);
        let alg = chosen_alg(cx, &client, "id.token.signed.response.alg");
        Ok(Some(LogoutNotice {
            address,
            // §2.4: explicit typing, so that no ID token passes for a logout token.
            token: Unsigned::new(alg, "logout+jwt", members),
        }))
    }

    fn members(&self, cx: &mut Cx<'_>, client: &Client, goodbye: &Goodbye) -> Map<String, Value> {
        let mut event = Map::new();
        if client
            .settings
            .has("backchannel.logout.revoke.offline.tokens")
        {
            event.insert(REVOKE_OFFLINE.to_owned(), json!(true));
        }
        let now = cx.now.seconds();
        // §2.6: the client compares it with that of its ID token, which names the address that the client came to.
        let issuer = goodbye.issuer.clone();
        let issuer = issuer.unwrap_or_else(|| self.issuer(cx.realm));
        let pairs = [
            ("iss", json!(issuer)),
            ("aud", json!(client.client_id)),
            ("sub", json!(mapper::subject(client, &goodbye.user))),
            ("iat", json!(now)),
            ("exp", json!(now.saturating_add(LIFE))),
            ("jti", json!(cx.new_id())),
            ("typ", json!("Logout")),
            ("events", json!({ EVENT: event })),
        ];
        let mut members: Map<String, Value> = pairs
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        let wants_sid = client
            .settings
            .attribute("backchannel.logout.session.required");
        if wants_sid != Some("false") {
            members.insert("sid".to_owned(), json!(goodbye.session));
        }
        members
    }
}
