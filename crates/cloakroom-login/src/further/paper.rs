//! A new list of codes on paper: it stays on the server until its owner says that they have it.

use aws_lc_rs::digest::{SHA512, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cloakroom_model::attempt::Attempt;
use cloakroom_model::credential::{self, Credential, RECOVERY_CODES};
use cloakroom_model::secret::Vault;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Result, Sealed, Secret};
use serde_json::{Value, json};

use crate::flow::{self, note};

/// As many as Keycloak makes.
const CODES: usize = 12;
/// Letters of a code, of 30 that nobody takes for another: 58 bits.
const LETTERS: usize = 12;
const ALPHABET: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRTUVWXYZ";

fn place(attempt: &Attempt) -> String {
    // Another user of the same attempt gets codes of their own.
    let user = attempt.user.as_ref().map(ToString::to_string);
    format!("attempts/{}/{}/codes", attempt.id, user.unwrap_or_default())
}

/// Makes the codes that the page shows, unless there are some.
pub fn prepare(cx: &mut Cx<'_>, attempt: &mut Attempt) -> Result<()> {
    if codes_of(cx.vault, attempt).is_some() {
        return Ok(());
    }
    let codes: Vec<String> = (0..CODES).map(|_| code(cx)).collect();
    let text = codes.join(",");
    let sealed = cx.vault.seal(cx.rng, &place(attempt), text.as_bytes())?;
    let sealed = Value::String(sealed.to_base64url());
    attempt.notes.insert(note::NEW_CODES.to_owned(), sealed);
    super::name_new(cx, attempt);
    flow::note_lacking(cx, attempt)
}

fn code(cx: &mut Cx<'_>) -> String {
    let mut code = String::new();
    while code.len() < LETTERS {
        let mut byte = [0];
        cx.rng.fill_bytes(&mut byte);
        // Only the first 240 of 256 are shared out evenly among thirty letters.
        let [byte] = byte.map(usize::from);
        if byte < 256 - 256 % ALPHABET.len() {
            let letter = ALPHABET.get(byte % ALPHABET.len());
            code.extend(letter.copied().map(char::from));
        }
    }
    code
}

/// The codes that the page shows, in their order; `None` before there are any.
pub fn codes_of(vault: &Vault, attempt: &Attempt) -> Option<Vec<Secret>> {
    let sealed = Sealed::from_base64url(flow::text(attempt, note::NEW_CODES)).ok()?;
    let text = vault.open_text(&place(attempt), &sealed).ok()?;
    Some(text.expose().split(',').map(Secret::new).collect())
}

/// Stores the list in the place of the one before; `None` if none was shown.
pub fn finish(
    cx: &mut Cx<'_>,
    attempt: &mut Attempt,
    user: &User,
    label: &str,
) -> Result<Option<Credential>> {
    let Some(codes) = codes_of(cx.vault, attempt) else {
        return Ok(None);
    };
    let hashed = codes.iter().zip(1..).map(|(code, number)| {
        let hashed = STANDARD.encode(digest(&SHA512, code.expose().as_bytes()));
        json!({ "number": number, "encodedHashedValue": hashed })
    });
    // Keycloak names a signature here, and means its digest.
    let shown = json!({
        "hashIterations": 1,
        "algorithm": "RS512",
        "total": codes.len(),
        "remaining": codes.len(),
    });
    let kept = json!({ "codes": hashed.collect::<Vec<_>>() });
    let texts = (shown.to_string(), Secret::new(kept.to_string()));
    let list = super::fresh(cx, (attempt, user), (RECOVERY_CODES, label), texts)?;
    for old in credential::list(cx, &user.id, Some(RECOVERY_CODES))? {
        if old.id != list.id {
            credential::remove(cx, &user.id, &old.id)?;
        }
    }
    if !credential::insert_new(cx, &user.id, &list)? {
        return Ok(None);
    }
    for name in [note::NEW_CODES, note::NEW_ID] {
        attempt.notes.remove(name);
    }
    flow::has_got(attempt, RECOVERY_CODES);
    Ok(Some(list))
}
