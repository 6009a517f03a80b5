//! `cloakroom start`: runs the server until it is told to stop.

use std::process::ExitCode;

use super::Ended;
use crate::config::Config;
use crate::{observe, open_files, serve};

/// How the server is started, beside its settings.
#[derive(clap::Args, Debug, Default)]
pub(crate) struct Options {
    /// Brings in the realm files of the folder `import` in the data folder; realms that are there
    /// stay as they are
    #[arg(long)]
    import_realm: bool,
}

pub(super) fn run(config: Config, options: &Options) -> Ended {
    observe::log_panics();
    open_files::raise();
    let app = serve::open(&config)?;
    let data = config.data_dir.clone();
    actix_web::rt::System::new().block_on(async {
        if options.import_realm {
            super::import::at_start(&app, &data).await?;
        }
        serve::run(config, app).await
    })?;
    Ok(ExitCode::SUCCESS)
}
