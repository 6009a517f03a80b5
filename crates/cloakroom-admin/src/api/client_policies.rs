//! `/admin/realms/{realm}/client-policies`: what clients of the realm have to keep to.

use actix_web::HttpResponse;
use cloakroom_keycloak::client_policy::{self as shape, Unfit};
use cloakroom_keycloak::read::{self, set};
use cloakroom_model::{Cx, realm};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::{Value, json};

use super::{Answer, Params, is_on, no_content};
use crate::access::Admin;
use crate::audit;
use crate::error::{AdminError, Result};

const VIEW: &[&str] = &["view-realm", "manage-realm"];
const MANAGE: &[&str] = &["manage-realm"];

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let base = "/admin/realms/{realm}/client-policies";
    let profiles = web::resource(format!("{base}/profiles"))
        .route(web::get().to(profiles))
        .route(web::put().to(set_profiles));
    let policies = web::resource(format!("{base}/policies"))
        .route(web::get().to(policies))
        .route(web::put().to(set_policies));
    cfg.service(profiles).service(policies);
}

impl From<Unfit> for AdminError {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Unreadable(unreadable) => unreadable.into(),
            Unfit::Text(why) => Self::message(400, why),
        }
    }
}

/// The list inside one of the realm's settings.
fn kept(cx: &Cx<'_>, setting: &str, list: &str) -> Vec<Value> {
    let kept = cx.realm.settings.rest.get(setting);
    let list = kept.and_then(|kept| kept.get(list)?.as_array().cloned());
    list.unwrap_or_default()
}

fn keep(cx: &mut Cx<'_>, setting: &str, value: Value) -> Result<()> {
    let mut settings = cx.realm.settings.clone();
    settings.rest.insert(setting.to_owned(), value);
    let (name, enabled) = (cx.realm.name.clone(), cx.realm.enabled);
    realm::update(cx, &name, enabled, &settings)?;
    Ok(())
}

async fn profiles(admin: Admin, params: Params) -> Answer {
    admin.check(VIEW)?;
    let profiles = admin
        .read(|cx| Ok(kept(cx, "clientProfiles", "profiles")))
        .await?;
    let mut shown = json!({"profiles": profiles});
    if is_on(&params, "include-global-profiles") {
        set(
            &mut shown,
            "globalProfiles",
            json!(shape::global_profiles()),
        );
    }
    Ok(HttpResponse::Ok().json(shown))
}

async fn set_profiles(admin: Admin, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let fields = ["profiles", "globalProfiles"];
    let sent = read::object(&body, "ClientProfilesRepresentation", &fields)?;
    let profiles = shape::profiles(&sent)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            keep(cx, "clientProfiles", json!({"profiles": profiles}))?;
            let path = "client-policies/profiles";
            audit::record(cx, &actor, audit::UPDATE, "REALM", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

async fn policies(admin: Admin, params: Params) -> Answer {
    admin.check(VIEW)?;
    let policies = admin
        .read(|cx| Ok(kept(cx, "clientPolicies", "policies")))
        .await?;
    let mut shown = json!({"policies": policies});
    if is_on(&params, "include-global-policies") {
        set(&mut shown, "globalPolicies", json!([]));
    }
    Ok(HttpResponse::Ok().json(shown))
}

async fn set_policies(admin: Admin, body: Bytes) -> Answer {
    admin.check(MANAGE)?;
    let fields = ["policies", "globalPolicies"];
    let sent = read::object(&body, "ClientPoliciesRepresentation", &fields)?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let profiles = kept(cx, "clientProfiles", "profiles");
            let policies = shape::policies(&sent, &profiles)?;
            keep(cx, "clientPolicies", json!({"policies": policies}))?;
            let path = "client-policies/policies";
            audit::record(cx, &actor, audit::UPDATE, "REALM", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}
