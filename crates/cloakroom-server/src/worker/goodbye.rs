//! Tells clients over the back channel that a session has ended, until they have heard it.

use std::sync::Arc;

use cloakroom_model::goodbye::{Goodbye, KIND};
use cloakroom_model::outbox::Item;
use cloakroom_model::{Cx, Door, Fault, Realm};
use cloakroom_oidc::Error;
use cloakroom_oidc::backchannel_logout::LogoutNotice;
use cloakroom_web::App;

use super::post;

/// Tells all that are due.
pub(super) async fn round(app: &App) -> Result<(), Fault> {
    for item in post::take(app, KIND).await? {
        let heard = match app.realm(&item.realm).await {
            Ok(Some(realm)) => send(app, &realm, &item).await,
            Ok(None) => Ok(true),
            Err(fault) => Err(fault),
        };
        if let Err(fault) = post::settle(app, &item, heard).await {
            tracing::warn!(error = %fault, "a client could not be told of a logout");
        }
    }
    Ok(())
}

/// True if there is nobody to tell any more, or if the client has heard.
async fn send(app: &App, realm: &Arc<Realm>, item: &Item) -> Result<bool, Fault> {
    let goodbye: Goodbye = serde_json::from_value(item.payload.clone())?;
    let provider = Arc::clone(&app.provider);
    let make = move |cx: &mut Cx<'_>| provider.logout_notice(cx, &goodbye);
    let notice: Option<LogoutNotice> = match app.enter(realm, Door::Read, make).await {
        Ok(notice) => notice,
        Err(Error::Fault(fault)) => return Err(fault),
        Err(Error::Denied(denied)) => return Err(Fault::corrupt(denied)),
    };
    let Some(notice) = notice else {
        return Ok(true);
    };
    let token = notice
        .sign(realm)
        .map_err(|_| Fault::corrupt("a logout token could not be signed"))?;
    let sent = app
        .outbound
        .post(&notice.address, &[("logout_token", &token)])
        .await;
    if let Err(error) = &sent {
        tracing::info!(realm = %realm.name, %error, "a client did not take a logout");
    }
    Ok(sent.is_ok())
}
