//! What a client's tokens would look like for a user: made by the code that issues them, and not issued.

use std::collections::BTreeMap;
use std::sync::Arc;

use cloakroom_model::client::Client;
use cloakroom_model::id::RoleId;
use cloakroom_model::role;
use cloakroom_model::session::Session;
use cloakroom_model::user::{self, ServiceAccount, User};
use cloakroom_model::{Cx, Fault};
use serde_json::{Map, Value, json};

use crate::error::Result;
use crate::grant_session;
use crate::issue::{self, Authorization, OPAQUE, RefreshPlan};
use crate::mapper::{self, Claims, Facts, Target};
use crate::provider::Provider;
use crate::scope::{self, Scopes};
use crate::session_rules;

/// What an example is made of.
#[derive(Clone, Debug)]
pub struct Example<'a> {
    /// The client that would ask.
    pub client: &'a Client,
    /// The user that would sign in.
    pub user: &'a User,
    /// The scopes that would be asked for, besides the client's default ones.
    pub scope: &'a str,
}

impl Example<'_> {
    /// The claims of an access token.
    pub fn access_token(&self, provider: &Provider, cx: &mut Cx<'_>) -> Result<Map<String, Value>> {
        let minted = self.mint(provider, cx, false)?;
        let claims = minted.access_claims().cloned();
        Ok(claims.ok_or_else(|| Fault::corrupt("an example is never opaque"))?)
    }

    /// The claims of an ID token.
    pub fn id_token(&self, provider: &Provider, cx: &mut Cx<'_>) -> Result<Map<String, Value>> {
        let minted = self.mint(provider, cx, true)?;
        let claims = minted.id_claims().cloned();
        Ok(claims.ok_or_else(|| Fault::corrupt("the request was for OpenID Connect"))?)
    }

    /// The claims of the userinfo endpoint.
    pub fn userinfo(&self, cx: &mut Cx<'_>) -> Result<Map<String, Value>> {
        let scopes = scope::resolve_again(cx, self.client, self.scope);
        let roles = user::effective_roles(cx, &self.user.id)?;
        let mut claims = Claims {
            roles: scope::filter_roles(cx, self.client, &scopes, &roles)?,
            ..Claims::default()
        };
        let notes = BTreeMap::new();
        let facts = Facts {
            target: Target::Userinfo,
            client: self.client,
            user: self.user,
            notes: &notes,
            acr: "1",
            amr: "",
            claims: None,
            nonce: None,
            session: None,
        };
        mapper::run(cx, &scopes, &facts, &mut claims)?;
        let mut members = claims.into_members();
        members.insert("sub".to_owned(), json!(self.user.id));
        Ok(members)
    }

    fn mint(&self, provider: &Provider, cx: &mut Cx<'_>, with_id: bool) -> Result<issue::Minted> {
        let mut client = self.client.clone();
        // An opaque token would be stored, and its claims are the same.
        client.settings.attributes.remove(OPAQUE);
        let scope = match with_id {
            true => format!("openid {}", self.scope),
            false => self.scope.to_owned(),
        };
        let grant = Authorization {
            account: Arc::new(ServiceAccount {
                user: self.user.clone(),
                roles: user::effective_roles(cx, &self.user.id)?,
            }),
            session: Some(self.session(cx)),
            scopes: scope::resolve_again(cx, &client, &scope),
            nonce: None,
            acr: "1".to_owned(),
            auth_time: None,
            notes: BTreeMap::new(),
            claims: None,
            refresh: RefreshPlan::None,
            exchange: None,
            permissions: None,
            front: None,
            binding: None,
        };
        issue::issue(provider, cx, &client, grant)
    }

    /// A session that is nowhere stored.
    fn session(&self, cx: &mut Cx<'_>) -> Session {
        Session {
            id: grant_session::new_id(cx),
            offline: false,
            user: self.user.id.clone(),
            cookie: None,
            started_at: cx.now,
            last_access: cx.now,
            auth_time: cx.now,
            acr: "1".to_owned(),
            amr: String::new(),
            ip: String::new(),
            user_agent: String::new(),
            remember_me: false,
            notes: Map::new(),
            expires_at: session_rules::expires_at(cx.realm, false, false, cx.now),
        }
    }
}

/// The scopes that a request of the client would get.
pub fn scopes(cx: &Cx<'_>, client: &Client, scope: &str) -> Scopes {
    scope::resolve_again(cx, client, scope)
}

/// Which of these roles the client may put into tokens with these scopes, if the user has them.
pub fn granted(
    cx: &mut Cx<'_>,
    client: &Client,
    scopes: &Scopes,
    roles: Vec<role::Role>,
) -> Result<(Vec<role::Role>, Vec<role::Role>)> {
    let ids: std::collections::BTreeSet<RoleId> =
        roles.iter().map(|role| role.id.clone()).collect();
    let allowed = scope::filter_roles(cx, client, scopes, &ids)?;
    Ok(roles
        .into_iter()
        .partition(|role| allowed.contains(&role.id)))
}
