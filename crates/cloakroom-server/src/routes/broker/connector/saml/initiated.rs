//! A sign-in that begins at the provider (SAML Profiles §4.1.5): what it brings is not believed, and signs nobody in.
//!
//! The browser goes to the application instead, which begins a sign-in as it always does; that one leads to the provider
//! it came from without a question, and is bound to this browser, to a request and to a state. So nobody is signed in as
//! somebody else by a form of another site, and an answer that was stolen is worth nothing.

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_federation::Problem;
use cloakroom_federation::saml::binding::{Kind, Message};
use cloakroom_model::client::{self, Client};
use cloakroom_model::{Cx, Door, Fault};
use cloakroom_web::App;
use cloakroom_web::cookie::Cookie;
use cloakroom_web::i18n::Notice;
use url::Url;

use crate::routes::broker::{find_for_login, not_found};
use crate::routes::visit::{BROUGHT_BY, Visit};

/// The client's attribute that allows it: Keycloak's, and the name in the address.
const NAME: &str = "saml_idp_initiated_sso_url_name";

/// Where a client's sign-in is begun by others (OpenID Connect Core §4), before its home page.
const BEGINS_AT: &str = "initiate.login.uri";

/// An application has so long to begin, in seconds.
const LIVES: i64 = 120;

/// `GET /realms/{realm}/broker/{alias}/endpoint/clients/{client}`.
pub(super) async fn by_query(
    app: Data<App>,
    request: HttpRequest,
    path: Path<(String, String, String)>,
) -> HttpResponse {
    let message = Message::from_query(request.query_string());
    receive(app, request, path.into_inner(), message).await
}

/// The same in a form.
pub(super) async fn by_form(
    app: Data<App>,
    request: HttpRequest,
    path: Path<(String, String, String)>,
    body: Bytes,
) -> HttpResponse {
    let message = Message::from_form(&body);
    receive(app, request, path.into_inner(), message).await
}

async fn receive(
    app: Data<App>,
    request: HttpRequest,
    (realm, alias, name): (String, String, String),
    message: Result<Message, Problem>,
) -> HttpResponse {
    let visit = match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    if !message.is_ok_and(|message| message.kind == Kind::Response) {
        return visit.error(StatusCode::BAD_REQUEST, Notice::InvalidRequest);
    }
    let issuer = super::realm_address(&visit);
    let look = move |cx: &mut Cx<'_>| -> Result<_, Fault> {
        let upstream = find_for_login(cx, &alias)?.filter(super::is_ours);
        let is_name = name.len() <= 255 && !name.contains(char::is_control);
        let client = match is_name {
            true => client::find(cx, &name)?,
            false => None,
        };
        let start = client.and_then(|client| start(&client, &name, &issuer));
        Ok(upstream.map(|upstream| (upstream.provider.alias, start)))
    };
    match visit.app.enter(&visit.realm, Door::Read, look).await {
        Ok(Some((alias, Some(start)))) => begin(&visit, &start, &alias),
        Ok(Some((_, None))) => visit.error(StatusCode::BAD_REQUEST, Notice::ClientNotFound),
        Ok(None) => not_found(&visit),
        Err(fault) => visit.fault(&fault),
    }
}

/// Where an application begins, if an administrator lets providers lead there; nothing that comes with the message
/// has a say in it.
fn start(client: &Client, name: &str, issuer: &str) -> Option<Url> {
    let allowed = client.settings.attributes.get(NAME);
    if !client.enabled || allowed.map(String::as_str) != Some(name) {
        return None;
    }
    let begins = client.settings.attributes.get(BEGINS_AT);
    let begins = begins.filter(|place| !place.is_empty());
    let place = begins.or(client.settings.base_url.as_ref())?;
    let root = client.settings.root_url.as_deref().map(Url::parse);
    let mut place = match root {
        Some(Ok(root)) => root.join(place).ok()?,
        _ => Url::parse(place).ok()?,
    };
    if begins.is_some() {
        place.query_pairs_mut().append_pair("iss", issuer);
    }
    ["https", "http"].contains(&place.scheme()).then_some(place)
}

fn begin(visit: &Visit, start: &Url, alias: &str) -> HttpResponse {
    let mut answer = visit.redirect(start.as_str());
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
    if alias.chars().all(is_plain) {
        let brought_by = Cookie {
            name: BROUGHT_BY,
            value: alias,
            http_only: true,
            max_age: Some(LIVES),
        };
        visit.set(&mut answer, &brought_by);
    }
    answer
}
