//! Events: the audit trail of users and of administrators.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde_json::Value;

use crate::Result;
use crate::cx::Cx;
use crate::id::{RealmId, SessionId, UserId};
use crate::schema::{admin_events, events};
use crate::time::Timestamp;

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

/// Tells of an event after the commit, and writes it down where it `is_kept`.
pub fn report(cx: &mut Cx<'_>, event: Event, is_kept: bool) -> Result<()> {
    if is_kept {
        record(cx, &event)?;
    }
    cx.changes.events.push(event);
    Ok(())
}

fn record(cx: &mut Cx<'_>, event: &Event) -> Result<()> {
    let id = cx.new_ordered_id();
    diesel::insert_into(events::table)
        .values((
            events::id.eq(id),
            events::realm_id.eq(&cx.realm.id),
            events::time.eq(cx.now),
            events::kind.eq(&event.kind),
            events::client_id.eq(&event.client_id),
            events::user_id.eq(&event.user),
            events::session_id.eq(&event.session),
            events::ip.eq(&event.ip),
            events::error.eq(&event.error),
            events::code.eq(&event.code),
            events::details.eq(serde_json::to_string(&event.details)?),
        ))
        .execute(cx.db.conn()?)?;
    Ok(())
}

/// The latest events with their times, of one type or all.
pub fn list(
    cx: &mut Cx<'_>,
    kind: Option<&str>,
    first: i64,
    max: i64,
) -> Result<Vec<(Timestamp, Event)>> {
    let mut mine = events::table
        .filter(events::realm_id.eq(&cx.realm.id))
        .into_boxed();
    if let Some(kind) = kind {
        mine = mine.filter(events::kind.eq(kind));
    }
    let rows = mine
        .order(events::time.desc())
        .offset(first)
        .limit(max)
        .load::<Row>(cx.db.conn()?)?;
    rows.into_iter().map(Row::into_event).collect()
}

/// What an administrator did.
#[derive(Clone, Debug)]
pub struct AdminEvent {
    /// `CREATE`, `UPDATE`, `DELETE` or `ACTION`.
    pub operation: &'static str,
    /// Keycloak's name of the kind of thing, `USER` for example.
    pub resource_type: &'static str,
    /// Where it is below the realm.
    pub resource_path: String,
    /// Who did it: realm, client, user and address.
    pub auth: Value,
    /// What was sent, where the realm keeps it; without secrets.
    pub representation: Option<String>,
}

/// Writes an administrator's event.
pub fn record_admin(cx: &mut Cx<'_>, event: &AdminEvent) -> Result<()> {
    let id = cx.new_ordered_id();
    diesel::insert_into(admin_events::table)
        .values((
            admin_events::id.eq(id),
            admin_events::realm_id.eq(&cx.realm.id),
            admin_events::time.eq(cx.now),
            admin_events::operation.eq(event.operation),
            admin_events::resource_type.eq(event.resource_type),
            admin_events::resource_path.eq(&event.resource_path),
            admin_events::auth.eq(event.auth.to_string()),
            admin_events::representation.eq(&event.representation),
        ))
        .execute(cx.db.conn()?)?;
    Ok(())
}

#[derive(Queryable)]
struct Row {
    _id: String,
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
    fn into_event(self) -> Result<(Timestamp, Event)> {
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
        Ok((self.time, event))
    }
}
