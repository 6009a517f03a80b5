//! A password on its way through the directories of a realm: found in one transaction who is to be asked, asked outside of
//! it, and settled in another.

use cloakroom_model::id::{RoleId, UserId};
use cloakroom_model::user::directory as link;
use cloakroom_model::{Cx, Fault, Secret};

use super::adopt;
use super::dial::Dial;
use super::person::Person;
use super::prove::{self, Claimed, Word};
use super::settings::{Directory, EditMode};
use crate::health::Health;

/// What directories are asked.
#[derive(Clone, Debug)]
pub struct Question {
    directories: Vec<Directory>,
    claimed: Claimed,
    password: Secret,
}

/// What they say.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It is nobody's password that they know of.
    Wrong,
    /// It is this person's.
    Right(Box<Directory>, Box<Person>),
}

/// A directory that would have to be asked does not answer; its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Away(pub String);

/// Who typed a password.
#[derive(Clone, Copy, Debug)]
pub struct Typed<'a> {
    /// The name or address.
    pub name: &'a str,
    /// The password.
    pub password: &'a str,
    /// Who that is here, if they are stored here.
    pub user: Option<&'a UserId>,
    /// A password of theirs is stored here.
    pub has_password: bool,
}

/// Which directories have to be asked; `None` for the realm's own users, whose passwords are stored here.
///
/// # Errors
/// If the database cannot be asked.
pub fn question(cx: &mut Cx<'_>, typed: Typed<'_>) -> Result<Option<Question>, Fault> {
    let password = Secret::new(typed.password.to_owned());
    if let Some(user) = typed.user {
        let Some(link) = link::find(cx, user)? else {
            return Ok(None);
        };
        let found = super::find(cx, &link.component)?;
        let found = found.filter(|directory| directory.is_on);
        let stays = |one: &Directory| one.edit_mode == EditMode::Unsynced && typed.has_password;
        if found.as_ref().is_some_and(stays) {
            return Ok(None);
        }
        // Whom Kerberos alone knows may have a password here.
        if typed.has_password && found.is_none() && super::keeps_passwords(cx, &link.component)? {
            return Ok(None);
        }
        // Of a directory that is switched off, nobody comes in.
        return Ok(Some(Question {
            directories: found.into_iter().collect(),
            claimed: Claimed::Known(link.external_id),
            password,
        }));
    }
    let text = typed.name.trim();
    // No name is as long, and none holds a NUL.
    if text.is_empty() || text.len() > 255 || text.chars().any(char::is_control) {
        return Ok(None);
    }
    let directories = super::list(cx)?;
    let by_address = cx.realm.settings.login_with_email_allowed;
    Ok((!directories.is_empty()).then(|| Question {
        directories,
        claimed: Claimed::Named {
            text: text.to_owned(),
            by_address,
        },
        password,
    }))
}

impl Question {
    /// Asks one directory after the other until one knows who is meant.
    ///
    /// # Errors
    /// If none of those that answer knows, and one does not answer.
    pub async fn ask(
        &self,
        realm: &str,
        health: &Health,
        dial: &impl Dial,
    ) -> Result<Verdict, Away> {
        let mut away = None;
        for directory in &self.directories {
            let word = prove::ask(directory, &self.claimed, &self.password, dial).await;
            let id = (realm, directory.id.as_str());
            health.note(id, dial.now(), word.as_ref().map(|_| ()));
            match word {
                Ok(Word::Nobody) => {}
                Ok(Word::Wrong(_)) => return Ok(Verdict::Wrong),
                Ok(Word::Right(person)) => {
                    return Ok(Verdict::Right(Box::new(directory.clone()), person));
                }
                Err(problem) => {
                    let provider = &directory.name;
                    tracing::warn!(realm, %provider, %problem, "a directory could not be asked");
                    away.get_or_insert_with(|| Away(provider.clone()));
                }
            }
        }
        match away {
            Some(away) => Err(away),
            None => Ok(Verdict::Wrong),
        }
    }
}

/// Stores whoever the directories say it is; who that is here, and `None` if it is nobody.
///
/// # Errors
/// If the database cannot be asked.
pub fn settle(
    cx: &mut Cx<'_>,
    verdict: &Verdict,
    default_role: Option<&RoleId>,
) -> Result<Option<UserId>, Fault> {
    let Verdict::Right(directory, person) = verdict else {
        return Ok(None);
    };
    match adopt::adopt(cx, directory, person, default_role, true)? {
        Ok(adopted) => Ok(Some(adopted.user().id.clone())),
        Err(why) => {
            let (provider, id) = (&directory.name, &person.external_id);
            tracing::warn!(%provider, id, %why, "a person of a directory is nobody here");
            Ok(None)
        }
    }
}
