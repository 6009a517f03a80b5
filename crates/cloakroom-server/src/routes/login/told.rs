//! What the trail says of a profile that somebody has changed at a sign-in; the words are Keycloak's.

use std::collections::BTreeMap;

use cloakroom_login::required::Action;
use cloakroom_login::sign_on::Origin;
use cloakroom_model::attempt::Attempt;
use cloakroom_model::event::{self, Event};
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
    let event = Event {
        kind: KIND.to_owned(),
        client_id: Some(sign_in::request_of(attempt)?.client_id),
        user: Some(after.id.clone()),
        ip: origin.ip.clone(),
        details: details(before, &after),
        ..Event::default()
    };
    let is_kept = event::is_kept(&cx.realm.settings, KIND);
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
