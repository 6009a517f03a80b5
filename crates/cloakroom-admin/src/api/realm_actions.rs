//! What one does to a realm, or asks of it, that is no setting: log everybody out, clear caches.

use actix_web::HttpResponse;
use cloakroom_keycloak::{client as client_shape, client_registration as metadata, read};
use cloakroom_model::{flow, realm, session};
use cloakroom_web::web::{self, Bytes, ServiceConfig};
use serde_json::json;

use super::clients::saml;
use super::{Answer, no_content};
use crate::access::Admin;
use crate::audit;
use crate::error::AdminError;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let at = |path: &str| format!("/admin/realms/{{realm}}/{path}");
    cfg.route(&at("logout-all"), web::post().to(logout_all));
    cfg.route(&at("push-revocation"), web::post().to(push));
    for cache in [
        "clear-realm-cache",
        "clear-user-cache",
        "clear-keys-cache",
        "clear-crl-cache",
    ] {
        let clear = move |admin| clear(admin, cache);
        cfg.route(&at(cache), web::post().to(clear));
    }
    cfg.route(&at("credential-registrators"), web::get().to(registrators));
    cfg.route(&at("testSMTPConnection"), web::post().to(test_mail));
    cfg.route(&at("client-description-converter"), web::post().to(convert));
}

/// Ends all online sessions and refuses the tokens that were issued so far, those without a session too.
async fn logout_all(admin: Admin) -> Answer {
    admin.check(&["manage-users"])?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            session::remove_all(cx)?;
            let mut settings = cx.realm.settings.clone();
            settings.not_before = cx.now.seconds();
            let (name, enabled) = (cx.realm.name.clone(), cx.realm.enabled);
            realm::update(cx, &name, enabled, &settings)?;
            let what = (audit::ACTION, "REALM");
            audit::record_with(cx, &actor, what, "logout-all", Some("{}".to_owned()))?;
            Ok(())
        })
        .await?;
    Ok(HttpResponse::Ok().json(json!({})))
}

/// Clients learn of a new not-before from introspection; none of them is called.
async fn push(admin: Admin) -> Answer {
    admin.check(&["manage-realm"])?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            let what = (audit::ACTION, "REALM");
            audit::record_with(cx, &actor, what, "push-revocation", Some("{}".to_owned()))?;
            Ok(())
        })
        .await?;
    Ok(HttpResponse::Ok().json(json!({})))
}

/// Reads the realm anew, here and on other nodes.
async fn clear(admin: Admin, cache: &'static str) -> Answer {
    admin.check(&["manage-realm"])?;
    let actor = admin.actor.clone();
    admin
        .write(move |cx| {
            cx.settings_changed();
            cx.people_changed();
            audit::record(cx, &actor, audit::ACTION, "REALM", cache)?;
            Ok(())
        })
        .await?;
    Ok(no_content())
}

/// The required actions in which people set up a credential.
const REGISTRATORS: [&str; 4] = [
    "CONFIGURE_TOTP",
    "webauthn-register",
    "webauthn-register-passwordless",
    "CONFIGURE_RECOVERY_AUTHN_CODES",
];

async fn registrators(admin: Admin) -> Answer {
    admin.check(&["view-realm", "manage-realm"])?;
    let known = admin.read(|cx| Ok(flow::list_actions(cx)?)).await?;
    let is_known = |name: &&&str| {
        let mut all = known.iter();
        all.any(|action| action.enabled && action.provider_id == **name)
    };
    let found: Vec<&&str> = REGISTRATORS.iter().filter(is_known).collect();
    Ok(HttpResponse::Ok().json(found))
}

/// No letter is sent from here, so none arrives: Keycloak's words for that.
///
/// Nothing is connected to either: whoever manages a realm must not reach into the network that
/// the server stands in.
async fn test_mail(admin: Admin, body: Bytes) -> Answer {
    admin.check(&["manage-realm"])?;
    read::map(&body)?;
    tracing::warn!(realm = %admin.realm.name, "a test mail was asked for, and mail is not available");
    Err(AdminError::message(500, "Failed to send email"))
}

/// A description of a client, in the form that the other calls take.
async fn convert(admin: Admin, body: Bytes) -> Answer {
    admin.check(&["create-client", "manage-clients"])?;
    let unsupported = |_| AdminError::error(400, "Unsupported format");
    if let Ok(text) = std::str::from_utf8(&body)
        && saml::is_description(text)
    {
        return Ok(HttpResponse::Ok().json(saml::client_of(text)?));
    }
    let sent = read::map(&body).map_err(unsupported)?;
    // The standard's metadata are known by their one member that every client has.
    if sent.contains_key("redirect_uris") {
        let sent = read::object(&body, "OIDCClientRepresentation", metadata::FIELDS)?;
        return Ok(HttpResponse::Ok().json(metadata::describe(&sent)?));
    }
    let fields = client_shape::FIELDS;
    let sent = read::object(&body, "ClientRepresentation", fields).map_err(unsupported)?;
    Ok(HttpResponse::Ok().json(sent))
}
