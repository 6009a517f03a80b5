//! The events of the protocol endpoints, in Keycloak's words.

use std::collections::BTreeMap;

use cloakroom_model::Cx;
use cloakroom_model::event::{self, Event};
use cloakroom_model::id::{SessionId, UserId};

use crate::error::{OAuthError, Result};

/// What an event says beside its type.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// The `client_id`.
    pub client_id: Option<String>,
    /// The user.
    pub user: Option<UserId>,
    /// The session.
    pub session: Option<SessionId>,
    /// Where the request came from.
    pub ip: String,
    /// The rest. Never a secret.
    pub details: BTreeMap<String, String>,
}

/// The realm keeps events of this type.
pub fn is_kept(cx: &Cx<'_>, kind: &str) -> bool {
    event::is_kept(&cx.realm.settings, kind)
}

/// Writes that something succeeded, where the realm keeps that.
pub fn success(cx: &mut Cx<'_>, kind: &str, about: About) -> Result<()> {
    write(cx, kind.to_owned(), about, None)
}

/// Writes that something was refused, and why, where the realm keeps that.
pub fn refusal(cx: &mut Cx<'_>, kind: &str, about: About, error: &OAuthError) -> Result<()> {
    let mut about = about;
    let reason = error.description.to_string();
    about.details.insert("reason".to_owned(), reason);
    write(
        cx,
        format!("{kind}_ERROR"),
        about,
        Some(error.code.to_owned()),
    )
}

fn write(cx: &mut Cx<'_>, kind: String, about: About, error: Option<String>) -> Result<()> {
    let is_kept = is_kept(cx, &kind);
    let event = Event {
        kind,
        client_id: about.client_id,
        user: about.user,
        session: about.session,
        ip: about.ip,
        error,
        code: None,
        details: about.details,
    };
    Ok(event::report(cx, event, is_kept)?)
}
