//! How an identity provider is doing: when it was last well, what last went wrong, and when its certificates and our secret end.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use cloakroom_federation::Upstream;
use cloakroom_federation::health::secret_end;
use cloakroom_model::id::RealmId;
use cloakroom_model::identity_provider::{self, IdentityProvider};
use cloakroom_model::{Realm, Timestamp};
use cloakroom_oidc::keyring::describe;
use cloakroom_web::outbound::Outbound;
use cloakroom_web::web::{self, Path, ServiceConfig};
use serde_json::{Value, json};

use crate::access::Admin;
use crate::api::identity_providers::found;
use crate::api::{Answer, Params, is_on};

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

/// So long an answer is good for who asks for `lately`: to open what is sealed of each provider takes the longer the more there are.
const LATELY: Duration = Duration::from_secs(60);
/// Answers for so many realms are kept at the most.
const MOST: usize = 1000;

/// An answer, and of which version of its realm and when.
struct Kept {
    health: Value,
    version: i64,
    since: Instant,
}

static KEPT: LazyLock<Mutex<HashMap<RealmId, Kept>>> = LazyLock::new(Mutex::default);

fn lately(realm: &Realm) -> Option<Value> {
    let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let one = kept.get(&realm.id)?;
    let is_good = one.version == realm.version && one.since.elapsed() < LATELY;
    is_good.then(|| one.health.clone())
}

fn keep(realm: &Realm, health: &Value) {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= MOST {
        kept.clear();
    }
    let one = Kept {
        health: health.clone(),
        version: realm.version,
        since: Instant::now(),
    };
    kept.insert(realm.id.clone(), one);
}

/// All of them under their aliases; with `lately=true` as they were within the last minute.
async fn list(admin: Admin, params: Params) -> Answer {
    admin.check(VIEW)?;
    if is_on(&params, "lately")
        && let Some(known) = lately(&admin.realm)
    {
        return Ok(HttpResponse::Ok().json(known));
    }
    let all = admin.read(|cx| Ok(identity_provider::list(cx)?)).await?;
    let health = all
        .into_iter()
        .map(|provider| (provider.alias.clone(), health(&admin, provider)));
    let health = Value::Object(health.collect());
    keep(&admin.realm, &health);
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
