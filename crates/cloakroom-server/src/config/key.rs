//! Every setting by name: what it is called in each place, and what it is when nobody sets it.

/// One setting.
#[derive(Debug)]
pub(crate) struct Key {
    /// Its name in `cloakroom.toml`; variable and flag are derived from it.
    pub(crate) name: &'static str,
    /// Other variables that are understood, in the order they are asked.
    pub(crate) others: &'static [&'static str],
    /// Its value when nobody sets it; `None` is no value, or one that depends on others.
    pub(crate) default: Option<&'static str>,
    /// It is never shown, and no flag takes it, because other users of a machine see command lines.
    pub(crate) is_secret: bool,
    /// What it is, for the command line's help.
    pub(crate) about: &'static str,
}

impl Key {
    /// Its environment variable.
    pub(crate) fn variable(&self) -> String {
        format!("CLOAKROOM_{}", self.name.to_ascii_uppercase())
    }

    /// Its flag, without the dashes in front; that of a secret names a file.
    pub(crate) fn flag(&self) -> String {
        let flag = self.name.replace('_', "-");
        if self.is_secret {
            format!("{flag}-file")
        } else {
            flag
        }
    }

    const fn new(name: &'static str, about: &'static str) -> Self {
        Self {
            name,
            others: &[],
            default: None,
            is_secret: false,
            about,
        }
    }

    const fn or(mut self, others: &'static [&'static str]) -> Self {
        self.others = others;
        self
    }

    const fn by_default(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    const fn secret(mut self) -> Self {
        self.is_secret = true;
        self
    }
}

/// The file with settings.
pub(crate) const CONFIG: &str = "config";

/// All settings, in the order they are documented and shown.
pub(crate) const KEYS: &[Key] = &[
    Key::new(CONFIG, "The file with settings"),
    Key::new("public_url", "The one address people and applications use").or(&["KC_HOSTNAME"]),
    Key::new(
        "relative_path",
        "The path that requests come in under; without one that of the public URL",
    )
    .or(&["KC_HTTP_RELATIVE_PATH"]),
    Key::new("host", "The interface to listen on")
        .or(&["KC_HTTP_HOST"])
        .by_default("127.0.0.1"),
    Key::new("port", "The port for people and applications")
        .or(&["PORT", "KC_HTTP_PORT"])
        .by_default("8080"),
    Key::new("management_host", "The interface of health and metrics")
        .or(&["KC_HTTP_MANAGEMENT_HOST"])
        .by_default("127.0.0.1"),
    Key::new("management_port", "The port of health and metrics")
        .or(&["KC_HTTP_MANAGEMENT_PORT"])
        .by_default("9000"),
    Key::new(
        "trusted_proxies",
        "Addresses or networks whose forwarded headers count, with commas",
    )
    .or(&["KC_PROXY_TRUSTED_ADDRESSES"]),
    Key::new(
        "outbound_allow",
        "Inside addresses or networks that may be asked for keys, with commas",
    ),
    Key::new(
        "kerberos_keytabs",
        "Files with keys of Kerberos that realms may name, with commas",
    ),
    Key::new(
        "kerberos_kdcs",
        "Centres of keys that prove passwords, REALM=host:port, with commas",
    ),
    Key::new(
        "webauthn_roots",
        "Files with certificates of makers of security keys whose word counts, with commas",
    ),
    Key::new(
        "shutdown_delay",
        "Seconds between not being ready and taking no more requests",
    )
    .or(&["KC_SHUTDOWN_DELAY"])
    .by_default("1"),
    Key::new(
        "data_dir",
        "The folder of the SQLite file and the master key",
    )
    .by_default("cloakroom-data"),
    Key::new(
        "backup_dir",
        "The folder of the copies that the console makes; without one `backups` in the data folder",
    ),
    Key::new("database_url", "postgres://… or sqlite://…")
        .or(&["DATABASE_URL", "KC_DB_URL"])
        .secret(),
    Key::new(
        "master_key",
        "Seals the secrets in the database: 32 bytes in base64url",
    )
    .secret(),
    Key::new("bootstrap_admin_username", "The first administrator")
        .or(&["KC_BOOTSTRAP_ADMIN_USERNAME", "KEYCLOAK_ADMIN"]),
    Key::new(
        "bootstrap_admin_password",
        "The password of the first administrator",
    )
    .or(&["KC_BOOTSTRAP_ADMIN_PASSWORD", "KEYCLOAK_ADMIN_PASSWORD"])
    .secret(),
    Key::new("log", "What is logged: info, or info,cloakroom_oidc=debug")
        .or(&["LOG_LEVEL", "KC_LOG_LEVEL"])
        .by_default("info"),
    Key::new(
        "log_format",
        "auto (text on a terminal, JSON elsewhere), text or json",
    )
    .or(&["KC_LOG_CONSOLE_OUTPUT"])
    .by_default("auto"),
];

/// The setting with this name in `cloakroom.toml`.
pub(crate) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cells of the guide's first table, a row for each setting.
    fn documented() -> Vec<Vec<String>> {
        let guide = include_str!("../../../../docs/guides/configuration.md");
        let rows = guide
            .lines()
            .filter(|line| line.starts_with("| `CLOAKROOM_"));
        rows.map(|row| row.split('|').map(|cell| cell.trim().to_owned()).collect())
            .collect()
    }

    fn quoted(names: &[&str]) -> String {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        names.join(", ")
    }

    #[test]
    fn the_guide_lists_every_setting_with_its_other_names_and_its_default() {
        let rows = documented();
        assert_eq!(rows.len(), KEYS.len());
        for (row, key) in rows.iter().zip(KEYS) {
            assert_eq!(row[1], format!("`{}`", key.variable()));
            assert_eq!(row[2], quoted(key.others), "{}", key.name);
            if let Some(default) = key.default {
                assert_eq!(row[3], format!("`{default}`"), "{}", key.name);
            }
            assert!(!row[4].is_empty(), "{}", key.name);
        }
    }

    #[test]
    fn every_secret_is_marked_as_one_in_the_guide() {
        for (row, key) in documented().iter().zip(KEYS) {
            assert_eq!(row[4].ends_with("(secret)"), key.is_secret, "{}", key.name);
        }
    }
}
