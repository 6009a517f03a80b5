//! Sends a browser to an identity provider.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_federation::departure::{Marks, Wishes};
use cloakroom_federation::saml::binding::Outgoing;
use cloakroom_federation::{Problem, Upstream};
use cloakroom_login::flow::{self, note};
use cloakroom_model::attempt::Attempt;
use cloakroom_model::departure::{self, Baggage, Departure};
use cloakroom_model::id::{AttemptId, UserId};
use cloakroom_model::{Cx, Digest, Door, Fault, Secret, Timestamp, Ttl};
use cloakroom_oidc::authorize::AuthorizationRequest;
use cloakroom_web::App;
use cloakroom_web::app::random;
use cloakroom_web::i18n::Notice;
use url::form_urlencoded::Serializer;

use super::{About, connector, find_for_login, not_found, problem_page};
use crate::routes::login::{Ticket, over};
use crate::routes::sign_in;
use crate::routes::visit::Visit;

/// Somebody at a provider's page has so long.
const AWAY: Ttl = Ttl::seconds(30 * 60);

/// The address that leads to a provider, for a link on a page of this attempt.
pub(crate) fn address(visit: &Visit, attempt: &Attempt, alias: &str) -> String {
    let query = Serializer::new(String::new())
        .append_pair("session_code", flow::text(attempt, note::SESSION_CODE))
        .append_pair("tab_id", &attempt.tab_id)
        .append_pair("client_id", &client_id(attempt))
        .finish();
    let alias = percent_encoding::utf8_percent_encode(alias, percent_encoding::NON_ALPHANUMERIC);
    visit.url(&format!("broker/{alias}/login?{query}"))
}

fn client_id(attempt: &Attempt) -> String {
    let request = sign_in::request_of(attempt);
    request.map(|request| request.client_id).unwrap_or_default()
}

/// A link of the sign-in page. Its code is the proof that the page is ours.
pub(super) async fn login(
    app: Data<App>,
    request: HttpRequest,
    path: Path<(String, String)>,
) -> HttpResponse {
    let (realm, alias) = path.into_inner();
    let visit = match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    let ticket = match Ticket::of(&visit) {
        Ok(ticket) => ticket,
        Err(page) => return page,
    };
    let look = move |cx: &mut Cx<'_>| -> Result<_, Fault> {
        Ok((ticket.claim(cx)?, find_for_login(cx, &alias)?))
    };
    match visit.app.enter(&visit.realm, Door::Read, look).await {
        Ok((Some(attempt), Some(upstream))) => depart(&visit, &attempt, &upstream, None).await,
        Ok((None, _)) => over(&visit),
        Ok((_, None)) => not_found(&visit),
        Err(fault) => visit.fault(&fault),
    }
}

/// A browser that is about to leave, and what its return needs.
pub(super) struct Packed {
    to: Outgoing,
    state: Secret,
    pub(super) baggage: Baggage,
}

/// Makes what is sent to a provider; the error says whose turn it is.
pub(super) async fn pack(
    visit: &Visit,
    upstream: &Upstream,
    wishes: &Wishes,
) -> Result<Result<Packed, Problem>, Fault> {
    let fresh = || random().map(|mut rng| Secret::random(&mut rng));
    let (state, nonce, verifier) = (fresh()?, fresh()?, fresh()?);
    let redirect_uri = back(visit, upstream);
    let marks = Marks {
        state: state.expose(),
        nonce: nonce.expose(),
        verifier: verifier.expose(),
        redirect_uri: &redirect_uri,
    };
    let connector = connector::of(upstream)?;
    let to = connector.depart(visit, upstream, &marks, wishes).await?;
    Ok(to.map(|to| Packed {
        to,
        baggage: Baggage {
            nonce: nonce.expose().to_owned(),
            verifier: verifier.expose().to_owned(),
            ..Baggage::default()
        },
        state,
    }))
}

/// Writes down that a browser leaves, and sends it on its way.
pub(super) async fn go(
    visit: &Visit,
    upstream: &Upstream,
    packed: Packed,
    (browser, attempt, until): (&Digest, AttemptId, Timestamp),
) -> HttpResponse {
    let leaves = Departure {
        state: packed.state.digest(),
        browser: browser.clone(),
        provider: upstream.provider.id.clone(),
        attempt,
        baggage: packed.baggage,
        expires_at: until,
    };
    let write = move |cx: &mut Cx<'_>| {
        let mut leaves = leaves.clone();
        leaves.expires_at = leaves.expires_at.min(cx.now.plus(AWAY));
        departure::insert(cx, &leaves)
    };
    match visit.app.enter(&visit.realm, Door::Write, write).await {
        Ok(()) => deliver(visit, &packed.to),
        Err(fault) => visit.fault(&fault),
    }
}

/// Takes a message on its way to a provider.
pub(super) fn deliver(visit: &Visit, to: &Outgoing) -> HttpResponse {
    match to {
        Outgoing::Redirect(to) => visit.redirect(to),
        Outgoing::Post { action, fields } => {
            let fields = fields.iter();
            let fields = fields.map(|(name, value)| (*name, value.as_str()));
            visit.post(action, fields, None)
        }
    }
}

/// Sends the browser of an attempt to a provider: to sign in, or to link an account there to a user here.
pub(crate) async fn depart(
    visit: &Visit,
    attempt: &Attempt,
    upstream: &Upstream,
    link_to: Option<&UserId>,
) -> HttpResponse {
    let request = sign_in::request_of(attempt).ok();
    let wishes = request.as_ref().map(wishes).unwrap_or_default();
    let mut packed = match pack(visit, upstream, &wishes).await {
        Ok(Ok(packed)) => packed,
        Ok(Err(problem)) => return stopped(visit, attempt, upstream, &problem).await,
        Err(fault) => return visit.fault(&fault),
    };
    packed.baggage.link_to = link_to.map(|user| user.as_str().to_owned());
    let whose = (&attempt.browser, attempt.id.clone(), attempt.expires_at);
    go(visit, upstream, packed, whose).await
}

/// Where a provider sends browsers back to: the address that is registered there.
pub(super) fn back(visit: &Visit, upstream: &Upstream) -> String {
    visit.url(&format!("broker/{}/endpoint", upstream.provider.alias))
}

async fn stopped(
    visit: &Visit,
    attempt: &Attempt,
    upstream: &Upstream,
    problem: &Problem,
) -> HttpResponse {
    let about = About {
        client_id: client_id(attempt),
        ip: visit.origin.ip.clone(),
        provider: upstream.provider.alias.clone(),
        ..About::default()
    };
    problem_page(visit, upstream, problem, about).await
}

fn wishes(request: &AuthorizationRequest) -> Wishes {
    let prompt = &request.prompt;
    let words = [
        (prompt.none, "none"),
        (prompt.login, "login"),
        (prompt.consent, "consent"),
        (prompt.select_account, "select_account"),
    ];
    let words: Vec<&str> = words
        .into_iter()
        .filter_map(|(is_asked, word)| is_asked.then_some(word))
        .collect();
    Wishes {
        prompt: (!words.is_empty()).then(|| words.join(" ")),
        max_age: request.max_age,
        login_hint: request.login_hint.clone(),
        ui_locales: request.ui_locales.clone(),
        others: request.others.clone(),
    }
}

/// The browser shows no cookie of ours, so nothing can go on in it.
pub(super) fn without_cookie(visit: &Visit) -> HttpResponse {
    visit.error(StatusCode::BAD_REQUEST, Notice::CookieNotFound)
}

/// The digest of what a browser brought back for a state.
pub(super) fn digest(state: &str) -> Digest {
    Digest::of(state.as_bytes())
}
