//! The end in order: first not ready, so that nobody sends more, then no new requests, then those
//! in flight finish.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Whether the server has been told to stop.
#[derive(Debug, Default)]
pub(crate) struct Stopping(AtomicBool);

impl Stopping {
    /// It takes no more requests soon.
    pub(crate) fn has_begun(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// The signals that end the server.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Takes them over from now on.
    pub(crate) fn listen() -> Result<Self, String> {
        let take = |kind| signal(kind).map_err(|error| error.to_string());
        Ok(Self {
            terminate: take(SignalKind::terminate())?,
            interrupt: take(SignalKind::interrupt())?,
        })
    }

    /// Waits for one of them, and ends the public server.
    ///
    /// What distributes requests asks whether we are ready once in a while, so after SIGTERM there
    /// is a pause in which it can hear that we are not. After Ctrl-C nobody waits for that.
    pub(crate) async fn stop(mut self, stopping: &Stopping, pause: Duration, server: ServerHandle) {
        let is_terminated = tokio::select! {
            _ = self.terminate.recv() => true,
            _ = self.interrupt.recv() => false,
        };
        stopping.0.store(true, Ordering::Release);
        tracing::info!("stopping");
        // Without systemd there is nobody to tell.
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
        if is_terminated {
            tokio::time::sleep(pause).await;
        }
        server.stop(true).await;
    }
}
