//! Groups and roles of a directory: which of them an entry is in, and which there are.

mod write;

use ldap3::Scope;

use super::entry::Entry;
use super::escape;
use super::line::{Line, Question};
use super::mapper::Configured;
use super::person::{Belongs, Person};
use super::settings::Directory;
use crate::Result;

pub use write::{assign, export};

/// The kind of mapper that takes over groups.
pub const GROUP: &str = "group-ldap-mapper";
/// The kind of mapper that takes over roles.
pub const ROLE: &str = "role-ldap-mapper";

/// More groups than that are not anybody's.
const MOST: usize = 1_000;
/// Groups inside groups; a circle ends here.
const DEEPEST: usize = 10;

/// How one mapper finds groups or roles.
struct Shelf<'a> {
    own: &'a Configured,
    base: &'a str,
    name: &'a str,
    member: &'a str,
    is_by_dn: bool,
}

impl<'a> Shelf<'a> {
    /// `None` for another kind of mapper, or one that does not say where to look.
    fn of(own: &'a Configured) -> Option<Self> {
        let word = match own.kind.as_str() {
            GROUP => "group",
            ROLE => "role",
            _ => return None,
        };
        let base = own
            .text(if word == "group" {
                "groups.dn"
            } else {
                "roles.dn"
            })
            .or_else(|| own.text("ldap.groups.dn"))?;
        let name = own.text(match word {
            "group" => "group.name.ldap.attribute",
            _ => "role.name.ldap.attribute",
        });
        let member = own.text("membership.ldap.attribute").unwrap_or("member");
        let name = name.unwrap_or("cn");
        (escape::is_plain(name) && escape::is_plain(member)).then_some(Self {
            own,
            base,
            name,
            member,
            is_by_dn: own.text("membership.attribute.type") != Some("UID"),
        })
    }

    fn strategy(&self) -> &str {
        self.own
            .text("user.roles.retrieve.strategy")
            .unwrap_or_default()
    }

    fn is_group(&self) -> bool {
        self.own.kind == GROUP
    }

    /// The attribute of a person that names their groups; `None` where groups name their members.
    fn listed_in(&self) -> Option<&str> {
        let is_listed = self.strategy().contains("MEMBEROF");
        is_listed.then(|| {
            self.own
                .text("memberof.ldap.attribute")
                .unwrap_or("memberOf")
        })
    }

    /// The filter of all groups here that also match a condition.
    fn filter(&self, condition: &str) -> String {
        let listed = self.own.text(match self.is_group() {
            true => "group.object.classes",
            false => "role.object.classes",
        });
        let listed = listed.unwrap_or("groupOfNames").split(',').map(str::trim);
        let classes = listed.filter(|class| escape::is_plain(class));
        let classes: String = classes
            .map(|class| format!("(objectClass={class})"))
            .collect();
        let own = self.own.text(match self.is_group() {
            true => "groups.ldap.filter",
            false => "roles.ldap.filter",
        });
        let own = own.filter(|own| ldap3::parse_filter(own).is_ok());
        format!("(&{classes}{}{condition})", own.unwrap_or_default())
    }

    fn question(&self, condition: &str) -> Question {
        Question {
            base: self.base.to_owned(),
            scope: Scope::Subtree,
            filter: self.filter(condition),
            attributes: vec![self.name.to_owned()],
        }
    }

    /// The groups that have this name as a member.
    async fn holding(&self, member: &str, line: &mut Line) -> Result<Vec<Entry>> {
        let rule = match self.strategy().contains("RECURSIVELY") {
            // Active Directory follows groups inside groups by this rule.
            true => ":1.2.840.113556.1.4.1941:",
            false => "",
        };
        let condition = format!("({}{rule}={})", self.member, escape::filter(member));
        let question = self.question(&condition);
        Ok(line.search(&question, (0, Vec::new()), MOST).await?.entries)
    }

    /// The names from the top to a group, where the tree is kept; else its own.
    async fn path(&self, group: &Entry, line: &mut Line) -> Result<Option<Vec<String>>> {
        let Some(name) = group.text(self.name) else {
            return Ok(None);
        };
        let mut path = vec![name];
        let is_tree =
            self.is_group() && self.own.text("preserve.group.inheritance") != Some("false");
        if !is_tree || !self.is_by_dn {
            return Ok(Some(path));
        }
        let mut dn = group.dn.clone();
        for _ in 0..DEEPEST {
            let condition = format!("({}={})", self.member, escape::filter(&dn));
            let question = self.question(&condition);
            let above = line.search(&question, (0, Vec::new()), MOST).await?.entries;
            let Some((parent, name)) = above
                .into_iter()
                .find_map(|one| one.text(self.name).map(|name| (one, name)))
            else {
                break;
            };
            path.insert(0, name);
            dn = parent.dn;
        }
        Ok(Some(path))
    }
}

/// The attributes of a person that mappers of groups and roles read.
pub(super) fn reads(directory: &Directory) -> Vec<String> {
    let mut all = Vec::new();
    for shelf in directory.mappers.iter().filter_map(Shelf::of) {
        all.extend(shelf.listed_in().map(str::to_owned));
        let user = shelf.own.text("membership.user.ldap.attribute");
        all.extend(user.map(str::to_owned));
    }
    all
}

/// Finds the groups and roles of an entry.
///
/// # Errors
/// If the directory does not answer or refuses.
pub async fn find(
    directory: &Directory,
    entry: &Entry,
    person: &mut Person,
    line: &mut Line,
) -> Result<()> {
    for shelf in directory.mappers.iter().filter_map(Shelf::of) {
        let found = match shelf.listed_in() {
            Some(attribute) => listed(&shelf, entry.texts(attribute)),
            None => {
                let user = shelf.own.text("membership.user.ldap.attribute");
                let member = match shelf.is_by_dn {
                    true => Some(entry.dn.clone()),
                    false => entry.text(user.unwrap_or(directory.username_attribute())),
                };
                let mut paths = Vec::new();
                for group in shelf.holding(&member.unwrap_or_default(), line).await? {
                    paths.extend(shelf.path(&group, line).await?);
                }
                paths
            }
        };
        let each = found.into_iter().take(MOST).map(|path| Belongs {
            mapper: shelf.own.id.clone(),
            path,
        });
        match shelf.is_group() {
            true => person.groups.extend(each),
            false => person.roles.extend(each),
        }
    }
    Ok(())
}

/// The groups that an entry lists itself, without a further search; those elsewhere are not meant.
pub fn find_listed(directory: &Directory, entry: &Entry, person: &mut Person) {
    for shelf in directory.mappers.iter().filter_map(Shelf::of) {
        let Some(attribute) = shelf.listed_in() else {
            continue;
        };
        let found = listed(&shelf, entry.texts(attribute))
            .into_iter()
            .take(MOST);
        let each = found.map(|path| Belongs {
            mapper: shelf.own.id.clone(),
            path,
        });
        match shelf.is_group() {
            true => person.groups.extend(each),
            false => person.roles.extend(each),
        }
    }
}

/// The mapper's groups were looked for, so that those that are missing are over.
pub(super) fn is_complete(own: &Configured, with_searches: bool) -> bool {
    Shelf::of(own).is_some_and(|shelf| with_searches || shelf.listed_in().is_some())
}

fn listed(shelf: &Shelf<'_>, names: Vec<String>) -> Vec<Vec<String>> {
    let base = super::name::fold(shelf.base);
    let inside = names
        .into_iter()
        .filter(|dn| super::name::fold(dn).ends_with(&format!(",{base}")));
    let first = inside.filter_map(|dn| super::name::first_value(&dn, shelf.name));
    first.map(|name| vec![name]).collect()
}

/// A page of all groups or roles of a mapper, each by its names from the top.
///
/// # Errors
/// If the directory does not answer or refuses.
pub async fn page(
    own: &Configured,
    size: i32,
    cookie: Vec<u8>,
    line: &mut Line,
) -> Result<(Vec<Vec<String>>, Vec<u8>)> {
    let Some(shelf) = Shelf::of(own) else {
        return Ok((Vec::new(), Vec::new()));
    };
    let question = shelf.question("");
    let most = if size > 0 { MOST } else { MOST * 10 };
    let page = line.search(&question, (size, cookie), most).await?;
    let mut paths = Vec::new();
    for group in &page.entries {
        paths.extend(shelf.path(group, line).await?);
    }
    Ok((paths, page.next))
}
