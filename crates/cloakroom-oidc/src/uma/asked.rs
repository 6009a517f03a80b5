//! Which resources and scopes a request is about.

use cloakroom_model::authorization::Authorization;
use cloakroom_model::authorization::request::{Ask, Asks, Named, Unknown};
use serde_json::{Map, Value};

use super::denied;
use super::rpt::Before;
use super::ticket::Ticket;
use crate::error::{Error, Result};
use crate::form::Form;

/// More resources than this are not named in one request.
const MOST: usize = 1000;

fn unknown(why: Unknown) -> Error {
    match why {
        Unknown::Scope(name) => {
            let why = format!("One of the given scopes [{name}] is invalid");
            denied(400, "invalid_scope", why)
        }
        Unknown::Resource(name) => {
            let why = format!("Resource with id [{name}] does not exist.");
            denied(400, "invalid_resource", why)
        }
        Unknown::Address(name) => {
            let why = format!("Resource with uri [{name}] does not exist.");
            denied(400, "invalid_resource", why)
        }
    }
}

/// What `permission` parameters ask for, or all that somebody may ask for.
pub(super) fn by_form<'a>(all: &'a Authorization, form: &Form, user: &str) -> Result<Asks<'a>> {
    let mut asks = Asks::default();
    let is_on = |name: &str| {
        form.get(name)
            .is_some_and(|text| text.eq_ignore_ascii_case("true"))
    };
    let named = match form.get("permission_resource_format") {
        None | Some("id") => Some(Named::ById),
        Some("uri") if is_on("permission_resource_matching_uri") => Some(Named::ByMatchingUri),
        Some("uri") => Some(Named::ByUri),
        Some(_) => None,
    };
    let mut texts = form.given("permission").peekable();
    // As in Keycloak, a format that is none names nothing, and who names nothing asks for everything.
    let (Some(named), true) = (named, texts.peek().is_some()) else {
        all.everything(user)
            .into_iter()
            .for_each(|ask| asks.add(ask));
        return Ok(asks);
    };
    for text in texts.take(MOST) {
        for ask in all.find(text, named, user).map_err(unknown)? {
            asks.add(ask);
        }
    }
    Ok(asks)
}

/// What the resource server has asked for by a ticket.
pub(super) fn by_ticket<'a>(
    all: &'a Authorization,
    ticket: &Ticket,
    user: &str,
) -> Result<Asks<'a>> {
    let mut asks = Asks::default();
    for asked in ticket.asked.iter().take(MOST) {
        let scopes: Vec<&str> = asked.scopes.iter().map(String::as_str).collect();
        let name = asked.resource.as_deref().unwrap_or_default();
        let found = all.wanted(name, &scopes, Named::ById, user);
        for ask in found.map_err(unknown)? {
            asks.add(Ask {
                claims: ticket.claims.clone(),
                ..ask
            });
        }
    }
    Ok(asks)
}

/// The same, and what an earlier token holds: it is decided about anew.
pub(super) fn with_those_before<'a>(
    all: &'a Authorization,
    mut asks: Asks<'a>,
    before: Option<&Before>,
) -> Asks<'a> {
    let held = before.map(|before| before.permissions.as_slice());
    for held in held.unwrap_or_default() {
        if let Some(ask) = held_before(all, held) {
            asks.add(ask);
        }
    }
    asks
}

/// A permission of a token as a request for the same; `None` if its resource or its scopes are gone.
pub(super) fn held_before<'a>(all: &'a Authorization, held: &Value) -> Option<Ask<'a>> {
    let id = held.get("rsid")?.as_str()?;
    let resource = all.resources.iter().find(|one| one.id == id)?;
    let names = held.get("scopes").and_then(Value::as_array);
    let names: Vec<&str> = names
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let scopes: Vec<_> = all
        .scopes
        .iter()
        .filter(|scope| names.contains(&scope.name.as_str()))
        .collect();
    if scopes.is_empty() && !names.is_empty() {
        return None;
    }
    let claims = held.get("claims").and_then(Value::as_object);
    Some(Ask {
        claims: claims.cloned().unwrap_or_else(Map::new),
        ..all.ask(resource, &scopes)?
    })
}
