//! Letters to a user, asked for by an administrator: each is a row of the outbox.

use std::sync::Arc;

use cloakroom_keycloak::read::{self, Unreadable};
use cloakroom_model::realm::Settings;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, client, flow, outbox};
use cloakroom_oidc::{Provider, redirect_uri};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::{Value, json};

use super::super::{Answer, Names, Params, no_content};
use super::{MANAGE, found_by};
use crate::access::Admin;
use crate::audit;
use crate::error::{AdminError, Result};

pub(super) fn configure(cfg: &mut ServiceConfig) {
    let user = "/admin/realms/{realm}/users/{user}";
    cfg.route(
        &format!("{user}/execute-actions-email"),
        web::put().to(execute_actions),
    );
    cfg.route(
        &format!("{user}/reset-password-email"),
        web::put().to(reset_password),
    );
    cfg.route(
        &format!("{user}/send-verify-email"),
        web::put().to(verify_email),
    );
}

/// A letter, and how Keycloak says that it could not be sent.
#[derive(Clone)]
struct Letter {
    template: &'static str,
    actions: Vec<String>,
    failure: &'static str,
}

async fn execute_actions(admin: Admin, path: Names, params: Params, body: Bytes) -> Answer {
    let actions = serde_json::from_value::<Vec<String>>(read::value(&body)?);
    let actions = actions.map_err(|_| Unreadable::Type)?;
    let letter = Letter {
        template: "execute-actions",
        actions,
        failure: "Failed to send execute actions email",
    };
    send(admin, path, params, letter).await
}

async fn reset_password(admin: Admin, path: Names, params: Params) -> Answer {
    let letter = Letter {
        template: "execute-actions",
        actions: vec!["UPDATE_PASSWORD".to_owned()],
        failure: "Failed to send execute actions email",
    };
    send(admin, path, params, letter).await
}

/// Why no letter went out that asks for a proof of an address; Keycloak says no more of it.
const NO_PROOF: &str = "Failed to send verify email";

async fn verify_email(admin: Admin, path: Names, params: Params) -> Answer {
    let letter = Letter {
        template: "verify-email",
        actions: vec!["VERIFY_EMAIL".to_owned()],
        failure: NO_PROOF,
    };
    send(admin, path, params, letter).await
}

async fn send(admin: Admin, path: Names, params: Params, letter: Letter) -> Answer {
    let manages = admin.check_sway(MANAGE)?;
    let lifespan = match params.get("lifespan") {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| AdminError::not_found())?),
    };
    let asked = Asked {
        client: params.get("client_id").cloned(),
        redirect_uri: params.get("redirect_uri").cloned(),
        lifespan,
        provider: Arc::clone(&admin.app.provider),
    };
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let user = found_by(cx, path.part("user"), &manages, "manage")?;
            check_user(&user)?;
            check_actions(cx, &letter)?;
            let client = asked.client(cx)?;
            check_server(cx, letter.failure)?;
            let lifespan = asked.lifespan.unwrap_or_else(|| usual_lifespan(cx));
            let payload = json!({
                "template": letter.template,
                "user": user.id,
                "actions": letter.actions,
                "client": client,
                "redirectUri": asked.redirect_uri,
                "lifespan": lifespan,
            });
            outbox::insert(cx, "mail", &payload)?;
            let path = format!("users/{}/{}-email", user.id, letter.template);
            audit::record(cx, &actor, audit::ACTION, "USER", path)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

/// Where the link of a letter leads at its end, and how long it may be followed.
#[derive(Clone)]
struct Asked {
    client: Option<String>,
    redirect_uri: Option<String>,
    /// In seconds.
    lifespan: Option<i64>,
    provider: Arc<Provider>,
}

impl Asked {
    /// The `client_id` of the client that the link leads to.
    fn client(&self, cx: &mut Cx<'_>) -> Result<String> {
        let refuse = |why: &str| Err(AdminError::message(400, why));
        let Some(id) = &self.client else {
            if self.redirect_uri.is_some() {
                return refuse("Client id missing");
            }
            return Ok("account".to_owned());
        };
        let Some(client) = client::find(cx, id)? else {
            return refuse("Client doesn't exist");
        };
        if !client.enabled {
            return refuse("Client is not enabled");
        }
        if let Some(uri) = &self.redirect_uri
            && !redirect_uri::is_registered(self.provider.roots(cx.realm), &client, uri)
        {
            return refuse("Invalid redirect uri.");
        }
        Ok(client.client_id.clone())
    }
}

fn check_user(user: &User) -> Result<()> {
    if user.email.is_none() {
        return Err(AdminError::message(400, "User email missing"));
    }
    if !user.enabled {
        return Err(AdminError::message(400, "User is disabled"));
    }
    Ok(())
}

fn check_actions(cx: &mut Cx<'_>, letter: &Letter) -> Result<()> {
    let known = flow::list_actions(cx)?;
    let is_known = |alias: &String| {
        let mut all = known.iter();
        all.any(|action| &action.alias == alias || &action.provider_id == alias)
    };
    if letter.actions.iter().all(is_known) {
        return Ok(());
    }
    Err(AdminError::message(
        400,
        "Provided invalid required actions",
    ))
}

/// The realm says from which address its letters come.
pub(crate) fn has_sender(settings: &Settings) -> bool {
    let server = settings.rest.get("smtpServer");
    let sender = server.and_then(|server| server.get("from")?.as_str());
    sender.is_some_and(|sender| !sender.trim().is_empty())
}

/// Keycloak tries to send at once, and fails with these words where no sender is set. Here the
/// letter waits in the outbox, where one without a sender would wait for ever.
fn check_server(cx: &Cx<'_>, failure: &str) -> Result<()> {
    if has_sender(&cx.realm.settings) {
        return Ok(());
    }
    if failure == NO_PROOF {
        return Err(AdminError::message(500, failure));
    }
    Err(AdminError::message(
        500,
        format!(
            "{failure}: Invalid sender address 'null'. If the address contains UTF-8 characters \
             in the local part please ensure the SMTP server supports the SMTPUTF8 extension and \
             enable 'Allow UTF-8' in the email realm configuration."
        ),
    ))
}

fn usual_lifespan(cx: &Cx<'_>) -> i64 {
    let settings = &cx.realm.settings.rest;
    settings
        .get("actionTokenGeneratedByAdminLifespan")
        .and_then(Value::as_i64)
        .unwrap_or(12 * 60 * 60)
}
