//! Names that stand in addresses: what Keycloak refuses in them.

use crate::error::{AdminError, Result};

/// Refuses what would need escaping in a path (RFC 3986 §2.2).
pub(crate) fn check(text: &str) -> Result<()> {
    match reserved(text) {
        None => Ok(()),
        Some(bad) => Err(AdminError::error(400, refusal(bad))),
    }
}

/// Refuses a text that Keycloak has no room for. It is told by the name of its member.
pub(crate) fn check_length(member: &str, text: &str) -> Result<()> {
    const MOST: usize = 255;
    match text.chars().count() > MOST {
        true => {
            let why = format!("'{member}' has more than {MOST} characters");
            Err(AdminError::message(400, why))
        }
        false => Ok(()),
    }
}

/// The same as [`check`], and no space.
pub(crate) fn check_without_space(text: &str) -> Result<()> {
    check(text)?;
    if text.chars().any(char::is_whitespace) {
        return Err(AdminError::error(400, "Empty Space not allowed."));
    }
    Ok(())
}

/// What [`check_without_space`] says of the text; `None` if it is fine.
pub(crate) fn refusal_without_space(text: &str) -> Option<String> {
    if text.chars().any(char::is_whitespace) {
        return Some("Empty Space not allowed.".to_owned());
    }
    reserved(text).map(refusal)
}

fn reserved(text: &str) -> Option<char> {
    let mut all = text.chars();
    all.find(|c| ":/?#@!$&()*+,;=[]\\".contains(*c) || c.is_control())
}

fn refusal(bad: char) -> String {
    format!("Character '{bad}' not allowed.")
}
