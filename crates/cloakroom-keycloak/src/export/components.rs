//! Components with those inside them.

use std::collections::BTreeMap;

use cloakroom_model::component::{self, Component, Config};
use cloakroom_model::{Cx, Result, key, workflow};
use serde_json::{Value, json};

use super::{Choice, MASK};
use crate::workflow::component as workflow_shape;

pub(super) fn show(cx: &mut Cx<'_>, choice: Choice) -> Result<Value> {
    let mut all = component::list(cx, None)?;
    all.sort_by(|a, b| order(a).cmp(&order(b)));
    let mut inside: BTreeMap<String, Vec<Component>> = BTreeMap::new();
    for one in all {
        inside.entry(one.parent_id.clone()).or_default().push(one);
    }
    let mut shown = below(&mut inside, cx.realm.id.as_str(), choice);
    let workflows = workflow::list(cx)?;
    if let (false, Value::Object(families)) = (workflows.is_empty(), &mut shown) {
        let family = families.entry(workflow_shape::FAMILY);
        if let Value::Array(all) = family.or_insert_with(|| json!([])) {
            all.extend(workflows.iter().map(workflow_shape::show));
        }
    }
    Ok(shown)
}

fn order(one: &Component) -> (&str, Option<&str>, Option<&str>, &str, &str) {
    let name = one.name.as_deref();
    let sub_type = one.sub_type.as_deref();
    (
        &one.provider_type,
        name,
        sub_type,
        &one.provider_id,
        one.id.as_str(),
    )
}

/// The components of a parent by family. Each is taken out as it is shown, so a damaged parent
/// cannot loop.
fn below(inside: &mut BTreeMap<String, Vec<Component>>, parent: &str, choice: Choice) -> Value {
    let mut families: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for one in inside.remove(parent).unwrap_or_default() {
        let mut shown = json!({
            "id": one.id,
            "providerId": one.provider_id,
            "subComponents": below(inside, one.id.as_str(), choice),
            "config": config(&one, choice),
        });
        let texts = [("name", &one.name), ("subType", &one.sub_type)];
        for (name, text) in texts {
            if let Some(text) = text {
                crate::read::set(&mut shown, name, json!(text));
            }
        }
        families.entry(one.provider_type).or_default().push(shown);
    }
    json!(families)
}

/// All settings. Masked, a key loses what it is made of, and others show that there is a secret.
fn config(one: &Component, choice: Choice) -> Config {
    let mut all = one.config.clone();
    if choice.secrets {
        all.extend(one.secrets.clone());
    } else if one.provider_type == key::PROVIDER_TYPE {
        all.insert("privateKey".to_owned(), vec![MASK.to_owned()]);
        if one.secrets.contains_key("secret") {
            all.remove("privateKey");
            all.insert("secret".to_owned(), vec![MASK.to_owned()]);
        }
    } else {
        let masked = one.secrets.keys();
        all.extend(masked.map(|name| (name.clone(), vec![MASK.to_owned()])));
    }
    all
}
