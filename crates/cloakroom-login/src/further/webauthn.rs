//! Security keys and passkeys (WebAuthn Level 3): what a browser is asked for, and whether what it brings is signed by a key that is known.
//!
//! A challenge lives in the attempt, is of one ceremony, one kind of key and one person, and is spent by the first answer to it,
//! whether that is right or wrong.

mod attestation;
mod authenticator_data;
mod cbor;
mod certificate;
mod client_data;
mod cose;
mod makers;
mod policy;
pub mod reading;
pub mod register;
mod stored;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloakroom_model::attempt::Attempt;
use cloakroom_model::credential::{self, Credential};
use cloakroom_model::id::UserId;
use cloakroom_model::replay::{self, Kind};
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Result, Timestamp};
use serde_json::{Value, json};

use crate::flow::note;
use authenticator_data::AuthenticatorData;
use stored::{Stored, decode};

pub use client_data::Ceremony;
pub use makers::Makers;
pub use policy::Policy;
pub use stored::is_readable;

/// §13.4.3: at least 16 bytes.
const CHALLENGE: usize = 32;

/// Why what a browser brings is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Keycloak's name of the error, for the event.
    pub error: &'static str,
    /// Keycloak's name of the case.
    pub case: &'static str,
    /// What it was, for those who read events.
    pub why: &'static str,
}

impl Rejection {
    pub(super) const fn verification(why: &'static str) -> Self {
        Self {
            error: "invalid_user_credentials",
            case: "webauthn-error-auth-verification",
            why,
        }
    }

    pub(super) const fn registration(why: &'static str) -> Self {
        Self {
            error: "invalid_registration",
            case: "webauthn-error-registration",
            why,
        }
    }

    /// The browser has made no key.
    #[must_use]
    pub const fn no_key() -> Self {
        Self {
            error: "invalid_user_credentials",
            case: "webauthn-error-register-verification",
            why: "the browser has made no key",
        }
    }

    const fn other_person() -> Self {
        Self {
            error: "different_user_authenticated",
            case: "webauthn-error-different-user",
            why: "the key names another person",
        }
    }

    const fn unknown(why: &'static str) -> Self {
        Self {
            error: "user_not_found",
            case: "webauthn-error-user-not-found",
            why,
        }
    }
}

/// A key of somebody, as the page names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyShown {
    /// The id that its authenticator knows it by, in base64url.
    pub id: String,
    /// What its owner calls it; empty if it has no name.
    pub label: String,
    /// When it was set up.
    pub created_at: Timestamp,
    /// The ways on which it can be reached.
    pub transports: Vec<String>,
}

/// What a browser is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The kind of key.
    pub kind: String,
    /// What has to be signed, in base64url.
    pub challenge: String,
    /// The realm's policy.
    pub policy: Policy,
    /// The keys that will do; any key that names its owner if nobody is known yet.
    pub keys: Vec<KeyShown>,
}

/// What the browser brings, in base64url as the form has it.
#[derive(Clone, Copy, Debug)]
pub struct Assertion<'a> {
    /// The id of the key.
    pub id: &'a str,
    /// What the browser says.
    pub client_data: &'a str,
    /// What the authenticator says.
    pub authenticator_data: &'a str,
    /// The signature over both.
    pub signature: &'a str,
    /// Whom the key names as its owner; empty if it does not.
    pub user_handle: &'a str,
}

/// What was asked, as the server knows it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The kind of key.
    pub kind: &'a str,
    /// The challenge that was taken out of the attempt; `None` if there was none.
    pub challenge: Option<&'a str>,
    /// The public address of this server.
    pub base_url: &'a str,
}

/// A key that has signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The id of its credential.
    pub credential: String,
    /// The id that its authenticator knows it by, in base64url.
    pub id: String,
    /// The person had to be verified.
    pub is_verified: bool,
}

/// Asks for a key of somebody, or of whoever it names. The caller stores the attempt.
pub fn ask(
    cx: &mut Cx<'_>,
    attempt: &mut Attempt,
    user: Option<&User>,
    (kind, base_url): (&str, &str),
) -> Result<Question> {
    let keys = match user {
        Some(user) => credential::list(cx, &user.id, Some(kind))?,
        None => Vec::new(),
    };
    Ok(Question {
        kind: kind.to_owned(),
        challenge: challenge(
            cx,
            attempt,
            (Ceremony::Get, kind),
            user.map(|user| &user.id),
        ),
        policy: Policy::of(&cx.realm.settings, kind, base_url),
        keys: keys.iter().filter_map(shown).collect(),
    })
}

/// A key as pages name it; `None` if it cannot be read.
pub(crate) fn shown(key: &Credential) -> Option<KeyShown> {
    let stored = Stored::read(key)?;
    Some(KeyShown {
        id: URL_SAFE_NO_PAD.encode(&stored.id),
        label: key.label.clone().unwrap_or_default(),
        created_at: key.created_at,
        transports: stored.shown.transports.unwrap_or_default(),
    })
}

/// Makes a challenge in place of the one before.
pub(crate) fn challenge(
    cx: &mut Cx<'_>,
    attempt: &mut Attempt,
    (ceremony, kind): (Ceremony, &str),
    user: Option<&UserId>,
) -> String {
    let mut bytes = [0; CHALLENGE];
    cx.rng.fill_bytes(&mut bytes);
    let value = URL_SAFE_NO_PAD.encode(bytes);
    let is_for = is_for((ceremony, kind), user);
    let kept = json!({ "for": is_for, "value": value });
    attempt.notes.insert(note::CHALLENGE.to_owned(), kept);
    value
}

fn is_for((ceremony, kind): (Ceremony, &str), user: Option<&UserId>) -> String {
    let user = user.map(ToString::to_string).unwrap_or_default();
    format!("{} {kind} {user}", ceremony.name())
}

/// The challenge that waits for an answer; `None` if there is none of this kind for this user.
pub(crate) fn waiting(
    attempt: &Attempt,
    about: (Ceremony, &str),
    user: Option<&UserId>,
) -> Option<String> {
    let kept = attempt.notes.get(note::CHALLENGE)?;
    let text = |name: &str| kept.get(name).and_then(Value::as_str);
    let is_it = text("for") == Some(is_for(about, user).as_str());
    text("value").filter(|_| is_it).map(str::to_owned)
}

/// Takes the challenge out of an attempt, whatever comes of the answer; `None` if it was of something else.
pub fn take_challenge(
    attempt: &mut Attempt,
    about: (Ceremony, &str),
    user: Option<&UserId>,
) -> Option<String> {
    let waiting = waiting(attempt, about, user);
    attempt.notes.remove(note::CHALLENGE);
    waiting
}

/// Spends a challenge: of two who answer it, on whatever node, exactly one gets true.
pub(crate) fn spend(cx: &mut Cx<'_>, challenge: &str) -> Result<bool> {
    /// No attempt lives longer.
    const DAY: i64 = 24 * 60 * 60;
    let until = Timestamp::from_seconds(cx.now.seconds().saturating_add(DAY));
    replay::spend(cx, Kind::KeyChallenge, challenge, until)
}

/// Judges what was brought as an answer for this user, and moves the key's counter on.
pub fn judge(
    cx: &mut Cx<'_>,
    user: &User,
    asked: &Asked<'_>,
    brought: &Assertion<'_>,
) -> Result<std::result::Result<Proof, Rejection>> {
    let Some(challenge) = asked.challenge else {
        return Ok(Err(Rejection::verification("nothing was asked")));
    };
    if !spend(cx, challenge)? {
        let why = "the challenge was answered before";
        return Ok(Err(Rejection::verification(why)));
    }
    let is_mine = |handle: &str| decode(handle).as_deref() == Some(user.id.as_str().as_bytes());
    if !brought.user_handle.is_empty() && !is_mine(brought.user_handle) {
        return Ok(Err(Rejection::other_person()));
    }
    let Some(id) = decode(brought.id).filter(|id| !id.is_empty()) else {
        let why = "the id of the key cannot be read";
        return Ok(Err(Rejection::verification(why)));
    };
    // Whatever id is sent, it is looked for among those of this user.
    let mine = credential::list(cx, &user.id, Some(asked.kind))?;
    let mut readable = mine
        .iter()
        .filter_map(|key| Some((key, Stored::read(key)?)));
    let Some((key, stored)) = readable.find(|(_, stored)| stored.id == id) else {
        let why = "the person has no such key";
        return Ok(Err(Rejection::unknown(why)));
    };
    let policy = Policy::of(&cx.realm.settings, asked.kind, asked.base_url);
    let counter = match check(&stored, &policy, challenge, brought) {
        Ok(counter) => counter,
        Err(rejection) => return Ok(Err(rejection)),
    };
    let mut moved = stored.shown;
    moved.counter = counter;
    let after = Credential {
        credential_data: serde_json::to_string(&moved)?,
        ..key.clone()
    };
    if !credential::advance(cx, key, &after)? {
        let why = "the key has signed something else meanwhile";
        return Ok(Err(Rejection::verification(why)));
    }
    Ok(Ok(Proof {
        credential: key.id.to_string(),
        id: URL_SAFE_NO_PAD.encode(&id),
        is_verified: policy.wants_verified(),
    }))
}

/// The checks of §7.2; the counter that the key has come to.
fn check(
    stored: &Stored,
    policy: &Policy,
    challenge: &str,
    brought: &Assertion<'_>,
) -> std::result::Result<u32, Rejection> {
    let read = |text: &str| {
        let bytes = decode(text).filter(|bytes| !bytes.is_empty());
        bytes.ok_or(Rejection::verification("what was signed cannot be read"))
    };
    let client_data = read(brought.client_data)?;
    let authenticator_data = read(brought.authenticator_data)?;
    let signature = read(brought.signature)?;
    client_data::check(&client_data, Ceremony::Get, challenge, &policy.origins)?;
    let data =
        AuthenticatorData::check(&authenticator_data, &policy.rp_id, policy.wants_verified())?;
    // §6.1: no authenticator makes a key while another signs.
    if data.made.is_some() {
        return Err(Rejection::verification("a new key is in what was signed"));
    }
    let key = stored
        .key()
        .ok_or(Rejection::verification("the stored key cannot be used"))?;
    let hash = digest(&SHA256, &client_data);
    let message = [authenticator_data.as_slice(), hash.as_ref()].concat();
    if !key.is_signed(&message, &signature) {
        return Err(Rejection::verification("the signature is not of the key"));
    }
    // §6.1.1: where somebody counts, whoever does not come further is a copy.
    let before = stored.shown.counter;
    if (data.counter > 0 || before > 0) && data.counter <= before {
        return Err(Rejection::verification("the counter has gone back"));
    }
    Ok(data.counter)
}
