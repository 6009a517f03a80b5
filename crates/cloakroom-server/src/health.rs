//! The management port: whether the process lives, whether it takes requests, and its metrics.

use actix_web::web::{self, Data};
use actix_web::{HttpResponse, http::header};
use cloakroom_federation::health::secret_end;
use cloakroom_model::identity_provider::{self, Config};
use cloakroom_model::{Fault, Timestamp, realm};
use cloakroom_oidc::keyring::describe;
use cloakroom_web::App;
use cloakroom_web::app::now;
use cloakroom_web::metrics::Ends;

use crate::stop::Stopping;

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

async fn ready(app: Data<App>, stopping: Data<Stopping>) -> HttpResponse {
    if stopping.has_begun() {
        return HttpResponse::ServiceUnavailable()
            .json(serde_json::json!({"status": "DOWN", "checks": []}));
    }
    match app.db().ping().await {
        Ok(()) => HttpResponse::Ok().json(serde_json::json!({"status": "UP", "checks": []})),
        Err(fault) => {
            tracing::warn!(error = %fault, "the database does not answer");
            HttpResponse::ServiceUnavailable()
                .json(serde_json::json!({"status": "DOWN", "checks": []}))
        }
    }
}

async fn metrics(app: Data<App>) -> HttpResponse {
    app.metrics
        .count_queues(&app.db().stats(), app.hasher.depth());
    app.metrics
        .upstreams
        .count_resting(app.outbound.count_resting());
    let now = now();
    match app
        .db()
        .scan(move |conn| {
            Ok::<_, Fault>((
                realm::count_sessions(conn, now)?,
                realm::key_ages(conn, now)?,
                identity_provider::list_of_all_realms(conn)?,
            ))
        })
        .await
    {
        Ok((sessions, keys, providers)) => {
            app.metrics.count_sessions(sessions);
            app.metrics.count_key_ages(keys);
            app.metrics
                .upstreams
                .count_ends(providers.into_iter().map(ends));
        }
        // What this node counts itself is worth an answer all the same.
        Err(fault) => tracing::warn!(error = %fault, "sessions and keys could not be counted"),
    }
    let Some(text) = app.metrics.text() else {
        return HttpResponse::InternalServerError().finish();
    };
    HttpResponse::Ok()
        .insert_header((
            header::CONTENT_TYPE,
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        ))
        .body(text)
}

fn ends((realm, provider, config): (String, String, Config)) -> Ends {
    let written = config.get("signingCertificate");
    let certificates = written.map(|text| describe::certificates_end(text));
    let first = certificates.unwrap_or_default().into_iter().min();
    Ends {
        realm,
        provider,
        certificate: first.map(|end| end / 1000),
        secret: secret_end(&config).map(Timestamp::seconds),
    }
}
