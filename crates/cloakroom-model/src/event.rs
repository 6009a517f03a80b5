//! Events: the audit trail of users; that of administrators is in its own part.

pub mod admin;
mod keep;

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::{RealmId, SessionId, UserId};
use crate::schema::events;
use crate::sql::lower;
use crate::swept::swept;
use crate::time::Timestamp;
use crate::user::{fold, pattern};
use crate::workflow::trigger;

pub use keep::{SELDOM, is_kept, sweep_expired};

/// What happened to a user or a client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Keycloak's name of the type, `LOGIN_ERROR` for example.
    pub kind: String,
    /// The client's `client_id`.
    pub client_id: Option<String>,
    /// Who it happened to.
    pub user: Option<UserId>,
    /// In which session.
    pub session: Option<SessionId>,
    /// Where the request came from.
    pub ip: String,
    /// Keycloak's name of the error, `invalid_user_credentials` for example.
    pub error: Option<String>,
    /// The code that the user was shown.
    pub code: Option<String>,
    /// The rest. Never a secret.
    pub details: BTreeMap<String, String>,
}

/// The detail of an event with an error that says how long each step of the sign-in took.
const TOOK: &str = "took";

/// Tells of an event after the commit, and writes it down where it `is_kept`. Workflows that begin with it hear of it.
pub fn report(cx: &mut Cx<'_>, mut event: Event, is_kept: bool) -> Result<()> {
    if event.error.is_some() {
        let took = Some(cx.changes.laps.written()).filter(|took| !took.is_empty());
        event
            .details
            .extend(took.map(|took| (TOOK.to_owned(), took)));
    }
    if is_kept {
        record(cx, &event)?;
    }
    trigger::reported(cx, &event)?;
    cx.changes.events.push(event);
    Ok(())
}

/// The longest client id that is written down: PostgreSQL has no room for more in an index, and who is refused may name anything.
const LONGEST_CLIENT: usize = 255;

fn record(cx: &mut Cx<'_>, event: &Event) -> Result<()> {
    let id = cx.new_ordered_id();
    let client: Option<String> = event
        .client_id
        .as_ref()
        .map(|named| named.chars().take(LONGEST_CLIENT).collect());
    diesel::insert_into(events::table)
        .values((
            events::id.eq(id),
            events::realm_id.eq(&cx.realm.id),
            events::time.eq(cx.now),
            events::kind.eq(&event.kind),
            events::client_id.eq(client),
            events::user_id.eq(&event.user),
            events::session_id.eq(&event.session),
            events::ip.eq(&event.ip),
            events::error.eq(&event.error),
            events::code.eq(&event.code),
            events::details.eq(serde_json::to_string(&event.details)?),
        ))
        .execute(cx.db.aside()?)?;
    Ok(())
}

/// What a list of events is narrowed by; what is empty or absent does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Types.
    pub kinds: Vec<String>,
    /// The client's `client_id`.
    pub client_id: Option<String>,
    /// Who it happened to.
    pub user: Option<String>,
    /// The same, where more than an id is known.
    pub who: Option<Who>,
    /// Where the request came from.
    pub ip: Option<String>,
    /// The code that the user was shown.
    pub code: Option<String>,
    /// When, and how many.
    pub span: Span,
}

/// Somebody whom events are about: known by an id, or by nothing but what was typed.
#[derive(Clone, Debug, Default)]
pub struct Who {
    /// Each of them is meant.
    pub ids: Vec<UserId>,
    /// What was typed as the username, in any case; the database looks through what it has of each event for it, so this is
    /// for those who have no id.
    pub typed: Option<String>,
}

/// A part of a trail, in the order of time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// Not before this instant.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub to: Option<Timestamp>,
    /// The oldest comes first.
    pub ascending: bool,
    /// How many to pass over.
    pub first: i64,
    /// How many to answer.
    pub max: i64,
}

/// An event as it is stored.
#[derive(Clone, Debug)]
pub struct Recorded<T> {
    /// Its id, which sorts by age.
    pub id: String,
    /// When it was.
    pub time: Timestamp,
    /// What it was.
    pub event: T,
}

/// The events that match, the latest first unless asked otherwise.
pub fn list(cx: &mut Cx<'_>, query: &Query) -> Result<Vec<Recorded<Event>>> {
    let mut mine = events::table
        .filter(events::realm_id.eq(&cx.realm.id))
        .into_boxed();
    if !query.kinds.is_empty() {
        mine = mine.filter(events::kind.eq_any(query.kinds.clone()));
    }
    if let Some(client) = &query.client_id {
        mine = mine.filter(events::client_id.eq(client.clone()));
    }
    if let Some(user) = &query.user {
        mine = mine.filter(events::user_id.eq(UserId::new(user.clone())));
    }
    if let Some(who) = &query.who {
        let is_theirs = events::user_id.eq_any(who.ids.clone());
        mine = match &who.typed {
            None => mine.filter(is_theirs),
            Some(name) => {
                let member = format!("\"username\":{}", serde_json::to_string(&fold(name))?);
                let details = lower(events::details);
                mine.filter(is_theirs.or(details.like(pattern(&member)).escape('\\')))
            }
        };
    }
    if let Some(ip) = &query.ip {
        mine = mine.filter(events::ip.eq(ip.clone()));
    }
    if let Some(code) = &query.code {
        mine = mine.filter(events::code.eq(code.clone()));
    }
    let span = query.span;
    if let Some(from) = span.from {
        mine = mine.filter(events::time.ge(from));
    }
    if let Some(to) = span.to {
        mine = mine.filter(events::time.lt(to));
    }
    mine = if span.ascending {
        mine.order((events::time.asc(), events::id.asc()))
    } else {
        mine.order((events::time.desc(), events::id.desc()))
    };
    let rows = mine
        .offset(span.first)
        .limit(span.max)
        .load::<Row>(cx.db.conn()?)?;
    rows.into_iter().map(Row::into_event).collect()
}

/// How many events of a type there were in a part of the trail.
pub fn count(cx: &mut Cx<'_>, kind: &str, from: Timestamp, to: Timestamp) -> Result<i64> {
    let mine = events::table
        .filter(events::realm_id.eq(&cx.realm.id))
        .filter(events::time.ge(from))
        .filter(events::time.lt(to))
        .filter(events::kind.eq(kind));
    Ok(mine.count().get_result(cx.db.conn()?)?)
}

/// Removes all events of the realm.
pub fn remove_all(cx: &mut Cx<'_>) -> Result<()> {
    let mine = events::table.filter(events::realm_id.eq(&cx.realm.id));
    diesel::delete(mine).execute(cx.db.conn()?)?;
    Ok(())
}

/// Removes some of the realm's events that are older than an instant.
fn sweep(cx: &mut Cx<'_>, before: Timestamp, most: i64) -> Result<usize> {
    let mine = events::realm_id.eq(&cx.realm.id);
    swept!(cx, events, id: String, mine.and(events::time.lt(before)), most)
}

#[derive(Queryable)]
struct Row {
    id: String,
    _realm: RealmId,
    time: Timestamp,
    kind: String,
    client_id: Option<String>,
    user: Option<UserId>,
    session: Option<SessionId>,
    ip: String,
    error: Option<String>,
    code: Option<String>,
    details: String,
}

impl Row {
    fn into_event(self) -> Result<Recorded<Event>> {
        let event = Event {
            details: serde_json::from_str(&self.details)?,
            kind: self.kind,
            client_id: self.client_id,
            user: self.user,
            session: self.session,
            ip: self.ip,
            error: self.error,
            code: self.code,
        };
        Ok(Recorded {
            id: self.id,
            time: self.time,
            event,
        })
    }
}
