//! Single sign-on: the browser's session, how it is opened and how it is recognized.

use cloakroom_model::attempt::{self, Attempt, Stage};
use cloakroom_model::event::{self, Event};
use cloakroom_model::id::{SessionId, UserId};
use cloakroom_model::session::{self, Session};
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Result, Secret, Timestamp, Ttl};
use serde_json::{Map, Value};

use crate::flow::{self, note};

/// Where a sign-in comes from.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The address.
    pub ip: String,
    /// The browser's name for itself.
    pub user_agent: String,
}

/// A session that a sign-in ended in.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The session.
    pub session: Session,
    /// The new value of the identity cookie; `None` if the browser keeps the one it has.
    pub cookie: Option<Secret>,
    /// The user was proved in this attempt.
    pub is_fresh: bool,
}

/// The session that the identity cookie stands for, if it still counts.
pub fn recognize(cx: &mut Cx<'_>, cookie: &str) -> Result<Option<Session>> {
    Ok(recognize_user(cx, cookie)?.map(|(session, _)| session))
}

/// The same, and whose session it is.
pub fn recognize_user(cx: &mut Cx<'_>, cookie: &str) -> Result<Option<(Session, User)>> {
    let Some((id, secret)) = cookie.split_once('.') else {
        return Ok(None);
    };
    if id.len() > 64 || cookie.contains('\0') {
        return Ok(None);
    }
    let Some((found, user)) = session::find_owned(cx, &SessionId::new(id), false)? else {
        return Ok(None);
    };
    let presented = Secret::new(secret).digest();
    if !found
        .cookie
        .as_ref()
        .is_some_and(|kept| kept.matches(&presented))
        || !user.enabled
        || !counts(cx, &found, &user)
    {
        return Ok(None);
    }
    Ok(Some((found, user)))
}

/// Tells whether a session of somebody counts still.
pub(crate) fn counts(cx: &Cx<'_>, session: &Session, user: &User) -> bool {
    // "Sign out everywhere" sets an instant before which nothing counts.
    let started = session.started_at.seconds();
    let since = user.not_before.max(cx.realm.settings.not_before);
    !is_idle(cx, session) && started >= since
}

/// Tells whether a session has not been used for too long.
pub fn is_idle(cx: &Cx<'_>, session: &Session) -> bool {
    let realm = &cx.realm.settings;
    let most = lifespan(
        session.remember_me,
        realm.sso_session_idle_timeout_remember_me,
        realm.sso_session_idle_timeout,
    );
    cx.now.since(session.last_access).as_seconds() > most
}

/// The longer life of a remembered session, where the realm sets one.
fn lifespan(remember_me: bool, remembered: i64, usual: i64) -> i64 {
    if remember_me && remembered > 0 {
        remembered
    } else {
        usual
    }
}

/// Ends the attempt in a session; `None` if another request has ended it.
pub fn open(
    cx: &mut Cx<'_>,
    attempt: &Attempt,
    current: Option<Session>,
    origin: &Origin,
) -> Result<Option<Opened>> {
    let (
        Stage::Act {
            auth_time,
            amr,
            remember_me,
        },
        Some(user),
    ) = (&attempt.stage, &attempt.user)
    else {
        return Ok(None);
    };
    if !attempt::finish(cx, &attempt.id)? {
        return Ok(None);
    }
    let (same, other) = match current {
        Some(session) if session.user == *user => (Some(session), None),
        other => (None, other),
    };
    if !flow::ends_in(attempt, same.as_ref()) {
        return Ok(None);
    }
    if flow::has(attempt, note::RECOGNIZED) {
        let Some(session) = same else { return Ok(None) };
        session::touch_read(cx, &session)?;
        return Ok(Some(Opened {
            session,
            cookie: None,
            is_fresh: false,
        }));
    }
    // One browser is one person: whoever was signed in before is signed out.
    if let Some(other) = other {
        session::remove(cx, &other.id, false)?;
    }
    let proof = Proof {
        auth_time: *auth_time,
        amr: amr.join(" "),
        remember_me: *remember_me,
        acr: flow::level_of_attempt(attempt).to_string(),
        notes: notes_of(attempt, same.as_ref(), cx.now),
    };
    let (session, cookie) = match same {
        Some(session) => prove_again(cx, session, &proof)?,
        None => begin(cx, user, origin, proof)?,
    };
    Ok(Some(Opened {
        session,
        cookie: Some(cookie),
        is_fresh: true,
    }))
}

/// What the attempt says for the notes of its session.
fn notes_of(attempt: &Attempt, before: Option<&Session>, now: Timestamp) -> Map<String, Value> {
    let mut notes = match attempt.notes.get(note::SESSION) {
        Some(Value::Object(notes)) => notes.clone(),
        _ => Map::new(),
    };
    flow::note_levels(attempt, before, &mut notes, now);
    notes
}

/// What a session is opened with.
#[derive(Clone, Debug)]
pub struct Proof {
    /// When the user was proved.
    pub auth_time: Timestamp,
    /// How, separated by spaces.
    pub amr: String,
    /// It outlives the browser.
    pub remember_me: bool,
    /// How well: the level that was reached.
    pub acr: String,
    /// Notes that mappers may put into tokens.
    pub notes: Map<String, Value>,
}

/// Opens a new session of a user, and makes the value of its identity cookie.
pub fn begin(
    cx: &mut Cx<'_>,
    user: &UserId,
    origin: &Origin,
    proof: Proof,
) -> Result<(Session, Secret)> {
    let realm = &cx.realm.settings;
    let most = lifespan(
        proof.remember_me,
        realm.sso_session_max_lifespan_remember_me,
        realm.sso_session_max_lifespan,
    );
    let secret = Secret::random(cx.rng);
    let session = Session {
        id: SessionId::new(cx.new_id()),
        offline: false,
        user: user.clone(),
        cookie: Some(secret.digest()),
        started_at: cx.now,
        last_access: cx.now,
        auth_time: proof.auth_time,
        acr: proof.acr,
        amr: proof.amr,
        ip: origin.ip.clone(),
        user_agent: origin.user_agent.chars().take(255).collect(),
        remember_me: proof.remember_me,
        notes: proof.notes,
        expires_at: cx.now.plus(Ttl::seconds(most)),
    };
    session::insert(cx, &session)?;
    let cookie = cookie(&session, &secret);
    Ok((session, cookie))
}

/// The user was proved again in the same browser, whose cookie changes with that.
fn prove_again(cx: &mut Cx<'_>, mut session: Session, proof: &Proof) -> Result<(Session, Secret)> {
    let secret = Secret::random(cx.rng);
    session.cookie = Some(secret.digest());
    session.auth_time = proof.auth_time;
    session.amr.clone_from(&proof.amr);
    session.acr.clone_from(&proof.acr);
    // Which provider vouched for the user before says nothing of this proof.
    session
        .notes
        .retain(|name, _| !flow::PROVIDER_NOTES.contains(&name.as_str()));
    session.notes.extend(proof.notes.clone());
    session::prove_again(cx, &session)?;
    let cookie = cookie(&session, &secret);
    Ok((session, cookie))
}

fn cookie(session: &Session, secret: &Secret) -> Secret {
    Secret::new(format!("{}.{}", session.id, secret.expose()))
}

/// Writes a sign-in down, where the realm keeps events.
pub fn report(cx: &mut Cx<'_>, session: &Session, client_id: &str, ip: &str) -> Result<()> {
    record(cx, "LOGIN", session, Some(client_id), ip)
}

/// The same of the attempt that has ended in it, with what its steps have to say.
pub fn report_of(
    cx: &mut Cx<'_>,
    attempt: &Attempt,
    session: &Session,
    (client_id, ip): (&str, &str),
) -> Result<()> {
    let mut event = about("LOGIN", session, Some(client_id), ip);
    let details = attempt.notes.get(note::DETAILS).and_then(Value::as_object);
    for (name, value) in details.into_iter().flatten() {
        if let Some(value) = value.as_str() {
            event.details.insert(name.clone(), value.to_owned());
        }
    }
    let is_kept = event::is_kept(&cx.realm.settings, "LOGIN");
    event::report(cx, event, is_kept)
}

/// Ends a session, and writes it down where the realm keeps events.
pub fn end(cx: &mut Cx<'_>, session: &Session, client_id: Option<&str>, ip: &str) -> Result<()> {
    session::remove(cx, &session.id, false)?;
    record(cx, "LOGOUT", session, client_id, ip)
}

fn record(
    cx: &mut Cx<'_>,
    kind: &str,
    session: &Session,
    client_id: Option<&str>,
    ip: &str,
) -> Result<()> {
    let event = about(kind, session, client_id, ip);
    let is_kept = event::is_kept(&cx.realm.settings, kind);
    event::report(cx, event, is_kept)
}

fn about(kind: &str, session: &Session, client_id: Option<&str>, ip: &str) -> Event {
    Event {
        kind: kind.to_owned(),
        client_id: client_id.map(str::to_owned),
        user: Some(session.user.clone()),
        session: Some(session.id.clone()),
        ip: ip.to_owned(),
        ..Event::default()
    }
}
