//! Which client scopes a client has, and which ones the realm gives to new clients: by default, or for
//! the asking.

use actix_web::HttpResponse;
use cloakroom_keycloak::read::set;
use cloakroom_model::Cx;
use cloakroom_model::id::ScopeId;
use cloakroom_model::scope::{self, Links};
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::{Value, json};

use super::clients::{MANAGE, VIEW, found_by as client_found_by, found_for_change};
use super::{Answer, Names, no_content};
use crate::access::{Admin, Grants};
use crate::audit;
use crate::error::{AdminError, Result};

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    for (kind, is_default) in [("default", true), ("optional", false)] {
        for path in [
            format!("/admin/realms/{{realm}}/clients/{{client}}/{kind}-client-scopes"),
            format!("/admin/realms/{{realm}}/default-{kind}-client-scopes"),
        ] {
            let get = move |admin, path| list(admin, path, is_default);
            cfg.route(&path, web::get().to(get));
            let put = move |admin, path| link(admin, path, is_default);
            let one = web::resource(format!("{path}/{{scope}}"))
                .route(web::put().to(put))
                .route(web::delete().to(unlink));
            cfg.service(one);
        }
    }
}

/// Who has the scopes: the client that the address names, or the realm.
struct Owner {
    id: String,
    links: Links,
    /// Where it is below the realm.
    place: String,
    is_client: bool,
}

/// Lets in who has one of these rights, and, to a client, whom permissions may let in.
fn enter(admin: &Admin, path: &Names, any_of: &[&str]) -> Result<Grants> {
    if path.contains_key("client") {
        admin.check_sway(any_of)?;
    } else {
        admin.check(any_of)?;
    }
    Ok(admin.grants())
}

impl Owner {
    fn of(cx: &mut Cx<'_>, path: &Names, grants: &Grants, changes: bool) -> Result<Self> {
        let Some(id) = path.get("client") else {
            let id = cx.realm.id.as_str().to_owned();
            return Ok(Self {
                links: scope::links(cx, &id)?,
                id,
                place: String::new(),
                is_client: false,
            });
        };
        let client = match changes {
            true => found_for_change(cx, id, grants)?,
            false => client_found_by(cx, id, &grants.sway(VIEW), "view")?,
        };
        Ok(Self {
            id: client.id.as_str().to_owned(),
            links: (client.default_scopes, client.optional_scopes),
            place: format!("clients/{id}/"),
            is_client: true,
        })
    }

    fn has(&self, scope: &ScopeId) -> bool {
        self.links.0.contains(scope) || self.links.1.contains(scope)
    }
}

async fn list(admin: Admin, path: Names, is_default: bool) -> Answer {
    let grants = enter(&admin, &path, VIEW)?;
    let body = admin
        .read(move |cx| {
            let owner = Owner::of(cx, &path, &grants, false)?;
            let (default, optional) = &owner.links;
            let ids = if is_default { default } else { optional };
            let scopes = ids.iter().filter_map(|id| cx.realm.scope(id));
            let show = |scope: &scope::Scope| {
                let mut shown = json!({"id": scope.id, "name": scope.name});
                if !owner.is_client {
                    set(&mut shown, "protocol", json!(scope.protocol));
                }
                shown
            };
            Ok(scopes.map(show).collect::<Vec<Value>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

fn scope_found(cx: &Cx<'_>, path: &Names) -> Result<ScopeId> {
    let id = ScopeId::new(path.part("scope"));
    match cx.realm.scope(&id) {
        Some(_) => Ok(id),
        None => Err(AdminError::error(404, "Client scope not found")),
    }
}

async fn link(admin: Admin, path: Names, is_default: bool) -> Answer {
    let grants = enter(&admin, &path, MANAGE)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let owner = Owner::of(cx, &path, &grants, true)?;
            let scope = scope_found(cx, &path)?;
            // What somebody has of a scope stays what it is; a realm says so.
            match (owner.has(&scope), owner.is_client) {
                (false, _) => scope::link(cx, &owner.id, &scope, is_default)?,
                (true, true) => {}
                (true, false) => {
                    let why = "Duplicate resource error";
                    return Err(AdminError::described(409, "conflict", why));
                }
            }
            let kind = if is_default { "default" } else { "optional" };
            let place = format!("{}{kind}-client-scopes/{scope}", owner.place);
            audit::record(cx, &actor, audit::CREATE, "CLIENT_SCOPE", place)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn unlink(admin: Admin, path: Names) -> Answer {
    let grants = enter(&admin, &path, MANAGE)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let owner = Owner::of(cx, &path, &grants, true)?;
            let scope = scope_found(cx, &path)?;
            scope::unlink(cx, &owner.id, &scope)?;
            let place = format!("{}client-scopes/{scope}", owner.place);
            audit::record(cx, &actor, audit::DELETE, "CLIENT_SCOPE", place)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}
