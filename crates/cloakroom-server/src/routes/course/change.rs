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
use cloakroom_model::flow::course::{self, Facts};
use cloakroom_model::flow::{Tree, Use};
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Fault};

use super::{Asks, Bar, decide_typed, passkey};

/// Adds what the realm's own flow asks for, where something is about to be changed.
pub(super) fn add(
    cx: &mut Cx<'_>,
    (attempt, client): (&Attempt, &Client),
    user: &User,
    (mut asks, facts): (Asks, Facts),
) -> Result<Asks, Fault> {
    let has = |kind: &str| {
        let person = facts.person.as_ref();
        person.is_some_and(|person| person.credentials.contains(kind))
    };
    // A provider's account that is about to be linked is another way in.
    let is_wished =
        is_asked_for(attempt, has) || attempts::text(attempt, note::LINK_TO) == user.id.as_str();
    let skips_passkey = has(PASSKEY) && !facts.has_passkey;
    let second = facts.second();
    let higher = highest(cx, client, user, (&facts, is_wished))?;
    let theirs = realms(cx, client, user, (facts, is_wished))?;
    for kind in higher.into_iter().chain(theirs) {
        if !asks.kinds.contains(&kind) {
            asks.kinds.push(kind);
        }
    }
    if asks.kinds.is_empty() && is_wished && skips_passkey {
        let own = cx.realm.bound(Use::Browser, Some(client));
        let is_taken = own.is_ok_and(|flow| passkey::is_taken(cx.realm, &flow));
        // Whoever has lost the passkey has another proof beside the password, or asks an administrator.
        let beside = second.unwrap_or_else(|| PASSKEY.to_owned());
        asks.kinds.extend(is_taken.then_some(beside));
    }
    Ok(asks)
}

/// The request has something done that changes what somebody signs in with. Nothing is where it is for people alone who
/// have no credential of the kind, and this person has one.
fn is_asked_for(attempt: &Attempt, has: impl Fn(&str) -> bool) -> bool {
    let asked = attempts::text(attempt, note::ACTION);
    let is_for_new = asked
        .split_once(':')
        .is_some_and(|(_, how)| how == required::SKIP);
    Action::of_request(asked).is_some_and(|action| {
        let is_skipped = is_for_new && action.key_kind().is_some_and(has);
        action.is_of_methods() && !is_skipped
    })
}

/// What the client's flow asks of whoever wants the highest level that it knows: as at Keycloak, a change of what somebody signs in with
/// asks for that.
fn highest(
    cx: &mut Cx<'_>,
    client: &Client,
    user: &User,
    (facts, is_wished): (&Facts, bool),
) -> Result<Vec<String>, Fault> {
    let Ok(flow) = cx.realm.bound(Use::Browser, Some(client)) else {
        return Ok(Vec::new());
    };
    let Some(level) = course::highest_level(&flow) else {
        return Ok(Vec::new());
    };
    if !is_wished && !is_due(cx, user)? {
        return Ok(Vec::new());
    }
    let mut facts = Facts {
        level: Some(level),
        ..facts.clone()
    };
    // Whoever has nothing of what it asks for has nothing else to prove.
    let asks = what(&flow, &mut facts);
    Ok(asks.map(|asks| asks.kinds).unwrap_or_default())
}

/// Something has to be done that changes what somebody signs in with.
fn is_due(cx: &mut Cx<'_>, user: &User) -> Result<bool, Fault> {
    let mut open = required::list_asked(cx, user)?.into_iter();
    Ok(open.any(Action::is_of_methods))
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
    if !is_wished && !is_due(cx, user)? {
        return Ok(Vec::new());
    }
    let mut person = course::person(cx, user, &realms)?;
    // A directory may keep the password that was proved.
    let before = facts.person.take();
    if before.is_some_and(|person| person.credentials.contains("password")) {
        person.credentials.insert("password".to_owned());
    }
    facts.person = Some(person);
    facts.level = course::highest_level(&realms);
    // What was typed beside a passkey in the client's flow may stand beside none in this one.
    facts.skips_passkey = false;
    let mut theirs = what(&realms, &mut facts);
    if theirs.is_err() && facts.has_passkey {
        // It takes no passkey, and what it asks for beside a password stands beside the passkey.
        facts.has_passkey = false;
        theirs = Asks::of(&course::decide(&realms, &facts), &facts);
    }
    if theirs.is_err() {
        // What was declined elsewhere is asked for where this flow knows nothing else.
        facts.declined.clear();
        theirs = what(&realms, &mut facts);
    }
    // Whom the realm's flow never lets in has no other way in to be changed than this one.
    Ok(theirs.map(|theirs| theirs.kinds).unwrap_or_default())
}

/// What the realm's flow asks for beside the passkey that has signed, or the password that was typed.
fn what(realms: &Tree, facts: &mut Facts) -> Result<Asks, Bar> {
    let course = match facts.has_passkey {
        true => course::decide(realms, facts),
        false => decide_typed(realms, facts),
    };
    Asks::of(&course, facts)
}
