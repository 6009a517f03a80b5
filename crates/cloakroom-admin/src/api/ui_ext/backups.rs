//! Copies of the whole database, for whoever runs the server: which there are, how the last one went, and one more.

use actix_web::HttpResponse;
use cloakroom_keycloak::blueprint::MASTER;
use cloakroom_web::app::now;
use cloakroom_web::copies::{Copies, State};
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::{Value, json};

use crate::access::Admin;
use crate::api::Answer;
use crate::audit;
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let at = "/admin/realms/{realm}/ui-ext/backups";
    let all = web::resource(at)
        .route(web::get().to(list))
        .route(web::post().to(begin));
    cfg.service(all);
}

/// A copy has all realms in it: only whoever manages `master` has a say, and only there.
fn check(admin: &Admin) -> Result<()> {
    if admin.realm.name != MASTER {
        return Err(AdminError::forbidden());
    }
    admin.check(&["manage-realm"])
}

async fn list(admin: Admin) -> Answer {
    check(&admin)?;
    let copies = &admin.app.copies;
    let all = copies.list().into_iter().map(|one| {
        let at = one.at.millis();
        json!({"name": one.name, "bytes": one.bytes, "at": at})
    });
    Ok(HttpResponse::Ok().json(json!({
        "folder": copies.folder().display().to_string(),
        "last": last(copies),
        "copies": all.collect::<Vec<Value>>(),
    })))
}

fn last(copies: &Copies) -> Value {
    match copies.state() {
        State::None => Value::Null,
        State::Running { name, since } => {
            let (written, expected) = copies.progress(&name);
            json!({
                "state": "running",
                "name": name,
                "since": since.millis(),
                "bytes": written,
                "expected": expected,
            })
        }
        State::Done { name } => json!({"state": "done", "name": name}),
        State::Failed { name, why } => json!({"state": "failed", "name": name, "why": why}),
    }
}

/// Begins one, under a name that nobody chooses. What was asked for is in the trail whatever becomes of it.
async fn begin(admin: Admin) -> Answer {
    check(&admin)?;
    let Some(reserved) = admin.app.copies.reserve(now()) else {
        return Err(AdminError::message(409, "A copy is being written"));
    };
    let (actor, name) = (admin.actor.clone(), reserved.name().to_owned());
    let place = format!("ui-ext/backups/{name}");
    admin
        .write(move |cx| {
            let doing = (audit::ACTION, "CUSTOM");
            Ok(audit::record_with(cx, &actor, doing, &place, None)?)
        })
        .await?;
    reserved.start();
    Ok(HttpResponse::Accepted().json(json!({"name": name})))
}
