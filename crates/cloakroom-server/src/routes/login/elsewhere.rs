//! A new password of somebody who comes from a directory: it is the directory's to keep, or to refuse.

use cloakroom_federation::directory::{self, EditMode, write};
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Door, Fault, Secret};
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
