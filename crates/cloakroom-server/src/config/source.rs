//! Where values come from: flags, then the environment, then `cloakroom.toml`, then defaults.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::key::{self, CONFIG, KEYS, Key};
use super::{keycloak, unknown};

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A flag, a variable or a line of the file, as it is spelled there.
    Given(String),
    /// A file that a flag, a variable or a line names.
    File(String, PathBuf),
    /// Nobody set it.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(spelled) => f.write_str(spelled),
            Self::File(spelled, path) => write!(f, "{spelled}: {}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// Values of one place, by variable name: a flag and a line of the file have the name of the
/// variable that means the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layer(BTreeMap<String, Given>);

#[derive(Clone, Debug)]
struct Given {
    spelled: String,
    value: String,
}

impl Layer {
    /// Adds a value; an empty one is none, as compose files pass on variables that are not set.
    pub(crate) fn add(&mut self, variable: &str, spelled: String, value: String) {
        if !value.is_empty() {
            let given = Given { spelled, value };
            self.0.insert(variable.to_owned(), given);
        }
    }

    /// The names of all variables that have a value.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The value under this very name, or in the file that `NAME_FILE` names.
    pub(crate) fn find(&self, variable: &str) -> Result<Option<(String, Origin)>, String> {
        let file = self.0.get(&format!("{variable}_FILE"));
        match (self.0.get(variable), file) {
            (Some(given), None) => {
                let origin = Origin::Given(given.spelled.clone());
                Ok(Some((given.value.clone(), origin)))
            }
            (None, Some(named)) => {
                let path = PathBuf::from(&named.value);
                let text = std::fs::read_to_string(&path).map_err(|error| {
                    format!(
                        "{}: {} cannot be read: {error}",
                        named.spelled,
                        path.display()
                    )
                })?;
                let text = text.trim_end_matches(['\r', '\n']).to_owned();
                Ok(Some((text, Origin::File(named.spelled.clone(), path))))
            }
            (Some(given), Some(named)) => Err(format!(
                "{} and {} are both set: keep one",
                given.spelled, named.spelled
            )),
            (None, None) => Ok(None),
        }
    }
}

/// The environment as a layer.
pub(crate) fn environment(variables: &BTreeMap<String, String>) -> Result<Layer, String> {
    let mut layer = Layer::default();
    for (name, value) in variables {
        if !unknown::is_of_kubernetes(name, value) {
            layer.add(name, name.clone(), value.clone());
        }
    }
    unknown::check_variables(layer.variables())?;
    Ok(layer)
}

/// A file of settings as a layer.
pub(crate) fn file(path: &Path, text: &str) -> Result<Layer, String> {
    let shown = path.display();
    let table: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| format!("{shown}: {}", error.message()))?;
    let mut layer = Layer::default();
    for (name, value) in &table {
        let bare = name.strip_suffix("_file").unwrap_or(name);
        let known = key::find(bare).filter(|key| key.name != CONFIG);
        let Some(known) = known else {
            return Err(format!("{shown}: {}", unknown::setting(name)));
        };
        let text = plain(value).ok_or_else(|| format!("{shown}: {name} has a wrong type"))?;
        let suffix = if bare == name { "" } else { "_FILE" };
        let variable = format!("{}{suffix}", known.variable());
        layer.add(&variable, format!("{name} in {shown}"), text);
    }
    Ok(layer)
}

fn plain(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Array(entries) => {
            let texts: Option<Vec<&str>> = entries.iter().map(toml::Value::as_str).collect();
            texts.map(|texts| texts.join(","))
        }
        _ => None,
    }
}

/// A value and where it comes from.
#[derive(Clone)]
pub(crate) struct Setting {
    pub(crate) key: &'static Key,
    pub(crate) value: Option<String>,
    pub(crate) origin: Origin,
}

/// The value of every setting, the first layer that has one first.
pub(crate) struct Settings {
    pub(crate) all: Vec<Setting>,
    /// What the log should say about what was found.
    pub(crate) notices: Vec<String>,
}

impl Settings {
    /// Asks the layers in their order.
    pub(crate) fn gather(layers: &[Layer]) -> Result<Self, String> {
        let mut notices = Vec::new();
        let all = KEYS
            .iter()
            .map(|key| {
                let found = first(layers, key, &mut notices)?;
                let (value, origin) = match found {
                    Some((value, origin)) => (Some(value), origin),
                    None => (key.default.map(str::to_owned), Origin::Default),
                };
                Ok(Setting { key, value, origin })
            })
            .collect::<Result<Vec<_>, String>>()?;
        for layer in layers {
            notices.extend(keycloak::notices(layer));
        }
        Ok(Self { all, notices })
    }

    /// The value of a setting.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.all.iter().find(|setting| setting.key.name == name);
        found.and_then(|setting| setting.value.as_deref())
    }

    /// Fills in a value that depends on others.
    pub(crate) fn complete(&mut self, name: &str, value: String) {
        let found = self.all.iter_mut().find(|setting| setting.key.name == name);
        if let Some(setting) = found.filter(|setting| setting.value.is_none()) {
            setting.value = Some(value);
        }
    }
}

fn first(
    layers: &[Layer],
    key: &Key,
    notices: &mut Vec<String>,
) -> Result<Option<(String, Origin)>, String> {
    for layer in layers {
        let ours = key.variable();
        for name in std::iter::once(ours.as_str()).chain(key.others.iter().copied()) {
            let Some((value, origin)) = layer.find(name)? else {
                continue;
            };
            let value = keycloak::adapt(layer, name, value)?;
            if keycloak::is_name(name) {
                notices.push(format!("{name} is used; its name here is {ours}"));
            }
            return Ok(Some((value, origin)));
        }
        if key.name == "database_url"
            && let Some((value, used)) = keycloak::database(layer)?
        {
            notices.push(format!("{used} are used; their name here is {ours}"));
            return Ok(Some((value, Origin::Given(used))));
        }
    }
    Ok(None)
}
