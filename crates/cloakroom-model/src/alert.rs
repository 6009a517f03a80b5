//! Alert rules: a search of a realm's events that somebody has to look at once it finds too many within a period.
//!
//! A rule that has fired stays so until an administrator clears it; from then on only what happens afterwards counts.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cx::Cx;
use crate::event::{self, Query, Span};
use crate::id::RealmId;
use crate::schema::alert_rules;
use crate::sql::Unless;
use crate::time::{Timestamp, Ttl};
use crate::{Result, realm};

/// So many rules a realm may have: each of them is asked again and again.
pub const MOST: i64 = 50;

/// What is searched for; what is empty or absent does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Search {
    /// Types of events.
    pub types: Vec<String>,
    /// The client's `client_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// The id of whom it happened to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Where the request came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
    /// The code that the user was shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// What an administrator says of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What it is called.
    pub name: String,
    /// What it searches for.
    pub search: Search,
    /// So many events are too many.
    pub threshold: i64,
    /// Within this time.
    pub period: Ttl,
}

/// A rule as it is stored.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// What it says.
    pub draft: Draft,
    /// Grows with each change.
    pub revision: i64,
    /// Since when it waits for somebody to look.
    pub fired_at: Option<Timestamp>,
    /// What was before this instant has been looked at.
    pub cleared_at: Option<Timestamp>,
}

/// What came of the wish to store a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It is there, under this id.
    Done(String),
    /// There is one of this name.
    Taken,
    /// The realm has too many.
    TooMany,
    /// Somebody else changed it meanwhile.
    Changed,
    /// It is gone.
    Gone,
}

/// The realm's rules, by name.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<Rule>> {
    let mine = alert_rules::table
        .filter(alert_rules::realm_id.eq(&cx.realm.id))
        .order(alert_rules::name.asc());
    let rows = mine.load::<Row>(cx.db.conn()?)?;
    rows.into_iter().map(Row::into_rule).collect()
}

/// The rule with this id.
pub fn find(cx: &mut Cx<'_>, id: &str) -> Result<Option<Rule>> {
    Ok(list(cx)?.into_iter().find(|rule| rule.id == id))
}

/// Stores a new rule.
pub fn insert(cx: &mut Cx<'_>, draft: &Draft) -> Result<Stored> {
    realm::hold(cx)?;
    let all = list(cx)?;
    if i64::try_from(all.len()).unwrap_or(MOST) >= MOST {
        return Ok(Stored::TooMany);
    }
    let id = cx.new_id();
    let insert = diesel::insert_into(alert_rules::table).values((
        alert_rules::id.eq(&id),
        alert_rules::realm_id.eq(&cx.realm.id),
        alert_rules::name.eq(&draft.name),
        alert_rules::search.eq(serde_json::to_string(&draft.search)?),
        alert_rules::threshold.eq(draft.threshold),
        alert_rules::period.eq(draft.period.as_seconds()),
        alert_rules::revision.eq(1),
    ));
    Ok(
        match Unless(insert, "(realm_id, name)").execute(cx.db.conn()?)? {
            1 => Stored::Done(id),
            _ => Stored::Taken,
        },
    )
}

/// Changes a rule that is still what was seen of it. It watches again, whether or not it had fired.
pub fn update(cx: &mut Cx<'_>, id: &str, revision: i64, draft: &Draft) -> Result<Stored> {
    realm::hold(cx)?;
    let all = list(cx)?;
    let Some(rule) = all.iter().find(|rule| rule.id == id) else {
        return Ok(Stored::Gone);
    };
    if rule.revision != revision {
        return Ok(Stored::Changed);
    }
    let is_same = |other: &&Rule| other.id != id && other.draft.name == draft.name;
    if all.iter().any(|other| is_same(&other)) {
        return Ok(Stored::Taken);
    }
    let mine = alert_rules::table
        .filter(alert_rules::realm_id.eq(&cx.realm.id))
        .filter(alert_rules::id.eq(id));
    let search = serde_json::to_string(&draft.search)?;
    diesel::update(mine)
        .set((
            alert_rules::name.eq(&draft.name),
            alert_rules::search.eq(search),
            alert_rules::threshold.eq(draft.threshold),
            alert_rules::period.eq(draft.period.as_seconds()),
            alert_rules::revision.eq(revision + 1),
            alert_rules::fired_at.eq(None::<Timestamp>),
        ))
        .execute(cx.db.conn()?)?;
    Ok(Stored::Done(id.to_owned()))
}

/// Says that somebody has looked; false if there is no such rule.
pub fn clear(cx: &mut Cx<'_>, id: &str) -> Result<bool> {
    let mine = alert_rules::table
        .filter(alert_rules::realm_id.eq(&cx.realm.id))
        .filter(alert_rules::id.eq(id));
    let cleared = diesel::update(mine)
        .set((
            alert_rules::fired_at.eq(None::<Timestamp>),
            alert_rules::cleared_at.eq(Some(cx.now)),
        ))
        .execute(cx.db.conn()?)?;
    Ok(cleared == 1)
}

/// Removes a rule; false if there is none.
pub fn remove(cx: &mut Cx<'_>, id: &str) -> Result<bool> {
    let mine = alert_rules::table
        .filter(alert_rules::realm_id.eq(&cx.realm.id))
        .filter(alert_rules::id.eq(id));
    Ok(diesel::delete(mine).execute(cx.db.conn()?)? == 1)
}

/// The rules that watch.
pub fn list_watching(cx: &mut Cx<'_>) -> Result<Vec<Rule>> {
    let mut watching = list(cx)?;
    watching.retain(|rule| rule.fired_at.is_none());
    Ok(watching)
}

/// So far apart the clocks of two nodes may be.
const SKEW: Ttl = Ttl::seconds(60);

/// Whether a rule finds too many events now. No more of them are read than it takes.
pub fn is_exceeded(cx: &mut Cx<'_>, rule: &Rule) -> Result<bool> {
    let (search, threshold) = (rule.draft.search.clone(), rule.draft.threshold);
    let begin = cx.now.minus(rule.draft.period);
    // Where the clock was set back, what is of a later time says nothing about now.
    let end = cx.now.plus(SKEW);
    let cleared = rule.cleared_at.filter(|cleared| *cleared <= end);
    let query = Query {
        kinds: search.types,
        client_id: search.client,
        user: search.user,
        who: None,
        ip: search.ip_address,
        code: search.code,
        span: Span {
            from: Some(cleared.map_or(begin, |cleared| cleared.max(begin))),
            to: Some(end),
            max: threshold,
            ..Span::default()
        },
    };
    let found = event::list(cx, &query)?;
    Ok(i64::try_from(found.len()).unwrap_or(threshold) >= threshold)
}

/// Marks a rule as fired. Of several that find it out, one gets true; nobody does for a rule that was changed meanwhile.
pub fn fire(cx: &mut Cx<'_>, rule: &Rule) -> Result<bool> {
    let mine = alert_rules::table
        .filter(alert_rules::realm_id.eq(&cx.realm.id))
        .filter(alert_rules::id.eq(&rule.id))
        .filter(alert_rules::revision.eq(rule.revision))
        .filter(alert_rules::fired_at.is_null());
    let fired = diesel::update(mine)
        .set(alert_rules::fired_at.eq(Some(cx.now)))
        .execute(cx.db.conn()?)?;
    Ok(fired == 1)
}

#[derive(Queryable)]
struct Row {
    id: String,
    _realm: RealmId,
    name: String,
    search: String,
    threshold: i64,
    period: i64,
    revision: i64,
    fired_at: Option<Timestamp>,
    cleared_at: Option<Timestamp>,
}

impl Row {
    fn into_rule(self) -> Result<Rule> {
        Ok(Rule {
            id: self.id,
            draft: Draft {
                name: self.name,
                search: serde_json::from_str(&self.search)?,
                threshold: self.threshold,
                period: Ttl::seconds(self.period),
            },
            revision: self.revision,
            fired_at: self.fired_at,
            cleared_at: self.cleared_at,
        })
    }
}
