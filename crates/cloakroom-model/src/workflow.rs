//! Workflows: what happens to people and clients when something else does, as data.

use diesel::prelude::*;
use serde_json::{Map, Value};

use crate::Result;
use crate::cx::Cx;
use crate::id::RealmId;
use crate::schema::workflows;
use crate::sql::Unless;

/// A workflow.
#[derive(Clone, Debug, PartialEq)]
pub struct Workflow {
    /// Its id.
    pub id: String,
    /// Its name, unique in the realm.
    pub name: String,
    /// What it does, in Keycloak's words.
    pub definition: Map<String, Value>,
}

/// All workflows of the realm by name.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<Workflow>> {
    let mine = workflows::table
        .filter(workflows::realm_id.eq(&cx.realm.id))
        .order(workflows::name.asc());
    let rows = mine.load::<Row>(cx.db.conn()?)?;
    rows.into_iter().map(Row::into_workflow).collect()
}

/// The workflow with this id.
pub fn find(cx: &mut Cx<'_>, id: &str) -> Result<Option<Workflow>> {
    let mine = workflows::table
        .filter(workflows::realm_id.eq(&cx.realm.id))
        .filter(workflows::id.eq(id));
    let row = mine.get_result::<Row>(cx.db.conn()?).optional()?;
    row.map(Row::into_workflow).transpose()
}

/// Stores a new workflow; false if its id or name is taken.
pub fn insert(cx: &mut Cx<'_>, workflow: &Workflow) -> Result<bool> {
    let insert = diesel::insert_into(workflows::table).values((
        workflows::id.eq(&workflow.id),
        workflows::realm_id.eq(&cx.realm.id),
        workflows::name.eq(&workflow.name),
        workflows::definition.eq(serde_json::to_string(&workflow.definition)?),
    ));
    Ok(Unless(insert, "").execute(cx.db.conn()?)? == 1)
}

/// Replaces a workflow; false if it is gone.
///
/// The new name must be free: the caller asks before.
pub fn update(cx: &mut Cx<'_>, workflow: &Workflow) -> Result<bool> {
    let mine = workflows::table
        .filter(workflows::realm_id.eq(&cx.realm.id))
        .filter(workflows::id.eq(&workflow.id));
    let changed = diesel::update(mine)
        .set((
            workflows::name.eq(&workflow.name),
            workflows::definition.eq(serde_json::to_string(&workflow.definition)?),
        ))
        .execute(cx.db.conn()?)?;
    Ok(changed == 1)
}

/// Removes a workflow; false if it is gone.
pub fn remove(cx: &mut Cx<'_>, id: &str) -> Result<bool> {
    let mine = workflows::table
        .filter(workflows::realm_id.eq(&cx.realm.id))
        .filter(workflows::id.eq(id));
    Ok(diesel::delete(mine).execute(cx.db.conn()?)? == 1)
}

#[derive(Queryable)]
struct Row {
    id: String,
    _realm: RealmId,
    name: String,
    definition: String,
}

impl Row {
    fn into_workflow(self) -> Result<Workflow> {
        Ok(Workflow {
            definition: serde_json::from_str(&self.definition)?,
            id: self.id,
            name: self.name,
        })
    }
}
