//! Policies and permissions: their lists, single ones by kind or not, and what they are linked to.

use actix_web::HttpResponse;
use cloakroom_keycloak::authorization::{self as shape, kind};
use cloakroom_keycloak::read::{self, set};
use cloakroom_model::authorization::Authorization;
use cloakroom_model::authorization::{self, Policy, UMA};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::{Value, json};

use super::{BASE, MANAGE, VIEW, conflict, delegated, found, part, slice, write};
use crate::access::Admin;
use crate::api::{Answer, Names, Params, no_content};
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let base = format!("{BASE}/{{family:policy|permission}}");
    cfg.route(&format!("{base}/providers"), web::get().to(providers));
    cfg.route(&format!("{base}/search"), web::get().to(search));
    let all = web::resource(&base)
        .route(web::get().to(list))
        .route(web::post().to(create));
    // The first part after the family is a kind or an id, the second an id or a list of its links.
    let one = web::resource(format!("{base}/{{first}}"))
        .route(web::get().to(kind_or_one))
        .route(web::post().to(create))
        .route(web::put().to(update))
        .route(web::delete().to(remove));
    let two = web::resource(format!("{base}/{{first}}/{{second}}"))
        .route(web::get().to(one_or_links))
        .route(web::put().to(update))
        .route(web::delete().to(remove));
    let three = format!("{base}/{{first}}/{{second}}/{{links}}");
    cfg.route(&three, web::get().to(one_or_links));
    cfg.service(all).service(one).service(two);
}

fn is_permission(path: &Names) -> bool {
    part(path, "family") == "permission"
}

/// The policy that the path names by id: with its kind before it, or without.
fn of(all: &Authorization, path: &Names) -> Result<Policy> {
    let (first, second) = (part(path, "first"), part(path, "second"));
    let is_bare = second.is_empty() || LINKS.contains(&second);
    if !is_bare && kind::find(first).is_none() {
        return Err(AdminError::not_found());
    }
    let id = if is_bare { first } else { second };
    let mut known = all.policies.iter().filter(|one| one.kind != UMA);
    let policy = known.find(|one| one.id == id).cloned();
    policy.ok_or_else(AdminError::not_found)
}

/// The policy as the call that the path is shows it.
fn show(path: &Names, policy: &Policy, typed: bool) -> Value {
    if typed || is_permission(path) {
        return shape::show_typed(policy);
    }
    shape::show_policy(policy)
}

async fn providers(admin: Admin, path: Names) -> Answer {
    admin.check(VIEW)?;
    admin.read(move |cx| super::owner(cx, &path)).await?;
    let show = |one: &kind::Kind| json!({"type": one.id, "name": one.name, "group": one.group});
    let shown: Vec<Value> = kind::ALL.iter().map(show).collect();
    Ok(HttpResponse::Ok().json(shown))
}

/// The policies that a query asks for; `None` if it names a resource that is not there.
fn wanted<'a>(
    all: &'a Authorization,
    path: &Names,
    params: &Params,
    kind: Option<&str>,
) -> Option<Vec<&'a Policy>> {
    let text = |name: &str| params.get(name).map(String::as_str);
    let permission = match text("permission") {
        _ if is_permission(path) => Some(true),
        text => text.map(|text| text == "true"),
    };
    let resource = match text("resource") {
        None => None,
        Some(name) => Some(all.resource(name)?.id.clone()),
    };
    let scope = text("scope").map(|name| all.scope(name).map(|one| one.id.clone()));
    let name = text("name").map(str::to_lowercase);
    let kind = kind.or_else(|| text("type"));
    let resource_type = text("resourceType");
    let fits = |one: &&Policy| {
        let details = &one.details;
        // What owners permit is theirs.
        one.kind != UMA
            && text("policyId").is_none_or(|id| one.id == id)
            && permission.is_none_or(|is| one.is_permission() == is)
            && kind.is_none_or(|kind| one.kind == kind)
            && name.as_ref().is_none_or(|name| one.name.to_lowercase().contains(name))
            && resource.as_ref().is_none_or(|id| details.resources.contains(id))
            && scope.as_ref().is_none_or(|scope| {
                scope.as_ref().is_some_and(|id| details.scopes.contains(id))
            })
            && resource_type.is_none_or(|kind| {
                details.config.get("defaultResourceType").is_some_and(|one| one == kind)
            })
            // Policies have no owners here, so none is anybody's.
            && text("owner").is_none()
    };
    Some(all.policies.iter().filter(fits).collect())
}

async fn list(admin: Admin, path: Names, params: Params) -> Answer {
    listed(&admin, path, params, None).await
}

async fn listed(admin: &Admin, path: Names, params: Params, kind: Option<String>) -> Answer {
    admin.check(VIEW)?;
    let query = params.clone();
    let shown = admin
        .read(move |cx| {
            let all = found(cx, &path)?;
            let Some(wanted) = wanted(&all, &path, &query, kind.as_deref()) else {
                return Ok(None);
            };
            let owners = shape::owners(cx, &all)?;
            let is_full = query.get("fields").is_some_and(|fields| fields == "*");
            let shown = wanted.into_iter().map(|one| {
                let mut shown = show(&path, one, kind.is_some());
                if is_full {
                    add_links(&mut shown, &all, &owners, one);
                }
                shown
            });
            Ok(Some(slice(shown.collect::<Vec<Value>>(), &query)?))
        })
        .await?;
    match shown {
        Some(shown) => Ok(HttpResponse::Ok().json(shown)),
        None => Ok(no_content()),
    }
}

/// Adds what a policy is linked to.
fn add_links(shown: &mut Value, all: &Authorization, owners: &shape::Owners, policy: &Policy) {
    let details = &policy.details;
    set(shown, "resources", json!(details.resources));
    set(shown, "scopes", json!(details.scopes));
    if !policy.is_permission() {
        return;
    }
    let resources = details.resources.iter().filter_map(|id| all.resource(id));
    let data: Vec<Value> = resources
        .map(|one| shape::show_resource(all, owners, one, true))
        .collect();
    if !data.is_empty() {
        set(shown, "resourcesData", json!(data));
    }
    let data = shape::show_names(all, details.scopes.iter());
    if !data.is_empty() {
        set(shown, "scopesData", json!(data));
    }
}

async fn search(admin: Admin, path: Names, params: Params) -> Answer {
    named(&admin, path, &params, false).await
}

/// The one policy with exactly this name.
async fn named(admin: &Admin, path: Names, params: &Params, typed: bool) -> Answer {
    admin.check(VIEW)?;
    let name = params.get("name").cloned();
    let name = name.ok_or_else(|| AdminError::silent(400))?;
    let shown = admin
        .read(move |cx| {
            let all = found(cx, &path)?;
            let one = all.policies.iter().find(|one| one.name == name);
            Ok(one.map(|one| show(&path, one, typed)))
        })
        .await?;
    match shown {
        Some(shown) => Ok(HttpResponse::Ok().json(shown)),
        None => Ok(no_content()),
    }
}

async fn create(admin: Admin, path: Names, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let first = part(&path, "first").to_owned();
    let typed = !first.is_empty();
    let sent = if typed {
        let kind = kind::find(&first).ok_or_else(AdminError::not_found)?;
        read::object(&body, "AbstractPolicyRepresentation", &kind::fields(kind))?
    } else {
        read::object(&body, "PolicyRepresentation", kind::FIELDS)?
    };
    let kind = if typed {
        first
    } else {
        read::text(&sent, "type")?.ok_or_else(conflict)?.to_owned()
    };
    if kind::find(&kind).is_none() {
        return Err(write::invalid(format!(
            "Policies of type [{kind}] are not supported."
        )));
    }
    let grants = admin.grants();
    let shown = admin
        .write(move |cx| {
            let mut all = found(cx, &path)?;
            delegated::check_change(cx, &all, &grants)?;
            let made = write::new_policy(cx, &mut all, &kind, &sent, typed);
            let made = made.map_err(AdminError::undoing)?;
            let is_keeper = delegated::is_keeper(cx, &all);
            let mut shown = if typed {
                shape::show_typed(&made)
            } else {
                shape::show_policy(&made)
            };
            let details = &made.details;
            let resources = match is_keeper {
                true => delegated::single(&all, &details.resources)
                    .into_iter()
                    .map(|one| one.id.clone())
                    .collect(),
                false => details.resources.clone(),
            };
            for (member, ids) in [
                ("policies", &details.policies),
                ("resources", &resources),
                ("scopes", &details.scopes),
            ] {
                if sent.contains_key(member) || !ids.is_empty() {
                    set(&mut shown, member, json!(ids));
                }
            }
            Ok(shown)
        })
        .await?;
    Ok(HttpResponse::Created().json(shown))
}

async fn kind_or_one(admin: Admin, path: Names, params: Params) -> Answer {
    let first = part(&path, "first").to_owned();
    if kind::find(&first).is_some() {
        return listed(&admin, path, params, Some(first)).await;
    }
    admin.check(VIEW)?;
    let shown = admin
        .read(move |cx| {
            let all = found(cx, &path)?;
            let one = of(&all, &path)?;
            Ok(show(&path, &one, false))
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

const LINKS: [&str; 4] = [
    "associatedPolicies",
    "dependentPolicies",
    "resources",
    "scopes",
];

async fn one_or_links(admin: Admin, path: Names, params: Params) -> Answer {
    let second = part(&path, "second").to_owned();
    if second == "search" {
        kind::find(part(&path, "first")).ok_or_else(AdminError::not_found)?;
        return named(&admin, path, &params, true).await;
    }
    admin.check(VIEW)?;
    let links = match part(&path, "links") {
        "" => second,
        links => links.to_owned(),
    };
    let shown = admin
        .read(move |cx| {
            let all = found(cx, &path)?;
            let one = of(&all, &path)?;
            Ok(match links.as_str() {
                "associatedPolicies" => {
                    let ids = one.details.policies.iter();
                    let linked = ids.filter_map(|id| all.policy(id));
                    linked.map(shape::show_related).collect()
                }
                "dependentPolicies" => {
                    let dependent = |other: &&Policy| other.details.policies.contains(&one.id);
                    let linked = all.policies.iter().filter(dependent);
                    linked.map(shape::show_related).collect()
                }
                "resources" if delegated::is_keeper(cx, &all) => {
                    delegated::show_resources(cx, &all, &one)?.into()
                }
                "resources" => {
                    let ids = one.details.resources.iter();
                    let linked = ids.filter_map(|id| all.resource(id));
                    linked.map(shape::show_named).collect()
                }
                "scopes" => json!(shape::show_names(&all, one.details.scopes.iter())),
                _ if part(&path, "links").is_empty() => show(&path, &one, true),
                _ => return Err(AdminError::not_found()),
            })
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

async fn update(admin: Admin, path: Names, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let typed = !part(&path, "second").is_empty();
    let grants = admin.grants();
    admin
        .write(move |cx| {
            let mut all = found(cx, &path)?;
            delegated::check_change(cx, &all, &grants)?;
            let mut one = of(&all, &path)?;
            let kind = kind::find(&one.kind).ok_or_else(AdminError::not_found)?;
            let fields = kind::fields(kind);
            let sent = read::object(&body, "AbstractPolicyRepresentation", &fields)?;
            let sent = delegated::prepare(cx, &mut all, &one, &sent);
            let sent = sent.map_err(AdminError::undoing)?;
            write::apply_policy(
                cx,
                &all,
                &mut one,
                &sent,
                typed || !sent.contains_key("config"),
            )?;
            let other = all.policies.iter().find(|other| other.name == one.name);
            if other.is_some_and(|other| other.id != one.id) {
                return Err(conflict());
            }
            authorization::update_policy(cx, &all.client, &one)?;
            Ok(())
        })
        .await?;
    // Keycloak answers a change like a creation, without a body.
    Ok(HttpResponse::Created().finish())
}

async fn remove(admin: Admin, path: Names) -> Answer {
    admin.check(MANAGE)?;
    let grants = admin.grants();
    admin
        .write(move |cx| {
            let all = found(cx, &path)?;
            delegated::check_change(cx, &all, &grants)?;
            let one = of(&all, &path)?;
            for other in &all.policies {
                let mut other = other.clone();
                if !other.details.policies.contains(&one.id) {
                    continue;
                }
                other.details.policies.retain(|id| id != &one.id);
                // What nothing decides about any more is not left open to everybody.
                if other.details.policies.is_empty() {
                    authorization::remove_policy(cx, &all.client, &other.id)?;
                } else {
                    authorization::update_policy(cx, &all.client, &other)?;
                }
            }
            authorization::remove_policy(cx, &all.client, &one.id)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}
