//! One-time codes: by a counter (RFC 4226) and by the clock (RFC 6238), from devices as Keycloak stores them.

use aws_lc_rs::hmac;
use cloakroom_model::credential::{self, Credential};
use cloakroom_model::realm::Settings;
use cloakroom_model::replay::{self, Kind};
use cloakroom_model::{Cx, Result, Secret, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::base32;

/// No policy looks further around the step of its clock than this: five minutes to each side with the usual period.
const WIDEST_CLOCK: i64 = 10;
/// No policy looks further ahead of a counter than this.
const WIDEST_COUNTER: i64 = 100;

/// What a realm says of one-time codes (`otpPolicy…`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Codes go by the clock, and not by a counter.
    pub is_by_clock: bool,
    /// `HmacSHA1`, `HmacSHA256` or `HmacSHA512`.
    pub algorithm: String,
    /// How many digits a code has.
    pub digits: i64,
    /// How many seconds a code of the clock is good for.
    pub period: i64,
    /// Where counters begin.
    pub initial_counter: i64,
    /// How many steps around the clock, or ahead of a counter, are good as well.
    pub window: i64,
    /// A code of the clock may be used more than once.
    pub is_reusable: bool,
}

impl Policy {
    /// Reads the realm's settings; what is not said is as in Keycloak, and so is what no code could be made by: a file
    /// may say it, and Keycloak itself keeps zeros where a policy was set in part.
    pub fn of(settings: &Settings) -> Self {
        let rest = &settings.rest;
        let text = |name: &str, usual: &str| {
            let said = rest.get(name).and_then(Value::as_str);
            said.unwrap_or(usual).to_owned()
        };
        let number =
            |name: &str, usual: i64| rest.get(name).and_then(Value::as_i64).unwrap_or(usual);
        let is_reusable = rest.get("otpPolicyCodeReusable").and_then(Value::as_bool);
        Self {
            is_by_clock: text("otpPolicyType", "totp") != "hotp",
            algorithm: text("otpPolicyAlgorithm", "HmacSHA1"),
            digits: Some(number("otpPolicyDigits", 6))
                .filter(|digits| (1..=8).contains(digits))
                .unwrap_or(6),
            period: Some(number("otpPolicyPeriod", 30))
                .filter(|period| *period > 0)
                .unwrap_or(30),
            initial_counter: number("otpPolicyInitialCounter", 0),
            window: number("otpPolicyLookAheadWindow", 1),
            is_reusable: is_reusable.unwrap_or(false),
        }
    }
}

/// What may be shown of a device; the names are Keycloak's.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    #[serde(default = "Shown::usual_kind")]
    sub_type: String,
    #[serde(default = "Shown::usual_digits")]
    digits: i64,
    #[serde(default)]
    counter: i64,
    #[serde(default = "Shown::usual_period")]
    period: i64,
    #[serde(default = "Shown::usual_algorithm")]
    algorithm: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret_encoding: Option<String>,
    /// What a later Keycloak writes beside it stays.
    #[serde(flatten)]
    rest: serde_json::Map<String, Value>,
}

impl Shown {
    fn is_by_clock(&self) -> bool {
        self.sub_type != "hotp"
    }

    fn usual_kind() -> String {
        "totp".to_owned()
    }

    fn usual_digits() -> i64 {
        6
    }

    fn usual_period() -> i64 {
        30
    }

    fn usual_algorithm() -> String {
        "HmacSHA1".to_owned()
    }
}

#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct Kept {
    value: String,
}

/// A device that makes codes.
pub(crate) struct Device {
    shown: Shown,
    key: hmac::Key,
}

/// Which of its codes a device has made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Match {
    /// The one of this step of the clock.
    Clock(i64),
    /// The one of this counter.
    Counter(i64),
}

/// What a code comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// It was good, and is good no more.
    Right,
    /// It is none that the device makes now.
    Wrong,
    /// It was good once.
    UsedBefore,
}

impl Device {
    /// Reads a device as Keycloak stores it; `None` if nothing can be made of it.
    pub(crate) fn read(credential: &Credential) -> Option<Self> {
        let shown: Shown = serde_json::from_str(&credential.credential_data).ok()?;
        let kept: Kept = serde_json::from_str(credential.secret_data.expose()).ok()?;
        let algorithm = match shown.algorithm.as_str() {
            "HmacSHA1" => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            "HmacSHA256" => hmac::HMAC_SHA256,
            "HmacSHA512" => hmac::HMAC_SHA512,
            _ => return None,
        };
        let bytes = match shown.secret_encoding.as_deref() {
            Some("BASE32") => Zeroizing::new(base32::decode(&kept.value)?),
            None | Some("") => Zeroizing::new(kept.value.as_bytes().to_vec()),
            Some(_) => return None,
        };
        // Keycloak writes a period of zero where a counter makes the codes, and none is read there.
        let has_steps = shown.period > 0 || !shown.is_by_clock();
        let is_possible = (1..=8).contains(&shown.digits) && has_steps && !bytes.is_empty();
        is_possible.then(|| Self {
            key: hmac::Key::new(algorithm, &bytes),
            shown,
        })
    }

    fn is_by_clock(&self) -> bool {
        self.shown.is_by_clock()
    }

    /// The code of a counter (RFC 4226 §5.3).
    fn code(&self, counter: i64) -> String {
        let tag = hmac::sign(&self.key, &counter.to_be_bytes());
        let tag = tag.as_ref();
        let offset = tag.last().map_or(0, |last| usize::from(last & 0xf));
        let word = tag.iter().skip(offset).take(4);
        let word = word.fold(0u32, |word, byte| (word << 8) | u32::from(*byte));
        let digits = usize::try_from(self.shown.digits).unwrap_or(6);
        let modulus = 10u32.saturating_pow(u32::try_from(digits).unwrap_or(6));
        let number = (word & 0x7fff_ffff).checked_rem(modulus).unwrap_or(0);
        format!("{number:0digits$}")
    }

    /// Looks for a code among those that count now; all of them are looked at, whichever it is.
    fn find(&self, code: &str, now: Timestamp, window: i64) -> Option<Match> {
        let (first, last) = match self.is_by_clock() {
            true => {
                let step = now.seconds().div_euclid(self.shown.period);
                let around = window.clamp(0, WIDEST_CLOCK);
                (step.saturating_sub(around), step.saturating_add(around))
            }
            false => {
                let ahead = window.clamp(0, WIDEST_COUNTER);
                (self.shown.counter, self.shown.counter.saturating_add(ahead))
            }
        };
        let mut found = None;
        for counter in first..=last {
            let is_it = bool::from(self.code(counter).as_bytes().ct_eq(code.as_bytes()));
            if is_it && found.is_none() {
                found = Some(counter);
            }
        }
        found.map(|counter| match self.is_by_clock() {
            true => Match::Clock(counter),
            false => Match::Counter(counter),
        })
    }
}

/// Judges a code of a device, and spends it: of two who bring the same one at once, exactly one is right.
pub fn judge(cx: &mut Cx<'_>, device: &Credential, code: &str) -> Result<Judged> {
    let policy = Policy::of(&cx.realm.settings);
    let Some(read) = Device::read(device) else {
        return Ok(Judged::Wrong);
    };
    Ok(match read.find(code.trim(), cx.now, policy.window) {
        None => Judged::Wrong,
        Some(Match::Clock(_)) if policy.is_reusable => Judged::Right,
        Some(Match::Clock(step)) => {
            let mark = format!("{}/{step}", device.id);
            // Long enough for the clock to have left the widest window behind.
            let steps = WIDEST_CLOCK.saturating_mul(2).saturating_add(2);
            let until = step.saturating_add(steps).saturating_mul(read.shown.period);
            let until = Timestamp::from_seconds(until);
            match replay::spend(cx, Kind::OneTimeCode, mark, until)? {
                true => Judged::Right,
                false => Judged::UsedBefore,
            }
        }
        Some(Match::Counter(counter)) => {
            let mut shown = read.shown;
            shown.counter = counter.saturating_add(1);
            let after = Credential {
                credential_data: serde_json::to_string(&shown)?,
                ..device.clone()
            };
            match credential::advance(cx, device, &after)? {
                true => Judged::Right,
                false => Judged::UsedBefore,
            }
        }
    })
}

/// Tells whether a device makes this code now, and spends nothing.
pub(crate) fn is_right(cx: &Cx<'_>, device: &Credential, code: &str) -> bool {
    let window = Policy::of(&cx.realm.settings).window;
    Device::read(device).is_some_and(|read| read.find(code.trim(), cx.now, window).is_some())
}

/// What a new device of a realm's policy is stored as, in Keycloak's two texts.
pub(crate) fn stored(policy: &Policy, secret: &Secret) -> Result<(String, Secret)> {
    let shown = Shown {
        sub_type: if policy.is_by_clock { "totp" } else { "hotp" }.to_owned(),
        digits: policy.digits,
        counter: policy.initial_counter,
        period: policy.period,
        algorithm: policy.algorithm.clone(),
        secret_encoding: Some("BASE32".to_owned()),
        rest: serde_json::Map::new(),
    };
    let kept = Kept {
        value: secret.expose().to_owned(),
    };
    Ok((
        serde_json::to_string(&shown)?,
        Secret::new(serde_json::to_string(&kept)?),
    ))
}

#[cfg(test)]
mod tests;
