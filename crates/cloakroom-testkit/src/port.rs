//! Ports for servers that a test starts.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below those that the system gives to outgoing connections, which may take one before the server that it is for does.
const FIRST: u16 = 10_240;
const COUNT: u16 = 20_000;

/// A port of this address that nobody listens on, and that no other call gives.
pub fn free_port(address: &str) -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Processes beside this one begin elsewhere.
    let begin = u64::from(std::process::id()) * 997;
    loop {
        let step = u64::from(NEXT.fetch_add(1, Ordering::Relaxed));
        let place = u16::try_from((begin + step) % u64::from(COUNT)).unwrap();
        if TcpListener::bind((address, FIRST + place)).is_ok() {
            return FIRST + place;
        }
    }
}
