//! Keycloak's settings: those that have a counterpart, and those that change nothing here.

use url::Url;

use super::source::Layer;

/// What Keycloak's database address is put together from.
const DATABASE: &[&str] = &[
    "KC_DB_URL_HOST",
    "KC_DB_URL_PORT",
    "KC_DB_URL_DATABASE",
    "KC_DB_USERNAME",
    "KC_DB_PASSWORD",
];

/// Understood, and without effect: the name, and what is so instead.
const WITHOUT_EFFECT: &[(&str, &str)] = &[
    (
        "KC_HTTP_ENABLED",
        "plain HTTP is always on, and TLS is a proxy's job",
    ),
    (
        "KC_HOSTNAME_STRICT",
        "the public URL never comes from a request",
    ),
    (
        "KC_HOSTNAME_STRICT_HTTPS",
        "the public URL never comes from a request",
    ),
    (
        "KC_PROXY",
        "forwarded headers count from CLOAKROOM_TRUSTED_PROXIES, and from nobody else",
    ),
    (
        "KC_PROXY_HEADERS",
        "forwarded headers count from CLOAKROOM_TRUSTED_PROXIES, and from nobody else",
    ),
    ("KC_HEALTH_ENABLED", "health is always on"),
    ("KC_METRICS_ENABLED", "metrics are always on"),
    ("KC_CACHE", "nodes share their database and nothing else"),
    (
        "KC_CACHE_STACK",
        "nodes share their database and nothing else",
    ),
    (
        "KC_TRUSTSTORE_PATHS",
        "TLS trusts what the system does, and CLOAKROOM_WEBAUTHN_ROOTS lists makers of security keys",
    ),
    ("KC_OPTIMIZED", "there is no build step"),
    ("KC_VERBOSE", "CLOAKROOM_LOG chooses what is logged"),
    ("KC_FEATURES", "features are not switched by name"),
    ("KC_FEATURES_DISABLED", "features are not switched by name"),
];

/// A name of Keycloak's.
pub(super) fn is_name(variable: &str) -> bool {
    variable.starts_with("KC_") || variable.starts_with("KEYCLOAK_")
}

/// Keycloak's names that are also accepted as flags, as `--http-enabled` for `KC_HTTP_ENABLED`.
/// A password is none of them.
pub(super) fn flags() -> impl Iterator<Item = &'static str> {
    let database = DATABASE.iter().filter(|name| **name != "KC_DB_PASSWORD");
    let others = WITHOUT_EFFECT.iter().map(|(name, _)| name);
    ["KC_DB"].iter().chain(database).chain(others).copied()
}

/// Turns the value of one of Keycloak's names into ours.
pub(super) fn adapt(layer: &Layer, name: &str, value: String) -> Result<String, String> {
    match name {
        "KC_DB_URL" => with_login(layer, &value),
        // `info,org.hibernate:debug`: only the level of the root means anything here.
        "KC_LOG_LEVEL" => Ok(level(&value)),
        "KC_LOG_CONSOLE_OUTPUT" if value == "default" => Ok("text".to_owned()),
        _ => Ok(value),
    }
}

fn level(value: &str) -> String {
    let root = value.split(',').find(|part| !part.contains(':'));
    let root = root.unwrap_or("info").trim().to_ascii_lowercase();
    match root.as_str() {
        "all" => "trace",
        "fatal" => "error",
        "warning" => "warn",
        other => other,
    }
    .to_owned()
}

/// The address that `KC_DB=postgres` and the parts beside it make, and the names that were used.
pub(super) fn database(layer: &Layer) -> Result<Option<(String, String)>, String> {
    let Some((kind, _)) = layer.find("KC_DB")? else {
        return Ok(None);
    };
    match kind.as_str() {
        "postgres" => {}
        "dev-file" | "dev-mem" => return Ok(None),
        other => {
            return Err(format!(
                "KC_DB={other}: the database is SQLite (dev-file) or PostgreSQL (postgres)"
            ));
        }
    }
    let mut used = vec!["KC_DB"];
    let mut part = |name: &'static str, default: &str| -> Result<String, String> {
        let found = layer.find(name)?;
        if found.is_some() {
            used.push(name);
        }
        Ok(found.map_or_else(|| default.to_owned(), |(value, _)| value))
    };
    let host = part("KC_DB_URL_HOST", "localhost")?;
    let port = part("KC_DB_URL_PORT", "5432")?;
    let name = part("KC_DB_URL_DATABASE", "keycloak")?;
    for login in ["KC_DB_USERNAME", "KC_DB_PASSWORD"] {
        part(login, "")?;
    }
    let url = with_login(layer, &format!("postgres://{host}:{port}/{name}"))?;
    Ok(Some((url, used.join(", "))))
}

/// Keycloak keeps name and password beside the address.
fn with_login(layer: &Layer, address: &str) -> Result<String, String> {
    let bare = address.strip_prefix("jdbc:").unwrap_or(address);
    let username = layer.find("KC_DB_USERNAME")?;
    let password = layer.find("KC_DB_PASSWORD")?;
    if username.is_none() && password.is_none() {
        return Ok(bare.to_owned());
    }
    let wrong = || "KC_DB_URL must be like jdbc:postgresql://host:5432/name".to_owned();
    let mut url = Url::parse(bare).map_err(|_| wrong())?;
    if let Some((username, _)) = username {
        url.set_username(&username).map_err(|()| wrong())?;
    }
    if let Some((password, _)) = password {
        url.set_password(Some(&password)).map_err(|()| wrong())?;
    }
    Ok(url.into())
}

/// What the log should say about Keycloak's settings that change nothing.
pub(super) fn notices(layer: &Layer) -> Vec<String> {
    let names = layer.variables().filter(|name| name.starts_with("KC_"));
    names.filter_map(notice).collect()
}

fn notice(name: &str) -> Option<String> {
    let bare = name.strip_suffix("_FILE").unwrap_or(name);
    let has_counterpart = super::key::KEYS
        .iter()
        .any(|key| key.others.contains(&bare));
    let is_used = has_counterpart || DATABASE.contains(&bare) || bare == "KC_DB";
    if is_used {
        return None;
    }
    let known = WITHOUT_EFFECT.iter().find(|(known, _)| *known == name);
    Some(match known {
        Some((_, instead)) => format!("{name} has no effect: {instead}"),
        None => format!("{name} is a setting of Keycloak's that has no effect here"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(pairs: &[(&str, &str)]) -> Layer {
        let mut layer = Layer::default();
        for (name, value) in pairs {
            layer.add(name, (*name).to_owned(), (*value).to_owned());
        }
        layer
    }

    #[test]
    fn a_database_is_put_together_from_keycloaks_parts() {
        let login = [("KC_DB_USERNAME", "kc"), ("KC_DB_PASSWORD", "p@ss/1")];
        let cases: [(&[(&str, &str)], &str); 3] = [
            (
                &[("KC_DB", "postgres"), ("KC_DB_URL_HOST", "db")],
                "postgres://kc:p%40ss%2F1@db:5432/keycloak",
            ),
            (
                &[
                    ("KC_DB", "postgres"),
                    ("KC_DB_URL_PORT", "5433"),
                    ("KC_DB_URL_DATABASE", "id"),
                ],
                "postgres://kc:p%40ss%2F1@localhost:5433/id",
            ),
            (&[("KC_DB", "dev-file")], ""),
        ];
        for (parts, expected) in cases {
            let made = database(&layer(&[parts, &login].concat())).unwrap();

            assert_eq!(made.map(|made| made.0).unwrap_or_default(), expected);
        }
        assert!(database(&layer(&[("KC_DB", "oracle")])).is_err());
    }

    #[test]
    fn an_address_gets_the_login_beside_it() {
        let login = layer(&[("KC_DB_USERNAME", "kc"), ("KC_DB_PASSWORD", "x")]);
        let address = "jdbc:postgresql://db:5432/kc?sslmode=require".to_owned();

        let made = adapt(&login, "KC_DB_URL", address).unwrap();

        assert_eq!(made, "postgresql://kc:x@db:5432/kc?sslmode=require");
    }

    #[test]
    fn levels_of_keycloak_are_levels_here() {
        for (theirs, ours) in [
            ("INFO", "info"),
            ("org.hibernate:debug,WARN", "warn"),
            ("ALL", "trace"),
        ] {
            assert_eq!(level(theirs), ours);
        }
    }

    #[test]
    fn what_has_no_effect_is_said() {
        let said = notices(&layer(&[
            ("KC_HTTP_ENABLED", "true"),
            ("KC_SPI_X", "y"),
            ("KC_HOSTNAME", "id.example.com"),
            ("KC_HTTP_RELATIVE_PATH", "/auth"),
        ]));

        assert_eq!(said.len(), 2);
    }
}
