//! A passkey in place of a name and a password: who that is says the key itself, or the session of the browser.
//!
//! Nobody guesses a signature. What is wrong is counted for whom it names, and where it comes from, so that nobody has the server
//! look for keys without end, and never towards a lockout: whoever knows a name only must not shut its owner out, and a lockout
//! that others have caused does not keep the owner of a passkey from signing in, unless it is permanent and disables the account.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloakroom_model::attempt::Attempt;
use cloakroom_model::credential::PASSKEY;
use cloakroom_model::id::UserId;
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Result};

use super::webauthn::{self, Asked, Assertion, Ceremony, Policy, Proof, Question};
use crate::flow::{self, note};
use crate::known_device;
use crate::pace::{self, Outcome, Tried};
use crate::proof::{Denied, Place, Refusal, TooMany};

/// No id of a user is longer, in base64url as the form has it.
const LONGEST: usize = 96;

/// Asks for a passkey where the flow takes one, unless it is asked for already. True if the attempt has to be stored.
pub fn prepare(cx: &mut Cx<'_>, attempt: &mut Attempt) -> bool {
    if !flow::has(attempt, note::PASSKEYS) || challenge_of(attempt).is_some() {
        return false;
    }
    let user = attempt.user.clone();
    webauthn::challenge(cx, attempt, (Ceremony::Get, PASSKEY), user.as_ref());
    true
}

fn challenge_of(attempt: &Attempt) -> Option<String> {
    webauthn::waiting(attempt, (Ceremony::Get, PASSKEY), attempt.user.as_ref())
}

/// What a page asks the browser for; `None` where no passkey is asked for.
///
/// Nobody who is not proved yet is shown ids of keys, so the key has to be one that names its owner.
#[must_use]
pub fn question(
    settings: &cloakroom_model::realm::Settings,
    attempt: &Attempt,
    base_url: &str,
) -> Option<Question> {
    Some(Question {
        kind: PASSKEY.to_owned(),
        challenge: challenge_of(attempt)?,
        policy: Policy::of(settings, PASSKEY, base_url),
        keys: Vec::new(),
    })
}

/// Whose key it was and what it proved, or why nobody is signed in.
pub type Judged = std::result::Result<(User, Proof), Denied>;

/// Looks at what a passkey has signed: whose it is, or why nobody is signed in by it.
///
/// It is counted for the person and not for the text that names them, of which there is more than one; and by itself for a browser in which
/// that person has signed in before, so that nobody at the same address is in its way.
pub fn prove(
    cx: &mut Cx<'_>,
    known: Option<&User>,
    (asked, brought): (&Asked<'_>, &Assertion<'_>),
    place: Place<'_>,
) -> Result<std::result::Result<Judged, TooMany>> {
    let named = match known {
        Some(user) => Some(user.id.clone()),
        None => named(brought.user_handle),
    };
    let found = match (known, &named) {
        (Some(user), _) => Some(user.clone()),
        (None, Some(id)) => person(cx, id)?,
        (None, None) => None,
    };
    let device = known_device::recognize(cx, found.as_ref(), place.device)?;
    let subject = named.as_ref().map_or("", UserId::as_str);
    let tried = Tried::passkey(subject, place.ip, device.as_ref());
    let limit = match pace::begin(cx, tried)? {
        Ok(begun) => begun,
        Err(retry_after_seconds) => {
            return Ok(Err(TooMany {
                retry_after_seconds,
            }));
        }
    };
    let denied = |user: Option<UserId>, reason, why| Denied {
        refusal: Refusal::InvalidCredentials,
        reason,
        user,
        why: Some(why),
        typed: None,
    };
    let judged = match &found {
        Some(user) => match webauthn::judge(cx, user, asked, brought)? {
            Ok(proof) => Ok((user.clone(), proof)),
            Err(wrong) => Err(denied(Some(user.id.clone()), wrong.error, wrong.why)),
        },
        None => Err(denied(None, "user_not_found", "the key names nobody here")),
    };
    let outcome = match judged {
        Ok(_) => Outcome::Right,
        Err(_) => Outcome::Wrong,
    };
    pace::end(cx, &limit, outcome)?;
    if let (Some(user), Some(device), Outcome::Wrong) = (&found, &device, outcome)
        && limit.failures().saturating_add(1) >= known_device::FORGOTTEN
    {
        known_device::forget(cx, &user.id, device)?;
    }
    Ok(Ok(match judged {
        Ok((user, _)) if !user.enabled => Err(Denied {
            refusal: Refusal::Disabled,
            reason: "user_disabled",
            user: Some(user.id),
            why: None,
            typed: None,
        }),
        judged => judged,
    }))
}

/// The id that a key names its owner by; `None` if what it says is no id.
fn named(handle: &str) -> Option<UserId> {
    if handle.is_empty() || handle.len() > LONGEST {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(handle.trim_end_matches('=')).ok()?;
    let id = String::from_utf8(bytes).ok()?;
    (!id.contains('\0')).then(|| UserId::new(id))
}

/// The person with this id; service accounts are no people.
fn person(cx: &mut Cx<'_>, id: &UserId) -> Result<Option<User>> {
    let found = user::find(cx, id)?;
    Ok(found.filter(|user| user.service_account_client.is_none()))
}
