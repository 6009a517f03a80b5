//! A password on its way through the directories of a realm: found in one transaction who is to be asked, asked outside of
//! it, and settled in another.
//!
//! Whoever a directory finds is named to the caller before their password is looked at, so that guesses at one person are
//! counted together under whichever name. Every guess that is wrong costs each directory the same questions, see `decoy.rs`.

use cloakroom_model::id::{RoleId, UserId};
use cloakroom_model::user::directory as link;
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Digest, Fault, Secret};

use super::adopt;
use super::decoy::Decoy;
use super::dial::Dial;
use super::line::Line;
use super::person::Person;
use super::prove::{self, Claimed, Word};
use super::settings::{Directory, EditMode};
use crate::Problem;
use crate::health::Health;
use crate::kerberos::{self, Centre, Ways};

mod centre;

/// What directories are asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// Those that may know who is meant.
    directories: Vec<Directory>,
    /// Those that are asked as much, so that nobody learns which ones know.
    others: Vec<Directory>,
    /// `None` if the answer is no, whatever they say.
    claimed: Option<Claimed>,
    searches: usize,
    password: Secret,
    decoy: Decoy,
}

/// What they say.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It is nobody's password that they know of; why, where a centre of keys says so, for the log and the event.
    Wrong(Option<&'static str>),
    /// It is this person's.
    Right(Box<Directory>, Box<Person>),
}

/// Why directories have said nothing.
#[derive(Debug)]
pub enum Unasked {
    /// A directory that would have to be asked does not answer; its name.
    Away(String),
    /// Whether a guess may go on could not be found out.
    Fault(Fault),
}

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
    /// The guess is held, and nobody looks at the password.
    pub is_refused: bool,
}

/// Which directories have to be asked; `None` where no word of a directory is needed, and none is asked to hide that.
///
/// # Errors
/// If the database cannot be asked.
pub fn question(cx: &mut Cx<'_>, typed: Typed<'_>) -> Result<Option<Question>, Fault> {
    let all = super::list_judges(cx)?;
    let text = typed.name.trim();
    let by_address = cx.realm.settings.login_with_email_allowed;
    let mut question = Question {
        directories: Vec::new(),
        others: Vec::new(),
        claimed: None,
        searches: if by_address && text.contains('@') {
            2
        } else {
            1
        },
        password: Secret::new(typed.password.to_owned()),
        decoy: Decoy::of(&Secret::random(cx.rng)),
    };
    if let Some(user) = typed.user {
        let home = home_of(cx, (user, typed.has_password), &all)?;
        let home = match home {
            None if all.is_empty() => return Ok(None),
            None => None,
            Some((link, directory)) => {
                question.claimed = Some(Claimed::Known(link.external_id));
                question.directories.extend(directory);
                Some(link.component)
            }
        };
        let is_other = |one: &Directory| home.as_ref() != Some(&one.id);
        question.others = all.into_iter().filter(is_other).collect();
    } else {
        // No name is as long, and none holds a NUL.
        let is_name = !text.is_empty() && text.len() <= 255 && !text.chars().any(char::is_control);
        if !is_name || all.is_empty() {
            return Ok(None);
        }
        question.directories = all;
        question.claimed = Some(Claimed::Named {
            text: text.to_owned(),
            by_address,
        });
    }
    if typed.is_refused {
        question.claimed = None;
    }
    Ok(Some(question))
}

/// The directory that has a user's password, if it is there and switched on; `None` if the password is here.
fn home_of(
    cx: &mut Cx<'_>,
    (user, has_password): (&UserId, bool),
    judges: &[Directory],
) -> Result<Option<(link::Link, Option<Directory>)>, Fault> {
    let Some(link) = link::find(cx, user)? else {
        return Ok(None);
    };
    let mut judges = judges.iter();
    let found = judges.find(|directory| directory.id == link.component);
    let found = found.cloned();
    let stays = |one: &Directory| one.edit_mode == EditMode::Unsynced && has_password;
    if found.as_ref().is_some_and(stays) {
        return Ok(None);
    }
    // Whom Kerberos alone knows may have a password here.
    if has_password && found.is_none() && super::keeps_passwords(cx, &link.component)? {
        return Ok(None);
    }
    Ok(Some((link, found)))
}

impl Question {
    /// The password is stored here: directories have no say, and are asked nothing but what hides that.
    pub fn is_of_here(&self) -> bool {
        self.directories.is_empty() && self.claimed.is_none()
    }

    /// Asks one directory after the other until one knows who is meant. `may` is told who that is before the password is
    /// looked at, and says whether it may be.
    ///
    /// # Errors
    /// If none of those that answer knows, and one does not answer.
    pub async fn ask(
        &self,
        realm: &str,
        (health, ways): (&Health, Ways<'_, impl Dial, impl Centre>),
        mut may: impl AsyncFnMut(&Directory, &Person) -> Result<bool, Fault>,
    ) -> Result<Verdict, Unasked> {
        let (mut away, mut why) = (None, None);
        let mut rest = self.directories.iter();
        for directory in rest.by_ref() {
            let word = match self.ask_one(directory, ways, &mut may).await {
                Ok(word) => Ok(word),
                Err(Silent::Problem(problem)) => Err(problem),
                Err(Silent::Fault(fault)) => return Err(Unasked::Fault(fault)),
            };
            let id = (realm, directory.id.as_str());
            health.note(id, ways.dial.now(), word.as_ref().map(|_| ()));
            match word {
                Ok(Word::Nobody) => {}
                Ok(Word::Wrong(told)) => {
                    why = told;
                    // It is known who it is: a directory that does not answer has nothing to add.
                    away = None;
                    break;
                }
                Ok(Word::Right(person)) => {
                    return Ok(Verdict::Right(Box::new(directory.clone()), person));
                }
                Err(problem) => {
                    let provider = &directory.name;
                    tracing::warn!(realm, %provider, %problem, "a directory could not be asked");
                    away.get_or_insert_with(|| provider.clone());
                }
            }
        }
        if let Some(away) = away {
            return Err(Unasked::Away(away));
        }
        for directory in rest.chain(&self.others) {
            // One that does not answer makes nobody wait who is not its own.
            let pulse = health.of(realm, directory.id.as_str());
            if pulse.is_none_or(|pulse| pulse.failures == 0) {
                let asked = self.pretend(directory, ways).await;
                let id = (realm, directory.id.as_str());
                health.note(id, ways.dial.now(), asked.as_ref().copied());
            }
        }
        Ok(Verdict::Wrong(why))
    }

    async fn ask_one(
        &self,
        directory: &Directory,
        ways: Ways<'_, impl Dial, impl Centre>,
        may: &mut impl AsyncFnMut(&Directory, &Person) -> Result<bool, Fault>,
    ) -> Result<Word, Silent> {
        let Some(claimed) = &self.claimed else {
            self.pretend(directory, ways).await?;
            return Ok(Word::Nobody);
        };
        if !directory.has_entries() {
            return self.ask_centre((directory, claimed), ways, may).await;
        }
        let mut line = Line::open_to_search(directory, ways.dial).await?;
        let (found, searches) = prove::look(directory, claimed, &mut line).await?;
        let missing = self.searches.saturating_sub(searches);
        let is_somebody = found.is_some();
        if let Some(found) = found
            && prove::is_password(&self.password)
            // Guesses at whoever is stored here were counted when they were found here.
            && (matches!(claimed, Claimed::Known(_))
                || may(directory, &found.person).await.map_err(Silent::Fault)?)
        {
            let with = (&mut line, ways);
            let word = prove::prove((directory, found), &self.password, &self.decoy, with).await?;
            if matches!(word, Word::Wrong(_)) {
                self.decoy.search(directory, missing, &mut line).await?;
            }
            return Ok(word);
        }
        self.decoy.search(directory, missing, &mut line).await?;
        if prove::is_password(&self.password) {
            self.decoy.prove(directory, ways).await?;
        }
        Ok(match is_somebody {
            true => Word::Wrong(None),
            false => Word::Nobody,
        })
    }

    /// Asks a directory as much as about anybody.
    async fn pretend(
        &self,
        directory: &Directory,
        ways: Ways<'_, impl Dial, impl Centre>,
    ) -> crate::Result<()> {
        let decoy = &self.decoy;
        if directory.has_entries() {
            let mut line = Line::open_to_search(directory, ways.dial).await?;
            decoy.search(directory, self.searches, &mut line).await?;
        }
        if prove::is_password(&self.password) {
            decoy.prove(directory, ways).await?;
        }
        Ok(())
    }
}

/// Why one directory has said nothing.
enum Silent {
    Problem(Problem),
    Fault(Fault),
}

impl From<Problem> for Silent {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// Who is meant by a name that nobody here has.
#[derive(Clone, Debug)]
pub enum Meant {
    /// A user, by another name than those that are stored here, or stored because of the guess.
    User(Box<User>),
    /// Somebody who is not stored here; what stands for them among the counters.
    Unseen(String),
    /// Nobody who could ever sign in: another user has the name or the address.
    Nobody,
}

/// Finds out who a person of a directory is here, before anybody looks at the password that was typed for them.
///
/// Where the realm locks users out, somebody has to be a user to be locked out, and to be seen and unlocked by an
/// administrator. So whoever is guessed at becomes one, as in Keycloak, where to be looked for is enough.
///
/// # Errors
/// If the database cannot be asked.
pub fn meant(
    cx: &mut Cx<'_>,
    directory: &Directory,
    person: &Person,
    default_role: Option<&RoleId>,
) -> Result<Meant, Fault> {
    if let Some(id) = link::find_user(cx, &directory.id, &person.external_id)? {
        let known = user::find(cx, &id)?;
        return known.map_or_else(
            || Err(Fault::corrupt("a link to a user who is gone")),
            |user| Ok(Meant::User(Box::new(user))),
        );
    }
    if !cx.realm.settings.brute_force_protected {
        let entry = format!("{}\n{}", directory.id, person.external_id);
        let digest = Digest::of(entry.as_bytes());
        return Ok(Meant::Unseen(format!("~{}", digest.to_base64url())));
    }
    Ok(
        match adopt::adopt_unseen(cx, directory, person, default_role)? {
            Ok(user) => Meant::User(Box::new(user)),
            Err(_) => Meant::Nobody,
        },
    )
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
    match kerberos::person::settle(cx, directory, person, default_role)? {
        Ok(user) => Ok(Some(user.id)),
        Err(why) => {
            let (provider, id) = (&directory.name, &person.external_id);
            tracing::warn!(%provider, id, %why, "a person of a directory is nobody here");
            Ok(None)
        }
    }
}
