//! Workflows that are under way for somebody: begun and ended by hand, moved to another step, and shown.

use actix_web::HttpResponse;
use cloakroom_keycloak::workflow::{self as shape, steps};
use cloakroom_model::id::{ClientUuid, UserId};
use cloakroom_model::workflow::run::{self, At};
use cloakroom_model::workflow::{self, Resource, Workflow};
use cloakroom_model::{Cx, Timestamp, client, user};
use cloakroom_web::app::now;
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::super::{Answer, Names, Params, no_content};
use super::{MANAGE, VIEW, found};
use crate::access::Admin;
use crate::audit;
use crate::error::{AdminError, Result};
use crate::workflows::begin::{by_hand, is_about, later};
use crate::workflows::rights;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let base = "/admin/realms/{realm}/workflows";
    cfg.route(
        &format!("{base}/scheduled/{{resource}}"),
        web::get().to(scheduled),
    );
    cfg.route(&format!("{base}/migrate"), web::post().to(migrate));
    let one = format!("{base}/{{workflow}}");
    cfg.route(
        &format!("{one}/activate/{{type}}/{{resource}}"),
        web::post().to(activate),
    );
    cfg.route(
        &format!("{one}/deactivate/{{type}}/{{resource}}"),
        web::post().to(deactivate),
    );
}

/// The workflows that are under way for somebody.
async fn scheduled(admin: Admin, path: Names) -> Answer {
    admin.check(VIEW)?;
    let shown = admin
        .read(move |cx| {
            let mut shown: Vec<Value> = Vec::new();
            for run in run::list_for(cx, path.part("resource"))? {
                let of = workflow::find(cx, &run.workflow)?;
                shown.extend(of.map(|workflow| shape::show_run(&workflow, &run)));
            }
            Ok(shown)
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// Whom an address means.
fn resource(cx: &mut Cx<'_>, path: &Names) -> Result<Resource> {
    let id = path.part("resource");
    let found = match path.part("type") {
        "USERS" => {
            let found = user::find(cx, &UserId::new(id))?;
            let person = found.filter(|user| user.service_account_client.is_none());
            person.map(|user| Resource::User(user.id))
        }
        "CLIENTS" => {
            let found = client::find_by_id(cx, &ClientUuid::new(id))?;
            found.map(|client| Resource::Client(client.id.clone()))
        }
        _ => return Err(AdminError::error(404, "HTTP 404 Not Found")),
    };
    found.ok_or_else(|| AdminError::error(400, format!("Resource with id {id} not found")))
}

/// Begins a workflow for somebody. Whom it is not for, by its condition, it is not begun for, as Keycloak has it.
async fn activate(admin: Admin, path: Names, params: Params) -> Answer {
    admin.check(MANAGE)?;
    let not_before = params.get("notBefore").map(|text| instant(text));
    let not_before = match not_before {
        Some(None) => {
            let why = "notBefore is a number of seconds, a number of milliseconds with ms, or a date of ISO 8601";
            return Err(AdminError::message(400, why));
        }
        given => given.flatten(),
    };
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    admin
        .write(move |cx| {
            let workflow = found(cx, path.part("workflow"))?;
            let resource = resource(cx, &path)?;
            if !rights::check(cx, &workflow, &grants)? {
                // A workflow of somebody with every right touches any account; who begins it may have to leave this one alone.
                match &resource {
                    Resource::User(id) => grants.check_account(cx, id)?,
                    Resource::Client(id) => grants.check_client(cx, id)?,
                }
            }
            check_fits(&workflow, &resource)?;
            if !workflow.is_enabled() {
                return Err(AdminError::message(400, "The workflow is disabled."));
            }
            if by_hand(cx, &workflow, &resource, not_before)? {
                note(cx, &actor, &path, "activate")?;
            }
            Ok(())
        })
        .await?;
    Ok(no_content())
}

fn check_fits(workflow: &Workflow, resource: &Resource) -> Result<()> {
    if is_about(&steps(workflow), resource) {
        return Ok(());
    }
    let why = "The workflow does nothing with resources of this type.";
    Err(AdminError::message(400, why))
}

/// Ends a workflow for somebody, wherever it is. One that is not under way is over already.
async fn deactivate(admin: Admin, path: Names) -> Answer {
    admin.check(MANAGE)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let workflow = found(cx, path.part("workflow"))?;
            let resource = resource(cx, &path)?;
            let Some(under_way) = run::find_of(cx, &workflow.id, &resource)? else {
                return Ok(());
            };
            if run::end(cx, &under_way)? {
                note(cx, &actor, &path, "deactivate")?;
            }
            Ok(())
        })
        .await?;
    Ok(no_content())
}

fn note(cx: &mut Cx<'_>, actor: &crate::access::Actor, path: &Names, what: &str) -> Result<()> {
    let (workflow, kind, id) = (
        path.part("workflow"),
        path.part("type"),
        path.part("resource"),
    );
    let place = format!("workflows/{workflow}/{what}/{kind}/{id}");
    audit::record(cx, actor, audit::ACTION, "WORKFLOW", place)?;
    Ok(())
}

/// Whoever waits for one step waits for another one.
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
    let (from, to) = (from.clone(), to.clone());
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    admin
        .write(move |cx| {
            let all = workflow::list(cx)?;
            let old = with_step(&all, &from)?;
            let new = with_step(&all, &to)?;
            let all_of_new = steps(new);
            let Some(step) = all_of_new.iter().find(|step| step.id == to) else {
                return Err(AdminError::error(
                    400,
                    format!("Not a valid workflow resource: {to}"),
                ));
            };
            let of_clients = |all: &[shape::Step]| all.iter().any(|one| one.kind.is_of_clients());
            if of_clients(&steps(old)) != of_clients(&all_of_new) {
                let why = "The two steps are for resources of different types.";
                return Err(AdminError::message(400, why));
            }
            // Who waits may be anybody, and a workflow of somebody with every right touches them all.
            if !rights::check(cx, new, &grants)? && new.trusted {
                return Err(AdminError::forbidden());
            }
            let at = At {
                step: &to,
                due_at: later(cx.now, step.after),
            };
            if run::migrate(cx, (&old.id, &from), (&new.id, at))?.is_none() {
                let why = "Some of the resources are scheduled in the other workflow already.";
                return Err(AdminError::message(400, why));
            }
            audit::record(cx, &actor, audit::ACTION, "WORKFLOW", "workflows/migrate")?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

/// The workflow that has a step with this id.
fn with_step<'a>(all: &'a [Workflow], id: &str) -> Result<&'a Workflow> {
    let has = |one: &&Workflow| steps(one).iter().any(|step| step.id == id);
    let found = all.iter().find(has);
    found.ok_or_else(|| AdminError::error(400, format!("Not a valid workflow resource: {id}")))
}

/// So many seconds or milliseconds from now, or an instant of ISO 8601; `None` if it is neither.
fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let from_now = |number: &str, scale: i64| {
        let number: i64 = number.parse().ok()?;
        Some(later(now(), number.checked_mul(scale)?))
    };
    if let Some(number) = text.strip_suffix("ms") {
        return from_now(number, 1);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return from_now(text, 1_000);
    }
    let read = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    Some(Timestamp::from_seconds(read.unix_timestamp()))
}
