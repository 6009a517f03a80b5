//! The running server: the app put together, both ports served, and the end in order.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Service as _;
use actix_web::web::Data;
use actix_web::{App as Server, HttpServer};
use cloakroom_login::hasher::Hasher;
use cloakroom_model::{Db, db};
use cloakroom_web::App;
use cloakroom_web::app::Parts;
use cloakroom_web::copies::Copies;
use cloakroom_web::outbound::Outbound;

use crate::address::Names;
use crate::cli::backup;
use crate::config::Config;
use crate::front::FrontFactory;
use crate::setup_code::Setup;
use crate::stop::{Signals, Stopping};
use crate::{address, bootstrap, health, master_key, mount, open_files, routes, worker};

/// The database that is used: the one of the settings, or SQLite in the data folder.
pub(crate) fn database_url(config: &Config) -> String {
    let file = config.data_dir.join("cloakroom.db");
    config.database_url.as_ref().map_or_else(
        || format!("sqlite://{}", file.display()),
        |url| url.expose().to_owned(),
    )
}

/// Opens the database and puts the app together, before anything asynchronous runs.
pub(crate) fn open(config: &Config) -> Result<App, String> {
    // The database has people and digests of passwords in it: what is made here is nobody else's to read.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    std::fs::create_dir_all(&config.data_dir)
        .map_err(|error| format!("{} cannot be made: {error}", config.data_dir.display()))?;
    let key = master_key::load(config.master_key.as_ref(), &config.data_dir)?;
    let url = database_url(config);
    let file = url.strip_prefix("sqlite://").map(str::to_owned);
    let db = Db::open(db::Settings { url, readers: 8 }).map_err(|fault| match file {
        Some(file) => format!("{file} cannot be opened to be written: {fault}"),
        None => fault.to_string(),
    })?;
    let vault = master_key::open_vault(&db, &key)?;
    let hasher = Hasher::start(None).map_err(|error| error.to_string())?;
    Ok(App::new(Parts {
        db,
        vault,
        hasher,
        base_url: config.public_url.clone(),
        proxies: config.trusted_proxies.clone(),
        outbound: Outbound::new(config.outbound_allow.clone())?,
        kerberos: config.kerberos.clone(),
        makers: config.makers.clone(),
        connectors: routes::broker::administered,
        copies: copies(config),
        node: worker::beat::name(config.port).map_err(|fault| fault.to_string())?,
    }))
}

/// What the button of the console does: the same as `cloakroom backup`, to a folder that the browser has no say in.
fn copies(config: &Config) -> Copies {
    let url = database_url(config);
    let database = url.strip_prefix("sqlite://").map(PathBuf::from);
    let write = move |file: &Path| backup::copy(&url, file);
    Copies::new(config.backup_dir.clone(), database, Arc::new(write))
}

/// How long an idle connection stays open. Clients keep theirs for about a minute, and one that ends
/// under a request looks like a server that is gone.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Threads of each worker for what waits: more than the lookups of names and the reads of the database that there may be, on any machine.
const BLOCKING: usize = 256;

/// Probes and metrics ask one after the other.
const MANAGEMENT_CONNECTIONS: usize = 128;

/// Serves until a signal comes, and ends in order.
pub(crate) async fn run(config: Config, app: App) -> Result<(), String> {
    let app = Data::new(app);
    let setup = Data::new(bootstrap::prepare(&app, config.bootstrap.as_ref()).await?);
    let said = worker::beat::begin(&app).await;
    said.map_err(|fault| fault.to_string())?;
    let stop = worker::start(Arc::clone(&app))?;

    let (state, code) = (app.clone(), setup.clone());
    let others: Vec<_> = address::loopback_names(&config.public_url)
        .into_iter()
        .map(|(host, url)| (host, Data::new(app.at(&url))))
        .collect();
    let (mount, management_mount) = (config.relative_path.clone(), config.relative_path.clone());
    let stopping = Data::new(Stopping::default());
    let ends = stopping.clone();
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let public = HttpServer::new(move || {
        let names = Names::new(&others);
        let front = FrontFactory::new(mount.clone(), names, ends.clone(), routes::public);
        Server::new()
            .app_data(state.clone())
            .app_data(code.clone())
            .default_service(front)
    })
    .bind((config.host.as_str(), config.port))
    .map_err(|error| format!("{}:{} cannot be used: {error}", config.host, config.port))?
    .workers(workers)
    .worker_max_blocking_threads(BLOCKING)
    .max_connections(open_files::connections(workers))
    .shutdown_timeout(10)
    .keep_alive(KEEP_ALIVE)
    .disable_signals()
    .run();
    let told = stopping.clone();
    let management = HttpServer::new(move || {
        let mount = management_mount.clone();
        Server::new()
            .app_data(app.clone())
            .app_data(told.clone())
            .wrap_fn(move |mut request, next| {
                mount::enter(&mount, &mut request);
                next.call(request)
            })
            .configure(health::configure)
    })
    .workers(1)
    .max_connections(MANAGEMENT_CONNECTIONS)
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
    let (signals, handle_public) = (Signals::listen()?, public.handle());
    let pause = config.shutdown_delay;
    actix_web::rt::spawn(async move { signals.stop(&stopping, pause, handle_public).await });
    announce(&config, &setup);
    let ended = public.await.map_err(|error| error.to_string());
    handle.stop(true).await;
    let _ = background.await;
    stop.stop();
    tracing::info!("stopped");
    ended
}

fn announce(config: &Config, setup: &Setup) {
    // Without systemd there is nobody to tell.
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
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
