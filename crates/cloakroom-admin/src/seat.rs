//! Who calls from within the process: an administrator whose browser is signed in to the console.
//!
//! No token is involved. A [`Seat`] only names a session of the provider, and every call looks at that session again:
//! what ends it anywhere ends the console as well.

use std::sync::Arc;

use cloakroom_model::id::SessionId;
use cloakroom_model::{Cx, Realm, client, session, user};
use cloakroom_oidc::session_rules;

use crate::access::Caller;
use crate::error::{AdminError, Result};

/// The client that the console signs in as.
pub const CONSOLE: &str = "security-admin-console";

/// The place of an administrator in the console. It travels beside a call, where nothing from outside can put it.
#[derive(Clone, Debug)]
pub struct Seat {
    home: Arc<Realm>,
    session: SessionId,
}

impl Seat {
    /// The seat of whoever signed in with this session, in their own realm.
    #[must_use]
    pub fn new(home: Arc<Realm>, session: SessionId) -> Self {
        Self { home, session }
    }

    /// The realm that the administrator belongs to.
    #[must_use]
    pub fn home(&self) -> &Arc<Realm> {
        &self.home
    }

    /// The provider's session behind it.
    #[must_use]
    pub fn session(&self) -> &SessionId {
        &self.session
    }
}

/// Whose seat it is, if session, client and user still count.
pub(crate) fn caller(cx: &mut Cx<'_>, seat: &Seat) -> Result<Caller> {
    let found = session::find(cx, &seat.session, false)?;
    let live = found.filter(|session| session_rules::is_live(cx.realm, session, cx.now));
    let session = live.ok_or_else(AdminError::unauthorized)?;
    let client = client::find(cx, CONSOLE)?.filter(|client| client.enabled);
    let client = client.ok_or_else(AdminError::unauthorized)?;
    // Whoever takes the console out of the session signs the administrator out of it.
    session::find_client(cx, &session.id, false, &client.id)?
        .ok_or_else(AdminError::unauthorized)?;
    let user = user::find(cx, &session.user)?.filter(|user| user.enabled);
    let user = user.ok_or_else(AdminError::unauthorized)?;
    if session.started_at.seconds() < session_rules::not_before(cx.realm, &client, &user) {
        return Err(AdminError::unauthorized());
    }
    Ok(Caller {
        roles: user::shared_roles(cx, &user.id)?,
        client: client.id.as_str().to_owned(),
        session: Some(session.id),
        user: user.id,
        claims: serde_json::Map::new(),
    })
}
