//! Another subject for each sector (OpenID Connect Core 1.0 §8.1), as Keycloak computes it.

use std::collections::BTreeSet;

use cloakroom_jose::Alg;
use cloakroom_model::Cx;
use cloakroom_model::client::Client;
use cloakroom_model::id::UserId;
use cloakroom_model::mapper::Mapper as Config;
use md5::{Digest as _, Md5};
use url::Url;

use super::{Claims, Facts, Mapper, Target};
use crate::error::Result;

const KIND: &str = "oidc-sha256-pairwise-sub-mapper";

pub(super) struct Pairwise;

impl Mapper for Pairwise {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn summary(&self) -> &'static str {
        "Another sub for each sector"
    }

    fn claim<'c>(&self, _config: &'c Config) -> Option<&'c str> {
        None
    }

    /// A subject that differs between a client's tokens would be two people.
    fn is_for(&self, target: Target, _config: &Config) -> bool {
        target != Target::Introspection
    }

    fn apply(
        &self,
        _cx: &mut Cx<'_>,
        config: &Config,
        facts: &Facts<'_>,
        claims: &mut Claims,
    ) -> Result<()> {
        let sub = pairwise(facts.client, &facts.user.id, config);
        claims.members.insert("sub".to_owned(), sub.into());
        Ok(())
    }
}

/// The `sub` by which a client knows a user.
pub(crate) fn subject(client: &Client, user: &UserId) -> String {
    // As in Keycloak, only the client itself can have such a mapper, not its scopes.
    match client.mappers.iter().find(|own| own.mapper == KIND) {
        Some(config) => pairwise(client, user, config),
        None => user.to_string(),
    }
}

/// The client knows users by their own ids.
pub(crate) fn is_public(client: &Client) -> bool {
    client.mappers.iter().all(|own| own.mapper != KIND)
}

fn pairwise(client: &Client, user: &UserId, config: &Config) -> String {
    // Without a sector the client is one of its own: its real subjects are what must not be shown.
    let sector = sector(client, config).unwrap_or_else(|| client.client_id.clone());
    let salt = config.text("pairwiseSubAlgorithmSalt").unwrap_or_default();
    let text = format!("{sector}{user}{salt}");
    let digest = cloakroom_jose::digest(Alg::RS256, text.as_bytes());
    let id = Md5::digest(&digest);
    uuid::Builder::from_md5_bytes(id.into())
        .into_uuid()
        .to_string()
}

/// The host of the sector identifier, or the one host of all redirect URIs (§8.1).
fn sector(client: &Client, config: &Config) -> Option<String> {
    if let Some(uri) = config.text("sectorIdentifierUri") {
        return host_of(uri);
    }
    let root = client.settings.root_url.as_deref().unwrap_or_default();
    let hosts: BTreeSet<String> = client
        .settings
        .redirect_uris
        .iter()
        .map(|uri| match uri.starts_with('/') {
            true => host_of(root),
            false => host_of(uri.trim_end_matches('*')),
        })
        .collect::<Option<_>>()?;
    match hosts.len() {
        1 => hosts.into_iter().next(),
        _ => None,
    }
}

fn host_of(uri: &str) -> Option<String> {
    Url::parse(uri).ok()?.host_str().map(str::to_owned)
}
