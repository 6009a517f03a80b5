//! The audit trail of administrators: what they did, to what, and what they sent.

pub mod chain;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Recorded, Span};
use crate::Result;
use crate::cx::Cx;
use crate::id::RealmId;
use crate::schema::admin_events;
use crate::swept::swept;
use crate::time::Timestamp;
use crate::user::pattern;

/// What an administrator did.
#[derive(Clone, Debug)]
pub struct AdminEvent {
    /// `CREATE`, `UPDATE`, `DELETE` or `ACTION`.
    pub operation: String,
    /// Keycloak's name of the kind of thing, `USER` for example.
    pub resource_type: String,
    /// Where it is below the realm; empty for the realm itself.
    pub resource_path: String,
    /// Who did it.
    pub auth: Auth,
    /// What was sent, where the realm keeps it; without secrets.
    pub representation: Option<String>,
}

/// Who did it, and from where.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Auth {
    /// The realm that the administrator belongs to.
    pub realm_id: String,
    /// The client that they used.
    pub client_id: String,
    /// The administrator.
    pub user_id: String,
    /// Where the request came from.
    pub ip_address: String,
}

/// Writes an administrator's event, as the next one of the realm's chain.
pub fn record(cx: &mut Cx<'_>, event: &AdminEvent) -> Result<()> {
    let row = Row {
        id: cx.new_ordered_id(),
        realm: cx.realm.id.clone(),
        time: cx.now,
        operation: event.operation.clone(),
        resource_type: event.resource_type.clone(),
        resource_path: event.resource_path.clone(),
        auth: serde_json::to_string(&event.auth)?,
        representation: event.representation.clone(),
        error: None,
        number: None,
        link: None,
    };
    let row = chain::add(cx, row)?;
    diesel::insert_into(admin_events::table)
        .values((
            admin_events::id.eq(row.id),
            admin_events::realm_id.eq(row.realm),
            admin_events::time.eq(row.time),
            admin_events::operation.eq(row.operation),
            admin_events::resource_type.eq(row.resource_type),
            admin_events::resource_path.eq(row.resource_path),
            admin_events::auth.eq(row.auth),
            admin_events::representation.eq(row.representation),
            admin_events::number.eq(row.number),
            admin_events::link.eq(row.link),
        ))
        .execute(cx.db.conn()?)?;
    Ok(())
}

/// Who did these things in the realm, in no order.
pub fn actors(cx: &mut Cx<'_>, events: &[String]) -> Result<Vec<Auth>> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let mine = admin_events::table
        .filter(admin_events::realm_id.eq(&cx.realm.id))
        .filter(admin_events::id.eq_any(events.to_vec()))
        .select(admin_events::auth);
    let found: Vec<String> = mine.load(cx.db.conn()?)?;
    found
        .iter()
        .map(|auth| Ok(serde_json::from_str(auth)?))
        .collect()
}

/// What a list is narrowed by; what is empty or absent does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Operations.
    pub operations: Vec<String>,
    /// Kinds of things.
    pub resource_types: Vec<String>,
    /// Only this one.
    pub id: Option<String>,
    /// Where it is below the realm; `*` stands for anything.
    pub resource_path: Option<String>,
    /// What it is about, by its path below the realm: the thing itself, and all that is below it.
    pub about: Option<String>,
    /// Members of [`Auth`] by their JSON names.
    pub auth: Vec<(&'static str, String)>,
    /// Who did it: one of these ids, of which at most three are looked at.
    pub users: Vec<String>,
    /// When, and how many.
    pub span: Span,
}

/// The events that match, the latest first unless asked otherwise.
pub fn list(cx: &mut Cx<'_>, query: &Query) -> Result<Vec<Recorded<AdminEvent>>> {
    let mut mine = admin_events::table
        .filter(admin_events::realm_id.eq(&cx.realm.id))
        .into_boxed();
    if !query.operations.is_empty() {
        mine = mine.filter(admin_events::operation.eq_any(query.operations.clone()));
    }
    if !query.resource_types.is_empty() {
        mine = mine.filter(admin_events::resource_type.eq_any(query.resource_types.clone()));
    }
    if let Some(path) = &query.resource_path {
        let like = path.split('*').map(literal).collect::<Vec<_>>().join("%");
        mine = mine.filter(admin_events::resource_path.like(like).escape('\\'));
        mine = mine.filter(admin_events::resource_path.ne(""));
    }
    if let Some(path) = &query.about {
        let below = format!("{}/%", literal(path));
        let is_itself = admin_events::resource_path.eq(path.clone());
        let is_below = admin_events::resource_path.like(below).escape('\\');
        mine = mine.filter(is_itself.or(is_below));
    }
    if let Some(id) = &query.id {
        mine = mine.filter(admin_events::id.eq(id.clone()));
    }
    for (name, value) in &query.auth {
        mine = mine.filter(admin_events::auth.like(member(name, value)?).escape('\\'));
    }
    if let Some(first) = query.users.first() {
        let is = |at: usize| -> Result<_> {
            let id = query.users.get(at).unwrap_or(first);
            let like = member("userId", id)?;
            Ok(admin_events::auth.like(like).escape('\\'))
        };
        mine = mine.filter(is(0)?.or(is(1)?).or(is(2)?));
    }
    let span = query.span;
    if let Some(from) = span.from {
        mine = mine.filter(admin_events::time.ge(from));
    }
    if let Some(to) = span.to {
        mine = mine.filter(admin_events::time.lt(to));
    }
    mine = if span.ascending {
        mine.order((admin_events::time.asc(), admin_events::id.asc()))
    } else {
        mine.order((admin_events::time.desc(), admin_events::id.desc()))
    };
    let rows = mine
        .offset(span.first)
        .limit(span.max)
        .load::<Row>(cx.db.conn()?)?;
    rows.into_iter().map(Row::into_event).collect()
}

/// A pattern for this text and no other. The one for a part begins and ends with `%`.
fn literal(text: &str) -> String {
    let part = pattern(text);
    part.get(1..part.len() - 1).unwrap_or_default().to_owned()
}

/// A pattern for a member of [`Auth`]. They are texts, so a name with its whole value stands in the JSON once.
fn member(name: &str, value: &str) -> Result<String> {
    let member = format!("\"{name}\":{}", serde_json::to_string(value)?);
    Ok(pattern(&member))
}

/// Removes all events of the realm's administrators. The next one is linked to the last of these all the same.
pub fn remove_all(cx: &mut Cx<'_>) -> Result<()> {
    let mine = admin_events::table.filter(admin_events::realm_id.eq(&cx.realm.id));
    diesel::delete(mine).execute(cx.db.conn()?)?;
    chain::begin_anew(cx)
}

/// Removes some of the realm's events of administrators that are older than an instant.
pub(super) fn sweep(cx: &mut Cx<'_>, before: Timestamp, most: i64) -> Result<usize> {
    let unlinked = sweep_unlinked(cx, before, most)?;
    let left = most.saturating_sub(i64::try_from(unlinked).unwrap_or(most));
    Ok(unlinked + chain::sweep(cx, before, left)?)
}

/// Those from before the chain.
fn sweep_unlinked(cx: &mut Cx<'_>, before: Timestamp, most: i64) -> Result<usize> {
    let mine = admin_events::realm_id.eq(&cx.realm.id);
    let old = mine.and(admin_events::number.is_null());
    swept!(cx, admin_events, id: String, old.and(admin_events::time.lt(before)), most)
}

/// An event as it is stored.
#[derive(Debug, Queryable)]
struct Row {
    id: String,
    realm: RealmId,
    time: Timestamp,
    operation: String,
    resource_type: String,
    resource_path: String,
    auth: String,
    representation: Option<String>,
    error: Option<String>,
    number: Option<i64>,
    link: Option<Vec<u8>>,
}

impl Row {
    fn into_event(self) -> Result<Recorded<AdminEvent>> {
        let event = AdminEvent {
            auth: serde_json::from_str(&self.auth)?,
            operation: self.operation,
            resource_type: self.resource_type,
            resource_path: self.resource_path,
            representation: self.representation,
        };
        Ok(Recorded {
            id: self.id,
            time: self.time,
            event,
        })
    }
}
