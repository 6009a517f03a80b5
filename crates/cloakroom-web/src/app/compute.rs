//! What takes long to compute runs on the threads that hash passwords.

use std::time::Instant;

use cloakroom_login::hasher::{self, Asker, Busy};

use super::App;

impl App {
    /// Hashes a password: runs the job on the hashing threads and measures it.
    pub async fn hash<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let timed = move || {
            let started = Instant::now();
            (job(), started.elapsed())
        };
        let (done, took) = self.compute(timed).await?;
        self.metrics.hashed(took);
        Ok(done)
    }

    /// Runs a long job on the hashing threads and waits for it without blocking this one.
    pub async fn compute<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let (sender, mut answer) = tokio::sync::oneshot::channel();
        // It is dropped with this future, and then the job is not begun any more.
        let asker = Asker::default();
        self.hasher.submit(&asker, job, move |done| {
            // Whoever asked may have gone away meanwhile.
            let _ = sender.send(done);
        })?;
        let lost = Busy {
            retry_after_seconds: 1,
        };
        match tokio::time::timeout(hasher::PATIENCE, &mut answer).await {
            Ok(answer) => answer.map_err(|_| lost),
            Err(_) if asker.is_served() => answer.await.map_err(|_| lost),
            Err(_) => Err(Busy {
                retry_after_seconds: hasher::PATIENCE.as_secs(),
            }),
        }
    }
}
