//! The readers: a connection of each thread for reads by key, and a small pool for the rest.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Semaphore, oneshot};

use crate::conn::{Access, Conn};
use crate::db::life::Life;
use crate::fault::{Fault, Verdict};

thread_local! {
    static OWN: RefCell<Vec<(u64, Conn)>> = const { RefCell::new(Vec::new()) };
}

/// Tests open many databases in one process; a thread keeps the connections of the latest few.
const OWN_MOST: usize = 4;

/// Runs `work` on this thread's own connection to the database with this number.
pub(super) fn inline<T, E: Verdict>(
    number: u64,
    url: &str,
    work: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    let own = OWN.with_borrow_mut(|all| {
        let at = all.iter().position(|(n, _)| *n == number)?;
        Some(all.swap_remove(at).1)
    });
    let mut conn = match own {
        Some(conn) => conn,
        None => Conn::open(url, Access::Read)?,
    };
    let result = work(&mut conn);
    if is_sound(&result) {
        OWN.with_borrow_mut(|all| {
            if all.len() >= OWN_MOST {
                all.remove(0);
            }
            all.push((number, conn));
        });
    }
    result
}

/// A connection that faulted for want of the database is not used again.
fn is_sound<T, E: Verdict>(result: &Result<T, E>) -> bool {
    match result {
        Ok(_) => true,
        Err(error) => error.fault().is_none_or(|fault| !fault.is_temporary()),
    }
}

/// Connections that read on background threads.
pub(super) struct Readers {
    url: String,
    idle: Arc<Mutex<Vec<Conn>>>,
    permits: Arc<Semaphore>,
    most: usize,
    life: Option<Life>,
}

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Readers")
            .field("free", &self.permits.available_permits())
            .finish()
    }
}

impl Readers {
    pub(super) fn new(url: String, most: usize, life: Option<Life>) -> Self {
        let most = most.max(1);
        Self {
            url,
            idle: Arc::default(),
            permits: Arc::new(Semaphore::new(most)),
            most,
            life,
        }
    }

    /// How many connections read now, and how many more may.
    pub(super) fn stats(&self) -> (usize, usize) {
        let free = self.permits.available_permits();
        (self.most.saturating_sub(free), free)
    }

    pub(super) async fn run<T, E>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: Verdict + Send + 'static,
    {
        let run = self.run_to_the_end(work);
        match &self.life {
            None => run.await,
            Some(life) => life.wait(run).await.ok_or_else(Fault::silent)?,
        }
    }

    async fn run_to_the_end<T, E>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: Verdict + Send + 'static,
    {
        let (told, answer) = oneshot::channel();
        let read = move |conn: &mut Conn| {
            let result = work(conn);
            let is_sound = is_sound(&result);
            let _ = told.send(result);
            is_sound
        };
        self.lend(Box::new(read)).await?;
        answer.await.unwrap_or_else(|_| Err(panicked().into()))
    }

    /// Lends a connection to a read on a background thread. It is of one type whatever is read, because what the
    /// runtime keeps of a task is compiled for each type of it.
    async fn lend(&self, read: Read) -> Result<(), Fault> {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.map_err(|_| Fault::busy())?;
        let (idle, url, life) = (Arc::clone(&self.idle), self.url.clone(), self.life.clone());
        let ran = tokio::task::spawn_blocking(move || {
            // It belongs to the thread, which goes on when nobody waits for it any more.
            let _permit = permit;
            let found = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut conn = match found {
                Some(conn) => conn,
                None => opened(&url, life.as_ref())?,
            };
            if read(&mut conn) {
                idle.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(conn);
            }
            Ok(())
        });
        ran.await.map_err(|_| panicked())?
    }
}

/// A read that has told its answer to whoever waits for it; whether the connection may be used again.
type Read = Box<dyn FnOnce(&mut Conn) -> bool + Send>;

fn panicked() -> Fault {
    Fault::corrupt("a read panicked")
}

fn opened(url: &str, life: Option<&Life>) -> Result<Conn, Fault> {
    let mut conn = Conn::open(url, Access::Read)?;
    if let Some(life) = life {
        life.watch(&mut conn);
    }
    Ok(conn)
}
