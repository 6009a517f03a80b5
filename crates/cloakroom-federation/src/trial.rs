//! What an administrator is shown of a sign-in that they try: what the provider said, and what its mappers make of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::identity::Identity;
use crate::mapper::{self, Configured, Effect, Occasion};
use crate::{Problem, Upstream};

/// More than this is not kept, in bytes of JSON: no provider says so much of anybody.
const LONGEST: usize = 256 * 1024;

/// Says what came of somebody's way back: `raw` as the provider said it, `mapped` as somebody new would get it.
pub fn succeeded(
    upstream: &Upstream,
    configured: &[Configured],
    (identity, raw): (&Identity, &Value),
) -> Value {
    let mut identity = identity.clone();
    mapper::prepare(configured, &mut identity);
    let effects = mapper::effects(upstream, configured, &identity, Occasion::First);
    let mapped = mapped(&identity, effects);
    let is_small = raw.to_string().len() + mapped.to_string().len() <= LONGEST;
    match is_small {
        true => json!({"raw": raw, "mapped": mapped}),
        false => failed("too_large", "it said more than is kept"),
    }
}

/// Says why nothing came of it.
pub fn refused(problem: &Problem) -> Value {
    failed(problem.code(), &problem.to_string())
}

/// Says that the provider sent the browser back with an error.
pub fn ended_there(error: &str) -> Value {
    failed("refused", &crate::error::plain(error))
}

fn failed(error: &str, reason: &str) -> Value {
    json!({"error": error, "reason": reason})
}

fn mapped(identity: &Identity, effects: Vec<Effect>) -> Value {
    let mut fields = BTreeMap::from([
        ("email".to_owned(), identity.email.clone()),
        ("firstName".to_owned(), identity.first_name.clone()),
        ("lastName".to_owned(), identity.last_name.clone()),
    ]);
    let mut attributes = BTreeMap::new();
    let mut notes = BTreeMap::new();
    let (mut roles, mut groups) = (BTreeSet::new(), BTreeSet::new());
    for effect in effects {
        match effect {
            Effect::Attribute(name, values) | Effect::Field(name, values) => {
                match fields.get_mut(&name) {
                    Some(field) => *field = values.into_iter().next().or(field.take()),
                    // The name is what mappers of names make of it.
                    None if name == "username" || values.is_empty() => {}
                    None => drop(attributes.insert(name, values)),
                }
            }
            Effect::Grant(role) => drop(roles.insert(role)),
            Effect::Revoke(role) => drop(roles.remove(&role)),
            Effect::Join(path) => drop(groups.insert(path)),
            Effect::Leave(path) => drop(groups.remove(&path)),
            Effect::SessionNote(name, value) => drop(notes.insert(name, value)),
            Effect::Username(_) => {}
        }
    }
    json!({
        "id": identity.id, "username": identity.username, "email": fields.get("email"),
        "emailVerified": identity.email_verified, "firstName": fields.get("firstName"),
        "lastName": fields.get("lastName"), "attributes": attributes, "roles": roles,
        "groups": groups, "sessionNotes": notes,
    })
}
