//! How many sessions somebody may have at once: whether one more may be opened, and which ones end for it.

use std::collections::BTreeSet;

use cloakroom_model::event::{self, Event};
use cloakroom_model::flow::course::SessionLimit;
use cloakroom_model::id::{ClientUuid, SessionId, UserId};
use cloakroom_model::session::{self, Session};
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Result};

use crate::sign_on;

/// A session that is about to be opened, or used again.
#[derive(Clone, Copy, Debug)]
pub struct Opening<'a> {
    /// Whose it is.
    pub user: &'a UserId,
    /// The client that they sign in to.
    pub client: &'a ClientUuid,
    /// The session that is used again. It counts as no other.
    pub current: Option<&'a SessionId>,
    /// It is an offline one from its beginning, beside which offline ones count too: it would be counted by nobody else.
    pub is_offline: bool,
}

/// A session may be opened, and this is what becomes of others.
#[derive(Debug, Default)]
pub struct Granted {
    ends: Vec<Session>,
    /// The client has to take part in the session from its beginning, because its sessions are counted.
    pub is_counted: bool,
}

/// There are as many sessions as there may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooMany {
    /// What people are told, as the flow has it.
    pub message: String,
    /// How many there are, in words for administrators.
    pub reason: String,
}

/// Whether a session may be opened. Nobody else counts this person's sessions before this unit of work ends, and nothing is written.
pub fn judge(
    cx: &mut Cx<'_>,
    limits: &[SessionLimit],
    opening: Opening<'_>,
) -> Result<std::result::Result<Granted, TooMany>> {
    let mut granted = Granted::default();
    if limits.is_empty() || !session::wait_turn(cx, opening.user)? {
        return Ok(Ok(granted));
    }
    let mut open = list_open(cx, opening)?;
    let is_new = opening.current.is_none();
    // As at Keycloak, a client that takes part already adds nothing.
    let comes = match opening.current {
        Some(id) => session::find_client(cx, id, false, opening.client)?.is_none(),
        None => true,
    };
    for limit in limits {
        granted.is_counted |= comes && limit.with_client.is_some();
        let in_realm = limit.in_realm.filter(|_| is_new);
        let with_client = limit.with_client.filter(|_| comes);
        let of_client = open.iter().filter(|one| one.is_shared).count();
        if !limit.ends_oldest {
            let known = [
                (in_realm, open.len(), "in the realm"),
                (with_client, of_client, "with the client"),
            ];
            let mut known = known.into_iter();
            if let Some((most, count, place)) =
                known.find(|(most, count, _)| over(*most, *count) > 0)
            {
                return Ok(Err(TooMany {
                    message: limit.message.clone(),
                    reason: reason(count, most, place),
                }));
            }
            continue;
        }
        // Where both are too many, Keycloak ends those with the client first.
        granted
            .ends
            .extend(take(&mut open, over(with_client, of_client), true));
        let more = over(in_realm, open.len());
        granted.ends.extend(take(&mut open, more, false));
    }
    Ok(Ok(granted))
}

impl Granted {
    /// Ends the sessions that there would be too many of.
    pub fn end_others(&self, cx: &mut Cx<'_>, (client_id, ip): (&str, &str)) -> Result<()> {
        const KIND: &str = "USER_SESSION_DELETED";
        for one in &self.ends {
            if !session::remove(cx, &one.id, one.offline)? {
                continue;
            }
            let why = "another sign-in, and a limit of sessions".to_owned();
            let event = Event {
                kind: KIND.to_owned(),
                client_id: Some(client_id.to_owned()),
                user: Some(one.user.clone()),
                session: Some(one.id.clone()),
                ip: ip.to_owned(),
                details: [("reason".to_owned(), why)].into(),
                ..Event::default()
            };
            let is_kept = event::is_kept(&cx.realm.settings, KIND);
            event::report(cx, event, is_kept)?;
        }
        Ok(())
    }
}

/// A session that counts.
struct Open {
    session: Session,
    is_shared: bool,
}

/// The others that count, the one first that was used longest ago: that is the oldest for Keycloak.
fn list_open(cx: &mut Cx<'_>, opening: Opening<'_>) -> Result<Vec<Open>> {
    let Some(user) = user::find(cx, opening.user)? else {
        return Ok(Vec::new());
    };
    let mut open = Vec::new();
    let mut known = BTreeSet::new();
    for offline in [false, true] {
        if offline && !opening.is_offline {
            break;
        }
        let shared = session::list_shared(cx, &user.id, offline, opening.client)?;
        let shared: BTreeSet<String> = shared.iter().map(|id| id.as_str().to_owned()).collect();
        for session in session::list_of_user(cx, &user.id, offline)? {
            if opening.current == Some(&session.id) || !counts(cx, &session, &user) {
                continue;
            }
            let id = session.id.as_str().to_owned();
            let is_shared = shared.contains(&id);
            // The offline one that goes on where an online one ends is no other session beside it.
            if known.insert(id) {
                open.push(Open { session, is_shared });
            }
        }
    }
    open.sort_by_key(|one| (one.session.last_access, one.session.started_at));
    Ok(open)
}

fn counts(cx: &Cx<'_>, session: &Session, user: &User) -> bool {
    if !session.offline {
        return sign_on::counts(cx, session, user);
    }
    let settings = &cx.realm.settings;
    let unused = cx.now.since(session.last_access).as_seconds();
    let since = user.not_before.max(settings.not_before);
    unused < settings.offline_session_idle_timeout && session.started_at.seconds() >= since
}

/// How many of so many have to go before one more fits.
fn over(most: Option<usize>, count: usize) -> usize {
    most.map_or(0, |most| count.saturating_add(1).saturating_sub(most))
}

/// Takes so many of the oldest, of those alone that the client takes part in or of all.
fn take(open: &mut Vec<Open>, most: usize, of_client_alone: bool) -> Vec<Session> {
    let mut taken = Vec::new();
    for one in std::mem::take(open) {
        match taken.len() < most && (one.is_shared || !of_client_alone) {
            true => taken.push(one.session),
            false => open.push(one),
        }
    }
    taken
}

fn reason(count: usize, most: Option<usize>, place: &str) -> String {
    let most = most.unwrap_or_default();
    format!("Open sessions {place}: {count}; the flow allows {most}")
}
