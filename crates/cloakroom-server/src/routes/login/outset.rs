//! Attempts that begin on a page of ours: from the restart cookie, or without any client's request.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use cloakroom_login::flow;
use cloakroom_model::attempt::{self, Attempt};
use cloakroom_model::{Cx, Digest, Door, Secret};
use cloakroom_oidc::authorize::Decision;
use cloakroom_oidc::{Error, Form};
use cloakroom_web::i18n::Notice;
use url::form_urlencoded::Serializer;

use super::pages::PASSWORD;
use crate::routes::course;
use crate::routes::visit::{AUTH_SESSION, IDENTITY, RESTART, Visit};
use crate::routes::{request_object, sign_in};

/// An attempt, and the handle that the browser has to keep if it is a new one.
pub(super) struct Begun {
    pub(super) attempt: Attempt,
    handle: String,
    is_new: bool,
}

impl Begun {
    /// Gives the browser the handle.
    pub(super) fn remember(&self, visit: &Visit, response: &mut HttpResponse) {
        if self.is_new {
            visit.set_handle(response, &self.handle);
        }
    }
}

/// The address names a client and no tab: a bookmark, or a link that lost its end.
pub(super) fn is_lost(visit: &Visit) -> bool {
    !visit.query.has("tab_id") && visit.query.has("client_id")
}

/// Opens the attempt that the restart cookie describes anew, and leads the browser to it.
pub(super) async fn begin_again(visit: &Visit) -> HttpResponse {
    let expired = || visit.error(StatusCode::BAD_REQUEST, Notice::LinkExpired);
    let cookie = visit.cookie(RESTART).unwrap_or_default();
    let Ok(form) = Form::parse(cookie.as_bytes()) else {
        return expired();
    };
    // The cookie is one for the whole browser, and may be about another application.
    if form.get("client_id") != visit.query.get("client_id") {
        return expired();
    }
    match begin(visit, form).await {
        Ok(Some(begun)) => {
            let query = sign_in::address(&begun.attempt, PASSWORD, false);
            let to = visit.url(&format!("login-actions/authenticate?{query}"));
            let mut response = visit.redirect(&to);
            begun.remember(visit, &mut response);
            response
        }
        Ok(None) => expired(),
        Err(fault) => visit.fault(&fault),
    }
}

/// Opens an attempt that ends at the account page, for a page that needs no application.
pub(super) async fn begin_here(visit: &Visit) -> Result<Begun, HttpResponse> {
    let query = Serializer::new(String::new())
        .append_pair("client_id", "account")
        .append_pair("redirect_uri", &visit.url("account"))
        .append_pair("response_type", "code")
        .append_pair("scope", "openid")
        .finish();
    begin_asked(visit, &query).await
}

/// Opens an attempt for what a client asks for.
pub(super) async fn begin_asked(visit: &Visit, query: &str) -> Result<Begun, HttpResponse> {
    let invalid = || visit.error(StatusCode::BAD_REQUEST, Notice::InvalidRequest);
    let form = Form::parse(query.as_bytes()).map_err(|_| invalid())?;
    match begin(visit, form).await {
        Ok(Some(begun)) => Ok(begun),
        // Nobody can be asked for it, or the client is switched off.
        Ok(None) => Err(invalid()),
        Err(fault) => Err(visit.fault(&fault)),
    }
}

/// Stores an attempt for a request; `None` if the request is none that somebody can be asked for.
async fn begin(visit: &Visit, form: Form) -> Result<Option<Begun>, Error> {
    let handle = match visit.cookie(AUTH_SESSION) {
        Some(handle) if handle.len() >= 43 => handle,
        _ => {
            let mut rng = cloakroom_web::app::random()?;
            Secret::random(&mut rng).expose().to_owned()
        }
    };
    let fetched = request_object::fetch(&visit.app, &visit.realm, &form).await?;
    let (provider, identity) = (visit.app.provider.clone(), visit.cookie(IDENTITY));
    let work = move |cx: &mut Cx<'_>| {
        let asked = provider.authorize(cx, &form, &fetched)?;
        store(cx, asked, &handle, identity.as_deref())
    };
    visit.app.enter(&visit.realm, Door::Write, work).await
}

fn store(
    cx: &mut Cx<'_>,
    asked: Decision,
    handle: &str,
    identity: Option<&str>,
) -> Result<Option<Begun>, Error> {
    let Decision::Ask(request, client) = asked else {
        return Ok(None);
    };
    if request.prompt.none {
        return Ok(None);
    }
    let asked = (request.scope.as_str(), request.level.least());
    let session = course::session_of(cx, &client, asked, identity)?;
    let session = session.filter(|(session, _)| sign_in::is_expected(&request, &client, session));
    let known = session.as_ref().map(|(session, reached)| {
        let is_enough = reached.is_some() && sign_in::is_enough(cx, &request, session);
        (session, is_enough)
    });
    let reached = session.as_ref().and_then(|(_, reached)| reached.clone());
    let reached = reached.filter(|_| known.is_some_and(|(_, is_enough)| is_enough));
    let browser = Digest::of(handle.as_bytes());
    let is_new = !attempt::has_any(cx, &browser)?;
    let mut attempt = sign_in::begin(cx, &request, &client, &browser, known)?;
    if let Some(reached) = reached {
        flow::reach(&mut attempt, &reached);
    }
    course::prepare(cx.realm, &client, &mut attempt);
    attempt::insert(cx, &attempt)?;
    Ok(Some(Begun {
        attempt,
        handle: handle.to_owned(),
        is_new,
    }))
}
