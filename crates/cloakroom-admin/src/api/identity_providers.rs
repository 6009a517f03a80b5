//! `/admin/realms/{realm}/identity-provider`: other servers that people may sign in with.

mod check;
mod import;
mod mappers;
mod metadata;

use actix_web::HttpResponse;
use cloakroom_keycloak::catalog;
use cloakroom_keycloak::{identity_provider as shape, read};
use cloakroom_model::id::IdentityProviderId;
use cloakroom_model::identity_provider::{self, Config, IdentityProvider, Settings};
use cloakroom_model::{Cx, user};
use cloakroom_web::web::{self, Bytes, Path, ServiceConfig};
use serde_json::{Value, json};

use super::{Answer, Params, is_on, no_content};
use crate::access::Admin;
use crate::audit;
use crate::error::{AdminError, Result};
use crate::names;

const MANAGE: &[&str] = &["manage-identity-providers"];
const VIEW: &[&str] = &["view-identity-providers", "manage-identity-providers"];

const BASE: &str = "/admin/realms/{realm}/identity-provider";

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    import::configure(cfg);
    mappers::configure(cfg);
    metadata::configure(cfg);
    cfg.route(
        &format!("{BASE}/providers/{{provider}}"),
        web::get().to(describe),
    );
    let all = web::resource(format!("{BASE}/instances"))
        .route(web::get().to(list))
        .route(web::post().to(create));
    let one = web::resource(format!("{BASE}/instances/{{alias}}"))
        .route(web::get().to(find_one))
        .route(web::put().to(update))
        .route(web::delete().to(remove));
    cfg.service(all).service(one);
}

/// The identity provider with this alias, or Keycloak's text for none.
pub(crate) fn found(cx: &mut Cx<'_>, alias: &str) -> Result<IdentityProvider> {
    identity_provider::find(cx, alias)?.ok_or_else(AdminError::not_found)
}

/// What a search names: the whole alias in quotes, else a part of it, `*` at the ends or not.
fn matches(search: &str, provider: &IdentityProvider) -> bool {
    let fold = |text: &str| text.to_lowercase();
    if let Some(exact) = search
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        return fold(&provider.alias) == fold(exact);
    }
    let (part, open) = match search.strip_suffix('*') {
        Some(part) => (part, !part.starts_with('*')),
        None => (search, false),
    };
    let part = fold(part.trim_start_matches('*'));
    let name = provider
        .settings
        .display_name
        .as_deref()
        .unwrap_or_default();
    [provider.alias.as_str(), name].iter().any(|text| {
        let text = fold(text);
        if open {
            text.starts_with(&part)
        } else {
            text.contains(&part)
        }
    })
}

async fn list(admin: Admin, params: Params) -> Answer {
    admin.check(VIEW)?;
    let all = admin.read(|cx| Ok(identity_provider::list(cx)?)).await?;
    let (first, max) = super::page(&params, i64::from(i32::MAX))?;
    let search = params.get("search").map(String::as_str).unwrap_or_default();
    let kind = params.get("type").filter(|kind| *kind != "ANY");
    let realm_only = is_on(&params, "realmOnly");
    let wanted = all.iter().filter(|one| {
        let types = shape::types(&one.provider_id);
        let fits = kind.is_none_or(|kind| {
            types
                .as_array()
                .is_some_and(|all| all.iter().any(|one| one == kind.as_str()))
        });
        fits && matches(search, one) && !(realm_only && one.settings.organization_id.is_some())
    });
    let brief = is_on(&params, "briefRepresentation");
    let show = |one| {
        if brief {
            shape::show_briefly(one)
        } else {
            shape::show(one)
        }
    };
    let shown: Vec<Value> = wanted
        .skip(usize::try_from(first).unwrap_or(0))
        .take(usize::try_from(max).unwrap_or(usize::MAX))
        .map(show)
        .collect();
    Ok(HttpResponse::Ok().json(shown))
}

async fn find_one(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let alias = path.into_inner().1;
    let provider = admin.read(move |cx| found(cx, &alias)).await?;
    Ok(HttpResponse::Ok().json(shape::show(&provider)))
}

async fn create(admin: Admin, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = read::object(&body, "IdentityProviderRepresentation", shape::FIELDS)?;
    let alias = read::text(&sent, "alias")?;
    let provider = read::text(&sent, "providerId")?;
    let alias = alias
        .ok_or_else(|| match provider {
            Some(_) => AdminError::message(400, "path is null"),
            None => AdminError::message(400, "Invalid identity provider id [null]"),
        })?
        .to_owned();
    if alias.is_empty() {
        return Err(AdminError::message(400, "The alias is empty"));
    }
    names::check_without_space(&alias)?;
    let (actor, name) = (admin.actor.clone(), alias.clone());
    let connectors = admin.app.connectors;
    admin
        .write(move |cx| {
            let kind = read::text(&sent, "providerId")?;
            check::kind(kind)?;
            let id = read::text(&sent, "internalId")?.filter(|id| !id.is_empty());
            let mut made = IdentityProvider {
                id: IdentityProviderId::new(id.map_or_else(|| cx.new_id(), str::to_owned)),
                alias: name.clone(),
                provider_id: kind.unwrap_or_default().to_owned(),
                enabled: true,
                settings: Settings::default(),
                config: Config::new(),
                secrets: Config::new(),
            };
            shape::apply(&mut made, &sent)?;
            check::defaults(&mut made);
            check::all(cx, connectors, &made)?;
            if !identity_provider::insert(cx, &made)? {
                let why = format!("Identity Provider {name} already exists");
                return Err(AdminError::message(409, why));
            }
            record(cx, &actor, audit::CREATE, &name)
        })
        .await?;
    Ok(admin.created("identity-provider/instances", &alias))
}

fn record(
    cx: &mut Cx<'_>,
    actor: &crate::access::Actor,
    what: &'static str,
    alias: &str,
) -> Result<()> {
    let path = format!("identity-provider/instances/{alias}");
    Ok(audit::record(cx, actor, what, "IDENTITY_PROVIDER", path)?)
}

async fn update(admin: Admin, path: Path<(String, String)>, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let alias = path.into_inner().1;
    let sent = read::object(&body, "IdentityProviderRepresentation", shape::FIELDS)?;
    let (actor, grants) = (admin.actor.clone(), admin.grants());
    let connectors = admin.app.connectors;
    admin
        .write(move |cx| {
            let mut provider = found(cx, &alias)?;
            grants.check_provider(cx, &alias)?;
            check::kind(read::text(&sent, "providerId")?)?;
            if read::text(&sent, "alias")?.is_some_and(|sent| sent != alias) {
                let why = "Identity Provider alias cannot be changed";
                return Err(AdminError::message(400, why));
            }
            let before = provider.clone();
            shape::apply(&mut provider, &sent)?;
            check::defaults(&mut provider);
            check::all(cx, connectors, &provider)?;
            check::receiver(&before, &provider, &sent)?;
            check::domain(cx, &provider)?;
            identity_provider::update(cx, &provider)?;
            record(cx, &actor, audit::UPDATE, &alias)
        })
        .await?;
    Ok(no_content())
}

async fn remove(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let (alias, actor) = (path.into_inner().1, admin.actor.clone());
    admin
        .write(move |cx| {
            let provider = found(cx, &alias)?;
            identity_provider::remove(cx, &provider.id)?;
            user::identity::remove_all_of(cx, &alias)?;
            record(cx, &actor, audit::DELETE, &alias)
        })
        .await?;
    Ok(no_content())
}

async fn describe(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let entry = catalog::identity_provider(&path.1);
    let entry = entry.ok_or_else(|| AdminError::error(400, "HTTP 400 Bad Request"))?;
    Ok(HttpResponse::Ok().json(json!({
        "id": entry.id,
        "name": entry.name,
        "helpText": "",
        "configProperties": entry.show_properties(),
        "configMetadata": [],
    })))
}
