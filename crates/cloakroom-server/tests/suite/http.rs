//! HTTP/1.1 as it is written: what a test sends goes out byte for byte, where a library would put it right.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use socket2::{Domain, Socket, Type};

/// Nothing of the suite waits longer for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request, before it is written down.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query, as they stand in the request line.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Vec<u8>>,
}

impl Request {
    pub(crate) fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    pub(crate) fn new(method: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: None,
        }
    }

    /// A form that is posted.
    pub(crate) fn form<N: AsRef<str>, V: AsRef<str>>(target: &str, fields: &[(N, V)]) -> Self {
        Self::new("POST", target)
            .with("Content-Type", "application/x-www-form-urlencoded")
            .with_body(encode(fields).into_bytes())
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn with_body(mut self, body: Vec<u8>) -> Self {
        self.body = Some(body);
        self
    }

    /// The bytes of the request; the connection is for it alone.
    pub(crate) fn bytes(&self, host: &str) -> Vec<u8> {
        self.written(host, "Connection: close\r\n")
    }

    /// The bytes of the request, on a connection on which others follow.
    pub(crate) fn bytes_of_many(&self, host: &str) -> Vec<u8> {
        self.written(host, "")
    }

    fn written(&self, host: &str, last: &str) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        if !self.has("host") {
            text.push_str(&format!("Host: {host}\r\n"));
        }
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        let body = self.body.as_deref().unwrap_or_default();
        let sends_body = self.body.is_some() || self.method == "POST";
        if sends_body && !self.has("content-length") && !self.has("transfer-encoding") {
            text.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        text.push_str(last);
        text.push_str("\r\n");
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(body);
        bytes
    }

    fn has(&self, name: &str) -> bool {
        let mut names = self.headers.iter().map(|(name, _)| name);
        names.any(|known| known.eq_ignore_ascii_case(name))
    }
}

/// An answer, read to its end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    /// 0: the connection was closed without an answer.
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) took: Duration,
}

impl Answer {
    /// The first header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.all(name).first().copied()
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter();
        named
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect()
    }

    pub(crate) fn location(&self) -> Option<&str> {
        self.header("location")
    }

    /// The body as JSON; `Null` if it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The OAuth error of the body, or nothing.
    pub(crate) fn error(&self) -> String {
        text(&self.json(), "error").to_owned()
    }

    pub(crate) fn is_json(&self) -> bool {
        let kind = self.header("content-type").unwrap_or_default();
        kind.split(';').next() == Some("application/json")
    }

    pub(crate) fn is_page(&self) -> bool {
        let kind = self.header("content-type").unwrap_or_default();
        kind.starts_with("text/html") && self.body.starts_with("<!DOCTYPE html>")
    }
}

/// A member of an object that is a text; empty if there is none.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Sends bytes and reads what comes back until the connection ends.
pub(crate) fn exchange(port: u16, bytes: &[u8]) -> Answer {
    let started = Instant::now();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    let mut received = Vec::new();
    let mut writer = stream.try_clone().unwrap();
    std::thread::scope(|scope| {
        // A server may answer before it has read everything, and then reads no more.
        scope.spawn(move || {
            let _ = writer.write_all(bytes);
            let _ = writer.flush();
        });
        let mut part = vec![0; 64 * 1024];
        loop {
            match stream.read(&mut part) {
                // A process that was stopped and goes on is told so by its waits with a time limit.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => break,
                Ok(length) => received.extend_from_slice(&part[..length]),
            }
        }
        let _ = stream.shutdown(Shutdown::Both);
    });
    let mut answer = read(&received).unwrap_or_default();
    answer.took = started.elapsed();
    answer
}

/// Sends the same bytes over so many connections, one port after the other, as much at once as can be: the last byte of
/// each is held back until all are there. Each comes from an address of its own, as strangers do.
pub(crate) fn exchange_together(ports: &[u16], bytes: &[u8], connections: usize) -> Vec<Answer> {
    let (last, head) = bytes.split_last().expect("there is a request");
    let gate = Barrier::new(connections);
    std::thread::scope(|scope| {
        let ports = ports.iter().cycle().take(connections);
        let asking: Vec<_> = ports
            .map(|port| {
                let gate = &gate;
                scope.spawn(move || {
                    let mut stream = connect(&stranger(), *port);
                    stream.set_nodelay(true).unwrap();
                    stream.set_read_timeout(Some(PATIENCE)).unwrap();
                    stream.write_all(head).unwrap();
                    gate.wait();
                    stream.write_all(&[*last]).unwrap();
                    let mut received = Vec::new();
                    let _ = stream.read_to_end(&mut received);
                    read(&received).unwrap_or_default()
                })
            })
            .collect();
        let answers = asking.into_iter().map(|thread| thread.join().unwrap());
        answers.collect()
    })
}

/// An address of this machine that nobody else came from.
fn stranger() -> String {
    static LAST: AtomicUsize = AtomicUsize::new(0);
    let number = LAST.fetch_add(1, Ordering::Relaxed);
    let (high, middle, low) = (number / 62_500, number / 250 % 250, number % 250 + 1);
    format!("127.{}.{middle}.{low}", 100 + high % 100)
}

/// A connection from an address of this machine, as somebody else would make it.
pub(crate) fn connect(from: &str, port: u16) -> TcpStream {
    let from: SocketAddr = format!("{from}:0").parse().unwrap();
    let to: SocketAddr = format!("127.0.0.1:{port}").parse().unwrap();
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&from.into()).unwrap();
    socket.connect(&to.into()).expect("the server listens");
    let stream = TcpStream::from(socket);
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Sends requests one after the other over one connection from this address, and collects the answers.
///
/// The server may close the connection between two of them; then there is another one.
pub(crate) fn converse(
    (from, port): (&str, u16),
    requests: impl Iterator<Item = Vec<u8>>,
) -> Vec<Answer> {
    let mut stream = connect(from, port);
    let mut answers = Vec::new();
    for bytes in requests {
        let mut answer = ask(&mut stream, &bytes);
        if answer.is_none() {
            stream = connect(from, port);
            answer = ask(&mut stream, &bytes);
        }
        answers.push(answer.expect("the server answers"));
    }
    answers
}

/// One exchange over a connection that stays open; nothing if it is closed instead.
fn ask(stream: &mut TcpStream, bytes: &[u8]) -> Option<Answer> {
    stream.write_all(bytes).ok()?;
    let (mut received, mut part) = (Vec::new(), vec![0; 16 * 1024]);
    loop {
        let length = stream.read(&mut part).ok().filter(|length| *length > 0)?;
        received.extend_from_slice(&part[..length]);
        let Some(end) = find(&received, b"\r\n\r\n") else {
            continue;
        };
        let answer = read(&received)?;
        let length: usize = answer
            .header("content-length")
            .unwrap_or("0")
            .parse()
            .ok()?;
        if received.len() >= end + 4 + length {
            return Some(answer);
        }
    }
}

fn read(bytes: &[u8]) -> Option<Answer> {
    let end = find(bytes, b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let rest = &bytes[end + 4..];
    let is_chunked = headers.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("transfer-encoding") && value.eq_ignore_ascii_case("chunked")
    });
    let body = if is_chunked {
        unchunk(rest)
    } else {
        rest.to_vec()
    };
    Some(Answer {
        status,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
        took: Duration::ZERO,
    })
}

fn unchunk(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = find(bytes, b"\r\n") {
        let size = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or_default();
        let from = end + 2;
        if size == 0 || bytes.len() < from + size + 2 {
            break;
        }
        body.extend_from_slice(&bytes[from..from + size]);
        bytes = &bytes[from + size + 2..];
    }
    body
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|part| part == what)
}

/// Fields as a form or a query.
pub(crate) fn encode<N: AsRef<str>, V: AsRef<str>>(fields: &[(N, V)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// A form or a query as fields.
pub(crate) fn decode(text: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect()
}
