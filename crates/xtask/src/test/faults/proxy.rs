//! What stands between: a way for connections that leads where it is told, falls silent, or breaks at the worst moment.
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;

/// When a connection to a database breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// The server never hears of the commit.
    BeforeCommit,
    /// The server has committed, and nobody hears of it.
    AfterCommit,
}

#[derive(Debug, Default)]
struct State {
    /// Where connections lead: the first that can be reached.
    targets: Mutex<Vec<u16>>,
    /// Nothing goes through, and nothing is refused.
    silent: AtomicBool,
    cut: Mutex<Option<Cut>>,
    /// How many connections may still be cut.
    cuts: AtomicI32,
    over: AtomicBool,
}

/// It ends with this.
#[derive(Debug)]
pub(super) struct Proxy {
    pub(super) port: u16,
    state: Arc<State>,
}

impl Proxy {
    pub(super) fn start(target: u16) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(State::default());
        let proxy = Self {
            port,
            state: Arc::clone(&state),
        };
        proxy.lead_to(&[target]);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if state.over.load(Ordering::Relaxed) {
                    break;
                }
                let state = Arc::clone(&state);
                std::thread::spawn(move || carry(&stream, &state));
            }
        });
        Ok(proxy)
    }

    /// Where connections lead from now on.
    pub(super) fn lead_to(&self, targets: &[u16]) {
        *self
            .state
            .targets
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = targets.to_vec();
    }

    /// Nothing goes through any more, or again.
    pub(super) fn set_silent(&self, silent: bool) {
        self.state.silent.store(silent, Ordering::Relaxed);
    }

    /// Breaks so many connections at this moment of theirs.
    pub(super) fn cut(&self, cut: Cut, times: i32) {
        *self
            .state
            .cut
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(cut);
        self.state.cuts.store(times, Ordering::Relaxed);
    }

    /// How many of them are left to break.
    pub(super) fn cuts_left(&self) -> i32 {
        self.state.cuts.load(Ordering::Relaxed).max(0)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.over.store(true, Ordering::Relaxed);
        // Wakes the thread that waits for the next connection.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn carry(client: &TcpStream, state: &Arc<State>) {
    let targets = state
        .targets
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let mut reached = targets
        .iter()
        .filter_map(|port| TcpStream::connect(("127.0.0.1", *port)).ok());
    let Some(server) = reached.next() else {
        return;
    };
    let (Ok(back), Ok(forth)) = (server.try_clone(), client.try_clone()) else {
        return;
    };
    // Set once the answer must not come through.
    let (deaf, deaf_too) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicBool::new(false)),
    );
    let way_back = {
        let (state, deaf) = (Arc::clone(state), Arc::clone(&deaf));
        std::thread::spawn(move || pass(&back, &forth, &state, &deaf, false))
    };
    pass(client, &server, state, &deaf, true);
    drop(deaf_too);
    let _ = way_back.join();
}

/// Passes bytes on until either side ends.
fn pass(from: &TcpStream, to: &TcpStream, state: &State, deaf: &AtomicBool, is_forth: bool) {
    let _ = from.set_read_timeout(Some(Duration::from_millis(200)));
    let _ = (from.set_nodelay(true), to.set_nodelay(true));
    let (mut reader, mut writer) = (from, to);
    let mut part = vec![0; 32 * 1024];
    while !state.over.load(Ordering::Relaxed) {
        let bytes = match reader.read(&mut part) {
            Ok(0) => break,
            Ok(length) => part.get(..length).unwrap_or_default(),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                continue;
            }
            Err(_) => break,
        };
        while state.silent.load(Ordering::Relaxed) && !state.over.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(10));
        }
        if deaf.load(Ordering::Relaxed) {
            break;
        }
        if is_forth
            && bytes.windows(6).any(|word| word == b"COMMIT")
            && state.cuts.fetch_sub(1, Ordering::Relaxed) > 0
        {
            let cut = *state.cut.lock().unwrap_or_else(PoisonError::into_inner);
            if cut == Some(Cut::AfterCommit) {
                // The other thread breaks off when the answer comes.
                deaf.store(true, Ordering::Relaxed);
                let _ = writer.write_all(bytes);
                continue;
            }
            break;
        }
        if writer.write_all(bytes).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
