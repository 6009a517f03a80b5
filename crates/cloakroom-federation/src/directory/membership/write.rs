//! Groups and roles that are written into a directory, where their mapper says that they are there alone.

use super::Shelf;
use crate::directory::entry::Entry;
use crate::directory::escape;
use crate::directory::line::{Line, PLACEHOLDER};
use crate::directory::mapper::Configured;
use crate::directory::search::{self, Whom};
use crate::directory::settings::Directory;
use crate::{Problem, Result};

impl Shelf<'_> {
    /// The group of this name; `None` if there is none, or if several are.
    async fn named(&self, name: &str, line: &mut Line) -> Result<Option<Entry>> {
        let condition = format!("({}={})", self.name, escape::filter(name));
        let question = self.question(&condition);
        let mut found = line.search(&question, (0, Vec::new()), 10).await?.entries;
        match found.len() {
            1 => Ok(found.pop()),
            0 => Ok(None),
            _ => Err(Problem::refused("it has several groups of this name")),
        }
    }

    /// How a person stands in a group.
    fn member_of(&self, directory: &Directory, person: &Entry) -> Option<String> {
        let user = self.own.text("membership.user.ldap.attribute");
        match self.is_by_dn {
            true => Some(person.dn.clone()),
            false => person.text(user.unwrap_or(directory.username_attribute())),
        }
    }

    /// Adds a group. Its classes may demand a member, so that it has one.
    async fn make(&self, name: &str, member: &str, line: &mut Line) -> Result<()> {
        let listed = self.own.text(match self.is_group() {
            true => "group.object.classes",
            false => "role.object.classes",
        });
        let classes = listed.unwrap_or("groupOfNames").split(',').map(str::trim);
        let classes = classes.filter(|class| escape::is_plain(class));
        let bytes = |text: &str| text.as_bytes().to_vec();
        let all = vec![
            ("objectClass".to_owned(), classes.map(bytes).collect()),
            (self.name.to_owned(), vec![bytes(name)]),
            (self.member.to_owned(), vec![bytes(member)]),
        ];
        let dn = format!("{}={},{}", self.name, escape::name(name), self.base);
        line.add(&dn, all).await
    }
}

/// Puts a person into the group or role of a name, which is made if it is missing, or takes them out of it.
///
/// # Errors
/// If the directory is not reached or refuses, or if it does not know the person any more.
pub async fn assign(
    directory: &Directory,
    own: &Configured,
    (name, external_id): (&str, &str),
    is_in: bool,
    line: &mut Line,
) -> Result<()> {
    let shelf = Shelf::of(own);
    let shelf =
        shelf.ok_or_else(|| Problem::settings("the mapper does not say where groups are"))?;
    let person = search::one(directory, Whom::WithId(external_id), line).await?;
    let person = person.ok_or_else(|| Problem::refused("it has no such entry any more"))?;
    let member = shelf.member_of(directory, &person);
    let member = member.ok_or_else(|| Problem::refused("the entry has no name for groups"))?;
    match (shelf.named(name, line).await?, is_in) {
        (Some(group), _) => {
            line.set_member(&group.dn, (shelf.member, &member), is_in)
                .await
        }
        (None, true) => shelf.make(name, &member, line).await,
        (None, false) => Ok(()),
    }
}

/// Makes the groups or roles of these names that are missing in a directory; how many were new, and were there.
///
/// # Errors
/// If the directory does not answer or refuses.
pub async fn export(own: &Configured, names: &[String], line: &mut Line) -> Result<(i64, i64)> {
    let shelf = Shelf::of(own);
    let shelf =
        shelf.ok_or_else(|| Problem::settings("the mapper does not say where groups are"))?;
    let (mut added, mut known) = (0, 0);
    for name in names {
        match shelf.named(name, line).await? {
            Some(_) => known += 1,
            None => {
                shelf.make(name, PLACEHOLDER, line).await?;
                added += 1;
            }
        }
    }
    Ok((added, known))
}
