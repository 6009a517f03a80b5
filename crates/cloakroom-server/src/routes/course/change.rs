//! What somebody is asked for who is about to change what they sign in with, where the client's flow is not the realm's.
//!
//! What a client's own flow lets in may use the client. It does not change the ways in to all the others: whatever the realm's
//! flow asks for beside is asked for as well.

use cloakroom_login::flow::{self as attempts, note};
use cloakroom_login::required::{self, Action};
use cloakroom_model::attempt::Attempt;
use cloakroom_model::client::Client;
use cloakroom_model::flow::Use;
use cloakroom_model::flow::course::{self, Facts};
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Fault};

use super::Asks;

/// Adds what the realm's own flow asks for, where something is about to be changed.
pub(super) fn add(
    cx: &mut Cx<'_>,
    (attempt, client): (&Attempt, &Client),
    user: &User,
    (mut asks, mut facts): (Asks, Facts),
) -> Result<Asks, Fault> {
    let realms = cx.realm.bound(Use::Browser, None);
    let own = cx.realm.bound(Use::Browser, Some(client));
    let (Ok(realms), Ok(own)) = (realms, own) else {
        return Ok(asks);
    };
    if realms.id == own.id || !is_about_to(cx, attempt, user)? {
        return Ok(asks);
    }
    let mut person = course::person(cx, user, &realms)?;
    // A directory may keep the password that was proved.
    let before = facts.person.take();
    if before.is_some_and(|person| person.credentials.contains("password")) {
        person.credentials.insert("password".to_owned());
    }
    facts.person = Some(person);
    let mut theirs = Asks::of(&course::decide(&realms, &facts), &facts);
    if theirs.is_err() {
        // What was declined elsewhere is asked for where this flow knows nothing else.
        facts.declined.clear();
        theirs = Asks::of(&course::decide(&realms, &facts), &facts);
    }
    // Whom the realm's flow never lets in has no other way in to be changed than this one.
    for kind in theirs.map(|theirs| theirs.kinds).unwrap_or_default() {
        if !asks.kinds.contains(&kind) {
            asks.kinds.push(kind);
        }
    }
    Ok(asks)
}

fn is_about_to(cx: &mut Cx<'_>, attempt: &Attempt, user: &User) -> Result<bool, Fault> {
    let wished = Action::of_request(attempts::text(attempt, note::ACTION));
    let open = required::list_open(cx, user)?;
    Ok(open.into_iter().chain(wished).any(Action::is_of_methods))
}
