//! Identity providers and their mappers.

use std::collections::HashMap;

use cloakroom_model::{Cx, Result, identity_provider};
use serde_json::{Map, Value};

use super::Choice;
use crate::identity_provider as shape;

pub(super) fn show(cx: &mut Cx<'_>, choice: Choice, all: &mut Map<String, Value>) -> Result<()> {
    let providers = identity_provider::list(cx)?;
    let mut aliases = HashMap::new();
    let mut shown = Vec::new();
    for provider in &providers {
        aliases.insert(provider.id.clone(), provider.alias.clone());
        let mut one = shape::show(provider);
        if let (true, Some(Value::Object(config))) = (choice.secrets, one.get_mut("config")) {
            let secrets = provider.secrets.iter();
            config.extend(secrets.map(|(name, secret)| (name.clone(), secret.as_str().into())));
        }
        // The organization names its identity providers itself.
        if let Value::Object(members) = &mut one {
            members.remove("organizationId");
            members.remove("organizationLinks");
        }
        shown.push(one);
    }
    all.insert("identityProviders".to_owned(), Value::Array(shown));
    let mut mappers: Vec<(&str, _)> = Vec::new();
    let found = identity_provider::list_all_mappers(cx)?;
    for mapper in &found {
        if let Some(alias) = aliases.get(&mapper.provider) {
            mappers.push((alias, mapper));
        }
    }
    mappers.sort_by(|a, b| (a.0, &a.1.name).cmp(&(b.0, &b.1.name)));
    let shown = mappers.into_iter();
    let shown = shown.map(|(alias, mapper)| shape::show_mapper(alias, mapper));
    all.insert("identityProviderMappers".to_owned(), shown.collect());
    Ok(())
}
