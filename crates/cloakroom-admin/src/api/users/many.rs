//! What is done with many users, one after the other: by the same rules as over the API, as part of a larger unit of work.

use cloakroom_federation::Problem;
use cloakroom_federation::directory::mapper::Change;
use cloakroom_federation::directory::{self, Dial, Directory, EditMode, write};
use cloakroom_keycloak::read::Object;
use cloakroom_model::authorization::delegation;
use cloakroom_model::id::UserId;
use cloakroom_model::recycle_bin::{Doomed, Kind};
use cloakroom_model::user::directory as link;
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, session};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::directory::check_kept;
use super::{MANAGE, change, found_for_change};
use crate::access::{Actor, Grants, check_without};
use crate::api::ui_ext::recycle_bin;
use crate::audit;
use crate::error::{AdminError, Result};

/// What is done with each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Act {
    Enable,
    Disable,
    SignOut,
    Delete,
}

/// What is done with a user in the directory that they come from, before it is done here.
#[derive(Clone, Debug)]
pub(crate) struct Errand {
    home: Directory,
    external_id: String,
    /// What is changed of the entry; `None` removes it.
    changes: Option<Vec<Change>>,
}

/// What has to be done in a directory first; `None` for whoever is the realm's own, or not this administrator's to change.
pub(crate) fn errand(
    cx: &mut Cx<'_>,
    act: Act,
    id: &str,
    grants: &Grants,
) -> Result<Option<Errand>> {
    let is_on = match act {
        Act::SignOut => return Ok(None),
        Act::Delete => None,
        Act::Enable => Some(true),
        Act::Disable => Some(false),
    };
    if link::find(cx, &UserId::new(id))?.is_none() {
        return Ok(None);
    }
    let found = found_for_change(cx, id, (grants, &grants.sway(MANAGE)), "manage");
    let user = match found {
        Ok(user) => user,
        Err(AdminError::Refused { .. }) => return Ok(None),
        Err(other) => return Err(other),
    };
    let Some((home, link)) = directory::home(cx, &user)? else {
        return Ok(None);
    };
    if is_on != Some(true) {
        match check_without(cx, &user.id) {
            // The step itself says so; the directory hears nothing of it.
            Err(AdminError::Refused { .. }) => return Ok(None),
            other => other?,
        }
    }
    let changes = is_on.map(|is_on| {
        let mut after = user.clone();
        after.enabled = is_on;
        write::changes(&home, &user, &after)
    });
    let is_there = home.edit_mode == EditMode::Writable && changes.as_ref() != Some(&Vec::new());
    Ok(is_there.then_some(Errand {
        external_id: link.external_id,
        home,
        changes,
    }))
}

impl Errand {
    /// What of a change is written in the directory that somebody comes from; `None` for whoever is the realm's own.
    ///
    /// # Errors
    ///
    /// The directory keeps it as it is.
    pub(crate) fn of_change(cx: &mut Cx<'_>, before: &User, after: &User) -> Result<Option<Self>> {
        check_kept(cx, before, after)?;
        let Some((home, link)) = directory::home(cx, before)? else {
            return Ok(None);
        };
        let changes = write::changes(&home, before, after);
        let is_there = home.edit_mode == EditMode::Writable && !changes.is_empty();
        Ok(is_there.then_some(Self {
            external_id: link.external_id,
            home,
            changes: Some(changes),
        }))
    }

    /// Does it.
    pub(crate) async fn run(self, dial: &impl Dial) -> std::result::Result<(), Problem> {
        match self.changes {
            Some(changes) => write::change(&self.home, &self.external_id, changes, dial).await,
            None => write::remove(&self.home, &self.external_id, dial).await,
        }
    }
}

/// Does it with one. What is refused has written nothing.
pub(crate) fn act(
    cx: &mut Cx<'_>,
    act: Act,
    id: &str,
    (grants, actor): (&Grants, &Actor),
) -> Result<()> {
    let user = found_for_change(cx, id, (grants, &grants.sway(MANAGE)), "manage")?;
    match act {
        Act::Enable => switch(cx, &user, true, actor),
        Act::Disable => switch(cx, &user, false, actor),
        Act::SignOut => sign_out(cx, user, actor),
        Act::Delete => delete(cx, &user, actor),
    }
}

fn switch(cx: &mut Cx<'_>, user: &User, is_on: bool, actor: &Actor) -> Result<()> {
    let sent: Object = [("enabled".to_owned(), json!(is_on))].into_iter().collect();
    change(cx, user, &sent, &[])?;
    let place = format!("users/{}", user.id);
    let kept = json!({"enabled": is_on}).to_string();
    audit::record_with(cx, actor, (audit::UPDATE, "USER"), &place, Some(kept))?;
    Ok(())
}

/// Ends all sessions of the user, and what was issued in them.
pub(crate) fn sign_out(cx: &mut Cx<'_>, mut user: User, actor: &Actor) -> Result<()> {
    session::remove_of_user(cx, &user.id, false)?;
    user.not_before = cx.now.seconds();
    user::update(cx, &user)?;
    let place = format!("users/{}/logout", user.id);
    audit::record(cx, actor, audit::ACTION, "USER", place)?;
    Ok(())
}

fn delete(cx: &mut Cx<'_>, user: &User, actor: &Actor) -> Result<()> {
    check_without(cx, &user.id)?;
    let doomed = Doomed {
        kind: Kind::User,
        id: user.id.as_str(),
        name: &user.username,
    };
    recycle_bin::put(cx, actor, doomed)?;
    user::remove(cx, &user.id)?;
    delegation::forget(cx, user.id.as_str())?;
    let place = format!("users/{}", user.id);
    audit::record(cx, actor, audit::DELETE, "USER", place)?;
    Ok(())
}

/// The name of somebody, for a report; the id of who is gone.
pub(crate) fn name(cx: &mut Cx<'_>, id: &str) -> Result<String> {
    match super::found(cx, id) {
        Ok(user) => Ok(user.username),
        Err(AdminError::Refused { .. }) => Ok(id.chars().take(100).collect()),
        Err(other) => Err(other),
    }
}
