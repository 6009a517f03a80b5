//! A password is proved in three steps: found in a transaction, hashed outside of it, judged in
//! another.
//!
//! The attempt is counted before the hash (so that a thousand guesses at once cannot all slip past
//! the counter), and an unknown name costs the same hash as a known one.
//!
//! Strangers who guess lock a user out for a time, where the realm says so. A browser in which that user
//! has signed in before is let through all the same, as long as it does not guess itself.

mod meant;
mod nobody;
mod person;
mod report;

use cloakroom_model::credential::{self, Credential};
use cloakroom_model::id::UserId;
use cloakroom_model::lap::Step;
use cloakroom_model::lockout as failures;
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Digest, Result, Secret};

use crate::known_device;
use crate::lockout::{self, Lock};
use crate::pace::{self, Begun, Outcome, Tried};
use crate::password::{self, HashPolicy, Plain, Salt, Stored};
use crate::policy::Policy;

pub use meant::{Meant, meant};
pub use report::report;
pub(crate) use report::report_with;

/// What the person is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Name or password are wrong, or the account is locked for a time: all the same words.
    InvalidCredentials,
    /// The password was right, but the account is switched off.
    Disabled,
    /// The one-time code was good, and somebody has used it.
    UsedBefore,
}

/// A sign-in that failed: what the person is told, and what the event log knows.
#[derive(Clone, Debug)]
pub struct Denied {
    /// What the person is told.
    pub refusal: Refusal,
    /// Keycloak's name of the reason.
    pub reason: &'static str,
    /// Who it was about, if there is such a user.
    pub user: Option<UserId>,
    /// What the one who has judged the password says of it, for those who read events.
    pub why: Option<&'static str>,
    /// What was typed as the name, where it could be one.
    pub typed: Option<String>,
}

/// One source tries one user more often than people do: the attempt was not counted, nothing was
/// hashed, and it is worth trying again after the wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    /// In how many seconds to try again.
    pub retry_after_seconds: u64,
}

/// Where an attempt comes from.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The address.
    pub ip: &'a str,
    /// The digest of what the browser keeps to be known by, if it keeps that.
    pub device: Option<&'a Digest>,
    /// An application that has proved itself asks from there for all of its people.
    pub is_for_many: bool,
}

/// An attempt that was counted, for giving it back if nobody looks at its password.
#[derive(Clone, Debug)]
pub struct Reservation {
    limit: Begun,
    /// Whose lockout counts it.
    counted: Option<UserId>,
}

/// What the hashing threads have to do.
#[derive(Debug)]
pub struct Work {
    limit: Begun,
    device: Option<Digest>,
    is_counted: bool,
    user: Option<UserId>,
    typed: Option<String>,
    credential: Option<Credential>,
    plain: Option<Plain>,
    hashing: HashPolicy,
    salt: Salt,
    refused: Option<&'static str>,
}

/// What they found out.
#[derive(Clone, Debug)]
pub struct Checked {
    limit: Begun,
    device: Option<Digest>,
    is_counted: bool,
    user: Option<UserId>,
    typed: Option<String>,
    credential: Option<Credential>,
    is_right: bool,
    better: Option<Stored>,
    refused: Option<&'static str>,
    why: Option<&'static str>,
}

/// Whose password is checked.
#[derive(Clone, Copy, Debug)]
pub enum Who<'a> {
    /// Somebody typed this name or address.
    Named(&'a str),
    /// The browser's session knows who it is.
    Known(&'a UserId),
}

/// Finds the user and counts the attempt.
pub fn prepare(
    cx: &mut Cx<'_>,
    who: Who<'_>,
    password: &str,
    place: Place<'_>,
) -> Result<std::result::Result<Work, TooMany>> {
    let found = match who {
        Who::Named(text) => person::find(cx, text)?,
        Who::Known(id) => user::find(cx, id)?,
    };
    cx.lap(Step::User);
    let device = known_device::recognize(cx, found.as_ref(), place.device)?;
    let tried = match (&found, &device, who) {
        (Some(user), Some(device), _) => Tried::by_device(user, device),
        (_, _, Who::Known(id)) => Tried::known(id.as_str(), place.ip),
        (_, _, Who::Named(typed)) => Tried::named(typed, found.as_ref(), place.ip),
    };
    let tried = match place.is_for_many || matches!(who, Who::Known(_)) || device.is_some() {
        true => tried,
        false => tried.in_crowd(),
    };
    let limit = match pace::begin(cx, tried)? {
        Ok(begun) => begun,
        Err(retry_after_seconds) => {
            return Ok(Err(TooMany {
                retry_after_seconds,
            }));
        }
    };
    cx.lap(Step::Lock);
    let plain = Plain::new(password.to_owned()).ok();
    let mut work = Work {
        limit,
        device,
        is_counted: false,
        user: found.as_ref().map(|user| user.id.clone()),
        typed: match who {
            Who::Named(typed) => report::name(typed),
            Who::Known(_) => None,
        },
        credential: None,
        refused: plain.is_none().then_some("invalid_user_credentials"),
        plain,
        hashing: policy(cx).hashing(),
        salt: Salt::new(cx.rng),
    };
    let Some(user) = found else {
        nobody::prepare(cx)?;
        return Ok(Ok(work));
    };
    work.credential = credential::find_password(cx, &user.id)?;
    // What is held is judged by nobody, and so is no failure that could lock the user out.
    if work.limit.is_held {
        work.refused = Some(HELD);
        return Ok(Ok(work));
    }
    if cx.realm.settings.brute_force_protected {
        let lock = lockout::begin(cx, &user, place.ip)?;
        cx.lap(Step::Lock);
        let is_trusted = work.device.is_some() && work.limit.failures() < known_device::TRUSTED;
        work.is_counted = lock == Lock::Open;
        work.refused = refusal(lock, is_trusted).or(work.refused);
    }
    Ok(Ok(work))
}

/// Keycloak's name of the reason why nobody looks at a password for a while.
const HELD: &str = "user_temporarily_disabled";

/// Why nobody looks at what somebody brings while they are locked out.
///
/// Whoever is known by their browser is let through a lockout that others have caused, while it lasts.
pub(crate) fn refusal(lock: Lock, is_trusted: bool) -> Option<&'static str> {
    match lock {
        Lock::Open => None,
        Lock::ForAWhile => (!is_trusted).then_some(HELD),
        Lock::ForGood => Some("user_disabled"),
    }
}

impl Reservation {
    /// The attempt was never judged: it counts for nothing.
    pub fn give_back(&self, cx: &mut Cx<'_>) -> Result<()> {
        pace::end(cx, &self.limit, Outcome::NotJudged)?;
        match &self.counted {
            Some(user) => lockout::give_back(cx, user),
            None => Ok(()),
        }
    }
}

impl Work {
    /// What was counted, for giving it back if the hashing threads have no time.
    pub fn reservation(&self) -> Reservation {
        Reservation {
            limit: self.limit.clone(),
            counted: self.user.clone().filter(|_| self.is_counted),
        }
    }

    /// Nobody looks at the password, whatever it is.
    pub fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    /// Whose password it is said to be; `None` if nobody here has the name.
    pub fn user(&self) -> Option<&UserId> {
        self.user.as_ref()
    }

    /// A hash of a password is stored for whoever it is.
    pub fn has_password(&self) -> bool {
        self.credential.is_some()
    }

    /// Hashes. This takes long, and belongs on the hashing threads.
    pub fn run(self) -> Checked {
        let mut checked = Checked {
            limit: self.limit,
            device: self.device,
            is_counted: self.is_counted,
            user: self.user,
            typed: self.typed,
            credential: None,
            is_right: false,
            better: None,
            refused: self.refused,
            why: None,
        };
        let Some(plain) = self.plain else {
            return checked;
        };
        let stored = self.credential.as_ref().map(stored_form);
        let verified = match &stored {
            // A locked account costs the same time as any other.
            Some(stored) => password::verify(&plain, stored, &self.hashing),
            None => password::verify_nobody(&plain, &self.hashing),
        };
        // A stored hash that cannot be read is no password at all.
        let Ok(verified) = verified else {
            return checked;
        };
        checked.is_right = verified.ok && self.refused.is_none();
        if checked.is_right && verified.needs_rehash {
            checked.better = password::hash(&plain, &self.hashing, &self.salt).ok();
        }
        checked.credential = self.credential;
        checked
    }
}

impl Checked {
    /// The password is the one that is stored.
    pub fn is_right(&self) -> bool {
        self.is_right
    }

    /// Somebody else has judged the password, whose word counts in place of a stored hash: whether it is right, and whose
    /// it is. A lock stays one.
    pub fn decide(&mut self, user: Option<UserId>, is_right: bool) {
        self.user = user.or(self.user.take());
        self.is_right = is_right && self.refused.is_none() && self.user.is_some();
        self.credential = None;
        self.better = None;
    }

    /// Says why whoever has judged the password lets nobody in with it. The person is told none of it.
    pub fn explain(&mut self, why: &'static str) {
        self.why = Some(why);
    }
}

/// Judges: the user, or why not. Whoever was right has nothing held against them any more.
pub fn conclude(cx: &mut Cx<'_>, checked: &Checked) -> Result<std::result::Result<User, Denied>> {
    let concluded = conclude_in_part(cx, checked)?;
    if concluded.is_ok() {
        forgive(cx, checked)?;
    }
    Ok(concluded)
}

/// Forgets what was held against the user, once everything is proved that they are asked for.
pub fn forgive(cx: &mut Cx<'_>, checked: &Checked) -> Result<()> {
    // Whoever was let through during a lockout does not end it for those who caused it.
    match &checked.user {
        Some(id) if checked.is_counted => failures::clear(cx, id),
        _ => Ok(()),
    }
}

/// Judges a password that may not be all that is asked for.
///
/// This attempt alone is given back to whoever was right, so that nobody who knows the password has a new allowance of guesses at what is asked beside it.
pub fn conclude_in_part(
    cx: &mut Cx<'_>,
    checked: &Checked,
) -> Result<std::result::Result<User, Denied>> {
    let outcome = match checked.is_right {
        true => Outcome::Right,
        false => Outcome::Wrong,
    };
    pace::end(cx, &checked.limit, outcome)?;
    let denied = |refusal, reason| Denied {
        refusal,
        reason,
        user: checked.user.clone(),
        why: checked.why,
        typed: checked.typed.clone(),
    };
    let Some(id) = &checked.user else {
        nobody::conclude(cx)?;
        return Ok(Err(denied(Refusal::InvalidCredentials, "user_not_found")));
    };
    if let Some(reason) = checked.refused {
        return Ok(Err(denied(Refusal::InvalidCredentials, reason)));
    }
    if !checked.is_right {
        if checked.is_counted {
            lockout::fail(cx, id)?;
        }
        if let Some(device) = &checked.device
            && checked.limit.failures().saturating_add(1) >= known_device::FORGOTTEN
        {
            known_device::forget(cx, id, device)?;
        }
        return Ok(Err(denied(
            Refusal::InvalidCredentials,
            "invalid_user_credentials",
        )));
    }
    let Some(user) = user::find(cx, id)? else {
        return Ok(Err(denied(Refusal::InvalidCredentials, "user_not_found")));
    };
    if checked.is_counted {
        lockout::give_back(cx, id)?;
    }
    // Hashing takes a while, in which the password may have been changed, and its sessions ended.
    if let Some(hashed) = &checked.credential
        && !credential::stands(cx, hashed)?
    {
        return Ok(Err(denied(
            Refusal::InvalidCredentials,
            "invalid_user_credentials",
        )));
    }
    if !user.enabled {
        return Ok(Err(denied(Refusal::Disabled, "user_disabled")));
    }
    if let (Some(before), Some(better)) = (&checked.credential, &checked.better) {
        let after = Credential {
            credential_data: better.credential_data.clone(),
            secret_data: Secret::new(better.secret_data.clone()),
            ..before.clone()
        };
        credential::advance(cx, before, &after)?;
    }
    Ok(Ok(user))
}

/// The realm's password policy. One that cannot be read was refused when it was stored.
pub fn policy(cx: &Cx<'_>) -> Policy {
    let text = cx.realm.settings.password_policy.as_deref();
    Policy::parse(text.unwrap_or_default()).unwrap_or_default()
}

pub(crate) fn stored_form(credential: &Credential) -> Stored {
    Stored {
        credential_data: credential.credential_data.clone(),
        secret_data: credential.secret_data.expose().to_owned(),
    }
}
