//! What is proved beside a password: who is asked for what, and whether it was right.
//!
//! A guess is counted before anybody looks at it, as a guess at a password is, and for its user wherever it comes from:
//! whoever guesses here knows the password already.

mod base32;
pub mod enrol;
pub mod otp;
pub mod paper;
pub mod passkey;
pub mod recovery;
pub mod removal;
pub mod webauthn;

use std::collections::BTreeMap;

use cloakroom_model::attempt::Attempt;
use cloakroom_model::credential::{self, Credential};
use cloakroom_model::event::{self, Event};
use cloakroom_model::id::CredentialId;
use cloakroom_model::lockout as failures;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Result, Secret};

use crate::code::ErrorCode;
use crate::flow::{self, note};
use crate::known_device;
use crate::lockout::{self, Lock};
use crate::pace::{self, Tried};
use crate::proof::{self, Denied, Place, Refusal, TooMany};
use otp::Judged;
use serde_json::Value;
use webauthn::Rejection;

/// The longest name of a credential.
const LONGEST_LABEL: usize = 255;

/// A device that makes codes, as its owner knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: String,
    /// What its owner calls it; empty if it has no name.
    pub label: String,
}

/// What somebody can be asked for of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// A code of one of these devices.
    Otp(Vec<Device>),
    /// The code on paper that has this number.
    RecoveryCode(i64),
    /// A signature of one of these keys.
    Key(Box<webauthn::Question>),
}

/// What somebody has of a kind; `None` if nothing of it can be asked for.
pub fn offer(cx: &mut Cx<'_>, user: &User, kind: &str) -> Result<Option<Offer>> {
    let mine = credential::list(cx, &user.id, Some(kind))?;
    Ok(match kind {
        credential::OTP => {
            let devices = mine.into_iter().map(|one| Device {
                id: one.id.to_string(),
                label: one.label.unwrap_or_default(),
            });
            let devices: Vec<Device> = devices.collect();
            (!devices.is_empty()).then_some(Offer::Otp(devices))
        }
        credential::RECOVERY_CODES => {
            let number = mine.first().and_then(recovery::number);
            number.map(Offer::RecoveryCode)
        }
        _ => None,
    })
}

/// Names the credential that an attempt sets up, so that of two who finish it at once one is told that it is there already.
fn name_new(cx: &mut Cx<'_>, attempt: &mut Attempt) {
    let id = Value::String(cx.new_id());
    attempt.notes.insert(note::NEW_ID.to_owned(), id);
}

/// A credential that its owner sets up now.
fn fresh(
    cx: &mut Cx<'_>,
    (attempt, user): (&Attempt, &User),
    (kind, label): (&str, &str),
    (credential_data, secret_data): (String, Secret),
) -> Result<Credential> {
    let label: String = label.trim().chars().take(LONGEST_LABEL).collect();
    let label = label.replace('\0', "");
    Ok(Credential {
        id: CredentialId::new(flow::text(attempt, note::NEW_ID)),
        kind: kind.to_owned(),
        label: (!label.is_empty()).then_some(label),
        created_at: cx.now,
        priority: credential::last_place(cx, &user.id)?,
        credential_data,
        secret_data,
    })
}

/// Writes down what has become of a credential, where the realm keeps that; where is the client's id and the address.
pub fn tell(
    cx: &mut Cx<'_>,
    user: &User,
    kinds: &[&str],
    (about, (client_id, ip)): (&Credential, (&str, &str)),
) -> Result<()> {
    for kind in kinds {
        let mut details: BTreeMap<String, String> =
            [("credential_type".to_owned(), about.kind.clone())].into();
        if let Some(label) = &about.label {
            details.insert("credential_user_label".to_owned(), label.clone());
        }
        let event = Event {
            kind: (*kind).to_owned(),
            client_id: Some(client_id.to_owned()),
            user: Some(user.id.clone()),
            ip: ip.to_owned(),
            details,
            ..Event::default()
        };
        let is_kept = event::is_kept(&cx.realm.settings, kind);
        event::report(cx, event, is_kept)?;
    }
    Ok(())
}

/// What somebody has typed.
#[derive(Clone, Copy, Debug)]
pub struct Typed<'a> {
    /// The kind of credential that is asked for.
    pub kind: &'a str,
    /// The code.
    pub code: &'a str,
    /// The id of the device that it is said to be of; the first one is meant otherwise.
    pub credential: Option<&'a str>,
}

/// What somebody answers with.
#[derive(Clone, Copy, Debug)]
pub enum Brought<'a> {
    /// A code.
    Code(Typed<'a>),
    /// What a key has signed.
    Key(webauthn::Asked<'a>, webauthn::Assertion<'a>),
}

/// What was right, and is spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spent {
    /// A code.
    Code,
    /// A signature of this key.
    Key(webauthn::Proof),
}

/// What an answer comes to.
enum Outcome {
    Right(Spent),
    UsedBefore,
    Wrong,
    Rejected(Rejection),
}

/// Counts a guess, looks at it, and spends what was right.
pub fn prove(
    cx: &mut Cx<'_>,
    user: &User,
    brought: &Brought<'_>,
    place: Place<'_>,
) -> Result<std::result::Result<std::result::Result<Spent, Denied>, TooMany>> {
    let device = known_device::recognize(cx, Some(user), place.device)?;
    let limit = match pace::begin(cx, Tried::further(user, device.as_ref()))? {
        Ok(begun) => begun,
        Err(retry_after_seconds) => {
            return Ok(Err(TooMany {
                retry_after_seconds,
            }));
        }
    };
    let (mut is_counted, mut refused) = (false, None);
    if cx.realm.settings.brute_force_protected {
        let lock = lockout::begin(cx, user, place.ip)?;
        let is_trusted = device.is_some() && limit.failures() < known_device::TRUSTED;
        is_counted = lock == Lock::Open;
        refused = proof::refusal(lock, is_trusted);
    }
    let judged = match refused {
        // A key has its challenge spent all the same: whoever waits for the lock to open asks anew.
        Some(_) => Outcome::Wrong,
        None => judge(cx, user, brought)?,
    };
    if let Outcome::Right(spent) = judged {
        pace::end(cx, &limit, pace::Outcome::Right)?;
        if is_counted {
            failures::clear(cx, &user.id)?;
        }
        return Ok(Ok(Ok(spent)));
    }
    pace::end(cx, &limit, pace::Outcome::Wrong)?;
    if is_counted {
        lockout::fail(cx, &user.id)?;
    }
    if let Some(device) = &device
        && limit.failures().saturating_add(1) >= known_device::FORGOTTEN
    {
        known_device::forget(cx, &user.id, device)?;
    }
    let (reason, why) = match (&judged, brought) {
        (Outcome::Rejected(rejection), _) => (rejection.error, rejection.why),
        (Outcome::UsedBefore, _) => (INVALID, "the one-time code was used before"),
        (_, Brought::Code(typed)) if typed.kind == credential::RECOVERY_CODES => {
            (INVALID, "the recovery code is wrong")
        }
        _ => (INVALID, "the one-time code is wrong"),
    };
    Ok(Ok(Err(Denied {
        refusal: match judged {
            Outcome::UsedBefore => Refusal::UsedBefore,
            _ => Refusal::InvalidCredentials,
        },
        reason: refused.unwrap_or(reason),
        user: Some(user.id.clone()),
        why: refused.is_none().then_some(why),
        typed: None,
    })))
}

const INVALID: &str = "invalid_user_credentials";

fn judge(cx: &mut Cx<'_>, user: &User, brought: &Brought<'_>) -> Result<Outcome> {
    let typed = match brought {
        Brought::Code(typed) => typed,
        Brought::Key(asked, assertion) => {
            return Ok(match webauthn::judge(cx, user, asked, assertion)? {
                Ok(proof) => Outcome::Right(Spent::Key(proof)),
                Err(rejection) => Outcome::Rejected(rejection),
            });
        }
    };
    Ok(match judge_code(cx, user, typed)? {
        Judged::Right => Outcome::Right(Spent::Code),
        Judged::Wrong => Outcome::Wrong,
        Judged::UsedBefore => Outcome::UsedBefore,
    })
}

fn judge_code(cx: &mut Cx<'_>, user: &User, typed: &Typed<'_>) -> Result<Judged> {
    let mine = credential::list(cx, &user.id, Some(typed.kind))?;
    let is_meant = |one: &&Credential| match typed.credential.filter(|id| !id.is_empty()) {
        Some(id) => one.id.as_str() == id,
        None => true,
    };
    // Whatever id is sent, it is looked for among those of this user.
    let Some(meant) = mine.iter().find(is_meant) else {
        return Ok(Judged::Wrong);
    };
    match typed.kind {
        credential::OTP => otp::judge(cx, meant, typed.code),
        credential::RECOVERY_CODES => recovery::judge(cx, meant, typed.code),
        _ => Ok(Judged::Wrong),
    }
}

/// Writes a wrong guess down, and answers with the code that the person is shown.
pub fn report(
    cx: &mut Cx<'_>,
    denied: &Denied,
    kind: &str,
    place: (&str, &str),
) -> Result<ErrorCode> {
    report_with(cx, denied, kind, (place, Vec::new()))
}

/// The same, with more that those who read events want to know.
pub fn report_with(
    cx: &mut Cx<'_>,
    denied: &Denied,
    kind: &str,
    (place, mut details): ((&str, &str), Vec<(String, String)>),
) -> Result<ErrorCode> {
    details.push(("credential_type".to_owned(), kind.to_owned()));
    proof::report_with(cx, denied, place, details)
}
