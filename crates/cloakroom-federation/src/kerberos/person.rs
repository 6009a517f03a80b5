//! Who a principal is: an entry of the directory, or somebody of the name alone.

use cloakroom_model::id::RoleId;
use cloakroom_model::user::directory as link;
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Fault};

use super::principal::Principal;
use super::provider::Provider;
use crate::Result;
use crate::directory::adopt::{self, Adopted};
use crate::directory::line::Line;
use crate::directory::person::{ACCOUNT_NAME, Person};
use crate::directory::search::{self, Whom};
use crate::directory::{Dial, Directory, membership};
use crate::health::Health;

/// The attribute of a user that says which principal they are, by Keycloak's name.
const PRINCIPAL: &str = "KERBEROS_PRINCIPAL";

/// Looks for a principal; `None` if it is nobody.
///
/// # Errors
/// If the directory is not reached, or cannot be believed.
pub async fn find(
    provider: &Provider,
    client: &Principal,
    (realm, health): (&str, &Health),
    dial: &impl Dial,
) -> Result<Option<Person>> {
    let Some(name) = client.person() else {
        return Ok(None);
    };
    if !provider.directory.has_entries() {
        return Ok(alone(client));
    }
    let found = look_up(provider, (client, name), dial).await;
    let id = (realm, provider.directory.id.as_str());
    health.note(id, dial.now(), found.as_ref().map(|_| ()));
    let mut found = found?;
    if let Some(person) = &mut found {
        person.set(PRINCIPAL, vec![client.to_string()]);
    }
    Ok(found)
}

async fn look_up(
    provider: &Provider,
    (client, name): (&Principal, &str),
    dial: &impl Dial,
) -> Result<Option<Person>> {
    let directory = &provider.directory;
    let whole = client.to_string();
    let mut line = Line::open_to_search(directory, dial).await?;
    let attribute = directory.text("krbPrincipalAttribute");
    let found = match attribute {
        // It gives a ticket to whoever has the name as that of the account, whoever else says it of themselves.
        _ if directory.is_active_directory => {
            search::one(directory, Whom::With(ACCOUNT_NAME, name), &mut line).await?
        }
        Some(attribute) => search::one(directory, Whom::With(attribute, &whole), &mut line).await?,
        None => None,
    };
    let is_named = found.is_none();
    let found = match found {
        None if !directory.is_active_directory => {
            search::one(directory, Whom::Named(name), &mut line).await?
        }
        found => found,
    };
    let Some(entry) = found else {
        return Ok(None);
    };
    let mut person = Person::of(directory, &entry)?;
    // The name counts where no entry says the principal, and not for an entry that says another one. A directory may
    // fold names in ways of its own, so the name of the ticket has to be the name here as well.
    let says_other = attribute.is_some_and(|attribute| !entry.values(attribute).is_empty());
    if is_named && (says_other || person.username != user::fold(name)) {
        return Ok(None);
    }
    // A ticket outlives the account that it was made for.
    if person.is_shut_out(directory) {
        return Ok(None);
    }
    membership::find(directory, &entry, &mut person, &mut line).await?;
    Ok(Some(person))
}

/// Somebody of whom nothing is known but the principal; the address is what Keycloak makes of it. `None` if it is no person's.
pub(crate) fn alone(client: &Principal) -> Option<Person> {
    let name = client.person()?;
    let mut person = Person {
        external_id: client.to_string(),
        username: user::fold(name),
        ..Person::default()
    };
    let address = format!("{name}@{}", client.realm.to_lowercase());
    person.set("email", vec![address]);
    person.set(PRINCIPAL, vec![client.to_string()]);
    Some(person)
}

/// Stores a person; who that is here, or why it is nobody.
///
/// # Errors
/// If the database cannot be asked.
pub fn settle(
    cx: &mut Cx<'_>,
    directory: &Directory,
    person: &Person,
    default_role: Option<&RoleId>,
) -> std::result::Result<std::result::Result<User, adopt::Refused>, Fault> {
    let with_searches = directory.has_entries();
    if !with_searches {
        take_over(cx, directory, person)?;
    }
    let adopted = adopt::adopt(cx, directory, person, default_role, with_searches)?;
    let mut adopted = match adopted {
        Ok(adopted) => adopted,
        Err(why) => return Ok(Err(why)),
    };
    if let Adopted::Added(user) = &mut adopted
        && directory.has("updateProfileFirstLogin")
    {
        user.required_actions.push("UPDATE_PROFILE".to_owned());
        user::set_required_actions(cx, &user.id, &user.required_actions)?;
    }
    Ok(Ok(adopted.user().clone()))
}

/// A guess is at a name in small letters, and stores somebody who is nobody yet. Whoever proves that they have the name in other
/// letters is who was guessed at, and what was stored is theirs.
fn take_over(
    cx: &mut Cx<'_>,
    directory: &Directory,
    person: &Person,
) -> std::result::Result<(), Fault> {
    if link::find_user(cx, &directory.id, &person.external_id)?.is_some() {
        return Ok(());
    }
    let Some(user) = user::find_by_username(cx, &person.username)? else {
        return Ok(());
    };
    let Some(known) = link::find(cx, &user.id)? else {
        return Ok(());
    };
    let is_guessed = known.component == directory.id
        && differs_in_case(&known.external_id, &person.external_id)
        && !link::was_seen(cx, &user.id)?;
    if is_guessed {
        // Whoever was faster has the name, and this person is told that it is taken.
        let names = (known.external_id.as_str(), person.external_id.as_str());
        link::rename(cx, &user.id, names)?;
    }
    Ok(())
}

/// The names differ in nothing but the case of their letters, and the realms in nothing.
fn differs_in_case(one: &str, other: &str) -> bool {
    let split = one.rsplit_once('@').zip(other.rsplit_once('@'));
    split.is_some_and(|((name, realm), (same, here))| {
        realm == here && name.eq_ignore_ascii_case(same)
    })
}
