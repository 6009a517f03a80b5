//! `/admin/serverinfo`: what clients look at to learn which Keycloak they speak to, and what it has.

mod machine;

use std::sync::LazyLock;
use std::time::Instant;

use actix_web::HttpResponse;
use cloakroom_federation::preset;
use cloakroom_keycloak::catalog;
use cloakroom_keycloak::event::{KINDS, MORE_KINDS, OPERATIONS, RESOURCES};
use cloakroom_keycloak::read::set;
use cloakroom_keycloak::server_info::{FEATURES, FEATURES_OFF, part};
use cloakroom_login::{policy, profile};
use cloakroom_oidc::mapper;
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::{Value, json};

use super::Answer;
use crate::access::Admin;

/// The Keycloak whose admin API this is.
const SPEAKS: &str = "26.8.1";

/// When this process began to serve.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    LazyLock::force(&START);
    cfg.route("/admin/serverinfo", web::get().to(show));
}

/// What the machine is like is for those who run it: administrators of `master`.
async fn show(admin: Admin) -> Answer {
    admin.check_any()?;
    let mut shown = describe();
    let mut system = json!({"version": SPEAKS});
    if admin.is_of_master() {
        system = machine::system(SPEAKS, START.elapsed());
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        set(&mut shown, "cpuInfo", json!({"processorCount": processors}));
        if let Some(memory) = machine::memory() {
            set(&mut shown, "memoryInfo", memory);
        }
    }
    set(&mut shown, "systemInfo", system);
    Ok(HttpResponse::Ok().json(shown))
}

fn describe() -> Value {
    let features: Vec<Value> = FEATURES
        .iter()
        .map(|name| feature(name, true))
        .chain(FEATURES_OFF.iter().map(|name| feature(name, false)))
        .collect();
    let of_mapper = |id: &str| {
        let mut all = mapper::ALL.iter();
        all.find(|one| one.kind() == id).map(|one| one.summary())
    };
    let nothing = |_: &str| None;
    let mut types = part("componentTypes", &nothing);
    set(&mut types, "org.keycloak.validate.Validator", validators());
    for family in FAMILIES {
        set(&mut types, family, components(family));
    }
    let mut kinds: Vec<&str> = KINDS.iter().chain(MORE_KINDS).copied().collect();
    kinds.sort_unstable();
    json!({
        "profileInfo": {
            "name": "default",
            "disabledFeatures": FEATURES_OFF,
            "previewFeatures": [],
            "experimentalFeatures": [],
        },
        "features": features,
        "cryptoInfo": {
            "cryptoProvider": "DefaultCryptoProvider",
            "supportedKeystoreTypes": [],
            "clientSignatureSymmetricAlgorithms": ["HS256", "HS384", "HS512"],
            "clientSignatureAsymmetricAlgorithms": [
                "ES256", "ES384", "ES512", "EdDSA", "PS256", "PS384", "PS512", "RS256", "RS384",
                "RS512",
            ],
        },
        "themes": themes(),
        "providers": part("providers", &nothing),
        "componentTypes": types,
        "protocolMapperTypes": part("protocolMapperTypes", &of_mapper),
        "builtinProtocolMappers": part("builtinProtocolMappers", &nothing),
        "clientInstallations": part("clientInstallations", &nothing),
        "identityProviders": providers(part("identityProviders", &nothing)),
        "socialProviders": part("socialProviders", &nothing),
        "passwordPolicies": policies(),
        "enums": {
            "operationType": OPERATIONS,
            "eventType": kinds,
            "resourceType": RESOURCES,
            "type": ["ORGANIZATION", "REALM"],
        },
    })
}

/// Keycloak's kinds of identity providers, and after them those that are here alone.
fn providers(mut known: Value) -> Value {
    let Some(all) = known.as_array_mut() else {
        return known;
    };
    for kind in preset::ALL {
        if catalog::identity_provider(kind.id).is_none() {
            all.push(json!({"groupName": "Social", "id": kind.id, "name": kind.name}));
        }
    }
    known
}

/// The families of components that a realm may have of its own.
const FAMILIES: [&str; 4] = [
    "org.keycloak.keys.KeyProvider",
    "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy",
    "org.keycloak.storage.UserStorageProvider",
    "org.keycloak.storage.ldap.mappers.LDAPStorageMapper",
];

fn components(family: &str) -> Value {
    let show = |one: &catalog::Entry| {
        json!({
            "id": one.id,
            "helpText": one.description,
            "properties": one.show_properties(),
            "metadata": one.metadata,
        })
    };
    catalog::components(family).map(show).collect()
}

fn feature(name: &str, enabled: bool) -> Value {
    json!({
        "name": name,
        "label": name,
        "type": "DEFAULT",
        "dependencies": [],
        "enabled": enabled,
    })
}

/// One look, in the languages that the pages have.
fn themes() -> Value {
    let locales = ["de", "en"];
    let one = |name: &str| json!([{"name": name, "locales": locales}]);
    json!({
        "common": one("keycloak"),
        "login": one("keycloak.v2"),
        "account": one("keycloak.v3"),
        "admin": one("keycloak.v2"),
        "email": one("keycloak"),
    })
}

/// The rules of password policies that there are, as consoles offer them.
fn policies() -> Vec<Value> {
    let described = part("passwordPolicies", &|_| None);
    let described = described.as_array().cloned().unwrap_or_default();
    let show = |id: &str| {
        let known = described
            .iter()
            .find(|one| one.get("id") == Some(&json!(id)));
        known
            .cloned()
            .unwrap_or_else(|| json!({"id": id, "displayName": id}))
    };
    policy::list_rules().map(show).collect()
}

fn validators() -> Value {
    let setting = |one: &profile::Setting| {
        json!({
            "name": one.name,
            "label": one.label,
            "helpText": one.help,
            "type": one.kind,
            "secret": false,
            "required": false,
            "readOnly": false,
        })
    };
    let all = profile::list_validators().map(|(id, help, settings)| {
        let settings: Vec<Value> = settings.iter().map(setting).collect();
        json!({"id": id, "helpText": help, "properties": settings, "metadata": {}})
    });
    all.collect()
}
