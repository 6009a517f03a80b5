//! Whether a password is somebody's, by the word of a centre of keys.
//!
//! An answer that opens with the key of a password shows that whoever sent it knew the password as well, and nothing more: it may
//! be whoever typed it. So a ticket to this very service is asked for. Only the centre can make one that opens with the
//! service's own key, has in it the key that was told to whoever has the password, and says that it was got by a password now.
//!
//! Everybody is asked about twice, also whoever the centre does not know, so that the time of an answer tells less of who that is.

use std::time::Duration;

use cloakroom_model::Secret;
use tokio::time::Instant;

use super::accept::{Judge, SKEW};
use super::centre::{self, Centre, Ways};
use super::initial::{Answer, Inside, Method, Reply, Request, moment};
use super::message::Ticket;
use super::principal::Principal;
use super::provider::Provider;
use super::{Key, keytab};
use crate::directory::Dial;
use crate::{Problem, Result};

/// What keys are used for (RFC 4120 §7.5.1).
const MOMENT: u32 = 1;
const REPLY: u32 = 3;

/// The ticket was got by a proof of who it is, not by another ticket.
const INITIAL: u32 = 0x0040_0000;

/// Errors of centres (RFC 4120 §7.5.9).
const NAME_EXPIRED: i64 = 1;
const NOBODY: i64 = 6;
const NO_SERVICE: i64 = 7;
const POLICY: i64 = 12;
const NO_KIND: i64 = 14;
const REVOKED: i64 = 18;
const NOT_YET: i64 = 21;
const KEY_EXPIRED: i64 = 23;
const WRONG: i64 = 24;
const WANTS_PROOF: i64 = 25;
const BUSY: i64 = 29;
const SKEWED: i64 = 37;
const OTHER_REALM: i64 = 68;

const NO_KEY: &str = "the centre of keys has no key of AES for the person";
const NO_WAY: &str = "the centre of keys makes a key of the password in a way that is not taken";

/// A conversation about somebody that has begun.
#[derive(Debug)]
pub struct Begun {
    client: Principal,
    method: Method,
    /// Why nobody is looked for any more; for the log.
    refused: Option<&'static str>,
    is_known: bool,
    /// How long the centres may be waited for still.
    left: Duration,
}

impl Begun {
    /// The centre knows somebody of this name.
    pub fn is_known(&self) -> bool {
        self.is_known
    }

    /// Goes on about somebody who is nobody, and costs as much.
    #[must_use]
    pub fn about(self, nobody: Principal) -> Self {
        Self {
            client: nobody,
            ..self
        }
    }
}

/// What a centre says of a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is theirs.
    Right,
    /// It is not, or the centre lets nobody in with it; why, for the log.
    Wrong(&'static str),
}

/// Asks a centre what the password of somebody is made a key with.
///
/// # Errors
/// If no centre is reached, or its answer is none.
pub async fn begin(
    provider: &Provider,
    client: Principal,
    ways: Ways<'_, impl Dial, impl Centre>,
) -> Result<Begun> {
    let asked = Asked::new(provider, &client, ways)?;
    let (patience, start) = (provider.directory.patience(), Instant::now());
    let answer = asked.send(None, patience, ways).await?;
    let left = patience.saturating_sub(start.elapsed());
    let (realm, usual) = (provider.service.realm.as_str(), ways.centre.usual());
    let as_usual = |client: &Principal| Method::usual(client, usual.of(realm));
    let method = match answer {
        Answer::Reply(reply) => reply.method,
        Answer::Complaint(about) if about.code == WANTS_PROOF => about.method,
        Answer::Complaint(about) => {
            let refused = match about.code {
                NO_KIND => NO_KEY,
                code => refusal(code)?,
            };
            return Ok(Begun {
                method: as_usual(&client),
                client,
                is_known: about.code != NOBODY,
                refused: Some(refused),
                left,
            });
        }
    };
    // What is so of one person is no fault of the centre: whoever guesses at them is answered as about anybody.
    let (method, refused) = match method {
        Ok(method) => (method, None),
        Err(_) => (None, Some(NO_WAY)),
    };
    if let Some(method) = &method {
        usual.note(realm, (method.kind, method.rounds));
    }
    Ok(Begun {
        method: method.unwrap_or_else(|| as_usual(&client)),
        client,
        refused,
        is_known: true,
        left,
    })
}

/// Proves a password.
///
/// # Errors
/// If the centre is not reached, or cannot be believed.
pub async fn finish(
    provider: &Provider,
    begun: Begun,
    password: &Secret,
    ways: Ways<'_, impl Dial, impl Centre>,
) -> Result<Said> {
    let busy = || Problem::unreachable("there is too much to do to make a password a key");
    // Whoever is refused already is asked about with nobody's password: the real one is for nobody to try.
    let nobodys = begun.refused.is_some().then(|| chance(ways)).transpose()?;
    let nobodys =
        nobodys.map(|random| Secret::new(format!("{:032x}", u128::from_be_bytes(random))));
    let password = nobodys.as_ref().unwrap_or(password);
    let bytes = ways.centre.stretch(password, &begun.method).await;
    let bytes = bytes.ok_or_else(busy)?;
    let key = Key {
        kind: begun.method.kind,
        bytes: &bytes,
    };
    let asked = Asked::new(provider, &begun.client, ways)?;
    let (now, random) = (ways.dial.now(), chance(ways)?);
    let proof = ways.centre.crypto().seal(key, MOMENT, random, &moment(now));
    let proof = proof.ok_or_else(|| Problem::untrusted("no key can be made of the password"))?;
    let answer = asked
        .send(Some((key.kind, &proof)), begun.left, ways)
        .await?;
    if let Some(why) = begun.refused {
        return Ok(Said::Wrong(why));
    }
    match answer {
        Answer::Reply(reply) => asked.check(&reply, key, ways).await,
        Answer::Complaint(about) => refusal_of_proof(about.code),
    }
}

/// What a centre says of a proof. What may be so of one person alone is a wrong password, which is counted; what is so of all
/// is a fault of the centre.
fn refusal_of_proof(code: i64) -> Result<Said> {
    match (refusal(code), code) {
        (Ok(why), _) => Ok(Said::Wrong(why)),
        (Err(problem), NO_SERVICE | BUSY | SKEWED | OTHER_REALM) => Err(problem),
        (Err(_), NO_KIND) => Ok(Said::Wrong(NO_KEY)),
        (Err(_), _) => Ok(Said::Wrong("the centre of keys refuses the proof")),
    }
}

/// Why a centre lets nobody in, in words for the log. Nobody has signed what it says, so it lets nobody in either.
fn refusal(code: i64) -> Result<&'static str> {
    Ok(match code {
        WRONG => "the password is wrong",
        NOBODY => "the centre of keys does not know the name",
        NAME_EXPIRED => "the account has expired",
        REVOKED => "the account is disabled or locked",
        NOT_YET => "the account is not valid yet",
        KEY_EXPIRED => "the password has expired",
        POLICY => "a policy of the centre of keys refuses it",
        NO_SERVICE => {
            let why = "the centre of keys does not know serverPrincipal";
            return Err(Problem::settings(why));
        }
        NO_KIND => {
            let why = "the centre of keys has no key of AES for the person or for serverPrincipal";
            return Err(Problem::refused(why));
        }
        SKEWED => {
            let why = "the clocks of the centre of keys and of this server differ too much";
            return Err(Problem::refused(why));
        }
        OTHER_REALM => {
            let why = "the centre of keys names another realm, which is not asked";
            return Err(Problem::refused(why));
        }
        code => {
            let why = format!("the centre of keys refuses ({code})");
            return Err(Problem::refused(why));
        }
    })
}

fn chance(ways: Ways<'_, impl Dial, impl Centre>) -> Result<[u8; 16]> {
    let random = ways.centre.random();
    random.ok_or_else(|| Problem::unreachable("the machine has no randomness"))
}

/// One request.
struct Asked<'a> {
    provider: &'a Provider,
    client: &'a Principal,
    nonce: u32,
}

impl<'a> Asked<'a> {
    fn new(
        provider: &'a Provider,
        client: &'a Principal,
        ways: Ways<'_, impl Dial, impl Centre>,
    ) -> Result<Self> {
        let random = chance(ways)?;
        let nonce = random
            .first_chunk()
            .map_or(0, |four| u32::from_be_bytes(*four));
        Ok(Self {
            provider,
            client,
            // Some centres know no larger numbers.
            nonce: nonce & 0x7fff_ffff,
        })
    }

    async fn send(
        &self,
        proof: Option<(i64, &[u8])>,
        patience: Duration,
        ways: Ways<'_, impl Dial, impl Centre>,
    ) -> Result<Answer> {
        let service = &self.provider.service;
        let request = Request {
            client: self.client,
            service,
            nonce: self.nonce,
            now: ways.dial.now(),
            proof,
        };
        let to = (service.realm.as_str(), patience);
        let answer = centre::ask(to, &request.write(), ways).await?;
        let read = Answer::read(&answer, self.client);
        read.ok_or_else(|| Problem::untrusted("the answer of the centre of keys is none"))
    }

    /// Checks that the centre itself says so.
    async fn check(
        &self,
        reply: &Reply,
        key: Key<'_>,
        ways: Ways<'_, impl Dial, impl Centre>,
    ) -> Result<Said> {
        let lies =
            |what: &str| Problem::untrusted(format!("the centre of keys answers with {what}"));
        let service = &self.provider.service;
        if reply.client != *self.client {
            return Err(lies("another name or realm"));
        }
        if reply.service != *service {
            return Err(lies("a ticket for another service"));
        }
        let inside = reply.inside();
        let crypto = ways.centre.crypto();
        // A centre that was not asked to look at the password first lets it be found out here.
        let opened = match inside.kind == key.kind {
            true => crypto.open(key, REPLY, inside.bytes),
            false => return Err(lies("a key of another kind than it said")),
        };
        let Some(opened) = opened else {
            return Ok(Said::Wrong("the answer does not open with the password"));
        };
        let inside = Inside::read(&opened).ok_or_else(|| lies("what cannot be read"))?;
        if inside.nonce != i64::from(self.nonce) {
            return Err(lies("what another question was answered with"));
        }
        if inside.service != *service {
            return Err(lies("a ticket for another service inside"));
        }
        let ticket = self.open(reply, ways).await?;
        let is_key = keytab::size(inside.key.0) == Some(inside.key.1.len());
        if !is_key || ticket.key != inside.key {
            return Err(lies("a ticket that was made for somebody else"));
        }
        Ok(Said::Right)
    }

    /// Opens the ticket with the service's own key, which nobody but the centre has.
    async fn open(&self, reply: &Reply, ways: Ways<'_, impl Dial, impl Centre>) -> Result<Ticket> {
        let file = &self.provider.keytab;
        let keytab = ways.centre.keytab(file).await.ok_or_else(|| {
            Problem::settings(
                "the keytab is not among CLOAKROOM_KERBEROS_KEYTABS, or cannot be read",
            )
        })?;
        let judge = Judge {
            service: &self.provider.service,
            keytab: &keytab,
            crypto: ways.centre.crypto(),
            now: ways.dial.now(),
            random: [0; 16],
        };
        let untrusted = |why: String| {
            Problem::untrusted(format!("the centre of keys cannot be trusted: {why}"))
        };
        let ticket = judge.open(&reply.ticket());
        let ticket = ticket.map_err(|why| untrusted(why.to_string()))?;
        let checked = judge.check_ticket(&ticket);
        checked.map_err(|why| untrusted(why.to_string()))?;
        if ticket.client != *self.client {
            return Err(untrusted("the ticket is of another client".to_owned()));
        }
        let age = judge.now.seconds().abs_diff(ticket.authenticated.seconds());
        if ticket.flags & INITIAL == 0 || age > SKEW.unsigned_abs() {
            return Err(untrusted(
                "the ticket was not got by a password now".to_owned(),
            ));
        }
        Ok(ticket)
    }
}

#[cfg(test)]
mod tests;
