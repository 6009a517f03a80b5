//! Signs of life: a database server that has fallen silent must not keep everybody waiting.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use diesel::connection::InstrumentationEvent;

use crate::conn::Conn;

/// How often somebody who waits looks for a sign.
const LOOK: Duration = Duration::from_secs(1);
/// After so many looks without a sign on any connection the database is away. One slow statement is no silence,
/// because the workers ask on connections of their own twice a second.
const SILENT: u32 = 8;

/// Statements that have ended, on all connections together.
#[derive(Clone, Debug, Default)]
pub(super) struct Life(Arc<AtomicU64>);

impl Life {
    /// Counts what ends on this connection from now on, and says whether something of it has failed.
    pub(super) fn watch(&self, conn: &mut Conn) -> Failed {
        let ended = Arc::clone(&self.0);
        let failed = Failed::default();
        let seen = Arc::clone(&failed.0);
        conn.instrument(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::FinishQuery { error, .. } = event {
                ended.fetch_add(1, Ordering::Relaxed);
                if error.is_some() {
                    seen.store(true, Ordering::Relaxed);
                }
            }
        });
        failed
    }

    /// Waits for the answer for as long as the database lives; `None` if it has fallen silent.
    pub(super) async fn wait<T>(&self, answer: impl Future<Output = T>) -> Option<T> {
        self.wait_looking(LOOK, answer).await
    }

    async fn wait_looking<T>(&self, look: Duration, answer: impl Future<Output = T>) -> Option<T> {
        let mut answer = pin!(answer);
        let mut seen = self.0.load(Ordering::Relaxed);
        let mut silent = 0;
        while silent < SILENT {
            if let Ok(answer) = tokio::time::timeout(look, &mut answer).await {
                return Some(answer);
            }
            let now = self.0.load(Ordering::Relaxed);
            silent = if now == seen { silent + 1 } else { 0 };
            seen = now;
        }
        None
    }
}

/// Whether a statement has failed on one connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Failed(Arc<AtomicBool>);

impl Failed {
    /// Whether one has since this was asked last.
    pub(super) fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wait_ends_when_the_database_is_silent_and_not_while_it_lives() {
        let (life, look) = (Life::default(), Duration::from_millis(4));
        let slow = async {
            for _ in 0..4 * SILENT {
                tokio::time::sleep(look / 2).await;
                life.0.fetch_add(1, Ordering::Relaxed);
            }
            "done"
        };

        assert_eq!(life.wait_looking(look, slow).await, Some("done"));
        let never = std::future::pending::<()>();
        assert_eq!(life.wait_looking(look, never).await, None);
    }
}
