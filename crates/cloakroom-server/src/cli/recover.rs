//! `cloakroom recover`: the way back in, for whoever has the machine.

use std::process::ExitCode;

use clap::Subcommand;
use cloakroom_keycloak::blueprint;
use cloakroom_model::Secret;
use cloakroom_web::app::random;

use super::Ended;
use crate::config::Config;
use crate::{bootstrap, serve};

/// Helps whoever is locked out.
#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: What,
}

/// What can be recovered.
#[derive(Debug, Subcommand)]
enum What {
    /// Makes an administrator, or lets an existing one in again with a new password, which is
    /// printed unless it was given by `CLOAKROOM_BOOTSTRAP_ADMIN_PASSWORD`
    Admin {
        /// Who it is; without it the name of `CLOAKROOM_BOOTSTRAP_ADMIN_USERNAME`, else admin
        #[arg(long)]
        username: Option<String>,
    },
    /// Binds the flows of a new realm again, where nobody can sign in any more by those that a realm has. What they were
    /// is kept as a version of each
    Flows {
        /// The realm; without it that of the administrators of everything
        #[arg(long, default_value = blueprint::MASTER)]
        realm: String,
    },
}

pub(super) fn run(config: &Config, options: Options) -> Ended {
    match options.what {
        What::Admin { username } => admin(config, username),
        What::Flows { realm } => flows(config, &realm),
    }
}

fn flows(config: &Config, realm: &str) -> Ended {
    let app = serve::open(config)?;
    let done = bootstrap::recover_flows(&app, realm);
    let restored = actix_web::rt::System::new().block_on(done)?;
    let mut text = String::new();
    for (setting, _, flow) in &restored.bound {
        text.push_str(&format!(
            "{setting} of {realm} is {flow} again, as in a new realm\n"
        ));
    }
    for client in &restored.freed {
        text.push_str(&format!("{client} has no flows of its own any more\n"));
    }
    super::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn admin(config: &Config, username: Option<String>) -> Ended {
    let given = config.bootstrap.as_ref();
    let username = username.or_else(|| given.map(|(name, _)| name.clone()));
    let username = username.unwrap_or_else(|| "admin".to_owned());
    let password = match given {
        Some((name, password)) if *name == username => password.clone(),
        _ => Secret::random(&mut random().map_err(|fault| fault.to_string())?),
    };
    let app = serve::open(config)?;
    let done = bootstrap::recover(&app, &username, &password);
    actix_web::rt::System::new().block_on(done)?;
    let text = match given {
        Some((name, _)) if *name == username => {
            format!("{username} can sign in with the password that was given\n")
        }
        _ => format!(
            "{username} can sign in with this password:\n{}\n",
            password.expose()
        ),
    };
    super::print(&text)?;
    Ok(ExitCode::SUCCESS)
}
