//! The binary `cloakroom`: start and stop.

mod bootstrap;
mod cli;
mod config;
mod health;
mod keys;
mod master_key;
mod routes;
mod worker;

use std::process::ExitCode;
use std::sync::Arc;

use actix_web::middleware::{NormalizePath, TrailingSlash};
use actix_web::web::Data;
use actix_web::{App as Server, HttpServer};
use cloakroom_login::hasher::Hasher;
use cloakroom_model::{Db, db};
use cloakroom_web::App;
use cloakroom_web::app::Parts;
use tracing_subscriber::EnvFilter;

use crate::config::Config;
use crate::health::Metrics;

fn main() -> ExitCode {
    let command = cli::parse();
    let config = match Config::from_environment() {
        Ok(config) => config,
        Err(why) => return refuse(&why),
    };
    start_log(&config);
    for notice in &config.notices {
        tracing::info!("{notice}");
    }
    let done = match command {
        cli::Command::Start(start) | cli::Command::StartDev(start) => {
            if start.import_realm {
                tracing::warn!("--import-realm: realm files are not read yet");
            }
            open(&config).and_then(|app| actix_web::rt::System::new().block_on(serve(config, app)))
        }
        cli::Command::Health => cli::health(&config),
        cli::Command::Recover {
            what: cli::Recover::Admin,
        } => open(&config)
            .and_then(|app| actix_web::rt::System::new().block_on(recover(config, app))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => refuse(&why),
    }
}

/// Says why the program ends, whether or not the log is on.
#[expect(
    clippy::print_stderr,
    reason = "the log may be off, and whoever started us must know"
)]
fn refuse(why: &str) -> ExitCode {
    eprintln!("cloakroom: {why}");
    ExitCode::FAILURE
}

fn start_log(config: &Config) {
    use std::io::IsTerminal as _;
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter);
    if std::io::stdout().is_terminal() {
        log.init();
    } else {
        log.json().flatten_event(true).init();
    }
}

/// Opens the database and puts the app together, before anything asynchronous runs.
fn open(config: &Config) -> Result<App, String> {
    std::fs::create_dir_all(&config.data_dir)
        .map_err(|error| format!("{} cannot be made: {error}", config.data_dir.display()))?;
    let key = master_key::load(config.master_key.as_ref(), &config.data_dir)?;
    let file = config.data_dir.join("cloakroom.db");
    let url = config.database_url.as_ref().map_or_else(
        || format!("sqlite://{}", file.display()),
        |url| url.expose().to_owned(),
    );
    let db = Db::open(db::Settings { url, readers: 8 }).map_err(|fault| fault.to_string())?;
    let vault = master_key::open_vault(&db, &key)?;
    let hasher = Hasher::start(None).map_err(|error| error.to_string())?;
    Ok(App::new(Parts {
        db,
        vault,
        hasher,
        base_url: config.public_url.clone(),
        proxies: config.trusted_proxies.clone(),
    }))
}

async fn serve(config: Config, app: App) -> Result<(), String> {
    let app = Data::new(app);
    let setup = Data::new(bootstrap::prepare(&app, config.bootstrap.as_ref()).await?);
    let metrics = Data::new(Metrics::default());
    let stop = worker::start(Arc::clone(&app))?;

    let (state, code) = (app.clone(), setup.clone());
    let public = HttpServer::new(move || {
        Server::new()
            .app_data(state.clone())
            .app_data(code.clone())
            .wrap(NormalizePath::new(TrailingSlash::Trim))
            .configure(routes::public)
    })
    .bind((config.host.as_str(), config.port))
    .map_err(|error| format!("{}:{} cannot be used: {error}", config.host, config.port))?
    .shutdown_timeout(10)
    .run();
    let management = HttpServer::new(move || {
        Server::new()
            .app_data(app.clone())
            .app_data(metrics.clone())
            .configure(health::configure)
    })
    .workers(1)
    .bind((config.management_host.as_str(), config.management_port))
    .map_err(|error| {
        format!(
            "{}:{} cannot be used: {error}",
            config.management_host, config.management_port
        )
    })?
    .disable_signals()
    .run();

    let handle = management.handle();
    let background = actix_web::rt::spawn(management);
    announce(&config, &setup);
    let ended = public.await.map_err(|error| error.to_string());
    handle.stop(true).await;
    let _ = background.await;
    stop.stop();
    tracing::info!("stopped");
    ended
}

fn announce(config: &Config, setup: &bootstrap::Setup) {
    tracing::info!(url = %config.public_url, "Cloakroom is ready");
    if !config.public_url.starts_with("https://") {
        tracing::warn!("development mode: not for the internet until a public https URL is set");
    }
    if let Some(code) = setup.code() {
        tracing::info!(
            "open {} and enter the set-up code {code}",
            config.public_url
        );
    }
}

async fn recover(config: Config, app: App) -> Result<(), String> {
    bootstrap::recover(&app, config.bootstrap.as_ref()).await
}
