//! A server that speaks LDAP and lies: it takes every bind of the service, and answers searches with what a row says.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::authority::address;

/// What it says of an error, which might be a password as well.
pub(super) const GOSSIP: &str = "bind-of-cn-root-with-the-passphrase-Xyzzy-4711-failed";

/// What a search is answered with: the number of the message, and where to write.
pub(super) type Answer = fn(u8, &mut TcpStream);

/// A running liar; its thread ends with the tests.
pub(super) struct Liar {
    pub(super) url: String,
    /// How often somebody came.
    pub(super) visits: Arc<AtomicUsize>,
    /// The binds that were tried.
    pub(super) binds: Arc<AtomicUsize>,
}

impl Liar {
    pub(super) fn start(answer: Answer) -> Self {
        Self::start_with(move |_, number, stream| answer(number, stream))
    }

    /// The same for one that looks at what it is asked.
    pub(super) fn start_with(
        answer: impl Fn(&[u8], u8, &mut TcpStream) + Send + Sync + 'static,
    ) -> Self {
        let answer = Arc::new(answer);
        let address = address(1);
        let listener = TcpListener::bind((address.as_str(), 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (visits, binds) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let counts = (Arc::clone(&visits), Arc::clone(&binds));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counts.0.fetch_add(1, Ordering::SeqCst);
                let (binds, answer) = (Arc::clone(&counts.1), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream, &*answer, &binds));
            }
        });
        Self {
            url: format!("ldap://{address}:{port}"),
            visits,
            binds,
        }
    }
}

/// Requests of these tests are short: each comes in one piece, with a number below 128.
fn serve(mut stream: TcpStream, answer: &dyn Fn(&[u8], u8, &mut TcpStream), binds: &AtomicUsize) {
    let mut buffer = [0_u8; 64 * 1024];
    loop {
        let Ok(read) = stream.read(&mut buffer) else {
            return;
        };
        let request = &buffer[..read];
        // SEQUENCE, its length in one to three bytes, INTEGER 1 byte, then the operation.
        let Some(at) = request.windows(2).position(|two| two == [2, 1]) else {
            return;
        };
        let (number, operation) = (request[at + 2], request[at + 3]);
        match operation {
            0x60 => {
                binds.fetch_add(1, Ordering::SeqCst);
                let done = wrap(0x61, &[10, 1, 0, 4, 0, 4, 0]);
                let _ = stream.write_all(&message(number, &done));
            }
            0x63 => answer(request, number, &mut stream),
            // Changes, new entries and new passwords are refused: unwilling to perform (RFC 4511 §A.2).
            0x66 | 0x68 | 0x77 => {
                let text = wrap(4, GOSSIP.as_bytes());
                let refused = wrap(operation + 1, &[&[10, 1, 53, 4, 0][..], &text].concat());
                let _ = stream.write_all(&message(number, &refused));
            }
            _ => return,
        }
    }
}

pub(super) fn wrap(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut all = vec![tag];
    match u8::try_from(value.len()) {
        Ok(short) if short < 128 => all.push(short),
        _ => {
            all.push(0x84);
            all.extend(u32::try_from(value.len()).unwrap().to_be_bytes());
        }
    }
    all.extend(value);
    all
}

pub(super) fn message(number: u8, operation: &[u8]) -> Vec<u8> {
    let mut body = vec![2, 1, number];
    body.extend(operation);
    wrap(0x30, &body)
}

/// An entry with these attributes, each of which has one value.
pub(super) fn entry(dn: &str, attributes: &[(&str, &[u8])]) -> Vec<u8> {
    let each = attributes.iter();
    let each = each.map(|(name, value)| ((*name).to_owned(), vec![value.to_vec()]));
    listing(dn, &each.collect::<Vec<_>>())
}

/// An entry with these attributes.
pub(super) fn listing(dn: &str, attributes: &[(String, Vec<Vec<u8>>)]) -> Vec<u8> {
    let attributes = attributes.iter().map(|(name, values)| {
        let values: Vec<u8> = values.iter().flat_map(|value| wrap(4, value)).collect();
        let values = wrap(0x31, &values);
        wrap(0x30, &[wrap(4, name.as_bytes()), values].concat())
    });
    let attributes: Vec<u8> = attributes.flatten().collect();
    wrap(
        0x64,
        &[wrap(4, dn.as_bytes()), wrap(0x30, &attributes)].concat(),
    )
}

/// The end of a search.
pub(super) fn done() -> Vec<u8> {
    wrap(0x65, &[10, 1, 0, 4, 0, 4, 0])
}
