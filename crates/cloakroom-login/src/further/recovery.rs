//! Codes on paper: each is good once, in their order, and stored as a digest, as in Keycloak.

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cloakroom_model::credential::{self, Credential, OTP, RECOVERY_CODES};
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Result, Secret};
use serde_json::{Map, Value, json};
use subtle::ConstantTimeEq;

use super::otp::Judged;
use crate::required::{self, Action};

/// The next code of a list.
struct Next {
    number: i64,
    digest: String,
}

fn texts(credential: &Credential) -> Option<(Map<String, Value>, Map<String, Value>)> {
    let shown = serde_json::from_str(&credential.credential_data).ok()?;
    let kept = serde_json::from_str(credential.secret_data.expose()).ok()?;
    Some((shown, kept))
}

fn next(kept: &Map<String, Value>) -> Option<Next> {
    let first = kept.get("codes")?.as_array()?.first()?;
    Some(Next {
        number: first.get("number")?.as_i64()?,
        digest: first.get("encodedHashedValue")?.as_str()?.to_owned(),
    })
}

/// The number of the code that is asked for; `None` if there is none any more.
pub(crate) fn number(credential: &Credential) -> Option<i64> {
    let (_, kept) = texts(credential)?;
    next(&kept).map(|next| next.number)
}

/// How many codes of a list are left; `None` if it is no list.
pub fn left(credential: &Credential) -> Option<u64> {
    let (_, kept) = texts(credential).filter(|_| credential.kind == RECOVERY_CODES)?;
    let codes = kept.get("codes")?.as_array()?;
    u64::try_from(codes.len()).ok()
}

/// What a code is stored as; `None` if the list is of a kind that is not known.
fn hashed(shown: &Map<String, Value>, code: &str) -> Option<String> {
    let algorithm = match shown.get("algorithm").and_then(Value::as_str) {
        // Keycloak names a signature here, and means its digest.
        None | Some("RS512" | "SHA-512") => &SHA512,
        Some("RS256" | "SHA-256") => &SHA256,
        Some(_) => return None,
    };
    Some(STANDARD.encode(digest(algorithm, code.as_bytes())))
}

/// Judges the next code of a list, and strikes it off: of two who bring it at once, exactly one is right.
pub(crate) fn judge(cx: &mut Cx<'_>, list: &Credential, code: &str) -> Result<Judged> {
    let Some((mut shown, mut kept)) = texts(list) else {
        return Ok(Judged::Wrong);
    };
    let Some(next) = next(&kept) else {
        return Ok(Judged::Wrong);
    };
    let is_next = |code: &str| {
        let hashed = hashed(&shown, code);
        hashed.is_some_and(|hashed| bool::from(hashed.as_bytes().ct_eq(next.digest.as_bytes())))
    };
    // Keycloak shows codes in groups, and takes them without.
    if !is_next(code.trim()) && !is_next(&typed(code)) {
        return Ok(Judged::Wrong);
    }
    let left = match kept.get_mut("codes").and_then(Value::as_array_mut) {
        Some(codes) => {
            codes.remove(0);
            codes.len()
        }
        None => 0,
    };
    // What may be shown changes with each code, and tells two who are at it at once apart.
    shown.insert("remaining".to_owned(), json!(left));
    let mut credential_data = Value::Object(shown).to_string();
    if credential_data == list.credential_data {
        // Whoever wrote the list has counted wrong.
        credential_data.push(' ');
    }
    let after = Credential {
        credential_data,
        secret_data: Secret::new(Value::Object(kept).to_string()),
        ..list.clone()
    };
    Ok(match credential::advance(cx, list, &after)? {
        true => Judged::Right,
        false => Judged::UsedBefore,
    })
}

/// Takes a list without codes away, which would ask for a code that nobody has, and asks its owner to get new ones.
///
/// Where it is all that there is beside the password it stays, because without it the password alone would be enough.
pub fn clear(cx: &mut Cx<'_>, user: &User) -> Result<()> {
    let lists = credential::list(cx, &user.id, Some(RECOVERY_CODES))?;
    let is_used_up =
        |list: &&Credential| texts(list).is_some_and(|(_, kept)| next(&kept).is_none());
    for list in lists.iter().filter(is_used_up) {
        if !credential::list(cx, &user.id, Some(OTP))?.is_empty() {
            credential::remove(cx, &user.id, &list.id)?;
        }
        let action = Action::ConfigureCodes;
        if required::is_enabled(cx, action)? {
            required::ask(cx, user, action)?;
        }
    }
    Ok(())
}

/// What people type between the letters, and small letters, count for nothing.
fn typed(code: &str) -> String {
    let letters = code.chars().filter(|c| !c.is_whitespace() && *c != '-');
    letters.collect::<String>().to_uppercase()
}
