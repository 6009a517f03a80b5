//! Changes of required actions.

use diesel::prelude::*;

use super::RequiredAction;
use crate::Result;
use crate::cx::Cx;
use crate::schema::required_actions;

/// Replaces the required action of this alias, its alias too; false if it is gone.
///
/// The new alias must be free: the caller asks before.
pub fn update_action(cx: &mut Cx<'_>, alias: &str, action: &RequiredAction) -> Result<bool> {
    let mine = required_actions::table
        .filter(required_actions::realm_id.eq(&cx.realm.id))
        .filter(required_actions::alias.eq(alias));
    let changed = diesel::update(mine)
        .set((
            required_actions::alias.eq(&action.alias),
            required_actions::name.eq(&action.name),
            required_actions::enabled.eq(action.enabled),
            required_actions::default_action.eq(action.default_action),
            required_actions::priority.eq(action.priority),
            required_actions::config.eq(serde_json::to_string(&action.config)?),
        ))
        .execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(changed == 1)
}

/// Removes a required action from the realm; false if it is gone.
pub fn remove_action(cx: &mut Cx<'_>, alias: &str) -> Result<bool> {
    let mine = required_actions::table
        .filter(required_actions::realm_id.eq(&cx.realm.id))
        .filter(required_actions::alias.eq(alias));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    cx.settings_changed();
    Ok(removed == 1)
}
