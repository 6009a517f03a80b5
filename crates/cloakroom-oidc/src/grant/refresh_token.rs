//! A refresh token, traded for newer tokens (RFC 6749 §6).

use std::collections::BTreeMap;
use std::sync::Arc;

use cloakroom_model::id::{FamilyId, SessionId};
use cloakroom_model::refresh::{self, Next, Refresh, Rotated};
use cloakroom_model::session::{self, ClientSession, Session};
use cloakroom_model::user::{self, ServiceAccount};
use cloakroom_model::{Cx, Ttl};
use serde_json::Value;

use super::Grant;
use crate::client_auth::ProvenClient;
use crate::dpop;
use crate::error::{Error, OAuthError, Result};
use crate::grant_session;
use crate::issue::{self, Authorization, RefreshPlan};
use crate::own_token::{self, OwnToken};
use crate::provider::Provider;
use crate::scope::{self, OFFLINE_ACCESS};
use crate::session_rules;
use crate::token::TokenRequest;
use crate::uma;

/// A client whose first answer got lost asks again; it does so at once.
const GRACE: Ttl = Ttl::seconds(30);

pub(super) struct RefreshToken;

impl Grant for RefreshToken {
    fn grant_type(&self) -> &'static str {
        "refresh_token"
    }

    fn event(&self) -> &'static str {
        "REFRESH_TOKEN"
    }

    fn authorize(
        &self,
        provider: &Provider,
        cx: &mut Cx<'_>,
        client: &ProvenClient,
        request: &TokenRequest,
    ) -> Result<Authorization> {
        let Some(text) = request.form.get("refresh_token") else {
            return Err(OAuthError::invalid_request("No refresh token").into());
        };
        let Some(token) = own_token::read(provider, cx, text, &["Refresh", "Offline"])? else {
            return Err(denied("Invalid refresh token"));
        };
        if token.text("azp") != Some(client.client_id.as_str()) {
            return Err(denied(
                "Invalid refresh token. Token client and authorized client don't match",
            ));
        }
        if token.is_expired(cx) {
            return Err(denied("Token is not active"));
        }
        dpop::check_holder(&token, request.proof.thumbprint())?;
        if let Some(jti) = token.text("jti") {
            refresh::announce(cx, jti);
        }
        let Holder {
            session,
            account,
            part,
        } = holder_of(cx, client, &token)?;
        check_scope(cx, client, request)?;
        let scopes = scope::resolve_again(cx, client, &narrowed(&token, request));
        let refresh = spend(cx, client, &token, &session)?;
        session::touch_read(cx, &session)?;
        let acr = part.notes.get("acr").and_then(Value::as_str);
        let holder = account.user.clone();
        let permissions = uma::still_granted(cx, &token, |cx| {
            uma::identity(cx, client, &holder, token.members())
        })?;
        Ok(Authorization {
            scopes,
            account,
            session: Some(session),
            // OIDC Core §12.2: the nonce belongs to the request that is long over.
            nonce: None,
            acr: acr.unwrap_or("1").to_owned(),
            auth_time: part.notes.get("auth_time").and_then(Value::as_i64),
            notes: BTreeMap::new(),
            claims: grant_session::claims_of(&part),
            refresh,
            exchange: None,
            permissions,
            front: None,
            binding: None,
        })
    }
}

fn denied(text: &'static str) -> Error {
    OAuthError::invalid_grant(text).into()
}

/// Who holds a token.
struct Holder {
    session: Session,
    account: Arc<ServiceAccount>,
    /// The client's part in the session.
    part: ClientSession,
}

/// The live session of a token with its client's part in it, and whose it is.
fn holder_of(cx: &mut Cx<'_>, client: &ProvenClient, token: &OwnToken) -> Result<Holder> {
    let is_offline = token.kind() == "Offline";
    let id = SessionId::new(token.text("sid").unwrap_or_default());
    let found = session::find_with(cx, &id, is_offline, &client.id)?;
    let live = found.filter(|found| session_rules::is_live(cx.realm, &found.session, cx.now));
    let Some(found) = live else {
        return Err(denied(match is_offline {
            true => "Offline user session not found",
            false => "Session not active",
        }));
    };
    let Some(part) = found.part else {
        return Err(denied("Session doesn't have required client"));
    };
    let user = found.user;
    if !user.enabled {
        return Err(denied("User disabled"));
    }
    let made = token.number("iat").unwrap_or_default();
    if made < session_rules::not_before(cx.realm, client, &user) {
        return Err(denied("Stale token"));
    }
    let roles = user::expand(cx, found.given)?;
    Ok(Holder {
        session: found.session,
        account: Arc::new(ServiceAccount { user, roles }),
        part,
    })
}

/// A scope that the client may not ask for is refused before the token is spent; one that was not granted is passed over.
fn check_scope(cx: &Cx<'_>, client: &ProvenClient, request: &TokenRequest) -> Result<()> {
    let asked = request.form.get("scope").map(str::trim).unwrap_or_default();
    if !asked.is_empty() {
        scope::resolve(cx, client, Some(asked))?;
    }
    Ok(())
}

/// RFC 6749 §6: a scope parameter can only take away. A session that is offline stays so.
fn narrowed(token: &OwnToken, request: &TokenRequest) -> String {
    let granted = token.text("scope").unwrap_or_default();
    let Some(asked) = request.form.get("scope") else {
        return granted.to_owned();
    };
    let asked: Vec<&str> = asked.split(' ').collect();
    let stays = |name: &&str| {
        asked.contains(name) || (*name == OFFLINE_ACCESS && token.kind() == "Offline")
    };
    granted
        .split(' ')
        .filter(stays)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Spends the token where this client's tokens rotate, and says what becomes of the next.
fn spend(
    cx: &mut Cx<'_>,
    client: &ProvenClient,
    token: &OwnToken,
    session: &Session,
) -> Result<RefreshPlan> {
    if client.settings.attribute("use.refresh.tokens") == Some("false") {
        return Ok(RefreshPlan::None);
    }
    let Some(jti) = token.text("jti") else {
        return Err(denied("Invalid refresh token"));
    };
    // RFC 6749 §6: the next one has the scope of this one, whatever this request leaves out.
    let granted = token.text("scope").unwrap_or_default().to_owned();
    let is_stored = jti.starts_with(issue::STORED);
    if !issue::rotates(cx.realm, client) {
        // A token that once had a row must still have it, or a revoked one would come back.
        if is_stored && refresh::find(cx, jti)?.is_none() {
            return Err(denied("Token is not active"));
        }
        return Ok(RefreshPlan::Again(granted));
    }
    let next = issue::next_refresh(cx, client, session, granted);
    let mut rotated = refresh::rotate(cx, jti, next.clone())?;
    if matches!(rotated, Rotated::Unknown) && !is_stored {
        adopt(cx, client, token, session)?;
        rotated = refresh::rotate(cx, jti, next.clone())?;
    }
    match rotated {
        Rotated::Fresh(row) => Ok(RefreshPlan::Stored(Box::new(row))),
        Rotated::Again(row) => again(cx, (client, session), row, next),
        Rotated::Unknown => Err(denied("Token is not active")),
    }
}

/// Gives a row to a token that was issued before tokens of its client began to rotate.
fn adopt(
    cx: &mut Cx<'_>,
    client: &ProvenClient,
    token: &OwnToken,
    session: &Session,
) -> Result<()> {
    let row = Refresh {
        id: token.text("jti").unwrap_or_default().to_owned(),
        family: FamilyId::new(cx.new_id()),
        session: session.id.clone(),
        offline: session.offline,
        client: client.id.clone(),
        scope: token.text("scope").unwrap_or_default().to_owned(),
        issued_at: cx.now,
        expires_at: session.expires_at,
        uses: 0,
        spent_at: None,
        child: None,
    };
    Ok(refresh::insert(cx, &row)?)
}

/// A spent token came back: a second try of an honest client, or a thief.
fn again(
    cx: &mut Cx<'_>,
    (client, session): (&ProvenClient, &Session),
    row: Refresh,
    next: Next,
) -> Result<RefreshPlan> {
    let settings = &cx.realm.settings;
    if settings.revoke_refresh_token {
        // The first use counts as one, and `refreshTokenMaxReuse` are allowed beyond it.
        let most = settings.refresh_token_max_reuse.max(0).saturating_add(1);
        if refresh::reuse(cx, &row.id, most)? {
            let next = next.of(row.family);
            refresh::insert(cx, &next)?;
            return Ok(RefreshPlan::Stored(Box::new(next)));
        }
    } else if let Some(known) = unused_child(cx, &row)? {
        return Ok(RefreshPlan::Stored(Box::new(known)));
    }
    // RFC 9700 §4.14.2: nobody can tell who of the two is honest, so both lose.
    refresh::revoke_family(cx, &row.family)?;
    session::leave(cx, &session.id, session.offline, &client.id)?;
    Err(denied("Maximum allowed refresh token reuse exceeded"))
}

/// The successor, if the token was spent a moment ago and nobody has used the successor yet.
fn unused_child(cx: &mut Cx<'_>, row: &Refresh) -> Result<Option<Refresh>> {
    let (Some(spent), Some(child)) = (row.spent_at, &row.child) else {
        return Ok(None);
    };
    if cx.now.since(spent) > GRACE {
        return Ok(None);
    }
    Ok(refresh::find(cx, child)?.filter(|child| child.spent_at.is_none()))
}
