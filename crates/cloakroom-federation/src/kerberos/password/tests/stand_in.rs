//! What stands for the network, the threads and the files around a centre of keys that is played.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use cloakroom_model::{Secret, Timestamp};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use zeroize::Zeroizing;

use crate::directory::{Dial, Place, Pool, Stream};
use crate::kerberos::accept::tests::{KEY, NOW, StandIn};
use crate::kerberos::der::{Fields, SEQUENCE, only};
use crate::kerberos::keytab::tests::{file, line};
use crate::kerberos::{Centre, Crypto, Key, Keytab, Method, Principal, Usual};
use crate::network::Unreached;

/// A request, as far as a centre needs it.
pub(super) struct Asked {
    /// The first part of the name of whoever is asked about.
    pub(super) client: String,
    pub(super) nonce: i64,
    pub(super) proof: Option<Vec<u8>>,
}

impl Asked {
    fn read(message: &[u8]) -> Self {
        let fields = Fields::of(only(message, 0x6a).unwrap()).unwrap();
        let body = Fields::of(fields.get(4).unwrap()).unwrap();
        let proof = fields.get(3).map(|listed| {
            let one = Fields::of(only(listed, SEQUENCE).unwrap()).unwrap();
            assert_eq!(one.integer(1), Some(2));
            let sealed = Fields::of(one.octets(2).unwrap()).unwrap();
            sealed.octets(2).unwrap().to_vec()
        });
        let client = Principal::read(body.get(1).unwrap(), "EXAMPLE.ORG").unwrap();
        Self {
            client: client.parts[0].clone(),
            nonce: body.integer(7).unwrap(),
            proof,
        }
    }
}

pub(super) fn seal(key: &[u8], usage: u32, text: &[u8]) -> Vec<u8> {
    let key = Key {
        kind: 18,
        bytes: key,
    };
    StandIn.seal(key, usage, [0; 16], text).unwrap()
}

pub(super) fn open(key: &[u8], usage: u32, sealed: &[u8]) -> Option<Vec<u8>> {
    let key = Key {
        kind: 18,
        bytes: key,
    };
    StandIn.open(key, usage, sealed).map(|text| text.to_vec())
}

/// A key that differs with the password, the salt and the rounds.
pub(super) fn stretch(password: &str, method: &Method) -> Vec<u8> {
    let rounds = method.rounds.to_be_bytes();
    let sealed = seal(
        &method.salt,
        u32::MAX,
        &[password.as_bytes(), &rounds].concat(),
    );
    let mut key = sealed[..8].to_vec();
    key.resize(32, 0);
    key
}

type Play = Arc<dyn Fn(&Asked) -> Vec<u8> + Send + Sync>;

/// The way to a centre that is played; without a play it says nothing.
pub(super) struct Way {
    play: Option<Play>,
    asked: Arc<AtomicUsize>,
    pool: Arc<Pool>,
    usual: Usual,
    /// The kinds and rounds of the keys that were made.
    stretched: Mutex<Vec<(i64, u32)>>,
    /// How many centres there are.
    pub(super) hosts: usize,
}

impl Way {
    pub(super) fn new(play: impl Fn(&Asked) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self {
            play: Some(Arc::new(play)),
            asked: Arc::default(),
            pool: Arc::default(),
            usual: Usual::default(),
            stretched: Mutex::default(),
            hosts: 1,
        }
    }

    pub(super) fn silent() -> Self {
        Self {
            play: None,
            asked: Arc::default(),
            pool: Arc::default(),
            usual: Usual::default(),
            stretched: Mutex::default(),
            hosts: 1,
        }
    }

    /// The kinds and rounds of the keys that were made.
    pub(super) fn stretched(&self) -> Vec<(i64, u32)> {
        self.stretched.lock().unwrap().clone()
    }

    /// How many questions were answered.
    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Dial for Way {
    async fn dial(&self, place: &Place) -> Result<Box<dyn Stream>, Unreached> {
        assert!(place.is_centre && place.stays_plain, "{place:?}");
        Ok(Box::new(Line {
            play: self.play.clone(),
            count: Arc::clone(&self.asked),
            question: Vec::new(),
            answer: None,
        }))
    }

    async fn secure(&self, _: Box<dyn Stream>, _: &Place) -> Result<Box<dyn Stream>, Unreached> {
        Err(Unreached("a centre of keys has no TLS".to_owned()))
    }

    fn note(&self, _: &Place, _: bool) {}

    fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(NOW)
    }
}

impl Centre for Way {
    fn hosts(&self, realm: &str) -> Vec<(String, u16)> {
        assert_eq!(realm, "EXAMPLE.ORG");
        vec![("kdc.example.org".to_owned(), 88); self.hosts]
    }

    async fn keytab(&self, path: &str) -> Option<Keytab> {
        assert_eq!(path, "the.keytab");
        Keytab::read(&file(&[line(
            "HTTP/id.example.org@EXAMPLE.ORG",
            2,
            18,
            KEY,
        )]))
    }

    async fn stretch(&self, password: &Secret, method: &Method) -> Option<Zeroizing<Vec<u8>>> {
        let mut stretched = self.stretched.lock().unwrap();
        stretched.push((method.kind, method.rounds));
        Some(Zeroizing::new(stretch(password.expose(), method)))
    }

    fn usual(&self) -> &Usual {
        &self.usual
    }

    fn crypto(&self) -> &dyn Crypto {
        &StandIn
    }

    fn random(&self) -> Option<[u8; 16]> {
        Some([0x11; 16])
    }
}

/// A connection on which one question is answered.
struct Line {
    play: Option<Play>,
    count: Arc<AtomicUsize>,
    question: Vec<u8>,
    answer: Option<Vec<u8>>,
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(play) = self.play.clone() else {
            // Nobody wakes it: it is for the one who waits to give up.
            return Poll::Pending;
        };
        if self.answer.is_none() {
            self.count.fetch_add(1, Ordering::Relaxed);
            self.answer = Some(play(&Asked::read(&self.question[4..])));
        }
        let answer = self.answer.as_mut().unwrap();
        let many = answer.len().min(into.remaining());
        let part: Vec<u8> = answer.drain(..many).collect();
        into.put_slice(&part);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.question.extend(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
