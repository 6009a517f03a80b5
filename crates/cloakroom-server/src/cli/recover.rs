//! `cloakroom recover`: the way back in, for whoever has the machine.

use std::process::ExitCode;

use clap::Subcommand;
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
}

pub(super) fn run(config: &Config, options: Options) -> Ended {
    let What::Admin { username } = options.what;
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
