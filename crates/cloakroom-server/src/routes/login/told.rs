//! What the trail says of a profile or a password that somebody has changed at a sign-in; the words are Keycloak's.

use std::collections::BTreeMap;

use cloakroom_login::required::Action;
use cloakroom_login::sign_on::Origin;
use cloakroom_model::attempt::Attempt;
use cloakroom_model::credential::PASSWORD;
use cloakroom_model::event::{self, Event};
use cloakroom_model::id::UserId;
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Fault};

use crate::routes::sign_in;

const KIND: &str = "UPDATE_PROFILE";

/// Writes down what an action has changed of a profile: whoever gets at the address of somebody gets at more than that.
pub(super) fn changed(
    cx: &mut Cx<'_>,
    (attempt, action): (&Attempt, Action),
    before: &User,
    origin: &Origin,
) -> Result<(), Fault> {
    if !matches!(action, Action::UpdateProfile | Action::VerifyProfile) {
        return Ok(());
    }
    let Some(after) = user::find(cx, &before.id)?.filter(|after| after != before) else {
        return Ok(());
    };
    tell(
        cx,
        KIND,
        (attempt, &after.id, origin),
        details(before, &after),
    )
}

/// Writes down that somebody has chosen a new password, under the older name of that too.
pub(super) fn chosen(
    cx: &mut Cx<'_>,
    attempt: &Attempt,
    user: &User,
    origin: &Origin,
) -> Result<(), Fault> {
    for kind in ["UPDATE_PASSWORD", "UPDATE_CREDENTIAL"] {
        let details = [("credential_type".to_owned(), PASSWORD.to_owned())];
        tell(cx, kind, (attempt, &user.id, origin), details.into())?;
    }
    Ok(())
}

fn tell(
    cx: &mut Cx<'_>,
    kind: &str,
    (attempt, user, origin): (&Attempt, &UserId, &Origin),
    details: BTreeMap<String, String>,
) -> Result<(), Fault> {
    let event = Event {
        kind: kind.to_owned(),
        client_id: Some(sign_in::request_of(attempt)?.client_id),
        user: Some(user.clone()),
        ip: origin.ip.clone(),
        details,
        ..Event::default()
    };
    let is_kept = event::is_kept(&cx.realm.settings, kind);
    event::report(cx, event, is_kept)
}

fn details(before: &User, after: &User) -> BTreeMap<String, String> {
    let mut details = BTreeMap::from([
        ("context".to_owned(), KIND.to_owned()),
        ("username".to_owned(), after.username.clone()),
    ]);
    let members = [
        ("email", &before.email, &after.email),
        ("first_name", &before.first_name, &after.first_name),
        ("last_name", &before.last_name, &after.last_name),
    ];
    for (name, old, new) in members {
        if old == new {
            continue;
        }
        let both = [("previous", old), ("updated", new)].into_iter();
        let said = both.filter_map(|(when, text)| Some((format!("{when}_{name}"), text.clone()?)));
        details.extend(said);
    }
    details
}
