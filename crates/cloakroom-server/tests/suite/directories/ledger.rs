//! A directory that keeps books: which searches and which binds it was asked for, beside the answers of an honest one.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use super::authority::address;
use super::liar::{done, entry, message, wrap};

/// Who may search.
pub(super) const SERVICE: &str = "cn=service,dc=example,dc=org";

/// A person, whose password is `the password of NAME`.
pub(super) struct Resident {
    pub(super) name: &'static str,
    pub(super) id: &'static str,
    pub(super) address: &'static str,
}

/// What was asked since the last look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Books {
    pub(super) searches: usize,
    /// The names that somebody tried to sign in as, but for the service's own.
    pub(super) binds: Vec<String>,
}

impl Books {
    /// What whoever measures the time of an answer may learn: how many questions of each kind there were.
    pub(super) fn numbers(&self) -> (usize, usize) {
        (self.searches, self.binds.len())
    }

    /// The binds as this person.
    pub(super) fn binds_of(&self, name: &str) -> usize {
        let dn = dn_of(name);
        self.binds.iter().filter(|one| **one == dn).count()
    }
}

/// A running directory; its thread ends with the tests.
pub(super) struct Ledger {
    pub(super) url: String,
    books: Arc<Mutex<Books>>,
}

fn dn_of(name: &str) -> String {
    format!("uid={name},ou=people,dc=example,dc=org")
}

pub(super) fn password_of(name: &str) -> String {
    format!("the password of {name}")
}

impl Ledger {
    pub(super) fn open(people: &'static [Resident]) -> Self {
        let address = address(1);
        let listener = TcpListener::bind((address.as_str(), 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let books = Arc::new(Mutex::new(Books::default()));
        let kept = Arc::clone(&books);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let books = Arc::clone(&kept);
                std::thread::spawn(move || serve(stream, people, &books));
            }
        });
        Self {
            url: format!("ldap://{address}:{port}"),
            books,
        }
    }

    /// What was asked since the last time that somebody looked.
    pub(super) fn look(&self) -> Books {
        std::mem::take(&mut *self.books.lock().unwrap())
    }
}

/// One element: its tag, what is in it, and what follows.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        _ => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = digits
                .iter()
                .fold(0, |sum, one| sum << 8 | usize::from(*one));
            (length, rest)
        }
    };
    let (inside, rest) = rest.split_at_checked(length)?;
    Some((tag, inside, rest))
}

fn serve(mut stream: TcpStream, people: &[Resident], books: &Mutex<Books>) {
    let mut read = Vec::new();
    let mut buffer = [0_u8; 16 * 1024];
    loop {
        while let Some((_, request, rest)) = element(&read) {
            let size = read.len() - rest.len();
            let Some(answer) = answer(request, people, books) else {
                return;
            };
            if stream.write_all(&answer).is_err() {
                return;
            }
            read.drain(..size);
        }
        match stream.read(&mut buffer) {
            Ok(1..) if read.len() > 1024 * 1024 => return,
            Ok(more @ 1..) => read.extend_from_slice(&buffer[..more]),
            _ => return,
        }
    }
}

/// `None` ends the connection: there is nothing to answer.
fn answer(request: &[u8], people: &[Resident], books: &Mutex<Books>) -> Option<Vec<u8>> {
    let (_, number, rest) = element(request)?;
    let number = *number.last()?;
    let (operation, inside, _) = element(rest)?;
    match operation {
        0x60 => {
            let (_, _, rest) = element(inside)?;
            let (_, dn, rest) = element(rest)?;
            let (_, password, _) = element(rest)?;
            let dn = String::from_utf8_lossy(dn).into_owned();
            let is_right = people
                .iter()
                .any(|one| dn == dn_of(one.name) && password == password_of(one.name).as_bytes());
            let is_service = dn == SERVICE;
            if !is_service {
                books.lock().unwrap().binds.push(dn);
            }
            let code = if is_right || is_service { 0 } else { 49 };
            Some(message(number, &wrap(0x61, &[10, 1, code, 4, 0, 4, 0])))
        }
        0x63 => {
            let (_, base, _) = element(inside)?;
            let mut all = Vec::new();
            // Without a base it is the question whether anybody is there.
            if !base.is_empty() {
                books.lock().unwrap().searches += 1;
                for one in people.iter().filter(|one| is_asked(inside, one)) {
                    let attributes: &[(&str, &[u8])] = &[
                        ("uid", one.name.as_bytes()),
                        ("cn", one.name.as_bytes()),
                        ("sn", b"Person"),
                        ("mail", one.address.as_bytes()),
                        ("entryUUID", one.id.as_bytes()),
                        // An ordinary account that is on, as Active Directory says it.
                        ("userAccountControl", b"512"),
                    ];
                    all.extend(message(number, &entry(&dn_of(one.name), attributes)));
                }
            }
            all.extend(message(number, &done()));
            Some(all)
        }
        _ => None,
    }
}

/// The filter has a value of this person as a whole string.
fn is_asked(search: &[u8], one: &Resident) -> bool {
    [one.name, one.id, one.address].iter().any(|value| {
        let value = wrap(4, value.as_bytes());
        search.windows(value.len()).any(|part| part == value)
    })
}
