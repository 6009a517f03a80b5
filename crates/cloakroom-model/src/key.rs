//! Keys of a realm: components of one family, and the order in which they are used.

pub mod fetch;
pub mod step;

use crate::component::{Component, Config};

/// The family of components that hold keys.
pub const PROVIDER_TYPE: &str = "org.keycloak.keys.KeyProvider";

/// How far a key may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It signs, and its signatures are accepted.
    Active,
    /// Its signatures are accepted.
    Passive,
    /// It is kept, and used for nothing.
    Disabled,
}

/// The status that a key's settings `enabled` and `active` amount to.
pub fn status(component: &Component) -> Status {
    status_of(&component.config)
}

/// The status by the settings alone.
pub(crate) fn status_of(config: &Config) -> Status {
    let text = |name| {
        config
            .get(name)
            .and_then(|values: &Vec<String>| values.first())
    };
    let is_off = |name| text(name).is_some_and(|value| value == "false");
    if is_off("enabled") {
        Status::Disabled
    } else if is_off("active") {
        Status::Passive
    } else {
        Status::Active
    }
}

/// A key's priority: the greatest signs.
pub fn priority(component: &Component) -> i64 {
    component
        .text("priority")
        .and_then(|text| text.parse().ok())
        .unwrap_or(0)
}

/// Keys in the order in which they are tried: by priority, then by id.
pub(crate) fn best_first(mut keys: Vec<Component>) -> Vec<Component> {
    keys.sort_by(|a, b| priority(b).cmp(&priority(a)).then_with(|| a.id.cmp(&b.id)));
    keys
}
