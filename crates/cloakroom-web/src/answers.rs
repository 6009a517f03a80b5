//! Answers about tokens, kept for a moment: an application that shows the same token with each of its requests is
//! answered from memory.
//!
//! An answer is dropped when people, sessions or settings of its realm change, here or on another node. Its age has
//! a bound all the same: a sign-in also ends by the mere passing of time, and other programs may write to the file.

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::sync::{Mutex, PoisonError, RwLock};

use actix_web::web::Bytes;
use cloakroom_model::{Digest, Realm, Timestamp, Ttl};

/// Requests of many workers seldom meet in one of so many parts.
const PARTS: usize = 16;
/// How many answers a part holds; one has about two kilobytes.
const MOST: usize = 512;

/// An answer that may be given again.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The body.
    pub body: Bytes,
    /// Its media type.
    pub content_type: &'static str,
    /// The client whose web origins may read it.
    pub client_id: String,
}

/// What has to be the same for an answer to be given again.
#[derive(Clone, Debug)]
pub struct Question {
    digest: String,
    realm: String,
    version: i64,
    people: u64,
}

struct Kept {
    answer: Answer,
    version: i64,
    people: u64,
    until: Timestamp,
}

/// The answers of all realms.
pub struct Answers {
    parts: [Mutex<HashMap<String, Kept>>; PARTS],
    /// How often people changed, by the realm's id.
    people: RwLock<HashMap<String, u64>>,
    longest: Ttl,
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answers").finish_non_exhaustive()
    }
}

impl Answers {
    /// None yet. With `is_shared`, other nodes write to the database, and a missed notification must not count long.
    pub fn new(is_shared: bool) -> Self {
        let seconds = if is_shared { 1 } else { 5 };
        Self {
            parts: std::array::from_fn(|_| Mutex::default()),
            people: RwLock::default(),
            longest: Ttl::seconds(seconds),
        }
    }

    /// A question about a token, as things stand. It is put before the database is asked, so that an answer which is
    /// older than a change is not kept after it.
    pub fn question(&self, realm: &Realm, parts: &[&str]) -> Question {
        self.question_of(realm.id.as_str(), realm.version, parts)
    }

    fn question_of(&self, id: &str, version: i64, parts: &[&str]) -> Question {
        // A length before each part: two lists of parts are never one text.
        let length: usize = parts.iter().map(|part| part.len() + 8).sum();
        let mut text = String::with_capacity(id.len() + 1 + length);
        text.push_str(id);
        text.push('/');
        for part in parts {
            // Writing to a `String` cannot fail.
            let _ = write!(text, "{}:{part}", part.len());
        }
        let people = self.people.read().unwrap_or_else(PoisonError::into_inner);
        Question {
            digest: Digest::of(text.as_bytes()).to_base64url(),
            realm: id.to_owned(),
            version,
            people: people.get(id).copied().unwrap_or_default(),
        }
    }

    /// The answer that was given a moment ago.
    pub fn find(&self, question: &Question, now: Timestamp) -> Option<Answer> {
        let part = self.part(question)?;
        let part = part.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = part.get(&question.digest)?;
        let counts = kept.version == question.version && kept.people == question.people;
        (counts && now < kept.until).then(|| kept.answer.clone())
    }

    /// Keeps an answer until the token ends, and not for long.
    pub fn keep(&self, question: &Question, answer: &Answer, now: Timestamp, end: Timestamp) {
        let Some(part) = self.part(question) else {
            return;
        };
        let people = self.people.read().unwrap_or_else(PoisonError::into_inner);
        if people.get(&question.realm).copied().unwrap_or_default() != question.people {
            return;
        }
        let mut part = part.lock().unwrap_or_else(PoisonError::into_inner);
        if part.len() >= MOST {
            part.retain(|_, kept| now < kept.until);
        }
        if part.len() >= MOST {
            part.clear();
        }
        let kept = Kept {
            answer: answer.clone(),
            version: question.version,
            people: question.people,
            until: end.min(now.plus(self.longest)),
        };
        part.insert(question.digest.clone(), kept);
    }

    /// People or sessions of these realms have changed.
    pub fn drop_of(&self, realms: &[String]) {
        if realms.is_empty() {
            return;
        }
        let mut people = self.people.write().unwrap_or_else(PoisonError::into_inner);
        for realm in realms {
            match people.get_mut(realm) {
                Some(changes) => *changes += 1,
                None => {
                    people.insert(realm.clone(), 1);
                }
            }
        }
    }

    fn part(&self, question: &Question) -> Option<&Mutex<HashMap<String, Kept>>> {
        let first = *question.digest.as_bytes().first()?;
        self.parts.get(usize::from(first) % PARTS)
    }
}

#[cfg(test)]
mod tests;
