//! Whether a password is somebody's: the directory says so, when one signs in there with it.

use cloakroom_model::Secret;

use super::decoy::Decoy;
use super::dial::Dial;
use super::entry::Entry;
use super::line::Line;
use super::membership;
use super::person::{ACCOUNT_NAME, Person};
use super::search::{self, Whom};
use super::settings::{Directory, EditMode};
use crate::Result;
use crate::kerberos::password::{self, Said};
use crate::kerberos::{Centre, Principal, Ways, provider};

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
    /// It is somebody else's, or nobody's; why, where a centre of keys says so, for the log and the event.
    Wrong(Option<&'static str>),
    /// It is theirs.
    Right(Box<Person>),
}

/// Whoever a directory knows to be meant, before their password is looked at.
#[derive(Debug)]
pub struct Found {
    entry: Entry,
    /// Who it is.
    pub person: Person,
}

/// Looks for whoever is meant; how many searches that took as well.
///
/// # Errors
/// If the directory does not answer, or cannot be believed.
pub async fn look(
    directory: &Directory,
    claimed: &Claimed,
    line: &mut Line,
) -> Result<(Option<Found>, usize)> {
    let mut searches = 1;
    let found = match claimed {
        Claimed::Known(id) => search::one(directory, Whom::WithId(id), line).await?,
        Claimed::Named { text, by_address } => {
            let named = search::one(directory, Whom::Named(text), line).await?;
            match named {
                None if *by_address && text.contains('@') => {
                    searches = 2;
                    search::one(directory, Whom::WithAddress(text), line).await?
                }
                named => named,
            }
        }
    };
    let Some(entry) = found else {
        return Ok((None, searches));
    };
    let person = Person::of(directory, &entry)?;
    let found = is_meant(claimed, &person).then_some(Found { entry, person });
    Ok((found, searches))
}

/// A password that may be sent. An empty one would sign in nobody, with success (RFC 4513 §5.1.2).
pub fn is_password(password: &Secret) -> bool {
    !password.expose().is_empty() && !password.expose().contains('\0')
}

/// Signs in as somebody who was found; what they belong to is looked for on the other connection.
///
/// # Errors
/// If the directory is not reached, or cannot be believed.
pub(super) async fn prove(
    (directory, found): (&Directory, Found),
    password: &Secret,
    decoy: &Decoy,
    (line, ways): (&mut Line, Ways<'_, impl Dial, impl Centre>),
) -> Result<Word> {
    let Found { entry, mut person } = found;
    if directory.asks_centre() {
        let client = client_of(directory, (&entry, &person))?;
        let said = match client {
            Some(client) => ask_centre(directory, client, password, ways).await?,
            None => {
                decoy.prove(directory, ways).await?;
                Said::Wrong("the entry's principal is of another realm, or no person's")
            }
        };
        if let Said::Wrong(why) = said {
            return Ok(Word::Wrong(Some(why)));
        }
    } else {
        let mut theirs = Line::open_to_prove(directory, ways.dial).await?;
        let done = theirs.bind(&entry.dn, password.expose()).await?;
        let is_right = match done.rc {
            0 => true,
            49 => is_only_old(directory, &done.text, &mut person),
            _ => false,
        };
        if !is_right {
            return Ok(Word::Wrong(None));
        }
    }
    if person.is_shut_out(directory) {
        return Ok(Word::Wrong(Some(
            "the directory has switched the account off",
        )));
    }
    membership::find(directory, &entry, &mut person, line).await?;
    Ok(Word::Right(Box::new(person)))
}

async fn ask_centre(
    directory: &Directory,
    client: Principal,
    password: &Secret,
    ways: Ways<'_, impl Dial, impl Centre>,
) -> Result<Said> {
    let provider = provider::of_passwords(directory)?;
    let begun = password::begin(&provider, client, ways).await?;
    password::finish(&provider, begun, password, ways).await
}

/// The principal that an entry says, or that has the name where none says one; `None` if that is nobody of the realm.
fn client_of(directory: &Directory, of: (&Entry, &Person)) -> Result<Option<Principal>> {
    let (entry, person) = of;
    let realm = provider::of_passwords(directory)?.service.realm;
    let own = |text: &str| {
        let (name, of) = text.split_once('@').unwrap_or((text, &realm));
        // An Active Directory writes it in small letters there.
        let own = of.eq_ignore_ascii_case(&realm).then_some(name)?;
        Principal::parse(own, &realm).filter(|one| one.person().is_some())
    };
    let attribute = match directory.is_active_directory {
        true => Some(ACCOUNT_NAME),
        false => directory.text("krbPrincipalAttribute"),
    };
    let said = attribute.map(|name| entry.values(name)).unwrap_or_default();
    if said.is_empty() && !directory.is_active_directory {
        return Ok(own(&person.username));
    }
    let texts = said
        .iter()
        .filter_map(|value| std::str::from_utf8(value).ok());
    Ok(texts.map(own).find(Option::is_some).flatten())
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

#[cfg(test)]
mod tests {
    use cloakroom_model::component::Component;
    use cloakroom_model::id::ComponentId;

    use super::*;

    /// The kind of directory, what its entry says, the name of the person, and the principal that is asked about.
    type Row = (
        &'static str,
        &'static [(&'static str, &'static [&'static str])],
        &'static str,
        Option<&'static str>,
    );

    const ROWS: &[Row] = &[
        (
            "other",
            &[("krbName", &["ada@EXAMPLE.ORG"])],
            "a",
            Some("ada"),
        ),
        (
            "other",
            &[("krbName", &["ada@example.org"])],
            "a",
            Some("ada"),
        ),
        ("other", &[("krbName", &["ada@OTHER.ORG"])], "a", None),
        (
            "other",
            &[("krbName", &["HTTP/ada@EXAMPLE.ORG"])],
            "a",
            None,
        ),
        ("other", &[("krbName", &["x/y", "ada"])], "a", Some("ada")),
        ("other", &[], "ada", Some("ada")),
        ("other", &[], "ada@example.org", Some("ada")),
        ("other", &[], "eve@other.org", None),
        ("other", &[], "ada/admin", None),
        // What somebody says of themselves elsewhere may be the name of another account.
        ("ad", &[("krbName", &["ada@EXAMPLE.ORG"])], "ada", None),
        (
            "ad",
            &[
                ("krbName", &["ada@EXAMPLE.ORG"]),
                ("sAMAccountName", &["lovelace"]),
            ],
            "ada",
            Some("lovelace"),
        ),
    ];

    #[test]
    fn the_principal_of_an_entry_is_its_own_person_or_nobody() {
        for (vendor, attributes, username, expected) in ROWS {
            let config = [
                ("vendor", *vendor),
                ("kerberosRealm", "EXAMPLE.ORG"),
                ("serverPrincipal", "HTTP/id.example.org@EXAMPLE.ORG"),
                ("keyTab", "the.keytab"),
                ("allowKerberosAuthentication", "true"),
                ("useKerberosForPasswordAuthentication", "true"),
                ("krbPrincipalAttribute", "krbName"),
            ];
            let component = Component {
                id: ComponentId::new("dir"),
                parent_id: "realm".to_owned(),
                name: None,
                provider_id: "ldap".to_owned(),
                provider_type: super::super::FAMILY.to_owned(),
                sub_type: None,
                config: config
                    .map(|(name, value)| (name.to_owned(), vec![value.to_owned()]))
                    .into(),
                secrets: Default::default(),
            };
            let directory = Directory::of(component, &[]);
            let entry = Entry::made("uid=ada,dc=x", attributes);
            let person = Person {
                username: (*username).to_owned(),
                ..Person::default()
            };

            let client = client_of(&directory, (&entry, &person)).unwrap();

            let name = client.as_ref().map(|one| one.person().unwrap());
            assert_eq!(name, *expected, "{vendor} {attributes:?} {username}");
        }
    }
}
