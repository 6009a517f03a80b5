//! The revocation endpoint (RFC 7009).

use cloakroom_model::id::SessionId;
use cloakroom_model::replay::{self, Kind};
use cloakroom_model::{Cx, Timestamp, Ttl, opaque, refresh, session};

use crate::audit::{self, About};
use crate::client_auth::{self, Credentials, ProvenClient};
use crate::error::{OAuthError, Result};
use crate::form::Form;
use crate::own_token::{self, OwnToken};
use crate::provider::Provider;
use crate::{live, userinfo};

/// An access token whose end nobody knows is remembered for this long.
const LONGEST: Ttl = Ttl::seconds(86_400);

impl Provider {
    /// Revokes a token of the client that asks. Writes.
    pub fn revoke(
        &self,
        cx: &mut Cx<'_>,
        credentials: &Credentials,
        form: &Form,
        ip: &str,
    ) -> Result<()> {
        let client = client_auth::prove(self, cx, credentials, form)?;
        let Some(text) = form.get("token") else {
            // RFC 7009 §2.2: whoever has nothing to revoke is done, as with a token that is unknown.
            if form.has("token") {
                return Err(invalid());
            }
            return Err(OAuthError::invalid_request("Token not provided").into());
        };
        let token = match userinfo::read_access(self, cx, text)? {
            Some(token) => Some(token),
            None => own_token::read(self, cx, text, &["Refresh", "Offline"])?,
        };
        let Some(token) = token else {
            return Err(invalid());
        };
        if token.text("azp") != Some(client.client_id.as_str()) {
            return Err(OAuthError::invalid_request("Unmatching clients").into());
        }
        let live = match token.is_access() {
            true => live::check_access(cx, &token)?,
            false => live::check(cx, &token)?,
        };
        let Some(live) = live else {
            return Err(invalid());
        };
        match token.is_access() {
            true => end_access(cx, &token, text)?,
            false => end_refresh(cx, &client, &token)?,
        }
        let about = About {
            client_id: Some(client.client_id.clone()),
            user: Some(live.user.id),
            session: live.session.map(|session| session.id),
            ip: ip.to_owned(),
            ..About::default()
        };
        audit::success(cx, "REVOKE_GRANT", about)
    }
}

/// Keycloak answers 200 with an error's body, which RFC 7009 §2.2 lets a client take for a success.
fn invalid() -> crate::Error {
    OAuthError::new("invalid_token", "Invalid token")
        .with_status(200)
        .into()
}

fn end_access(cx: &mut Cx<'_>, token: &OwnToken, text: &str) -> Result<()> {
    if text.starts_with(opaque::PREFIX) {
        opaque::revoke(cx, text)?;
        return Ok(());
    }
    let end = token.number("exp").map(Timestamp::from_seconds);
    let until = end.unwrap_or_else(|| cx.now.plus(LONGEST));
    let jti = token.text("jti").unwrap_or_default();
    replay::spend(cx, Kind::RevokedToken, jti, until)?;
    Ok(())
}

/// Ends the client's part in the session, and the session where nobody else takes part.
fn end_refresh(cx: &mut Cx<'_>, client: &ProvenClient, token: &OwnToken) -> Result<()> {
    let id = SessionId::new(token.text("sid").unwrap_or_default());
    let offline = token.kind() == "Offline";
    if let Some(row) = refresh::find(cx, token.text("jti").unwrap_or_default())? {
        refresh::revoke_family(cx, &row.family)?;
    }
    session::leave(cx, &id, offline, &client.id)?;
    if session::list_clients(cx, &id, offline)?.is_empty() {
        session::remove(cx, &id, offline)?;
    }
    Ok(())
}
