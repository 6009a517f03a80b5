//! Client policies: what clients of a realm have to keep to, and under which conditions.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::realm::Settings;

/// The profiles that every realm has, as JSON.
pub const GLOBAL_PROFILES: &str = include_str!("client_policy/global_profiles.json");

/// A policy that is switched on, with what the profiles say that it names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// When it applies; never, if there are none.
    pub conditions: Vec<Part>,
    /// What it demands.
    pub executors: Vec<Part>,
}

/// A condition or an executor: its kind, with the settings of the kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// Keycloak's name of the kind.
    pub kind: String,
    /// The settings, in Keycloak's words.
    pub config: Map<String, Value>,
}

impl Part {
    /// A text of the settings, if it is set and not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        let text = self.config.get(name)?.as_str()?;
        Some(text).filter(|text| !text.is_empty())
    }

    /// A switch of the settings, which may also be written as a text; off where it is not set.
    pub fn has(&self, name: &str) -> bool {
        self.switch(name).unwrap_or(false)
    }

    /// A switch of the settings; `None` where it is not set.
    pub fn switch(&self, name: &str) -> Option<bool> {
        match self.config.get(name)? {
            Value::Bool(on) => Some(*on),
            Value::String(text) => Some(text.eq_ignore_ascii_case("true")),
            _ => None,
        }
    }

    /// A number of the settings, which may also be written as a text.
    pub fn number(&self, name: &str) -> Option<i64> {
        match self.config.get(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// A list of texts of the settings; one text alone is a list of one.
    pub fn texts(&self, name: &str) -> Vec<&str> {
        match self.config.get(name) {
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(text)) if !text.is_empty() => vec![text],
            _ => Vec::new(),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Profiles {
    profiles: Vec<Profile>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Profile {
    name: String,
    executors: Vec<Executor>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Executor {
    executor: String,
    configuration: Option<Map<String, Value>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Policies {
    policies: Vec<Written>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Written {
    name: String,
    enabled: bool,
    conditions: Vec<Condition>,
    profiles: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Condition {
    condition: String,
    configuration: Option<Map<String, Value>>,
}

/// The policies of a realm that are switched on, in their order.
pub fn in_force(settings: &Settings) -> Vec<Policy> {
    let kept = |name: &str| settings.rest.get(name).cloned();
    // They were checked when they came; what an older release let in is passed over.
    let policies = kept("clientPolicies").and_then(|kept| serde_json::from_value(kept).ok());
    let policies: Policies = policies.unwrap_or_default();
    if policies.policies.iter().all(|policy| !policy.enabled) {
        return Vec::new();
    }
    let own = kept("clientProfiles").and_then(|kept| serde_json::from_value(kept).ok());
    let own: Profiles = own.unwrap_or_default();
    let global: Vec<Profile> = serde_json::from_str(GLOBAL_PROFILES).unwrap_or_default();
    let executors_of = |name: &String| {
        let mut all = own.profiles.iter().chain(&global);
        all.find(|profile| &profile.name == name)
            .map(|profile| profile.executors.iter().map(executor).collect())
            .unwrap_or_else(Vec::new)
    };
    let on = policies.policies.iter().filter(|policy| policy.enabled);
    on.map(|policy| Policy {
        name: policy.name.clone(),
        conditions: policy.conditions.iter().map(condition).collect(),
        executors: policy.profiles.iter().flat_map(executors_of).collect(),
    })
    .collect()
}

fn executor(written: &Executor) -> Part {
    Part {
        kind: written.executor.clone(),
        config: written.configuration.clone().unwrap_or_default(),
    }
}

fn condition(written: &Condition) -> Part {
    Part {
        kind: written.condition.clone(),
        config: written.configuration.clone().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_policy_has_the_executors_of_its_profiles_and_of_those_of_every_realm() {
        let mut settings = Settings::default();
        let profiles = json!({"profiles": [{
            "name": "mine",
            "executors": [{"executor": "pkce-enforcer", "configuration": {"auto-configure": "true"}}],
        }]});
        let policies = json!({"policies": [
            {"name": "on", "enabled": true, "profiles": ["mine", "fapi-1-baseline"],
             "conditions": [{"condition": "any-client"}]},
            {"name": "off", "profiles": ["mine"]},
        ]});
        settings.rest.insert("clientProfiles".to_owned(), profiles);
        settings.rest.insert("clientPolicies".to_owned(), policies);

        let found = in_force(&settings);

        assert_eq!(found.len(), 1);
        assert_eq!(found[0].conditions[0].kind, "any-client");
        assert!(found[0].executors[0].has("auto-configure"));
        assert!(found[0].executors.len() > 2);
        assert!(in_force(&Settings::default()).is_empty());
    }
}
