//! Whether a password is somebody's: the directory says so, when one signs in there with it.

use cloakroom_model::Secret;

use super::dial::Dial;
use super::line::Line;
use super::membership;
use super::person::Person;
use super::search::{self, Whom};
use super::settings::{Directory, EditMode};
use crate::Result;

/// Whose password it is said to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// Whoever has the name or, where the realm lets people sign in with that, the address that was typed.
    Named {
        /// What was typed.
        text: String,
        /// It may be an address.
        by_address: bool,
    },
    /// Somebody who is stored here, by the id that the directory knows.
    Known(String),
}

/// What a directory says.
#[derive(Clone, Debug)]
pub enum Word {
    /// Nobody there is meant.
    Nobody,
    /// It is somebody else's, or nobody's.
    Wrong(Box<Person>),
    /// It is theirs.
    Right(Box<Person>),
}

/// Asks one directory about a password.
///
/// # Errors
/// If the directory is not reached, or cannot be believed.
pub async fn ask(
    directory: &Directory,
    claimed: &Claimed,
    password: &Secret,
    dial: &impl Dial,
) -> Result<Word> {
    let mut line = Line::open_to_search(directory, dial).await?;
    let found = match claimed {
        Claimed::Known(id) => search::one(directory, Whom::WithId(id), &mut line).await?,
        Claimed::Named { text, by_address } => {
            let named = search::one(directory, Whom::Named(text), &mut line).await?;
            match named {
                None if *by_address && text.contains('@') => {
                    search::one(directory, Whom::WithAddress(text), &mut line).await?
                }
                named => named,
            }
        }
    };
    let Some(entry) = found else {
        return Ok(Word::Nobody);
    };
    let mut person = Person::of(directory, &entry)?;
    if !is_meant(claimed, &person) {
        return Ok(Word::Nobody);
    }
    // An empty password would sign in nobody, with success (RFC 4513 §5.1.2).
    if password.expose().is_empty() || password.expose().contains('\0') {
        return Ok(Word::Wrong(Box::new(person)));
    }
    let mut theirs = Line::open_to_prove(directory, dial).await?;
    let done = theirs.bind(&entry.dn, password.expose()).await?;
    let is_right = match done.rc {
        0 => true,
        49 => is_only_old(directory, &done.text, &mut person),
        _ => false,
    };
    if !is_right || person.is_shut_out(directory) {
        return Ok(Word::Wrong(Box::new(person)));
    }
    membership::find(directory, &entry, &mut person, &mut line).await?;
    Ok(Word::Right(Box::new(person)))
}

/// A directory may fold names in ways that differ from ours; what was typed has to be the name here as well, or one
/// person would have several names to be guessed under.
fn is_meant(claimed: &Claimed, person: &Person) -> bool {
    let Claimed::Named { text, .. } = claimed else {
        return true;
    };
    let typed = cloakroom_model::user::fold(text);
    let address = person.members.get("email").and_then(|all| all.first());
    person.username == typed
        || address.is_some_and(|address| cloakroom_model::user::fold(address) == typed)
}

/// Active Directory refuses a right password that is too old, or that has to be changed, with a code of its own; where
/// it can be changed here, that is a proof all the same.
fn is_only_old(directory: &Directory, text: &str, person: &mut Person) -> bool {
    /// `ERROR_PASSWORD_EXPIRED` and `ERROR_PASSWORD_MUST_CHANGE`.
    const OLD: [&str; 2] = ["532", "773"];
    /// `ERROR_ACCOUNT_DISABLED`, said to whoever knows the password.
    const OFF: &str = "533";
    if !directory.has_account_control() {
        return false;
    }
    let code = text.split("data ").nth(1).unwrap_or_default();
    let code = code.split([',', ' ']).next().unwrap_or_default();
    if code == OFF {
        person.enabled = Some(false);
        return true;
    }
    let is_old = OLD.contains(&code) && directory.edit_mode == EditMode::Writable;
    person.must_change_password |= is_old;
    is_old
}
