//! What somebody is asked beside a password, and their answer.
//!
//! The attempt on the server says that the password was right, whose it was, and what is left to prove; the form says
//! nothing but the code. What the flow asks for is decided anew with each request.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use cloakroom_login::flow;
use cloakroom_login::further::{self, Brought, Offer, Spent, Typed, recovery, webauthn};
use cloakroom_login::known_device;
use cloakroom_login::proof::{Denied, Place, Refusal};
use cloakroom_login::sign_on::Origin;
use cloakroom_model::attempt::{self, Attempt, Proved, Stage};
use cloakroom_model::credential::{OTP, PASSKEY, RECOVERY_CODES, SECURITY_KEY};
use cloakroom_model::lap::Step;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Digest, Fault};
use cloakroom_oidc::{Form, Provider};
use cloakroom_web::i18n::Notice;
use cloakroom_web::page::{Alert, KeyPage, OtpDevice, OtpPage, RecoveryCodePage, render};

use super::pages::{action, layout, security};
use super::{key, known_user};
use crate::routes::course::{self, Asks};
use crate::routes::sign_in::{self, Onward};
use crate::routes::visit::Visit;

/// What somebody is asked.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) attempt: Attempt,
    username: String,
    offer: Offer,
    /// Something else may be asked instead.
    has_other: bool,
    alert: Option<Alert>,
    /// The device that was chosen.
    selected: String,
    /// Too many guesses: in how many seconds to come back.
    wait: Option<u64>,
}

/// Everything of the request that an answer needs.
#[derive(Clone, Copy)]
pub(super) struct Answer<'a> {
    pub(super) provider: &'a Provider,
    pub(super) form: &'a Form,
    pub(super) identity: Option<&'a str>,
    pub(super) origin: &'a Origin,
    pub(super) device: &'a Digest,
    pub(super) is_device_new: bool,
}

/// How far somebody has come.
enum Left {
    /// This kind is asked for next; and what is declined where something else takes its place.
    Kind(String, Option<Vec<String>>),
    /// Nothing more is asked, and this is what comes of it.
    Nothing(Asks),
    /// The sign-in has ended.
    Barred(Onward),
}

/// The next question of an attempt whose first proof is given; it goes on where there is none.
pub(crate) fn ask(
    cx: &mut Cx<'_>,
    provider: &Provider,
    (mut attempt, user): (Attempt, &User),
    (identity, origin): (Option<&str>, &Origin),
) -> Result<Onward, Fault> {
    let (kind, other) = match left(cx, &attempt, user, origin)? {
        Left::Kind(kind, other) => (kind, other),
        Left::Barred(onward) => return Ok(onward),
        Left::Nothing(asks) => {
            finish(cx, (&mut attempt, user), &asks)?;
            return sign_in::proceed(cx, provider, attempt, identity, origin);
        }
    };
    let about = (kind.as_str(), other.is_some());
    let base_url = provider.base_url(cx.realm);
    question(cx, attempt, user, (about, base_url))
}

fn question(
    cx: &mut Cx<'_>,
    mut attempt: Attempt,
    user: &User,
    ((kind, has_other), base_url): ((&str, bool), &str),
) -> Result<Onward, Fault> {
    // A list without codes, or one that nobody can read, lets nobody in.
    let offer = match further::offer(cx, user, kind)? {
        None if key::is_one(kind) => {
            let asked = webauthn::ask(cx, &mut attempt, Some(user), (kind, base_url))?;
            attempt::advance(cx, &attempt)?;
            Offer::Key(Box::new(asked))
        }
        Some(offer) => offer,
        None if kind == RECOVERY_CODES => Offer::RecoveryCode(0),
        None => Offer::Otp(Vec::new()),
    };
    Ok(Onward::Further(Box::new(Question {
        attempt,
        username: user.username.clone(),
        offer,
        has_other,
        alert: None,
        selected: String::new(),
        wait: None,
    })))
}

fn finish(
    cx: &mut Cx<'_>,
    (attempt, user): (&mut Attempt, &User),
    asks: &Asks,
) -> Result<(), Fault> {
    if let Stage::Further { proved, .. } = &attempt.stage
        && proved.kinds.iter().any(|kind| kind == RECOVERY_CODES)
    {
        recovery::clear(cx, user)?;
    }
    flow::prove_whole(cx, attempt);
    flow::demand(attempt, &asks.sets_up);
    flow::reach(attempt, &asks.reached);
    attempt::advance(cx, attempt).map(drop)
}

/// What is left to prove.
fn left(cx: &mut Cx<'_>, attempt: &Attempt, user: &User, origin: &Origin) -> Result<Left, Fault> {
    let Stage::Further { proved, .. } = &attempt.stage else {
        return Ok(Left::Nothing(Asks::default()));
    };
    let judged = course::further(cx, attempt, (user, proved), &proved.declined)?;
    cx.lap(Step::Flow);
    let asks = match judged {
        Ok(asks) => asks,
        Err(bar) => {
            let client_id = sign_in::request_of(attempt)?.client_id;
            let barred = bar.end(cx, (&client_id, &origin.ip), Some(user))?;
            return Ok(Left::Barred(barred));
        }
    };
    let Some(kind) = first(&asks, proved) else {
        return Ok(Left::Nothing(asks));
    };
    // What was declined before stays so until nothing is left; then it begins again.
    let mut more = proved.declined.clone();
    more.push(kind.clone());
    for declined in [more, vec![kind.clone()]] {
        let other = course::further(cx, attempt, (user, proved), &declined)?;
        let other = other.ok().and_then(|asks| first(&asks, proved));
        if other.is_some_and(|other| other != kind) {
            return Ok(Left::Kind(kind, Some(declined)));
        }
    }
    Ok(Left::Kind(kind, None))
}

fn first(asks: &Asks, proved: &Proved) -> Option<String> {
    let mut kinds = asks.kinds.iter();
    kinds.find(|kind| !proved.kinds.contains(kind)).cloned()
}

/// Takes the answer to a question; true where the browser has to keep what it is known by.
pub(super) fn answer(
    cx: &mut Cx<'_>,
    answer: Answer<'_>,
    attempt: Attempt,
) -> Result<(Onward, bool), Fault> {
    let mut attempt = flow::hold(cx, attempt)?;
    let (identity, origin) = (answer.identity, answer.origin);
    let proceed =
        |cx: &mut Cx<'_>, attempt| sign_in::proceed(cx, answer.provider, attempt, identity, origin);
    let user = match known_user(cx, &attempt)? {
        Some(user) if matches!(attempt.stage, Stage::Further { .. }) => user,
        _ => return Ok((proceed(cx, attempt)?, false)),
    };
    let (kind, other) = match left(cx, &attempt, &user, origin)? {
        Left::Kind(kind, other) => (kind, other),
        Left::Barred(onward) => return Ok((onward, false)),
        Left::Nothing(_) => return Ok((proceed(cx, attempt)?, false)),
    };
    let base_url = answer.provider.base_url(cx.realm);
    let asked = ((kind.as_str(), other.is_some()), base_url);
    if let Some(declined) = &other
        && answer.form.get("tryAnotherWay").is_some()
    {
        if let Stage::Further { proved, .. } = &mut attempt.stage {
            proved.declined.clone_from(declined);
        }
        attempt::advance(cx, &attempt)?;
        return Ok((proceed(cx, attempt)?, false));
    }
    let client_id = sign_in::request_of(&attempt)?.client_id;
    let place = (client_id.as_str(), origin.ip.as_str());
    let taken = key::take(cx, &mut attempt, Some(&user), (&kind, answer.form, place))?;
    let brought = match (&taken, key::is_one(&kind)) {
        (key::Taken::Brought(challenge, assertion), _) => {
            let asked = webauthn::Asked {
                kind: &kind,
                challenge: challenge.as_deref(),
                base_url,
            };
            Brought::Key(asked, *assertion)
        }
        (key::Taken::Missing(code), _) => {
            let question = question(cx, attempt, &user, asked)?;
            let alert = Alert::error(Notice::KeyMissing).with_code(code);
            return Ok((told(question, alert, None, None), false));
        }
        (key::Taken::Nothing, true) => return Ok((question(cx, attempt, &user, asked)?, false)),
        (key::Taken::Nothing, false) => match typed(answer.form, &kind) {
            Some(typed) => Brought::Code(typed),
            // Whoever has posted the form of the password twice is asked, and has not guessed.
            None => return Ok((question(cx, attempt, &user, asked)?, false)),
        },
    };
    let selected = answer.form.get("selectedCredentialId");
    let place = Place {
        ip: &origin.ip,
        device: (!answer.is_device_new).then_some(answer.device),
        is_for_many: false,
    };
    let proved = further::prove(cx, &user, &brought, place)?;
    cx.lap(Step::Further);
    match proved {
        Ok(Ok(spent)) => {
            if let Spent::Key(proof) = &spent {
                flow::stand_on_key(&mut attempt, &proof.credential);
                key::remember(&mut attempt, &kind, proof);
            }
            accept(cx, answer, (attempt, &user), kind)
        }
        Ok(Err(denied)) => {
            let question = question(cx, attempt, &user, asked)?;
            let code = further::report(cx, &denied, &kind, (&client_id, &origin.ip))?;
            let alert = Alert::error(notice(&denied, &kind)).with_code(&code.to_string());
            Ok((told(question, alert, None, selected), false))
        }
        Err(too_many) => {
            let question = question(cx, attempt, &user, asked)?;
            let alert = Alert::error(Notice::TooManyAttempts);
            let wait = Some(too_many.retry_after_seconds);
            Ok((told(question, alert, wait, selected), false))
        }
    }
}

/// The code of a form; `None` if it has none.
fn typed<'a>(form: &'a Form, kind: &'a str) -> Option<Typed<'a>> {
    let field = match kind {
        RECOVERY_CODES => "recoveryCodeInput",
        _ => OTP,
    };
    Some(Typed {
        kind,
        code: form.get(field)?,
        credential: form.get("selectedCredentialId"),
    })
}

fn notice(denied: &Denied, kind: &str) -> Notice {
    match (denied.refusal, kind) {
        (Refusal::UsedBefore, _) => Notice::CodeUsedBefore,
        (_, RECOVERY_CODES) => Notice::InvalidRecoveryCode,
        (_, SECURITY_KEY | PASSKEY) => Notice::KeyRefused,
        _ => Notice::InvalidCode,
    }
}

fn accept(
    cx: &mut Cx<'_>,
    answer: Answer<'_>,
    (mut attempt, user): (Attempt, &User),
    kind: String,
) -> Result<(Onward, bool), Fault> {
    if let Stage::Further { proved, .. } = &mut attempt.stage {
        // What was declined stays so: else what took its place would not do.
        proved.kinds.push(kind);
    }
    let is_remembered = match left(cx, &attempt, user, answer.origin)? {
        Left::Nothing(asks) => {
            finish(cx, (&mut attempt, user), &asks)?;
            known_device::remember(cx, &user.id, answer.device)?
        }
        Left::Kind(..) => {
            attempt::advance(cx, &attempt)?;
            false
        }
        Left::Barred(onward) => return Ok((onward, false)),
    };
    let (identity, origin) = (answer.identity, answer.origin);
    let onward = sign_in::proceed(cx, answer.provider, attempt, identity, origin)?;
    Ok((onward, is_remembered))
}

/// The same question, with what was wrong with the answer.
fn told(asked: Onward, alert: Alert, wait: Option<u64>, selected: Option<&str>) -> Onward {
    match asked {
        Onward::Further(mut question) => {
            question.alert = Some(alert);
            question.wait = wait;
            selected
                .unwrap_or_default()
                .clone_into(&mut question.selected);
            Onward::Further(question)
        }
        onward => onward,
    }
}

/// The page of a question.
pub(crate) fn page(visit: &Visit, question: Question) -> HttpResponse {
    const PATH: &str = "authenticate";
    let attempt = &question.attempt;
    let request = sign_in::request_of(attempt).ok();
    let execution = match &question.offer {
        Offer::Otp(_) => "auth-otp-form",
        Offer::RecoveryCode(_) => "auth-recovery-authn-code-form",
        Offer::Key(asked) => key::execution(&asked.kind),
    };
    let query = sign_in::address(attempt, execution, false);
    let restart_url = visit.url(&format!("login-actions/restart?{query}"));
    let action = action(visit, attempt, PATH, execution);
    let layout = layout(visit, attempt, request.as_ref(), PATH, execution);
    let security = security(visit, request.as_ref());
    let (alert, username) = (question.alert, question.username);
    let status = match question.wait {
        Some(_) => StatusCode::TOO_MANY_REQUESTS,
        None => StatusCode::OK,
    };
    let mut response = match question.offer {
        Offer::Otp(devices) => {
            let is_known = devices.iter().any(|device| device.id == question.selected);
            let first = devices.first().map(|device| device.id.clone());
            let page = OtpPage {
                layout,
                action,
                alert,
                username,
                restart_url,
                selected: match is_known {
                    true => question.selected,
                    false => first.unwrap_or_default(),
                },
                devices: devices
                    .into_iter()
                    .map(|device| OtpDevice {
                        id: device.id,
                        label: device.label,
                    })
                    .collect(),
                has_other: question.has_other,
            };
            render(status, &page, &security)
        }
        Offer::Key(asked) => {
            let page = KeyPage {
                layout,
                action,
                alert,
                username,
                restart_url,
                request: key::request(&asked.policy, &asked.challenge),
                is_passkey: asked.kind == PASSKEY,
                keys: key::lines(asked.keys),
                has_other: question.has_other,
            };
            render(status, &page, &security)
        }
        Offer::RecoveryCode(number) => {
            let page = RecoveryCodePage {
                layout,
                action,
                alert,
                username,
                restart_url,
                number: number.to_string(),
                has_other: question.has_other,
            };
            render(status, &page, &security)
        }
    };
    if let Some(seconds) = question.wait {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    visit.set_proof(&mut response, attempt);
    response
}
