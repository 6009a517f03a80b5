//! What somebody is asked for who is about to change what they sign in with.
//!
//! What a client's own flow lets in may use the client. It does not change the ways in to all the others: whatever the realm's
//! flow asks for beside is asked for as well. And where a passkey may stand in the place of a password, the password alone changes
//! nothing that an application wants changed for somebody who has one.

use cloakroom_login::flow::{self as attempts, note};
use cloakroom_login::required::{self, Action};
use cloakroom_model::attempt::Attempt;
use cloakroom_model::client::Client;
use cloakroom_model::credential::PASSKEY;
use cloakroom_model::flow::Use;
use cloakroom_model::flow::course::{self, Facts};
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Fault};

use super::{Asks, passkey};

/// Adds what the realm's own flow asks for, where something is about to be changed.
pub(super) fn add(
    cx: &mut Cx<'_>,
    (attempt, client): (&Attempt, &Client),
    user: &User,
    (mut asks, facts): (Asks, Facts),
) -> Result<Asks, Fault> {
    let wished = Action::of_request(attempts::text(attempt, note::ACTION));
    let wished = wished.filter(|action| action.is_of_methods());
    let has_passkey = facts
        .person
        .as_ref()
        .is_some_and(|one| one.credentials.contains(PASSKEY));
    let skips_passkey = has_passkey && !facts.has_passkey;
    let theirs = realms(cx, client, user, (facts, wished.is_some()))?;
    for kind in theirs {
        if !asks.kinds.contains(&kind) {
            asks.kinds.push(kind);
        }
    }
    if asks.kinds.is_empty() && wished.is_some() && skips_passkey {
        let own = cx.realm.bound(Use::Browser, Some(client));
        let is_taken = own.is_ok_and(|flow| passkey::is_taken(cx.realm, &flow));
        asks.kinds.extend(is_taken.then(|| PASSKEY.to_owned()));
    }
    Ok(asks)
}

/// What the realm's own flow asks for, where the client's is another.
fn realms(
    cx: &mut Cx<'_>,
    client: &Client,
    user: &User,
    (mut facts, is_wished): (Facts, bool),
) -> Result<Vec<String>, Fault> {
    let realms = cx.realm.bound(Use::Browser, None);
    let own = cx.realm.bound(Use::Browser, Some(client));
    let (Ok(realms), Ok(own)) = (realms, own) else {
        return Ok(Vec::new());
    };
    if realms.id == own.id {
        return Ok(Vec::new());
    }
    let mut open = required::list_open(cx, user)?.into_iter();
    if !is_wished && !open.any(Action::is_of_methods) {
        return Ok(Vec::new());
    }
    let mut person = course::person(cx, user, &realms)?;
    // A directory may keep the password that was proved.
    let before = facts.person.take();
    if before.is_some_and(|person| person.credentials.contains("password")) {
        person.credentials.insert("password".to_owned());
    }
    facts.person = Some(person);
    let mut theirs = Asks::of(&course::decide(&realms, &facts), &facts);
    if theirs.is_err() && facts.has_passkey {
        // It takes no passkey, and what it asks for beside a password stands beside the passkey.
        facts.has_passkey = false;
        theirs = Asks::of(&course::decide(&realms, &facts), &facts);
    }
    if theirs.is_err() {
        // What was declined elsewhere is asked for where this flow knows nothing else.
        facts.declined.clear();
        theirs = Asks::of(&course::decide(&realms, &facts), &facts);
    }
    // Whom the realm's flow never lets in has no other way in to be changed than this one.
    Ok(theirs.map(|theirs| theirs.kinds).unwrap_or_default())
}
