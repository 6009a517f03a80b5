//! Jobs: work that takes longer than a request, with its progress and what went wrong.

use actix_web::HttpResponse;
use cloakroom_keycloak::read::{self, Object};
use cloakroom_model::Fault;
use cloakroom_model::job::{self, Job, Wish};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde::Serialize;
use serde_json::{Value, json};

use crate::access::Admin;
use crate::api::users::{MANAGE, VIEW};
use crate::api::{Answer, Names, Params, USUAL, no_content, page};
use crate::audit;
use crate::error::{AdminError, Result};
use crate::jobs::{Asker, CHANGE_PEOPLE, IMPORT_PEOPLE, Import, Many};

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

/// What a job is to do, read from what was sent.
struct Order {
    kind: &'static str,
    input: Vec<u8>,
    total: usize,
}

impl Order {
    /// An import of users: `text` is the table, and `existing` says what happens to who is there.
    fn import(sent: &Object) -> Result<Self> {
        let is_update = match read::text(sent, "existing")? {
            Some("update") => true,
            Some("report") | None => false,
            Some(_) => {
                let why = "existing is report or update";
                return Err(AdminError::message(400, why));
            }
        };
        let text = read::text(sent, "text")?.unwrap_or_default().to_owned();
        let (import, total) = Import::new(text, is_update)?;
        Self::of(IMPORT_PEOPLE, &import, total)
    }

    /// The same for many users: `act` says what, and `ids` with whom.
    fn many(sent: &Object) -> Result<Self> {
        let act = read::text(sent, "act")?.unwrap_or_default();
        let ids: Vec<String> = read::member(sent, "ids")?.unwrap_or_default();
        let (many, total) = Many::new(act, ids)?;
        Self::of(CHANGE_PEOPLE, &many, total)
    }

    fn of(kind: &'static str, input: &impl Serialize, total: usize) -> Result<Self> {
        let input = serde_json::to_vec(input).map_err(Fault::from)?;
        Ok(Self { kind, input, total })
    }
}

/// Puts a job in line.
async fn begin(admin: Admin, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let sent = read::object(&body, "Job", &["kind", "text", "existing", "act", "ids"])?;
    let Order { kind, input, total } = match read::text(&sent, "kind")? {
        Some(IMPORT_PEOPLE) => Order::import(&sent)?,
        Some(CHANGE_PEOPLE) => Order::many(&sent)?,
        _ => return Err(AdminError::message(400, "There is no such kind of job")),
    };
    let asker = serde_json::to_string(&Asker::of(&admin)).map_err(Fault::from)?;
    let total = i64::try_from(total).unwrap_or(i64::MAX);
    let actor = admin.actor.clone();
    let id = admin
        .write(move |cx| {
            let wish = Wish {
                kind,
                actor: &asker,
                input: &input,
                total,
            };
            let id = job::insert(cx, wish)?;
            let place = format!("ui-ext/jobs/{id}");
            let about = json!({"kind": kind, "rows": total}).to_string();
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
