//! The messages of an application's exchange (RFC 4120 §5.3, §5.5): what is asked, and what is answered.

use cloakroom_model::Timestamp;
use zeroize::Zeroizing;

use super::der::{Fields, INTEGER, SEQUENCE, TIME, element, field, only};
use super::principal::Principal;
use super::write as plain;
use crate::saml::instant;

/// The version of all messages.
pub(super) const VERSION: i64 = 5;

const TICKET: u8 = 0x61;
const AUTHENTICATOR: u8 = 0x62;
const TICKET_INSIDE: u8 = 0x63;
const REQUEST: u8 = 0x6e;
const REPLY: u8 = 0x6f;
const REPLY_INSIDE: u8 = 0x7b;

/// What is encrypted, with what (RFC 4120 §5.2.9).
pub(super) struct Sealed<'a> {
    pub(super) kind: i64,
    /// The number of the key; `None` if the sender does not say.
    pub(super) version: Option<i64>,
    pub(super) bytes: &'a [u8],
}

impl<'a> Sealed<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let fields = Fields::of(bytes)?;
        let version = match fields.has(1) {
            true => Some(fields.integer(1)?),
            false => None,
        };
        Some(Self {
            kind: fields.integer(0)?,
            version,
            bytes: fields.octets(2)?,
        })
    }
}

/// `AP-REQ`.
pub(super) struct Request<'a> {
    pub(super) options: u32,
    /// For whom the ticket is, as it says in the clear.
    pub(super) service: Principal,
    pub(super) ticket: Sealed<'a>,
    pub(super) authenticator: Sealed<'a>,
}

impl<'a> Request<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let fields = Fields::of(only(bytes, REQUEST)?)?;
        if fields.integer(0)? != VERSION || fields.integer(1)? != 14 {
            return None;
        }
        let (service, ticket) = outside(fields.get(3)?)?;
        Some(Self {
            options: fields.flags(2)?,
            service,
            ticket,
            authenticator: Sealed::read(fields.get(4)?)?,
        })
    }
}

/// `Ticket`: for whom it is, as it says in the clear, and what is in it.
pub(super) fn outside(bytes: &[u8]) -> Option<(Principal, Sealed<'_>)> {
    let fields = Fields::of(only(bytes, TICKET)?)?;
    let service = Principal::read(fields.get(2)?, fields.text(1)?)?;
    (fields.integer(0)? == VERSION).then_some((service, Sealed::read(fields.get(3)?)?))
}

/// `EncTicketPart`, as far as it matters here. What it says of groups does not.
pub(super) struct Ticket {
    pub(super) flags: u32,
    pub(super) key: (i64, Zeroizing<Vec<u8>>),
    pub(super) client: Principal,
    /// When the client has proved who it is.
    pub(super) authenticated: Timestamp,
    pub(super) starts: Timestamp,
    pub(super) ends: Timestamp,
}

impl Ticket {
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let fields = Fields::of(only(bytes, TICKET_INSIDE)?)?;
        let key = Fields::of(fields.get(1)?)?;
        let authenticated = time(&fields, 5)?;
        let starts = match fields.has(6) {
            true => time(&fields, 6)?,
            false => authenticated,
        };
        Some(Self {
            flags: fields.flags(0)?,
            key: (key.integer(0)?, Zeroizing::new(key.octets(1)?.to_vec())),
            client: Principal::read(fields.get(3)?, fields.text(2)?)?,
            authenticated,
            starts,
            ends: time(&fields, 7)?,
        })
    }
}

/// `Authenticator`.
pub(super) struct Authenticator {
    pub(super) client: Principal,
    /// The kind of its checksum, and the checksum.
    pub(super) checksum: Option<(i64, Vec<u8>)>,
    pub(super) at: Timestamp,
    at_text: Vec<u8>,
    micros: Vec<u8>,
}

impl Authenticator {
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let fields = Fields::of(only(bytes, AUTHENTICATOR)?)?;
        let checksum = match fields.get(3) {
            Some(sum) => {
                let sum = Fields::of(sum)?;
                Some((sum.integer(0)?, sum.octets(1)?.to_vec()))
            }
            None => None,
        };
        let micros = fields.integer(4)?;
        if fields.integer(0)? != VERSION || !(0..1_000_000).contains(&micros) {
            return None;
        }
        Some(Self {
            client: Principal::read(fields.get(2)?, fields.text(1)?)?,
            checksum,
            at: time(&fields, 5)?,
            at_text: fields.get(5)?.to_vec(),
            micros: fields.get(4)?.to_vec(),
        })
    }

    /// What proves to the client that its message was read: `EncAPRepPart`, before it is encrypted.
    pub(super) fn reply(&self, sequence: u32) -> Vec<u8> {
        // A number is positive if its first bit is not set.
        let number = (sequence >> 2).to_be_bytes();
        let number = element(INTEGER, &[plain::shortest(&number)]);
        let parts = [
            field(0, &self.at_text),
            field(1, &self.micros),
            field(3, &number),
        ];
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        element(REPLY_INSIDE, &[&element(SEQUENCE, &parts)])
    }
}

/// `AP-REP` around what was encrypted with a key of this kind.
pub(super) fn reply(kind: i64, sealed: &[u8]) -> Vec<u8> {
    let inside = plain::sequence(&[
        (0, plain::integer(VERSION)),
        (1, plain::integer(15)),
        (2, plain::sealed(kind, None, sealed)),
    ]);
    element(REPLY, &[&inside])
}

/// A `KerberosTime`: `19700101000000Z` and nothing else.
pub(super) fn time(fields: &Fields<'_>, number: u8) -> Option<Timestamp> {
    let text = std::str::from_utf8(only(fields.get(number)?, TIME)?).ok()?;
    let digits = text.strip_suffix('Z')?;
    if digits.len() != 14 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| digits.get(from..to);
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let (hour, minute, second) = (part(8, 10)?, part(10, 12)?, part(12, 14)?);
    instant::parse(&format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z"))
}

/// Writes what is read here, for tests.
#[cfg(test)]
pub(super) mod write {
    use super::*;
    pub(in super::super) use crate::kerberos::write::{
        flags, integer, octets, sealed, sequence, text,
    };

    pub(in super::super) fn time(text: &str) -> Vec<u8> {
        element(TIME, &[text.as_bytes()])
    }

    pub(in super::super) fn name(parts: &[&str]) -> Vec<u8> {
        crate::kerberos::write::name(1, parts)
    }

    pub(in super::super) fn ticket_inside(inside: &[u8]) -> Vec<u8> {
        element(TICKET_INSIDE, &[inside])
    }

    pub(in super::super) fn authenticator(inside: &[u8]) -> Vec<u8> {
        element(AUTHENTICATOR, &[inside])
    }

    pub(in super::super) fn request(options: u32, ticket: &[u8], authenticator: &[u8]) -> Vec<u8> {
        let inside = sequence(&[
            (0, integer(5)),
            (1, integer(14)),
            (2, flags(options)),
            (3, element(TICKET, &[ticket])),
            (4, authenticator.to_vec()),
        ]);
        element(REQUEST, &[&inside])
    }
}
