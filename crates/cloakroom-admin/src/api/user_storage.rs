//! `/admin/realms/{realm}/user-storage`: what is done with a federation provider and its people.

use actix_web::HttpResponse;
use cloakroom_federation::directory::line::Line;
use cloakroom_federation::directory::mapper::Configured;
use cloakroom_federation::directory::{self, Directory, EditMode, assign, membership, take_in};
use cloakroom_keycloak::component::FEDERATION;
use cloakroom_keycloak::read;
use cloakroom_model::component::Component;
use cloakroom_model::user::directory as link;
use cloakroom_model::{Cx, Fault};
use cloakroom_web::web::{self, Bytes, Path, ServiceConfig};
use serde_json::{Value, json};

use super::components::found;
use super::{Answer, Names, Params, is_on, no_content};
use crate::access::Admin;
use crate::audit;
use crate::directories::{self, Kind, Trial, Wish};
use crate::error::{AdminError, Result};
use crate::jobs::Asker;

const VIEW: &[&str] = &["view-users", "manage-users"];
const MANAGE: &[&str] = &["manage-users"];

/// What a trial of a directory may say.
const TRIAL: [&str; 10] = [
    "action",
    "connectionUrl",
    "bindDn",
    "bindCredential",
    "useTruststoreSpi",
    "connectionTimeout",
    "componentId",
    "startTls",
    "authType",
    "referral",
];

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let realm = "/admin/realms/{realm}";
    let one = format!("{realm}/user-storage/{{provider}}");
    cfg.route(&format!("{one}/name"), web::get().to(name));
    cfg.route(&format!("{one}/sync"), web::post().to(sync));
    cfg.route(
        &format!("{one}/mappers/{{mapper}}/sync"),
        web::post().to(sync_mapper),
    );
    cfg.route(
        &format!("{one}/remove-imported-users"),
        web::post().to(remove_people),
    );
    cfg.route(&format!("{one}/unlink-users"), web::post().to(unlink));
    cfg.route(&format!("{realm}/testLDAPConnection"), web::post().to(test));
    cfg.route(
        &format!("{realm}/ldap-server-capabilities"),
        web::post().to(capabilities),
    );
}

fn provider(cx: &mut Cx<'_>, id: &str) -> Result<Component> {
    let one = found(cx, id)?;
    if one.provider_type == FEDERATION {
        return Ok(one);
    }
    Err(AdminError::error(404, "Could not find component"))
}

async fn name(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let id = path.into_inner().1;
    let one = admin.read(move |cx| provider(cx, &id)).await?;
    Ok(HttpResponse::Ok().json(json!({"id": one.id, "name": one.name})))
}

/// The directory of an address; `None` for a federation provider of another kind.
async fn home(admin: &Admin, id: String) -> Result<Option<Directory>> {
    admin
        .read(move |cx| {
            let one = provider(cx, &id)?;
            Ok(directory::find(cx, &one.id)?)
        })
        .await
}

/// Takes over people. `preview=true` only counts, and `removeMany=true` agrees that more than a tenth go.
async fn sync(admin: Admin, path: Path<(String, String)>, params: Params) -> Answer {
    admin.check(MANAGE)?;
    let id = path.into_inner().1;
    let found = home(&admin, id.clone()).await?;
    let action = params.get("action").map(String::as_str);
    let kind = match action {
        None | Some("") => return Err(AdminError::error(400, "Missing action")),
        Some("triggerFullSync") => Kind::Full,
        Some("triggerChangedUsersSync") => Kind::Changed,
        Some(other) => return Err(AdminError::error(400, format!("Unknown action: {other}"))),
    };
    let Some(directory) = found else {
        return Err(AdminError::error(
            400,
            "The provider has no users to take over",
        ));
    };
    let actor = serde_json::to_string(&Asker::of(&admin)).map_err(Fault::from)?;
    let wish = Wish {
        kind,
        is_preview: is_on(&params, "preview"),
        may_remove_many: is_on(&params, "removeMany"),
        actor,
        again: 0,
    };
    let (app, realm) = (admin.app.clone(), admin.realm.clone());
    // It goes on when whoever asked does not wait for the answer.
    let running =
        actix_web::rt::spawn(async move { directories::run(&app, &realm, &directory, wish).await });
    let tally = running.await.map_err(Fault::corrupt)??;
    let (actor, shown) = (admin.actor.clone(), tally.show());
    let about = shown.to_string();
    admin
        .write(move |cx| {
            let place = format!("user-storage/{id}/sync");
            let what = (audit::ACTION, "COMPONENT");
            audit::record_with(cx, &actor, what, &place, Some(about.clone()))?;
            Ok(())
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// Takes over the groups or roles of a mapper.
async fn sync_mapper(admin: Admin, path: Names, params: Params) -> Answer {
    admin.check(MANAGE)?;
    let (provider_id, mapper_id) = (
        path.part("provider").to_owned(),
        path.part("mapper").to_owned(),
    );
    let wanted = mapper_id.clone();
    let found = admin
        .read(move |cx| {
            let provider = provider(cx, &provider_id)?;
            let mapper = found(cx, &wanted).ok();
            if mapper.is_none_or(|one| one.parent_id != provider.id.as_str()) {
                return Err(AdminError::error(404, "Mapper model not found"));
            }
            Ok(directory::find(cx, &provider.id)?)
        })
        .await?;
    let own = found.and_then(|one| {
        let own = one
            .mappers
            .iter()
            .find(|own| own.id == mapper_id)
            .cloned()?;
        Some((one, own))
    });
    let direction = params.get("direction").map_or("", String::as_str);
    let is_inwards = direction == "fedToKeycloak";
    let is_outwards = direction == "keycloakToFed";
    let is_shelf = |own: &Configured| [membership::GROUP, membership::ROLE].contains(&&*own.kind);
    let done = match own {
        Some((home, own)) if is_inwards && is_shelf(&own) => take_in_all(&admin, &home, &own).await,
        Some((home, own)) if is_outwards && is_written(&home, &own) => {
            give_out_all(&admin, &home, &own).await
        }
        // The others have nothing to take over, or may not be written.
        _ => Ok(
            json!({"ignored": false, "added": 0, "updated": 0, "removed": 0, "failed": 0, "status": ""}),
        ),
    };
    Ok(HttpResponse::Ok().json(done?))
}

/// Takes over all groups or roles of a mapper. A directory that does not answer is no fault of ours: the answer says so.
async fn take_in_all(admin: &Admin, home: &Directory, own: &Configured) -> Result<Value> {
    let (mut added, mut known, mut failed) = (0, 0, 0);
    let mut problem = None;
    let mut cookie = Vec::new();
    let mut line = match Line::open_to_search(home, &*admin.app.outbound).await {
        Ok(line) => Some(line),
        Err(why) => {
            problem = Some(why);
            None
        }
    };
    while let Some(open) = &mut line {
        match membership::page(own, home.page(), cookie, open).await {
            Ok((paths, next)) => {
                let own = own.clone();
                let some = admin
                    .write(move |cx| Ok(take_in(cx, &own, &paths)?))
                    .await?;
                (added, known, failed) = (added + some.0, known + some.1, failed + some.2);
                if next.is_empty() {
                    break;
                }
                cookie = next;
            }
            Err(why) => {
                problem = Some(why);
                break;
            }
        }
    }
    let what = match own.kind == membership::GROUP {
        true => "groups",
        false => "roles",
    };
    let mut status = format!("{added} imported {what}, {known} updated {what}, 0 removed {what}");
    if let Some(problem) = problem {
        status.push_str(&format!(". {}: {problem}", home.name));
    }
    Ok(json!({
        "ignored": false, "added": added, "updated": known, "removed": 0, "failed": failed, "status": status,
    }))
}

/// The mapper's groups or roles are in the directory alone, which may be written.
fn is_written(home: &Directory, own: &Configured) -> bool {
    let is_shelf = [membership::GROUP, membership::ROLE].contains(&&*own.kind);
    let is_there = own.text("mode") == Some("LDAP_ONLY");
    is_shelf && is_there && home.edit_mode == EditMode::Writable
}

/// Makes the groups or roles of a mapper that the directory has not.
async fn give_out_all(admin: &Admin, home: &Directory, own: &Configured) -> Result<Value> {
    let mapper = own.clone();
    let names = admin
        .read(move |cx| Ok(assign::names(cx, &mapper)?))
        .await?;
    let mut line = Line::open_to_search(home, &*admin.app.outbound).await?;
    let (added, known) = membership::export(own, &names, &mut line).await?;
    let what = match own.kind == membership::GROUP {
        true => format!(
            "{added} groups imported to LDAP, {known} groups updated to LDAP, 0 groups removed from LDAP"
        ),
        false => format!("{added} roles imported to LDAP, {known} roles already exists in LDAP"),
    };
    Ok(json!({
        "ignored": false, "added": added, "updated": known, "removed": 0, "failed": 0, "status": what,
    }))
}

/// Removes the people who come from a provider, with all that is theirs.
async fn remove_people(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let (id, actor) = (path.into_inner().1, admin.actor.clone());
    admin
        .write(move |cx| {
            let one = provider(cx, &id)?;
            link::remove_all(cx, &one.id)?;
            let place = format!("user-storage/{id}/remove-imported-users");
            audit::record(cx, &actor, audit::ACTION, "COMPONENT", place)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

/// Makes the people who come from a provider the realm's own. They stay who they are.
async fn unlink(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let (id, actor) = (path.into_inner().1, admin.actor.clone());
    admin
        .write(move |cx| {
            let one = provider(cx, &id)?;
            link::unlink_all(cx, &one.id)?;
            let place = format!("user-storage/{id}/unlink-users");
            audit::record(cx, &actor, audit::ACTION, "COMPONENT", place)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn test(admin: Admin, body: Bytes) -> Answer {
    admin.check(&["manage-realm"])?;
    let sent = read::object(&body, "TestLdapConnectionRepresentation", &TRIAL)?;
    let trial = match read::text(&sent, "action")?.unwrap_or_default() {
        "testConnection" => Trial::Connect,
        "testAuthentication" => Trial::Bind,
        _ => return Err(AdminError::message(400, "NamingError")),
    };
    directories::connect(&admin, &sent, trial).await?;
    Ok(no_content())
}

async fn capabilities(admin: Admin, body: Bytes) -> Answer {
    admin.check(&["manage-realm"])?;
    let sent = read::object(&body, "TestLdapConnectionRepresentation", &TRIAL)?;
    // Keycloak says nothing about another action.
    let all = match read::text(&sent, "action")? {
        Some("queryServerCapabilities") => directories::capabilities(&admin, &sent).await?,
        _ => Vec::new(),
    };
    Ok(HttpResponse::Ok().json(all))
}
