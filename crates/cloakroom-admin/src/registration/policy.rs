//! The realm's policies of client registration: what they refuse, and what they make of a client.

use cloakroom_keycloak::blueprint::MASTER;
use cloakroom_keycloak::mapper as mapper_shape;
use cloakroom_keycloak::read::{self, Object};
use cloakroom_model::client::{self, Client};
use cloakroom_model::component::{self, Component};
use cloakroom_model::id::{MapperId, ScopeId};
use cloakroom_model::{Cx, mapper::Mapper};
use cloakroom_oidc::registration_token::ANONYMOUS;
use serde_json::{Value, json};

use super::hosts::TrustedHosts;
use super::{invalid, refused};
use crate::api::components::REGISTRATION;
use crate::error::Result;

/// The one that is asked first: a stranger learns nothing of the others.
const TRUSTED_HOSTS: &str = "trusted-hosts";

/// What the policies are asked about.
pub(super) struct Asked<'a> {
    /// `anonymous` or `authenticated`: each has policies of its own.
    pub(super) auth: &'a str,
    /// Hosts that are trusted, resolved.
    pub(super) hosts: &'a TrustedHosts,
    /// The client as it is, if it is to change.
    pub(super) before: Option<&'a Client>,
}

/// Members that nobody but an administrator decides on: which id it has, what it protects, how its
/// people sign in, what stands in for a user.
const NOT_THEIRS: [&str; 7] = [
    "id",
    "authorizationSettings",
    "authorizationServicesEnabled",
    "authenticationFlowBindingOverrides",
    "surrogateAuthRequired",
    "defaultRoles",
    "registeredNodes",
];

/// Takes away what only an administrator may decide on.
pub(super) fn strip(client: &mut Object) {
    client.retain(|name, _| !NOT_THEIRS.contains(&name.as_str()));
}

/// The clients that stand for realms have such names in `master`.
pub(super) fn check_name(cx: &Cx<'_>, client: &Object) -> Result<()> {
    let name = read::text(client, "clientId")?.unwrap_or_default();
    if cx.realm.name == MASTER && name.ends_with("-realm") {
        return Err(invalid("Client Identifier in use"));
    }
    Ok(())
}

/// The hosts that the policies trust.
pub(super) fn trusted_hosts(cx: &mut Cx<'_>, auth: &str) -> Result<Vec<String>> {
    let all = policies(cx, auth)?;
    let these = all.iter().filter(|one| one.provider_id == TRUSTED_HOSTS);
    Ok(these.flat_map(|one| values(one, "trusted-hosts")).collect())
}

/// Asks all policies; what one of them decides is written into the representation.
pub(super) fn apply(cx: &mut Cx<'_>, asked: &Asked<'_>, client: &mut Object) -> Result<()> {
    let has_account = |before: &Client| before.settings.service_accounts_enabled;
    let wants_account = read::switch(client, "serviceAccountsEnabled")? == Some(true);
    if asked.auth == ANONYMOUS && wants_account && !asked.before.is_some_and(has_account) {
        return Err(invalid(
            "A client that registers itself gets no service account",
        ));
    }
    for policy in policies(cx, asked.auth)? {
        let why = match policy.provider_id.as_str() {
            TRUSTED_HOSTS => check_hosts(&policy, asked, client)?,
            "max-clients" => check_count(cx, &policy, asked)?,
            "consent-required" => {
                let was = asked.before.map(|before| before.settings.consent_required);
                keep(client, ("consentRequired", true), was)?
                    .then_some("Not permitted to update consentRequired to false".to_owned())
            }
            "scope" => {
                let was = asked
                    .before
                    .map(|before| !before.settings.full_scope_allowed);
                keep(client, ("fullScopeAllowed", false), was)?
                    .then_some("Not permitted to enable fullScopeAllowed".to_owned())
            }
            "client-disabled" => {
                let was = asked.before.map(|before| !before.enabled);
                keep(client, ("enabled", false), was)?
                    .then_some("Not permitted to enable client".to_owned())
            }
            "allowed-client-templates" => check_scopes(cx, &policy, asked, client)?,
            "allowed-protocol-mappers" => check_mappers(&policy, asked, client)?,
            // Which pages may ask is a matter of CORS; a policy of another kind refuses by itself.
            "registration-web-origins" => None,
            _ => Some("The policy is not known".to_owned()),
        };
        if let Some(why) = why {
            let name = policy.name.as_deref().unwrap_or(&policy.provider_id);
            let why = format!(
                "Policy '{name}' rejected request to client-registration service. Details: {why}"
            );
            return Err(refused(403, "insufficient_scope", why));
        }
    }
    Ok(())
}

fn policies(cx: &mut Cx<'_>, auth: &str) -> Result<Vec<Component>> {
    let mut all = component::list(cx, Some(REGISTRATION))?;
    all.retain(|one| one.sub_type.as_deref() == Some(auth));
    all.sort_by_key(|one| one.provider_id != TRUSTED_HOSTS);
    Ok(all)
}

fn values(policy: &Component, name: &str) -> Vec<String> {
    let values = policy.config.get(name).into_iter().flatten();
    let words = values.flat_map(|value| value.split("##"));
    words
        .map(|word| word.trim().to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Sets a switch of a new client, and guards that of one that has it; true if it was to be lost.
fn keep(client: &mut Object, (name, on): (&str, bool), was: Option<bool>) -> Result<bool> {
    match was {
        None => {
            client.insert(name.to_owned(), json!(on));
            Ok(false)
        }
        Some(was) => Ok(was && read::switch(client, name)? == Some(!on)),
    }
}

fn check_hosts(policy: &Component, asked: &Asked<'_>, client: &Object) -> Result<Option<String>> {
    let is_on = |name: &str| policy.text(name) != Some("false");
    let by_sender = is_on("host-sending-registration-request-must-match");
    let by_address = is_on("client-uris-must-match");
    if !by_sender && !by_address {
        return Ok(Some("Host not trusted.".to_owned()));
    }
    if by_sender && !asked.hosts.are_sending() {
        return Ok(Some("Host not trusted.".to_owned()));
    }
    if !by_address {
        return Ok(None);
    }
    let mut addresses = Vec::new();
    for name in ["rootUrl", "baseUrl", "adminUrl"] {
        addresses.extend(read::text(client, name)?.map(str::to_owned));
    }
    let redirects: Option<Vec<String>> = read::member(client, "redirectUris")?;
    addresses.extend(redirects.unwrap_or_default());
    if let Some(attributes) = client.get("attributes").and_then(Value::as_object) {
        for name in [
            "backchannel.logout.url",
            "frontchannel.logout.url",
            "jwks.url",
        ] {
            let address = attributes.get(name).and_then(Value::as_str);
            addresses.extend(address.map(str::to_owned));
        }
        for name in ["post.logout.redirect.uris", "request.uris"] {
            let listed = attributes
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default();
            let listed = listed
                .split("##")
                .filter(|one| !["", "+", "-"].contains(one));
            addresses.extend(listed.map(str::to_owned));
        }
    }
    // What is relative is below the root address, which is among these.
    let root = read::text(client, "rootUrl")?.is_some_and(|root| !root.is_empty());
    let is_fine = |address: &String| {
        address.is_empty() || (root && address.starts_with('/')) || asked.hosts.have(address)
    };
    if addresses.iter().all(is_fine) {
        return Ok(None);
    }
    Ok(Some(
        "URL doesn't match any trusted host or trusted domain".to_owned(),
    ))
}

fn check_count(cx: &mut Cx<'_>, policy: &Component, asked: &Asked<'_>) -> Result<Option<String>> {
    if asked.before.is_some() {
        return Ok(None);
    }
    let most = policy
        .text("max-clients")
        .and_then(|most| most.parse().ok());
    let most: i64 = most.unwrap_or(200);
    if client::count(cx)? < most {
        return Ok(None);
    }
    Ok(Some(format!(
        "It's allowed to have max {most} clients per realm"
    )))
}

fn check_scopes(
    cx: &Cx<'_>,
    policy: &Component,
    asked: &Asked<'_>,
    client: &Object,
) -> Result<Option<String>> {
    let mut allowed = values(policy, "allowed-client-scopes");
    let mut add = |ids: &[ScopeId]| {
        let scopes = ids.iter().filter_map(|id| cx.realm.scope(id));
        allowed.extend(scopes.map(|scope| scope.name.clone()));
    };
    if policy.text("allow-default-scopes") != Some("false") {
        add(&cx.realm.default_scopes);
        add(&cx.realm.optional_scopes);
    }
    if let Some(before) = asked.before {
        add(&before.default_scopes);
        add(&before.optional_scopes);
    }
    for name in ["defaultClientScopes", "optionalClientScopes"] {
        let names: Option<Vec<String>> = read::member(client, name)?;
        if names
            .unwrap_or_default()
            .iter()
            .any(|name| !allowed.contains(name))
        {
            return Ok(Some(
                "Not permitted to use specified clientScope".to_owned(),
            ));
        }
    }
    Ok(None)
}

/// A mapper that the client has already may stay as it is, whoever gave it.
fn check_mappers(policy: &Component, asked: &Asked<'_>, client: &Object) -> Result<Option<String>> {
    let allowed = values(policy, "allowed-protocol-mapper-types");
    let sent: Option<Vec<Object>> = read::member(client, "protocolMappers")?;
    for sent in sent.unwrap_or_default() {
        let made = mapper_shape::from_sent("", MapperId::new(""), &sent)?;
        let same = |own: &&Mapper| {
            (&own.name, &own.mapper, &own.config) == (&made.name, &made.mapper, &made.config)
        };
        let mut before = asked.before.iter().flat_map(|before| &before.mappers);
        if !allowed.contains(&made.mapper) && before.find(same).is_none() {
            return Ok(Some("ProtocolMapper type not allowed".to_owned()));
        }
    }
    Ok(None)
}
