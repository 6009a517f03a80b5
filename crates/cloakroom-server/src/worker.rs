//! What runs beside the requests: sweeping what is over, hearing of other nodes, and telling clients.

mod alerts;
pub(crate) mod beat;
mod farewell;
mod goodbye;
mod post;
mod sweep;

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use cloakroom_model::db::Listener;
use cloakroom_model::{Fault, node};
use cloakroom_web::App;

use self::beat::Presence;
use self::sweep::Sweeper;

/// Other nodes' changes are heard within a second.
const HEAR: Duration = Duration::from_millis(200);
/// How soon clients are told that a session has ended.
const TELL: Duration = Duration::from_millis(500);
/// How soon a job begins.
const WORK: Duration = Duration::from_millis(500);
/// How soon it is seen that the people of a directory are due.
const VISIT: Duration = Duration::from_secs(5);
/// How soon it is seen that events are too many.
const WATCH: Duration = Duration::from_secs(10);
/// How soon it is stored that a client took tokens.
const COUNT: Duration = Duration::from_secs(2);
/// How soon workflows hear of what has happened, and how soon a step is done after it is due.
const STEP: Duration = Duration::from_millis(500);
/// How often it is looked for what is over.
const SWEEP: Duration = Duration::from_secs(10);

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
    let presence = Presence::of(Arc::clone(&app));
    let pause = Duration::from_secs(node::BEAT.as_seconds().unsigned_abs());
    threads.push(every(&app, "beat", pause, move |_| presence.round())?);
    let node = app.node.id.clone();
    let mut sweeper = Sweeper::new(node.clone());
    threads.push(every(&app, "sweep", SWEEP, move |app| sweeper.round(app))?);
    let telling = runtime()?;
    threads.push(every(&app, "goodbye", TELL, move |app| {
        telling.block_on(async {
            goodbye::round(app).await?;
            farewell::round(app).await
        })
    })?);
    let (watching, watcher) = (runtime()?, node.clone());
    threads.push(every(&app, "alerts", WATCH, move |app| {
        watching.block_on(alerts::round(app, &watcher))
    })?);
    let working = runtime()?;
    threads.push(every(&app, "jobs", WORK, move |app| {
        working.block_on(cloakroom_admin::jobs::round(app, &node))
    })?);
    let stepping = runtime()?;
    threads.push(every(&app, "workflows", STEP, move |app| {
        stepping.block_on(async {
            let more = cloakroom_admin::workflows::round(app).await?;
            Ok::<_, Fault>(match more {
                true => Again::Soon,
                false => Again::Later,
            })
        })
    })?);
    let visiting = runtime()?;
    threads.push(every(&app, "directories", VISIT, move |app| {
        visiting.block_on(cloakroom_admin::directories::round(app))
    })?);
    let counting = runtime()?;
    threads.push(every(&app, "uses", COUNT, move |app| {
        counting.block_on(async {
            cloakroom_web::uses::round(app).await?;
            cloakroom_web::key_fetches::round(app).await
        })
    })?);
    Ok(Stop { threads })
}

fn runtime() -> Result<tokio::runtime::Runtime, String> {
    let made = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    made.map_err(|error| error.to_string())
}

/// When a worker works again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    /// After its usual pause.
    Later,
    /// After a pause as long as the work took: the other half of the time is the requests'.
    Soon,
}

impl From<()> for Again {
    fn from((): ()) -> Self {
        Self::Later
    }
}

fn every<A: Into<Again>>(
    app: &Arc<App>,
    name: &str,
    pause: Duration,
    mut work: impl FnMut(&App) -> Result<A, Fault> + Send + 'static,
) -> Result<(Sender<()>, JoinHandle<()>), String> {
    let app = Arc::clone(app);
    let (stop, stopped) = channel::<()>();
    let worker = name.to_owned();
    let thread = std::thread::Builder::new()
        .name(worker.clone())
        .spawn(move || {
            let mut next = pause;
            while stopped.recv_timeout(next) == Err(RecvTimeoutError::Timeout) {
                let begun = Instant::now();
                let done = work(&app).map(Into::into);
                app.metrics.worked(&worker, done.is_ok());
                next = match done {
                    Ok(Again::Soon) => begun.elapsed(),
                    Ok(Again::Later) => pause,
                    Err(fault) => {
                        tracing::warn!(%worker, error = %fault, "a worker's round failed");
                        pause
                    }
                };
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
