//! Mappers of an identity provider: what is taken over into a user.

use actix_web::HttpResponse;
use cloakroom_keycloak::catalog;
use cloakroom_keycloak::{identity_provider as shape, read};
use cloakroom_model::Cx;
use cloakroom_model::id::MapperId;
use cloakroom_model::identity_provider::{self as model, Config, Mapper};
use cloakroom_web::web::{self, Bytes, Path, ServiceConfig};
use serde_json::{Map, Value, json};

use super::{BASE, MANAGE, VIEW, found};
use crate::access::{Actor, Admin, Grants, encode};
use crate::api::{Answer, no_content};
use crate::audit;
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let base = format!("{BASE}/instances/{{alias}}");
    cfg.route(&format!("{base}/mapper-types"), web::get().to(types));
    let all = web::resource(format!("{base}/mappers"))
        .route(web::get().to(list))
        .route(web::post().to(create));
    let one = web::resource(format!("{base}/mappers/{{mapper}}"))
        .route(web::get().to(find_one))
        .route(web::put().to(update))
        .route(web::delete().to(remove));
    cfg.service(all).service(one);
}

async fn types(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let alias = path.into_inner().1;
    let provider = admin.read(move |cx| found(cx, &alias)).await?;
    let mut shown = Map::new();
    for entry in catalog::identity_provider_mappers(&provider.provider_id) {
        let one = json!({
            "id": entry.id,
            "name": entry.name,
            "category": entry.category,
            "helpText": entry.description,
            "properties": entry.show_properties(),
        });
        shown.insert(entry.id.clone(), one);
    }
    Ok(HttpResponse::Ok().json(shown))
}

fn mapper_found(cx: &mut Cx<'_>, alias: &str, id: &str) -> Result<Mapper> {
    let provider = found(cx, alias)?;
    let all = model::list_mappers(cx, &provider.id)?;
    let found = all.into_iter().find(|one| one.id.as_str() == id);
    found.ok_or_else(|| AdminError::error(404, "Model not found"))
}

async fn list(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let alias = path.into_inner().1;
    let body = admin
        .read(move |cx| {
            let provider = found(cx, &alias)?;
            let all = model::list_mappers(cx, &provider.id)?;
            let shown = all.iter().map(|one| shape::show_mapper(&alias, one));
            Ok(shown.collect::<Vec<Value>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

fn record(cx: &mut Cx<'_>, actor: &Actor, what: &'static str, alias: &str, id: &str) -> Result<()> {
    let path = format!("identity-provider/instances/{alias}/mappers/{id}");
    let kind = "IDENTITY_PROVIDER_MAPPER";
    Ok(audit::record(cx, actor, what, kind, path)?)
}

/// Whoever comes in through the provider gets the role and the group of a mapper, whatever its kind makes of them today.
fn check_gifts(cx: &mut Cx<'_>, mapper: &Mapper, grants: &Grants) -> Result<()> {
    let text = |name: &str| mapper.config.get(name).map(String::as_str);
    if let Some(role) = text("role") {
        grants.check_named(cx, role)?;
    }
    if let Some(group) = text("group") {
        grants.check_path(cx, group)?;
    }
    Ok(())
}

async fn create(admin: Admin, path: Path<(String, String)>, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let alias = path.into_inner().1;
    let sent = read::object(
        &body,
        "IdentityProviderMapperRepresentation",
        shape::MAPPER_FIELDS,
    )?;
    let (actor, of, grants) = (admin.actor.clone(), alias.clone(), admin.grants());
    let id = admin
        .write(move |cx| {
            let provider = found(cx, &of)?;
            grants.check_provider(cx, &of)?;
            let id = read::id(&sent, "id")?;
            let mut mapper = Mapper {
                id: MapperId::new(id.map_or_else(|| cx.new_id(), str::to_owned)),
                provider: provider.id.clone(),
                name: String::new(),
                mapper: String::new(),
                config: Config::new(),
            };
            shape::apply_mapper(&mut mapper, &sent)?;
            if mapper.name.is_empty() || mapper.mapper.is_empty() {
                let why = "Duplicate resource error";
                return Err(AdminError::described(409, "conflict", why));
            }
            check_gifts(cx, &mapper, &grants)?;
            if !model::insert_mapper(cx, &mapper)? {
                let (name, kind) = (&mapper.name, &provider.provider_id);
                let why = format!("Failed to add mapper '{name}' to identity provider [{kind}].");
                return Err(AdminError::message(400, why));
            }
            record(cx, &actor, audit::CREATE, &of, mapper.id.as_str())?;
            Ok(mapper.id)
        })
        .await?;
    let kind = format!("identity-provider/instances/{}/mappers", encode(&alias));
    Ok(admin.created(&kind, id.as_str()))
}

async fn find_one(admin: Admin, path: Path<(String, String, String)>) -> Answer {
    admin.check(VIEW)?;
    let (_, alias, id) = path.into_inner();
    let body = admin
        .read(move |cx| {
            let mapper = mapper_found(cx, &alias, &id)?;
            Ok(shape::show_mapper(&alias, &mapper))
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn update(admin: Admin, path: Path<(String, String, String)>, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let (_, alias, id) = path.into_inner();
    let sent = read::object(
        &body,
        "IdentityProviderMapperRepresentation",
        shape::MAPPER_FIELDS,
    )?;
    let (actor, grants) = (admin.actor.clone(), admin.grants());
    admin
        .write(move |cx| {
            let mut mapper = mapper_found(cx, &alias, &id)?;
            grants.check_provider(cx, &alias)?;
            shape::apply_mapper(&mut mapper, &sent)?;
            check_gifts(cx, &mapper, &grants)?;
            let all = model::list_mappers(cx, &mapper.provider)?;
            if all
                .iter()
                .any(|one| one.name == mapper.name && one.id != mapper.id)
            {
                let why = format!("Mapper '{}' already exists", mapper.name);
                return Err(AdminError::message(409, why));
            }
            model::update_mapper(cx, &mapper)?;
            record(cx, &actor, audit::UPDATE, &alias, &id)
        })
        .await?;
    Ok(no_content())
}

async fn remove(admin: Admin, path: Path<(String, String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let (_, alias, id) = path.into_inner();
    let (actor, grants) = (admin.actor.clone(), admin.grants());
    admin
        .write(move |cx| {
            let mapper = mapper_found(cx, &alias, &id)?;
            grants.check_provider(cx, &alias)?;
            model::remove_mapper(cx, &mapper.id)?;
            record(cx, &actor, audit::DELETE, &alias, &id)
        })
        .await?;
    Ok(no_content())
}
