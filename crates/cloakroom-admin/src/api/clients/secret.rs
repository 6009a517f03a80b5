//! What a client proves itself with: its secret, the one before, and its registration access token.

use actix_web::HttpResponse;
use cloakroom_keycloak::client as shape;
use cloakroom_keycloak::read::set;
use cloakroom_model::{Secret, client};
use cloakroom_oidc::issue::SignError;
use cloakroom_oidc::registration_token::{self, AUTHENTICATED};
use cloakroom_web::web::{self, ServiceConfig};
use serde_json::{Value, json};

use super::super::{Answer, Names, Params, no_content};
use super::{MANAGE, Sight, VIEW, change, found_by, found_for_change, registrant, rotation};
use crate::access::Admin;
use crate::audit;
use crate::error::AdminError;

pub(super) fn configure(cfg: &mut ServiceConfig, client: &str) {
    let current = web::resource(format!("{client}/client-secret"))
        .route(web::get().to(show))
        .route(web::post().to(renew));
    let rotated = web::resource(format!("{client}/client-secret/rotated"))
        .route(web::get().to(show_rotated))
        .route(web::delete().to(forget_rotated));
    cfg.service(current).service(rotated);
    cfg.route(
        &format!("{client}/registration-access-token"),
        web::post().to(renew_registration_token),
    );
}

fn as_credential(secret: Option<&Secret>) -> Value {
    match secret {
        Some(secret) => json!({"type": "secret", "value": secret.expose()}),
        None => json!({"type": "secret"}),
    }
}

async fn show(admin: Admin, path: Names) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let sight = Sight::of(&admin);
    let body = admin
        .read(move |cx| {
            let client = found_by(cx, path.part("client"), &views, "view")?;
            let secret = client::reveal_secret(cx, &client)?;
            // Whoever may only look is told that there is one.
            let masked = Secret::new(shape::MASK);
            let seen = sight.sees_secret(cx, &client)?;
            let secret = secret.map(|secret| if seen { secret } else { masked });
            Ok(as_credential(secret.as_ref()))
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

/// A secret that lives on beside its successor does so no longer than a week, in seconds.
const KEPT: i64 = 7 * 24 * 60 * 60;

/// Makes a new secret. With `keep`, which Keycloak has not, the one before counts for so many seconds more, so that an
/// application that runs can be given the new one first.
async fn renew(admin: Admin, path: Names, params: Params) -> Answer {
    admin.check_sway(MANAGE)?;
    let keep = match params.get("keep").map(|text| text.parse::<i64>()) {
        None => None,
        Some(Ok(seconds)) if (0..=KEPT).contains(&seconds) => Some(seconds).filter(|one| *one > 0),
        Some(_) => {
            let why = format!("keep is a number of seconds, and no more than {KEPT}");
            return Err(AdminError::message(400, why));
        }
    };
    let (grants, actor, by) = (admin.grants(), admin.actor.clone(), registrant(&admin));
    let secret = admin
        .write(move |cx| {
            let client = found_for_change(cx, path.part("client"), &grants)?;
            let place = format!("clients/{}/client-secret", client.id);
            let secret = change::renew_secret(cx, &by, client, keep)?;
            audit::record(cx, &actor, audit::ACTION, "CLIENT", place)?;
            Ok(secret)
        })
        .await?;
    Ok(HttpResponse::Ok().json(as_credential(Some(&secret))))
}

/// A secret is kept beside its successor where a client policy rotates secrets.
async fn show_rotated(admin: Admin, path: Names) -> Answer {
    let views = admin.check_sway(VIEW)?;
    let sight = Sight::of(&admin);
    let body = admin
        .read(move |cx| {
            let client = found_by(cx, path.part("client"), &views, "view")?;
            let Some(secret) = rotation::before(&client.settings) else {
                let why = "Client does not have a rotated secret";
                return Err(AdminError::error(404, why));
            };
            let masked = Secret::new(shape::MASK);
            let seen = sight.sees_secret(cx, &client)?;
            let secret = if seen { secret } else { masked };
            Ok(as_credential(Some(&secret)))
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn forget_rotated(admin: Admin, path: Names) -> Answer {
    admin.check_sway(MANAGE)?;
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    admin
        .write(move |cx| {
            let mut client = found_for_change(cx, path.part("client"), &grants)?;
            if rotation::before(&client.settings).is_none() {
                return Ok(());
            }
            rotation::forget(&mut client.settings);
            let place = format!("clients/{}/client-secret/rotated", client.id);
            change::store_settings(cx, client)?;
            audit::record(cx, &actor, audit::DELETE, "CLIENT", place)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

/// Makes a token by which the client may change its own registration; the one before is worth nothing.
async fn renew_registration_token(admin: Admin, path: Names) -> Answer {
    admin.check_sway(MANAGE)?;
    let (grants, actor) = (admin.grants(), admin.actor.clone());
    let provider = admin.app.provider.clone();
    let (mut shown, token) = admin
        .write(move |cx| {
            let client = found_for_change(cx, path.part("client"), &grants)?;
            let token = registration_token::renew(&provider, cx, &client.id, AUTHENTICATED)?;
            let place = format!("clients/{}/registration-access-token", client.id);
            audit::record(cx, &actor, audit::ACTION, "CLIENT", place)?;
            let masked = Secret::new(shape::MASK);
            let secret = client.secret.as_ref().map(|_| &masked);
            let shown = shape::show(cx.realm, &rotation::masked(&client), secret)?;
            Ok((shown, token))
        })
        .await?;
    let token = token.sign(&admin.realm).map_err(|error| match error {
        SignError::Fault(fault) => fault.into(),
        SignError::Missing(_) => {
            AdminError::message(400, "The realm has no key for its own tokens (HS512)")
        }
    })?;
    set(&mut shown, "registrationAccessToken", json!(token));
    Ok(HttpResponse::Ok().json(shown))
}
