//! Somebody new here becomes an entry of a directory first, where the settings say so.

use cloakroom_model::user::{Attributes, User};
use cloakroom_model::{Cx, Fault, Secret};

use super::dial::Dial;
use super::escape;
use super::line::Line;
use super::mapper::{self, Change};
use super::person::Person;
use super::search::{self, Whom};
use super::settings::{Directory, EditMode};
use super::write;
use crate::{Problem, Result};

/// The directory that new people of the realm are written to; `None` where they are the realm's own.
///
/// # Errors
/// If the database cannot be asked.
pub fn home(cx: &mut Cx<'_>) -> std::result::Result<Option<Directory>, Fault> {
    let takes =
        |one: &Directory| one.edit_mode == EditMode::Writable && one.has("syncRegistrations");
    Ok(super::list(cx)?.into_iter().find(takes))
}

/// Writes somebody new into a directory; who that is there. `chance` is a text that nobody knows. An entry that gets no password is taken away again.
///
/// # Errors
/// If the directory is not reached, has the name already, or refuses the entry or the password.
pub async fn register(
    directory: &Directory,
    user: &User,
    (password, chance): (Option<&Secret>, &Secret),
    dial: &impl Dial,
) -> Result<Person> {
    let (dn, attributes) = entry(directory, user, chance)?;
    let mut line = Line::open_to_search(directory, dial).await?;
    let known = search::one(directory, Whom::Named(&user.username), &mut line).await?;
    if known.is_some() {
        return Err(Problem::refused("it has somebody of this name"));
    }
    line.add(&dn, attributes).await?;
    let made = finish(directory, user, password, (&dn, &mut line)).await;
    if made.is_err() {
        line.remove(&dn).await?;
    }
    made
}

async fn finish(
    directory: &Directory,
    user: &User,
    password: Option<&Secret>,
    (dn, line): (&str, &mut Line),
) -> Result<Person> {
    if let Some(password) = password {
        write::give_password(directory, (dn, password), line).await?;
        if user.enabled && directory.has_account_control() {
            // Until it has a password, an account of Active Directory is switched off (`ADS_UF_NORMAL_ACCOUNT`).
            let on = ("userAccountControl".to_owned(), vec![b"512".to_vec()]);
            line.replace(dn, vec![on]).await?;
        }
    }
    let found = search::one(directory, Whom::Named(&user.username), line).await?;
    let missing = || Problem::untrusted("it does not find the entry that it took");
    Person::of(directory, &found.ok_or_else(missing)?)
}

/// Somebody of whom nothing is known, whom everybody differs from.
fn nobody(user: &User) -> User {
    User {
        username: String::new(),
        email: None,
        first_name: None,
        last_name: None,
        attributes: Attributes::new(),
        ..user.clone()
    }
}

type Attribute = (String, Vec<Vec<u8>>);

/// The name of the entry and what is in it.
fn entry(directory: &Directory, user: &User, chance: &Secret) -> Result<(String, Vec<Attribute>)> {
    let classes = directory.classes();
    if classes.is_empty() {
        return Err(Problem::settings("userObjectClasses is not set"));
    }
    let bytes = |text: &str| text.as_bytes().to_vec();
    let classes = classes.into_iter().map(bytes).collect();
    let mut all: Vec<Attribute> = vec![("objectClass".to_owned(), classes)];
    let name = directory.username_attribute();
    put(&mut all, (name.to_owned(), vec![bytes(&user.username)]));
    let before = nobody(user);
    for (own, kind) in mapper::each(directory) {
        let mut changes = kind.changes(own, (&before, user));
        changes.extend(kind.fills(own, chance));
        for Change { attribute, values } in changes {
            if !values.is_empty() {
                put(&mut all, (attribute, values));
            }
        }
    }
    let named_by = directory.rdn_attribute();
    if ![name, named_by]
        .iter()
        .all(|attribute| escape::is_plain(attribute))
    {
        return Err(Problem::settings("the name of an attribute is none"));
    }
    let is_name = |one: &&Attribute| one.0.eq_ignore_ascii_case(named_by);
    let value = match all.iter().find(is_name) {
        Some((_, values)) => values.first().cloned().unwrap_or_default(),
        None => bytes(&user.username),
    };
    put(&mut all, (named_by.to_owned(), vec![value.clone()]));
    let value = String::from_utf8(value).map_err(|_| Problem::settings("a name is no text"))?;
    if value.trim().is_empty() {
        return Err(Problem::settings(
            "nothing is known that the entry could be named by",
        ));
    }
    let below = match directory.text("relativeCreateDn") {
        Some(part) => format!("{part},{}", directory.users_dn()?),
        None => directory.users_dn()?.to_owned(),
    };
    Ok((format!("{named_by}={},{below}", escape::name(&value)), all))
}

/// Adds an attribute, unless it is there with something in it.
fn put(all: &mut Vec<Attribute>, new: Attribute) {
    let is_blank = |values: &[Vec<u8>]| values.iter().all(|value| value == b" ");
    let mut known = all.iter_mut();
    match known.find(|one| one.0.eq_ignore_ascii_case(&new.0)) {
        Some(one) if is_blank(&one.1) => one.1 = new.1,
        Some(_) => {}
        None => all.push(new),
    }
}
