//! What grants do with sessions: let a client take part, and turn a session into an offline one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloakroom_model::client::Client;
use cloakroom_model::goodbye::ISSUER_NOTE;
use cloakroom_model::id::SessionId;
use cloakroom_model::session::{self, ClientSession, Session};
use cloakroom_model::user::ServiceAccount;
use cloakroom_model::{Cx, role};
use serde_json::{Map, Value};

use crate::authorize::ClaimsRequest;
use crate::error::{OAuthError, Result};
use crate::issue::RefreshPlan;
use crate::provider::Provider;
use crate::scope::{OFFLINE_ACCESS, Scopes};
use crate::session_rules;

/// The note of a client's part that keeps the claims which it asked for one by one.
pub(crate) const CLAIMS_NOTE: &str = "claims";

/// The claims that a client asked for one by one when it came.
pub(crate) fn claims_of(part: &ClientSession) -> Option<ClaimsRequest> {
    let kept = part.notes.get(CLAIMS_NOTE)?;
    serde_json::from_value(kept.clone()).ok()
}

/// An id for a session: 24 letters, as Keycloak's.
pub(crate) fn new_id(cx: &mut Cx<'_>) -> SessionId {
    let mut bytes = [0u8; 18];
    cx.rng.fill_bytes(&mut bytes);
    SessionId::new(URL_SAFE_NO_PAD.encode(bytes))
}

/// The notes that every client's part begins with: under which name of the server the client came.
pub(crate) fn notes(provider: &Provider, cx: &Cx<'_>) -> Map<String, Value> {
    let issuer = provider.issuer(cx.realm);
    Map::from_iter([(ISSUER_NOTE.to_owned(), issuer.into())])
}

/// Lets a client take part in a session, in which it may have been seen just now.
pub(crate) fn join(
    cx: &mut Cx<'_>,
    client: &Client,
    (session, known): (&Session, Option<&ClientSession>),
    scopes: &Scopes,
    notes: Map<String, Value>,
) -> Result<()> {
    let part = ClientSession {
        client: client.id.clone(),
        started_at: cx.now,
        last_access: cx.now,
        scope: scopes.all_names(),
        notes,
    };
    let place = (&session.id, session.offline);
    Ok(session::join_again(cx, place, known, &part)?)
}

/// The offline session that goes on where this one ends, made if there is none.
pub(crate) fn go_offline(cx: &mut Cx<'_>, online: &Session) -> Result<Session> {
    if let Some(known) = session::find(cx, &online.id, true)? {
        session::touch_read(cx, &known)?;
        return Ok(known);
    }
    let offline = Session {
        offline: true,
        // The browser holds the online session, and this one must not be its proof.
        cookie: None,
        started_at: cx.now,
        last_access: cx.now,
        expires_at: session_rules::expires_at(cx.realm, true, online.remember_me, cx.now),
        ..online.clone()
    };
    session::insert(cx, &offline)?;
    Ok(offline)
}

/// The user has one of the roles that `offline_access` is bound to.
pub(crate) fn check_offline(
    cx: &mut Cx<'_>,
    scopes: &Scopes,
    account: &ServiceAccount,
) -> Result<()> {
    let Some(scope) = scopes.iter().find(|scope| scope.name == OFFLINE_ACCESS) else {
        return Ok(());
    };
    let graph = role::graph(cx)?;
    let bound = graph.expand(scope.scope_mappings.iter().cloned());
    if bound.is_empty() || bound.iter().any(|id| account.roles.contains(id)) {
        return Ok(());
    }
    let text = "Offline tokens not allowed for the user or client";
    Err(OAuthError::new("not_allowed", text).into())
}

/// A new sign-in's refresh token, unless the client switched them off.
pub(crate) fn first_refresh(client: &Client) -> RefreshPlan {
    match client.settings.attribute("use.refresh.tokens") {
        Some("false") => RefreshPlan::None,
        _ => RefreshPlan::First,
    }
}
