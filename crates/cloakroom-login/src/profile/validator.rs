//! The validators of attributes: one file for each, and the list of all.

mod characters;
mod date;
mod email;
mod length;
mod multivalued;
mod number;
mod options;
mod pattern;
mod uri;

use serde_json::{Map, Value, json};

pub(crate) use characters::is_plain;

/// The settings of a validator in one profile.
pub(super) type Settings = Map<String, Value>;

/// What a validator may know besides the value.
#[derive(Clone, Copy, Debug)]
pub(super) struct About<'a> {
    /// The language of the person; empty if it is not known.
    pub(super) locale: &'a str,
}

/// Why a value does not do.
#[derive(Debug, PartialEq)]
pub(super) struct Complaint {
    pub(super) message: String,
    /// What the message mentions after the attribute's name.
    pub(super) params: Vec<Value>,
}

impl Complaint {
    fn new(message: &str, params: Vec<Value>) -> Self {
        Self {
            message: message.to_owned(),
            params,
        }
    }

    /// With the text that the profile's author chose instead.
    fn or_custom(message: &str, settings: &Settings, params: Vec<Value>) -> Self {
        let custom = settings.get("error-message").and_then(Value::as_str);
        Self::new(
            custom.filter(|text| !text.is_empty()).unwrap_or(message),
            params,
        )
    }
}

/// Why a validator's setting does not do.
#[derive(Debug)]
pub(super) struct BadSetting {
    pub(super) name: &'static str,
    pub(super) message: &'static str,
    pub(super) params: Vec<String>,
}

impl BadSetting {
    fn missing(name: &'static str) -> Self {
        Self {
            name,
            message: "error-validator-config-missing-value",
            params: Vec::new(),
        }
    }

    fn invalid(name: &'static str, params: Vec<String>) -> Self {
        Self {
            name,
            message: "error-validator-config-invalid-value",
            params,
        }
    }

    fn no_number(name: &'static str, value: &Value) -> Self {
        Self {
            name,
            message: "error-validator-config-invalid-number-value",
            params: vec![plain(value)],
        }
    }
}

/// A setting that a validator has, for forms that edit profiles.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// What a form calls it.
    pub label: &'static str,
    /// Keycloak's name of its type, `String` for example.
    pub kind: &'static str,
    /// What it is for.
    pub help: &'static str,
}

/// A rule that attributes can be given.
pub(super) trait Validator: Sync {
    /// Keycloak's name of it, which never changes.
    fn id(&self) -> &'static str;

    /// What it is for, in a sentence.
    fn help(&self) -> &'static str;

    /// The settings it has.
    fn settings(&self) -> &'static [Setting] {
        &[]
    }

    /// What is wrong with its settings.
    fn check_settings(&self, _: &Settings) -> Vec<BadSetting> {
        Vec::new()
    }

    /// What is wrong with one value, which is not blank.
    fn check(&self, value: &str, settings: &Settings, about: &About<'_>) -> Option<Complaint>;

    /// What is wrong with all values; one complaint says enough.
    fn check_all(
        &self,
        values: &[String],
        settings: &Settings,
        about: &About<'_>,
    ) -> Option<Complaint> {
        values
            .iter()
            .find_map(|value| self.check(value, settings, about))
    }
}

const ALL: &[&dyn Validator] = &[
    &number::Double,
    &email::Email,
    &number::Integer,
    &date::IsoDate,
    &length::Length,
    &date::LocalDate,
    &multivalued::Multivalued,
    &options::Options,
    &pattern::Pattern,
    &characters::PersonName,
    &characters::NotHomograph,
    &uri::Uri,
    &characters::Username,
];

/// The validator with this id.
pub(super) fn find(id: &str) -> Option<&'static dyn Validator> {
    ALL.iter().copied().find(|one| one.id() == id)
}

/// Each validator's id, what it is for, and its settings.
pub fn list_validators() -> impl Iterator<Item = (&'static str, &'static str, &'static [Setting])> {
    ALL.iter().map(|one| (one.id(), one.help(), one.settings()))
}

/// A whole number, written as one or as text; `Err` if it is there and none.
fn whole(settings: &Settings, name: &'static str) -> Result<Option<i64>, BadSetting> {
    let Some(value) = settings.get(name).filter(|value| is_set(value)) else {
        return Ok(None);
    };
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
    .map(Some)
    .ok_or_else(|| BadSetting::no_number(name, value))
}

/// Any number, written as one or as text; `Err` if it is there and none.
fn real(settings: &Settings, name: &'static str) -> Result<Option<f64>, BadSetting> {
    let Some(value) = settings.get(name).filter(|value| is_set(value)) else {
        return Ok(None);
    };
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok().filter(|one: &f64| one.is_finite()),
        _ => None,
    }
    .map(Some)
    .ok_or_else(|| BadSetting::no_number(name, value))
}

fn is_set(value: &Value) -> bool {
    !value.is_null() && value.as_str() != Some("")
}

/// A switch, written as one or as text.
fn is_on(settings: &Settings, name: &str, default: bool) -> bool {
    match settings.get(name) {
        Some(Value::Bool(on)) => *on,
        Some(Value::String(text)) if !text.is_empty() => text.eq_ignore_ascii_case("true"),
        _ => default,
    }
}

/// A list of texts; one text stands for a list of one.
fn texts(settings: &Settings, name: &str) -> Vec<String> {
    match settings.get(name) {
        Some(Value::Array(values)) => values.iter().map(plain).collect(),
        Some(Value::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A limit as a message mentions it: null where there is none.
fn limit<T: serde::Serialize>(limit: Option<T>) -> Value {
    limit.map_or(Value::Null, |limit| json!(limit))
}

// Settings that several validators have.
const MIN: Setting = Setting {
    name: "min",
    label: "Minimum",
    kind: "String",
    help: "The least that is accepted; no limit if empty.",
};
const MAX: Setting = Setting {
    name: "max",
    label: "Maximum",
    kind: "String",
    help: "The most that is accepted; no limit if empty.",
};
const MESSAGE: Setting = Setting {
    name: "error-message",
    label: "Error message key",
    kind: "String",
    help: "The key of the message that is shown instead of the usual one.",
};
