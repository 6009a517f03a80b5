//! Sessions that came from an identity provider: which session there each belongs to.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cx::Cx;
use crate::id::SessionId;
use crate::schema::upstream_sessions as upstreams;
use crate::secret::{Sealed, Secret};
use crate::sql::Unless;
use crate::{Result, identity_provider, outbox};

/// The kind of these rows of the outbox: providers that are told of the end of a session here.
pub const KIND: &str = "upstream_logout";

/// A provider that is told, without the browser, that a session that came from it has ended here.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Farewell {
    /// The provider's alias.
    pub provider: String,
    session: SessionId,
    /// The ID token, or what names the session at a SAML provider; sealed.
    id_token: String,
}

impl Farewell {
    /// The ID token or what a SAML provider has for one: it names the session there.
    pub fn id_token(&self, cx: &Cx<'_>) -> Result<Secret> {
        let sealed = Sealed::from_base64url(&self.id_token)?;
        cx.vault.open_text(&place(&self.session), &sealed)
    }
}

/// Puts a farewell into the outbox, if the provider of a session wants to be told without the browser
/// (`backchannelSupported`).
///
/// A session whose browser goes there itself, or that ended there first, is forgotten before it is removed.
pub(crate) fn say_farewell(cx: &mut Cx<'_>, id: &SessionId, offline: bool) -> Result<()> {
    // Offline sessions outlive the one that came from the provider, and are not remembered as from there.
    let mine = upstreams::table
        .filter(upstreams::realm_id.eq(&cx.realm.id))
        .filter(upstreams::session_id.eq(id))
        .filter(upstreams::offline.eq(offline))
        .select((upstreams::provider, upstreams::id_token));
    let row: Option<(String, Option<Sealed>)> = mine.get_result(cx.db.conn()?).optional()?;
    let Some((provider, Some(id_token))) = row else {
        return Ok(());
    };
    let known = identity_provider::find(cx, &provider)?;
    let has = |name: &str| known.as_ref().and_then(|known| known.config.get(name));
    let wants = has("backchannelSupported").is_some_and(|wants| wants == "true");
    // Where an OpenID provider and a SAML provider have their places for that.
    let places = ["logoutUrl", "singleLogoutServiceUrl"];
    let has_place = |name: &&str| has(name).is_some_and(|place| !place.is_empty());
    if !wants || !places.iter().any(has_place) {
        return Ok(());
    }
    let farewell = Farewell {
        provider,
        session: id.clone(),
        id_token: id_token.to_base64url(),
    };
    outbox::insert(cx, KIND, &serde_json::to_value(farewell)?)
}

/// Where a session came from.
#[derive(Clone, Debug)]
pub struct Upstream {
    /// The provider's alias.
    pub provider: String,
    /// The user's id there.
    pub external_id: String,
    /// The session there, if the provider names it.
    pub external_session: Option<String>,
    /// The ID token, which ends the session there as well.
    pub id_token: Option<Secret>,
}

/// Remembers where a session came from, in place of what was known before.
pub fn store(cx: &mut Cx<'_>, id: &SessionId, upstream: &Upstream) -> Result<()> {
    forget(cx, id)?;
    let id_token = match &upstream.id_token {
        Some(token) => {
            let place = place(id);
            Some(cx.vault.seal(cx.rng, &place, token.expose().as_bytes())?)
        }
        None => None,
    };
    let insert = diesel::insert_into(upstreams::table).values((
        upstreams::session_id.eq(id),
        upstreams::offline.eq(false),
        upstreams::realm_id.eq(&cx.realm.id),
        upstreams::provider.eq(&upstream.provider),
        upstreams::external_id.eq(&upstream.external_id),
        upstreams::external_session.eq(&upstream.external_session),
        upstreams::id_token.eq(id_token),
    ));
    Unless(insert, "").execute(cx.db.conn()?)?;
    Ok(())
}

/// Where a session came from; `None` if from a sign-in here.
pub fn find(cx: &mut Cx<'_>, id: &SessionId) -> Result<Option<Upstream>> {
    let mine = upstreams::table
        .filter(upstreams::realm_id.eq(&cx.realm.id))
        .filter(upstreams::session_id.eq(id))
        .filter(upstreams::offline.eq(false))
        .select((
            upstreams::provider,
            upstreams::external_id,
            upstreams::external_session,
            upstreams::id_token,
        ));
    let row: Option<(String, String, Option<String>, Option<Sealed>)> =
        mine.get_result(cx.db.conn()?).optional()?;
    let Some((provider, external_id, external_session, sealed)) = row else {
        return Ok(None);
    };
    let id_token = match sealed {
        Some(sealed) => Some(cx.vault.open_text(&place(id), &sealed)?),
        None => None,
    };
    Ok(Some(Upstream {
        provider,
        external_id,
        external_session,
        id_token,
    }))
}

/// The sessions that came from one at a provider, or from all of a user's there.
pub fn list_from(
    cx: &mut Cx<'_>,
    provider: &str,
    external_id: Option<&str>,
    external_session: Option<&str>,
) -> Result<Vec<SessionId>> {
    let mut theirs = upstreams::table
        .filter(upstreams::realm_id.eq(&cx.realm.id))
        .filter(upstreams::provider.eq(provider))
        .select(upstreams::session_id)
        .into_boxed();
    if let Some(id) = external_id {
        theirs = theirs.filter(upstreams::external_id.eq(id));
    }
    if let Some(session) = external_session {
        theirs = theirs.filter(upstreams::external_session.eq(session));
    }
    if external_id.is_none() && external_session.is_none() {
        return Ok(Vec::new());
    }
    Ok(theirs.load(cx.db.conn()?)?)
}

/// Forgets where a session came from: its user was proved in another way meanwhile.
pub fn forget(cx: &mut Cx<'_>, id: &SessionId) -> Result<()> {
    let mine = upstreams::table
        .filter(upstreams::realm_id.eq(&cx.realm.id))
        .filter(upstreams::session_id.eq(id));
    diesel::delete(mine).execute(cx.db.conn()?)?;
    Ok(())
}

fn place(id: &SessionId) -> String {
    format!("upstream_sessions/{id}/id_token")
}
