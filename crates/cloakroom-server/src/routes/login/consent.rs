//! Consent: the page that asks what a client may have, and the answer.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_login::flow::{self, Next, note};
use cloakroom_model::attempt::{self, Attempt};
use cloakroom_model::client::{self, Client};
use cloakroom_model::id::ScopeId;
use cloakroom_model::lap::Step;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Door, Fault, consent};
use cloakroom_web::App;
use cloakroom_web::page::{ConsentPage, Hidden, render};
use cloakroom_web::web::{self, Bytes, Data, Path};

use super::pages::{action, client_shown, layout, security};
use super::{over, posted, show};
use crate::routes::refusal::{self, Refusal};
use crate::routes::sign_in::{self, CONSENT, Onward};
use crate::routes::visit::{IDENTITY, Visit};

pub(super) fn configure(cfg: &mut web::ServiceConfig, base: &str) {
    cfg.service(web::resource(format!("{base}/consent")).route(web::post().to(decide)));
}

/// The client that asks, and the scopes that the user has to allow.
pub(super) fn wanted(
    cx: &mut Cx<'_>,
    attempt: &Attempt,
) -> Result<(Option<Arc<Client>>, Vec<ScopeId>), Fault> {
    let client = client::find_by_id(cx, &attempt.client)?;
    let scopes = match &client {
        Some(client) => {
            let scope = flow::text(attempt, note::SCOPE);
            match flow::has(attempt, note::CONFIRM) {
                true => cloakroom_login::consent::shown(cx.realm, client, scope),
                false => cloakroom_login::consent::wanted(cx.realm, client, scope),
            }
        }
        None => Vec::new(),
    };
    Ok((client, scopes))
}

pub(super) fn page(
    visit: &Visit,
    attempt: &Attempt,
    user: &User,
    scopes: &[String],
) -> HttpResponse {
    let Ok(request) = sign_in::request_of(attempt) else {
        return over(visit);
    };
    let layout = layout(visit, attempt, Some(&request), "required-action", CONSENT);
    let locale = layout.locale().clone();
    let page = ConsentPage {
        layout,
        action: action(visit, attempt, "consent", CONSENT),
        code: Hidden::new(flow::text(attempt, note::SESSION_CODE)),
        client: client_shown(&locale, attempt, &request),
        username: user.username.clone(),
        scopes: scopes.iter().map(|text| locale.resolve(text)).collect(),
        claims: Vec::new(),
        policy: None,
        terms: None,
    };
    render(StatusCode::OK, &page, &security(visit, Some(&request)))
}

async fn decide(
    app: Data<App>,
    request: HttpRequest,
    realm: Path<String>,
    body: Bytes,
) -> HttpResponse {
    let (visit, ticket, form) = match posted(app, &request, &realm, &body).await {
        Ok(posted) => posted,
        Err(page) => return page,
    };
    let provider = visit.app.provider.clone();
    let (identity, origin) = (visit.cookie(IDENTITY), visit.origin.clone());
    let work = move |cx: &mut Cx<'_>| -> Result<Onward, Fault> {
        let Some(attempt) = ticket.claim(cx)? else {
            return Ok(Onward::Over);
        };
        let mut attempt = flow::hold_here(cx, attempt, identity.as_deref())?;
        let (Next::Consent, Some(user)) = flow::next(cx, &attempt)? else {
            return sign_in::proceed(cx, &provider, attempt, identity.as_deref(), &origin);
        };
        // Whatever is not a clear yes is a no.
        if form.get("accept").is_none() || form.get("cancel").is_some() {
            let request = sign_in::request_of(&attempt)?;
            cx.lap(Step::Consent);
            let refused = Refusal {
                client_id: &request.client_id,
                user: Some(user.id.clone()),
                ip: &origin.ip,
                error: "rejected_by_user",
                reason: "The user did not allow it",
            };
            refusal::report(cx, &refused)?;
            return sign_in::refuse(cx, &provider, &attempt, "access_denied");
        }
        // What was shown is what is allowed; the form has no say in it.
        if let (Some(client), scopes) = wanted(cx, &attempt)?
            && client.settings.consent_required
        {
            consent::allow(cx, &user.id, &client.id, &scopes)?;
        }
        flow::mark(&mut attempt, note::CONSENTED);
        attempt::advance(cx, &attempt)?;
        sign_in::proceed(cx, &provider, attempt, identity.as_deref(), &origin)
    };
    match visit.app.enter(&visit.realm, Door::Write, work).await {
        Ok(onward) => show(&visit, onward).await,
        Err(fault) => visit.fault(&fault),
    }
}
