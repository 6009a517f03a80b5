//! The refresh token's claims, and its row where it rotates.

use cloakroom_model::client::Client;
use cloakroom_model::id::FamilyId;
use cloakroom_model::refresh::{self, Next, Refresh};
use cloakroom_model::session::Session;
use cloakroom_model::{Cx, Realm};
use serde_json::{Map, Value, json};

use super::Authorization;
use crate::error::Result;
use crate::mapper;
use crate::session_rules;
use crate::uma;

/// What becomes of the refresh token.
#[derive(Clone, Debug)]
pub enum RefreshPlan {
    /// There is none.
    None,
    /// The first of a sign-in.
    First,
    /// Another one that does not rotate, with the scope of the one that was brought.
    Again(String),
    /// It is stored already: the successor of one that was spent, now or before, for a caller that may have missed the first answer.
    Stored(Box<Refresh>),
}

/// Refresh tokens of this client are spent by use.
///
/// Keycloak rotates where the realm says so. A public client cannot prove itself when it refreshes,
/// so RFC 9700 §4.14.2 has its tokens rotate always.
pub fn rotates(realm: &Realm, client: &Client) -> bool {
    realm.settings.revoke_refresh_token || client.settings.public_client
}

/// Ids of tokens that have a row begin like this, so that a missing row means a revoked token.
pub(crate) const STORED: &str = "rt:";

pub(super) fn mint(
    cx: &mut Cx<'_>,
    issuer: &str,
    client: &Client,
    grant: &Authorization,
    audience: Option<Value>,
) -> Result<Option<Map<String, Value>>> {
    let Some(session) = &grant.session else {
        return Ok(None);
    };
    if matches!(grant.refresh, RefreshPlan::None) {
        return Ok(None);
    }
    let ends = session_rules::refresh_expires_at(cx.realm, client, session, cx.now);
    let row = row(cx, client, grant)?;
    let mut claims = Map::new();
    let mut put = |name: &str, value: Value| {
        claims.insert(name.to_owned(), value);
    };
    let issued = row.as_ref().map_or(cx.now, |row| row.issued_at);
    if let Some(ends) = ends {
        let ends = row.as_ref().map_or(ends, |row| row.expires_at);
        put("exp", json!(ends.seconds()));
    }
    put("iat", json!(issued.seconds()));
    let jti = match &row {
        Some(row) => row.id.clone(),
        None => cx.new_id(),
    };
    put("jti", json!(jti));
    put("iss", json!(issuer));
    put("aud", json!(issuer));
    put(
        "sub",
        json!(mapper::subject(client, &grant.account.user.id)),
    );
    put(
        "typ",
        json!(if session.offline {
            "Offline"
        } else {
            "Refresh"
        }),
    );
    put("azp", json!(client.client_id));
    put("sid", json!(session.id));
    // RFC 6749 §6: what a request leaves out of its scope is not lost to the next one.
    let scope = match (&grant.refresh, &row) {
        (RefreshPlan::Again(scope), _) => scope.clone(),
        (_, Some(row)) => row.scope.clone(),
        _ => grant.scopes.all_names(),
    };
    put("scope", json!(scope));
    put("prov", json!("default"));
    if let Some(audience) = audience {
        put("aud_x", audience);
    }
    if let Some(key) = grant
        .binding
        .as_ref()
        .and_then(|one| one.of_refresh(client))
    {
        put("cnf", json!({ "jkt": key }));
    }
    if let Some(permissions) = grant.authorization_claim() {
        put(uma::CLAIM, permissions);
    }
    if let Some(row) = row.filter(|_| cx.realm.settings.revoke_refresh_token) {
        put("reuse_id", json!(row.family));
    }
    Ok(Some(claims))
}

/// The token's row, stored if it is new; `None` for a token that does not rotate.
fn row(cx: &mut Cx<'_>, client: &Client, grant: &Authorization) -> Result<Option<Refresh>> {
    let Some(session) = &grant.session else {
        return Ok(None);
    };
    match &grant.refresh {
        RefreshPlan::Stored(row) => Ok(Some(row.as_ref().clone())),
        RefreshPlan::First if rotates(cx.realm, client) => {
            let next = next(cx, client, session, grant.scopes.all_names());
            let row = next.of(FamilyId::new(cx.new_id()));
            refresh::insert(cx, &row)?;
            Ok(Some(row))
        }
        RefreshPlan::First | RefreshPlan::Again(_) | RefreshPlan::None => Ok(None),
    }
}

/// The next token of a client in a session, as it will be stored.
pub(crate) fn next(cx: &mut Cx<'_>, client: &Client, session: &Session, scope: String) -> Next {
    let ends = session_rules::refresh_expires_at(cx.realm, client, session, cx.now);
    Next {
        id: format!("{STORED}{}", cx.new_ordered_id()),
        session: session.id.clone(),
        offline: session.offline,
        client: client.id.clone(),
        scope,
        issued_at: cx.now,
        expires_at: ends.unwrap_or(session.expires_at),
    }
}
