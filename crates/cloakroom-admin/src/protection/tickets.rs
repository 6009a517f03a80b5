//! `/permission/ticket`: what somebody asks an owner for, and what the owner has granted.

use actix_web::{HttpRequest, HttpResponse};
use cloakroom_keycloak::read::{self, Object, set};
use cloakroom_model::Cx;
use cloakroom_model::authorization::{self, Ticket, TicketFilter};
use cloakroom_model::id::UserId;
use cloakroom_model::user::{self, User};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::{Value, json};

use super::caller::{Call, Caller};
use super::permission::{named, no_resource, no_scope};
use super::policies::{grant, withdraw};
use super::{BASE, invalid};
use crate::api::{ALL, Answer, Names, Params, is_on, no_content, page};
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        web::resource(format!("{BASE}/permission/ticket/count")).route(web::get().to(count)),
    );
    let all = web::resource([
        format!("{BASE}/permission/ticket"),
        format!("{BASE}/permission/ticket/"),
    ])
    .route(web::get().to(list))
    .route(web::post().to(create))
    .route(web::put().to(update));
    let one = web::resource(format!("{BASE}/permission/ticket/{{ticket}}"))
        .route(web::delete().to(remove));
    cfg.service(all).service(one);
}

const FIELDS: &[&str] = &[
    "id",
    "owner",
    "ownerName",
    "resource",
    "resourceName",
    "scope",
    "scopeName",
    "requester",
    "requesterName",
    "granted",
];

fn refuse(why: &str) -> AdminError {
    AdminError::described(400, "invalid_permission", why)
}

fn not_yours(what: &str) -> AdminError {
    AdminError::described(403, "not_authorised", what)
}

/// Somebody by id or name.
fn person(cx: &mut Cx<'_>, text: &str) -> Result<Option<User>> {
    if let Some(known) = user::find(cx, &UserId::new(text))? {
        return Ok(Some(known));
    }
    Ok(user::find_by_username(cx, &user::fold(text))?)
}

/// The tickets that a query asks for, of those that the caller has a part in.
fn wanted(cx: &mut Cx<'_>, caller: &Caller, params: &Params) -> Result<TicketFilter> {
    let text = |name: &str| params.get(name).filter(|text| !text.is_empty());
    let all = &caller.all;
    // What is not there is looked for all the same, and nothing is found.
    let scope = text("scopeId").map(|name| {
        let known = all.scope(name).map(|scope| scope.id.clone());
        known.unwrap_or_else(|| name.clone())
    });
    let resource = text("resourceId").map(|name| {
        let known = named(caller, name).map(|one| one.id.clone());
        known.unwrap_or_else(|| name.clone())
    });
    let mut party = |name: &str| -> Result<Option<String>> {
        let Some(text) = text(name) else {
            return Ok(None);
        };
        if *text == all.client_id {
            return Ok(Some(all.client.as_str().to_owned()));
        }
        let known = person(cx, text)?.map(|user| user.id.as_str().to_owned());
        Ok(Some(known.unwrap_or_else(|| text.clone())))
    };
    Ok(TicketFilter {
        id: None,
        owner: party("owner")?,
        requester: party("requester")?,
        resource,
        scope,
        granted: text("granted").map(|text| text.eq_ignore_ascii_case("true")),
        party: (!caller.is_server).then(|| caller.owner.clone()),
    })
}

fn show(cx: &mut Cx<'_>, caller: &Caller, ticket: &Ticket, with_names: bool) -> Result<Value> {
    let mut shown = json!({
        "id": ticket.id,
        "owner": ticket.owner,
        "resource": ticket.resource,
        "requester": ticket.requester,
        "granted": ticket.granted_at.is_some(),
    });
    if let Some(scope) = &ticket.scope {
        set(&mut shown, "scope", json!(scope));
    }
    if !with_names {
        return Ok(shown);
    }
    let all = &caller.all;
    let resource = all.resources.iter().find(|one| one.id == ticket.resource);
    let scope = ticket.scope.as_ref().and_then(|id| all.scope(id));
    let mut name_of = |id: &str| -> Result<Option<String>> {
        if id == all.client.as_str() {
            return Ok(Some(all.client_id.clone()));
        }
        Ok(user::find(cx, &UserId::new(id))?.map(|user| user.username))
    };
    for (name, text) in [
        ("ownerName", name_of(&ticket.owner)?),
        ("requesterName", name_of(ticket.requester.as_str())?),
        ("resourceName", resource.map(|one| one.name.clone())),
        ("scopeName", scope.map(|one| one.name.clone())),
    ] {
        if let Some(text) = text {
            set(&mut shown, name, json!(text));
        }
    }
    Ok(shown)
}

async fn list(request: HttpRequest, path: Names, params: Params) -> Answer {
    let call = Call::enter(&request, &path).await?;
    let shown = call
        .read(move |cx, caller| {
            caller.check_protects(cx)?;
            let filter = wanted(cx, &caller, &params)?;
            let bounds = page(&params, 100)?;
            let found = authorization::list_tickets(cx, &caller.all.client, &filter, bounds)?;
            let with_names = is_on(&params, "returnNames");
            let mut shown = Vec::new();
            for ticket in &found {
                shown.push(show(cx, &caller, ticket, with_names)?);
            }
            Ok(shown)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

async fn count(request: HttpRequest, path: Names, params: Params) -> Answer {
    let call = Call::enter(&request, &path).await?;
    let count = call
        .read(move |cx, caller| {
            caller.check_protects(cx)?;
            let filter = wanted(cx, &caller, &params)?;
            let found = authorization::list_tickets(cx, &caller.all.client, &filter, (0, ALL))?;
            Ok(found.len())
        })
        .await?;
    Ok(HttpResponse::Ok().json(count))
}

/// What an owner, or the resource server for them, writes down that somebody may do.
fn new_ticket(cx: &mut Cx<'_>, caller: &Caller, sent: &Object) -> Result<Ticket> {
    let text = |name: &str| -> Result<Option<&str>> {
        Ok(read::text(sent, name)?.filter(|text| !text.is_empty()))
    };
    let name =
        text("resource")?.ok_or_else(|| refuse("created permissions should have resource"))?;
    let scope = text("scope")?.or(text("scopeName")?);
    let scope =
        scope.ok_or_else(|| refuse("created permissions should have scope or scopeName"))?;
    let requester = text("requester")?.or(text("requesterName")?);
    let requester = requester
        .ok_or_else(|| refuse("created permissions should have requester or requesterName"))?;
    let resource = named(caller, name).ok_or_else(|| no_resource(name))?;
    if !caller.is_server && resource.owner != caller.owner {
        let id = &resource.id;
        return Err(not_yours(&format!(
            "permissions for [{id}] can be only created by the owner or by the resource server \
             itself"
        )));
    }
    if !resource.details.owner_managed_access {
        return Err(refuse(
            "permission can only be created for resources with user-managed access enabled",
        ));
    }
    let user = person(cx, requester)?;
    let user = user.ok_or_else(|| refuse("Requester does not exists in this server as user."))?;
    let scope = caller
        .all
        .scope(scope)
        .filter(|one| resource.scopes.contains(&one.id));
    let scope =
        scope.ok_or_else(|| no_scope(text("scopeName").ok().flatten().unwrap_or_default()))?;
    Ok(Ticket {
        id: cx.new_id(),
        resource: resource.id.clone(),
        scope: Some(scope.id.clone()),
        owner: resource.owner.clone(),
        requester: user.id,
        policy: None,
        created_at: cx.now,
        granted_at: None,
    })
}

async fn create(request: HttpRequest, path: Names, body: Bytes) -> Answer {
    let call = Call::enter(&request, &path).await?;
    let shown = call
        .write(move |cx, caller| {
            caller.check_protects(cx)?;
            if body.is_empty() {
                return Err(invalid("invalid_permission"));
            }
            let sent = read::object(&body, "PermissionTicketRepresentation", FIELDS)?;
            let mut ticket = new_ticket(cx, &caller, &sent)?;
            if !authorization::insert_ticket(cx, &caller.all.client, &ticket)? {
                return Err(refuse("Permission already exists"));
            }
            if read::switch(&sent, "granted")?.unwrap_or(false) {
                grant(cx, &caller, &ticket)?;
                ticket.granted_at = Some(cx.now);
            }
            show(cx, &caller, &ticket, false)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

fn find(cx: &mut Cx<'_>, caller: &Caller, id: &str) -> Result<Ticket> {
    let found = authorization::find_ticket(cx, &caller.all.client, id)?;
    found.ok_or_else(|| invalid("invalid_ticket"))
}

async fn update(request: HttpRequest, path: Names, body: Bytes) -> Answer {
    let call = Call::enter(&request, &path).await?;
    call.write(move |cx, caller| {
        caller.check_protects(cx)?;
        if body.is_empty() {
            return Err(invalid("invalid_ticket"));
        }
        let sent = read::object(&body, "PermissionTicketRepresentation", FIELDS)?;
        let ticket = find(cx, &caller, read::text(&sent, "id")?.unwrap_or_default())?;
        if !caller.is_server && ticket.owner != caller.owner {
            return Err(not_yours(
                "permissions can be updated only by the owner or by the resource server",
            ));
        }
        match read::switch(&sent, "granted")?.unwrap_or(false) {
            true => grant(cx, &caller, &ticket),
            // What is not granted any more is not asked for either.
            false => withdraw(cx, &caller, &ticket),
        }
    })
    .await?;
    Ok(no_content())
}

async fn remove(request: HttpRequest, path: Names) -> Answer {
    let call = Call::enter(&request, &path).await?;
    call.write(move |cx, caller| {
        caller.check_protects(cx)?;
        let ticket = find(cx, &caller, path.part("ticket"))?;
        let is_party = ticket.owner == caller.owner || ticket.requester == caller.user;
        if !caller.is_server && !is_party {
            return Err(not_yours(
                "permissions can be deleted only by the owner, the requester, or the resource \
                 server",
            ));
        }
        withdraw(cx, &caller, &ticket)
    })
    .await?;
    Ok(no_content())
}
