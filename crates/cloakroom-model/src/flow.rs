//! Authentication flows and required actions, as data.

mod action;
mod binding;
mod change;
pub mod course;
mod edit;
mod shelf;
mod tree;
pub mod version;

pub use action::{remove_action, update_action};
pub use binding::{BINDINGS, Gone, Use, bound_alias, kind_for};
pub use change::{
    has_client, is_secret_setting, list_configs, remove, remove_config, remove_execution, update,
    update_config, update_execution,
};
pub use edit::Change;
pub use shelf::Shelf;
pub use tree::{Book, DEEPEST, MOST, Node, Replaced, Tree, replace};

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::cx::Cx;
use crate::id::{ExecutionId, FlowId, RealmId};
use crate::schema::{authenticator_configs, executions, flows, required_actions};
use crate::sql::Unless;

/// A flow: a list of steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Its id.
    pub id: FlowId,
    /// Its name, unique in the realm.
    pub alias: String,
    /// What it is for.
    pub description: Option<String>,
    /// `basic-flow`, `client-flow` or `form-flow`.
    pub provider_id: String,
    /// It is not a part of another.
    pub top_level: bool,
    /// It came with the realm.
    pub built_in: bool,
}

impl Flow {
    /// People may sign in by it: it stands by itself, and is made of steps for people.
    #[must_use]
    pub fn is_for_people(&self) -> bool {
        self.top_level && self.provider_id == "basic-flow"
    }
}

/// A step of a flow: an authenticator or another flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execution {
    /// Its id.
    pub id: ExecutionId,
    /// The flow it is a step of.
    pub flow: FlowId,
    /// The authenticator; for a sub-flow, the provider of its form, if it has one.
    pub authenticator: Option<String>,
    /// The flow that it stands for.
    pub child_flow: Option<FlowId>,
    /// The authenticator's settings.
    pub config: Option<String>,
    /// `REQUIRED`, `ALTERNATIVE`, `CONDITIONAL` or `DISABLED`.
    pub requirement: String,
    /// Lower ones come first.
    pub priority: i64,
}

/// Settings of an authenticator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthenticatorConfig {
    /// Its id.
    pub id: String,
    /// Its name.
    pub alias: String,
    /// The settings.
    pub config: BTreeMap<String, String>,
}

/// Something a user may have to do before a login ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequiredAction {
    /// Its name, unique in the realm.
    pub alias: String,
    /// What people see.
    pub name: String,
    /// The kind of action.
    pub provider_id: String,
    /// It may be asked of users.
    pub enabled: bool,
    /// It is asked of each new user.
    pub default_action: bool,
    /// Lower ones come first.
    pub priority: i64,
    /// The kind's settings.
    pub config: BTreeMap<String, String>,
}

/// All flows by alias.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<Flow>> {
    let mine = flows::table
        .filter(flows::realm_id.eq(&cx.realm.id))
        .order(flows::alias.asc());
    let rows = mine.load::<FlowRow>(cx.db.conn()?)?;
    Ok(rows.into_iter().map(FlowRow::into_flow).collect())
}

/// All steps in the order of their flows; in one place, the older one is first.
pub fn list_executions(cx: &mut Cx<'_>) -> Result<Vec<Execution>> {
    let mine = executions::table
        .filter(executions::realm_id.eq(&cx.realm.id))
        .order((
            executions::flow_id.asc(),
            executions::priority.asc(),
            executions::id.asc(),
        ));
    let rows = mine.load::<ExecutionRow>(cx.db.conn()?)?;
    Ok(rows.into_iter().map(ExecutionRow::into_execution).collect())
}

/// Stores a new flow; false if its id or alias is taken.
pub fn insert(cx: &mut Cx<'_>, flow: &Flow) -> Result<bool> {
    let insert = diesel::insert_into(flows::table).values((
        flows::id.eq(&flow.id),
        flows::realm_id.eq(&cx.realm.id),
        flows::alias.eq(&flow.alias),
        flows::description.eq(&flow.description),
        flows::provider_id.eq(&flow.provider_id),
        flows::top_level.eq(flow.top_level),
        flows::built_in.eq(flow.built_in),
    ));
    let inserted = Unless(insert, "").execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(inserted == 1)
}

/// Stores a new step; false if its id is taken.
pub fn insert_execution(cx: &mut Cx<'_>, step: &Execution) -> Result<bool> {
    let insert = diesel::insert_into(executions::table).values((
        executions::id.eq(&step.id),
        executions::realm_id.eq(&cx.realm.id),
        executions::flow_id.eq(&step.flow),
        executions::authenticator.eq(&step.authenticator),
        executions::child_flow_id.eq(step.child_flow.as_ref().map(FlowId::as_str)),
        executions::config_id.eq(&step.config),
        executions::requirement.eq(&step.requirement),
        executions::priority.eq(step.priority),
    ));
    let inserted = Unless(insert, "").execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(inserted == 1)
}

/// Stores settings of an authenticator; false if their id is taken.
pub fn insert_config(cx: &mut Cx<'_>, config: &AuthenticatorConfig) -> Result<bool> {
    let (shown, secrets) = change::hide(cx, config)?;
    let insert = diesel::insert_into(authenticator_configs::table).values((
        authenticator_configs::id.eq(&config.id),
        authenticator_configs::realm_id.eq(&cx.realm.id),
        authenticator_configs::alias.eq(&config.alias),
        authenticator_configs::config.eq(shown),
        authenticator_configs::secrets.eq(secrets),
    ));
    let inserted = Unless(insert, "").execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(inserted == 1)
}

/// All required actions in their order.
pub fn list_actions(cx: &mut Cx<'_>) -> Result<Vec<RequiredAction>> {
    let mine = required_actions::table
        .filter(required_actions::realm_id.eq(&cx.realm.id))
        .order((
            required_actions::priority.asc(),
            required_actions::alias.asc(),
        ));
    let rows = mine.load::<ActionRow>(cx.db.conn()?)?;
    rows.into_iter().map(ActionRow::into_action).collect()
}

/// Stores a new required action; false if its alias is taken.
pub fn insert_action(cx: &mut Cx<'_>, action: &RequiredAction) -> Result<bool> {
    let insert = diesel::insert_into(required_actions::table).values((
        required_actions::realm_id.eq(&cx.realm.id),
        required_actions::alias.eq(&action.alias),
        required_actions::name.eq(&action.name),
        required_actions::provider_id.eq(&action.provider_id),
        required_actions::enabled.eq(action.enabled),
        required_actions::default_action.eq(action.default_action),
        required_actions::priority.eq(action.priority),
        required_actions::config.eq(serde_json::to_string(&action.config)?),
    ));
    let inserted = Unless(insert, "").execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(inserted == 1)
}

#[derive(Queryable)]
struct FlowRow {
    id: FlowId,
    _realm: RealmId,
    alias: String,
    description: Option<String>,
    provider_id: String,
    top_level: bool,
    built_in: bool,
}

impl FlowRow {
    fn into_flow(self) -> Flow {
        Flow {
            id: self.id,
            alias: self.alias,
            description: self.description,
            provider_id: self.provider_id,
            top_level: self.top_level,
            built_in: self.built_in,
        }
    }
}

#[derive(Queryable)]
struct ExecutionRow {
    id: ExecutionId,
    _realm: RealmId,
    flow: FlowId,
    authenticator: Option<String>,
    child_flow: Option<String>,
    config: Option<String>,
    requirement: String,
    priority: i64,
}

impl ExecutionRow {
    fn into_execution(self) -> Execution {
        Execution {
            id: self.id,
            flow: self.flow,
            authenticator: self.authenticator,
            child_flow: self.child_flow.map(FlowId::new),
            config: self.config,
            requirement: self.requirement,
            priority: self.priority,
        }
    }
}

#[derive(Queryable)]
struct ActionRow {
    _realm: RealmId,
    alias: String,
    name: String,
    provider_id: String,
    enabled: bool,
    default_action: bool,
    priority: i64,
    config: String,
}

impl ActionRow {
    fn into_action(self) -> Result<RequiredAction> {
        Ok(RequiredAction {
            config: serde_json::from_str(&self.config)?,
            alias: self.alias,
            name: self.name,
            provider_id: self.provider_id,
            enabled: self.enabled,
            default_action: self.default_action,
            priority: self.priority,
        })
    }
}
