//! Protocol mappers of clients and of client scopes.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use cloakroom_keycloak::{mapper as shape, read, server_info};
use cloakroom_model::Cx;
use cloakroom_model::client::Settings;
use cloakroom_model::id::MapperId;
use cloakroom_model::mapper::{self, Mapper};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::Value;

use super::client_scopes::found as scope_found;
use super::clients::{MANAGE, VIEW, found_by as client_found_by, found_for_change};
use super::{Answer, Names, no_content};
use crate::access::{Admin, Grants};
use crate::audit;
use crate::error::{AdminError, Result};

/// A mapper that puts a role into tokens whoever the user is.
const HARDCODED_ROLE: &str = "oidc-hardcoded-role-mapper";
/// A mapper that shows a role under the name of another one.
const ROLE_NAME: &str = "oidc-role-name-mapper";
/// A mapper that gives each sector of clients a subject of its own.
const PAIRWISE: &str = "oidc-sha256-pairwise-sub-mapper";
/// What such a mapper mixes into subjects.
const SALT: &str = "pairwiseSubAlgorithmSalt";

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    for owner in [
        "clients/{client}",
        "client-scopes/{scope}",
        "client-templates/{scope}",
    ] {
        let base = format!("/admin/realms/{{realm}}/{owner}/protocol-mappers");
        let all = web::resource(format!("{base}/models"))
            .route(web::get().to(list))
            .route(web::post().to(create));
        let one = web::resource(format!("{base}/models/{{mapper}}"))
            .route(web::get().to(find_one))
            .route(web::put().to(update))
            .route(web::delete().to(remove));
        cfg.service(all).service(one);
        cfg.route(&format!("{base}/add-models"), web::post().to(create_all));
        cfg.route(
            &format!("{base}/protocol/{{protocol}}"),
            web::get().to(list),
        );
    }
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

/// The client or the client scope that the address names.
struct Owner {
    id: String,
    /// Where it is below the realm.
    place: String,
    /// The settings of a client.
    settings: Settings,
}

impl Owner {
    fn of(cx: &mut Cx<'_>, path: &Names, grants: &Grants, changes: bool) -> Result<Self> {
        if let Some(id) = path.get("client") {
            let client = match changes {
                true => found_for_change(cx, id, grants)?,
                false => client_found_by(cx, id, &grants.sway(VIEW), "view")?,
            };
            return Ok(Self {
                id: client.id.as_str().to_owned(),
                place: format!("clients/{id}"),
                settings: client.settings,
            });
        }
        let id = path.part("scope");
        Ok(Self {
            id: scope_found(cx, id)?.id.as_str().to_owned(),
            place: format!("client-scopes/{id}"),
            settings: Settings::default(),
        })
    }
}

fn found(cx: &mut Cx<'_>, owner: &Owner, path: &Names) -> Result<Mapper> {
    let id = path.part("mapper");
    let all = mapper::list_of_owner(cx, &owner.id)?;
    let found = all.into_iter().find(|one| one.id.as_str() == id);
    found.ok_or_else(|| AdminError::error(404, "Model not found"))
}

async fn list(admin: Admin, path: Names) -> Answer {
    let grants = enter(&admin, &path, VIEW)?;
    let body = admin
        .read(move |cx| {
            let owner = Owner::of(cx, &path, &grants, false)?;
            let protocol = path.get("protocol");
            let all = mapper::list_of_owner(cx, &owner.id)?;
            let wanted = |one: &&Mapper| protocol.is_none_or(|protocol| &one.protocol == protocol);
            Ok(all
                .iter()
                .filter(wanted)
                .map(shape::show)
                .collect::<Vec<Value>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

/// Refuses a mapper of an unknown kind, without a name or a protocol, one whose settings make no sense, and one
/// that puts a right into tokens that the caller has not.
pub(crate) fn check(
    cx: &mut Cx<'_>,
    mapper: &Mapper,
    settings: &Settings,
    grants: &Grants,
) -> Result<()> {
    let known = ["oidc-", "saml-", "docker-v2-", "oid4vc-"];
    if !known.iter().any(|start| mapper.mapper.starts_with(start)) {
        return Err(AdminError::error(404, "ProtocolMapper provider not found"));
    }
    if mapper.name.is_empty() || mapper.protocol.is_empty() {
        return Err(AdminError::described(
            409,
            "conflict",
            "Duplicate resource error",
        ));
    }
    match mapper.mapper.as_str() {
        HARDCODED_ROLE => grants.check_named(cx, mapper.text("role").unwrap_or_default()),
        ROLE_NAME => grants.check_named(cx, mapper.text("new.role.name").unwrap_or_default()),
        PAIRWISE => check_sector(mapper, settings),
        _ => Ok(()),
    }
}

/// OpenID Connect Core §8.1: the subject of a sector that several hosts share needs its address.
fn check_sector(mapper: &Mapper, settings: &Settings) -> Result<()> {
    let invalid = |why: &str| Err(AdminError::described(400, "invalid_input", why));
    if let Some(uri) = mapper.text("sectorIdentifierUri") {
        return match host_of(uri) {
            Some(_) => Ok(()),
            None => invalid("Malformed Sector Identifier URI."),
        };
    }
    let hosts: std::collections::BTreeSet<&str> = settings
        .redirect_uris
        .iter()
        .filter_map(|uri| host_of(uri))
        .collect();
    if hosts.len() > 1 {
        return invalid(
            "Without a configured Sector Identifier URI, client redirect URIs must not contain \
             multiple host components.",
        );
    }
    Ok(())
}

fn host_of(uri: &str) -> Option<&str> {
    let (scheme, rest) = uri.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    (["http", "https"].contains(&scheme) && !host.is_empty()).then_some(host)
}

pub(crate) fn taken() -> AdminError {
    AdminError::message(409, "Protocol mapper exists with same name")
}

/// One of several mappers has a name that is there.
fn twice() -> AdminError {
    let why = "Protocol mapper name must be unique per protocol";
    AdminError::described(409, "conflict", why)
}

/// Refuses a mapper of a kind that is not there.
fn check_kind(mapper: &Mapper) -> Result<()> {
    if server_info::is_protocol_mapper(&mapper.mapper) {
        return Ok(());
    }
    Err(AdminError::error(404, "ProtocolMapper provider not found"))
}

/// Gives a mapper for pairwise subjects a salt, if it has none: without one, subjects could be guessed.
fn salt(cx: &mut Cx<'_>, mapper: &mut Mapper) {
    if mapper.mapper == PAIRWISE && mapper.text(SALT).is_none_or(str::is_empty) {
        let salt = cx.new_id();
        mapper.config.insert(SALT.to_owned(), salt);
    }
}

fn insert(
    cx: &mut Cx<'_>,
    owner: &Owner,
    sent: &read::Object,
    (grants, taken): (&Grants, fn() -> AdminError),
) -> Result<MapperId> {
    let given = read::id(sent, "id")?.map(str::to_owned);
    let id = MapperId::new(given.unwrap_or_else(|| cx.new_id()));
    let mut made = shape::from_sent(&owner.id, id, sent)?;
    check_kind(&made)?;
    salt(cx, &mut made);
    check(cx, &made, &owner.settings, grants)?;
    if !mapper::insert(cx, &made)? {
        return Err(taken());
    }
    Ok(made.id)
}

async fn create(admin: Admin, path: Names, body: Bytes) -> Answer {
    let grants = enter(&admin, &path, MANAGE)?;
    let sent = read::object(&body, "ProtocolMapperRepresentation", shape::FIELDS)?;
    let actor = admin.actor.clone();
    let (place, id) = admin
        .write(move |cx| {
            let owner = Owner::of(cx, &path, &grants, true)?;
            let id = insert(cx, &owner, &sent, (&grants, taken))?;
            let place = format!("{}/protocol-mappers/models", owner.place);
            let at = format!("{place}/{id}");
            audit::record(cx, &actor, audit::CREATE, "PROTOCOL_MAPPER", &at)?;
            Ok((place, id))
        })
        .await?;
    let at = admin.address(&place, id.as_str());
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, at))
        .finish())
}

async fn create_all(admin: Admin, path: Names, body: Bytes) -> Answer {
    let grants = enter(&admin, &path, MANAGE)?;
    let sent = read::list(&body)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let owner = Owner::of(cx, &path, &grants, true)?;
            for one in &sent {
                let id = insert(cx, &owner, one, (&grants, twice)).map_err(AdminError::undoing)?;
                let place = format!("{}/protocol-mappers/models/{id}", owner.place);
                audit::record(cx, &actor, audit::CREATE, "PROTOCOL_MAPPER", place)?;
            }
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn find_one(admin: Admin, path: Names) -> Answer {
    let grants = enter(&admin, &path, VIEW)?;
    let body = admin
        .read(move |cx| {
            let owner = Owner::of(cx, &path, &grants, false)?;
            Ok(shape::show(&found(cx, &owner, &path)?))
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn update(admin: Admin, path: Names, body: Bytes) -> Answer {
    let grants = enter(&admin, &path, MANAGE)?;
    let sent = read::object(&body, "ProtocolMapperRepresentation", shape::FIELDS)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let owner = Owner::of(cx, &path, &grants, true)?;
            let before = found(cx, &owner, &path)?;
            let mut changed = shape::from_sent(&owner.id, before.id, &sent)?;
            check_kind(&changed)?;
            // A mapper keeps its name, its protocol, and the salt that subjects were made with.
            changed.name = before.name;
            changed.protocol = before.protocol;
            if changed.mapper == before.mapper
                && let Some(salt) = before.config.get(SALT)
                && changed.text(SALT).is_none_or(str::is_empty)
            {
                changed.config.insert(SALT.to_owned(), salt.clone());
            }
            salt(cx, &mut changed);
            check(cx, &changed, &owner.settings, &grants)?;
            mapper::update(cx, &changed)?;
            let place = format!("{}/protocol-mappers/models/{}", owner.place, changed.id);
            audit::record(cx, &actor, audit::UPDATE, "PROTOCOL_MAPPER", place)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn remove(admin: Admin, path: Names) -> Answer {
    let grants = enter(&admin, &path, MANAGE)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let owner = Owner::of(cx, &path, &grants, true)?;
            let one = found(cx, &owner, &path)?;
            mapper::remove(cx, &owner.id, &one.id)?;
            let place = format!("{}/protocol-mappers/models/{}", owner.place, one.id);
            audit::record(cx, &actor, audit::DELETE, "PROTOCOL_MAPPER", place)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}
