//! What a flow makes of somebody whom the browser brings without a password: by its session, or by a ticket.

use cloakroom_login::{flow as attempts, sign_on};
use cloakroom_model::attempt::Attempt;
use cloakroom_model::client::Client;
use cloakroom_model::flow::Use;
use cloakroom_model::flow::course::{self, End, Facts, Reached, Verdict};
use cloakroom_model::organization;
use cloakroom_model::session::Session;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Digest, Fault};
use cloakroom_oidc::authorize::AuthorizationRequest;

use super::{Asks, Bar, scopes};
use crate::routes::sign_in;

/// What a flow makes of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Brought {
    /// Nothing more is asked; these levels are reached.
    Enough(Reached),
    /// The flow asks for a password all the same.
    AsksPassword,
    /// The flow asks for something else beside.
    AsksFurther,
    /// The flow lets them not in.
    Barred(Bar),
}

/// What speaks for somebody.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By<'a> {
    /// The session of their browser.
    Session(&'a Session),
    /// A ticket of Kerberos.
    Ticket,
}

/// What the flow of a client makes of somebody, for a request with this scope that asks for this level.
pub(crate) fn judge(
    cx: &mut Cx<'_>,
    client: &Client,
    (by, user): (By<'_>, &User),
    (scope, level): (&str, Option<i64>),
) -> Result<Brought, Fault> {
    let flow = match cx.realm.bound(Use::Browser, Some(client)) {
        Ok(flow) => flow,
        Err(gone) => return Ok(Brought::Barred(Bar::gone(gone))),
    };
    let mut facts = Facts {
        level,
        ..Facts::default()
    };
    let is_session = matches!(by, By::Session(_));
    match by {
        By::Ticket => facts.has_ticket = true,
        By::Session(session) => {
            facts.has_session = true;
            facts.had = attempts::levels_of(session, cx.now);
        }
    }
    // Nearly always one step is enough, and nothing that has conditions is come to.
    let course = course::decide(&flow, &facts);
    let is_come_to = |stride: &course::Stride| stride.verdict != Verdict::NotReached;
    let mut strides = course.strides.iter();
    if course.end == End::In && !strides.any(|stride| stride.is_flow && is_come_to(stride)) {
        return Ok(Brought::Enough(course.reached));
    }
    facts.has_organizations = organization::is_on(cx);
    facts.scopes = scopes(cx.realm, client, scope);
    facts.person = Some(course::person(cx, user, &flow)?);
    let course = course::decide(&flow, &facts);
    let mut strides = course.strides.iter();
    let wants_password = strides.any(|stride| stride.because.why == "password");
    Ok(match Asks::of(&course, &facts) {
        Err(bar) => Brought::Barred(bar),
        Ok(_) if wants_password => Brought::AsksPassword,
        // Nothing would be proved by what is set up now, and a session may be somebody else's by now.
        Ok(asks) if asks.kinds.is_empty() && !asks.sets_up.is_empty() && is_session => {
            Brought::AsksPassword
        }
        Ok(asks) if !asks.kinds.is_empty() || !asks.sets_up.is_empty() => Brought::AsksFurther,
        Ok(asks) => Brought::Enough(asks.reached),
    })
}

/// Begins an attempt from the session of the browser, as far as that is enough.
pub(crate) fn begin(
    cx: &mut Cx<'_>,
    (request, client): (&AuthorizationRequest, &Client),
    browser: &Digest,
    (judged, (session, user)): (&Brought, (Option<&Session>, Option<&User>)),
) -> Result<Attempt, Fault> {
    let is_new_enough = session.is_some_and(|session| sign_in::is_enough(cx, request, session));
    let is_enough = matches!(judged, Brought::Enough(_)) && is_new_enough;
    let known = session.map(|session| (session, is_enough));
    let mut attempt = sign_in::begin(cx, request, client, browser, known)?;
    match (judged, session, user) {
        (Brought::Enough(reached), ..) if is_enough => attempts::reach(&mut attempt, reached),
        (Brought::AsksFurther, Some(session), Some(user)) if is_new_enough => {
            attempts::prove_by_session(cx, &mut attempt, user, session);
        }
        _ => {}
    }
    Ok(attempt)
}

/// The browser's session, and what it has reached where that is enough for a sign-in to a client that begins elsewhere than at the
/// authorization endpoint; `None` where the client's flow sees no sessions.
pub(crate) fn session_of(
    cx: &mut Cx<'_>,
    client: &Client,
    (scope, level): (&str, Option<i64>),
    cookie: Option<&str>,
) -> Result<Option<(Session, Option<Reached>)>, Fault> {
    let sees_sessions = cx.realm.has_browser_step(Some(client), "auth-cookie");
    let Some(cookie) = cookie.filter(|_| sees_sessions) else {
        return Ok(None);
    };
    let Some((session, user)) = sign_on::recognize_user(cx, cookie)? else {
        return Ok(None);
    };
    let by = By::Session(&session);
    let judged = judge(cx, client, (by, &user), (scope, level))?;
    let reached = match judged {
        Brought::Enough(reached) => Some(reached),
        _ => None,
    };
    Ok(Some((session, reached)))
}
