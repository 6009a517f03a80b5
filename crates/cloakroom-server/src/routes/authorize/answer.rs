//! An answer from the session that the browser has: nobody is asked anything.

use cloakroom_login::flow;
use cloakroom_login::sign_on::{self, Opened};
use cloakroom_model::attempt::Attempt;
use cloakroom_model::session::{self, Session};
use cloakroom_model::{Cx, Fault};
use cloakroom_oidc::Provider;
use cloakroom_oidc::authorize::AuthorizationRequest;

use crate::routes::course::Bar;
use crate::routes::limits;
use crate::routes::sign_in::{self, Finished};

/// Answers the client, unless there are too many sessions for it to take part in this one.
pub(super) fn from_session(
    cx: &mut Cx<'_>,
    provider: &Provider,
    (request, attempt): (&AuthorizationRequest, &Attempt),
    session: &Session,
    ip: &str,
) -> Result<Result<Finished, Bar>, Fault> {
    let granted = match limits::check(cx, attempt, Some(session))? {
        Ok(granted) => granted,
        Err(bar) => return Ok(Err(bar)),
    };
    session::touch_read(cx, session)?;
    let place = (request.client_id.as_str(), ip);
    limits::settle(cx, provider, (attempt, &granted), session, place)?;
    sign_on::report(cx, session, &request.client_id, ip)?;
    let answer = request.respond(cx, provider, session, flow::reached_level(attempt))?;
    let answer = sign_in::with_action(attempt, answer);
    let opened = Opened {
        session: session.clone(),
        cookie: None,
        is_fresh: false,
    };
    Ok(Ok(Finished { answer, opened }))
}
