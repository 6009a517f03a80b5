//! The two doors to the database: the writer that commits together what waits together, and the
//! readers.

mod administration;
mod batch;
mod life;
mod listener;
mod readers;
mod unit;
mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::conn::{Access, Conn};
use crate::cx::Link;
use crate::fault::{Fault, Verdict};
use crate::{Result, migrate};

pub use administration::administer;
pub(crate) use listener::announce;
pub use listener::{Heard, Listener};

/// What a request needs of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Nothing: the realm's snapshot answers. If it cannot, the request runs again with `Read`.
    Memory,
    /// Reads by key.
    Read,
    /// Reads of much.
    Scan,
    /// A durable or single-use change.
    Write,
    /// The same of a kind that many make at once: what they ask and store may go into one statement for all of them. A unit
    /// of work is run to hear what it asks first.
    Together,
    /// A change that everybody sees at once, and that may be lost if the machine loses its power in the same moment: what
    /// counts only as long as the request that made it. The end of a process loses nothing of it.
    Passing,
}

/// Where the data is, and how many connections may read it at once.
#[derive(Clone)]
pub struct Settings {
    /// `sqlite://PATH` or `postgres://…`.
    pub url: String,
    /// Connections that read in the background.
    pub readers: usize,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The URL may hold a password.
        f.debug_struct("Settings")
            .field("readers", &self.readers)
            .finish_non_exhaustive()
    }
}

/// The number of the lock that nodes take their turns with.
const TURN: i64 = 0x636c_6f61_6b21;

/// A node's turn. The lock belongs to the connection, and goes with it.
pub struct Turn {
    _conn: Conn,
}

impl std::fmt::Debug for Turn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Turn")
    }
}

/// What the doors are doing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stats {
    /// Units of work that wait for the writer.
    pub waiting: usize,
    /// Transactions that the writer has committed since the start.
    pub commits: u64,
    /// Units of work in them.
    pub units: u64,
    /// Connections that read in the background now.
    pub busy_readers: usize,
    /// How many more may.
    pub free_readers: usize,
}

/// The database, with its migrations applied.
#[derive(Clone, Debug)]
pub struct Db(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Tells the thread-local connections of several databases in one process apart.
    number: u64,
    settings: Settings,
    writer: writer::Writer,
    readers: readers::Readers,
}

/// Work that wants its connection from the start.
fn by_connection<T, E: Verdict>(
    mut work: impl FnMut(&mut Conn) -> std::result::Result<T, E>,
) -> impl FnMut(&mut Link<'_>) -> std::result::Result<T, E> {
    move |link| work(link.conn()?)
}

static NEXT: AtomicU64 = AtomicU64::new(1);

impl Db {
    /// Connects, brings the schema up to date and starts the writer.
    pub fn open(settings: Settings) -> Result<Self> {
        let mut conn = Conn::open(&settings.url, Access::Write)?;
        migrate::run(&mut conn)?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        // A file does not fall silent, and its statements are not worth counting.
        let life = conn.is_postgres().then(life::Life::default);
        let writer = writer::Writer::start(conn, settings.url.clone(), life.clone())?;
        let readers = readers::Readers::new(settings.url.clone(), settings.readers, life);
        Ok(Self(Arc::new(Inner {
            number,
            settings,
            writer,
            readers,
        })))
    }

    /// True for PostgreSQL, where other nodes may write too.
    pub fn is_shared(&self) -> bool {
        !self.0.settings.url.starts_with("sqlite://")
    }

    /// Runs `work` in a transaction that it may share, and answers after the commit. A refusal
    /// commits like a success; only a fault rolls back. `work` may run twice.
    pub async fn write<T, E>(
        &self,
        work: impl FnMut(&mut Conn) -> std::result::Result<T, E> + Send + 'static,
    ) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: Verdict + Send + 'static,
    {
        self.write_linked(Door::Write, by_connection(work)).await
    }

    /// The same for work that takes its connection when it needs one; through [`Door::Together`] it is heard first.
    pub async fn write_linked<T, E>(
        &self,
        door: Door,
        work: impl FnMut(&mut Link<'_>) -> std::result::Result<T, E> + Send + 'static,
    ) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: Verdict + Send + 'static,
    {
        self.0.writer.submit(door, work).await
    }

    /// Runs `work` like [`Db::write`], for callers without an async runtime.
    pub fn write_blocking<T, E>(
        &self,
        work: impl FnMut(&mut Conn) -> std::result::Result<T, E> + Send + 'static,
    ) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: Verdict + Send + 'static,
    {
        self.0.writer.submit_blocking(by_connection(work))
    }

    /// Runs `work`, which reads by key, on this thread's own connection where the database is a
    /// file, and on a background thread where it is a server.
    pub async fn read<T, E>(
        &self,
        work: impl FnOnce(&mut Conn) -> std::result::Result<T, E> + Send + 'static,
    ) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: Verdict + Send + 'static,
    {
        if self.is_shared() {
            return self.0.readers.run(work).await;
        }
        readers::inline(self.0.number, &self.0.settings.url, work)
    }

    /// Runs `work`, which reads much, on a background thread.
    pub async fn scan<T, E>(
        &self,
        work: impl FnOnce(&mut Conn) -> std::result::Result<T, E> + Send + 'static,
    ) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: Verdict + Send + 'static,
    {
        self.0.readers.run(work).await
    }

    /// Waits until no other node does what only one may do at a time; its turn ends with the value.
    /// `None` where there is one node, which has to see to itself.
    pub async fn take_turn(&self) -> Result<Option<Turn>> {
        if !self.is_shared() {
            return Ok(None);
        }
        let url = self.0.settings.url.clone();
        let waited = tokio::task::spawn_blocking(move || {
            let mut conn = Conn::open(&url, Access::Write)?;
            conn.run(&format!("SELECT pg_advisory_lock({TURN})"))?;
            Ok(Turn { _conn: conn })
        });
        let turn = waited
            .await
            .map_err(|_| Fault::corrupt("a wait panicked"))?;
        turn.map(Some)
    }

    /// The id and the version of each realm as they stand now.
    pub async fn versions(&self) -> Result<Vec<(String, i64)>> {
        self.scan(crate::realm::versions).await
    }

    /// Starts to listen for what other nodes change; `None` where there are none.
    pub fn listen(&self) -> Result<Option<Listener>> {
        if !self.is_shared() {
            return Ok(None);
        }
        Listener::open(&self.0.settings.url).map(Some)
    }

    /// What the doors are doing, for metrics.
    pub fn stats(&self) -> Stats {
        let (waiting, done) = self.0.writer.stats();
        let (busy_readers, free_readers) = self.0.readers.stats();
        Stats {
            waiting,
            commits: done.commits.load(Ordering::Relaxed),
            units: done.units.load(Ordering::Relaxed),
            busy_readers,
            free_readers,
        }
    }

    /// Answers if the database does.
    pub async fn ping(&self) -> Result<()> {
        self.scan(|conn| conn.run("SELECT 1").map_err(Fault::from))
            .await
    }
}
