//! Removing what somebody proves themselves with beside a password, at their own wish.

use cloakroom_model::attempt::Attempt;
use cloakroom_model::credential::{self, Credential, OTP, PASSWORD, PASSWORD_HISTORY};
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Result};
use serde_json::Value;

use crate::flow::{self, note};
use crate::required::DELETE;

fn meant(cx: &mut Cx<'_>, attempt: &Attempt, user: &User) -> Result<Option<Credential>> {
    let Some((DELETE, id)) = flow::text(attempt, note::ACTION).split_once(':') else {
        return Ok(None);
    };
    // Whatever id is sent, it is looked for among those of this user.
    let mut mine = credential::list(cx, &user.id, None)?.into_iter();
    Ok(mine.find(|one| {
        one.id.as_str() == id && ![PASSWORD, PASSWORD_HISTORY].contains(&one.kind.as_str())
    }))
}

/// Looks at what an attempt asks to remove, and remembers what its owner calls it; false if the user has no such thing.
pub fn check(cx: &mut Cx<'_>, attempt: &mut Attempt, user: &User) -> Result<bool> {
    let Some(meant) = meant(cx, attempt, user)? else {
        return Ok(false);
    };
    let named = [
        (note::REMOVED_KIND, meant.kind),
        (note::REMOVED_NAME, meant.label.unwrap_or_default()),
    ];
    for (name, text) in named {
        attempt.notes.insert(name.to_owned(), Value::String(text));
    }
    Ok(true)
}

/// Removes it; false if it is gone already.
pub fn finish(
    cx: &mut Cx<'_>,
    attempt: &mut Attempt,
    user: &User,
    place: (&str, &str),
) -> Result<bool> {
    let Some(meant) = meant(cx, attempt, user)? else {
        return Ok(false);
    };
    if !credential::remove(cx, &user.id, &meant.id)? {
        return Ok(false);
    }
    let kinds: &[&str] = match meant.kind.as_str() {
        OTP => &["REMOVE_TOTP", "REMOVE_CREDENTIAL"],
        _ => &["REMOVE_CREDENTIAL"],
    };
    super::tell(cx, user, kinds, (&meant, place))?;
    // Its owner has removed the key that has just proved them, and goes on.
    flow::let_go_of_key(attempt, meant.id.as_str());
    Ok(true)
}
