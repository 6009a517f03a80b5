//! Tells identity providers upstream, without a browser, that a session that came from them has ended.

use std::sync::Arc;

use cloakroom_federation::Upstream;
use cloakroom_model::outbox::Item;
use cloakroom_model::session::upstream::{Farewell, KIND};
use cloakroom_model::{Cx, Door, Fault, Realm, identity_provider};
use cloakroom_web::App;

use super::post;
use crate::routes::broker::connector_of;

/// Tells all that are due.
pub(super) async fn round(app: &App) -> Result<(), Fault> {
    for item in post::take(app, KIND).await? {
        let heard = match app.realm(&item.realm).await {
            Ok(Some(realm)) => send(app, &realm, &item).await,
            Ok(None) => Ok(true),
            Err(fault) => Err(fault),
        };
        if let Err(fault) = post::settle(app, &item, heard).await {
            tracing::warn!(error = %fault, "a provider could not be told of a logout");
        }
    }
    Ok(())
}

/// True if there is nobody to tell any more, or if the provider has heard.
async fn send(app: &App, realm: &Arc<Realm>, item: &Item) -> Result<bool, Fault> {
    let farewell: Farewell = serde_json::from_value(item.payload.clone())?;
    let alias = farewell.provider.clone();
    let look = move |cx: &mut Cx<'_>| -> Result<_, Fault> {
        let provider = identity_provider::find(cx, &farewell.provider)?;
        let upstream = provider.and_then(Upstream::of);
        Ok(upstream.zip(Some(farewell.id_token(cx)?)))
    };
    let Some((upstream, id_token)) = app.enter(realm, Door::Read, look).await? else {
        return Ok(true);
    };
    let connector = connector_of(&upstream)?;
    let request = connector.tell((app, realm), &upstream, &id_token).await?;
    let Some(request) = request else {
        return Ok(true);
    };
    let answer = app.outbound.send(request).await;
    let heard = answer.map(|answer| answer.status().as_u16());
    match heard {
        Ok(200..400) => Ok(true),
        Ok(status) => {
            tracing::info!(realm = %realm.name, provider = %alias, status, "a provider did not take a logout");
            Ok(false)
        }
        Err(error) => {
            tracing::info!(realm = %realm.name, provider = %alias, %error, "a provider was not told of a logout");
            Ok(false)
        }
    }
}
