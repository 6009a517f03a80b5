//! `/admin/realms/{realm}/clients-initial-access`: tokens with which clients register themselves.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use cloakroom_keycloak::read::{self, set};
use cloakroom_model::initial_access::{self, InitialAccess};
use cloakroom_oidc::initial_access as token;
use cloakroom_oidc::issue::SignError;
use cloakroom_web::web::{self, Bytes, Path, ServiceConfig};
use serde_json::{Value, json};

use super::{Answer, no_content};
use crate::access::{Admin, encode};
use crate::audit;
use crate::error::AdminError;

const VIEW: &[&str] = &["view-clients", "manage-clients"];
/// Who may create clients may let others do it.
const CREATE: &[&str] = &["manage-clients", "create-client"];
const MANAGE: &[&str] = &["manage-clients"];

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let base = "/admin/realms/{realm}/clients-initial-access";
    let all = web::resource(base)
        .route(web::get().to(list))
        .route(web::post().to(create));
    cfg.service(all);
    cfg.route(&format!("{base}/{{access}}"), web::delete().to(remove));
}

fn show(access: &InitialAccess) -> Value {
    let mut shown = json!({
        "id": access.id,
        "timestamp": access.created_at.seconds(),
        "expiration": access.lifespan,
        "count": access.count,
        "remainingCount": access.remaining,
    });
    if !access.web_origins.is_empty() {
        set(&mut shown, "webOrigins", json!(access.web_origins));
    }
    shown
}

async fn list(admin: Admin) -> Answer {
    admin.check(VIEW)?;
    let all = admin.read(|cx| Ok(initial_access::list(cx)?)).await?;
    let shown: Vec<Value> = all.iter().map(show).collect();
    Ok(HttpResponse::Ok().json(shown))
}

async fn create(admin: Admin, body: Bytes) -> Answer {
    admin.check(CREATE)?;
    let fields = ["expiration", "count", "webOrigins"];
    let sent = read::object(&body, "ClientInitialAccessCreatePresentation", &fields)?;
    let lifespan: i64 = read::member(&sent, "expiration")?.unwrap_or(0);
    let count: i64 = read::member(&sent, "count")?.unwrap_or(1);
    let web_origins: Vec<String> = read::member(&sent, "webOrigins")?.unwrap_or_default();
    if lifespan < 0 {
        let why = "The expiration time interval cannot be less than 0";
        return Err(AdminError::described(
            400,
            "Invalid value for expiration",
            why,
        ));
    }
    if count < 0 {
        let why = "The count cannot be less than 0";
        return Err(AdminError::described(400, "Invalid value for count", why));
    }
    let actor = admin.actor.clone();
    let made = admin
        .write(move |cx| {
            let made = InitialAccess {
                id: cx.new_id(),
                created_at: cx.now,
                lifespan,
                count,
                remaining: count,
                web_origins: web_origins.clone(),
            };
            initial_access::insert(cx, &made)?;
            let path = format!("clients-initial-access/{}", made.id);
            audit::record(
                cx,
                &actor,
                audit::CREATE,
                "CLIENT_INITIAL_ACCESS_MODEL",
                path,
            )?;
            Ok(made)
        })
        .await?;
    let signed =
        token::token(&admin.app.provider, &admin.realm, &made).map_err(|error| match error {
            SignError::Fault(fault) => fault.into(),
            SignError::Missing(_) => {
                AdminError::message(400, "The realm has no key for its own tokens (HS512)")
            }
        })?;
    let mut shown = show(&made);
    set(&mut shown, "token", json!(signed));
    let (base, realm) = (&admin.app.base_url, encode(&admin.realm.name));
    let at = format!(
        "{base}/admin/realms/{realm}/clients-initial-access/{}",
        made.id
    );
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, at))
        .json(shown))
}

/// What is gone already is no fault, as in Keycloak.
async fn remove(admin: Admin, path: Path<(String, String)>) -> Answer {
    admin.check(MANAGE)?;
    let (id, actor) = (path.into_inner().1, admin.actor.clone());
    admin
        .write(move |cx| {
            if initial_access::remove(cx, &id)? {
                let path = format!("clients-initial-access/{id}");
                audit::record(
                    cx,
                    &actor,
                    audit::DELETE,
                    "CLIENT_INITIAL_ACCESS_MODEL",
                    path,
                )?;
            }
            Ok(())
        })
        .await?;
    Ok(no_content())
}
