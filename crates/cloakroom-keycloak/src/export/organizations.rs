//! Organizations with their members and identity providers.

use cloakroom_model::organization::{self, Search};
use cloakroom_model::{Cx, Result, identity_provider, user};
use serde_json::{Value, json};

use crate::organization as shape;
use crate::read::set;

use super::Choice;

pub(super) fn show(cx: &mut Cx<'_>, choice: Choice) -> Result<Value> {
    let providers = identity_provider::list(cx)?;
    let mut all = Vec::new();
    for one in organization::list(cx)? {
        let mut shown = shape::show(&one, false);
        let most = if choice.users { i64::from(i32::MAX) } else { 0 };
        let found = organization::list_members(cx, &one.id, &Search::default(), 0, most)?;
        let mut members = Vec::new();
        for member in found {
            if let Some(user) = user::find(cx, &member.user)? {
                let kind = shape::membership(member.managed);
                members.push(json!({"username": user.username, "membershipType": kind}));
            }
        }
        set(&mut shown, "members", Value::Array(members));
        let mine = |provider: &&identity_provider::IdentityProvider| {
            provider.settings.organization_id.as_deref() == Some(one.id.as_str())
        };
        let linked = providers.iter().filter(mine);
        let linked = linked.map(
            |provider| json!({"alias": provider.alias, "enabled": provider.enabled, "config": {}}),
        );
        set(&mut shown, "identityProviders", linked.collect());
        all.push(shown);
    }
    Ok(Value::Array(all))
}
