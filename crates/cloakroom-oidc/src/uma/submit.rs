//! A refusal that becomes a question to the owner of a resource.

use cloakroom_model::authorization::Authorization;
use cloakroom_model::authorization::request::Asks;
use cloakroom_model::authorization::{self, Ticket};
use cloakroom_model::{Cx, Result};

use super::asker::Asker;

/// Writes down that somebody asks for scopes of resources whose owners decide.
pub(super) fn ask_owners(
    cx: &mut Cx<'_>,
    all: &Authorization,
    asks: &Asks<'_>,
    asker: &Asker,
) -> Result<()> {
    for ask in asks.iter() {
        let Some(resource) = ask.resource else {
            continue;
        };
        if !resource.details.owner_managed_access || resource.owner == asker.owner {
            continue;
        }
        let mut scopes: Vec<Option<&str>> = ask
            .scopes
            .iter()
            .map(|scope| Some(scope.id.as_str()))
            .collect();
        if scopes.is_empty() {
            scopes.push(None);
        }
        for scope in scopes {
            let ticket = Ticket {
                id: cx.new_id(),
                resource: resource.id.clone(),
                scope: scope.map(str::to_owned),
                owner: resource.owner.clone(),
                requester: asker.user.id.clone(),
                policy: None,
                created_at: cx.now,
                granted_at: None,
            };
            // Who has asked already asks no more by asking again.
            authorization::insert_ticket(cx, &all.client, &ticket)?;
        }
    }
    Ok(())
}
