//! What goes into a directory from the pages of the sign-in: what its people change of themselves, and new people.

use cloakroom_federation::directory::mapper::Change;
use cloakroom_federation::directory::person::Person;
use cloakroom_federation::directory::{self, Directory, EditMode, adopt, register, write};
use cloakroom_model::user::User;
use cloakroom_model::user::directory::Link;
use cloakroom_model::{Cx, Door, Fault, Secret};
use cloakroom_web::app::random;
use cloakroom_web::i18n::Notice;

use crate::routes::visit::Visit;

/// Who keeps a new password.
pub(super) enum Kept {
    /// It is stored here.
    Here,
    /// The directory has it.
    There,
    /// Nobody: what the person is told.
    Nowhere(Notice),
}

/// Gives a new password to the directory that somebody comes from.
pub(super) async fn keep(visit: &Visit, user: &User, password: &str) -> Result<Kept, Fault> {
    let whose = user.clone();
    let find = move |cx: &mut Cx<'_>| directory::home(cx, &whose);
    let found = visit.app.enter(&visit.realm, Door::Read, find).await?;
    let Some((home, link)) = found else {
        return Ok(Kept::Here);
    };
    match home.edit_mode {
        EditMode::Unsynced => return Ok(Kept::Here),
        EditMode::ReadOnly => {
            return Ok(Kept::Nowhere(Notice::PasswordKeptElsewhere(home.name)));
        }
        EditMode::Writable => {}
    }
    let password = Secret::new(password.to_owned());
    let network = &*visit.app.outbound;
    let done = write::set_password(&home, &link.external_id, &password, network).await;
    Ok(match done {
        Ok(()) => Kept::There,
        Err(problem) => {
            let provider = &home.name;
            tracing::warn!(realm = visit.realm.name, %provider, %problem, "a directory did not take a password");
            Kept::Nowhere(match problem.is_unreachable() {
                true => Notice::ProviderUnreachable(home.name),
                false => Notice::PasswordRefusedElsewhere(home.name),
            })
        }
    })
}

/// What changes of somebody in the directory that they come from, before it changes here.
pub(super) struct Pending {
    home: Directory,
    external_id: String,
    changes: Vec<Change>,
}

impl Pending {
    /// What has to be changed there for what is changed here; `None` if that is nothing.
    pub(super) fn of(home: Directory, link: Link, before: &User, after: &User) -> Option<Self> {
        let changes = write::changes(&home, before, after);
        (!changes.is_empty()).then_some(Self {
            external_id: link.external_id,
            home,
            changes,
        })
    }

    /// Changes it there; what the person is told if that is not done.
    pub(super) async fn write(self, visit: &Visit) -> Result<(), Notice> {
        let network = &*visit.app.outbound;
        let done = write::change(&self.home, &self.external_id, self.changes, network).await;
        done.map_err(|problem| {
            let provider = &self.home.name;
            tracing::warn!(realm = visit.realm.name, %provider, %problem, "a directory did not take a change");
            match problem.is_unreachable() {
                true => Notice::ProviderUnreachable(self.home.name),
                false => Notice::KeptElsewhere(self.home.name),
            }
        })
    }
}

/// Somebody new who is an entry of a directory already, with their password.
#[derive(Clone)]
pub(super) struct Entered {
    directory: Directory,
    person: Person,
}

impl Entered {
    /// Links the user to the entry.
    pub(super) fn join(&self, cx: &mut Cx<'_>, user: &mut User) -> Result<(), Fault> {
        adopt::join(cx, &self.directory, &self.person, user)
    }

    /// Takes the entry away again, because nobody came of it.
    pub(super) async fn undo(&self, visit: &Visit) {
        let network = &*visit.app.outbound;
        let done = write::remove(&self.directory, &self.person.external_id, network).await;
        if let Err(problem) = done {
            let (provider, id) = (&self.directory.name, &self.person.external_id);
            tracing::warn!(%provider, id, %problem, "an entry of nobody stays in a directory");
        }
    }
}

/// Writes somebody new into the directory that new people of the realm go to: what they are told if it does not take
/// them, and `None` if there is no such directory.
pub(super) async fn enter(
    visit: &Visit,
    user: &User,
    password: &Secret,
) -> Result<Result<Option<Entered>, Notice>, Fault> {
    let find = |cx: &mut Cx<'_>| register::home(cx);
    let Some(directory) = visit.app.enter(&visit.realm, Door::Read, find).await? else {
        return Ok(Ok(None));
    };
    let chance = Secret::random(&mut random()?);
    let (password, network) = ((Some(password), &chance), &*visit.app.outbound);
    let done = register::register(&directory, user, password, network).await;
    Ok(match done {
        Ok(person) => Ok(Some(Entered { directory, person })),
        Err(problem) => {
            let provider = &directory.name;
            tracing::warn!(realm = visit.realm.name, %provider, %problem, "a directory did not take somebody new");
            Err(match problem.is_unreachable() {
                true => Notice::ProviderUnreachable(directory.name),
                false => Notice::PasswordRefusedElsewhere(directory.name),
            })
        }
    })
}
