//! `/admin/realms/{realm}/components`: configured providers: keys, federation, registration policies.

mod check;
mod kerberos;
mod keys;
mod ldap;

use actix_web::HttpResponse;
use cloakroom_federation::directory::adopt;
use cloakroom_keycloak::component::{self as shape, FEDERATION};
use cloakroom_keycloak::{catalog, read};
use cloakroom_model::Cx;
use cloakroom_model::component::{self, Component, Config};
use cloakroom_model::id::ComponentId;
use cloakroom_model::user_profile;
use cloakroom_web::web::{self, Bytes, Path, ServiceConfig};
use serde_json::{Value, json};

use super::{Answer, Params, no_content};
use crate::access::Admin;
use crate::audit;
use crate::error::{AdminError, Result};

pub(crate) use check::REGISTRATION;
pub(crate) use ldap::first_mappers;

const VIEW: &[&str] = &["view-realm", "manage-realm"];
const MANAGE: &[&str] = &["manage-realm"];

/// The family of mappers that belong to an LDAP provider.
const LDAP_MAPPER: &str = "org.keycloak.storage.ldap.mappers.LDAPStorageMapper";

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let base = "/admin/realms/{realm}/components";
    let all = web::resource(base)
        .route(web::get().to(list))
        .route(web::post().to(create));
    let one = web::resource(format!("{base}/{{component}}"))
        .route(web::get().to(find_one))
        .route(web::put().to(update))
        .route(web::delete().to(remove));
    cfg.route(
        &format!("{base}/{{component}}/sub-component-types"),
        web::get().to(types),
    );
    cfg.route(
        "/admin/realms/{realm}/client-registration-policy/providers",
        web::get().to(policies),
    );
    cfg.service(all).service(one);
}

/// The component with this id, or Keycloak's text for none.
pub(crate) fn found(cx: &mut Cx<'_>, id: &str) -> Result<Component> {
    let found = component::find(cx, &ComponentId::new(id))?;
    found.ok_or_else(|| AdminError::error(404, "Could not find component"))
}

async fn list(admin: Admin, params: Params) -> Answer {
    admin.check(VIEW)?;
    let kind = params.get("type").cloned();
    let all = admin
        .read(move |cx| Ok(component::list(cx, kind.as_deref())?))
        .await?;
    let (name, parent) = (params.get("name"), params.get("parent"));
    let wanted = all.iter().filter(|one| {
        (name.is_none() || one.name.as_ref() == name)
            && parent.is_none_or(|parent| &one.parent_id == parent)
    });
    let shown: Vec<Value> = wanted.map(shape::show).collect();
    Ok(HttpResponse::Ok().json(shown))
}

async fn find_one(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let id = path.into_inner().1;
    let found = admin.read(move |cx| found(cx, &id)).await?;
    Ok(HttpResponse::Ok().json(shape::show(&found)))
}

async fn create(admin: Admin, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = read::object(&body, "ComponentRepresentation", shape::API_FIELDS)?;
    let text = |name: &str| read::text(&sent, name).map(Option::unwrap_or_default);
    let mut draft = Component {
        id: ComponentId::new(read::id(&sent, "id")?.unwrap_or_default()),
        parent_id: admin.realm.id.as_str().to_owned(),
        name: None,
        provider_id: text("providerId")?.to_owned(),
        provider_type: text("providerType")?.to_owned(),
        sub_type: None,
        config: Config::new(),
        secrets: Config::new(),
    };
    if shape::entry(&draft).is_none() {
        let why = "Invalid provider type or no such provider";
        return Err(AdminError::error(400, why));
    }
    shape::apply(&mut draft, &sent)?;
    check::all(&mut draft)?;
    check::profile(&admin, &draft)?;
    let made = keys::make(&admin, &draft).await?;
    let (actor, grants) = (admin.actor.clone(), admin.grants());
    let id = admin
        .write(move |cx| {
            let mut draft = draft.clone();
            if draft.id.as_str().is_empty() {
                draft.id = ComponentId::new(cx.new_id());
            }
            check::references(cx, &draft)?;
            check::gifts(cx, &draft, &grants)?;
            grants.check_key(cx, None, &draft)?;
            check::directory(cx, &draft, &grants)?;
            if let Some(made) = &made {
                keys::fill(&mut draft, made.clone());
            }
            // A realm has one profile, and the one that was sent last counts.
            if draft.provider_type == user_profile::PROVIDER_TYPE {
                user_profile::reset(cx)?;
            }
            if !component::insert(cx, &draft)? {
                let why = "Duplicate resource error";
                return Err(AdminError::described(409, "conflict", why).undoing());
            }
            if draft.provider_id == "ldap" && draft.provider_type == FEDERATION {
                for mapper in first_mappers(cx, &draft) {
                    component::insert(cx, &mapper)?;
                }
            }
            kerberos::switch_on(cx, &draft)?;
            let path = format!("components/{}", draft.id);
            audit::record(cx, &actor, audit::CREATE, "COMPONENT", path)?;
            Ok(draft.id)
        })
        .await?;
    Ok(admin.created("components", id.as_str()))
}

async fn update(admin: Admin, path: Path<(String, String)>, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let id = path.into_inner().1;
    let sent = read::object(&body, "ComponentRepresentation", shape::API_FIELDS)?;
    let wanted = id.clone();
    let before = admin.read(move |cx| found(cx, &wanted)).await?;
    let mut after = before.clone();
    shape::apply(&mut after, &sent)?;
    check::all(&mut after)?;
    check::profile(&admin, &after)?;
    // A key of another size or algorithm is another key.
    let made = if keys::is_same(&before, &after)? {
        None
    } else {
        keys::make(&admin, &after).await?
    };
    let (actor, grants) = (admin.actor.clone(), admin.grants());
    admin
        .write(move |cx| {
            let before = found(cx, &id)?;
            let mut after = before.clone();
            shape::apply(&mut after, &sent)?;
            check::all(&mut after)?;
            check::references(cx, &after)?;
            check::gifts(cx, &after, &grants)?;
            grants.check_key(cx, Some(&before), &after)?;
            check::directory(cx, &before, &grants)?;
            check::directory(cx, &after, &grants)?;
            if let Some(made) = &made {
                keys::fill(&mut after, made.clone());
            }
            component::update(cx, &after)?;
            kerberos::switch_on(cx, &after)?;
            let path = format!("components/{id}");
            audit::record(cx, &actor, audit::UPDATE, "COMPONENT", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn remove(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let id = path.into_inner().1;
    let (actor, grants) = (admin.actor.clone(), admin.grants());
    admin
        .write(move |cx| {
            let gone = found(cx, &id)?;
            check::directory(cx, &gone, &grants)?;
            component::remove(cx, &gone.id)?;
            adopt::forget(cx, &gone)?;
            // What belongs to a component goes with it.
            for one in component::list(cx, None)? {
                if one.parent_id == id {
                    component::remove(cx, &one.id)?;
                }
            }
            let path = format!("components/{id}");
            audit::record(cx, &actor, audit::DELETE, "COMPONENT", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn types(admin: Admin, path: Path<(String, String)>, params: Params) -> Answer {
    admin.check(VIEW)?;
    let id = path.into_inner().1;
    let parent = admin
        .read(move |cx| Ok(component::find(cx, &ComponentId::new(id.clone()))?))
        .await?;
    if parent.is_none() {
        return Err(AdminError::error(404, "Could not find parent component"));
    }
    let family = params.get("type");
    let family = family.ok_or_else(|| AdminError::error(400, "must specify a subtype"))?;
    let shown: Vec<Value> = catalog::components(family).map(show_type).collect();
    Ok(HttpResponse::Ok().json(shown))
}

fn show_type(entry: &catalog::Entry) -> Value {
    json!({
        "id": entry.id,
        "helpText": entry.description,
        "properties": entry.show_properties(),
        "metadata": entry.metadata,
    })
}

/// The kinds of client registration policies, with what this realm offers to choose from.
async fn policies(admin: Admin) -> Answer {
    admin.check(VIEW)?;
    let scopes: Vec<&str> = admin
        .realm
        .scopes
        .iter()
        .map(|scope| scope.name.as_str())
        .collect();
    let mut shown = Vec::new();
    for entry in catalog::components(check::REGISTRATION) {
        let mut one = show_type(entry);
        let properties = one.get_mut("properties").and_then(Value::as_array_mut);
        for property in properties.into_iter().flatten() {
            let is_scopes = property.get("name") == Some(&json!("allowed-client-scopes"));
            if is_scopes {
                read::set(property, "options", json!(scopes));
            }
        }
        shown.push(one);
    }
    Ok(HttpResponse::Ok().json(shown))
}
