//! How an identity provider is doing: when it was last well, what last went wrong, and when its certificates and our secret end.

use actix_web::HttpResponse;
use cloakroom_federation::Upstream;
use cloakroom_federation::health::secret_end;
use cloakroom_model::Timestamp;
use cloakroom_model::identity_provider::{self, IdentityProvider};
use cloakroom_oidc::keyring::describe;
use cloakroom_web::outbound::Outbound;
use cloakroom_web::web::{self, Path, ServiceConfig};
use serde_json::{Map, Value, json};

use crate::access::Admin;
use crate::api::Answer;
use crate::api::identity_providers::found;

const VIEW: &[&str] = &["view-identity-providers", "manage-identity-providers"];

/// The settings that name where a provider is asked without the browser.
const ASKED_AT: [&str; 6] = [
    "issuer",
    "tokenUrl",
    "userInfoUrl",
    "jwksUrl",
    "baseUrl",
    "apiUrl",
];

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let all = "/admin/realms/{realm}/ui-ext/provider-health";
    cfg.route(all, web::get().to(list));
    let at = "/admin/realms/{realm}/ui-ext/provider-health/{alias}";
    cfg.route(at, web::get().to(show));
}

/// All of them under their aliases.
async fn list(admin: Admin) -> Answer {
    admin.check(VIEW)?;
    let all = admin.read(|cx| Ok(identity_provider::list(cx)?)).await?;
    let health = all
        .into_iter()
        .map(|provider| (provider.alias.clone(), health(&admin, provider)));
    let health: Map<String, Value> = health.collect();
    Ok(HttpResponse::Ok().json(health))
}

async fn show(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(VIEW)?;
    let alias = path.into_inner().1;
    let provider = admin.read(move |cx| found(cx, &alias)).await?;
    Ok(HttpResponse::Ok().json(health(&admin, provider)))
}

/// As this node has seen it since its start: instants in milliseconds since 1970.
fn health(admin: &Admin, provider: IdentityProvider) -> Value {
    let health = &admin.app.federation.health;
    let pulse = health.of(admin.realm.id.as_str(), &provider.alias);
    let pulse = pulse.unwrap_or_default();
    let is_resting = is_resting(&admin.app.outbound, &provider);
    let written = provider.config.get("signingCertificate");
    let certificates = written.map(|text| describe::certificates_end(text));
    let secret = secret_end(&provider.config);
    let is_known = Upstream::of(provider).is_some();
    let error = pulse.last_error.map(|_| pulse.error);
    json!({
        "supported": is_known,
        "failures": pulse.failures,
        "resting": is_resting,
        "certificatesEnd": certificates.unwrap_or_default(),
        "secretEnds": secret.map(Timestamp::millis),
        "lastSuccess": pulse.last_success.map(Timestamp::millis),
        "lastError": pulse.last_error.map(Timestamp::millis),
        "error": error,
    })
}

/// One of its hosts has not answered several times, and is not asked for a while.
fn is_resting(outbound: &Outbound, provider: &IdentityProvider) -> bool {
    ASKED_AT
        .iter()
        .filter_map(|name| provider.config.get(*name))
        .any(|address| outbound.is_resting(address.trim()))
}
