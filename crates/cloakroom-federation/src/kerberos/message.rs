//! The messages of an application's exchange (RFC 4120 §5.3, §5.5): what is asked, and what is answered.

use cloakroom_model::Timestamp;

use super::der::{Fields, INTEGER, OCTETS, SEQUENCE, TIME, element, field, only};
use super::principal::Principal;
use crate::saml::instant;

/// The version of all messages.
const VERSION: i64 = 5;

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
    fn read(bytes: &'a [u8]) -> Option<Self> {
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
        let ticket = Fields::of(only(fields.get(3)?, TICKET)?)?;
        let is_request = fields.integer(0)? == VERSION && fields.integer(1)? == 14;
        let is_ticket = ticket.integer(0)? == VERSION;
        if !is_request || !is_ticket {
            return None;
        }
        Some(Self {
            options: fields.flags(2)?,
            service: Principal::read(ticket.get(2)?, ticket.text(1)?)?,
            ticket: Sealed::read(ticket.get(3)?)?,
            authenticator: Sealed::read(fields.get(4)?)?,
        })
    }
}

/// `EncTicketPart`, as far as it matters here. What it says of groups does not.
pub(super) struct Ticket {
    pub(super) flags: u32,
    pub(super) key: (i64, Vec<u8>),
    pub(super) client: Principal,
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
            key: (key.integer(0)?, key.octets(1)?.to_vec()),
            client: Principal::read(fields.get(3)?, fields.text(2)?)?,
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
        let number = element(INTEGER, &[shortest(&number)]);
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
    let small = |number: u8| element(INTEGER, &[&[number]]);
    let kind = small(u8::try_from(kind).unwrap_or(0));
    let octets = element(OCTETS, &[sealed]);
    let sealed = element(SEQUENCE, &[&field(0, &kind), &field(2, &octets)]);
    let parts = [field(0, &small(5)), field(1, &small(15)), field(2, &sealed)];
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    element(REPLY, &[&element(SEQUENCE, &parts)])
}

fn shortest(number: &[u8]) -> &[u8] {
    let mut rest = number;
    while let [0, next, ..] = rest
        && *next < 0x80
    {
        rest = rest.get(1..).unwrap_or_default();
    }
    rest
}

/// A `KerberosTime`: `19700101000000Z` and nothing else.
fn time(fields: &Fields<'_>, number: u8) -> Option<Timestamp> {
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
    use crate::kerberos::der::{BITS, TEXT};

    pub(in super::super) fn sequence(fields: &[(u8, Vec<u8>)]) -> Vec<u8> {
        let parts: Vec<Vec<u8>> = fields
            .iter()
            .map(|(number, inside)| field(*number, inside))
            .collect();
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        element(SEQUENCE, &parts)
    }

    pub(in super::super) fn integer(number: i64) -> Vec<u8> {
        element(INTEGER, &[shortest(&number.to_be_bytes())])
    }

    pub(in super::super) fn octets(bytes: &[u8]) -> Vec<u8> {
        element(OCTETS, &[bytes])
    }

    pub(in super::super) fn flags(flags: u32) -> Vec<u8> {
        element(BITS, &[&[0], &flags.to_be_bytes()])
    }

    pub(in super::super) fn time(text: &str) -> Vec<u8> {
        element(TIME, &[text.as_bytes()])
    }

    pub(in super::super) fn text(text: &str) -> Vec<u8> {
        element(TEXT, &[text.as_bytes()])
    }

    pub(in super::super) fn name(parts: &[&str]) -> Vec<u8> {
        let parts: Vec<Vec<u8>> = parts.iter().map(|part| text(part)).collect();
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        sequence(&[(0, integer(1)), (1, element(SEQUENCE, &parts))])
    }

    pub(in super::super) fn sealed(kind: i64, version: Option<i64>, bytes: &[u8]) -> Vec<u8> {
        let mut fields = vec![(0, integer(kind))];
        fields.extend(version.map(|version| (1, integer(version))));
        fields.push((2, octets(bytes)));
        sequence(&fields)
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
