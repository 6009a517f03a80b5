//! `cloakroom start`: runs the server until it is told to stop.

use std::process::ExitCode;

use super::Ended;
use crate::config::Config;
use crate::{observe, serve};

/// How the server is started, beside its settings.
#[derive(clap::Args, Debug, Default)]
pub(crate) struct Options {
    /// Accepted for those who come from Keycloak; realm files are not read yet
    #[arg(long)]
    import_realm: bool,
}

pub(super) fn run(config: Config, options: &Options) -> Ended {
    if options.import_realm {
        tracing::warn!("--import-realm: realm files are not read yet");
    }
    observe::log_panics();
    let app = serve::open(&config)?;
    actix_web::rt::System::new().block_on(serve::run(config, app))?;
    Ok(ExitCode::SUCCESS)
}
