//! `/admin/realms/{realm}/users/{user}/impersonation`: an administrator looks at the world as somebody else.

use actix_web::{HttpRequest, HttpResponse};
use cloakroom_login::sign_on::{self, Origin, Proof};
use cloakroom_model::session;
use cloakroom_web::web::{self, ServiceConfig};
use cloakroom_web::{App, cookie};
use serde_json::{Map, json};

use super::super::{Answer, Names};
use super::found_for_change;
use crate::access::{Admin, encode};
use crate::audit;
use crate::error::AdminError;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.route(
        "/admin/realms/{realm}/users/{user}/impersonation",
        web::post().to(impersonate),
    );
}

/// Opens a session of the user in the caller's browser.
async fn impersonate(admin: Admin, path: Names, request: HttpRequest) -> Answer {
    let sway = admin.check_sway(&["impersonation"])?;
    let user_agent = request.headers().get("user-agent");
    let user_agent = user_agent.and_then(|text| text.to_str().ok()).unwrap_or("");
    let origin = Origin {
        ip: admin.actor.ip.clone(),
        user_agent: user_agent.to_owned(),
    };
    let (grants, actor, at_home) = (admin.grants(), admin.actor.clone(), admin.is_at_home());
    let opened = admin
        .write(move |cx| {
            let user = found_for_change(cx, path.part("user"), (&grants, &sway), "impersonate")?;
            if !user.enabled {
                return Err(AdminError::message(400, "User is disabled"));
            }
            if user.service_account_client.is_some() {
                let why = "Service accounts cannot be impersonated";
                return Err(AdminError::message(400, why));
            }
            // One browser is one person: the administrator's own session ends.
            if let Some(own) = actor.session.as_ref().filter(|_| at_home) {
                session::remove(cx, own, false)?;
            }
            let mut notes = Map::new();
            notes.insert("IMPERSONATOR_ID".to_owned(), json!(actor.user));
            let proof = Proof {
                auth_time: cx.now,
                amr: String::new(),
                remember_me: false,
                acr: "1".to_owned(),
                notes,
            };
            let opened = sign_on::begin(cx, &user.id, &origin, proof)?;
            let path = format!("users/{}/impersonation", user.id);
            audit::record(cx, &actor, audit::ACTION, "USER", path)?;
            Ok(opened)
        })
        .await?;
    // The cookies are of the host that answers: whoever administers at another one than the realm's is not signed in there.
    let app = App::of(admin.app.clone(), Some(&admin.realm));
    let (base, realm) = (&app.base_url, encode(&admin.realm.name));
    let mut answer = HttpResponse::Ok().json(json!({
        "sameRealm": at_home,
        "redirect": format!("{base}/realms/{realm}/account"),
    }));
    let opened = (&opened.0, opened.1.expose());
    cookie::set_session(answer.headers_mut(), &app, &admin.realm.name, opened);
    Ok(answer)
}
