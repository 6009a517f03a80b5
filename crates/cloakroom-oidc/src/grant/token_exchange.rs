//! An access token, traded for one that fits another service (RFC 8693), within one realm.

use std::collections::BTreeMap;
use std::sync::Arc;

use cloakroom_model::user::{self, ServiceAccount};
use cloakroom_model::{Cx, client, consent, session};

use super::Grant;
use crate::client_auth::ProvenClient;
use crate::dpop;
use crate::error::{Error, OAuthError, Result};
use crate::form::Form;
use crate::issue::{Authorization, RefreshPlan};
use crate::live::{self, Live};
use crate::own_token::OwnToken;
use crate::provider::Provider;
use crate::scope::{self, OFFLINE_ACCESS, Scopes};
use crate::token::TokenRequest;
use crate::{grant_session, userinfo};

/// RFC 8693 §3: the kinds of token that are traded here.
const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";
const REFRESH: &str = "urn:ietf:params:oauth:token-type:refresh_token";
const ID: &str = "urn:ietf:params:oauth:token-type:id_token";

/// What an exchange asks of the answer, beyond what every grant's has.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The `client_id`s that the token shall be for, and no others; empty for no wish.
    pub audience: Vec<String>,
    /// `issued_token_type`.
    pub issued: &'static str,
    /// The scope `openid` comes from the token that was brought: userinfo answers the new one as well, and no ID token is asked for.
    pub keeps_openid: bool,
}

impl Exchange {
    /// The ID token stands where the access token usually does.
    pub(crate) fn is_for_id_token(&self) -> bool {
        self.issued == ID
    }
}

pub(super) struct TokenExchange;

impl Grant for TokenExchange {
    fn grant_type(&self) -> &'static str {
        "urn:ietf:params:oauth:grant-type:token-exchange"
    }

    fn event(&self) -> &'static str {
        "TOKEN_EXCHANGE"
    }

    fn authorize(
        &self,
        provider: &Provider,
        cx: &mut Cx<'_>,
        client: &ProvenClient,
        request: &TokenRequest,
    ) -> Result<Authorization> {
        let form = &request.form;
        check_client(client)?;
        let mut wish = wish(cx, client, form)?;
        let (token, live) = subject(provider, cx, form)?;
        // The token has to be meant for whoever trades it, or a stolen one could be widened.
        let is_own = token.text("azp") == Some(client.client_id.as_str());
        if !is_own && !token.has_audience(&client.client_id) {
            let text = "Client is not within the token audience";
            let denied = OAuthError::new("access_denied", text);
            return Err(denied.with_status(403).into());
        }
        check_constraint(&token, is_own, request)?;
        wish.keeps_openid = keeps_openid(&token, &live, form);
        let asked = match wish.keeps_openid {
            true => Some(scope::OPENID),
            false => form.get("scope"),
        };
        let scopes = scopes(cx, client, &live, asked)?;
        let roles = user::effective_roles(cx, &live.user.id)?;
        if let Some(session) = &live.session
            && session::find_client(cx, &session.id, session.offline, &client.id)?.is_none()
        {
            let notes = grant_session::notes(provider, cx);
            grant_session::join(cx, client, (session, None), &scopes, notes)?;
        }
        Ok(Authorization {
            // What its owner has proved in the session since is not what this token stands for.
            acr: token.text("acr").unwrap_or("1").to_owned(),
            account: Arc::new(ServiceAccount {
                user: live.user,
                roles,
            }),
            session: live.session,
            scopes,
            nonce: None,
            auth_time: token.number("auth_time"),
            notes: BTreeMap::new(),
            claims: None,
            refresh: match wish.issued == REFRESH {
                true => RefreshPlan::First,
                false => RefreshPlan::None,
            },
            exchange: Some(wish),
            permissions: None,
            front: None,
            binding: None,
        })
    }
}

fn invalid(text: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    OAuthError::invalid_request(text).into()
}

fn check_client(client: &ProvenClient) -> Result<()> {
    if client.settings.public_client {
        let text = "Public client is not allowed to exchange token";
        return Err(OAuthError::invalid_client(text).with_status(400).into());
    }
    if !client.settings.has("standard.token.exchange.enabled") {
        return Err(invalid(
            "Standard token exchange is not enabled for the requested client",
        ));
    }
    Ok(())
}

/// What the answer shall be, as far as this client may have that.
fn wish(cx: &mut Cx<'_>, client: &ProvenClient, form: &Form) -> Result<Exchange> {
    for foreign in ["subject_issuer", "requested_issuer", "requested_subject"] {
        if form.get(foreign).is_some() {
            return Err(invalid(format!(
                "Parameter '{foreign}' is not supported for standard token exchange"
            )));
        }
    }
    if form.get("actor_token").is_some() || form.get("actor_token_type").is_some() {
        return Err(invalid("Delegation is not supported"));
    }
    let may_refresh = client
        .settings
        .attribute("standard.token.exchange.enableRefreshRequestedTokenType")
        == Some("SAME_SESSION");
    let issued = match form.get("requested_token_type") {
        None | Some(ACCESS) => ACCESS,
        Some(ID) => ID,
        Some(REFRESH) if may_refresh => REFRESH,
        Some(_) => return Err(invalid("requested_token_type unsupported")),
    };
    let audience: Vec<String> = form.all("audience").map(str::to_owned).collect();
    for named in &audience {
        let known = match named.len() <= 255 && !named.contains('\0') {
            true => client::find(cx, named)?,
            false => None,
        };
        if !known.is_some_and(|known| known.enabled) {
            let denied = OAuthError::invalid_client("Audience not found");
            return Err(denied.with_status(400).into());
        }
    }
    Ok(Exchange {
        audience,
        issued,
        keeps_openid: false,
    })
}

/// The token that is traded, if it still counts.
fn subject(provider: &Provider, cx: &mut Cx<'_>, form: &Form) -> Result<(OwnToken, Live)> {
    let Some(text) = form.get("subject_token") else {
        return Err(invalid(
            "Parameter 'subject_token' required for standard token exchange",
        ));
    };
    match form.get("subject_token_type") {
        Some(ACCESS) => {}
        None => {
            return Err(invalid(
                "Parameter 'subject_token_type' required for standard token exchange",
            ));
        }
        Some(_) => {
            return Err(invalid(
                "Parameter 'subject_token' supports access tokens only",
            ));
        }
    }
    let token = userinfo::read_access(provider, cx, text)?;
    let token = token.ok_or_else(|| invalid("Invalid token"))?;
    let live = live::check_access(cx, &token)?;
    let live = live.ok_or_else(|| invalid("Invalid token"))?;
    Ok((token, live))
}

/// A token that is bound to a key is traded by the client that it was issued to, which has that key; what it gets is bound to the
/// same. Nobody else could have both.
fn check_constraint(token: &OwnToken, is_own: bool, request: &TokenRequest) -> Result<()> {
    if token.bound_to().is_some() && !is_own {
        let text = "A token that is bound to a key can be exchanged by its own client only";
        return Err(invalid(text));
    }
    dpop::check_holder(token, request.proof.thumbprint())
}

/// Nothing is asked of the scope, and the token is one of a sign-in that asked for `openid`.
fn keeps_openid(token: &OwnToken, live: &Live, form: &Form) -> bool {
    let is_asked = form
        .get("scope")
        .is_some_and(|text| !text.trim().is_empty());
    let is_online = live.session.as_ref().is_some_and(|one| !one.offline);
    let granted = token.text("scope").unwrap_or_default();
    !is_asked && is_online && granted.split(' ').any(|name| name == scope::OPENID)
}

fn scopes(
    cx: &mut Cx<'_>,
    client: &ProvenClient,
    live: &Live,
    asked: Option<&str>,
) -> Result<Scopes> {
    let scopes = scope::resolve(cx, client, asked)?;
    if scopes.has(OFFLINE_ACCESS) {
        // An exchange would turn a token of minutes into one without an end.
        let text = "Scope offline_access not allowed for token exchange";
        return Err(invalid(text));
    }
    if client.settings.consent_required && consent::find(cx, &live.user.id, &client.id)?.is_none() {
        let id = &client.client_id;
        let text = format!("Missing consents for Token Exchange in client {id}");
        return Err(OAuthError::invalid_scope(text).into());
    }
    Ok(scopes)
}
