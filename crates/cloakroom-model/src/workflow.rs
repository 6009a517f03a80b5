//! Workflows: what happens to people and clients when something else does, as data.

pub mod run;
pub mod trigger;
pub mod walk;

use std::collections::BTreeSet;

use diesel::prelude::*;
use serde_json::{Map, Value, json};

use crate::Result;
use crate::cx::Cx;
use crate::id::{ClientUuid, RealmId, UserId};
use crate::schema::workflows;
use crate::sql::Unless;
use crate::time::Timestamp;

/// A workflow.
#[derive(Clone, Debug, PartialEq)]
pub struct Workflow {
    /// Its id.
    pub id: String,
    /// Its name, unique in the realm.
    pub name: String,
    /// What it does, in Keycloak's words.
    pub definition: Map<String, Value>,
    /// Whoever stored it has every right over the realm: it may hand on rights, and touch any account.
    pub trusted: bool,
}

impl Workflow {
    /// It begins, and goes on where it has begun.
    pub fn is_enabled(&self) -> bool {
        self.definition.get("enabled") != Some(&Value::Bool(false))
    }
}

/// Whom or what a workflow is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Resource {
    /// A person.
    User(UserId),
    /// A client.
    Client(ClientUuid),
}

impl Resource {
    /// Its id.
    pub fn id(&self) -> &str {
        match self {
            Self::User(id) => id.as_str(),
            Self::Client(id) => id.as_str(),
        }
    }

    /// What the two columns say; one of them is empty.
    fn of(user: Option<UserId>, client: Option<ClientUuid>) -> Result<Self> {
        let resource = user.map(Self::User).or(client.map(Self::Client));
        resource.ok_or_else(|| crate::Fault::corrupt("a row of a workflow is about nobody"))
    }

    fn columns(&self) -> (Option<&UserId>, Option<&ClientUuid>) {
        match self {
            Self::User(id) => (Some(id), None),
            Self::Client(id) => (None, Some(id)),
        }
    }
}

/// What may begin a workflow, in Keycloak's words. In a workflow an underscore stands for a hyphen, and capitals for small letters.
pub const EVENTS: [&str; 10] = [
    "client-authenticated",
    "client-created",
    "user-authenticated",
    "user-created",
    "user-federated-identity-added",
    "user-federated-identity-removed",
    "user-group-membership-added",
    "user-group-membership-removed",
    "user-role-granted",
    "user-role-revoked",
];

/// All workflows of the realm by name.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<Workflow>> {
    let mine = workflows::table
        .filter(workflows::realm_id.eq(&cx.realm.id))
        .order(workflows::name.asc())
        .select(ROW);
    let rows = mine.load::<Row>(cx.db.conn()?)?;
    rows.into_iter().map(Row::into_workflow).collect()
}

/// The workflow with this id.
pub fn find(cx: &mut Cx<'_>, id: &str) -> Result<Option<Workflow>> {
    let mine = workflows::table
        .filter(workflows::realm_id.eq(&cx.realm.id))
        .filter(workflows::id.eq(id))
        .select(ROW);
    let row = mine.get_result::<Row>(cx.db.conn()?).optional()?;
    row.map(Row::into_workflow).transpose()
}

/// The events that a workflow of the realm may wait for.
///
/// An event whose name stands in one as a part of something else is among them as well, and is looked at for nothing.
pub(crate) fn awaited(cx: &mut Cx<'_>) -> Result<BTreeSet<&'static str>> {
    let mut found = BTreeSet::new();
    for workflow in list(cx)?.iter().filter(|one| one.is_enabled()) {
        let concurrency = workflow.definition.get("concurrency");
        let texts = concurrency
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(Map::values)
            .chain(workflow.definition.get("on"));
        for text in texts.filter_map(Value::as_str) {
            let text = text.to_lowercase().replace('_', "-");
            // Whatever is negated may be any other.
            let is_any = has_not(&text);
            let named = EVENTS.iter().filter(|name| is_any || text.contains(**name));
            found.extend(named.copied());
        }
    }
    Ok(found)
}

fn has_not(text: &str) -> bool {
    let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '-'));
    text.contains('!') || words.any(|word| word == "not")
}

/// Stores a new workflow; false if its id or name is taken. Its schedule is due at an instant, if it has one.
pub fn insert(cx: &mut Cx<'_>, workflow: &Workflow, due_at: Option<Timestamp>) -> Result<bool> {
    let insert = diesel::insert_into(workflows::table).values((
        workflows::id.eq(&workflow.id),
        workflows::realm_id.eq(&cx.realm.id),
        workflows::name.eq(&workflow.name),
        workflows::definition.eq(serde_json::to_string(&workflow.definition)?),
        workflows::enabled.eq(workflow.is_enabled()),
        workflows::trusted.eq(workflow.trusted),
        workflows::due_at.eq(due_at),
    ));
    let inserted = Unless(insert, "").execute(cx.db.conn()?)?;
    // The snapshot knows which events are waited for.
    cx.settings_changed();
    Ok(inserted == 1)
}

/// Replaces a workflow; false if it is gone. A schedule begins anew.
///
/// The new name must be free: the caller asks before.
pub fn update(cx: &mut Cx<'_>, workflow: &Workflow, due_at: Option<Timestamp>) -> Result<bool> {
    let mine = workflows::table
        .filter(workflows::realm_id.eq(&cx.realm.id))
        .filter(workflows::id.eq(&workflow.id));
    let changed = diesel::update(mine)
        .set((
            workflows::name.eq(&workflow.name),
            workflows::definition.eq(serde_json::to_string(&workflow.definition)?),
            workflows::enabled.eq(workflow.is_enabled()),
            workflows::trusted.eq(workflow.trusted),
            workflows::due_at.eq(due_at),
            workflows::walked_to.eq(""),
            workflows::walk_left.eq(None::<i64>),
        ))
        .execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(changed == 1)
}

/// Removes a workflow with all that is under way in it; false if it is gone.
pub fn remove(cx: &mut Cx<'_>, id: &str) -> Result<bool> {
    let mine = workflows::table
        .filter(workflows::realm_id.eq(&cx.realm.id))
        .filter(workflows::id.eq(id));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(removed == 1)
}

const ROW: (
    workflows::id,
    workflows::realm_id,
    workflows::name,
    workflows::definition,
    workflows::enabled,
    workflows::trusted,
) = (
    workflows::id,
    workflows::realm_id,
    workflows::name,
    workflows::definition,
    workflows::enabled,
    workflows::trusted,
);

#[derive(Queryable)]
struct Row {
    id: String,
    _realm: RealmId,
    name: String,
    definition: String,
    enabled: bool,
    trusted: bool,
}

impl Row {
    fn into_workflow(self) -> Result<Workflow> {
        let mut definition: Map<String, Value> = serde_json::from_str(&self.definition)?;
        // One from before workflows ran says nothing of it itself, and is off.
        if !self.enabled {
            definition.insert("enabled".to_owned(), json!(false));
        }
        Ok(Workflow {
            definition,
            id: self.id,
            name: self.name,
            trusted: self.trusted,
        })
    }
}
