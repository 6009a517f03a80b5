//! `cloakroom recover`: the way back in, for whoever has the machine.

use std::process::ExitCode;

use clap::Subcommand;

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
    /// Makes an administrator, or gives an existing one a new password, from
    /// `CLOAKROOM_BOOTSTRAP_ADMIN_USERNAME` and `CLOAKROOM_BOOTSTRAP_ADMIN_PASSWORD`
    Admin,
}

pub(super) fn run(config: &Config, options: &Options) -> Ended {
    let app = serve::open(config)?;
    let given = config.bootstrap.as_ref();
    match options.what {
        What::Admin => {
            actix_web::rt::System::new().block_on(bootstrap::recover(&app, given))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
