//! A server of somebody else that answers badly, at an address that the server under test may reach.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::realm::CALLBACK;
use crate::server::{OUTSIDE, pause};

/// More than the server under test reads of any answer.
const LARGE: usize = 10 * 1024 * 1024;

/// Listens until the tests end.
pub(super) struct Elsewhere {
    /// `http://host:port`; the path says what the answer is like.
    pub(super) base: String,
    asked: Arc<AtomicUsize>,
}

impl Elsewhere {
    /// Starts it; `/redirect` leads to `inside`.
    pub(super) fn start(inside: &str) -> Self {
        let listener = TcpListener::bind((OUTSIDE, 0)).unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let (counted, inside) = (Arc::clone(&asked), inside.to_owned());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::SeqCst);
                let inside = inside.clone();
                std::thread::spawn(move || answer(stream, &inside));
            }
        });
        Self { base, asked }
    }

    /// How often somebody has connected.
    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// Whoever asked may hang up at any time, so what cannot be written is of no interest.
fn answer(mut stream: TcpStream, inside: &str) {
    let mut head = [0; 4096];
    let length = stream.read(&mut head).unwrap_or_default();
    let head = String::from_utf8_lossy(&head[..length]).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default();
    let (line, body) = match path {
        "/500" => ("500 Internal Server Error", "no".to_owned()),
        "/html" => ("200 OK", "<html>a page</html>".to_owned()),
        "/large" => ("200 OK", "x".repeat(LARGE)),
        "/sector" => ("200 OK", format!("[\"{CALLBACK}\"]")),
        "/redirect" => ("302 Found", String::new()),
        _ => ("200 OK", "x".repeat(1000)),
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {line}\r\nLocation: {inside}/\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    let _ = stream.write_all(head.as_bytes());
    if path != "/slow" {
        let _ = stream.write_all(body.as_bytes());
        return;
    }
    for byte in body.bytes().take(60) {
        if stream.write_all(&[byte]).is_err() {
            return;
        }
        pause(Duration::from_secs(1));
    }
}
