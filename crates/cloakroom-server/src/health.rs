//! The management port: whether the process lives, whether it takes requests, and its metrics.

use actix_web::web::{self, Data};
use actix_web::{HttpResponse, http::header};
use cloakroom_web::App;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

/// What is measured.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    registry: Registry,
}

/// The routes of the management port.
pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    for path in [
        "/health",
        "/health/ready",
        "/health/started",
        "/readyz",
        "/healthz",
    ] {
        cfg.route(path, web::get().to(ready));
    }
    for path in ["/health/live", "/livez"] {
        cfg.route(path, web::get().to(live));
    }
    cfg.route("/metrics", web::get().to(metrics));
}

async fn live() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({"status": "UP", "checks": []}))
}

async fn ready(app: Data<App>) -> HttpResponse {
    match app.db().ping().await {
        Ok(()) => HttpResponse::Ok().json(serde_json::json!({"status": "UP", "checks": []})),
        Err(fault) => {
            tracing::warn!(error = %fault, "the database does not answer");
            HttpResponse::ServiceUnavailable()
                .json(serde_json::json!({"status": "DOWN", "checks": []}))
        }
    }
}

async fn metrics(metrics: Data<Metrics>) -> HttpResponse {
    let mut text = String::new();
    if encode(&mut text, &metrics.registry).is_err() {
        return HttpResponse::InternalServerError().finish();
    }
    HttpResponse::Ok()
        .insert_header((
            header::CONTENT_TYPE,
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        ))
        .body(text)
}
