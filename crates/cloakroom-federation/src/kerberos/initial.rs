//! The messages between whoever has a password and a centre of keys (RFC 4120 §5.4, §5.9): what is asked, and what is answered.

use cloakroom_model::{Timestamp, Ttl};
use zeroize::Zeroizing;

use super::der::{Fields, OCTETS, SEQUENCE, TEXT, element, only};
use super::keytab;
use super::message::{Sealed, VERSION, outside};
use super::principal::Principal;
use super::write::{flags, integer, listed, name, octets, sealed, sequence, text, time};
use crate::directory::ber::children;

const REQUEST: u8 = 0x6a;
const REPLY: u8 = 0x6b;
const ERROR: u8 = 0x7e;
const REPLY_INSIDE: u8 = 0x79;
/// What some centres call the inside of the reply: that of another exchange.
const REPLY_INSIDE_TOO: u8 = 0x7a;

/// What goes before the password counts (RFC 4120 §7.5.2).
const TIMESTAMP: i64 = 2;
const KINDS: i64 = 19;

/// Types of names: somebody, and a service with its instance.
const SOMEBODY: i64 = 1;
const SERVICE: i64 = 2;

/// How long a ticket is wanted for: no longer than it takes to look at it, whatever the clocks say.
const LIFETIME: Ttl = Ttl::seconds(15 * 60);

/// How often a password is hashed at least and at most. Less would tell it to whoever listens, more would keep a thread busy.
const ROUNDS: std::ops::RangeInclusive<u32> = 4_096..=100_000;
const LONGEST_SALT: usize = 512;

/// `AS-REQ` for a ticket to this very service.
pub(super) struct Request<'a> {
    pub(super) client: &'a Principal,
    pub(super) service: &'a Principal,
    pub(super) nonce: u32,
    pub(super) now: Timestamp,
    /// The time, encrypted with the key of the password: the kind of the key, and the message.
    pub(super) proof: Option<(i64, &'a [u8])>,
}

impl Request<'_> {
    pub(super) fn write(&self) -> Vec<u8> {
        let kinds: Vec<Vec<u8>> = keytab::KINDS.map(integer).to_vec();
        let body = sequence(&[
            (0, flags(0)),
            (1, name(SOMEBODY, &self.client.parts)),
            (2, text(&self.service.realm)),
            (3, name(SERVICE, &self.service.parts)),
            (5, time(self.now.plus(LIFETIME))),
            (7, integer(self.nonce.into())),
            (8, listed(&kinds)),
        ]);
        let mut fields = vec![(1, integer(VERSION)), (2, integer(10))];
        if let Some((kind, bytes)) = self.proof {
            let value = octets(&sealed(kind, None, bytes));
            let one = sequence(&[(1, integer(TIMESTAMP)), (2, value)]);
            fields.push((3, listed(&[one])));
        }
        fields.push((4, body));
        element(REQUEST, &[&sequence(&fields)])
    }
}

/// `PA-ENC-TS-ENC`, before it is encrypted.
pub(super) fn moment(now: Timestamp) -> Vec<u8> {
    sequence(&[(0, time(now)), (1, integer(0))])
}

/// How a password becomes a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// The kind of the key.
    pub kind: i64,
    /// What is hashed with the password.
    pub salt: Vec<u8>,
    /// How often.
    pub rounds: u32,
}

impl Method {
    /// What is usual at a centre, where it does not say: the kind and the rounds of whom it knew last.
    pub(super) fn usual(client: &Principal, last: Option<(i64, u32)>) -> Self {
        let kind = keytab::AES_256;
        let (kind, rounds) = last.unwrap_or((kind, keytab::usual_rounds(kind)));
        Self {
            kind,
            salt: usual_salt(client),
            rounds,
        }
    }

    /// The first kind of `ETYPE-INFO2` that is taken here; `None` if there is none, or a number that is no good.
    fn read(listed: &[u8], client: &Principal) -> Option<Self> {
        let entries = children(only(listed, SEQUENCE)?)?.into_iter();
        let read = |(tag, inside): (u8, &[u8])| {
            let whole = element(tag, &[inside]);
            let fields = Fields::of(&whole)?;
            let kind = fields.integer(0)?;
            keytab::size(kind)?;
            let salt = match fields.has(1) {
                // Some centres have salts of other letters than those of UTF-8, and a salt is bytes.
                true => only(fields.get(1)?, TEXT)?.to_vec(),
                false => usual_salt(client),
            };
            let rounds = match fields.has(2) {
                true => u32::from_be_bytes(fields.octets(2)?.try_into().ok()?),
                false => keytab::usual_rounds(kind),
            };
            Some(Self { kind, salt, rounds })
        };
        let is_taken = |one: &Self| ROUNDS.contains(&one.rounds) && one.salt.len() <= LONGEST_SALT;
        entries.take(16).find_map(read).filter(is_taken)
    }
}

/// The realm and the parts of the name (RFC 4120 §4).
fn usual_salt(client: &Principal) -> Vec<u8> {
    [client.realm.as_bytes(), client.parts.concat().as_bytes()].concat()
}

/// What a list of `PA-DATA` says of how a password becomes a key; `Err` if it says it in a way that is not taken.
fn method(listed: Option<&[u8]>, client: &Principal) -> Result<Option<Method>, Odd> {
    let Some(listed) = listed else {
        return Ok(None);
    };
    let each = only(listed, SEQUENCE).and_then(children).ok_or(Odd)?;
    for (tag, inside) in each {
        let whole = element(tag, &[inside]);
        let fields = Fields::of(&whole).ok_or(Odd)?;
        if fields.integer(1).ok_or(Odd)? == KINDS {
            let value = fields.octets(2).ok_or(Odd)?;
            return Method::read(value, client).map(Some).ok_or(Odd);
        }
    }
    Ok(None)
}

/// Bytes that are no message, or one that is not taken.
#[derive(Debug)]
pub(super) struct Odd;

/// `KRB-ERROR`: nobody has signed it.
#[derive(Debug)]
pub(super) struct Complaint {
    pub(super) code: i64,
    /// How a password becomes a key, if it says so.
    pub(super) method: Result<Option<Method>, Odd>,
}

/// `AS-REP`.
pub(super) struct Reply {
    pub(super) client: Principal,
    pub(super) service: Principal,
    pub(super) method: Result<Option<Method>, Odd>,
    ticket: (i64, Option<i64>, Vec<u8>),
    inside: (i64, Vec<u8>),
}

impl Reply {
    pub(super) fn ticket(&self) -> Sealed<'_> {
        let (kind, version, bytes) = &self.ticket;
        Sealed {
            kind: *kind,
            version: *version,
            bytes,
        }
    }

    /// What is encrypted with the key of the password.
    pub(super) fn inside(&self) -> Sealed<'_> {
        Sealed {
            kind: self.inside.0,
            version: None,
            bytes: &self.inside.1,
        }
    }
}

/// What a centre answers.
pub(super) enum Answer {
    Complaint(Complaint),
    Reply(Box<Reply>),
}

impl Answer {
    /// Reads an answer to what was asked about somebody.
    pub(super) fn read(bytes: &[u8], client: &Principal) -> Option<Self> {
        match bytes.first()? {
            &ERROR => complaint(bytes, client).map(Self::Complaint),
            _ => reply(bytes, client).map(Box::new).map(Self::Reply),
        }
    }
}

fn complaint(bytes: &[u8], client: &Principal) -> Option<Complaint> {
    let fields = Fields::of(only(bytes, ERROR)?)?;
    if fields.integer(0)? != VERSION || fields.integer(1)? != 30 {
        return None;
    }
    // Centres put other things there with other errors.
    let more = fields.get(12).and_then(|more| only(more, OCTETS));
    Some(Complaint {
        code: fields.integer(6)?,
        method: method(more, client),
    })
}

fn reply(bytes: &[u8], client: &Principal) -> Option<Reply> {
    let fields = Fields::of(only(bytes, REPLY)?)?;
    if fields.integer(0)? != VERSION || fields.integer(1)? != 11 {
        return None;
    }
    let (service, ticket) = outside(fields.get(5)?)?;
    let inside = Sealed::read(fields.get(6)?)?;
    Some(Reply {
        client: Principal::read(fields.get(4)?, fields.text(3)?)?,
        service,
        method: method(fields.get(2), client),
        ticket: (ticket.kind, ticket.version, ticket.bytes.to_vec()),
        inside: (inside.kind, inside.bytes.to_vec()),
    })
}

/// `EncASRepPart`, as far as it matters here.
pub(super) struct Inside {
    pub(super) key: (i64, Zeroizing<Vec<u8>>),
    pub(super) nonce: i64,
    pub(super) service: Principal,
}

impl Inside {
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let own = only(bytes, REPLY_INSIDE).or_else(|| only(bytes, REPLY_INSIDE_TOO));
        let fields = Fields::of(own?)?;
        let key = Fields::of(fields.get(0)?)?;
        Some(Self {
            key: (key.integer(0)?, Zeroizing::new(key.octets(1)?.to_vec())),
            nonce: fields.integer(2)?,
            service: Principal::read(fields.get(10)?, fields.text(9)?)?,
        })
    }
}
