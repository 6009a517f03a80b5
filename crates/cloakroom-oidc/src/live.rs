//! Does a token still count? Its session, its client, its user and the not-before policies decide.

use std::sync::Arc;

use cloakroom_model::client::{self, Client};
use cloakroom_model::id::{SessionId, UserId};
use cloakroom_model::replay::{self, Kind};
use cloakroom_model::session::{self, ClientSession, Found, Session};
use cloakroom_model::user::{self, ServiceAccount, User};
use cloakroom_model::{Cx, Result};

use crate::mapper;
use crate::own_token::OwnToken;
use crate::session_rules;

/// A token that counts, with what it stands for.
#[derive(Clone, Debug)]
pub struct Live {
    /// The client it was issued to.
    pub client: Arc<Client>,
    /// Whom it is about.
    pub user: User,
    /// The session it came from, if it came from one.
    pub session: Option<Session>,
    /// The client's part in the session.
    pub part: Option<ClientSession>,
}

/// What an access token stands for; `None` if it counts no more.
pub fn check_access(cx: &mut Cx<'_>, token: &OwnToken) -> Result<Option<Live>> {
    if token.is_expired(cx) {
        return Ok(None);
    }
    let Some(jti) = token.text("jti") else {
        return Ok(None);
    };
    if replay::is_spent(cx, Kind::RevokedToken, jti)? {
        return Ok(None);
    }
    check(cx, token)
}

/// What any token stands for, apart from its own end and revocation.
pub fn check(cx: &mut Cx<'_>, token: &OwnToken) -> Result<Option<Live>> {
    let client = match token.text("azp") {
        Some(client_id) => client::find(cx, client_id)?,
        None => None,
    };
    let Some(client) = client.filter(|client| client.enabled) else {
        return Ok(None);
    };
    let found = match token.text("sid") {
        Some(sid) => {
            let sid = SessionId::new(sid);
            let only_offline = token.kind() == "Offline";
            let found = find_session_of(cx, &sid, &client, only_offline)?;
            if found.is_none() {
                return Ok(None);
            }
            found
        }
        None => None,
    };
    let (session, part, user) = match (found, token.text("sub")) {
        (Some(found), _) => (Some(found.session), found.part, Some(found.user)),
        // What is issued without a session is about the client itself, under a subject of the
        // client's sector perhaps.
        (None, Some(sub)) if mapper::is_public(&client) => {
            (None, None, user::find(cx, &UserId::new(sub))?)
        }
        (None, _) => {
            let account = service_account(cx, &client)?;
            (None, None, account.map(|account| account.user.clone()))
        }
    };
    let Some(user) = user.filter(|user| user.enabled) else {
        return Ok(None);
    };
    let made = token.number("iat").unwrap_or_default();
    if made < session_rules::not_before(cx.realm, &client, &user) {
        return Ok(None);
    }
    Ok(Some(Live {
        client,
        user,
        session,
        part,
    }))
}

fn service_account(cx: &mut Cx<'_>, client: &Client) -> Result<Option<Arc<ServiceAccount>>> {
    user::service_account(cx, &client.id)
}

/// The live session of a browser with this id, whose it is, and this client's part in it.
///
/// An offline one may live beside it under the same id, and outlive it: what was allowed in the browser does not.
pub(crate) fn find_session(
    cx: &mut Cx<'_>,
    id: &SessionId,
    client: &Client,
) -> Result<Option<Found>> {
    find_first(cx, (id, client), &[false], |_| true)
}

/// The same for a client that takes part in it.
fn find_session_of(
    cx: &mut Cx<'_>,
    id: &SessionId,
    client: &Client,
    only_offline: bool,
) -> Result<Option<Found>> {
    let kinds: &[bool] = match only_offline {
        true => &[true],
        false => &[false, true],
    };
    find_first(cx, (id, client), kinds, |found| found.part.is_some())
}

fn find_first(
    cx: &mut Cx<'_>,
    (id, client): (&SessionId, &Client),
    kinds: &[bool],
    fits: impl Fn(&Found) -> bool,
) -> Result<Option<Found>> {
    for &offline in kinds {
        let found = session::find_with(cx, id, offline, &client.id)?;
        let live = found.filter(|found| {
            fits(found) && session_rules::is_live(cx.realm, &found.session, cx.now)
        });
        if live.is_some() {
            return Ok(live);
        }
    }
    Ok(None)
}
