//! A session that came from a provider ends there as well: the browser goes there and comes back (RP-Initiated Logout 1.0).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use cloakroom_federation::Upstream;
use cloakroom_model::session::{Session, upstream};
use cloakroom_model::{Cx, Digest, Fault, Secret};
use cloakroom_oidc::Form;
use cloakroom_web::App;
use cloakroom_web::app::random;
use cloakroom_web::i18n::Notice;
use url::Url;

use super::connector::saml;
use super::{depart, find};
use crate::routes::logout as own_logout;
use crate::routes::visit::Visit;

/// The session at a provider that one here came from, and that a logout here ends as well.
#[derive(Debug)]
pub(crate) enum Elsewhere {
    Saml(Box<saml::logout::Elsewhere>),
    OpenId(Box<OpenId>),
}

/// Where a session at an OpenID provider ends.
#[derive(Debug)]
pub(crate) struct OpenId {
    upstream: Upstream,
    place: Url,
    id_token: Option<Secret>,
}

/// Finds it; `None` if there is none, or if the settings name no place where it ends.
///
/// As in Keycloak, what a provider publishes of itself does not count here: whether people leave it as well is
/// an administrator's decision, and `logoutUrl` is where they make it.
pub(crate) fn elsewhere(cx: &mut Cx<'_>, session: &Session) -> Result<Option<Elsewhere>, Fault> {
    if let Some(found) = saml::logout::elsewhere(cx, session)? {
        return Ok(Some(Elsewhere::Saml(Box::new(found))));
    }
    let Some(from) = upstream::find(cx, &session.id)? else {
        return Ok(None);
    };
    let found = find(cx, &from.provider)?.filter(Upstream::is_openid);
    let Some(upstream) = found else {
        return Ok(None);
    };
    // Such a provider is told without the browser, as soon as the session is removed.
    if upstream.has("backchannelSupported") && from.id_token.is_some() {
        return Ok(None);
    }
    let place = upstream.text("logoutUrl").map(Url::parse);
    let Some(Ok(place)) = place else {
        return Ok(None);
    };
    Ok(Some(Elsewhere::OpenId(Box::new(OpenId {
        place,
        upstream,
        id_token: from.id_token,
    }))))
}

/// The page or redirect that ends a session at its provider, and the name that the answer has to bring;
/// `None` if the browser has nowhere to go.
pub(crate) async fn leave(
    visit: &Visit,
    elsewhere: &Elsewhere,
) -> Result<Option<(HttpResponse, String)>, Fault> {
    let there = match elsewhere {
        Elsewhere::Saml(there) => return saml::logout::leave(visit, there).await,
        Elsewhere::OpenId(there) => there,
    };
    let state = Secret::random(&mut random()?);
    let to = there.address(visit, state.expose());
    Ok(Some((
        visit.redirect(to.as_str()),
        state.expose().to_owned(),
    )))
}

impl OpenId {
    /// The address with what the settings let it say; `sendIdTokenOnLogout` is on unless it is switched off.
    fn address(&self, visit: &Visit, state: &str) -> Url {
        let mut to = self.place.clone();
        let back = format!("{}/logout_response", depart::back(visit, &self.upstream));
        let mut query = to.query_pairs_mut();
        query.append_pair("state", state);
        if let Some(token) = self.hint() {
            query.append_pair("id_token_hint", token.expose());
        }
        if self.upstream.has("sendClientIdOnLogout")
            && let Ok(client) = self.upstream.client_id()
        {
            query.append_pair("client_id", client);
        }
        query.append_pair("post_logout_redirect_uri", &back);
        drop(query);
        to
    }

    fn hint(&self) -> Option<&Secret> {
        let is_off = self.upstream.text("sendIdTokenOnLogout") == Some("false");
        self.id_token.as_ref().filter(|_| !is_off)
    }
}

/// `GET /realms/{realm}/broker/{alias}/endpoint/logout_response`: the provider has ended its session.
///
/// The session here was over before the browser left, so there is nothing to forge but the page that is shown.
pub(super) async fn back(
    app: Data<App>,
    request: actix_web::HttpRequest,
    path: Path<(String, String)>,
) -> HttpResponse {
    let (realm, _) = path.into_inner();
    let visit = match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    let (name, query) = own_logout::kept(&visit);
    let state = visit.query.get("state").unwrap_or_default();
    let is_ours = Digest::of(state.as_bytes()).matches(&Digest::of(name.as_bytes()));
    match is_ours && !name.is_empty() {
        true => own_logout::finish(&visit, &query).await,
        false => visit.error(StatusCode::BAD_REQUEST, Notice::LinkExpired),
    }
}

/// The same in a form, which a page of the provider posts: the browser comes once more by itself, with its cookies.
pub(super) async fn back_by_form(
    app: Data<App>,
    request: actix_web::HttpRequest,
    path: Path<(String, String)>,
    body: Bytes,
) -> HttpResponse {
    let (realm, alias) = path.into_inner();
    let visit = match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    let form = Form::parse(&body).unwrap_or_default();
    let state = form.get("state").unwrap_or_default();
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("state", state)
        .finish();
    let alias = percent_encoding::utf8_percent_encode(&alias, percent_encoding::NON_ALPHANUMERIC);
    visit.redirect(&visit.url(&format!("broker/{alias}/endpoint/logout_response?{query}")))
}
