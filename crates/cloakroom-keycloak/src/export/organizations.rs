//! Organizations with their groups, members and identity providers.

use cloakroom_model::organization::{self, Search, group as of_organization};
use cloakroom_model::{Cx, Result, identity_provider, user};
use serde_json::{Value, json};

use crate::identity_provider as provider_shape;
use crate::organization as shape;
use crate::read::set;

use super::{Choice, Names, groups};

pub(super) fn show(cx: &mut Cx<'_>, names: &Names, choice: Choice) -> Result<Value> {
    let providers = identity_provider::list(cx)?;
    let mut all = Vec::new();
    for one in organization::list(cx)? {
        let mut shown = shape::show(&one, false);
        let most = if choice.users { i64::from(i32::MAX) } else { 0 };
        let found = organization::list_members(cx, &one.id, &Search::default(), 0, most)?;
        let mut members = Vec::new();
        for member in found {
            if let Some(user) = user::find(cx, &member.user)? {
                let mut shown = json!({
                    "username": user.username,
                    "membershipType": shape::membership(member.managed),
                });
                let mut groups = of_organization::list_of_member(cx, &one.id, &user.id)?;
                groups.sort();
                if !groups.is_empty() {
                    set(&mut shown, "groups", json!(groups));
                }
                members.push(shown);
            }
        }
        set(&mut shown, "members", Value::Array(members));
        let groups = groups::of_organization(cx, &one.id, names)?;
        if groups.as_array().is_some_and(|all| !all.is_empty()) {
            set(&mut shown, "groups", groups);
        }
        let mine = |provider: &&identity_provider::IdentityProvider| {
            provider.settings.organization_id.as_deref() == Some(one.id.as_str())
        };
        let linked = providers.iter().filter(mine);
        let linked = linked.map(|provider| {
            let (alias, enabled) = (&provider.alias, provider.enabled);
            let mut shown = json!({"alias": alias, "enabled": enabled, "config": {}});
            if let Some(link) = provider_shape::show_link(provider) {
                set(&mut shown, "organizationLinks", json!([link]));
            }
            shown
        });
        set(&mut shown, "identityProviders", linked.collect());
        all.push(shown);
    }
    Ok(Value::Array(all))
}
