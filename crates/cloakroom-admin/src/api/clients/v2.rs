//! `/admin/api/{realm}/clients/v2`: the client API's second version, by `clientId` and in a shorter
//! representation.
//!
//! It is the same clients under the same rules: what is sent goes the way of the first version.

mod roles;

use std::collections::HashMap;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_keycloak::client as shape;
use cloakroom_keycloak::client_v2::{self, Arranged, Facts, Filter, Invalid, Wish};
use cloakroom_keycloak::read::{self, Object};
use cloakroom_model::authorization::delegation::Kind as Of;
use cloakroom_model::client::{self, Client, Query as Listed};
use cloakroom_model::id::ClientUuid;
use cloakroom_model::role::{self, Role};
use cloakroom_model::{Cx, Secret};
use cloakroom_oidc::client_policy::Registrant;
use cloakroom_web::web::{self, Bytes, Query, ServiceConfig};
use serde_json::{Value, json};

use super::super::{ALL, Answer, Names, Params, no_content};
use super::{MANAGE, Sight, VIEW, change, found_for_change, registrant, remove_found};
use crate::access::{Admin, Grants};
use crate::audit;
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let all = web::resource("/admin/api/{realm}/clients/v2")
        .route(web::get().to(list))
        .route(web::post().to(create));
    let one = web::resource("/admin/api/{realm}/clients/v2/{client}")
        .route(web::get().to(find_one))
        .route(web::put().to(replace))
        .route(web::patch().to(patch))
        .route(web::delete().to(remove));
    cfg.service(all).service(one);
}

fn refused(invalid: Invalid) -> AdminError {
    let body = match invalid {
        Invalid::Sentence(why) => json!({"error": why}),
        Invalid::Types(_) => return read::Unreadable::Type.into(),
        Invalid::Violations(all) => {
            json!({"error": "Provided data is invalid", "violations": all})
        }
    };
    AdminError::Refused { status: 400, body }
}

/// This version has one kind of refusal, `{"error": …}`.
fn in_one_sentence(error: AdminError) -> AdminError {
    match error {
        AdminError::Refused { status: 400, body } => {
            let why = ["error_description", "errorMessage"]
                .iter()
                .find_map(|name| body.get(*name).and_then(Value::as_str));
            match why {
                Some(why) => AdminError::error(400, why),
                None => AdminError::Refused { status: 400, body },
            }
        }
        other => other,
    }
}

fn missing() -> AdminError {
    AdminError::error(404, "Cannot find the specified client")
}

/// The client with this `clientId`, if there is one.
fn named(cx: &mut Cx<'_>, client_id: &str) -> Result<Option<Client>> {
    match client::find_id(cx, client_id)? {
        Some(id) => Ok(client::load(cx, &id)?),
        None => Ok(None),
    }
}

fn show(cx: &mut Cx<'_>, sight: &Sight, client: &Client) -> Result<Value> {
    let secret = match client::reveal_secret(cx, client)? {
        Some(secret) if sight.sees_secret(cx, client)? => Some(secret),
        Some(_) => Some(Secret::new(shape::MASK)),
        None => None,
    };
    let facts = Facts {
        client,
        secret: secret.as_ref(),
        roles: names(role::list(cx, client.id.as_str(), None, 0, ALL)?),
        account_roles: names(roles::of_account(cx, client)?),
    };
    Ok(facts.show())
}

fn names(roles: Vec<Role>) -> Vec<String> {
    roles.into_iter().map(|role| role.name).collect()
}

/// `limit` and `offset`, where they are said.
fn page(params: &HashMap<String, String>) -> Result<(usize, usize)> {
    let number = |name: &str, usual: i64, least: i64| {
        let number = match params.get(name) {
            Some(text) => text.parse().map_err(|_| AdminError::not_found())?,
            None => usual,
        };
        match number < least {
            true => {
                let why = format!("{name} must be greater than or equal to {least}");
                Err(AdminError::error(400, why))
            }
            false => Ok(usize::try_from(number).unwrap_or(usize::MAX)),
        }
    };
    Ok((number("offset", 0, 0)?, number("limit", ALL, 1)?))
}

async fn list(admin: Admin, request: HttpRequest, params: Params) -> Answer {
    admin.check(&["view-clients", "manage-clients", "query-clients"])?;
    let views = admin.sway(VIEW);
    let (first, most) = page(&params)?;
    let told = |why: String| AdminError::error(400, why);
    let lists = |name: &str| all_of(&request, name);
    let arranged = Arranged::read(&lists("fields"), &lists("sort")).map_err(told)?;
    let asked = params.get("q").map(String::as_str).unwrap_or_default();
    let filter = Filter::read(asked).map_err(told)?;
    // Without a filter and an order of its own the database finds the page.
    let is_plain = filter.is_none() && !arranged.sorts();
    let sight = Sight::of(&admin);
    let body = admin
        .read(move |cx| {
            let sight = sight.clone().look(cx)?;
            let bound = |number: usize| i64::try_from(number).unwrap_or(ALL).min(ALL);
            let query = Listed {
                only: views.open(cx)?.only(cx, Of::Clients, "view")?,
                first: if is_plain { bound(first) } else { 0 },
                max: if is_plain { bound(most) } else { ALL },
                ..Listed::default()
            };
            let found = client::list(cx, &query)?;
            let mut shown = Vec::with_capacity(found.len());
            for client in &found {
                let one = show(cx, &sight, client)?;
                if filter.as_ref().is_none_or(|filter| filter.fits(&one)) {
                    shown.push(one);
                }
            }
            arranged.sort(&mut shown);
            let (skipped, most) = if is_plain { (0, most) } else { (first, most) };
            let mut page: Vec<Value> = shown.into_iter().skip(skipped).take(most).collect();
            page.iter_mut().for_each(|one| arranged.trim(one));
            Ok(page)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

/// All values of a parameter that may come several times, with commas between them.
fn all_of(request: &HttpRequest, name: &str) -> String {
    let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string());
    let pairs = pairs.map(Query::into_inner).unwrap_or_default();
    let values = pairs.into_iter().filter(|(named, _)| named == name);
    values.map(|(_, value)| value).collect::<Vec<_>>().join(",")
}

async fn find_one(admin: Admin, path: Names) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let sight = Sight::of(&admin);
    let body = admin
        .read(move |cx| {
            let client = named(cx, path.part("client"))?.ok_or_else(missing)?;
            views.check(cx, Of::Clients, client.id.as_str(), "view")?;
            show(cx, &sight, &client)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

/// What every change needs to know of who makes it.
#[derive(Clone)]
struct Hand {
    by: Registrant,
    grants: Grants,
    sight: Sight,
}

impl Hand {
    fn of(admin: &Admin) -> Self {
        Self {
            by: registrant(admin),
            grants: admin.grants(),
            sight: Sight::of(admin),
        }
    }

    /// Makes the client that was checked, and shows it.
    fn make(&self, cx: &mut Cx<'_>, sent: &Object) -> Result<(ClientUuid, Value)> {
        let wish = Wish::read(sent)?.of_new();
        let id = change::create(cx, &self.by, &wish.client, &self.grants)?;
        self.finish(cx, id, &wish)
    }

    /// Puts what was checked in place of what the client is, and shows it.
    fn put(&self, cx: &mut Cx<'_>, id: &ClientUuid, sent: &Object) -> Result<(ClientUuid, Value)> {
        let mut client = found_for_change(cx, id.as_str(), &self.grants)?;
        client_v2::clear(&mut client.settings);
        let wish = Wish::read(sent)?;
        change::update(cx, &self.by, client, &wish.client, &self.grants)?;
        self.finish(cx, id.clone(), &wish)
    }

    fn finish(&self, cx: &mut Cx<'_>, id: ClientUuid, wish: &Wish) -> Result<(ClientUuid, Value)> {
        let client = client::load(cx, &id)?.ok_or_else(missing)?;
        roles::set(cx, &client, &wish.roles)?;
        roles::set_of_account(cx, &client, &wish.account_roles, &self.grants)?;
        let shown = show(cx, &self.sight, &client)?;
        Ok((id, shown))
    }
}

async fn create(admin: Admin, body: Bytes) -> Answer {
    let creates = admin.check_sway(&["manage-clients", "create-client"])?;
    let sent = read::map(&body)?;
    client_v2::check(&sent, None).map_err(refused)?;
    let (hand, actor) = (Hand::of(&admin), admin.actor.clone());
    let shown = admin
        .write(move |cx| {
            creates.check_all(cx, Of::Clients, "manage")?;
            let name = read::text(&sent, "clientId")?.unwrap_or_default();
            if client::find_id(cx, name)?.is_some() {
                let why = "Duplicate resource error";
                return Err(AdminError::described(409, "conflict", why));
            }
            let made = hand.make(cx, &sent).map_err(in_one_sentence);
            let (id, shown) = made.map_err(AdminError::undoing)?;
            audit::record(cx, &actor, audit::CREATE, "CLIENT", format!("clients/{id}"))?;
            Ok(shown)
        })
        .await?;
    Ok(HttpResponse::Created().json(shown))
}

fn check_name(sent: &Object, path: &Names) -> Result<()> {
    match read::text(sent, "clientId")? {
        Some(name) if name != path.part("client") => {
            let why = "Field 'clientId' in payload does not match the provided 'clientId'";
            Err(AdminError::error(400, why))
        }
        _ => Ok(()),
    }
}

async fn replace(admin: Admin, path: Names, body: Bytes) -> Answer {
    let manages = admin.check_sway(&["manage-clients", "create-client"])?;
    let sent = read::map(&body)?;
    let (hand, actor) = (Hand::of(&admin), admin.actor.clone());
    let (is_new, shown) = admin
        .write(move |cx| {
            check_name(&sent, &path)?;
            let before = named(cx, path.part("client"))?;
            let protocol = before
                .as_ref()
                .and_then(|one| one.settings.protocol.clone());
            client_v2::check(&sent, protocol.as_deref()).map_err(refused)?;
            let done = match &before {
                Some(client) => hand.put(cx, &client.id, &sent),
                None => {
                    manages.check_all(cx, Of::Clients, "manage")?;
                    hand.make(cx, &sent)
                }
            };
            let done = done.map_err(in_one_sentence);
            let (id, shown) = done.map_err(AdminError::undoing)?;
            let what = if before.is_some() {
                audit::UPDATE
            } else {
                audit::CREATE
            };
            audit::record(cx, &actor, what, "CLIENT", format!("clients/{id}"))?;
            Ok((before.is_none(), shown))
        })
        .await?;
    Ok(match is_new {
        true => HttpResponse::Created().json(shown),
        false => HttpResponse::Ok().json(shown),
    })
}

const PATCH: &str = "application/merge-patch+json";

async fn patch(admin: Admin, request: HttpRequest, path: Names, body: Bytes) -> Answer {
    admin.check_sway(MANAGE)?;
    let kind = request.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with(PATCH) {
        return Err(AdminError::error(415, "Unsupported media type"));
    }
    let why = "Cannot replace client resource with non-object";
    let sent = read::map(&body).map_err(|_| AdminError::error(400, why))?;
    let (hand, actor) = (Hand::of(&admin), admin.actor.clone());
    let shown = admin
        .write(move |cx| {
            let client = named(cx, path.part("client"))?.ok_or_else(missing)?;
            let client = found_for_change(cx, client.id.as_str(), &hand.grants)?;
            let Value::Object(mut whole) = show(cx, &hand.sight, &client)? else {
                return Err(missing());
            };
            client_v2::merge(&mut whole, &sent).map_err(|invalid| match invalid {
                Invalid::Types(names) => {
                    let why = format!("Invalid values for these fields: {}", names.join(", "));
                    AdminError::error(400, why)
                }
                other => refused(other),
            })?;
            check_name(&whole, &path)?;
            client_v2::check(&whole, client.settings.protocol.as_deref()).map_err(refused)?;
            let done = hand.put(cx, &client.id, &whole).map_err(in_one_sentence);
            let (id, shown) = done.map_err(AdminError::undoing)?;
            audit::record(cx, &actor, audit::UPDATE, "CLIENT", format!("clients/{id}"))?;
            Ok(shown)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

async fn remove(admin: Admin, path: Names) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let found = named(cx, path.part("client"))?;
            let client = found.ok_or_else(|| AdminError::error(404, "Could not find client"))?;
            manages.check(cx, Of::Clients, client.id.as_str(), "manage")?;
            let removed = remove_found(cx, &client).map_err(in_one_sentence);
            removed.map_err(AdminError::undoing)?;
            let place = format!("clients/{}", client.id);
            audit::record(cx, &actor, audit::DELETE, "CLIENT", place)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}
