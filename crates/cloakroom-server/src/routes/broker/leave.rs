//! A session that came from a provider ends there as well: the browser goes there and comes back.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use cloakroom_federation::Upstream;
use cloakroom_model::session::Session;
use cloakroom_model::session::upstream::{self, Upstream as CameFrom};
use cloakroom_model::{Cx, Digest, Fault};
use cloakroom_oidc::Form;
use cloakroom_web::App;
use cloakroom_web::i18n::Notice;

use super::{connector, find};
use crate::routes::logout as own_logout;
use crate::routes::visit::Visit;

/// The session at a provider that one here came from, and that a logout here ends as well.
#[derive(Debug)]
pub(crate) struct Elsewhere {
    upstream: Upstream,
    from: CameFrom,
}

/// Finds it; `None` if there is none, or if the browser does not have to go there.
pub(crate) fn elsewhere(cx: &mut Cx<'_>, session: &Session) -> Result<Option<Elsewhere>, Fault> {
    let Some(from) = upstream::find(cx, &session.id)? else {
        return Ok(None);
    };
    let Some(upstream) = find(cx, &from.provider)? else {
        return Ok(None);
    };
    let is_left = connector::of(&upstream)?.is_left(&upstream, &from);
    Ok(is_left.then_some(Elsewhere { upstream, from }))
}

/// The page or redirect that ends a session at its provider, and the name that the answer has to bring;
/// `None` if the browser has nowhere to go.
pub(crate) async fn leave(
    visit: &Visit,
    elsewhere: &Elsewhere,
) -> Result<Option<(HttpResponse, String)>, Fault> {
    let connector = connector::of(&elsewhere.upstream)?;
    let (upstream, from) = (&elsewhere.upstream, &elsewhere.from);
    connector.leave(visit, upstream, from).await
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
