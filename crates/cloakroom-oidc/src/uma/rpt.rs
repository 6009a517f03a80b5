//! Requesting party tokens: access tokens that hold permissions.

use std::collections::BTreeMap;
use std::sync::Arc;

use cloakroom_model::Cx;
use cloakroom_model::authorization;
use cloakroom_model::authorization::Authorization as Protected;
use cloakroom_model::authorization::decision::Identity;
use cloakroom_model::client::{self, Client};
use cloakroom_model::user::{self, ServiceAccount};
use serde_json::{Map, Value, json};

use super::asked::held_before;
use super::asker::Asker;
use super::{denied, permission};
use crate::error::Result;
use crate::grant_session;
use crate::issue::{Authorization, Permissions, RefreshPlan, Rpt};
use crate::own_token::OwnToken;
use crate::provider::Provider;
use crate::scope;
use crate::userinfo;

/// The claim that holds permissions.
pub(crate) const CLAIM: &str = "authorization";

/// The permissions in a token.
pub(crate) fn held(token: &OwnToken) -> Option<&Vec<Value>> {
    token.members().get(CLAIM)?.get("permissions")?.as_array()
}

/// A token that somebody has already, and wants more in.
#[derive(Debug)]
pub(super) struct Before {
    /// What it holds.
    pub(super) permissions: Vec<Value>,
    /// It holds permissions at all, and is not over.
    counts: bool,
}

/// Reads the token that shall get more permissions.
pub(super) fn before(
    provider: &Provider,
    cx: &mut Cx<'_>,
    text: Option<&str>,
) -> Result<Option<Before>> {
    let Some(text) = text else {
        return Ok(None);
    };
    let token = userinfo::read_access(provider, cx, text)?;
    let token = token.ok_or_else(|| denied(403, "invalid_rpt", "RPT signature is invalid"))?;
    let held = held(&token).filter(|_| !token.is_expired(cx)).cloned();
    Ok(Some(Before {
        counts: held.is_some(),
        permissions: held.unwrap_or_default(),
    }))
}

/// What the tokens with these permissions are made from.
pub(super) fn grant(
    cx: &mut Cx<'_>,
    asker: Asker,
    server: &Client,
    (granted, before): (Vec<Value>, Option<&Before>),
) -> Result<Authorization> {
    let is_kept = |old: &Value| {
        let same = |new: &&Value| new.get("rsid") == old.get("rsid");
        let new = granted.iter().find(same).and_then(|new| new.get("scopes"));
        let new = new.and_then(Value::as_array);
        let old = old.get("scopes").and_then(Value::as_array);
        let mut old = old.into_iter().flatten();
        old.all(|scope| new.is_some_and(|new| new.contains(scope)))
    };
    let upgraded =
        before.is_some_and(|before| before.counts && before.permissions.iter().all(is_kept));
    let roles = user::effective_roles(cx, &asker.user.id)?;
    // Who holds somebody else's token may learn what it permits, and does not get to renew it.
    let is_own = asker.holder.id == asker.client.id;
    let refresh = match is_own && asker.session.is_some() {
        true => grant_session::first_refresh(&asker.holder),
        false => RefreshPlan::None,
    };
    Ok(Authorization {
        account: Arc::new(ServiceAccount {
            user: asker.user,
            roles,
        }),
        scopes: scope::resolve_again(cx, server, ""),
        nonce: None,
        acr: asker.token.text("acr").unwrap_or("1").to_owned(),
        auth_time: asker.token.number("auth_time"),
        session: asker.session,
        notes: BTreeMap::new(),
        claims: None,
        refresh,
        exchange: None,
        permissions: Some(Permissions {
            granted,
            rpt: Some(Rpt {
                holder: asker.holder,
                upgraded,
            }),
        }),
        front: None,
        binding: None,
    })
}

/// What of a refresh token's permissions policies permit still.
pub(crate) fn still_granted(
    cx: &mut Cx<'_>,
    token: &OwnToken,
    identity: impl FnOnce(&mut Cx<'_>) -> Result<Identity>,
) -> Result<Option<Permissions>> {
    let Some(held) = held(token).filter(|held| !held.is_empty()) else {
        return Ok(None);
    };
    let identity = identity(cx)?;
    let mut servers: Vec<Protected> = Vec::new();
    let mut granted = Vec::new();
    for one in held {
        let Some(id) = one.get("rsid").and_then(Value::as_str) else {
            continue;
        };
        let has = |all: &Protected| all.resources.iter().any(|one| one.id == id);
        if !servers.iter().any(has)
            && let Some(server) = authorization::server_of(cx, id)?
            && let Some(server) = client::load(cx, &server)?
            && server.enabled
            && cloakroom_model::authorization::is_on(&server)
        {
            servers.push(Protected::load(cx, &server)?);
        }
        let Some(all) = servers.iter().find(|all| has(all)) else {
            continue;
        };
        let Some(ask) = held_before(all, one) else {
            continue;
        };
        let decision = all.decide(cx, &ask, &identity)?;
        if decision.permits {
            granted.push(permission(
                &decision,
                &ask.claims,
                one.get("rsname").is_some(),
            ));
        }
    }
    Ok(Some(Permissions { granted, rpt: None }))
}

/// What the introspection endpoint says of a token that holds permissions: Keycloak's short form.
pub(crate) fn describe(token: &OwnToken) -> Option<Map<String, Value>> {
    let permissions = held(token)?.iter().map(|one| {
        let mut shown = one.clone();
        if let Some(members) = shown.as_object_mut() {
            for (old, new) in [("rsid", "resource_id"), ("scopes", "resource_scopes")] {
                if let Some(value) = members.get(old).cloned() {
                    members.insert(new.to_owned(), value);
                }
            }
        }
        shown
    });
    let permissions: Vec<Value> = permissions.collect();
    let mut shown = Map::new();
    for name in ["acr", "aud", "cnf", "exp", "iat", "jti", "nbf", "typ"] {
        if let Some(value) = token.members().get(name) {
            shown.insert(name.to_owned(), value.clone());
        }
    }
    shown.insert("permissions".to_owned(), json!(permissions));
    shown.insert("active".to_owned(), json!(true));
    Some(shown)
}
