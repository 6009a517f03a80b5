//! Users who come from a directory: what an administrator changes of them is changed there first, or is not theirs to change.

use cloakroom_federation::directory::assign::{Assignment, Say};
use cloakroom_federation::directory::line::Line;
use cloakroom_federation::directory::person::Person;
use cloakroom_federation::directory::search::{self, Whom};
use cloakroom_federation::directory::{
    self, Directory, EditMode, adopt, membership, register, write,
};
use cloakroom_keycloak::read::{self, Object};
use cloakroom_keycloak::{blueprint, user as shape};
use cloakroom_model::user::{Query, User};
use cloakroom_model::{Cx, Secret};
use cloakroom_web::app::random;

use super::super::user_profile;
use super::{MANAGE, found_for_change};
use crate::access::{Admin, check_without};
use crate::error::{AdminError, Result};

/// Refuses what the directory alone may change, in Keycloak's words.
pub(super) fn check_kept(cx: &mut Cx<'_>, before: &User, after: &User) -> Result<()> {
    let Some((home, _)) = directory::home(cx, before)? else {
        return Ok(());
    };
    match write::kept(&home, before, after) {
        Some(_) => Err(AdminError::message(400, "User is read only!")),
        None => Ok(()),
    }
}

/// Changes in the directory what was sent, where its people may be written.
pub(super) async fn write_first(admin: &Admin, id: &str, sent: &Object) -> Result<()> {
    let (id, sent, grants) = (id.to_owned(), sent.clone(), admin.grants());
    let found = admin
        .read(move |cx| {
            let before = found_for_change(cx, &id, (&grants, &grants.sway(MANAGE)), "manage")?;
            let Some((home, link)) = directory::home(cx, &before)? else {
                return Ok(None);
            };
            let mut after = before.clone();
            shape::apply(&mut after, &sent)?;
            // What a profile hides is not sent, and stays.
            user_profile::check(cx.realm, Some(&before), &mut after)?;
            check_kept(cx, &before, &after)?;
            if before.enabled && !after.enabled {
                check_without(cx, &before.id)?;
            }
            let changes = write::changes(&home, &before, &after);
            Ok(Some((home, link, changes)))
        })
        .await?;
    match found {
        Some((home, link, changes)) if !changes.is_empty() => {
            let network = &*admin.app.outbound;
            write::change(&home, &link.external_id, changes, network).await?;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A directory takes new passwords of this user, and holds them against its own rules alone.
pub(super) async fn judges_passwords(admin: &Admin, user: &User) -> Result<bool> {
    let whose = user.clone();
    let found = admin
        .read(move |cx| Ok(directory::home(cx, &whose)?))
        .await?;
    Ok(found.is_some_and(|(home, _)| write::judges_passwords(&home)))
}

/// Sets a password where it is kept: true if that is in a directory.
pub(crate) async fn set_password(admin: &Admin, user: &User, password: &str) -> Result<bool> {
    let whose = user.clone();
    let found = admin
        .read(move |cx| Ok(directory::home(cx, &whose)?))
        .await?;
    let Some((home, link)) = found else {
        return Ok(false);
    };
    match home.edit_mode {
        EditMode::Unsynced => Ok(false),
        EditMode::ReadOnly => {
            let why = "Can't reset password as account is read only";
            Err(AdminError::message(400, why))
        }
        EditMode::Writable => {
            let password = Secret::new(password.to_owned());
            let network = &*admin.app.outbound;
            write::set_password(&home, &link.external_id, &password, network).await?;
            Ok(true)
        }
    }
}

/// Somebody new who is an entry of a directory already.
#[derive(Clone)]
pub(super) struct Entered {
    directory: Directory,
    person: Person,
    /// The directory has their password.
    pub(super) has_password: bool,
}

impl Entered {
    /// Links the user to the entry.
    pub(super) fn join(&self, cx: &mut Cx<'_>, user: &mut User) -> Result<()> {
        Ok(adopt::join(cx, &self.directory, &self.person, user)?)
    }

    /// Takes the entry away again, because nobody came of it.
    pub(super) async fn undo(&self, admin: &Admin) {
        let network = &*admin.app.outbound;
        let done = write::remove(&self.directory, &self.person.external_id, network).await;
        if let Err(problem) = done {
            let (provider, id) = (&self.directory.name, &self.person.external_id);
            tracing::warn!(%provider, id, %problem, "an entry of nobody stays in a directory");
        }
    }
}

/// Writes somebody new into the directory that new people of the realm go to; `None` if there is none.
pub(super) async fn enter(admin: &Admin, user: &User, sent: &Object) -> Result<Option<Entered>> {
    let found = admin.read(|cx| Ok(register::home(cx)?)).await?;
    let Some(directory) = found else {
        return Ok(None);
    };
    let credentials: Vec<Object> = read::member(sent, "credentials")?.unwrap_or_default();
    let mut passwords = Vec::new();
    for credential in &credentials {
        passwords.extend(read::text(credential, "value")?);
    }
    let password = passwords.last().map(|text| Secret::new(*text));
    let chance = Secret::random(&mut random()?);
    let (password, network) = ((password.as_ref(), &chance), &*admin.app.outbound);
    let person = register::register(&directory, user, password, network).await?;
    Ok(Some(Entered {
        directory,
        person,
        has_password: password.0.is_some(),
    }))
}

/// Removes somebody from a directory whose people may be written; others are removed here alone, and come again.
pub(super) async fn remove_first(admin: &Admin, user: &User) -> Result<()> {
    let whose = user.clone();
    let found = admin
        .read(move |cx| Ok(directory::home(cx, &whose)?))
        .await?;
    match found {
        Some((home, link)) if home.edit_mode == EditMode::Writable => {
            write::remove(&home, &link.external_id, &*admin.app.outbound).await?;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Where new people go into a directory, takes over whoever has a name there, so that it is known to be taken.
pub(super) async fn know(admin: &Admin, username: &str) -> Result<()> {
    if admin.read(|cx| Ok(register::home(cx)?)).await?.is_none() {
        return Ok(());
    }
    let named = Query {
        username: Some(username.to_owned()),
        exact: true,
        max: 1,
        ..Query::default()
    };
    seek(admin, &named).await
}

/// The most people whom one search takes over.
const MOST: i64 = 100;

/// Takes over those whom a search means and a directory alone knows, before the list is made. A directory that does not
/// answer adds nobody, and hides nobody.
pub(super) async fn seek(admin: &Admin, query: &Query) -> Result<()> {
    let Some((text, is_whole)) = sought(query) else {
        return Ok(());
    };
    for home in admin.read(|cx| Ok(directory::list(cx)?)).await? {
        let whom = match (is_whole, query.email.is_some()) {
            (true, true) => Whom::WithAddress(&text),
            (true, false) => Whom::Named(&text),
            (false, _) => Whom::Like(&text),
        };
        let most = i32::try_from(query.max.clamp(1, MOST)).unwrap_or(1);
        let found = look(admin, &home, whom, most).await;
        let people = match found {
            Ok(people) => people,
            Err(problem) => {
                let provider = &home.name;
                tracing::warn!(%provider, %problem, "a directory could not be searched");
                continue;
            }
        };
        for some in people.chunks(10) {
            let (home, some) = (home.clone(), some.to_vec());
            admin
                .write(move |cx| {
                    let role = blueprint::default_role(&cx.realm.settings);
                    for person in &some {
                        // Whoever has a name of somebody else stays out, as at a sync.
                        let _ = adopt::adopt(cx, &home, person, role.as_ref(), false)?;
                    }
                    Ok(())
                })
                .await?;
        }
    }
    Ok(())
}

/// The text that people are looked for by, and whether it is all of it; `None` if there is no such text.
fn sought(query: &Query) -> Option<(String, bool)> {
    let texts = [&query.search, &query.username, &query.email];
    let text = texts.into_iter().flatten().next()?.trim();
    if text.starts_with("id:") {
        return None;
    }
    let quoted = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
    let is_whole = quoted.is_some() || (query.exact && query.search.is_none());
    let text = quoted.unwrap_or(text).trim_matches('*');
    let is_text = !text.is_empty() && text.len() <= 255 && !text.chars().any(char::is_control);
    is_text.then(|| (text.to_owned(), is_whole))
}

async fn look(
    admin: &Admin,
    home: &Directory,
    whom: Whom<'_>,
    most: i32,
) -> std::result::Result<Vec<Person>, cloakroom_federation::Problem> {
    let mut line = Line::open_to_search(home, &*admin.app.outbound).await?;
    let found = search::some(home, whom, most, &mut line).await?;
    let mut people = Vec::new();
    for entry in &found {
        // What is no person there is nobody here.
        if let Ok(mut person) = Person::of(home, entry) {
            membership::find_listed(home, entry, &mut person);
            people.push(person);
        }
    }
    Ok(people)
}

/// Tells a directory of what it alone says: what it was told, and `None` if it has no say in it.
pub(crate) async fn tell(admin: &Admin, say: Say) -> Result<Option<Assignment>> {
    match say {
        Say::Here => Ok(None),
        Say::Kept => {
            let why = "Not possible to delete LDAP mappings as mapper mode is READ_ONLY";
            Err(AdminError::message(400, why))
        }
        Say::There(told) => {
            told.carry_out(&*admin.app.outbound).await?;
            Ok(Some(*told))
        }
    }
}
