//! Removing a credential at its owner's wish: whether that may be, and the question.

use cloakroom_login::flow::{self, note};
use cloakroom_login::further::removal;
use cloakroom_login::sign_on::Origin;
use cloakroom_model::attempt::Attempt;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Fault};
use cloakroom_web::page::{Layout, RemoveCredentialPage};

use super::fields::Problems;
use crate::routes::sign_in;

/// Whether the user is asked; else the attempt goes on without it.
pub(crate) fn check(cx: &mut Cx<'_>, attempt: &mut Attempt, user: &User) -> Result<bool, Fault> {
    let is_theirs = removal::check(cx, attempt, user)?;
    if !is_theirs {
        flow::end_action(attempt, "error");
    }
    Ok(is_theirs)
}

/// Removes it. What is gone already is what was asked for.
pub(super) fn remove(
    cx: &mut Cx<'_>,
    attempt: &mut Attempt,
    user: &User,
    origin: &Origin,
) -> Result<Problems, Fault> {
    let client_id = sign_in::request_of(attempt)?.client_id;
    removal::finish(cx, attempt, user, (&client_id, &origin.ip))?;
    Ok(Problems::default())
}

/// The question.
pub(super) fn page(
    attempt: &Attempt,
    user: &User,
    (layout, action): (Layout, String),
) -> RemoveCredentialPage {
    RemoveCredentialPage {
        layout,
        action,
        username: user.username.clone(),
        kind: flow::text(attempt, note::REMOVED_KIND).to_owned(),
        label: flow::text(attempt, note::REMOVED_NAME).to_owned(),
    }
}
