//! Changes of flows, their steps and the settings of steps, and the single ones of them.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::{AuthenticatorConfig, BINDINGS, Execution, Flow, bound_alias};
use crate::Result;
use crate::cx::Cx;
use crate::hidden;
use crate::id::{ExecutionId, FlowId, RealmId};
use crate::schema::{authenticator_configs, clients, executions, flows};
use crate::secret::Sealed;

/// Replaces what is said of a flow; false if it is gone.
///
/// The new alias must be free: the caller asks before.
pub fn update(cx: &mut Cx<'_>, flow: &Flow) -> Result<bool> {
    let mine = flows::table
        .filter(flows::realm_id.eq(&cx.realm.id))
        .filter(flows::id.eq(&flow.id));
    let changed = diesel::update(mine)
        .set((
            flows::alias.eq(&flow.alias),
            flows::description.eq(&flow.description),
            flows::provider_id.eq(&flow.provider_id),
            flows::top_level.eq(flow.top_level),
            flows::built_in.eq(flow.built_in),
        ))
        .execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(changed == 1)
}

/// Removes a flow with its steps, the flows that these stand for and the steps' settings.
pub fn remove(cx: &mut Cx<'_>, id: &FlowId) -> Result<bool> {
    for step in super::list_executions(cx)? {
        if &step.flow == id {
            remove_execution(cx, &step)?;
        }
    }
    let mine = flows::table
        .filter(flows::realm_id.eq(&cx.realm.id))
        .filter(flows::id.eq(id));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(removed == 1)
}

/// Replaces requirement, place and settings of a step; false if it is gone.
pub fn update_execution(cx: &mut Cx<'_>, step: &Execution) -> Result<bool> {
    let mine = executions::table
        .filter(executions::realm_id.eq(&cx.realm.id))
        .filter(executions::id.eq(&step.id));
    let changed = diesel::update(mine)
        .set((
            executions::config_id.eq(&step.config),
            executions::requirement.eq(&step.requirement),
            executions::priority.eq(step.priority),
        ))
        .execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(changed == 1)
}

/// Removes a step with its settings and the flow that it stands for, unless something else uses that; false if the step is
/// gone.
pub fn remove_execution(cx: &mut Cx<'_>, step: &Execution) -> Result<bool> {
    // The step goes first: a damaged flow that contains itself ends here.
    let gone = delete_execution(cx, &step.id)?;
    if gone && let Some(config) = &step.config {
        remove_config(cx, config)?;
    }
    if gone
        && let Some(child) = &step.child_flow
        && !is_used(cx, child)?
    {
        remove(cx, child)?;
    }
    Ok(gone)
}

/// A step stands for this flow, or a realm or a client is bound to it.
fn is_used(cx: &mut Cx<'_>, id: &FlowId) -> Result<bool> {
    let steps = executions::table
        .filter(executions::realm_id.eq(&cx.realm.id))
        .filter(executions::child_flow_id.eq(id.as_str()))
        .count()
        .get_result::<i64>(cx.db.conn()?)?;
    if steps > 0 || has_client(cx, id)? {
        return Ok(true);
    }
    let alias = flows::table
        .filter(flows::realm_id.eq(&cx.realm.id))
        .filter(flows::id.eq(id))
        .select(flows::alias)
        .first::<String>(cx.db.conn()?)
        .optional()?;
    let settings = &cx.realm.settings;
    let mut all = BINDINGS.iter();
    Ok(alias.is_some_and(|alias| all.any(|(name, _)| bound_alias(settings, name) == alias)))
}

fn delete_execution(cx: &mut Cx<'_>, id: &ExecutionId) -> Result<bool> {
    let mine = executions::table
        .filter(executions::realm_id.eq(&cx.realm.id))
        .filter(executions::id.eq(id));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(removed == 1)
}

/// All settings of authenticators.
pub fn list_configs(cx: &mut Cx<'_>) -> Result<Vec<AuthenticatorConfig>> {
    let mine = authenticator_configs::table
        .filter(authenticator_configs::realm_id.eq(&cx.realm.id))
        .order((
            authenticator_configs::alias.asc(),
            authenticator_configs::id.asc(),
        ));
    let rows = mine.load::<ConfigRow>(cx.db.conn()?)?;
    rows.into_iter().map(|row| row.into_config(cx)).collect()
}

/// Replaces alias and settings; false if they are gone.
pub fn update_config(cx: &mut Cx<'_>, config: &AuthenticatorConfig) -> Result<bool> {
    let (shown, secrets) = hide(cx, config)?;
    let mine = authenticator_configs::table
        .filter(authenticator_configs::realm_id.eq(&cx.realm.id))
        .filter(authenticator_configs::id.eq(&config.id));
    let changed = diesel::update(mine)
        .set((
            authenticator_configs::alias.eq(&config.alias),
            authenticator_configs::config.eq(shown),
            authenticator_configs::secrets.eq(secrets),
        ))
        .execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(changed == 1)
}

/// A setting of an authenticator that is a key to another service.
pub fn is_secret_setting(name: &str) -> bool {
    ["api.key", "secret", "secret.key", "secret-key"].contains(&name)
}

fn place(id: &str) -> String {
    format!("authenticator_configs/{id}/secrets")
}

/// The settings as they are stored: in the clear, and sealed.
pub(super) fn hide(
    cx: &mut Cx<'_>,
    config: &AuthenticatorConfig,
) -> Result<(String, Option<Sealed>)> {
    let place = place(&config.id);
    let (shown, sealed) = hidden::hide(cx, &place, &config.config, is_secret_setting)?;
    Ok((serde_json::to_string(&shown)?, sealed))
}

/// Removes settings, also from the steps that have them; false if they are gone.
pub fn remove_config(cx: &mut Cx<'_>, id: &str) -> Result<bool> {
    let having = executions::table
        .filter(executions::realm_id.eq(&cx.realm.id))
        .filter(executions::config_id.eq(id));
    diesel::update(having)
        .set(executions::config_id.eq(None::<String>))
        .execute(cx.db.conn()?)?;
    let mine = authenticator_configs::table
        .filter(authenticator_configs::realm_id.eq(&cx.realm.id))
        .filter(authenticator_configs::id.eq(id));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(removed == 1)
}

/// A client of the realm is bound to the flow.
pub fn has_client(cx: &mut Cx<'_>, id: &FlowId) -> Result<bool> {
    let quoted = serde_json::to_string(id)?;
    let escaped = quoted
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    let bound = clients::table
        .filter(clients::realm_id.eq(&cx.realm.id))
        .filter(clients::settings.like(format!("%{escaped}%")).escape('\\'))
        .count()
        .get_result::<i64>(cx.db.conn()?)?;
    Ok(bound > 0)
}

#[derive(Queryable)]
struct ConfigRow {
    id: String,
    _realm: RealmId,
    alias: String,
    config: String,
    secrets: Option<Sealed>,
}

impl ConfigRow {
    fn into_config(self, cx: &Cx<'_>) -> Result<AuthenticatorConfig> {
        let mut config: BTreeMap<String, String> = serde_json::from_str(&self.config)?;
        if let Some(sealed) = &self.secrets {
            hidden::reveal(cx, &place(&self.id), sealed, &mut config)?;
        }
        Ok(AuthenticatorConfig {
            id: self.id,
            alias: self.alias,
            config,
        })
    }
}
