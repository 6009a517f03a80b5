//! `/admin/realms/{realm}/workflows`: what happens when something else does. They are stored so far,
//! and read and shown as JSON alone.

use actix_web::HttpResponse;
use cloakroom_keycloak::read;
use cloakroom_keycloak::workflow::{self as shape, Unfit};
use cloakroom_model::id::{ClientUuid, UserId};
use cloakroom_model::workflow::{self, Workflow};
use cloakroom_model::{Cx, client, user};
use cloakroom_web::web::{self, Bytes, Path, ServiceConfig};
use serde_json::{Value, json};

use super::{Answer, Names, Params, is_on, no_content, page};
use crate::access::Admin;
use crate::audit;
use crate::error::{AdminError, Result};

const VIEW: &[&str] = &["view-realm", "manage-realm"];
const MANAGE: &[&str] = &["manage-realm"];

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let base = "/admin/realms/{realm}/workflows";
    let all = web::resource(base)
        .route(web::get().to(list))
        .route(web::post().to(create));
    cfg.route(
        &format!("{base}/scheduled/{{resource}}"),
        web::get().to(scheduled),
    );
    cfg.route(&format!("{base}/migrate"), web::post().to(migrate));
    let one = format!("{base}/{{workflow}}");
    for action in ["activate", "deactivate"] {
        let path = format!("{one}/{action}/{{type}}/{{resource}}");
        cfg.route(&path, web::post().to(run));
    }
    let one = web::resource(one)
        .route(web::get().to(find_one))
        .route(web::put().to(update))
        .route(web::delete().to(remove));
    cfg.service(all).service(one);
}

impl From<Unfit> for AdminError {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Unreadable(unreadable) => unreadable.into(),
            other => Self::message(400, other.to_string()),
        }
    }
}

fn found(cx: &mut Cx<'_>, id: &str) -> Result<Workflow> {
    let found = workflow::find(cx, id)?;
    found.ok_or_else(|| AdminError::error(400, format!("Not a valid workflow resource: {id}")))
}

async fn list(admin: Admin, params: Params) -> Answer {
    admin.check(VIEW)?;
    let (first, max) = page(&params, i64::from(i32::MAX))?;
    let all = admin.read(|cx| Ok(workflow::list(cx)?)).await?;
    let search = params.get("search").map(|text| text.to_lowercase());
    let exact = is_on(&params, "exact");
    let fits = |one: &&Workflow| {
        let name = one.name.to_lowercase();
        search.as_ref().is_none_or(|text| {
            if exact {
                &name == text
            } else {
                name.contains(text)
            }
        })
    };
    let shown: Vec<Value> = all
        .iter()
        .filter(fits)
        .skip(usize::try_from(first).unwrap_or(0))
        .take(usize::try_from(max).unwrap_or(usize::MAX))
        .map(|one| shape::show(one, true))
        .collect();
    Ok(HttpResponse::Ok().json(shown))
}

fn check_name(cx: &mut Cx<'_>, id: &str, name: &str) -> Result<()> {
    let all = workflow::list(cx)?;
    if all.iter().any(|one| one.name == name && one.id != id) {
        let why =
            format!("Workflow name must be unique. A workflow with name '{name}' already exists.");
        return Err(AdminError::message(400, why));
    }
    Ok(())
}

async fn create(admin: Admin, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = shape::parse(&body)?;
    let actor = admin.actor.clone();
    let id = admin
        .write(move |cx| {
            let given = read::id(&sent, "id")?;
            let id = given.map_or_else(|| cx.new_id(), str::to_owned);
            let (name, definition) = shape::read(&sent, || cx.new_id())?;
            check_name(cx, &id, &name)?;
            let made = Workflow {
                id,
                name,
                definition,
            };
            if !workflow::insert(cx, &made)? {
                return Err(AdminError::described(
                    409,
                    "conflict",
                    "Duplicate resource error",
                ));
            }
            let path = format!("workflows/{}", made.id);
            audit::record(cx, &actor, audit::CREATE, "WORKFLOW", path)?;
            Ok(made.id)
        })
        .await?;
    Ok(admin.created("workflows", &id))
}

async fn find_one(admin: Admin, path: Path<(String, String)>, params: Params) -> Answer {
    admin.check(VIEW)?;
    let id = path.into_inner().1;
    let one = admin.read(move |cx| found(cx, &id)).await?;
    let with_ids = params.get("includeId").is_none_or(|text| text != "false");
    Ok(HttpResponse::Ok().json(shape::show(&one, with_ids)))
}

async fn update(admin: Admin, path: Path<(String, String)>, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let id = path.into_inner().1;
    let sent = shape::parse(&body)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let mut one = found(cx, &id)?;
            (one.name, one.definition) = shape::read(&sent, || cx.new_id())?;
            check_name(cx, &id, &one.name)?;
            workflow::update(cx, &one)?;
            let path = format!("workflows/{id}");
            audit::record(cx, &actor, audit::UPDATE, "WORKFLOW", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn remove(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let (id, actor) = (path.into_inner().1, admin.actor.clone());
    admin
        .write(move |cx| {
            let one = found(cx, &id)?;
            workflow::remove(cx, &one.id)?;
            let path = format!("workflows/{id}");
            audit::record(cx, &actor, audit::DELETE, "WORKFLOW", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

/// No workflow runs yet, so none is scheduled for anything.
async fn scheduled(admin: Admin) -> Answer {
    admin.check(VIEW)?;
    Ok(HttpResponse::Ok().json(json!([])))
}

/// Somebody, or a client, for whom a workflow would begin or end.
async fn run(admin: Admin, path: Names) -> Answer {
    admin.check(MANAGE)?;
    admin
        .read(move |cx| {
            found(cx, path.part("workflow"))?;
            let id = path.part("resource");
            let is_there = match path.part("type") {
                "USERS" => user::find(cx, &UserId::new(id))?.is_some(),
                "CLIENTS" => client::find_by_id(cx, &ClientUuid::new(id))?.is_some(),
                _ => return Err(AdminError::error(404, "HTTP 404 Not Found")),
            };
            if is_there {
                return Ok(());
            }
            let why = format!("Resource with id {id} not found");
            Err(AdminError::error(400, why))
        })
        .await?;
    Err(AdminError::not_available("Running workflows"))
}

/// Whoever waits for one step would wait for another one. Nobody waits.
async fn migrate(admin: Admin, params: Params) -> Answer {
    admin.check(MANAGE)?;
    let said = |name: &str| params.get(name).filter(|text| !text.is_empty());
    let (Some(from), Some(to)) = (said("from"), said("to")) else {
        let why = "Both 'from' and 'to' step ids must be provided for migration.";
        return Err(AdminError::message(400, why));
    };
    if from == to {
        return Ok(no_content());
    }
    let wanted = [from.clone(), to.clone()];
    admin
        .read(move |cx| {
            let all = workflow::list(cx)?;
            let steps = all
                .iter()
                .filter_map(|one| one.definition.get("steps")?.as_array());
            let ids: Vec<&Value> = steps.flatten().filter_map(|step| step.get("id")).collect();
            let missing = wanted.iter().find(|id| !ids.contains(&&json!(id)));
            match missing {
                Some(id) => Err(AdminError::error(
                    400,
                    format!("Not a valid workflow resource: {id}"),
                )),
                None => Ok(()),
            }
        })
        .await?;
    Err(AdminError::not_available("Running workflows"))
}
