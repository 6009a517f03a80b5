//! The browser of a session that ends goes to the OpenID provider that the session came from (RP-Initiated Logout 1.0).

use actix_web::HttpResponse;
use cloakroom_federation::Upstream;
use cloakroom_model::session::upstream::Upstream as CameFrom;
use cloakroom_model::{Fault, Secret};
use cloakroom_web::app::random;
use url::Url;

use crate::routes::broker::depart;
use crate::routes::visit::Visit;

/// As in Keycloak, what a provider publishes of itself does not count here: whether people leave it as well is
/// an administrator's decision, and `logoutUrl` is where they make it.
pub(super) fn is_left(upstream: &Upstream, from: &CameFrom) -> bool {
    // Such a provider is told without the browser, as soon as the session is removed.
    let is_told = upstream.has("backchannelSupported") && from.id_token.is_some();
    upstream.is_openid() && !is_told && place(upstream).is_some()
}

fn place(upstream: &Upstream) -> Option<Url> {
    Url::parse(upstream.text("logoutUrl")?).ok()
}

pub(super) fn leave(
    visit: &Visit,
    upstream: &Upstream,
    from: &CameFrom,
) -> Result<Option<(HttpResponse, String)>, Fault> {
    let Some(place) = place(upstream) else {
        return Ok(None);
    };
    let state = Secret::random(&mut random()?).expose().to_owned();
    let to = address(visit, place, (upstream, from), &state);
    Ok(Some((visit.redirect(to.as_str()), state)))
}

/// The address with what the settings let it say; `sendIdTokenOnLogout` is on unless it is switched off.
fn address(
    visit: &Visit,
    mut to: Url,
    (upstream, from): (&Upstream, &CameFrom),
    state: &str,
) -> Url {
    let back = format!("{}/logout_response", depart::back(visit, upstream));
    let is_off = upstream.text("sendIdTokenOnLogout") == Some("false");
    let mut query = to.query_pairs_mut();
    query.append_pair("state", state);
    if let Some(token) = from.id_token.as_ref().filter(|_| !is_off) {
        query.append_pair("id_token_hint", token.expose());
    }
    if upstream.has("sendClientIdOnLogout")
        && let Ok(client) = upstream.client_id()
    {
        query.append_pair("client_id", client);
    }
    query.append_pair("post_logout_redirect_uri", &back);
    drop(query);
    to
}
