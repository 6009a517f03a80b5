//! What a browser sends after `Negotiate` (RFC 4559): a message of Kerberos, in SPNEGO or bare (RFC 4178, RFC 4121).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::accept::Refused;
use super::der::{ENUMERATED, Fields, OCTETS, OID, SEQUENCE, element, field, first, only};
use crate::directory::ber::children;

/// 1.3.6.1.5.5.2
const SPNEGO: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x02];
/// 1.2.840.113554.1.2.2
const KERBEROS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02];
/// The same with a bit lost, as Windows has had it since its first Kerberos.
const OF_WINDOWS: &[u8] = &[0x2a, 0x86, 0x48, 0x82, 0xf7, 0x12, 0x01, 0x02, 0x02];

/// The first token of an exchange (RFC 2743 §3.1).
const FIRST: u8 = 0x60;
const OFFER: u8 = 0xa0;
const ANSWER: u8 = 0xa1;
/// What the message is (RFC 4121 §4.1).
const REQUEST: [u8; 2] = [1, 0];
const REPLY: [u8; 2] = [2, 0];

/// A longer token is none: what the groups of a ticket need is a few kilobytes.
pub const LONGEST: usize = 64 * 1024;

/// The scheme of the headers.
const SCHEME: &str = "Negotiate";

/// The token in an `Authorization` header; `None` if the header is of another scheme. What is no base64 is no token.
pub fn of_header(value: &str) -> Option<Vec<u8>> {
    let (scheme, token) = value.split_once(' ')?;
    let is_ours = scheme.eq_ignore_ascii_case(SCHEME);
    is_ours.then(|| STANDARD.decode(token.trim()).unwrap_or_default())
}

/// The `WWW-Authenticate` header that asks for a token, or that brings the answer to one.
pub fn header(answer: Option<&[u8]>) -> String {
    match answer {
        Some(token) => format!("{SCHEME} {}", STANDARD.encode(token)),
        None => SCHEME.to_owned(),
    }
}

/// A message, and how it came.
#[derive(Debug)]
pub(super) struct Token<'a> {
    /// `AP-REQ`.
    pub(super) request: &'a [u8],
    /// What SPNEGO called the mechanism; `None` if it came without SPNEGO.
    offered: Option<&'a [u8]>,
}

impl<'a> Token<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Refused> {
        if bytes.len() > LONGEST {
            return Err(Refused::Malformed);
        }
        if bytes.starts_with(b"NTLMSSP\0") {
            return Err(Refused::Mechanism);
        }
        let inside = only(bytes, FIRST).ok_or(Refused::Malformed)?;
        let (mechanism, rest) = first(inside, OID).ok_or(Refused::Malformed)?;
        if mechanism != SPNEGO {
            let request = message(mechanism, rest)?;
            return Ok(Self {
                request,
                offered: None,
            });
        }
        let offer = only(rest, OFFER)
            .and_then(Fields::of)
            .ok_or(Refused::Malformed)?;
        let listed = offer.get(0).and_then(|all| only(all, SEQUENCE));
        let listed = listed.and_then(children).ok_or(Refused::Malformed)?;
        // The message is of the mechanism that comes first (RFC 4178 §4.2.1).
        let offered = match listed.first() {
            Some((OID, name)) if [KERBEROS, OF_WINDOWS].contains(name) => *name,
            _ => return Err(Refused::Mechanism),
        };
        let wrapped = offer.octets(2).ok_or(Refused::Malformed)?;
        let inside = only(wrapped, FIRST).ok_or(Refused::Malformed)?;
        let (mechanism, rest) = first(inside, OID).ok_or(Refused::Malformed)?;
        Ok(Self {
            request: message(mechanism, rest)?,
            offered: Some(offered),
        })
    }

    /// What is answered: that this is enough, with `AP-REP` for a client that wants us proved too.
    pub(super) fn answer(&self, reply: Option<&[u8]>) -> Option<Vec<u8>> {
        let wrapped = reply.map(|reply| {
            let mechanism = element(OID, &[KERBEROS]);
            element(FIRST, &[&mechanism, &REPLY, reply])
        });
        let Some(offered) = self.offered else {
            return wrapped;
        };
        let mut parts = vec![
            field(0, &element(ENUMERATED, &[&[0]])),
            field(1, &element(OID, &[offered])),
        ];
        parts.extend(wrapped.map(|token| field(2, &element(OCTETS, &[&token]))));
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        Some(element(ANSWER, &[&element(SEQUENCE, &parts)]))
    }
}

fn message<'a>(mechanism: &[u8], rest: &'a [u8]) -> Result<&'a [u8], Refused> {
    if ![KERBEROS, OF_WINDOWS].contains(&mechanism) {
        return Err(Refused::Mechanism);
    }
    rest.strip_prefix(&REQUEST).ok_or(Refused::Malformed)
}

/// A token as a browser makes it, for tests.
#[cfg(test)]
pub(super) fn offer(mechanisms: &[&[u8]], request: &[u8]) -> Vec<u8> {
    let wrapped = element(FIRST, &[&element(OID, &[KERBEROS]), &REQUEST, request]);
    let listed: Vec<Vec<u8>> = mechanisms
        .iter()
        .map(|name| element(OID, &[name]))
        .collect();
    let listed: Vec<&[u8]> = listed.iter().map(Vec::as_slice).collect();
    let listed = field(0, &element(SEQUENCE, &listed));
    let wrapped = field(2, &element(OCTETS, &[&wrapped]));
    let offer = element(OFFER, &[&element(SEQUENCE, &[&listed, &wrapped])]);
    element(FIRST, &[&element(OID, &[SPNEGO]), &offer])
}
