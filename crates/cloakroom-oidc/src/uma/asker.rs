//! Who asks for permissions: the bearer of a token, somebody whom a client has a token of, or a client itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use cloakroom_model::authorization::decision::Identity;
use cloakroom_model::client::Client;
use cloakroom_model::scope::Scope;
use cloakroom_model::session::Session;
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Result as ModelResult};
use serde_json::{Map, Value};

use super::{denied, invalid};
use crate::client_auth::{self, ProvenClient, bearer};
use crate::dpop;
use crate::error::Result;
use crate::form::Form;
use crate::grant::client_credentials;
use crate::live;
use crate::own_token::{self, OwnToken};
use crate::provider::Provider;
use crate::scope;
use crate::token::TokenRequest;

/// Claims that the resource server vouches for, as base64 of JSON.
const PUSHED: &str = "urn:ietf:params:oauth:token-type:jwt";

/// An ID token says who asks.
const ID_TOKEN: &str = "http://openid.net/specs/openid-connect-core-1_0.html#IDToken";

/// Who asks, and with which token.
#[derive(Debug)]
pub(super) struct Asker {
    /// The client that the request comes from.
    pub(super) client: ProvenClient,
    /// The client that the user's token was issued to.
    pub(super) holder: Arc<Client>,
    /// Whom permissions are for.
    pub(super) user: User,
    /// Under which id they own resources: a client's service account owns as the client.
    pub(super) owner: String,
    /// The session of the token.
    pub(super) session: Option<Session>,
    /// What the token says.
    pub(super) token: OwnToken,
    context: BTreeMap<String, Vec<String>>,
}

impl Asker {
    /// Finds out who asks.
    pub(super) fn find(
        provider: &Provider,
        cx: &mut Cx<'_>,
        request: &TokenRequest,
    ) -> Result<Self> {
        let form = &request.form;
        if let Some(token) = request.credentials.bearer() {
            let known = bearer::named(provider, cx, token)?;
            let known =
                known.ok_or_else(|| denied(400, "invalid_grant", "Invalid bearer token"))?;
            // It has to come in the way that its kind has, and with the key that it is bound to.
            if known.token.bound_to().is_some() != request.credentials.is_bound() {
                return Err(denied(400, "invalid_grant", "Invalid bearer token"));
            }
            dpop::check_holder(&known.token, request.proof.thumbprint())?;
            let client = known.client.clone();
            let asker = Self::of_bearer(cx, client, known)?;
            return match claimed_id_token(form) {
                Some(text) => Self::of_id_token(provider, cx, asker.client, (request, text)),
                None => Ok(asker),
            };
        }
        let client = client_auth::prove(provider, cx, &request.credentials, form)?;
        if client.settings.bearer_only {
            return Err(denied(400, "invalid_client", "Bearer-only not allowed"));
        }
        if let Some(text) = claimed_id_token(form) {
            return Self::of_id_token(provider, cx, client, (request, text));
        }
        if let Some(token) = form.get("subject_token") {
            let known = bearer::named(provider, cx, token)?;
            let known =
                known.ok_or_else(|| denied(400, "unauthorized_client", "Invalid identity"))?;
            dpop::check_holder(&known.token, request.proof.thumbprint())?;
            return Self::of_bearer(cx, client, known);
        }
        let account = client_credentials::account(cx, &client)?;
        let scopes = client_credentials::scopes(cx, &client, None)?;
        let members = Map::from_iter([("scope".to_owned(), scopes.shown_names().into())]);
        Ok(Self {
            holder: Arc::clone(client.client()),
            owner: client.id.as_str().to_owned(),
            client,
            user: account.user.clone(),
            session: None,
            token: OwnToken::from_members(members),
            context: BTreeMap::new(),
        })
    }

    fn of_bearer(cx: &mut Cx<'_>, client: ProvenClient, known: bearer::Bearer) -> Result<Self> {
        let owner = owner(cx, &known.live)?;
        Ok(Self {
            client,
            holder: known.live.client,
            user: known.live.user,
            owner,
            session: known.live.session,
            token: known.token,
            context: BTreeMap::new(),
        })
    }

    /// OIDC Core §2: the ID token has to be issued to the client that shows it.
    fn of_id_token(
        provider: &Provider,
        cx: &mut Cx<'_>,
        client: ProvenClient,
        (request, text): (&TokenRequest, &str),
    ) -> Result<Self> {
        let refuse = |why: &str| denied(400, "invalid_claim_token", why);
        let token = own_token::read(provider, cx, text, &["ID", "Bearer", dpop::KIND])?;
        let token = token.ok_or_else(|| refuse("Token is invalid"))?;
        dpop::check_holder(&token, request.proof.thumbprint())?;
        if token.text("azp") != Some(client.client_id.as_str()) {
            return Err(refuse("Token issued to a different client"));
        }
        let live = live::check_access(cx, &token)?;
        let live = live.ok_or_else(|| refuse("Token is invalid"))?;
        let known = bearer::Bearer {
            client: client.clone(),
            token,
            live,
        };
        Self::of_bearer(cx, client, known)
    }

    /// Takes the claims that a resource server pushes.
    pub(super) fn push_claims(&mut self, form: &Form) -> Result<()> {
        let Some(text) = form.get("claim_token") else {
            return Ok(());
        };
        if self.client.settings.public_client {
            let why = "Public clients are not allowed to send claims";
            return Err(denied(403, "invalid_grant", why));
        }
        match form.get("claim_token_format") {
            None | Some(ID_TOKEN) => Ok(()),
            Some(PUSHED) => {
                let claims = pushed(text).ok_or_else(|| invalid("Invalid claims"))?;
                self.add_context(&claims);
                Ok(())
            }
            Some(other) => Err(invalid(format!(
                "Claim token format [{other}] not supported"
            ))),
        }
    }

    /// Adds what is known of the circumstances.
    pub(super) fn add_context(&mut self, claims: &Map<String, Value>) {
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        for (name, value) in claims {
            let values = match value {
                Value::Array(many) => many.iter().map(text).collect(),
                one => vec![text(one)],
            };
            self.context.insert(name.clone(), values);
        }
    }

    /// The same, as policies look at them.
    pub(super) fn identity(&self, cx: &mut Cx<'_>) -> Result<Identity> {
        let mut identity = identity(cx, &self.holder, &self.user, self.token.members())?;
        identity.context.clone_from(&self.context);
        Ok(identity)
    }
}

/// A claim token that is an ID token: what it is without a word about its format.
fn claimed_id_token(form: &Form) -> Option<&str> {
    let text = form.get("claim_token")?;
    let format = form.get("claim_token_format");
    format
        .is_none_or(|format| format.eq_ignore_ascii_case(ID_TOKEN))
        .then_some(text)
}

fn pushed(text: &str) -> Option<Map<String, Value>> {
    let engines = [&STANDARD, &URL_SAFE, &STANDARD_NO_PAD, &URL_SAFE_NO_PAD];
    let bytes = engines.iter().find_map(|engine| engine.decode(text).ok())?;
    match serde_json::from_slice(&bytes).ok()? {
        Value::Object(claims) => Some(claims),
        _ => None,
    }
}

fn owner(cx: &mut Cx<'_>, live: &live::Live) -> ModelResult<String> {
    let account = match live.session {
        Some(_) => None,
        None => user::service_account(cx, &live.client.id)?,
    };
    let is_client = account.is_some_and(|account| account.user.id == live.user.id);
    Ok(match is_client {
        true => live.client.id.as_str().to_owned(),
        false => live.user.id.as_str().to_owned(),
    })
}

/// A user with a client's token, as policies look at them. Roles are read anew: what was taken away
/// counts no more, and what the token's scopes keep out does not either.
pub fn identity(
    cx: &mut Cx<'_>,
    client: &Client,
    user: &User,
    claims: &Map<String, Value>,
) -> Result<Identity> {
    let all_roles = user::effective_roles(cx, &user.id)?;
    let text = claims.get("scope").and_then(Value::as_str);
    let scopes = scope::resolve_again(cx, client, text.unwrap_or_default());
    let roles = scope::filter_roles(cx, client, &scopes, &all_roles)?;
    let shown = scopes
        .iter()
        .filter(|scope| Scope::is_in_token_scope(scope));
    Ok(Identity {
        user: user.id.as_str().to_owned(),
        client: client.id.as_str().to_owned(),
        scopes: shown.map(|scope| scope.id.as_str().to_owned()).collect(),
        groups: user::groups(cx, &user.id)?,
        roles,
        all_roles,
        claims: claims.clone(),
        context: BTreeMap::new(),
        now: cx.now,
    })
}
