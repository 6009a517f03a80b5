//! What becomes of somebody whom a provider vouches for: signed in, or asked who they are here.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use cloakroom_federation::mapper::{self, Configured, Occasion};
use cloakroom_federation::post_login::{self, Verdict};
use cloakroom_federation::{Arrived, Pending, Upstream, arrival};
use cloakroom_login::flow::{self, note};
use cloakroom_login::sign_on::Origin;
use cloakroom_model::attempt::{self, Attempt, First};
use cloakroom_model::departure::Baggage;
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Door, Fault};
use cloakroom_oidc::Provider;
use cloakroom_web::i18n::Notice;
use serde_json::{Map, Value};
use url::form_urlencoded::Serializer;

use super::{About, find_for_login, link, not_found, report, report_error, settle};
use crate::routes::course;
use crate::routes::login::{over, show};
use crate::routes::sign_in::{self, Onward};
use crate::routes::visit::{IDENTITY, Visit};

/// Where somebody from a provider has come to.
pub(super) enum Came {
    /// The sign-in goes on.
    Onward(Onward),
    /// They are nobody here yet.
    Stranger(Box<Attempt>),
    /// Somebody else here has this account there: the provider's name, and the code of the event.
    LinkedElsewhere(String, String),
    /// Their account here is disabled.
    Disabled(String),
    /// The provider is gone, or switched off, or not for signing in any more.
    NoProvider,
    /// The post login flow says no: what the page says, and the code of the event.
    Stopped((Notice, String)),
    /// The login is over.
    Over,
}

/// What the unit of work needs beside the context.
#[derive(Clone)]
pub(super) struct Step {
    pub(super) provider: std::sync::Arc<Provider>,
    pub(super) identity: Option<String>,
    pub(super) origin: Origin,
    pub(super) about: About,
}

impl Step {
    pub(super) fn of(visit: &Visit, about: About) -> Self {
        Self {
            provider: visit.app.provider.clone(),
            identity: visit.cookie(IDENTITY),
            origin: visit.origin.clone(),
            about,
        }
    }

    /// Takes an attempt on, once its user is proved.
    pub(super) fn proceed(&self, cx: &mut Cx<'_>, attempt: Attempt) -> Result<Onward, Fault> {
        attempt::advance(cx, &attempt)?;
        let identity = self.identity.as_deref();
        sign_in::proceed(cx, &self.provider, attempt, identity, &self.origin)
    }
}

/// Goes on with what a provider said.
pub(super) async fn receive(
    visit: &Visit,
    (attempt, baggage): (Attempt, Baggage),
    arrived: Arrived,
    about: About,
) -> HttpResponse {
    let step = Step::of(visit, about);
    // A unit of work may run twice, so it takes nothing away.
    let arrived = std::sync::Arc::new(arrived);
    let work = move |cx: &mut Cx<'_>| match &baggage.link_to {
        Some(user) => link::receive(cx, &step, (&attempt, user), &arrived),
        None => sign_in_as(cx, &step, &attempt, &arrived),
    };
    match visit.app.enter(&visit.realm, Door::Write, work).await {
        Ok(came) => answer(visit, came).await,
        Err(fault) => visit.fault(&fault),
    }
}

/// The answer for where somebody has come to.
pub(super) async fn answer(visit: &Visit, came: Came) -> HttpResponse {
    match came {
        Came::Onward(onward) => show(visit, onward).await,
        Came::Stranger(attempt) => {
            let mut response = visit.redirect(&first_login(visit, &attempt));
            visit.set_proof(&mut response, &attempt);
            response
        }
        Came::Disabled(code) => {
            visit.error_with_code(StatusCode::BAD_REQUEST, Notice::AccountDisabled, &code)
        }
        Came::LinkedElsewhere(name, code) => {
            let notice = Notice::ProviderLinkedElsewhere(name);
            visit.error_with_code(StatusCode::BAD_REQUEST, notice, &code)
        }
        Came::Stopped((notice, code)) => {
            visit.error_with_code(StatusCode::FORBIDDEN, notice, &code)
        }
        Came::NoProvider => not_found(visit),
        Came::Over => over(visit),
    }
}

/// The address of the pages for somebody who is nobody here yet.
fn first_login(visit: &Visit, attempt: &Attempt) -> String {
    let client = sign_in::request_of(attempt).map(|request| request.client_id);
    let query = Serializer::new(String::new())
        .append_pair("client_id", &client.unwrap_or_default())
        .append_pair("tab_id", &attempt.tab_id)
        .finish();
    visit.url(&format!("login-actions/first-broker-login?{query}"))
}

fn sign_in_as(
    cx: &mut Cx<'_>,
    step: &Step,
    attempt: &Attempt,
    arrived: &Arrived,
) -> Result<Came, Fault> {
    let mut about = step.about.clone();
    // It may have been switched off, or taken away, while the provider was asked.
    let found = find_for_login(cx, &about.provider)?;
    let Some(upstream) = found.filter(|upstream| arrived.identity.is_from(upstream)) else {
        return Ok(Came::NoProvider);
    };
    let Some(mut attempt) = attempt::find_by_id(cx, &attempt.browser, &attempt.id)? else {
        return Ok(Came::Over);
    };
    let configured = arrival::mappers(cx, &upstream)?;
    let mut identity = arrived.identity.clone();
    mapper::prepare(&configured, &mut identity);
    about.identity = Some(identity.name_there.clone());
    let arrived = Arrived {
        identity,
        tokens: arrived.tokens.clone(),
        id_token: arrived.id_token.clone(),
    };
    let pending = Pending::new(&upstream, &configured, arrived);
    settle::forget(&mut attempt);
    let Some(user) = arrival::find_linked(cx, &pending.identity)? else {
        report(cx, "IDENTITY_PROVIDER_FIRST_LOGIN", &about)?;
        flow::begin_again(&mut attempt, None);
        flow::bind(cx, &mut attempt);
        pending.write(cx, &mut attempt, note::UPSTREAM)?;
        return Ok(match attempt::advance(cx, &attempt)? {
            true => Came::Stranger(Box::new(attempt)),
            false => Came::Over,
        });
    };
    about.user = Some(user.id.clone());
    if !user.enabled || user.service_account_client.is_some() {
        let why = ("user_disabled", "the account is disabled");
        return Ok(Came::Disabled(report_error(cx, "LOGIN", &about, why)?));
    }
    let came = (&upstream, configured.as_slice(), Occasion::Again);
    if let Some(stopped) = admit(cx, &mut attempt, came, (&pending, &user))? {
        return stopped.report(cx, &about).map(Came::Stopped);
    }
    report(cx, "IDENTITY_PROVIDER_LOGIN", &about)?;
    step.proceed(cx, attempt).map(Came::Onward)
}

/// The provider's post login flow lets somebody go no further.
pub(super) struct Stopped {
    error: &'static str,
    reason: String,
    notice: Notice,
}

impl Stopped {
    fn of(upstream: &Upstream, verdict: &Verdict) -> Option<Self> {
        let name = upstream.name().to_owned();
        match verdict {
            Verdict::Pass(_) | Verdict::Asks(_) | Verdict::SetsUp(..) => None,
            Verdict::Denied => Some(Self {
                error: "access_denied",
                reason: "the post login flow denies access".to_owned(),
                notice: Notice::NotAllowed,
            }),
            Verdict::CannotRun(reason) => Some(Self {
                error: "identity_provider_not_configured",
                reason: reason.clone(),
                notice: Notice::ProviderSettings(name),
            }),
        }
    }

    /// Writes it down; what the page says, and the code of the event.
    pub(super) fn report(self, cx: &mut Cx<'_>, about: &About) -> Result<(Notice, String), Fault> {
        let why = (self.error, self.reason.as_str());
        let code = report_error(cx, "IDENTITY_PROVIDER_POST_LOGIN", about, why)?;
        Ok((self.notice, code))
    }
}

/// Takes over what the settings ask for, and takes the user as proved, unless the post login flow says no.
pub(super) fn admit(
    cx: &mut Cx<'_>,
    attempt: &mut Attempt,
    came: (&Upstream, &[Configured], Occasion),
    (pending, user): (&Pending, &User),
) -> Result<Option<Stopped>, Fault> {
    let (notes, verdict) = match take_in(cx, came, (pending, user), attempt)? {
        Ok(taken) => taken,
        Err(stopped) => return Ok(Some(stopped)),
    };
    match verdict {
        Verdict::Asks(flow) => {
            flow::prove_in_part(cx, attempt, user, (First::Provider(flow), false));
        }
        verdict => {
            flow::prove_upstream(cx, attempt, user);
            match verdict {
                Verdict::SetsUp(kinds, limits) => {
                    flow::demand(attempt, &kinds);
                    flow::limit(attempt, &limits);
                }
                Verdict::Pass(limits) => flow::limit(attempt, &limits),
                _ => {}
            }
        }
    }
    settle::mark(cx, attempt, pending, notes)?;
    Ok(None)
}

/// The notes of a session, and what the post login flow makes of the person.
type TakenIn = (Map<String, Value>, Verdict);

/// Takes over what the settings ask for; the notes of a session and what the post login flow makes of the person, or says against
/// them.
pub(super) fn take_in(
    cx: &mut Cx<'_>,
    (upstream, configured, occasion): (&Upstream, &[Configured], Occasion),
    (pending, user): (&Pending, &User),
    attempt: &Attempt,
) -> Result<Result<TakenIn, Stopped>, Fault> {
    let identity = &pending.identity;
    let notes = arrival::take_over(cx, upstream, configured, (identity, user), occasion)?;
    settle::keep_tokens(cx, user, pending)?;
    let user = user::find(cx, &user.id)?;
    let user = user.ok_or_else(|| Fault::corrupt("a user is gone who was there"))?;
    let asked = course::asked(cx, attempt)?;
    let verdict = post_login::run(cx, upstream, &user, asked)?;
    Ok(match Stopped::of(upstream, &verdict) {
        Some(stopped) => Err(stopped),
        None => Ok((notes, verdict)),
    })
}

/// The provider could not answer without asking, so neither can we.
pub(super) async fn refuse(visit: &Visit, attempt: &Attempt, error: &str) -> HttpResponse {
    let (provider, error) = (visit.app.provider.clone(), error.to_owned());
    let attempt = attempt.clone();
    let work = move |cx: &mut Cx<'_>| sign_in::refuse(cx, &provider, &attempt, &error);
    match visit.app.enter(&visit.realm, Door::Write, work).await {
        Ok(onward) => show(visit, onward).await,
        Err(fault) => visit.fault(&fault),
    }
}

/// The provider of something that is pending; `None` if it is not there any more, whatever has its alias now.
pub(super) fn provider_of(cx: &mut Cx<'_>, pending: &Pending) -> Result<Option<Upstream>, Fault> {
    let found = find_for_login(cx, &pending.identity.alias)?;
    Ok(found.filter(|upstream| pending.identity.is_from(upstream)))
}
