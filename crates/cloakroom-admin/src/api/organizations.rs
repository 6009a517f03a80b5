//! `/admin/realms/{realm}/organizations`: firms whose people are users of the realm.

pub(in crate::api) mod groups;
mod identity_providers;
mod invitations;
pub(in crate::api) mod members;

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use cloakroom_keycloak::{organization as shape, read};
use cloakroom_model::authorization::delegation::{self, Kind as Of};
use cloakroom_model::id::OrganizationId;
use cloakroom_model::organization::{self, Details, Organization};
use cloakroom_model::{Cx, identity_provider};
use cloakroom_web::web::{self, Bytes, Path, ServiceConfig};
use serde_json::Value;

use super::{Answer, Params, is_on, no_content};
use crate::access::{Actor, Admin, Sway};
use crate::audit;
use crate::error::{AdminError, Result};
use crate::names;

pub(in crate::api) const MANAGE: &[&str] = &["manage-organizations", "manage-realm"];
pub(in crate::api) const VIEW: &[&str] =
    &["view-organizations", "manage-organizations", "manage-realm"];
const QUERY: &[&str] = &[
    "query-organizations",
    "view-organizations",
    "manage-organizations",
    "manage-realm",
];

const BASE: &str = "/admin/realms/{realm}/organizations";

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.route(&format!("{BASE}/count"), web::get().to(count));
    // Its fixed names come before the ids of members.
    invitations::configure(cfg);
    groups::configure(cfg);
    members::configure(cfg);
    identity_providers::configure(cfg);
    let all = web::resource(BASE)
        .route(web::get().to(list))
        .route(web::post().to(create));
    let one = web::resource(format!("{BASE}/{{organization}}"))
        .route(web::get().to(find_one))
        .route(web::put().to(update))
        .route(web::delete().to(remove));
    cfg.service(all).service(one);
}

/// A realm has organizations only if it says so.
fn check_on(cx: &Cx<'_>) -> Result<()> {
    if organization::is_on(cx) {
        return Ok(());
    }
    let why = "Organizations not enabled for this realm.";
    Err(AdminError::message(404, why))
}

/// The organization with this id, if the caller may do this with it.
pub(in crate::api) fn found_by(
    cx: &mut Cx<'_>,
    id: &str,
    sway: &Sway,
    scope: &str,
) -> Result<Organization> {
    check_on(cx)?;
    sway.check(cx, Of::Organizations, id, scope)?;
    found(cx, id)
}

/// The organization with this id, or Keycloak's text for none.
fn found(cx: &mut Cx<'_>, id: &str) -> Result<Organization> {
    check_on(cx)?;
    let found = organization::find(cx, &OrganizationId::new(id))?;
    found.ok_or_else(|| AdminError::message(404, "Organization not found."))
}

/// Who may ask for organizations at all: by a right, or by a permission over each of them.
fn check_query(cx: &mut Cx<'_>, may_ask: bool, views: &Sway) -> Result<()> {
    match may_ask {
        true => Ok(()),
        false => views.check_all(cx, Of::Organizations, "view"),
    }
}

/// Leaves those that the caller may see.
fn seen(cx: &mut Cx<'_>, all: &mut Vec<Organization>, views: &Sway) -> Result<()> {
    let Some(only) = views.open(cx)?.only(cx, Of::Organizations, "view")? else {
        return Ok(());
    };
    all.retain(|one| only.says(one.id.as_str()) == Some(true));
    Ok(())
}

/// The organizations that a query asks for.
fn wanted(all: Vec<Organization>, params: &Params) -> Vec<Organization> {
    let search = params.get("search").map(|text| text.to_lowercase());
    let exact = is_on(params, "exact");
    let attributes: Vec<(String, String)> = params
        .get("q")
        .into_iter()
        .flat_map(|text| text.split_whitespace())
        .filter_map(|pair| pair.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let fits = |one: &Organization| {
        let text = search.as_ref().is_none_or(|text| {
            let mut names =
                std::iter::once(one.name.to_lowercase()).chain(one.domains.keys().cloned());
            names.any(|name| {
                if exact {
                    &name == text
                } else {
                    name.contains(text)
                }
            })
        });
        let has = |(name, value): &(String, String)| {
            let values = one.details.attributes.get(name);
            values.is_some_and(|values| values.contains(value))
        };
        text && attributes.iter().all(has)
    };
    all.into_iter().filter(|one| fits(one)).collect()
}

async fn list(admin: Admin, params: Params) -> Answer {
    let (may_ask, views) = (admin.may(QUERY), admin.sway(VIEW));
    let (first, max) = super::page(&params, 10)?;
    let query = params.clone();
    let all = admin
        .read(move |cx| {
            check_query(cx, may_ask, &views)?;
            check_on(cx)?;
            let mut all = organization::list(cx)?;
            if let Some(alias) = query.get("identityProvider") {
                let provider = identity_provider::find(cx, alias)?;
                let of = provider.and_then(|one| one.settings.organization_id);
                all.retain(|one| Some(one.id.as_str()) == of.as_deref());
            }
            seen(cx, &mut all, &views)?;
            Ok(wanted(all, &query))
        })
        .await?;
    let brief = params
        .get("briefRepresentation")
        .is_none_or(|text| text != "false");
    let (first, max) = (usize::try_from(first), usize::try_from(max));
    let page = all
        .iter()
        .skip(first.unwrap_or(0))
        .take(max.unwrap_or(usize::MAX));
    let shown: Vec<Value> = page.map(|one| shape::show(one, brief)).collect();
    Ok(HttpResponse::Ok().json(shown))
}

async fn count(admin: Admin, params: Params) -> Answer {
    let (may_ask, views) = (admin.may(QUERY), admin.sway(VIEW));
    let all = admin
        .read(move |cx| {
            check_query(cx, may_ask, &views)?;
            check_on(cx)?;
            let mut all = organization::list(cx)?;
            seen(cx, &mut all, &views)?;
            Ok(all)
        })
        .await?;
    Ok(HttpResponse::Ok().json(wanted(all, &params).len()))
}

async fn find_one(admin: Admin, path: Path<(String, String)>) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let id = path.into_inner().1;
    let one = admin
        .read(move |cx| found_by(cx, &id, &views, "view"))
        .await?;
    Ok(HttpResponse::Ok().json(shape::show(&one, false)))
}

fn record(cx: &mut Cx<'_>, actor: &Actor, what: &'static str, id: &OrganizationId) -> Result<()> {
    let path = format!("organizations/{id}");
    Ok(audit::record(cx, actor, what, "ORGANIZATION", path)?)
}

async fn create(admin: Admin, body: Bytes) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let sent = read::object(&body, "OrganizationRepresentation", shape::FIELDS)?;
    let actor = admin.actor.clone();
    let id = admin
        .write(move |cx| {
            check_on(cx)?;
            manages.check_all(cx, Of::Organizations, "manage")?;
            let mut made = Organization {
                id: OrganizationId::new(cx.new_id()),
                name: String::new(),
                alias: String::new(),
                enabled: true,
                details: Details::default(),
                domains: BTreeMap::new(),
            };
            shape::apply(&mut made, &sent)?;
            made.alias = match read::text(&sent, "alias")?.filter(|alias| !alias.is_empty()) {
                Some(alias) => {
                    names::check_without_space(alias)?;
                    alias.to_owned()
                }
                None => made.name.clone(),
            };
            check(cx, &made)?;
            if let Some(why) = names::refusal_without_space(&made.alias) {
                let why = format!("Name cannot be used as alias: {why}");
                return Err(AdminError::message(400, why));
            }
            if !organization::insert(cx, &made)? {
                return Err(AdminError::described(
                    409,
                    "conflict",
                    "Duplicate resource error",
                ));
            }
            record(cx, &actor, audit::CREATE, &made.id)?;
            Ok(made.id)
        })
        .await?;
    Ok(admin.created("organizations", id.as_str()))
}

/// A name and domains that are free, and addresses that are ones.
fn check(cx: &mut Cx<'_>, one: &Organization) -> Result<()> {
    let refuse = |status, why: String| Err(AdminError::message(status, why));
    if one.name.trim().is_empty() {
        return refuse(400, "Name can not be null".to_owned());
    }
    let others = organization::list(cx)?;
    let mut others = others.iter().filter(|other| other.id != one.id);
    if others.clone().any(|other| other.name == one.name) {
        return refuse(
            409,
            "A organization with the same name already exists.".to_owned(),
        );
    }
    if others.any(|other| other.alias == one.alias) {
        return refuse(
            409,
            "A organization with the same alias already exists".to_owned(),
        );
    }
    for name in one.domains.keys() {
        if !is_domain(name) {
            return refuse(400, format!("Invalid domain format: {name}"));
        }
        if let Some((id, other)) = organization::find_by_domain(cx, name)?
            && id != one.id
        {
            let realm = &cx.realm.name;
            return refuse(
                400,
                format!("Domain {name} is already linked to organization {other} in realm {realm}"),
            );
        }
    }
    let url = one.details.redirect_url.as_deref().unwrap_or_default();
    let is_url = ["http://", "https://"]
        .iter()
        .any(|scheme| url.starts_with(scheme));
    if !url.is_empty() && (!is_url || url.chars().any(char::is_whitespace)) {
        return refuse(400, "Organization redirect URL is not valid.".to_owned());
    }
    Ok(())
}

/// Labels of letters, digits and hyphens; `*.` before them stands for all below.
fn is_domain(name: &str) -> bool {
    let name = name.strip_prefix("*.").unwrap_or(name);
    let is_label = |label: &str| {
        (1..=63).contains(&label.chars().count())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

async fn update(admin: Admin, path: Path<(String, String)>, body: Bytes) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let id = path.into_inner().1;
    let sent = read::object(&body, "OrganizationRepresentation", shape::FIELDS)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let mut one = found_by(cx, &id, &manages, "manage")?;
            if read::text(&sent, "alias")?.is_some_and(|alias| alias != one.alias) {
                return Err(AdminError::message(400, "Cannot change the alias"));
            }
            shape::apply(&mut one, &sent)?;
            check(cx, &one)?;
            organization::update(cx, &one)?;
            record(cx, &actor, audit::UPDATE, &one.id)
        })
        .await?;
    Ok(no_content())
}

async fn remove(admin: Admin, path: Path<(String, String)>) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let (id, actor) = (path.into_inner().1, admin.actor.clone());
    admin
        .write(move |cx| {
            let one = found_by(cx, &id, &manages, "manage")?;
            for mut provider in identity_providers::linked(cx, &one.id)? {
                provider.settings.organization_id = None;
                provider.settings.organization_link = None;
                identity_provider::update(cx, &provider)?;
            }
            organization::remove(cx, &one.id)?;
            delegation::forget(cx, one.id.as_str())?;
            record(cx, &actor, audit::DELETE, &one.id)
        })
        .await?;
    Ok(no_content())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_made_of_labels() {
        for (name, expected) in [
            ("acme.example", true),
            ("*.acme.example", true),
            ("localhost", true),
            ("bücher.example", true),
            ("", false),
            ("bad domain", false),
            ("-acme.example", false),
            ("acme..example", false),
            ("a*.example", false),
        ] {
            assert_eq!(is_domain(name), expected, "{name}");
        }
    }
}
