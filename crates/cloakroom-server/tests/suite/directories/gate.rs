//! A way to a directory that can be shut, or stop in the middle of everything.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::Duration;

use super::authority::address;
use super::slapd::Slapd;
use crate::server::pause;

const OPEN: u8 = 0;
const SHUT: u8 = 1;
const STUCK: u8 = 2;

/// A forwarding that does as it is told; its threads end with the tests.
pub(super) struct Gate {
    pub(super) url: String,
    /// How many connections were made.
    pub(super) visits: Arc<AtomicUsize>,
    state: Arc<AtomicU8>,
}

impl Gate {
    pub(super) fn to(slapd: &Slapd) -> Self {
        let address = address(1);
        let listener = TcpListener::bind((address.as_str(), 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (visits, state) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicU8::new(OPEN)));
        let target = (slapd.address.clone(), slapd.port);
        let (count, told) = (Arc::clone(&visits), Arc::clone(&state));
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                if told.load(Ordering::SeqCst) == SHUT {
                    continue;
                }
                count.fetch_add(1, Ordering::SeqCst);
                let far = TcpStream::connect((target.0.as_str(), target.1)).unwrap();
                let back = (far.try_clone().unwrap(), near.try_clone().unwrap());
                for (one, other) in [(near, far), back] {
                    let told = Arc::clone(&told);
                    std::thread::spawn(move || carry(&one, &other, &told));
                }
            }
        });
        Self {
            url: format!("ldap://{address}:{port}"),
            visits,
            state,
        }
    }

    /// Every connection breaks, and no other one is made.
    pub(super) fn shut(&self) {
        self.state.store(SHUT, Ordering::SeqCst);
    }

    /// Connections stay, and nothing comes through.
    pub(super) fn stop(&self) {
        self.state.store(STUCK, Ordering::SeqCst);
    }

    pub(super) fn open(&self) {
        self.state.store(OPEN, Ordering::SeqCst);
    }
}

fn carry(mut one: &TcpStream, mut other: &TcpStream, told: &AtomicU8) {
    one.set_read_timeout(Some(Duration::from_millis(20)))
        .unwrap();
    let mut buffer = [0_u8; 16 * 1024];
    loop {
        match told.load(Ordering::SeqCst) {
            OPEN => {}
            SHUT => break,
            _ => {
                pause(Duration::from_millis(10));
                continue;
            }
        }
        match one.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                if other.write_all(&buffer[..read]).is_err() {
                    break;
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) if error.kind() == std::io::ErrorKind::TimedOut => {}
            Err(_) => break,
        }
    }
    let _ = one.shutdown(Shutdown::Both);
    let _ = other.shutdown(Shutdown::Both);
}
