//! What runs beside the requests: sweeping what is over, hearing of other nodes, and telling clients.

mod farewell;
mod goodbye;
mod post;

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use cloakroom_login::throttle::FORGOTTEN_AFTER;
use cloakroom_model::db::Listener;
use cloakroom_model::{
    Changes, Cx, Fault, Link, Ttl, attempt, code, console_session, departure, device, event, job,
    known_device, lease, login_limit, opaque, pushed_request, recycle_bin, refresh, replay,
    session, trial,
};
use cloakroom_web::App;
use cloakroom_web::app::{now, random};

/// Other nodes' changes are heard within a second.
const HEAR: Duration = Duration::from_millis(200);
/// How soon clients are told that a session has ended.
const TELL: Duration = Duration::from_millis(500);
/// How soon a job begins.
const WORK: Duration = Duration::from_millis(500);
/// How soon it is seen that the people of a directory are due.
const VISIT: Duration = Duration::from_secs(5);
/// How soon it is stored that a client took tokens.
const COUNT: Duration = Duration::from_secs(2);
/// How often what is over is removed.
const SWEEP: Duration = Duration::from_secs(10);
/// Rows of a table removed in one transaction, few enough to delay no request.
const ROWS: i64 = 200;

/// Stops the workers.
#[derive(Debug)]
pub(crate) struct Stop {
    threads: Vec<(Sender<()>, JoinHandle<()>)>,
}

impl Stop {
    /// Ends each worker after what it is doing.
    pub(crate) fn stop(self) {
        for (stop, thread) in self.threads {
            drop(stop);
            let _ = thread.join();
        }
    }
}

/// Starts the workers.
pub(crate) fn start(app: Arc<App>) -> Result<Stop, String> {
    let mut threads = Vec::new();
    if let Some(listener) = app.db().listen().map_err(|fault| fault.to_string())? {
        let mut listener = Some(listener);
        threads.push(every(&app, "listener", HEAR, move |app| {
            hear(app, &mut listener)
        })?);
    }
    let node = uuid_of_node()?;
    let sweeper = node.clone();
    threads.push(every(&app, "sweep", SWEEP, move |app| {
        sweep(app, &sweeper)
    })?);
    let telling = runtime()?;
    threads.push(every(&app, "goodbye", TELL, move |app| {
        telling.block_on(async {
            goodbye::round(app).await?;
            farewell::round(app).await
        })
    })?);
    let working = runtime()?;
    threads.push(every(&app, "jobs", WORK, move |app| {
        working.block_on(cloakroom_admin::jobs::round(app, &node))
    })?);
    let visiting = runtime()?;
    threads.push(every(&app, "directories", VISIT, move |app| {
        visiting.block_on(cloakroom_admin::directories::round(app))
    })?);
    let counting = runtime()?;
    threads.push(every(&app, "uses", COUNT, move |app| {
        counting.block_on(cloakroom_web::uses::round(app))
    })?);
    Ok(Stop { threads })
}

fn runtime() -> Result<tokio::runtime::Runtime, String> {
    let made = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    made.map_err(|error| error.to_string())
}

fn every(
    app: &Arc<App>,
    name: &str,
    pause: Duration,
    mut work: impl FnMut(&App) -> Result<(), Fault> + Send + 'static,
) -> Result<(Sender<()>, JoinHandle<()>), String> {
    let app = Arc::clone(app);
    let (stop, stopped) = channel::<()>();
    let worker = name.to_owned();
    let thread = std::thread::Builder::new()
        .name(worker.clone())
        .spawn(move || {
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                let done = work(&app);
                app.metrics.worked(&worker, done.is_ok());
                if let Err(fault) = done {
                    tracing::warn!(%worker, error = %fault, "a worker's round failed");
                }
            }
        })
        .map_err(|error| error.to_string())?;
    Ok((stop, thread))
}

/// Takes over what other nodes changed; asks for all versions, in case a notification was missed.
fn hear(app: &App, listener: &mut Option<Listener>) -> Result<(), Fault> {
    let mut current = match listener.take() {
        Some(current) => current,
        None => match app.db().listen()? {
            Some(fresh) => fresh,
            None => return Ok(()),
        },
    };
    app.apply(&current.hear()?.changes);
    app.keep_only(&current.versions()?);
    *listener = Some(current);
    Ok(())
}

/// A name that tells this node's leases from those of others.
fn uuid_of_node() -> Result<String, String> {
    let mut rng = random().map_err(|fault| fault.to_string())?;
    Ok(cloakroom_model::Secret::random(&mut rng)
        .digest()
        .to_base64url())
}

fn sweep(app: &App, node: &str) -> Result<(), Fault> {
    let (vault, node) = (app.vault(), node.to_owned());
    app.db().write_blocking(move |conn| {
        let mut changes = Changes::default();
        let mut rng = random()?;
        let nobody = Arc::new(cloakroom_model::Realm::nobody());
        let mut cx = Cx {
            db: Link::Open(conn),
            realm: &nobody,
            now: now(),
            rng: &mut rng,
            vault: &vault,
            changes: &mut changes,
        };
        if !lease::take(&mut cx, "sweep", &node, Ttl::seconds(30))? {
            return Ok(());
        }
        attempt::sweep(&mut cx, ROWS)?;
        code::sweep(&mut cx, ROWS)?;
        device::sweep(&mut cx, ROWS)?;
        departure::sweep(&mut cx, ROWS)?;
        trial::sweep(&mut cx)?;
        session::sweep(&mut cx, ROWS)?;
        refresh::sweep(&mut cx, ROWS)?;
        replay::sweep(&mut cx)?;
        pushed_request::sweep(&mut cx)?;
        console_session::sweep(&mut cx)?;
        opaque::sweep(&mut cx)?;
        login_limit::sweep(&mut cx, FORGOTTEN_AFTER)?;
        event::sweep_expired(&mut cx, ROWS)?;
        known_device::sweep(&mut cx)?;
        recycle_bin::sweep(&mut cx)?;
        job::sweep(&mut cx)?;
        Ok(())
    })
}
