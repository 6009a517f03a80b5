//! A passkey in place of a name and a password: what the page asks the browser for, and the browser's answer.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use cloakroom_login::flow::{self, note};
use cloakroom_login::further::{self, passkey, webauthn};
use cloakroom_login::known_device;
use cloakroom_login::proof::{Place, Refusal};
use cloakroom_model::attempt::{self, Attempt, Stage};
use cloakroom_model::credential::PASSKEY;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Fault, client};
use cloakroom_oidc::Form;
use cloakroom_web::i18n::Notice;
use cloakroom_web::page::{Alert, KeyPage, KeyRequest, render};

use super::further::Answer;
use super::pages::{action, asks_else, layout, login_page, security};
use super::{key, known_user};
use crate::routes::course;
use crate::routes::sign_in::{self, Onward};
use crate::routes::visit::Visit;

/// A page that asks again, with what was wrong.
#[derive(Debug)]
pub(crate) struct Again {
    attempt: Attempt,
    known: Option<User>,
    alert: Alert,
    /// Too many tries: in how many seconds to come back.
    wait: Option<u64>,
}

/// The form brings what a passkey has signed, or says why it does not.
pub(super) fn is_brought(form: &Form) -> bool {
    let has = |name: &str| form.get(name).is_some_and(|value| !value.is_empty());
    ["clientDataJSON", "authenticatorData", "signature", "error"]
        .into_iter()
        .any(has)
}

/// A passkey of this form may sign somebody in, as far as the attempt has come.
pub(super) fn is_taken(attempt: &Attempt, form: &Form) -> bool {
    attempt.stage == Stage::Prove && flow::has(attempt, note::PASSKEYS) && is_brought(form)
}

/// Takes the answer; true where the browser has to keep what it is known by.
pub(super) fn answer(
    cx: &mut Cx<'_>,
    answer: Answer<'_>,
    mut attempt: Attempt,
) -> Result<(Onward, bool), Fault> {
    let known = known_user(cx, &attempt)?;
    let Some(client) = client::find_by_id(cx, &attempt.client)? else {
        return Ok((Onward::Over, false));
    };
    let ip = answer.origin.ip.as_str();
    let place = (client.client_id.as_str(), ip);
    let about = (PASSKEY, answer.form, place);
    let (challenge, assertion) = match key::take(cx, &mut attempt, known.as_ref(), about)? {
        key::Taken::Brought(challenge, assertion) => (challenge, assertion),
        key::Taken::Missing(code) => {
            let alert = Alert::error(Notice::KeyMissing).with_code(&code);
            return again(cx, (attempt, known), alert, None);
        }
        key::Taken::Nothing => return Ok((Onward::Over, false)),
    };
    let asked = webauthn::Asked {
        kind: PASSKEY,
        challenge: challenge.as_deref(),
        base_url: answer.provider.base_url(cx.realm),
    };
    let from = Place {
        ip,
        device: (!answer.is_device_new).then_some(answer.device),
        is_for_many: false,
    };
    let proved = match passkey::prove(cx, known.as_ref(), (&asked, &assertion), from)? {
        Ok(proved) => proved,
        Err(many) => {
            let alert = Alert::error(Notice::TooManyAttempts);
            let wait = Some(many.retry_after_seconds);
            return again(cx, (attempt, known), alert, wait);
        }
    };
    let (user, proof) = match proved {
        Ok(proved) => proved,
        Err(denied) => {
            let code = further::report(cx, &denied, PASSKEY, place)?;
            let notice = match denied.refusal {
                Refusal::Disabled => Notice::AccountDisabled,
                _ => Notice::KeyRefused,
            };
            let alert = Alert::error(notice).with_code(&code.to_string());
            return again(cx, (attempt, known), alert, None);
        }
    };
    let asks = match course::judge_passkey(cx, (&attempt, &client), &user, &[])? {
        Ok(asks) => asks,
        Err(bar) => return Ok((bar.end(cx, place, Some(&user))?, false)),
    };
    let is_whole = asks.kinds.is_empty();
    let how = (proof.credential.as_str(), is_whole);
    flow::prove_by_passkey(cx, &mut attempt, &user, how);
    key::remember(&mut attempt, PASSKEY, &proof);
    let mut is_remembered = false;
    if is_whole {
        is_remembered = known_device::remember(cx, &user.id, answer.device)?;
        flow::demand(&mut attempt, &asks.sets_up);
        flow::reach(&mut attempt, &asks.reached);
    }
    attempt::advance(cx, &attempt)?;
    let (identity, origin) = (answer.identity, answer.origin);
    let onward = sign_in::proceed(cx, answer.provider, attempt, identity, origin)?;
    Ok((onward, is_remembered))
}

/// Asks anew, with another challenge.
fn again(
    cx: &mut Cx<'_>,
    (mut attempt, known): (Attempt, Option<User>),
    alert: Alert,
    wait: Option<u64>,
) -> Result<(Onward, bool), Fault> {
    passkey::prepare(cx, &mut attempt);
    attempt::advance(cx, &attempt)?;
    let again = Again {
        attempt,
        known,
        alert,
        wait,
    };
    Ok((Onward::Again(Box::new(again)), false))
}

/// Asks for a passkey where the flow takes one, before the page is shown.
pub(crate) fn prepare(cx: &mut Cx<'_>, attempt: &mut Attempt) -> Result<(), Fault> {
    if passkey::prepare(cx, attempt) {
        attempt::advance(cx, attempt)?;
    }
    Ok(())
}

/// The page that asks again.
pub(super) fn page_again(visit: &Visit, again: Again) -> HttpResponse {
    let (attempt, known) = (&again.attempt, again.known.as_ref());
    let mut response = login_page(visit, attempt, known, Some(again.alert));
    if let Some(seconds) = again.wait {
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

/// What a form for a name or a password asks the browser for beside.
pub(super) fn request(visit: &Visit, attempt: &Attempt) -> Option<KeyRequest> {
    let base_url = visit.app.provider.base_url(&visit.realm);
    let asked = passkey::question(&visit.realm.settings, attempt, base_url)?;
    Some(key::request(&asked.policy, &asked.challenge))
}

/// The page where nothing but a passkey is asked for; `None` where something else is.
pub(super) fn page(
    visit: &Visit,
    attempt: &Attempt,
    known: Option<&User>,
    alert: Option<Alert>,
) -> Option<HttpResponse> {
    // Where a name or a provider leads on as well, its page has the button for passkeys.
    let is_alone = flow::has(attempt, note::PASSKEYS_ALONE) && !asks_else(visit, attempt);
    let request = request(visit, attempt).filter(|_| is_alone)?;
    let asks = sign_in::request_of(attempt).ok();
    let (path, execution) = ("authenticate", key::execution(PASSKEY));
    let query = sign_in::address(attempt, execution, false);
    let page = KeyPage {
        layout: layout(visit, attempt, asks.as_ref(), path, execution),
        action: action(visit, attempt, path, execution),
        alert,
        username: known.map(|user| user.username.clone()).unwrap_or_default(),
        restart_url: visit.url(&format!("login-actions/restart?{query}")),
        request,
        is_passkey: true,
        keys: Vec::new(),
        has_other: false,
    };
    let security = security(visit, asks.as_ref());
    Some(render(StatusCode::OK, &page, &security))
}
