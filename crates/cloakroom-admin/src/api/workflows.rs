//! `/admin/realms/{realm}/workflows`: what happens when something else does. They are read and shown as JSON alone.

mod under_way;

use actix_web::HttpResponse;
use cloakroom_keycloak::read;
use cloakroom_keycloak::workflow::{self as shape, Unfit};
use cloakroom_model::workflow::{self, Workflow, run};
use cloakroom_model::{Cx, Timestamp};
use cloakroom_web::web::{self, Bytes, Path, ServiceConfig};
use serde_json::Value;

use super::{Answer, Params, is_on, no_content, page};
use crate::access::Admin;
use crate::audit;
use crate::error::{AdminError, Result};
use crate::workflows::begin::later;
use crate::workflows::rights;

const VIEW: &[&str] = &["view-realm", "manage-realm"];
const MANAGE: &[&str] = &["manage-realm"];

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let base = "/admin/realms/{realm}/workflows";
    let all = web::resource(base)
        .route(web::get().to(list))
        .route(web::post().to(create));
    under_way::configure(cfg);
    let one = format!("{base}/{{workflow}}");
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

/// When a workflow looks for the first time for whom it is for; `None` if it has no schedule.
fn first_look(cx: &Cx<'_>, workflow: &Workflow) -> Option<Timestamp> {
    shape::schedule(workflow).map(|plan| later(cx.now, plan.after))
}

async fn create(admin: Admin, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = shape::parse(&body)?;
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    let id = admin
        .write(move |cx| {
            let given = read::id(&sent, "id")?;
            let id = given.map_or_else(|| cx.new_id(), str::to_owned);
            let (name, definition) = shape::read(&sent, || cx.new_id())?;
            let mut made = Workflow {
                id,
                name,
                definition,
                trusted: false,
            };
            made.trusted = rights::check(cx, &made, &grants)?;
            check_name(cx, &made.id, &made.name)?;
            let due_at = first_look(cx, &made);
            if !workflow::insert(cx, &made, due_at)? {
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
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    admin
        .write(move |cx| {
            let mut one = found(cx, &id)?;
            let (name, mut definition) = shape::read(&sent, || cx.new_id())?;
            if !shape::keep_ids(&one.definition, &mut definition) && run::is_any(cx, &id)? {
                let why = "Cannot change the number or order of steps when there are scheduled resources for the workflow.";
                return Err(AdminError::message(400, why));
            }
            (one.name, one.definition) = (name, definition);
            one.trusted = rights::check(cx, &one, &grants)?;
            check_name(cx, &id, &one.name)?;
            let due_at = first_look(cx, &one);
            workflow::update(cx, &one, due_at)?;
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
