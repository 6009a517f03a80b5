//! The configuration: one struct, read once at the start, from flags, the environment,
//! `cloakroom.toml` and defaults, in this order.

pub(crate) mod flag;
mod key;
mod keycloak;
pub(crate) mod source;
mod unknown;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use cloakroom_login::further::webauthn::Makers;
use cloakroom_model::Secret;
use cloakroom_web::kerberos::Kerberos;
use cloakroom_web::outbound::address::Listed;
use cloakroom_web::proxy::TrustedProxies;
use tracing_subscriber::EnvFilter;
use url::Url;

use self::source::{Layer, Settings};

/// The file that is read if it is there and no other is named.
const FILE: &str = "cloakroom.toml";

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
    /// The path that requests come in under (`/auth`), empty for none.
    pub(crate) relative_path: String,
    /// Between not being ready and taking no more requests, when the server is told to stop.
    pub(crate) shutdown_delay: Duration,
    /// Where the SQLite file and the master key are.
    pub(crate) data_dir: PathBuf,
    /// Where the copies go that administrators ask for.
    pub(crate) backup_dir: PathBuf,
    /// PostgreSQL's address; `None` is SQLite in the data folder.
    pub(crate) database_url: Option<Secret>,
    /// The master key as text; `None` is a file in the data folder.
    pub(crate) master_key: Option<Secret>,
    /// Whose forwarded headers count.
    pub(crate) trusted_proxies: TrustedProxies,
    /// Where requests to other servers may go beside the internet.
    pub(crate) outbound_allow: Listed,
    /// The files with keys of Kerberos that the settings of realms may name.
    pub(crate) kerberos: Kerberos,
    /// The makers of security keys whose word counts.
    pub(crate) makers: Makers,
    /// The first administrator, for automation.
    pub(crate) bootstrap: Option<(String, Secret)>,
    /// What is logged.
    pub(crate) log: String,
    /// How it is written.
    pub(crate) log_format: LogFormat,
    /// Every setting with its origin, for those who ask.
    pub(crate) settings: Settings,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("port", &self.port)
            .field("public_url", &self.public_url)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Reads flags, environment and file.
    ///
    /// # Errors
    ///
    /// Says which setting is wrong and what would be right; never shows a secret.
    pub(crate) fn read(flags: Layer) -> Result<Self, String> {
        let found = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self::from_layers(flags, &found.collect(), Path::new("."))
    }

    fn from_layers(
        flags: Layer,
        variables: &BTreeMap<String, String>,
        folder: &Path,
    ) -> Result<Self, String> {
        let mut layers = vec![flags, source::environment(variables)?];
        if let Some(file) = file(&layers, folder)? {
            layers.push(file);
        }
        Self::from_settings(Settings::gather(&layers)?)
    }

    fn from_settings(mut settings: Settings) -> Result<Self, String> {
        let port = port(&settings, "port")?;
        let named = settings.get("relative_path").map(relative_path);
        let named = named.transpose()?;
        let relative = named.clone().unwrap_or_default();
        settings.complete("public_url", format!("http://localhost:{port}{relative}"));
        let text = |name: &str| settings.get(name).unwrap_or_default().to_owned();
        let secret = |name: &str| settings.get(name).map(Secret::new);
        let bootstrap = match (
            settings.get("bootstrap_admin_username"),
            secret("bootstrap_admin_password"),
        ) {
            (Some(username), Some(password)) => Some((username.to_owned(), password)),
            (None, None) => None,
            _ => return Err("the first administrator needs both a name and a password".to_owned()),
        };
        let public_url = public_url(&text("public_url"), &relative)?;
        let shown = Url::parse(&public_url).map_err(|error| error.to_string())?;
        let shown = shown.path().trim_end_matches('/').to_owned();
        Ok(Self {
            host: text("host"),
            port,
            management_host: text("management_host"),
            management_port: self::port(&settings, "management_port")?,
            public_url,
            relative_path: named.unwrap_or(shown),
            shutdown_delay: shutdown_delay(&settings)?,
            backup_dir: settings.get("backup_dir").map_or_else(
                || Path::new(&text("data_dir")).join("backups"),
                PathBuf::from,
            ),
            data_dir: PathBuf::from(text("data_dir")),
            database_url: settings.get("database_url").map(database_url).transpose()?,
            master_key: secret("master_key"),
            trusted_proxies: TrustedProxies::parse(&text("trusted_proxies"))
                .map_err(|why| wrong(&settings, "trusted_proxies", &why))?,
            outbound_allow: Listed::parse(&text("outbound_allow"))
                .map_err(|why| wrong(&settings, "outbound_allow", &why))?,
            kerberos: kerberos(&settings)?,
            makers: makers(&settings)?,
            bootstrap,
            log: log(&settings)?,
            log_format: log_format(&settings)?,
            settings,
        })
    }
}

fn kerberos(settings: &Settings) -> Result<Kerberos, String> {
    let (keytabs, centres) = ("kerberos_keytabs", "kerberos_kdcs");
    let text = |name| settings.get(name).unwrap_or_default();
    let read = Kerberos::default().with_keytabs(text(keytabs));
    let read = read.map_err(|why| wrong(settings, keytabs, &why))?;
    let read = read.with_centres(text(centres));
    read.map_err(|why| wrong(settings, centres, &why))
}

/// Reads the files with the certificates of makers: who is listed is known before anybody brings a key.
fn makers(settings: &Settings) -> Result<Makers, String> {
    let name = "webauthn_roots";
    let listed = settings.get(name).unwrap_or_default().split(',');
    let mut files = listed.map(str::trim).filter(|file| !file.is_empty());
    files.try_fold(Makers::default(), |makers, file| {
        let text = std::fs::read_to_string(file).map_err(|error| error.to_string());
        let read = text.and_then(|text| makers.with(&text).map_err(str::to_owned));
        read.map_err(|why| wrong(settings, name, &format!("{file}: {why}")))
    })
}

/// The file of settings as a layer: the one that is named, or the usual one if it is there.
fn file(layers: &[Layer], folder: &Path) -> Result<Option<Layer>, String> {
    for layer in layers {
        if let Some((path, origin)) = layer.find("CLOAKROOM_CONFIG")? {
            let text = std::fs::read_to_string(&path)
                .map_err(|error| format!("{origin}: {path} cannot be read: {error}"))?;
            return source::file(Path::new(&path), &text).map(Some);
        }
    }
    match std::fs::read_to_string(folder.join(FILE)) {
        Ok(text) => source::file(Path::new(FILE), &text).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{FILE} cannot be read: {error}")),
    }
}

/// What is wrong with a setting, with the place where it was set.
fn wrong(settings: &Settings, name: &str, why: &str) -> String {
    let found = settings.all.iter().find(|one| one.key.name == name);
    found.map_or_else(|| why.to_owned(), |one| format!("{}: {why}", one.origin))
}

fn port(settings: &Settings, name: &str) -> Result<u16, String> {
    let text = settings.get(name).unwrap_or_default();
    text.parse()
        .map_err(|_| wrong(settings, name, &format!("{text} is no port")))
}

/// Whole seconds; Keycloak writes them with an `s`.
fn shutdown_delay(settings: &Settings) -> Result<Duration, String> {
    let text = settings.get("shutdown_delay").unwrap_or_default();
    let seconds = text.strip_suffix('s').unwrap_or(text).parse();
    match seconds {
        Ok(seconds @ 0..=300) => Ok(Duration::from_secs(seconds)),
        _ => {
            let why = format!("{text} is no number of seconds from 0 to 300");
            Err(wrong(settings, "shutdown_delay", &why))
        }
    }
}

fn log(settings: &Settings) -> Result<String, String> {
    let text = settings.get("log").unwrap_or_default();
    match EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(wrong(settings, "log", &format!("{text}: {error}"))),
    }
}

fn log_format(settings: &Settings) -> Result<LogFormat, String> {
    match settings.get("log_format").unwrap_or_default() {
        "auto" => Ok(LogFormat::Auto),
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        other => {
            let why = format!("{other} is none of auto, text and json");
            Err(wrong(settings, "log_format", &why))
        }
    }
}

/// A bare host name means https, as with Keycloak, and an address without a path gets the one that the server has.
fn public_url(text: &str, relative: &str) -> Result<String, String> {
    let wrong = || format!("the public URL {text} must be like https://id.example.com");
    let full = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    };
    let url = Url::parse(&full).map_err(|_| wrong())?;
    let is_http = matches!(url.scheme(), "http" | "https");
    let is_plain = url.username().is_empty() && url.query().is_none() && url.fragment().is_none();
    if !is_http || !is_plain || url.host_str().is_none() {
        return Err(wrong());
    }
    let base = full.trim_end_matches('/');
    if url.path() == "/" {
        return Ok(format!("{base}{relative}"));
    }
    relative_path(url.path())?;
    Ok(base.to_owned())
}

/// A path that can stand before all others: plain segments, the first of which none of ours begins with.
fn relative_path(text: &str) -> Result<String, String> {
    const OURS: [&str; 6] = ["admin", "assets", "js", "realms", "resources", "setup"];
    let segments = text.trim_matches('/').split('/').collect::<Vec<_>>();
    if segments == [""] {
        return Ok(String::new());
    }
    let is_plain = |segment: &&str| {
        let mut bytes = segment.bytes();
        !matches!(*segment, "" | "." | "..")
            && bytes.all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
    };
    if !segments.iter().all(is_plain) || segments.first().is_some_and(|first| OURS.contains(first))
    {
        return Err(format!(
            "the path {text} must be like /auth, and not begin as a path of ours does: {}",
            OURS.join(", ")
        ));
    }
    Ok(format!("/{}", segments.join("/")))
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
mod tests;
