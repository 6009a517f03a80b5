//! `/admin/realms/{realm}/keys`: the realm's keys, and which of them are used now.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use cloakroom_keycloak::read::set;
use cloakroom_model::key::{self, Status};
use cloakroom_oidc::keyring::describe::describe;
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::{Value, json};

use super::Answer;
use crate::access::Admin;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.route("/admin/realms/{realm}/keys", web::get().to(list));
}

/// The best key first; of each algorithm the first active one is used.
async fn list(admin: Admin) -> Answer {
    admin.check(&["view-realm", "manage-realm"])?;
    let mut shown = Vec::new();
    let mut active: BTreeMap<String, String> = BTreeMap::new();
    for component in &admin.realm.keys {
        let Some(found) = describe(component) else {
            continue;
        };
        let status = key::status(component);
        let usage = if found.encrypts { "ENC" } else { "SIG" };
        let mut one = json!({
            "providerId": component.id,
            "providerPriority": key::priority(component),
            "kid": found.kid,
            "status": match status {
                Status::Active => "ACTIVE",
                Status::Passive => "PASSIVE",
                Status::Disabled => "DISABLED",
            },
            "type": found.kind,
            "algorithm": found.algorithm,
            "use": usage,
        });
        let more = [
            ("publicKey", found.public_key.map(Value::from)),
            ("certificate", found.certificate.map(Value::from)),
            ("validTo", found.valid_to.map(Value::from)),
        ];
        for (name, value) in more {
            if let Some(value) = value {
                set(&mut one, name, value);
            }
        }
        if status == Status::Active {
            active.entry(found.algorithm).or_insert(found.kid);
        }
        shown.push(one);
    }
    Ok(HttpResponse::Ok().json(json!({"active": active, "keys": shown})))
}
