//! The configuration: one struct, read once, from the environment and nowhere else.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use cloakroom_model::Secret;
use cloakroom_web::proxy::TrustedProxies;

/// Everything that can be set from outside the database.
pub(crate) struct Config {
    /// The interface for people and applications.
    pub(crate) host: String,
    /// The port for people and applications.
    pub(crate) port: u16,
    /// The interface of health and metrics.
    pub(crate) management_host: String,
    /// The port of health and metrics.
    pub(crate) management_port: u16,
    /// The one address people and applications use.
    pub(crate) public_url: String,
    /// Where the SQLite file and the master key are.
    pub(crate) data_dir: PathBuf,
    /// PostgreSQL's address; `None` is SQLite in the data folder.
    pub(crate) database_url: Option<Secret>,
    /// The master key as text; `None` is a file in the data folder.
    pub(crate) master_key: Option<Secret>,
    /// Whose forwarded headers count.
    pub(crate) trusted_proxies: TrustedProxies,
    /// The first administrator, for automation.
    pub(crate) bootstrap: Option<(String, Secret)>,
    /// What is logged.
    pub(crate) log: String,
    /// What the log should say about the settings that were found.
    pub(crate) notices: Vec<String>,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("port", &self.port)
            .field("public_url", &self.public_url)
            .finish_non_exhaustive()
    }
}

/// Our name of each setting, and the other names that are understood.
const NAMES: &[(&str, &[&str])] = &[
    ("CLOAKROOM_PUBLIC_URL", &["KC_HOSTNAME"]),
    ("CLOAKROOM_HOST", &["KC_HTTP_HOST"]),
    ("CLOAKROOM_PORT", &["PORT", "KC_HTTP_PORT"]),
    ("CLOAKROOM_MANAGEMENT_HOST", &[]),
    ("CLOAKROOM_MANAGEMENT_PORT", &["KC_HTTP_MANAGEMENT_PORT"]),
    ("CLOAKROOM_TRUSTED_PROXIES", &["KC_PROXY_TRUSTED_ADDRESSES"]),
    ("CLOAKROOM_DATA_DIR", &[]),
    ("CLOAKROOM_DATABASE_URL", &["DATABASE_URL", "KC_DB_URL"]),
    ("CLOAKROOM_MASTER_KEY", &[]),
    (
        "CLOAKROOM_BOOTSTRAP_ADMIN_USERNAME",
        &["KC_BOOTSTRAP_ADMIN_USERNAME", "KEYCLOAK_ADMIN"],
    ),
    (
        "CLOAKROOM_BOOTSTRAP_ADMIN_PASSWORD",
        &["KC_BOOTSTRAP_ADMIN_PASSWORD", "KEYCLOAK_ADMIN_PASSWORD"],
    ),
    ("CLOAKROOM_LOG", &["LOG_LEVEL"]),
];

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    ///
    /// Says which setting is wrong and what would be right; never shows a secret.
    pub(crate) fn from_environment() -> Result<Self, String> {
        let found = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self::from_variables(&found.collect())
    }

    fn from_variables(variables: &BTreeMap<String, String>) -> Result<Self, String> {
        check_names(variables)?;
        let mut notices = Vec::new();
        let mut get = |ours: &str| find(variables, ours, &mut notices);
        let port = number(get("CLOAKROOM_PORT")?, "CLOAKROOM_PORT", 8080)?;
        let public_url = match get("CLOAKROOM_PUBLIC_URL")? {
            Some(text) => public_url(&text)?,
            None => format!("http://localhost:{port}"),
        };
        let username = get("CLOAKROOM_BOOTSTRAP_ADMIN_USERNAME")?;
        let password = get("CLOAKROOM_BOOTSTRAP_ADMIN_PASSWORD")?;
        let bootstrap = match (username, password) {
            (Some(username), Some(password)) => Some((username, Secret::new(password))),
            (None, None) => None,
            _ => return Err("the first administrator needs both a name and a password".to_owned()),
        };
        Ok(Self {
            host: get("CLOAKROOM_HOST")?.unwrap_or_else(|| "127.0.0.1".to_owned()),
            port,
            management_host: get("CLOAKROOM_MANAGEMENT_HOST")?
                .unwrap_or_else(|| "127.0.0.1".to_owned()),
            management_port: number(
                get("CLOAKROOM_MANAGEMENT_PORT")?,
                "CLOAKROOM_MANAGEMENT_PORT",
                9000,
            )?,
            public_url,
            data_dir: get("CLOAKROOM_DATA_DIR")?
                .map_or_else(|| PathBuf::from("cloakroom-data"), PathBuf::from),
            database_url: get("CLOAKROOM_DATABASE_URL")?
                .map(|url| database_url(&url))
                .transpose()?,
            master_key: get("CLOAKROOM_MASTER_KEY")?.map(Secret::new),
            trusted_proxies: TrustedProxies::parse(
                &get("CLOAKROOM_TRUSTED_PROXIES")?.unwrap_or_default(),
            )?,
            bootstrap,
            log: get("CLOAKROOM_LOG")?.unwrap_or_else(|| "info".to_owned()),
            notices,
        })
    }
}

/// The first value found under our name, another name, or in the file that `NAME_FILE` names.
fn find(
    variables: &BTreeMap<String, String>,
    ours: &str,
    notices: &mut Vec<String>,
) -> Result<Option<String>, String> {
    let others = NAMES
        .iter()
        .find(|(name, _)| *name == ours)
        .map_or(&[][..], |entry| entry.1);
    for name in std::iter::once(&ours).chain(others) {
        let file = format!("{name}_FILE");
        let value = match (variables.get(*name), variables.get(&file)) {
            (Some(value), _) => value.clone(),
            (None, Some(path)) => std::fs::read_to_string(path)
                .map_err(|error| format!("{file}: {path} cannot be read: {error}"))?
                .trim_end_matches(['\r', '\n'])
                .to_owned(),
            (None, None) => continue,
        };
        if name.starts_with("KC_") || name.starts_with("KEYCLOAK_") {
            notices.push(format!("{name} is used; its name here is {ours}"));
        }
        return Ok(Some(value).filter(|value| !value.is_empty()));
    }
    Ok(None)
}

/// A misspelt setting is an error: a server that ignores one runs with another than was meant.
fn check_names(variables: &BTreeMap<String, String>) -> Result<(), String> {
    // What the tests of this program are told in the same way.
    let for_tests = |name: &str| name.starts_with("CLOAKROOM_TEST_");
    for name in variables
        .keys()
        .filter(|name| name.starts_with("CLOAKROOM_"))
    {
        let bare = name.strip_suffix("_FILE").unwrap_or(name);
        if !for_tests(name) && !NAMES.iter().any(|(known, _)| *known == bare) {
            let known: Vec<&str> = NAMES.iter().map(|(known, _)| *known).collect();
            return Err(format!(
                "{name} is no setting; the settings are {}",
                known.join(", ")
            ));
        }
    }
    Ok(())
}

fn number(value: Option<String>, name: &str, default: u16) -> Result<u16, String> {
    value.map_or(Ok(default), |text| {
        text.parse()
            .map_err(|_| format!("{name} must be a port, not {text}"))
    })
}

/// A bare host name means https, as with Keycloak.
fn public_url(text: &str) -> Result<String, String> {
    let wrong = || format!("the public URL {text} must be like https://id.example.com");
    let full = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    };
    let url = url::Url::parse(&full).map_err(|_| wrong())?;
    let is_http = matches!(url.scheme(), "http" | "https");
    let is_plain = url.username().is_empty() && url.query().is_none() && url.fragment().is_none();
    if !is_http || !is_plain || url.host_str().is_none() || url.path() != "/" {
        return Err(wrong());
    }
    Ok(full.trim_end_matches('/').to_owned())
}

fn database_url(text: &str) -> Result<Secret, String> {
    let bare = text.strip_prefix("jdbc:").unwrap_or(text);
    let is_known = ["postgres://", "postgresql://", "sqlite://"];
    if is_known.iter().any(|scheme| bare.starts_with(scheme)) {
        return Ok(Secret::new(bare));
    }
    Err("the database URL must begin with postgres:// or sqlite://".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, String> {
        let pairs = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::from_variables(&pairs.collect())
    }

    #[test]
    fn nothing_needs_to_be_set() {
        let config = read(&[]).unwrap();

        assert_eq!((config.port, config.management_port), (8080, 9000));
        assert_eq!(config.public_url, "http://localhost:8080");
        assert!(config.bootstrap.is_none() && config.database_url.is_none());
    }

    #[test]
    fn keycloaks_names_are_understood_and_ours_come_first() {
        let config = read(&[
            ("KC_HOSTNAME", "id.example.com"),
            ("KC_HTTP_PORT", "81"),
            ("PORT", "82"),
            ("KEYCLOAK_ADMIN", "root"),
            ("KEYCLOAK_ADMIN_PASSWORD", "pw"),
        ])
        .unwrap();

        assert_eq!(config.public_url, "https://id.example.com");
        assert_eq!(config.port, 82);
        assert_eq!(config.bootstrap.unwrap().0, "root");
        assert_eq!(config.notices.len(), 3);
    }

    #[test]
    fn a_wrong_setting_is_named_without_its_secret() {
        let cases = [
            (("CLOAKROOM_PROT", "1"), "CLOAKROOM_PROT"),
            (("CLOAKROOM_PORT", "many"), "CLOAKROOM_PORT"),
            (("CLOAKROOM_PUBLIC_URL", "ftp://x"), "public URL"),
            (("CLOAKROOM_PUBLIC_URL", "https://a/b?c"), "public URL"),
            (
                ("CLOAKROOM_DATABASE_URL", "mysql://u:hush@h/d"),
                "database URL",
            ),
            (("CLOAKROOM_TRUSTED_PROXIES", "nonsense"), "nonsense"),
            (
                ("CLOAKROOM_BOOTSTRAP_ADMIN_PASSWORD", "hush"),
                "administrator",
            ),
        ];
        for ((name, value), expected) in cases {
            let error = read(&[(name, value)]).unwrap_err();

            assert!(
                error.contains(expected) && !error.contains("hush"),
                "{error}"
            );
        }
    }
}
