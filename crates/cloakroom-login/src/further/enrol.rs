//! A new device for one-time codes: its secret stays on the server until a code shows that the device has it.

use std::fmt::Write as _;

use cloakroom_model::attempt::Attempt;
use cloakroom_model::credential::{self, Credential, OTP};
use cloakroom_model::secret::Vault;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Result, Sealed, Secret};
use serde_json::Value;

use super::base32;
use super::otp::{self, Judged, Policy};
use crate::flow::{self, note};

/// RFC 4226 §4, R6: 160 bits are recommended.
const BYTES: usize = 20;

fn place(attempt: &Attempt) -> String {
    // Another user of the same attempt gets a secret of their own.
    let user = attempt.user.as_ref().map(ToString::to_string);
    format!("attempts/{}/{}/otp", attempt.id, user.unwrap_or_default())
}

/// Makes the secret that the page shows, unless there is one.
pub fn prepare(cx: &mut Cx<'_>, attempt: &mut Attempt) -> Result<()> {
    if secret_of(cx.vault, attempt).is_some() {
        return Ok(());
    }
    let mut bytes = [0; BYTES];
    cx.rng.fill_bytes(&mut bytes);
    let text = base32::encode(&bytes);
    let sealed = cx.vault.seal(cx.rng, &place(attempt), text.as_bytes())?;
    let sealed = Value::String(sealed.to_base64url());
    attempt.notes.insert(note::NEW_OTP.to_owned(), sealed);
    super::name_new(cx, attempt);
    flow::note_lacking(cx, attempt)
}

/// The secret that the page shows, in Base32; `None` before there is one.
pub fn secret_of(vault: &Vault, attempt: &Attempt) -> Option<Secret> {
    let sealed = Sealed::from_base64url(flow::text(attempt, note::NEW_OTP)).ok()?;
    vault.open_text(&place(attempt), &sealed).ok()
}

/// The address that an app reads from the picture.
pub fn address(policy: &Policy, (issuer, username): (&str, &str), secret: &Secret) -> String {
    let kind = if policy.is_by_clock { "totp" } else { "hotp" };
    let algorithm = policy.algorithm.trim_start_matches("Hmac");
    let (issuer, username) = (escaped(issuer), escaped(username));
    let mut address = format!(
        "otpauth://{kind}/{issuer}:{username}?secret={}&digits={}&algorithm={algorithm}&issuer={issuer}",
        secret.expose(),
        policy.digits,
    );
    let _ = match policy.is_by_clock {
        true => write!(address, "&period={}", policy.period),
        false => write!(address, "&counter={}", policy.initial_counter),
    };
    address
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

/// Stores the device, if it has made the code; `None` if it has not.
pub fn finish(
    cx: &mut Cx<'_>,
    attempt: &mut Attempt,
    user: &User,
    (code, label): (&str, &str),
) -> Result<Option<Credential>> {
    let Some(secret) = secret_of(cx.vault, attempt) else {
        return Ok(None);
    };
    let (credential_data, secret_data) = otp::stored(&Policy::of(&cx.realm.settings), &secret)?;
    let device = super::fresh(
        cx,
        (attempt, user),
        (OTP, label),
        (credential_data, secret_data),
    )?;
    if !otp::is_right(cx, &device, code) {
        return Ok(None);
    }
    if !credential::insert_new(cx, &user.id, &device)? {
        return Ok(None);
    }
    // The code that shows it is used with that, as any other is.
    if otp::judge(cx, &device, code)? != Judged::Right {
        return Ok(None);
    }
    for name in [note::NEW_OTP, note::NEW_ID] {
        attempt.notes.remove(name);
    }
    flow::settle_second(attempt, OTP);
    Ok(Some(device))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_the_policy_says() {
        let policy = |is_by_clock: bool, algorithm: &str| Policy {
            is_by_clock,
            algorithm: algorithm.to_owned(),
            digits: 8,
            period: 60,
            initial_counter: 7,
            window: 1,
            is_reusable: false,
        };
        let (by_clock, by_counter) = (policy(true, "HmacSHA256"), policy(false, "HmacSHA1"));
        let secret = Secret::new("MZXW6YTB");
        let who = ("Ärzte & Co", "ada:1@acme.test");
        assert_eq!(
            address(&by_clock, who, &secret),
            "otpauth://totp/%C3%84rzte%20%26%20Co:ada%3A1%40acme.test?secret=MZXW6YTB&digits=8\
             &algorithm=SHA256&issuer=%C3%84rzte%20%26%20Co&period=60"
        );
        assert!(
            address(&by_counter, who, &secret)
                .ends_with("&algorithm=SHA1&issuer=%C3%84rzte%20%26%20Co&counter=7")
        );
    }
}
