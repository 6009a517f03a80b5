//! Somebody who is signed in here links an account elsewhere to their own: `kc_action=idp_link:{alias}`.
//!
//! The person is asked first, proves the other account at its provider, and comes back to the same attempt of the
//! same browser. The application learns how it ended by `kc_action_status`.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_federation::{Arrived, Pending, Upstream, arrival, mapper};
use cloakroom_login::flow::{self, note};
use cloakroom_login::required::LINK;
use cloakroom_login::sign_on::Origin;
use cloakroom_model::attempt::{self, Attempt, Stage};
use cloakroom_model::user::{self, User};
use cloakroom_model::{Cx, Door, Fault, client, flow as flows};
use cloakroom_oidc::account;
use cloakroom_web::App;
use cloakroom_web::i18n::Notice;

use super::arrive::{Came, Step};
use super::{About, find, report, report_error, settle};
use crate::routes::login::show;
use crate::routes::sign_in::{self, Onward};
use crate::routes::visit::Visit;

/// The events of linking.
const KIND: &str = "FEDERATED_IDENTITY_LINK";

/// The provider that an attempt is to link, if people can come from it.
pub(crate) fn provider_asked_for(
    cx: &mut Cx<'_>,
    attempt: &Attempt,
) -> Result<Option<Upstream>, Fault> {
    match alias_of(attempt) {
        Some(alias) => find(cx, &alias),
        None => Ok(None),
    }
}

fn alias_of(attempt: &Attempt) -> Option<String> {
    let (action, alias) = flow::text(attempt, note::ACTION).split_once(':')?;
    (action == LINK).then(|| alias.to_owned())
}

/// What people call the provider that an attempt is to link.
pub(crate) fn shown_name(attempt: &Attempt) -> &str {
    flow::text(attempt, note::LINK_NAME)
}

/// Whether the attempt may link what it asks for: by the realm's switch, by the user's roles, and by what the
/// application may do with them. If not, the application is told `error`, and the sign-in goes on.
pub(crate) fn check(
    cx: &mut Cx<'_>,
    attempt: &mut Attempt,
    user: &User,
    origin: &Origin,
) -> Result<bool, Fault> {
    let found = provider_asked_for(cx, attempt)?;
    let why = match &found {
        None => Some(("unknown_identity_provider", "there is no such provider")),
        Some(_) if !is_allowed(cx, attempt, user)? => Some((
            "not_allowed",
            "accounts may not be linked for the application",
        )),
        Some(_) => None,
    };
    let Some(why) = why else {
        let name = found.as_ref().map_or("", Upstream::name).to_owned();
        attempt
            .notes
            .insert(note::LINK_NAME.to_owned(), name.into());
        return Ok(true);
    };
    let about = About {
        user: Some(user.id.clone()),
        ..about(attempt, &origin.ip)
    };
    report_error(cx, KIND, &about, why)?;
    flow::end_action(attempt, "error");
    Ok(false)
}

fn is_allowed(cx: &mut Cx<'_>, attempt: &Attempt, user: &User) -> Result<bool, Fault> {
    let actions = flows::list_actions(cx)?;
    let is_on = |action: &flows::RequiredAction| action.alias == LINK && action.enabled;
    let Some(client) = client::find_by_id(cx, &attempt.client)? else {
        return Ok(false);
    };
    if !actions.iter().any(is_on) {
        return Ok(false);
    }
    let scope = flow::text(attempt, note::SCOPE).to_owned();
    account::may_link(cx, &client, &user.id, &scope)
}

fn about(attempt: &Attempt, ip: &str) -> About {
    let client_id = sign_in::request_of(attempt).map(|request| request.client_id);
    About {
        client_id: client_id.unwrap_or_default(),
        ip: ip.to_owned(),
        provider: alias_of(attempt).unwrap_or_default(),
        ..About::default()
    }
}

/// Links what a provider vouches for to the user who left for it.
pub(super) fn receive(
    cx: &mut Cx<'_>,
    step: &Step,
    (attempt, left): (&Attempt, &str),
    arrived: &Arrived,
) -> Result<Came, Fault> {
    let mut about = step.about.clone();
    let Some(attempt) = attempt::find_by_id(cx, &attempt.browser, &attempt.id)? else {
        return Ok(Came::Over);
    };
    let mut attempt = flow::hold_here(cx, attempt, step.identity.as_deref())?;
    // Nobody else may have signed in with this attempt meanwhile, and nothing else been asked for.
    let asked = provider_asked_for(cx, &attempt)?;
    let asked = asked.filter(|asked| arrived.identity.is_from(asked));
    let Some(upstream) = asked.filter(|asked| asked.provider.alias == about.provider) else {
        return Ok(Came::NoProvider);
    };
    let user = match (&attempt.stage, &attempt.user) {
        (Stage::Act { .. }, Some(id)) if id.as_str() == left => user::find(cx, id)?,
        _ => None,
    };
    let Some(user) = user.filter(|user| user.enabled) else {
        return Ok(Came::Over);
    };
    about.user = Some(user.id.clone());
    if !check(cx, &mut attempt, &user, &step.origin)? {
        return step.proceed(cx, attempt).map(Came::Onward);
    }
    let configured = arrival::mappers(cx, &upstream)?;
    let mut identity = arrived.identity.clone();
    mapper::prepare(&configured, &mut identity);
    about.identity = Some(identity.name_there.clone());
    let arrived = Arrived {
        identity,
        tokens: arrived.tokens.clone(),
        id_token: None,
    };
    let pending = Pending::new(&upstream, &configured, arrived);
    let linked = arrival::find_linked(cx, &pending.identity)?;
    let exists = "federated_identity_account_exists";
    match linked {
        Some(other) if other.id != user.id => {
            let why = (exists, "somebody else here has this account there");
            let code = report_error(cx, KIND, &about, why)?;
            return Ok(Came::LinkedElsewhere(upstream.name().to_owned(), code));
        }
        // Whoever links the same once more has newer tokens there.
        Some(_) => {}
        None if !arrival::link(cx, &user, &pending.identity)? => {
            let why = (exists, "the user has another account there");
            report_error(cx, KIND, &about, why)?;
            flow::end_action(&mut attempt, "error");
            return step.proceed(cx, attempt).map(Came::Onward);
        }
        None => {}
    }
    settle::keep_tokens(cx, &user, &pending)?;
    report(cx, KIND, &about)?;
    flow::end_action(&mut attempt, "success");
    step.proceed(cx, attempt).map(Came::Onward)
}

/// Keycloak's older way to begin, by an address that an application makes: it is not taken any more.
///
/// Its hash is made of what every application of the session knows, so a page of one of them could have an account of
/// somebody else linked without a question (CVE-2026-15571). `kc_action=idp_link:{alias}` asks the person.
pub(super) async fn by_hash(
    app: Data<App>,
    request: HttpRequest,
    path: Path<(String, String)>,
) -> HttpResponse {
    let (realm, alias) = path.into_inner();
    let visit = match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    let client_id = visit.query.get("client_id").unwrap_or_default();
    let about = About {
        client_id: plain(client_id),
        ip: visit.origin.ip.clone(),
        provider: plain(&alias),
        ..About::default()
    };
    let write = move |cx: &mut Cx<'_>| {
        let why = (
            "not_allowed",
            "the application has to ask with kc_action=idp_link",
        );
        report_error(cx, KIND, &about, why)
    };
    match visit.app.enter(&visit.realm, Door::Write, write).await {
        Ok(code) => visit.error_with_code(StatusCode::BAD_REQUEST, Notice::InvalidRequest, &code),
        Err(fault) => visit.fault(&fault),
    }
}

/// A name that a stranger wrote, as far as it can be kept.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(255).collect()
}

/// The person has changed their mind at the provider: nothing is linked, and the sign-in goes on.
pub(super) async fn cancelled(visit: &Visit, attempt: &Attempt, about: About) -> HttpResponse {
    let (step, attempt) = (Step::of(visit, about), attempt.clone());
    let work = move |cx: &mut Cx<'_>| {
        let Some(attempt) = attempt::find_by_id(cx, &attempt.browser, &attempt.id)? else {
            return Ok(Onward::Over);
        };
        let mut attempt = flow::hold_here(cx, attempt, step.identity.as_deref())?;
        // Somebody else may have signed in with it meanwhile, who has cancelled nothing.
        if alias_of(&attempt).as_deref() == Some(step.about.provider.as_str()) {
            let why = ("access_denied", "it was cancelled there");
            report_error(cx, KIND, &step.about, why)?;
            flow::end_action(&mut attempt, "cancelled");
        }
        step.proceed(cx, attempt)
    };
    match visit.app.enter(&visit.realm, Door::Write, work).await {
        Ok(onward) => show(visit, onward).await,
        Err(fault) => visit.fault(&fault),
    }
}
