//! The pages for somebody whom a provider vouches for and who is nobody here yet.

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_federation::first_login::{self, Next, Plan};
use cloakroom_federation::mapper::Occasion;
use cloakroom_federation::pending::Profile;
use cloakroom_federation::{Pending, Upstream, arrival, membership};
use cloakroom_keycloak::blueprint;
use cloakroom_login::flow::{self, note};
use cloakroom_login::further::passkey;
use cloakroom_model::attempt::{self, Attempt, Stage};
use cloakroom_model::id::UserId;
use cloakroom_model::user::{self, Stored, User};
use cloakroom_model::{Cx, Door, Fault, client, group, role};
use cloakroom_oidc::Form;
use cloakroom_web::App;
use cloakroom_web::i18n::Notice;
use cloakroom_web::page::Alert;
use serde_json::Value;

use super::arrive::{Step, admit, provider_of};
use super::{About, not_found, pages, report, report_error};
use crate::routes::login::{Problems, Ticket, fold_in, login_page, over, posted, wrong};
use crate::routes::sign_in::{self, Onward};
use crate::routes::visit::Visit;

/// What comes next for somebody, as the browser sees it.
enum Shown {
    Onward(Onward),
    Review(Box<Attempt>, Box<User>, Problems),
    Confirm(Box<Attempt>, Box<pages::Taken>),
    Prove(Box<Attempt>, Box<User>, String),
    Stopped(Notice, String),
    NoProvider,
    Over,
}

pub(super) async fn show(
    app: Data<App>,
    request: HttpRequest,
    realm: Path<String>,
) -> HttpResponse {
    let visit = match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    let ticket = match Ticket::of(&visit) {
        Ok(ticket) => ticket,
        Err(page) => return page,
    };
    let step = Step::of(&visit, About::default());
    let work = move |cx: &mut Cx<'_>| match ticket.find(cx)? {
        Some(attempt) => go_on(cx, &step, attempt, |_, _, _| Ok(Problems::default())),
        None => Ok(Shown::Over),
    };
    let mut response = match visit.app.enter(&visit.realm, Door::Write, work).await {
        Ok(shown) => answer(&visit, shown).await,
        Err(fault) => visit.fault(&fault),
    };
    visit.keep_locale(&mut response);
    response
}

pub(super) async fn act(
    app: Data<App>,
    request: HttpRequest,
    realm: Path<String>,
    body: Bytes,
) -> HttpResponse {
    let (visit, ticket, form) = match posted(app, &request, &realm, &body).await {
        Ok(posted) => posted,
        Err(page) => return page,
    };
    let step = Step::of(&visit, About::default());
    let work = move |cx: &mut Cx<'_>| {
        let Some(attempt) = ticket.claim(cx)? else {
            return Ok(Shown::Over);
        };
        go_on(cx, &step, attempt, |cx, attempt, pending| {
            take(cx, attempt, pending, &form)
        })
    };
    match visit.app.enter(&visit.realm, Door::Write, work).await {
        Ok(shown) => answer(&visit, shown).await,
        Err(fault) => visit.fault(&fault),
    }
}

async fn answer(visit: &Visit, shown: Shown) -> HttpResponse {
    match shown {
        Shown::Onward(onward) => crate::routes::login::show(visit, onward).await,
        Shown::Review(attempt, user, problems) => pages::review(visit, &attempt, &user, &problems),
        Shown::Confirm(attempt, taken) => pages::confirm(visit, &attempt, *taken),
        Shown::Prove(attempt, user, provider) => {
            let alert = Alert::info(Notice::ProviderProveAccount(provider));
            login_page(visit, &attempt, Some(&user), Some(alert))
        }
        Shown::Stopped(notice, code) => {
            visit.error_with_code(StatusCode::BAD_REQUEST, notice, &code)
        }
        Shown::NoProvider => not_found(visit),
        Shown::Over => over(visit),
    }
}

/// Takes what a form says into what is pending; what is wrong with it.
fn take(
    cx: &mut Cx<'_>,
    attempt: &Attempt,
    pending: &mut Pending,
    form: &Form,
) -> Result<Problems, Fault> {
    match form.get("submitAction") {
        Some("linkAccount") => {
            pending.is_confirmed = true;
            return Ok(Problems::default());
        }
        Some(_) => {
            pending.is_confirmed = false;
            pending.is_reviewed = false;
            pending.reviewed = Some(pending.profile(cx));
            return Ok(Problems::asked_again());
        }
        None => {}
    }
    let mut profile = pending.profile(cx);
    let mut user = user_of(cx, &profile);
    let problems = fold_in(cx, attempt, form, &mut user);
    profile.username = user::fold(&user.username);
    profile.email = user
        .email
        .as_deref()
        .map(user::fold)
        .filter(|text| !text.is_empty());
    profile.first_name = user.first_name;
    profile.last_name = user.last_name;
    profile.attributes = user.attributes;
    pending.is_reviewed = problems.fields.is_empty();
    pending.is_confirmed = false;
    pending.reviewed = Some(profile);
    Ok(problems)
}

fn user_of(cx: &Cx<'_>, profile: &Profile) -> User {
    User {
        id: UserId::new(""),
        username: profile.username.clone(),
        email: profile.email.clone(),
        email_verified: false,
        first_name: profile.first_name.clone(),
        last_name: profile.last_name.clone(),
        enabled: true,
        created_at: cx.now,
        not_before: 0,
        service_account_client: None,
        attributes: profile.attributes.clone(),
        required_actions: Vec::new(),
    }
}

/// Goes as far as it can: from what is stored, and what a form adds to it.
fn go_on(
    cx: &mut Cx<'_>,
    step: &Step,
    mut attempt: Attempt,
    add: impl Fn(&mut Cx<'_>, &Attempt, &mut Pending) -> Result<Problems, Fault>,
) -> Result<Shown, Fault> {
    let Some(mut pending) = Pending::read(cx, &attempt, note::UPSTREAM)? else {
        // Nobody is pending: the sign-in is wherever it is.
        let identity = step.identity.as_deref();
        let onward = sign_in::proceed(cx, &step.provider, attempt, identity, &step.origin)?;
        return Ok(Shown::Onward(onward));
    };
    let Some(upstream) = provider_of(cx, &pending)? else {
        return match pending.identity.provider.is_empty() {
            true => begin_anew(cx, step, attempt),
            false => Ok(Shown::NoProvider),
        };
    };
    // Whoever was proved meanwhile is not whom the provider speaks of: no proof of one account goes over to another.
    if attempt.stage != Stage::Prove {
        flow::begin_again(&mut attempt, None);
    }
    let problems = add(cx, &attempt, &mut pending)?;
    attempt.notes.remove(note::LINK_TO);
    pending.write(cx, &mut attempt, note::UPSTREAM)?;
    if !attempt::advance(cx, &attempt)? {
        return Ok(Shown::Over);
    }
    let mut draft = pending.draft(cx, &upstream);
    if problems.is_any() {
        return Ok(Shown::Review(Box::new(attempt), Box::new(draft), problems));
    }
    let plan = first_login::plan(cx, &upstream)?;
    let missing = wrong(cx, &attempt, &mut draft);
    match first_login::next(cx, &upstream, &plan, &pending, missing.is_empty())? {
        Next::Review => {
            // Whoever has just come has not left anything out: only what the provider says wrongly is told.
            let mut wrong = missing;
            wrong.retain(|_, notice| *notice != Notice::FieldRequired);
            let problems = Problems::of(wrong);
            Ok(Shown::Review(Box::new(attempt), Box::new(draft), problems))
        }
        Next::Confirm(existing) => {
            let taken = pages::Taken {
                provider: upstream.name().to_owned(),
                account: pending.identity.name_there.clone(),
                taken: match existing.by_email {
                    true => existing.user.email.unwrap_or_default(),
                    false => existing.user.username,
                },
                can_review: plan.creates,
            };
            Ok(Shown::Confirm(Box::new(attempt), Box::new(taken)))
        }
        Next::Prove(existing) => {
            let id = Value::String(existing.user.id.as_str().to_owned());
            attempt.notes.insert(note::LINK_TO.to_owned(), id);
            let name = Value::String(upstream.name().to_owned());
            attempt.notes.insert(note::LINK_NAME.to_owned(), name);
            flow::begin_again(&mut attempt, Some(existing.user.id.clone()));
            passkey::prepare(cx, &mut attempt);
            attempt::advance(cx, &attempt)?;
            let name = upstream.name().to_owned();
            let user = Box::new(existing.user);
            Ok(Shown::Prove(Box::new(attempt), user, name))
        }
        Next::Link(existing) => {
            let about = about(step, &attempt, &pending, Some(&existing.user));
            let who = (existing.user, Occasion::Again, about);
            finish(cx, step, (attempt, upstream), &pending, who)
        }
        Next::Create => create(cx, step, (attempt, upstream, &plan), &pending, draft),
        end @ (Next::Taken | Next::Nobody | Next::CannotRun(_)) => {
            stop(cx, step, (&attempt, &pending), upstream.name(), &end)
        }
    }
}

/// Asks once more, because a node of an earlier version has not written down which provider has vouched for somebody.
fn begin_anew(cx: &mut Cx<'_>, step: &Step, mut attempt: Attempt) -> Result<Shown, Fault> {
    super::settle::forget(&mut attempt);
    flow::begin_again(&mut attempt, None);
    step.proceed(cx, attempt).map(Shown::Onward)
}

fn about(step: &Step, attempt: &Attempt, pending: &Pending, user: Option<&User>) -> About {
    let client_id = sign_in::request_of(attempt).map(|request| request.client_id);
    About {
        client_id: client_id.unwrap_or_default(),
        user: user.map(|user| user.id.clone()),
        ip: step.origin.ip.clone(),
        provider: pending.identity.alias.clone(),
        identity: Some(pending.identity.name_there.clone()),
        ..About::default()
    }
}

/// The flow has no way for somebody.
fn stop(
    cx: &mut Cx<'_>,
    step: &Step,
    (attempt, pending): (&Attempt, &Pending),
    provider: &str,
    end: &Next,
) -> Result<Shown, Fault> {
    let (name, ends) = (
        provider.to_owned(),
        "the flow of the first sign-in ends here",
    );
    let (notice, error, reason) = match end {
        Next::CannotRun(step) => (
            Notice::ProviderSettings(name),
            "identity_provider_not_configured",
            format!("the step {step} cannot be run at a first sign-in"),
        ),
        Next::Taken => (
            Notice::ProviderAccountExists(name),
            "email_in_use",
            ends.to_owned(),
        ),
        _ => (
            Notice::ProviderNoAccount(name),
            "user_not_found",
            ends.to_owned(),
        ),
    };
    let about = about(step, attempt, pending, None);
    let why = (error, reason.as_str());
    let code = report_error(cx, "IDENTITY_PROVIDER_FIRST_LOGIN", &about, why)?;
    Ok(Shown::Stopped(notice, code))
}

fn create(
    cx: &mut Cx<'_>,
    step: &Step,
    (attempt, upstream, plan): (Attempt, Upstream, &Plan),
    pending: &Pending,
    draft: User,
) -> Result<Shown, Fault> {
    let mut new = User {
        id: UserId::new(cx.new_id()),
        ..draft
    };
    if plan.wants_password {
        new.required_actions.push("UPDATE_PASSWORD".to_owned());
    }
    if user::shares_a_name(cx, &new)? || user::insert(cx, &new)? != Stored::Done {
        // Somebody took the name or the address a moment ago, or signs in by it.
        let problems = Problems::taken();
        return Ok(Shown::Review(Box::new(attempt), Box::new(new), problems));
    }
    if let Some(role) = blueprint::default_role(&cx.realm.settings) {
        user::grant_role(cx, &new.id, &role)?;
    }
    for group in group::defaults(cx)? {
        user::join(cx, &new.id, &group)?;
    }
    if upstream.provider.settings.add_read_token_role_on_create == Some(true) {
        grant_read_token(cx, &new)?;
    }
    let about = about(step, &attempt, pending, Some(&new));
    let who = (new, Occasion::First, about);
    finish(cx, step, (attempt, upstream), pending, who)
}

/// The role that lets a user's applications read what providers issued.
fn grant_read_token(cx: &mut Cx<'_>, user: &User) -> Result<(), Fault> {
    let Some(broker) = client::find_id(cx, "broker")? else {
        return Ok(());
    };
    if let Some(role) = role::find_named(cx, broker.as_str(), "read-token")? {
        user::grant_role(cx, &user.id, &role.id)?;
    }
    Ok(())
}

/// Links an account, new or old, and goes on as its user.
fn finish(
    cx: &mut Cx<'_>,
    step: &Step,
    (mut attempt, upstream): (Attempt, Upstream),
    pending: &Pending,
    (user, occasion, about): (User, Occasion, About),
) -> Result<Shown, Fault> {
    if !arrival::link(cx, &user, &pending.identity)? {
        let notice = Notice::ProviderLinkedElsewhere(upstream.name().to_owned());
        let why = (
            "federated_identity_account_exists",
            "the account is linked already",
        );
        // An account that was made a moment ago is nobody's without its link.
        if occasion == Occasion::First {
            user::remove(cx, &user.id)?;
        }
        let code = report_error(cx, "IDENTITY_PROVIDER_FIRST_LOGIN", &about, why)?;
        return Ok(Shown::Stopped(notice, code));
    }
    let kind = match occasion {
        Occasion::First => "REGISTER",
        Occasion::Again => "FEDERATED_IDENTITY_LINK",
    };
    report(cx, kind, &about)?;
    super::settle::forget(&mut attempt);
    let configured = arrival::mappers(cx, &upstream)?;
    let came = (&upstream, configured.as_slice(), occasion);
    if let Some(stopped) = admit(cx, &mut attempt, came, (pending, &user))? {
        let (notice, code) = stopped.report(cx, &about)?;
        return Ok(Shown::Stopped(notice, code));
    }
    if first_login::plan(cx, &upstream)?.adds_members {
        membership::join(cx, &upstream, (&user, &pending.identity), occasion)?;
    }
    report(cx, "IDENTITY_PROVIDER_LOGIN", &about)?;
    step.proceed(cx, attempt).map(Shown::Onward)
}

#[cfg(test)]
mod tests;
