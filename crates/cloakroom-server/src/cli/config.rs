//! `cloakroom config`: what the settings are, and where each comes from.

use std::process::ExitCode;

use clap::Subcommand;

use super::Ended;
use crate::config::Config;
use crate::config::source::Setting;

/// Shows the configuration.
#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: What,
}

/// What is done with it.
#[derive(Debug, Subcommand)]
enum What {
    /// Prints every setting as a line of `cloakroom.toml`, and no secret
    Show {
        /// Says behind each where it comes from
        #[arg(long)]
        sources: bool,
    },
}

pub(super) fn run(config: &Config, options: &Options) -> Ended {
    let What::Show { sources } = options.what;
    let mut text = String::new();
    for setting in &config.settings.all {
        text.push_str(&line(setting));
        if sources {
            text.push_str(&format!("  # {}", setting.origin));
        }
        text.push('\n');
    }
    super::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// What cannot stand in the file is a comment.
fn line(setting: &Setting) -> String {
    let name = setting.key.name;
    match &setting.value {
        None => format!("# {name} is not set"),
        Some(_) if setting.key.is_secret => format!("# {name} is set, and not shown"),
        Some(value) if name == "config" => format!("# {name} = {value}"),
        Some(value) => match value.parse::<u16>() {
            Ok(number) => format!("{name} = {number}"),
            Err(_) => format!("{name} = {}", toml::Value::String(value.clone())),
        },
    }
}
