//! What whoever runs the server wants to know of it: version, address, database and how fast it answers.

use std::time::Instant;

use actix_web::HttpResponse;
use cloakroom_model::Timestamp;
use cloakroom_model::key::step;
use cloakroom_model::node::{self, Node};
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::{Value, json};

use super::VIEW_REALM;
use crate::access::Admin;
use crate::api::Answer;
use crate::error::AdminError;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let at = "/admin/realms/{realm}/ui-ext/system";
    cfg.route(at, web::get().to(show));
}

/// For administrators of `master` alone: what the machine is like is no business of a single realm.
async fn show(admin: Admin) -> Answer {
    admin.check(VIEW_REALM)?;
    if !admin.is_of_master() {
        return Err(AdminError::forbidden());
    }
    let started = Instant::now();
    // A small read by key, as every page makes them.
    admin.read(|cx| Ok(step::list(cx)?)).await?;
    let read = started.elapsed();
    let nodes = admin
        .read(|cx| Ok((cx.now, node::list(&mut cx.db)?)))
        .await?;
    let stats = admin.app.db().stats();
    Ok(HttpResponse::Ok().json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "baseUrl": admin.app.base_url,
        "https": admin.app.is_https,
        "nodes": told(&admin.app.node, &nodes),
        "database": {
            "kind": if admin.app.db().is_shared() { "PostgreSQL" } else { "SQLite" },
            "readMicros": u64::try_from(read.as_micros()).unwrap_or(u64::MAX),
            "waiting": stats.waiting,
            "commits": stats.commits,
            "units": stats.units,
            "busyReaders": stats.busy_readers,
            "freeReaders": stats.free_readers,
        },
    })))
}

/// All servers on this database, and which of them answers.
fn told(mine: &Node, (now, all): &(Timestamp, Vec<Node>)) -> Value {
    let rows = all.iter().map(|one| {
        json!({
            "name": one.name,
            "version": one.version,
            "startedAt": one.started_at.millis(),
            "seenAt": one.seen_at.millis(),
            "isThis": one.id == mine.id,
            "isGone": one.is_gone(*now),
        })
    });
    rows.collect()
}
