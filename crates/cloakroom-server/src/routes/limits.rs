//! Where a sign-in meets a limit of sessions: it is denied, or others end for it.

use cloakroom_login::flow;
use cloakroom_login::session_limit::{self, Granted, Opening, TooMany};
use cloakroom_model::attempt::{self, Attempt};
use cloakroom_model::goodbye::ISSUER_NOTE;
use cloakroom_model::session::{self, ClientSession, Session};
use cloakroom_model::{Cx, Fault, user};
use cloakroom_oidc::Provider;
use serde_json::Map;

use super::course::Bar;
use super::sign_in::Onward;

/// Whether the attempt may end in a session, which may be one that is there already.
pub(crate) fn check(
    cx: &mut Cx<'_>,
    attempt: &Attempt,
    current: Option<&Session>,
) -> Result<Result<Granted, Bar>, Fault> {
    let limits = flow::limits_of(attempt)?;
    let Some(user) = &attempt.user else {
        return Ok(Ok(Granted::default()));
    };
    let opening = Opening {
        user,
        client: &attempt.client,
        current: current
            .filter(|session| session.user == *user)
            .map(|session| &session.id),
        // What a browser signs in to is online, whatever goes on offline from there.
        is_offline: false,
    };
    let judged = session_limit::judge(cx, &limits, opening)?;
    Ok(judged.map_err(|TooMany { message, reason }| Bar::TooMany(message, reason)))
}

/// Ends the others that there would be too many of, once the session is there, and lets the client take part in it.
pub(crate) fn settle(
    cx: &mut Cx<'_>,
    provider: &Provider,
    (attempt, granted): (&Attempt, &Granted),
    session: &Session,
    place: (&str, &str),
) -> Result<(), Fault> {
    granted.end_others(cx, place)?;
    if !granted.is_counted {
        return Ok(());
    }
    // A client that takes part only when it trades its code would not be counted by a sign-in before that.
    let issuer = provider.issuer(cx.realm);
    let part = ClientSession {
        client: attempt.client.clone(),
        started_at: cx.now,
        last_access: cx.now,
        scope: String::new(),
        notes: Map::from_iter([(ISSUER_NOTE.to_owned(), issuer.into())]),
    };
    session::join(cx, &session.id, session.offline, &part)
}

/// Ends an attempt that there is no session for. Whoever comes again begins anew, and shows again who they are.
pub(crate) fn deny(
    cx: &mut Cx<'_>,
    attempt: &Attempt,
    bar: Bar,
    place: (&str, &str),
) -> Result<Onward, Fault> {
    if !attempt::finish(cx, &attempt.id)? {
        return Ok(Onward::Over);
    }
    let user = match &attempt.user {
        Some(id) => user::find(cx, id)?,
        None => None,
    };
    bar.end(cx, place, user.as_ref())
}
