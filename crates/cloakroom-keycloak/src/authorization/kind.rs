//! The kinds of policies: how each one's settings are named, and kept as texts.

use std::collections::BTreeMap;

use cloakroom_model::authorization::Policy;
use serde_json::{Value, json};

use crate::read::{self, Object, Unreadable, set};

/// How a setting is kept in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As it is.
    Text,
    /// `true` or `false`; it is off if it is not kept.
    Switch,
    /// `true` or `false`, or not set at all.
    Choice,
    /// A JSON list.
    List,
}

/// A setting: the member of the representation, the key under which it is kept, and its form.
pub type Setting = (&'static str, &'static str, Form);

/// A kind of policy.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Its id.
    pub id: &'static str,
    /// What people see.
    pub name: &'static str,
    /// The group in which consoles list it.
    pub group: &'static str,
    /// Its settings.
    pub settings: &'static [Setting],
}

const TIME: &[Setting] = &[
    ("notBefore", "nbf", Form::Text),
    ("notOnOrAfter", "noa", Form::Text),
    ("dayMonth", "dayMonth", Form::Text),
    ("dayMonthEnd", "dayMonthEnd", Form::Text),
    ("month", "month", Form::Text),
    ("monthEnd", "monthEnd", Form::Text),
    ("year", "year", Form::Text),
    ("yearEnd", "yearEnd", Form::Text),
    ("hour", "hour", Form::Text),
    ("hourEnd", "hourEnd", Form::Text),
    ("minute", "minute", Form::Text),
    ("minuteEnd", "minuteEnd", Form::Text),
];

const PERMISSION: &[Setting] = &[("resourceType", "defaultResourceType", Form::Text)];

/// The setting of a policy about roles that has them looked up, whatever the token says.
const LOOKS_UP: &str = "fetchRoles";

/// All kinds, in the order in which Keycloak lists them.
pub const ALL: &[Kind] = &[
    Kind {
        id: "regex",
        name: "Regex",
        group: "Identity Based",
        settings: &[
            ("targetClaim", "targetClaim", Form::Text),
            ("pattern", "pattern", Form::Text),
            (
                "targetContextAttributes",
                "targetContextAttributes",
                Form::Switch,
            ),
        ],
    },
    Kind {
        id: "role",
        name: "Role",
        group: "Identity Based",
        settings: &[
            ("roles", "roles", Form::List),
            (LOOKS_UP, LOOKS_UP, Form::Choice),
        ],
    },
    Kind {
        id: "resource",
        name: "Resource-Based",
        group: "Permission",
        settings: PERMISSION,
    },
    Kind {
        id: "scope",
        name: "Scope-Based",
        group: "Permission",
        settings: PERMISSION,
    },
    Kind {
        id: "client",
        name: "Client",
        group: "Identity Based",
        settings: &[("clients", "clients", Form::List)],
    },
    Kind {
        id: "time",
        name: "Time",
        group: "Time Based",
        settings: TIME,
    },
    Kind {
        id: "user",
        name: "User",
        group: "Identity Based",
        settings: &[("users", "users", Form::List)],
    },
    Kind {
        id: "client-scope",
        name: "Client Scope",
        group: "Identity Based",
        settings: &[("clientScopes", "clientScopes", Form::List)],
    },
    Kind {
        id: "group",
        name: "Group",
        group: "Identity Based",
        settings: &[
            ("groups", "groups", Form::List),
            ("groupsClaim", "groupsClaim", Form::Text),
        ],
    },
    Kind {
        id: "aggregate",
        name: "Aggregated",
        group: "Others",
        settings: &[],
    },
];

/// The kind with this id.
pub fn find(id: &str) -> Option<&'static Kind> {
    ALL.iter().find(|kind| kind.id == id)
}

/// Adds a policy's settings to what is shown of it.
pub(super) fn show(shown: &mut Value, policy: &Policy) {
    let settings = find(&policy.kind).map(|kind| kind.settings);
    for (member, key, form) in settings.unwrap_or_default() {
        let text = policy.details.config.get(*key);
        let value = match (form, text) {
            (Form::Text, Some(text)) => json!(text),
            (Form::Text | Form::Choice, None) => continue,
            (Form::Switch | Form::Choice, text) => json!(text.is_some_and(|text| text == "true")),
            (Form::List, text) => text
                .and_then(|text| serde_json::from_str(text).ok())
                .unwrap_or_else(|| json!([])),
        };
        set(shown, member, value);
    }
}

/// The settings of a policy that was sent with them as members, and had others before.
///
/// Whether roles are looked up is a
/// choice that stays until another one is made, and a policy about roles always says which.
pub fn config_changed(
    kind: &Kind,
    before: &BTreeMap<String, String>,
    sent: &Object,
) -> Result<BTreeMap<String, String>, Unreadable> {
    let mut config = BTreeMap::new();
    let kept = before.iter().filter(|(key, _)| *key == LOOKS_UP);
    config.extend(kept.map(|(key, value)| (key.clone(), value.clone())));
    if kind.id == "role" {
        config.insert("roles".to_owned(), "[]".to_owned());
    }
    for (member, key, form) in kind.settings {
        let text = match form {
            Form::Text => read::text(sent, member)?.map(str::to_owned),
            Form::Switch => Some(read::switch(sent, member)?.unwrap_or(false).to_string()),
            Form::Choice => read::switch(sent, member)?.map(|on| on.to_string()),
            Form::List => {
                let list: Option<Vec<Value>> = read::member(sent, member)?;
                list.map(|list| Value::Array(list).to_string())
            }
        };
        if let Some(text) = text {
            config.insert((*key).to_owned(), text);
        }
    }
    Ok(config)
}

/// All members that a policy of this kind may have.
pub fn fields(kind: &Kind) -> Vec<&'static str> {
    let own = kind.settings.iter().map(|(member, _, _)| *member);
    own.chain(FIELDS.iter().copied()).collect()
}

/// The members that policies of every kind have.
pub const FIELDS: &[&str] = &[
    "id",
    "name",
    "description",
    "type",
    "policies",
    "resources",
    "scopes",
    "logic",
    "decisionStrategy",
    "owner",
    "resourceType",
    "resourcesData",
    "scopesData",
    "config",
];
