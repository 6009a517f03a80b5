//! Jobs: work that takes longer than a request, with its progress and what went wrong.

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, ServiceConfig};
use cloakroom_keycloak::read;
use cloakroom_model::job::{self, Job, Wish};
use serde_json::{Value, json};

use crate::access::Admin;
use crate::api::users::{MANAGE, VIEW};
use crate::api::{Answer, Names, Params, USUAL, no_content, page};
use crate::audit;
use crate::error::AdminError;
use crate::jobs::{Asker, IMPORT_PEOPLE, Import};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let at = "/admin/realms/{realm}/ui-ext/jobs";
    let all = web::resource(at)
        .route(web::get().to(list))
        .route(web::post().to(begin));
    cfg.service(all);
    let one = format!("{at}/{{job}}");
    cfg.route(&one, web::get().to(find_one));
    cfg.route(&format!("{one}/cancel"), web::post().to(cancel));
}

fn show(job: &Job, with_report: bool) -> Value {
    let mut shown = json!({
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "total": job.total,
        "handled": job.handled,
        "failed": job.failed,
        "createdAt": job.created_at,
        "endedAt": job.ended_at,
    });
    if with_report {
        read::set(&mut shown, "report", json!(job.report));
    }
    shown
}

async fn list(admin: Admin, params: Params) -> Answer {
    admin.check(VIEW)?;
    let (first, max) = page(&params, USUAL)?;
    let all = admin.read(move |cx| Ok(job::list(cx, first, max)?)).await?;
    let shown: Vec<Value> = all.iter().map(|job| show(job, false)).collect();
    Ok(HttpResponse::Ok().json(shown))
}

async fn find_one(admin: Admin, path: Names) -> Answer {
    admin.check(VIEW)?;
    let found = admin
        .read(move |cx| Ok(job::find(cx, path.part("job"))?))
        .await?;
    let job = found.ok_or_else(AdminError::not_found)?;
    Ok(HttpResponse::Ok().json(show(&job, true)))
}

/// Puts an import of users in line: `text` is the table, and `existing` says what happens to who is there.
async fn begin(admin: Admin, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = read::object(&body, "Job", &["kind", "text", "existing"])?;
    if read::text(&sent, "kind")? != Some(IMPORT_PEOPLE) {
        return Err(AdminError::message(400, "There is no such kind of job"));
    }
    let is_update = match read::text(&sent, "existing")? {
        Some("update") => true,
        Some("report") | None => false,
        Some(_) => {
            let why = "existing is report or update";
            return Err(AdminError::message(400, why));
        }
    };
    let text = read::text(&sent, "text")?.unwrap_or_default().to_owned();
    let (import, total) = Import::new(text, is_update)?;
    let asker = serde_json::to_string(&Asker::of(&admin)).map_err(cloakroom_model::Fault::from)?;
    let input = serde_json::to_vec(&import).map_err(cloakroom_model::Fault::from)?;
    let total = i64::try_from(total).unwrap_or(i64::MAX);
    let actor = admin.actor.clone();
    let id = admin
        .write(move |cx| {
            let wish = Wish {
                kind: IMPORT_PEOPLE,
                actor: &asker,
                input: &input,
                total,
            };
            let id = job::insert(cx, wish)?;
            let place = format!("ui-ext/jobs/{id}");
            let about = json!({"kind": IMPORT_PEOPLE, "rows": total}).to_string();
            audit::record_with(cx, &actor, (audit::CREATE, "CUSTOM"), &place, Some(about))?;
            Ok(id)
        })
        .await?;
    Ok(admin.created("ui-ext/jobs", &id))
}

/// Stops a job where it is. What it has done stays.
async fn cancel(admin: Admin, path: Names) -> Answer {
    admin.check(MANAGE)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let id = path.part("job");
            if job::find(cx, id)?.is_none() {
                return Err(AdminError::not_found());
            }
            if job::end(cx, id, job::CANCELLED)? {
                let place = format!("ui-ext/jobs/{id}");
                audit::record_with(cx, &actor, (audit::ACTION, "CUSTOM"), &place, None)?;
            }
            Ok(())
        })
        .await?;
    Ok(no_content())
}
