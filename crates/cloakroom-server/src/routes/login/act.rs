//! What a user has to do, or to allow, before a sign-in ends.

use actix_web::{HttpRequest, HttpResponse};
use cloakroom_federation::Upstream;
use cloakroom_login::flow::{self, Next, note};
use cloakroom_login::policy::Violation;
use cloakroom_login::required::{self, Action, HashedPassword, NewPassword};
use cloakroom_login::sign_on::Origin;
use cloakroom_model::attempt::{self, Attempt};
use cloakroom_model::id::UserId;
use cloakroom_model::lap::Step;
use cloakroom_model::organization::Organization;
use cloakroom_model::user::User;
use cloakroom_model::{Cx, Door, Fault};
use cloakroom_oidc::Form;
use cloakroom_web::App;
use cloakroom_web::i18n::Notice;
use cloakroom_web::web::{self, Bytes, Data, Path};

use super::action_page::action_page;
use super::elsewhere::{self, Kept, Pending};
use super::fields::{Problems, check_password, password_problems, update_profile};
use super::{
    Ticket, busy, consent, enrol, key_set_up, organization, outset, over, paper, posted, removal,
    show, told,
};
use crate::routes::broker;
use crate::routes::sign_in::{self, Onward};
use crate::routes::visit::{IDENTITY, Visit};

pub(super) fn configure(cfg: &mut web::ServiceConfig, base: &str) {
    cfg.service(
        web::resource(format!("{base}/required-action"))
            .route(web::get().to(ask))
            .route(web::post().to(act)),
    );
}

/// The page that is due.
enum Due {
    Action(Box<Attempt>, Action, Box<User>),
    Choice(Box<Attempt>, Box<User>, Vec<Organization>),
    Consent(Box<Attempt>, Box<User>, Vec<String>),
    Elsewhere(Box<Attempt>),
    Over,
}

async fn ask(app: Data<App>, request: HttpRequest, realm: Path<String>) -> HttpResponse {
    let visit = match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    if outset::is_lost(&visit) {
        return outset::begin_again(&visit).await;
    }
    let ticket = match Ticket::of(&visit) {
        Ok(ticket) => ticket,
        Err(page) => return page,
    };
    let work = move |cx: &mut Cx<'_>| due(cx, &ticket);
    let due = visit.app.enter(&visit.realm, Door::Read, work).await;
    let mut response = match due {
        Ok(Due::Action(attempt, action, user)) => {
            action_page(&visit, &attempt, action, &user, &Problems::default())
        }
        Ok(Due::Choice(attempt, user, all)) => organization::page(&visit, &attempt, &user, &all),
        Ok(Due::Consent(attempt, user, scopes)) => consent::page(&visit, &attempt, &user, &scopes),
        Ok(Due::Elsewhere(attempt)) => {
            let query = sign_in::address(&attempt, super::pages::PASSWORD, false);
            visit.redirect(&visit.url(&format!("login-actions/authenticate?{query}")))
        }
        Ok(Due::Over) => over(&visit),
        Err(fault) => visit.fault(&fault),
    };
    visit.keep_locale(&mut response);
    response
}

fn due(cx: &mut Cx<'_>, ticket: &Ticket) -> Result<Due, Fault> {
    let Some(attempt) = ticket.find(cx)? else {
        return Ok(Due::Over);
    };
    if flow::is_out_of_reach(cx, &attempt)? {
        return Ok(Due::Elsewhere(Box::new(attempt)));
    }
    Ok(match flow::next(cx, &attempt)? {
        // Its secret has still to be made.
        (Next::Act(action), _) if lacks_secret(&attempt, action) => {
            Due::Elsewhere(Box::new(attempt))
        }
        // Nor has the challenge of a key been made that is to be set up.
        (Next::Act(action), _) if key_set_up::is_unprepared(&attempt, action) => {
            Due::Elsewhere(Box::new(attempt))
        }
        (Next::Act(action), Some(user)) => Due::Action(Box::new(attempt), action, Box::new(user)),
        (Next::ChooseOrganization, Some(user)) => {
            let all = flow::choices(cx, &attempt, &user)?;
            Due::Choice(Box::new(attempt), Box::new(user), all)
        }
        (Next::Consent, Some(user)) => {
            let (_, scopes) = consent::wanted(cx, &attempt)?;
            let texts = scopes
                .iter()
                .filter_map(|id| cx.realm.scope(id))
                .map(|scope| {
                    let text = scope.attributes.get("consent.screen.text");
                    text.filter(|text| !text.is_empty())
                        .unwrap_or(&scope.name)
                        .clone()
                });
            Due::Consent(Box::new(attempt), Box::new(user), texts.collect())
        }
        _ => Due::Elsewhere(Box::new(attempt)),
    })
}

/// The page of this action shows a secret, which has still to be made.
fn lacks_secret(attempt: &Attempt, action: Action) -> bool {
    let made = match action {
        Action::ConfigureTotp => note::NEW_OTP,
        Action::ConfigureCodes => note::NEW_CODES,
        Action::DeleteCredential => note::REMOVED_KIND,
        _ => return false,
    };
    flow::text(attempt, made).is_empty()
}

/// How a posted form ended.
enum Acted {
    /// The browser goes to a provider, to link an account there to this user.
    Depart(Box<Attempt>, Box<Upstream>, UserId),
    Onward(Onward),
    Problems(Box<Attempt>, Action, Box<User>, Problems),
    /// A directory is written first; what was typed, for the page if it does not take it.
    Write(Box<Attempt>, Action, Box<User>, Box<Pending>, Problems),
    /// What has to be hashed, unless a directory judges the password.
    Hash(Option<Box<NewPassword>>, Box<User>),
}

async fn act(
    app: Data<App>,
    request: HttpRequest,
    realm: Path<String>,
    body: Bytes,
) -> HttpResponse {
    let (visit, ticket, form) = match posted(app, &request, &realm, &body).await {
        Ok(posted) => posted,
        Err(page) => return page,
    };
    let first = |is_written: bool| {
        let (ticket, form, app) = (ticket.clone(), form.clone(), visit.app.clone());
        let (identity, origin) = (visit.cookie(IDENTITY), visit.origin.clone());
        move |cx: &mut Cx<'_>| -> Result<Acted, Fault> {
            let Some(attempt) = ticket.claim(cx)? else {
                return Ok(Acted::Onward(Onward::Over));
            };
            let identity = identity.as_deref();
            let place = (&**app, &origin, identity);
            let attempt = flow::hold_here(cx, attempt, identity)?;
            match step(cx, place, attempt, (&form, is_written))? {
                Ok(attempt) => {
                    let provider = &app.provider;
                    sign_in::proceed(cx, provider, attempt, identity, &origin).map(Acted::Onward)
                }
                Err(acted) => Ok(*acted),
            }
        }
    };
    let (app, realm) = (&visit.app, &visit.realm);
    let mut acted = app.enter(realm, Door::Write, first(false)).await;
    if let Ok(Acted::Write(attempt, action, user, pending, mut problems)) = acted {
        acted = match pending.write(&visit).await {
            Ok(()) => app.enter(realm, Door::Write, first(true)).await,
            Err(notice) => {
                problems.fields.insert("email".to_owned(), notice);
                Ok(Acted::Problems(attempt, action, user, problems))
            }
        };
    }
    let (new, user) = match acted {
        Ok(Acted::Hash(new, user)) => (new, user),
        Ok(Acted::Onward(onward)) => return show(&visit, onward).await,
        Ok(Acted::Depart(attempt, upstream, user)) => {
            return broker::depart(&visit, &attempt, &upstream, Some(&user)).await;
        }
        Ok(Acted::Problems(attempt, action, user, problems)) => {
            return action_page(&visit, &attempt, action, &user, &problems);
        }
        Ok(Acted::Write(..)) => return over(&visit),
        Err(fault) => return visit.fault(&fault),
    };
    let password = form.get("password-new").unwrap_or_default();
    let chosen = match elsewhere::keep(&visit, &user, password).await {
        Ok(Kept::Here) => {
            // The directory has let its people go in between.
            let Some(new) = new else { return over(&visit) };
            match visit.app.hash(move || new.run()).await {
                Ok(hashed) => Chosen::Hashed(hashed),
                Err(too_much) => return busy(&visit, too_much),
            }
        }
        Ok(Kept::There) => Chosen::Elsewhere,
        Ok(Kept::Nowhere(notice)) => Chosen::Refused(notice),
        Err(fault) => return visit.fault(&fault),
    };
    let ends_others = form.get("logout-sessions").is_some();
    store_password(&visit, ticket, *user, chosen, ends_others).await
}

/// What has become of a new password so far.
enum Chosen {
    /// It is to be stored here, unless it was used before.
    Hashed(Result<HashedPassword, Violation>),
    /// A directory has it.
    Elsewhere,
    /// A directory does not take it.
    Refused(Notice),
}

async fn store_password(
    visit: &Visit,
    ticket: Ticket,
    user: User,
    chosen: Chosen,
    ends_others: bool,
) -> HttpResponse {
    let provider = visit.app.provider.clone();
    let (identity, origin) = (visit.cookie(IDENTITY), visit.origin.clone());
    let work = move |cx: &mut Cx<'_>| -> Result<Acted, Fault> {
        let Some(attempt) = ticket.claim(cx)? else {
            return Ok(Acted::Onward(Onward::Over));
        };
        let mut attempt = flow::hold_here(cx, attempt, identity.as_deref())?;
        // Hashing takes a while, in which the sign-in may have come to another user or another page.
        let is_asked = match flow::next(cx, &attempt)? {
            (Next::Act(Action::UpdatePassword), Some(asked)) => asked.id == user.id,
            _ => false,
        };
        if !is_asked {
            let identity = identity.as_deref();
            let onward = sign_in::proceed(cx, &provider, attempt, identity, &origin)?;
            return Ok(Acted::Onward(onward));
        }
        let problems = match &chosen {
            Chosen::Hashed(Ok(hashed)) => {
                required::store_password(cx, &user, hashed)?;
                None
            }
            Chosen::Elsewhere => {
                required::strike(cx, &user, Action::UpdatePassword)?;
                None
            }
            Chosen::Hashed(Err(violation)) => {
                Some(password_problems(std::slice::from_ref(violation)))
            }
            Chosen::Refused(notice) => {
                let mut problems = Problems::default();
                let field = "password-new".to_owned();
                problems.fields.insert(field, notice.clone());
                Some(problems)
            }
        };
        if let Some(problems) = problems {
            let user = Box::new(user.clone());
            let action = Action::UpdatePassword;
            return Ok(Acted::Problems(Box::new(attempt), action, user, problems));
        }
        told::chosen(cx, &attempt, &user, &origin)?;
        if ends_others {
            let keep = identity
                .as_deref()
                .and_then(|cookie| cookie.split_once('.'));
            required::end_other_sessions(cx, &user.id, keep.map(|(id, _)| id))?;
        }
        end_wish(&mut attempt, Action::UpdatePassword);
        flow::stand_on(cx, &mut attempt)?;
        cx.lap(Step::Actions);
        attempt::advance(cx, &attempt)?;
        sign_in::proceed(cx, &provider, attempt, identity.as_deref(), &origin).map(Acted::Onward)
    };
    match visit.app.enter(&visit.realm, Door::Write, work).await {
        Ok(Acted::Problems(attempt, action, user, problems)) => {
            action_page(visit, &attempt, action, &user, &problems)
        }
        Ok(Acted::Onward(onward)) => show(visit, onward).await,
        Ok(Acted::Hash(..) | Acted::Depart(..) | Acted::Write(..)) => over(visit),
        Err(fault) => visit.fault(&fault),
    }
}

/// Does what the form says; the attempt goes on unless there is something to show or to hash.
fn step(
    cx: &mut Cx<'_>,
    (app, origin, identity): (&App, &Origin, Option<&str>),
    mut attempt: Attempt,
    (form, is_written): (&Form, bool),
) -> Result<Result<Attempt, Box<Acted>>, Fault> {
    let (Next::Act(action), Some(user)) = flow::next(cx, &attempt)? else {
        return Ok(Ok(attempt));
    };
    let is_due = user
        .required_actions
        .iter()
        .any(|alias| Action::parse(alias) == Some(action));
    if form.get("cancel-aia").is_some() && !is_due {
        flow::end_action(&mut attempt, "cancelled");
        attempt::advance(cx, &attempt)?;
        return Ok(Ok(attempt));
    }
    let problems = match action {
        Action::UpdatePassword => match check_password(cx, &user, form)? {
            Ok(new) => {
                let acted = Acted::Hash(new.map(Box::new), Box::new(user));
                return Ok(Err(Box::new(acted)));
            }
            Err(problems) => problems,
        },
        Action::UpdateProfile | Action::VerifyProfile => {
            let scopes = flow::profile_scopes(&attempt);
            match update_profile(cx, &user, &scopes, (form, is_written))? {
                (problems, None) => problems,
                (typed, Some(pending)) => {
                    let (attempt, user) = (Box::new(attempt), Box::new(user));
                    let acted = Acted::Write(attempt, action, user, Box::new(pending), typed);
                    return Ok(Err(Box::new(acted)));
                }
            }
        }
        Action::ConfigureTotp => {
            let sent = (form, identity, origin.ip.as_str());
            enrol::enrol(cx, &mut attempt, &user, sent)?
        }
        Action::ConfigureCodes => {
            let sent = (form, identity, origin.ip.as_str());
            paper::enrol(cx, &mut attempt, &user, sent)?
        }
        Action::DeleteCredential => removal::remove(cx, &mut attempt, &user, origin)?,
        Action::RegisterKey | Action::RegisterPasskey => {
            let kind = action.key_kind().unwrap_or_default();
            let about = (kind, app.provider.base_url(cx.realm), &*app.makers);
            let sent = (form, identity, origin.ip.as_str());
            key_set_up::finish(cx, &mut attempt, &user, about, sent)?
        }
        Action::Terms if form.get("cancel").is_some() => {
            let refused = sign_in::refuse(cx, &app.provider, &attempt, "access_denied")?;
            return Ok(Err(Box::new(Acted::Onward(refused))));
        }
        Action::Terms => Problems::default(),
        Action::LinkProvider => return set_out(cx, origin, attempt, &user),
    };
    if problems.is_any() {
        let user = Box::new(user);
        return Ok(Err(Box::new(Acted::Problems(
            Box::new(attempt),
            action,
            user,
            problems,
        ))));
    }
    told::changed(cx, (&attempt, action), &user, origin)?;
    required::strike(cx, &user, action)?;
    cx.lap(Step::Actions);
    end_wish(&mut attempt, action);
    attempt::advance(cx, &attempt)?;
    Ok(Ok(attempt))
}

/// The request's own action has ended well, if it was this one.
fn end_wish(attempt: &mut Attempt, done: Action) {
    if Action::of_request(flow::text(attempt, note::ACTION)) == Some(done) {
        flow::end_action(attempt, "success");
    }
}

/// Leaves for the provider whose account is to be linked, unless that is not allowed any more.
fn set_out(
    cx: &mut Cx<'_>,
    origin: &Origin,
    mut attempt: Attempt,
    user: &User,
) -> Result<Result<Attempt, Box<Acted>>, Fault> {
    let is_allowed = broker::check_link(cx, &mut attempt, user, origin)?;
    attempt::advance(cx, &attempt)?;
    match broker::provider_asked_for(cx, &attempt)? {
        Some(upstream) if is_allowed => {
            let leaves = Acted::Depart(Box::new(attempt), Box::new(upstream), user.id.clone());
            Ok(Err(Box::new(leaves)))
        }
        _ => Ok(Ok(attempt)),
    }
}
