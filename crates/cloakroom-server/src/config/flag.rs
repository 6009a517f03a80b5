//! The flags of the command line, one for each setting, after any command.

use clap::{Arg, ArgMatches, Command};

use super::key::KEYS;
use super::keycloak;
use super::source::Layer;

const HEADING: &str = "Settings";

/// Adds the flags. Those with Keycloak's names are accepted and not shown.
pub(crate) fn add_to(mut command: Command) -> Command {
    for key in KEYS {
        let flag = key.flag();
        let id = match key.is_secret {
            true => format!("{}_FILE", key.variable()),
            false => key.variable(),
        };
        let value = if key.is_secret { "FILE" } else { "VALUE" };
        let arg = Arg::new(id)
            .long(flag)
            .value_name(value)
            .help(key.about)
            .help_heading(HEADING);
        command = command.arg(arg.global(true));
    }
    for name in keycloaks() {
        let arg = Arg::new(name)
            .long(spelled(name))
            .num_args(0..=1)
            .require_equals(false)
            .hide(true);
        command = command.arg(arg.global(true));
    }
    command
}

/// The flags that were given, as a layer.
pub(crate) fn layer(matches: &ArgMatches) -> Layer {
    let mut layer = Layer::default();
    let mut add = |id: &str, flag: String| {
        if let Ok(Some(value)) = matches.try_get_one::<String>(id) {
            layer.add(id, format!("--{flag}"), value.clone());
        }
    };
    for key in KEYS {
        add(&key.variable(), key.flag());
        add(&format!("{}_FILE", key.variable()), key.flag());
    }
    for name in keycloaks() {
        add(name, spelled(name));
    }
    layer
}

/// Keycloak's names whose flag is not also one of ours.
fn keycloaks() -> impl Iterator<Item = &'static str> {
    let ours = |name: &&str| !KEYS.iter().any(|key| key.flag() == spelled(name));
    let counterparts = KEYS
        .iter()
        .filter(|key| !key.is_secret || key.name == "database_url")
        .flat_map(|key| key.others.iter().copied())
        .filter(|name| name.starts_with("KC_"));
    counterparts.chain(keycloak::flags()).filter(ours)
}

/// `KC_HTTP_PORT` is `--http-port`.
fn spelled(name: &str) -> String {
    let bare = name.strip_prefix("KC_").unwrap_or(name);
    bare.to_ascii_lowercase().replace('_', "-")
}
