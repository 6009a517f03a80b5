//! Fetches what an authorization request refers to, before its rule looks at it: a request object at
//! an address that the client registered, and the client's keys.

use std::sync::Arc;

use cloakroom_model::{Cx, Door, Realm};
use cloakroom_oidc::authorize::Fetched;
use cloakroom_oidc::{Error, Form};
use cloakroom_web::App;

/// What the request needs. What cannot be fetched is missing, and the rule says so.
pub(super) async fn fetch(app: &App, realm: &Arc<Realm>, form: &Form) -> Result<Fetched, Error> {
    let mut fetched = Fetched::default();
    if !form.has("request") && !form.has("request_uri") {
        return Ok(fetched);
    }
    let (provider, asked) = (app.provider.clone(), form.clone());
    let wanted = move |cx: &mut Cx<'_>| provider.object_wanted(cx, &asked);
    if let Some(address) = app.enter(realm, Door::Memory, wanted).await? {
        let accept = "application/oauth-authz-req+jwt, application/jwt";
        match app.outbound.get(&address, accept).await {
            Ok(body) => fetched.object = String::from_utf8(body).ok(),
            Err(why) => tracing::warn!(%why, "a client's request_uri was not fetched"),
        }
    }
    let (provider, asked, so_far) = (app.provider.clone(), form.clone(), fetched.clone());
    let wanted = move |cx: &mut Cx<'_>| provider.object_keys_wanted(cx, &asked, &so_far);
    if let Some(wanted) = app.enter(realm, Door::Memory, wanted).await? {
        fetched.keys = app.outbound.keys(&wanted).await;
    }
    Ok(fetched)
}
