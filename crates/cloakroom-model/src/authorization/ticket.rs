//! Permission tickets that are kept: what somebody asks an owner for, and what the owner has granted.

use diesel::prelude::*;

use crate::Result;
use crate::cx::Cx;
use crate::id::{ClientUuid, RealmId, UserId};
use crate::schema::authz_tickets as tickets;
use crate::sql::Unless;
use crate::time::Timestamp;

/// A scope of a resource, and who asks its owner for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Its id.
    pub id: String,
    /// The resource.
    pub resource: String,
    /// The scope; `None` for the resource as a whole.
    pub scope: Option<String>,
    /// Whose the resource is: the resource server's client, or a user.
    pub owner: String,
    /// Who asks.
    pub requester: UserId,
    /// The permission that the grant made; `None` while it is asked for.
    pub policy: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was granted.
    pub granted_at: Option<Timestamp>,
}

/// Which tickets are wanted; what is `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct TicketFilter {
    /// The ticket itself.
    pub id: Option<String>,
    /// Its resource.
    pub resource: Option<String>,
    /// Its scope.
    pub scope: Option<String>,
    /// Its owner.
    pub owner: Option<String>,
    /// Who asks.
    pub requester: Option<String>,
    /// It is granted, or it is not.
    pub granted: Option<bool>,
    /// The owner or whoever asks.
    pub party: Option<String>,
}

/// The tickets of a resource server, the oldest first.
pub fn list_tickets(
    cx: &mut Cx<'_>,
    client: &ClientUuid,
    filter: &TicketFilter,
    (first, max): (i64, i64),
) -> Result<Vec<Ticket>> {
    let mut all = tickets::table
        .filter(tickets::realm_id.eq(&cx.realm.id))
        .filter(tickets::client_uuid.eq(client))
        .order((tickets::created_at.asc(), tickets::id.asc()))
        .offset(first)
        .limit(max)
        .into_boxed();
    if let Some(id) = &filter.id {
        all = all.filter(tickets::id.eq(id));
    }
    if let Some(resource) = &filter.resource {
        all = all.filter(tickets::resource_id.eq(resource));
    }
    if let Some(scope) = &filter.scope {
        all = all.filter(tickets::scope_id.eq(scope));
    }
    if let Some(owner) = &filter.owner {
        all = all.filter(tickets::owner.eq(owner));
    }
    if let Some(requester) = &filter.requester {
        all = all.filter(tickets::requester.eq(requester));
    }
    if let Some(party) = &filter.party {
        let mine = tickets::owner.eq(party).or(tickets::requester.eq(party));
        all = all.filter(mine);
    }
    match filter.granted {
        Some(true) => all = all.filter(tickets::granted_at.is_not_null()),
        Some(false) => all = all.filter(tickets::granted_at.is_null()),
        None => {}
    }
    let rows = all.load::<Row>(cx.db.conn()?)?;
    Ok(rows.into_iter().map(Row::into_ticket).collect())
}

/// A ticket of a resource server.
pub fn find_ticket(cx: &mut Cx<'_>, client: &ClientUuid, id: &str) -> Result<Option<Ticket>> {
    let filter = TicketFilter {
        id: Some(id.to_owned()),
        ..TicketFilter::default()
    };
    Ok(list_tickets(cx, client, &filter, (0, 1))?.pop())
}

/// Stores a new ticket; false if the same is asked for already.
pub fn insert_ticket(cx: &mut Cx<'_>, client: &ClientUuid, ticket: &Ticket) -> Result<bool> {
    let insert = diesel::insert_into(tickets::table).values((
        tickets::id.eq(&ticket.id),
        tickets::realm_id.eq(&cx.realm.id),
        tickets::client_uuid.eq(client),
        tickets::resource_id.eq(&ticket.resource),
        tickets::scope_id.eq(ticket.scope.as_deref().unwrap_or_default()),
        tickets::owner.eq(&ticket.owner),
        tickets::requester.eq(&ticket.requester),
        tickets::policy_id.eq(&ticket.policy),
        tickets::created_at.eq(ticket.created_at),
        tickets::granted_at.eq(ticket.granted_at),
    ));
    let inserted = Unless(insert, "").execute(cx.db.conn()?)?;
    Ok(inserted == 1)
}

/// Grants a ticket by a permission, or takes the grant back; false if it is so already, or gone.
pub fn decide_ticket(
    cx: &mut Cx<'_>,
    client: &ClientUuid,
    id: &str,
    policy: Option<&str>,
) -> Result<bool> {
    let mine = tickets::table
        .filter(tickets::realm_id.eq(&cx.realm.id))
        .filter(tickets::client_uuid.eq(client))
        .filter(tickets::id.eq(id));
    let granted_at = policy.map(|_| cx.now);
    let set = (
        tickets::policy_id.eq(policy),
        tickets::granted_at.eq(granted_at),
    );
    let changed = match policy {
        Some(_) => diesel::update(mine.filter(tickets::granted_at.is_null()))
            .set(set)
            .execute(cx.db.conn()?)?,
        None => diesel::update(mine.filter(tickets::granted_at.is_not_null()))
            .set(set)
            .execute(cx.db.conn()?)?,
    };
    Ok(changed == 1)
}

/// Removes a ticket; false if it is gone.
pub fn remove_ticket(cx: &mut Cx<'_>, client: &ClientUuid, id: &str) -> Result<bool> {
    let mine = tickets::table
        .filter(tickets::realm_id.eq(&cx.realm.id))
        .filter(tickets::client_uuid.eq(client))
        .filter(tickets::id.eq(id));
    let removed = diesel::delete(mine).execute(cx.db.conn()?)?;
    Ok(removed == 1)
}

/// Removes the tickets that a permission granted: it is gone.
pub fn remove_tickets_of(cx: &mut Cx<'_>, client: &ClientUuid, policy: &str) -> Result<()> {
    let mine = tickets::table
        .filter(tickets::realm_id.eq(&cx.realm.id))
        .filter(tickets::client_uuid.eq(client))
        .filter(tickets::policy_id.eq(policy));
    diesel::delete(mine).execute(cx.db.conn()?)?;
    Ok(())
}

/// Removes what was asked of a scope that is gone.
pub(super) fn remove_of_scope(cx: &mut Cx<'_>, client: &ClientUuid, scope: &str) -> Result<()> {
    let mine = tickets::table
        .filter(tickets::realm_id.eq(&cx.realm.id))
        .filter(tickets::client_uuid.eq(client))
        .filter(tickets::scope_id.eq(scope));
    diesel::delete(mine).execute(cx.db.conn()?)?;
    Ok(())
}

#[derive(Queryable)]
struct Row {
    id: String,
    _realm: RealmId,
    _client: ClientUuid,
    resource: String,
    scope: String,
    owner: String,
    requester: UserId,
    policy: Option<String>,
    created_at: Timestamp,
    granted_at: Option<Timestamp>,
}

impl Row {
    fn into_ticket(self) -> Ticket {
        Ticket {
            id: self.id,
            resource: self.resource,
            scope: Some(self.scope).filter(|scope| !scope.is_empty()),
            owner: self.owner,
            requester: self.requester,
            policy: self.policy,
            created_at: self.created_at,
            granted_at: self.granted_at,
        }
    }
}
