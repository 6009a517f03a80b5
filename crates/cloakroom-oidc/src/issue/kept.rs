//! What a client that asks for itself was given a moment ago: it is given the same again, with an id and a time of its own.
//!
//! Only what was made without a database is kept, beside the snapshot that it was made from. So nothing but the snapshot and
//! the question has a say in it, and whatever changes the snapshot drops it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use cloakroom_jose::Alg;
use cloakroom_model::Cx;
use cloakroom_model::client::Client;
use cloakroom_model::id::ClientUuid;
use serde_json::{Map, Value, json};

use super::Authorization;
use super::minted::{Access, Minted, Unsigned};

/// How many answers a realm keeps; one has about two kilobytes.
const MOST: usize = 1000;

/// The claims that differ each time, in the order in which tokens have them.
const OWN: [&str; 3] = ["exp", "iat", "jti"];

/// Everything that an answer depends on, but for the snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Question {
    issuer: String,
    client: ClientUuid,
    /// Mappers may show where the client is.
    ip: String,
    scopes: String,
}

impl Question {
    /// The question that a client asks with what it was granted; `None` where there is more to an answer than the question.
    pub(crate) fn of(
        issuer: String,
        client: &Client,
        grant: &Authorization,
        ip: &str,
    ) -> Option<Self> {
        let is_plain = grant.session.is_none()
            && grant.claims.is_none()
            && grant.nonce.is_none()
            && grant.auth_time.is_none()
            && grant.exchange.is_none()
            && grant.permissions.is_none()
            && grant.front.is_none()
            && grant.binding.is_none();
        is_plain.then(|| Self {
            issuer,
            client: client.id.clone(),
            ip: ip.to_owned(),
            scopes: grant.scopes.all_names(),
        })
    }
}

/// An answer without what differs each time.
struct Answer {
    alg: Alg,
    typ: &'static str,
    /// The token's claims from the fourth on, as the end of a JSON object.
    tail: Arc<str>,
    /// How long the token lives, in seconds.
    lives: i64,
    rest: Map<String, Value>,
}

/// The answers of a realm.
#[derive(Default)]
pub(crate) struct Kept(RwLock<HashMap<Question, Arc<Answer>>>);

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}

impl Kept {
    /// The same answer as before, to be signed anew.
    pub(crate) fn again(&self, cx: &mut Cx<'_>, question: &Question) -> Option<Minted> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let answer = Arc::clone(all.get(question)?);
        drop(all);
        let now = cx.now.seconds();
        let own = [
            json!(now.saturating_add(answer.lives)),
            json!(now),
            json!(cx.new_id()),
        ];
        let names = OWN.map(str::to_owned);
        Some(Minted {
            access: Access::Jwt(Unsigned {
                alg: answer.alg,
                typ: answer.typ,
                members: names.into_iter().zip(own).collect(),
                tail: Some(Arc::clone(&answer.tail)),
            }),
            id: None,
            encryption: None,
            id_member: "id_token",
            refresh: None,
            rest: answer.rest.clone(),
        })
    }

    /// Keeps an answer, if it is an access token alone.
    pub(crate) fn keep(&self, question: Question, minted: &Minted) {
        let Some(answer) = without_own(minted) else {
            return;
        };
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(question, Arc::new(answer));
    }
}

fn without_own(minted: &Minted) -> Option<Answer> {
    let Access::Jwt(unsigned) = &minted.access else {
        return None;
    };
    if minted.id.is_some() || minted.refresh.is_some() {
        return None;
    }
    let claim = |name: &str| unsigned.members.get(name)?.as_i64();
    let lives = claim("exp")?.checked_sub(claim("iat")?)?;
    let mut members = unsigned.members.clone();
    members.retain(|name, _| !OWN.contains(&name.as_str()));
    let tail = serde_json::to_string(&members).ok()?;
    let tail = tail.strip_prefix('{').filter(|tail| *tail != "}")?;
    Some(Answer {
        alg: unsigned.alg,
        typ: unsigned.typ,
        tail: tail.into(),
        lives,
        rest: minted.rest.clone(),
    })
}
