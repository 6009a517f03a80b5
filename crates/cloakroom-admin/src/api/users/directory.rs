//! Users who come from a directory: what an administrator changes of them is changed there first, or is not theirs to change.

use cloakroom_federation::directory::{self, EditMode, write};
use cloakroom_keycloak::read::Object;
use cloakroom_keycloak::user as shape;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Secret};

use super::super::user_profile;
use super::{MANAGE, found_for_change};
use crate::access::Admin;
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
