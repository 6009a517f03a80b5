//! Whether a browser's token proves who it is (RFC 4120 §3.2.3).

use cloakroom_model::{Timestamp, Ttl};

use super::keytab::{self, Keytab};
use super::message::{self, Authenticator, Request, Sealed, Ticket};
use super::principal::Principal;
use super::token::Token;
use super::{Crypto, Key};

/// How far the clocks of a client and of this server may be apart, in seconds.
pub const SKEW: i64 = 5 * 60;

/// What keys are used for (RFC 4120 §7.5.1).
const TICKET: u32 = 2;
const AUTHENTICATOR: u32 = 11;
const REPLY: u32 = 12;

/// The client wants this server to prove itself.
const MUTUAL_REQUIRED: u32 = 0x2000_0000;
/// The ticket is encrypted with another ticket's key, which is nobody's here.
const USE_SESSION_KEY: u32 = 0x4000_0000;
/// A postdated ticket that was not validated.
const INVALID: u32 = 0x0100_0000;
/// Whoever this is has not said it to their own realm either (RFC 8062).
const ANONYMOUS: u32 = 0x0000_8000;

/// The checksum of an authenticator that was made for GSS-API (RFC 4121 §4.1.1), and its flag for a mutual proof.
const FOR_GSS: i64 = 0x8003;
const MUTUAL: u8 = 2;

/// Why a token proves nothing. For logs and events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each says itself what it is")]
pub enum Refused {
    #[error("the token is none")]
    Malformed,
    #[error("the token is of another mechanism than Kerberos")]
    Mechanism,
    #[error("the ticket is for another service")]
    OtherService,
    #[error(
        "the ticket is encrypted with a kind of key that is not taken; the service needs keys of AES"
    )]
    Kind,
    #[error("the keytab has no key of the service with the ticket's number")]
    NoKey,
    #[error("the ticket does not open with the service's key")]
    Ticket,
    #[error("the ticket is of another realm")]
    OtherRealm,
    #[error("the ticket does not count yet")]
    NotYet,
    #[error("the ticket has expired")]
    Expired,
    #[error("the ticket is not valid, or of nobody")]
    Invalid,
    #[error("the authenticator does not open with the ticket's key")]
    Authenticator,
    #[error("the authenticator is of another client than the ticket")]
    OtherClient,
    #[error("the authenticator is too old, or the clocks are more than five minutes apart")]
    Skew,
    #[error("the authenticator was made for something else")]
    Purpose,
    #[error("the principal is no person")]
    NoPerson,
    #[error("the authenticator was used before")]
    Replayed,
}

/// What an exchange is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Judge<'a> {
    /// The service that this is.
    pub service: &'a Principal,
    /// Its keys.
    pub keytab: &'a Keytab,
    /// The encryption.
    pub crypto: &'a dyn Crypto,
    /// The time.
    pub now: Timestamp,
    /// Used for the answer alone.
    pub random: [u8; 16],
}

/// A token that proves somebody, once it is marked as used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Who that is.
    pub client: Principal,
    /// What no other token has: to be marked, because the token counts once.
    pub mark: Vec<u8>,
    /// When the token would count no more by its time alone.
    pub until: Timestamp,
    /// What the browser is answered after `Negotiate`, if anything.
    pub answer: Option<Vec<u8>>,
}

/// Judges the token of a browser.
///
/// # Errors
/// Why it proves nothing.
pub fn accept(token: &[u8], judge: &Judge<'_>) -> Result<Accepted, Refused> {
    let token = Token::read(token)?;
    let request = Request::read(token.request).ok_or(Refused::Malformed)?;
    let ticket = judge.open_ticket(&request)?;
    judge.check_ticket(&ticket)?;
    let key = Key {
        kind: ticket.key.0,
        bytes: &ticket.key.1,
    };
    let is_key = keytab::size(key.kind) == Some(key.bytes.len());
    if !is_key || request.authenticator.kind != key.kind {
        return Err(Refused::Kind);
    }
    let opened = judge
        .crypto
        .open(key, AUTHENTICATOR, request.authenticator.bytes);
    let opened = opened.ok_or(Refused::Authenticator)?;
    let authenticator = Authenticator::read(&opened).ok_or(Refused::Malformed)?;
    judge.check_authenticator(&authenticator, &ticket)?;
    let wants_proof = wants_proof(&authenticator).ok_or(Refused::Purpose)?
        || request.options & MUTUAL_REQUIRED != 0;
    let reply = match wants_proof {
        true => Some(judge.reply(&authenticator, key)?),
        false => None,
    };
    ticket.client.person().ok_or(Refused::NoPerson)?;
    Ok(Accepted {
        answer: token.answer(reply.as_deref()),
        mark: request.authenticator.bytes.to_vec(),
        // The last instant at which it is not too old, and one more.
        until: authenticator.at.plus(Ttl::seconds(SKEW + 1)),
        client: ticket.client,
    })
}

impl Judge<'_> {
    fn open_ticket(&self, request: &Request<'_>) -> Result<Ticket, Refused> {
        if request.service != *self.service {
            return Err(Refused::OtherService);
        }
        if request.options & USE_SESSION_KEY != 0 {
            return Err(Refused::Kind);
        }
        self.open(&request.ticket)
    }

    /// Opens a ticket with the key that has its number.
    pub(super) fn open(&self, ticket: &Sealed<'_>) -> Result<Ticket, Refused> {
        let (kind, version) = (ticket.kind, ticket.version);
        if keytab::size(kind).is_none() {
            return Err(Refused::Kind);
        }
        let key = self.keytab.find(self.service, kind, version);
        let bytes = key.ok_or(Refused::NoKey)?;
        let key = Key { kind, bytes };
        let opened = self.crypto.open(key, TICKET, ticket.bytes);
        Ticket::read(&opened.ok_or(Refused::Ticket)?).ok_or(Refused::Malformed)
    }

    pub(super) fn check_ticket(&self, ticket: &Ticket) -> Result<(), Refused> {
        let now = self.now.seconds();
        // A realm that trusts another could be told of anybody by it.
        if ticket.client.realm != self.service.realm {
            return Err(Refused::OtherRealm);
        }
        if ticket.flags & (INVALID | ANONYMOUS) != 0 {
            return Err(Refused::Invalid);
        }
        if ticket.starts.seconds() > now.saturating_add(SKEW) {
            return Err(Refused::NotYet);
        }
        if ticket.ends.seconds() < now.saturating_sub(SKEW) {
            return Err(Refused::Expired);
        }
        Ok(())
    }

    fn check_authenticator(&self, made: &Authenticator, ticket: &Ticket) -> Result<(), Refused> {
        if made.client != ticket.client {
            return Err(Refused::OtherClient);
        }
        match self.now.seconds().abs_diff(made.at.seconds()) <= SKEW.unsigned_abs() {
            true => Ok(()),
            false => Err(Refused::Skew),
        }
    }

    fn reply(&self, made: &Authenticator, key: Key<'_>) -> Result<Vec<u8>, Refused> {
        let sequence = self
            .random
            .first_chunk()
            .map_or(0, |four| u32::from_be_bytes(*four));
        let inside = made.reply(sequence);
        let sealed = self.crypto.seal(key, REPLY, self.random, &inside);
        Ok(message::reply(key.kind, &sealed.ok_or(Refused::Kind)?))
    }
}

/// Whether the client wants this server proved; `None` if its authenticator was not made for GSS-API, so that what was
/// made for another protocol proves nothing here.
fn wants_proof(made: &Authenticator) -> Option<bool> {
    let (kind, sum) = made.checksum.as_ref()?;
    // A length, a digest of sixteen bytes, and flags, whose smallest comes first.
    let is_whole = *kind == FOR_GSS && sum.starts_with(&[16, 0, 0, 0]);
    let flags = sum.get(20..24).filter(|_| is_whole)?;
    Some(flags.first()? & MUTUAL != 0)
}

#[cfg(test)]
pub(super) mod tests;
