//! Searches for people: one by name, address or id; or everybody, page by page.

use ldap3::Scope;

use super::entry::{self, Entry};
use super::escape;
use super::line::{Line, Page, Question};
use super::person;
use super::settings::Directory;
use super::vendor::IdForm;
use crate::{Problem, Result};

/// Who is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom<'a> {
    /// Whoever signs in with this name.
    Named(&'a str),
    /// Whoever has this e-mail address, by the attribute of its mapper.
    WithAddress(&'a str),
    /// Whoever has this value of this attribute.
    With(&'a str, &'a str),
    /// Whoever has this id there.
    WithId(&'a str),
    /// Whoever has this text in their name or address: a search of an administrator.
    Like(&'a str),
    /// Everybody.
    All,
    /// Everybody who has changed since this instant, in the form of the directory.
    ChangedSince(&'a str),
}

/// The filter that finds people who are meant.
///
/// # Errors
/// If the settings do not say how, or an id is none.
pub fn filter(directory: &Directory, whom: Whom<'_>) -> Result<String> {
    let name = plain(directory.username_attribute())?;
    let meant = match whom {
        Whom::Named(text) => format!("({name}={})", escape::filter(text)),
        Whom::WithAddress(text) => {
            let mail = plain(address_attribute(directory))?;
            format!("({mail}={})", escape::filter(text))
        }
        Whom::With(attribute, value) => {
            format!("({}={})", plain(attribute)?, escape::filter(value))
        }
        Whom::WithId(id) => {
            let attribute = plain(directory.id_attribute())?;
            let value = match directory.id_form() {
                IdForm::Text => Some(escape::filter(id)),
                form => entry::bytes_of(id, form).map(|bytes| escape::filter_bytes(&bytes)),
            };
            let value = value.ok_or_else(|| Problem::untrusted("an id is none"))?;
            format!("({attribute}={value})")
        }
        Whom::Like(text) => {
            let mail = plain(address_attribute(directory))?;
            let text = escape::filter(text);
            format!("(|({name}=*{text}*)({mail}=*{text}*)(cn=*{text}*)(sn=*{text}*))")
        }
        Whom::All => format!("({name}=*)"),
        Whom::ChangedSince(instant) => {
            let (made, changed) = directory.vendor.times;
            let instant = escape::filter(instant);
            format!("(|({made}>={instant})({changed}>={instant}))")
        }
    };
    let classes = directory.classes();
    let classes = classes.iter().map(|class| format!("(objectClass={class})"));
    let own = directory.text("customUserSearchFilter").unwrap_or_default();
    // A filter that is not balanced by itself would take the rest with it.
    if !own.is_empty() && ldap3::parse_filter(own).is_err() {
        return Err(Problem::settings("customUserSearchFilter is no filter"));
    }
    Ok(format!("(&{meant}{}{own})", classes.collect::<String>()))
}

fn plain(attribute: &str) -> Result<&str> {
    match escape::is_plain(attribute) {
        true => Ok(attribute),
        false => Err(Problem::settings("the name of an attribute is none")),
    }
}

/// The attribute that a mapper makes the e-mail address of.
fn address_attribute(directory: &Directory) -> &str {
    let mut mappers = directory.mappers.iter();
    let of_address = mappers.find(|own| own.text("user.model.attribute") == Some("email"));
    let named = of_address.and_then(|own| own.text("ldap.attribute"));
    named.unwrap_or("mail")
}

fn question(directory: &Directory, whom: Whom<'_>) -> Result<Question> {
    Ok(Question {
        base: directory.users_dn()?.to_owned(),
        scope: match directory.is_deep() {
            true => Scope::Subtree,
            false => Scope::OneLevel,
        },
        filter: filter(directory, whom)?,
        attributes: person::attributes(directory),
    })
}

/// The one entry that is meant; `None` if there is none, or if several are.
///
/// # Errors
/// If the directory does not answer or refuses.
pub async fn one(directory: &Directory, whom: Whom<'_>, line: &mut Line) -> Result<Option<Entry>> {
    let question = question(directory, whom)?;
    let found = line.search(&question, (0, Vec::new()), MOST_OF_ONE).await?;
    let mut entries = found.entries;
    let Some(mut entry) = entries.pop().filter(|_| entries.is_empty()) else {
        return Ok(None);
    };
    complete(&mut entry, line).await?;
    Ok(Some(entry))
}

/// More parts than that are no list of anybody's groups.
const PARTS: usize = 20;

/// Asks for the rest of each list that came in part: an Active Directory sends fifteen hundred values at once.
async fn complete(entry: &mut Entry, line: &mut Line) -> Result<()> {
    for _ in 0..PARTS {
        let Some((attribute, next)) = entry.missing() else {
            return Ok(());
        };
        let attribute = plain(attribute)?.to_owned();
        let question = Question {
            base: entry.dn.clone(),
            scope: Scope::Base,
            filter: "(objectClass=*)".to_owned(),
            attributes: vec![format!("{attribute};range={next}-*")],
        };
        let mut found = line.search(&question, (0, Vec::new()), 1).await?.entries;
        entry.take_more(&attribute, found.pop());
    }
    Ok(())
}

/// More entries than that for one person are a directory that lies.
const MOST_OF_ONE: usize = 100;

/// Some of those who are meant, not more than `most`.
///
/// # Errors
/// If the directory does not answer or refuses.
pub async fn some(
    directory: &Directory,
    whom: Whom<'_>,
    most: i32,
    line: &mut Line,
) -> Result<Vec<Entry>> {
    let question = question(directory, whom)?;
    let found = line.search(&question, (most, Vec::new()), 100_000).await?;
    let most = usize::try_from(most).unwrap_or(0);
    let mut entries = found.entries;
    entries.truncate(most);
    // Whoever is found is stored, and what is missing in a list would be taken away here.
    for entry in &mut entries {
        complete(entry, line).await?;
    }
    Ok(entries)
}

/// A page of those who are meant.
///
/// # Errors
/// If the directory does not answer, refuses, or sends a page that is too large.
pub async fn page(
    directory: &Directory,
    whom: Whom<'_>,
    cookie: Vec<u8>,
    line: &mut Line,
) -> Result<Page> {
    let question = question(directory, whom)?;
    // A server that knows no pages sends everybody at once; the setting is for one that refuses to hear of them.
    let (size, most) = match directory.text("pagination") {
        Some("false") => (0, 100_000),
        _ => (directory.page(), 100_000),
    };
    let mut page = line.search(&question, (size, cookie), most).await?;
    for entry in &mut page.entries {
        complete(entry, line).await?;
    }
    Ok(page)
}
