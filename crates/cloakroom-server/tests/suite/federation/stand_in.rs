//! A server of somebody else, whose answers a test writes down path by path.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::http::decode;
use crate::server::OUTSIDE;

/// A request as it arrived.
#[derive(Clone, Debug, Default)]
pub(super) struct Received {
    pub(super) target: String,
    pub(super) headers: HashMap<String, String>,
    pub(super) fields: HashMap<String, String>,
}

impl Received {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(super) fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// Never sent to its end: one byte now and then.
    pub(super) is_slow: bool,
}

impl Given {
    pub(super) fn json(body: &Value) -> Self {
        Self {
            status: 200,
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            body: body.to_string().into_bytes(),
            is_slow: false,
        }
    }

    pub(super) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

type Answer = Arc<dyn Fn(&Received) -> Given + Send + Sync>;

/// Listens until the tests end.
#[derive(Clone)]
pub(super) struct StandIn {
    /// `http://host:port`.
    pub(super) base: String,
    answers: Arc<Mutex<HashMap<String, Answer>>>,
    asked: Arc<Mutex<Vec<Received>>>,
}

impl StandIn {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind((OUTSIDE, 0)).unwrap();
        let stand_in = Self::at(&listener);
        stand_in.serve(listener);
        stand_in
    }

    /// One inside the network, where no request of the server may go: at the addresses by which a machine knows itself.
    pub(super) fn start_inside() -> Self {
        // The port of the one may be taken at the other.
        loop {
            let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
            let port = listener.local_addr().unwrap().port();
            let Ok(second) = TcpListener::bind(("::1", port)) else {
                continue;
            };
            let stand_in = Self::at(&listener);
            stand_in.serve(listener);
            stand_in.serve(second);
            return stand_in;
        }
    }

    fn at(listener: &TcpListener) -> Self {
        Self {
            base: format!("http://{}", listener.local_addr().unwrap()),
            answers: Arc::default(),
            asked: Arc::default(),
        }
    }

    fn serve(&self, listener: TcpListener) {
        let served = self.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let served = served.clone();
                std::thread::spawn(move || served.answer(stream));
            }
        });
    }

    pub(super) fn port(&self) -> u16 {
        self.base.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// How many requests came for paths that begin with this one.
    pub(super) fn asked_below(&self, path: &str) -> usize {
        self.targets_below(path).len()
    }

    /// What they were for, in the order in which they came.
    pub(super) fn targets_below(&self, path: &str) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        let all = asked.iter().map(|one| one.target.clone());
        all.filter(|target| target.starts_with(path)).collect()
    }

    /// Answers requests for this path from now on.
    pub(super) fn on(
        &self,
        path: &str,
        answer: impl Fn(&Received) -> Given + Send + Sync + 'static,
    ) {
        self.answers
            .lock()
            .unwrap()
            .insert(path.to_owned(), Arc::new(answer));
    }

    /// The requests that came for a path.
    pub(super) fn asked(&self, path: &str) -> Vec<Received> {
        let asked = self.asked.lock().unwrap();
        let is_of = |received: &&Received| received.target.split('?').next() == Some(path);
        asked.iter().filter(is_of).cloned().collect()
    }

    fn answer(&self, mut stream: TcpStream) {
        let Some(received) = read(&mut stream) else {
            return;
        };
        let path = received
            .target
            .split('?')
            .next()
            .unwrap_or_default()
            .to_owned();
        let answer = self.answers.lock().unwrap().get(&path).cloned();
        self.asked.lock().unwrap().push(received.clone());
        let given = match answer {
            Some(answer) => answer(&received),
            None => Given::json(&Value::Null).status(404),
        };
        // Whoever asked may hang up at any time, so what cannot be written is of no interest.
        let mut head = format!("HTTP/1.1 {} X\r\nConnection: close\r\n", given.status);
        for (name, value) in &given.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", given.body.len()));
        let _ = stream.write_all(head.as_bytes());
        if given.is_slow {
            // It ends when whoever asked has lost patience.
            let _ = stream.set_read_timeout(None);
            let _ = stream.read(&mut [0; 1]);
            return;
        }
        let _ = stream.write_all(&given.body);
    }
}

fn read(stream: &mut TcpStream) -> Option<Received> {
    let (mut bytes, mut part) = (Vec::new(), [0; 8192]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let received = parse(head, body);
            let length: usize = received
                .header("content-length")
                .parse()
                .unwrap_or_default();
            if body.len() >= length {
                return Some(received);
            }
        }
        let length = stream.read(&mut part).ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(&part[..length]);
    }
}

fn parse(head: &str, body: &str) -> Received {
    let mut lines = head.split("\r\n");
    let target = lines.next().unwrap_or_default().split(' ').nth(1);
    let headers = lines.filter_map(|line| line.split_once(": "));
    Received {
        target: target.unwrap_or_default().to_owned(),
        headers: headers
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect(),
        fields: decode(body).into_iter().collect(),
    }
}
