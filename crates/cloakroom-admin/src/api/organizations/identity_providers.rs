//! The identity providers that an organization's people sign in with.

use actix_web::HttpResponse;
use cloakroom_keycloak::{identity_provider as shape, read};
use cloakroom_model::Cx;
use cloakroom_model::id::OrganizationId;
use cloakroom_model::identity_provider::{self, IdentityProvider};
use cloakroom_web::web::{self, Bytes, Path, ServiceConfig};
use serde_json::Value;

use super::groups::tree::Tree;
use super::groups::{query_of, shown};
use super::{BASE, MANAGE, VIEW, found, found_by};
use crate::access::{Admin, Sway};
use crate::api::{ALL, Answer, Params, no_content};
use crate::audit;
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let all = format!("{BASE}/{{organization}}/identity-providers");
    cfg.route(&format!("{all}/{{alias}}/groups"), web::get().to(groups));
    let one = web::resource(format!("{all}/{{alias}}"))
        .route(web::get().to(find_one))
        .route(web::put().to(set_link))
        .route(web::delete().to(remove));
    let all = web::resource(all)
        .route(web::get().to(list))
        .route(web::post().to(add));
    cfg.service(all).service(one);
}

/// Rights over identity providers, which are needed beside those over the organization.
const SEE: &[&str] = &["view-identity-providers", "manage-identity-providers"];
const CHANGE: &[&str] = &["manage-identity-providers"];

const NOT_LINKED: &str = "Identity provider not associated with the organization";

/// The identity providers that are linked to an organization.
pub(super) fn linked(cx: &mut Cx<'_>, id: &OrganizationId) -> Result<Vec<IdentityProvider>> {
    let mut all = identity_provider::list(cx)?;
    all.retain(|one| one.settings.organization_id.as_deref() == Some(id.as_str()));
    Ok(all)
}

fn linked_found(
    cx: &mut Cx<'_>,
    (organization, alias): (&str, &str),
    (sway, scope): (&Sway, &str),
    why: &str,
) -> Result<IdentityProvider> {
    let of = found_by(cx, organization, sway, scope)?;
    let all = linked(cx, &of.id)?;
    let found = all.into_iter().find(|one| one.alias == alias);
    found.ok_or_else(|| AdminError::message(404, why))
}

async fn list(admin: Admin, path: Path<(String, String)>) -> Answer {
    let sway = admin.check_sway(VIEW)?;
    admin.check(SEE)?;
    let id = path.into_inner().1;
    let shown = admin
        .read(move |cx| {
            let of = found_by(cx, &id, &sway, "view")?;
            let all = linked(cx, &of.id)?;
            Ok(all.iter().map(shape::show).collect::<Vec<Value>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// An alias, as JSON text or bare.
async fn add(admin: Admin, path: Path<(String, String)>, body: Bytes) -> Answer {
    let sway = admin.check_sway(MANAGE)?;
    admin.check(CHANGE)?;
    let (id, actor) = (path.into_inner().1, admin.actor.clone());
    let alias = read::name(&body)?;
    admin
        .write(move |cx| {
            let of = found_by(cx, &id, &sway, "manage")?;
            let Some(mut provider) = identity_provider::find(cx, &alias)? else {
                let why = "Identity provider not found with the given alias";
                return Err(AdminError::message(400, why));
            };
            match provider.settings.organization_id.as_deref() {
                Some(linked) if linked == of.id.as_str() => {
                    let why = "Identity provider already associated to the organization";
                    return Err(AdminError::message(409, why));
                }
                Some(_) => {
                    let why = "Identity provider already associated with a different organization";
                    return Err(AdminError::message(400, why));
                }
                None => {}
            }
            provider.settings.organization_id = Some(of.id.as_str().to_owned());
            identity_provider::update(cx, &provider)?;
            let path = format!("organizations/{id}/identity-providers/{alias}");
            audit::record(cx, &actor, audit::CREATE, "ORGANIZATION", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn find_one(admin: Admin, path: Path<(String, String, String)>) -> Answer {
    let sway = admin.check_sway(VIEW)?;
    admin.check(SEE)?;
    let (_, of, alias) = path.into_inner();
    let one = admin
        .read(move |cx| linked_found(cx, (&of, &alias), (&sway, "view"), NOT_LINKED))
        .await?;
    Ok(HttpResponse::Ok().json(shape::show(&one)))
}

/// How those who come through the identity provider belong to the organization.
async fn set_link(admin: Admin, path: Path<(String, String, String)>, body: Bytes) -> Answer {
    let sway = admin.check_sway(MANAGE)?;
    admin.check(CHANGE)?;
    let (_, of, alias) = path.into_inner();
    let kind = "OrganizationIdentityProviderLinkRepresentation";
    let sent = read::object(&body, kind, shape::LINK_FIELDS)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let mut one = linked_found(cx, (&of, &alias), (&sway, "manage"), NOT_LINKED)?;
            shape::apply_link(&mut one, &sent)?;
            identity_provider::update(cx, &one)?;
            let path = format!("organizations/{of}/identity-providers/{alias}");
            audit::record(cx, &actor, audit::UPDATE, "ORGANIZATION", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

/// The groups that the identity provider's people can be put into: all of the organization.
async fn groups(admin: Admin, path: Path<(String, String, String)>, params: Params) -> Answer {
    let sway = admin.check_sway(VIEW)?;
    admin.check(SEE)?;
    let (_, of, alias) = path.into_inner();
    let (query, how) = (query_of(&params, ALL)?, shown(&params));
    let body = admin
        .read(move |cx| {
            linked_found(cx, (&of, &alias), (&sway, "view"), NOT_LINKED)?;
            let one = found(cx, &of)?;
            Tree::read(cx, &one.id)?.list(cx, &query, how)
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn remove(admin: Admin, path: Path<(String, String, String)>) -> Answer {
    let sway = admin.check_sway(MANAGE)?;
    admin.check(CHANGE)?;
    let (_, of, alias) = path.into_inner();
    let actor = admin.actor.clone();
    let why = "Identity provider not found with the given alias";
    admin
        .write(move |cx| {
            let mut one = linked_found(cx, (&of, &alias), (&sway, "manage"), why)?;
            one.settings.organization_id = None;
            one.settings.organization_link = None;
            identity_provider::update(cx, &one)?;
            let path = format!("organizations/{of}/identity-providers/{alias}");
            audit::record(cx, &actor, audit::DELETE, "ORGANIZATION", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}
