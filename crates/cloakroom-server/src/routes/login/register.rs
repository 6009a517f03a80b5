//! Registration.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_keycloak::blueprint;
use cloakroom_login::required::{self, HashedPassword, NewPassword};
use cloakroom_login::{flow, policy::Violation};
use cloakroom_model::attempt::{self, Attempt};
use cloakroom_model::id::UserId;
use cloakroom_model::user::{self, Attributes, Stored, User};
use cloakroom_model::{Cx, Door, Fault, Secret, group};
use cloakroom_oidc::Form;
use cloakroom_web::App;
use cloakroom_web::i18n::Notice;
use cloakroom_web::page::{Alert, Field, RegisterPage, render};
use cloakroom_web::web::{self, Bytes, Data, Path};

use super::fields::notice_of;
use super::pages::{PASSWORD, action, layout, security};
use super::{Ticket, busy, elsewhere, over, posted, profile, show};
use crate::routes::sign_in::{self, Onward};
use crate::routes::visit::{IDENTITY, Visit};

/// The execution that the address of the registration form names.
const REGISTRATION: &str = "registration-page-form";

pub(super) fn configure(cfg: &mut web::ServiceConfig, base: &str) {
    cfg.service(
        web::resource(format!("{base}/registration"))
            .route(web::get().to(ask))
            .route(web::post().to(register)),
    );
}

/// What was typed, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Typed {
    username: Field,
    email: Field,
    first_name: Field,
    last_name: Field,
    password_error: Option<Notice>,
    password_confirm_error: Option<Notice>,
    /// What was typed for attributes of the user profile.
    attributes: BTreeMap<String, String>,
    /// What is wrong, by the name of the field.
    wrong: BTreeMap<String, Notice>,
}

impl Typed {
    fn read(form: &Form) -> Self {
        let field = |name: &str| {
            let value = form.get(name).unwrap_or_default();
            Field::new(&value.trim().chars().take(1000).collect::<String>())
        };
        let mut typed = Self {
            username: field("username"),
            email: field("email"),
            first_name: field("firstName"),
            last_name: field("lastName"),
            ..Self::default()
        };
        match form.get("password") {
            None => typed.password_error = Some(Notice::FieldRequired),
            password if password != form.get("password-confirm") => {
                typed.password_confirm_error = Some(Notice::PasswordsDiffer);
            }
            Some(_) => {}
        }
        typed
    }

    /// The person that was described, held against the user profile; `None` if something is wrong.
    fn person(&mut self, cx: &Cx<'_>, scopes: &[String], form: &Form) -> Option<User> {
        let filled = |field: &Field| Some(field.value.clone()).filter(|text| !text.is_empty());
        let by_email = cx.realm.settings.registration_email_as_username;
        let name = if by_email {
            &self.email
        } else {
            &self.username
        };
        let mut user = User {
            id: UserId::new(""),
            username: user::fold(&name.value),
            email: filled(&self.email),
            email_verified: false,
            first_name: filled(&self.first_name),
            last_name: filled(&self.last_name),
            enabled: true,
            created_at: cx.now,
            not_before: 0,
            service_account_client: None,
            attributes: Attributes::new(),
            required_actions: Vec::new(),
        };
        self.attributes = profile::take(cx.realm, scopes, form, &mut user);
        self.wrong = profile::check(cx.realm, scopes, None, &mut user);
        for (name, field) in [
            ("username", &mut self.username),
            ("email", &mut self.email),
            ("firstName", &mut self.first_name),
            ("lastName", &mut self.last_name),
        ] {
            field.error = self.wrong.get(name).cloned();
        }
        let is_good = self.wrong.is_empty()
            && self.password_error.is_none()
            && self.password_confirm_error.is_none();
        is_good.then_some(user)
    }
}

/// The registration page.
pub(crate) fn register_page(
    visit: &Visit,
    attempt: &Attempt,
    typed: Option<&Typed>,
) -> HttpResponse {
    let request = sign_in::request_of(attempt).ok();
    let email_is_username = visit.realm.settings.registration_email_as_username;
    let query = sign_in::address(attempt, PASSWORD, false);
    let alert = typed.map(|_| Alert::error(Notice::CheckFields));
    let typed = typed.cloned().unwrap_or_default();
    let layout = layout(
        visit,
        attempt,
        request.as_ref(),
        "registration",
        REGISTRATION,
    );
    let locale = layout.locale().clone();
    let said = (&typed.attributes, &typed.wrong);
    let attributes = profile::fields(&visit.realm, attempt, None, said, |text| {
        locale.resolve(text)
    });
    let page = RegisterPage {
        layout,
        action: action(visit, attempt, "registration", REGISTRATION),
        alert,
        username: (!email_is_username).then_some(typed.username),
        password_error: typed.password_error,
        password_confirm_error: typed.password_confirm_error,
        password_rules: Vec::new(),
        email: typed.email,
        first_name: typed.first_name,
        last_name: typed.last_name,
        attributes,
        login_url: visit.url(&format!("login-actions/authenticate?{query}")),
    };
    render(StatusCode::OK, &page, &security(visit, request.as_ref()))
}

/// The attempt that a link of the sign-in page belongs to; the error is already a page.
pub(super) async fn followed(visit: &Visit) -> Result<Attempt, HttpResponse> {
    let ticket = Ticket::of(visit)?;
    let work = move |cx: &mut Cx<'_>| ticket.find(cx);
    match visit.app.enter(&visit.realm, Door::Read, work).await {
        Ok(Some(attempt)) => Ok(attempt),
        Ok(None) => Err(over(visit)),
        Err(fault) => Err(visit.fault(&fault)),
    }
}

async fn ask(app: Data<App>, request: HttpRequest, realm: Path<String>) -> HttpResponse {
    let visit = match Visit::start(app, &request, &realm).await {
        Ok(visit) => visit,
        Err(page) => return page,
    };
    if !visit.realm.settings.registration_allowed {
        return visit.error(StatusCode::BAD_REQUEST, Notice::RegistrationOff);
    }
    match followed(&visit).await {
        Ok(attempt) => {
            let mut page = register_page(&visit, &attempt, None);
            visit.keep_locale(&mut page);
            page
        }
        Err(page) => page,
    }
}

/// How a posted registration ended.
enum Registered {
    Onward(Onward),
    Problems(Box<Attempt>, Box<Typed>),
    Hash(Box<NewPassword>, Box<Typed>, Box<User>),
}

async fn register(
    app: Data<App>,
    request: HttpRequest,
    realm: Path<String>,
    body: Bytes,
) -> HttpResponse {
    let (visit, ticket, form) = match posted(app, &request, &realm, &body).await {
        Ok(posted) => posted,
        Err(page) => return page,
    };
    if !visit.realm.settings.registration_allowed {
        return visit.error(StatusCode::BAD_REQUEST, Notice::RegistrationOff);
    }
    let password = Secret::new(form.get("password").unwrap_or_default());
    let first = {
        let ticket = ticket.clone();
        move |cx: &mut Cx<'_>| check(cx, &ticket, &form)
    };
    let (new, mut typed, user) = match visit.app.enter(&visit.realm, Door::Read, first).await {
        Ok(Registered::Hash(new, typed, user)) => (new, typed, user),
        Ok(ended) => return finish(&visit, ended).await,
        Err(fault) => return visit.fault(&fault),
    };
    let hashed = match visit.app.hash(move || new.run()).await {
        Ok(hashed) => hashed,
        Err(too_much) => return busy(&visit, too_much),
    };
    let entered = match elsewhere::enter(&visit, &user, &password).await {
        Ok(Ok(entered)) => entered,
        Ok(Err(notice)) => {
            typed.password_error = Some(notice);
            return again(&visit, ticket, typed).await;
        }
        Err(fault) => return visit.fault(&fault),
    };
    let undoing = entered.clone();
    let provider = visit.app.provider.clone();
    let (identity, origin) = (visit.cookie(IDENTITY), visit.origin.clone());
    let last = move |cx: &mut Cx<'_>| -> Result<Registered, Fault> {
        let Some(mut attempt) = ticket.claim(cx)? else {
            return Ok(Registered::Onward(Onward::Over));
        };
        let user = match insert(cx, (&*typed, &*user), &hashed, entered.as_ref())? {
            Ok(user) => user,
            Err(typed) => return Ok(Registered::Problems(Box::new(attempt), Box::new(typed))),
        };
        flow::prove(cx, &mut attempt, &user, false);
        attempt::advance(cx, &attempt)?;
        let next = sign_in::proceed(cx, &provider, attempt, identity.as_deref(), &origin)?;
        Ok(Registered::Onward(next))
    };
    let ended = visit.app.enter(&visit.realm, Door::Write, last).await;
    let is_stored = matches!(&ended, Ok(Registered::Onward(next)) if !matches!(next, Onward::Over));
    if let Some(entered) = undoing.filter(|_| !is_stored) {
        entered.undo(&visit).await;
    }
    match ended {
        Ok(ended) => finish(&visit, ended).await,
        Err(fault) => visit.fault(&fault),
    }
}

/// The form once more, with what is wrong with what was typed.
async fn again(visit: &Visit, ticket: Ticket, typed: Box<Typed>) -> HttpResponse {
    let work = move |cx: &mut Cx<'_>| ticket.claim(cx);
    match visit.app.enter(&visit.realm, Door::Read, work).await {
        Ok(Some(attempt)) => finish(visit, Registered::Problems(Box::new(attempt), typed)).await,
        Ok(None) => over(visit),
        Err(fault) => visit.fault(&fault),
    }
}

async fn finish(visit: &Visit, ended: Registered) -> HttpResponse {
    match ended {
        Registered::Onward(onward) => show(visit, onward).await,
        Registered::Problems(attempt, typed) => register_page(visit, &attempt, Some(&typed)),
        Registered::Hash(..) => over(visit),
    }
}

fn check(cx: &mut Cx<'_>, ticket: &Ticket, form: &Form) -> Result<Registered, Fault> {
    let Some(attempt) = ticket.claim(cx)? else {
        return Ok(Registered::Onward(Onward::Over));
    };
    let mut typed = Typed::read(form);
    let Some(user) = typed.person(cx, &flow::profile_scopes(&attempt), form) else {
        return Ok(Registered::Problems(Box::new(attempt), Box::new(typed)));
    };
    let password = form.get("password").unwrap_or_default();
    let (name, email) = (&user.username, user.email.as_deref());
    match required::prepare_password(cx, name, email, None, password)? {
        Ok(new) => Ok(Registered::Hash(
            Box::new(new),
            Box::new(typed),
            Box::new(user),
        )),
        Err(violations) => {
            typed.password_error = Some(notice_of(&violations));
            Ok(Registered::Problems(Box::new(attempt), Box::new(typed)))
        }
    }
}

fn insert(
    cx: &mut Cx<'_>,
    (typed, user): (&Typed, &User),
    hashed: &Result<HashedPassword, Violation>,
    entered: Option<&elsewhere::Entered>,
) -> Result<Result<User, Typed>, Fault> {
    let mut typed = typed.clone();
    let hashed = match hashed {
        Ok(hashed) => hashed,
        Err(violation) => {
            typed.password_error = Some(notice_of(std::slice::from_ref(violation)));
            return Ok(Err(typed));
        }
    };
    let mut new = User {
        id: UserId::new(cx.new_id()),
        created_at: cx.now,
        ..user.clone()
    };
    if user::find_by_username(cx, &new.username)?.is_some() {
        typed.username = Field::new(&new.username).with_error(Notice::UsernameUnavailable);
        return Ok(Err(typed));
    }
    if user::shares_a_name(cx, &new)? || user::insert(cx, &new)? != Stored::Done {
        typed.email = Field::new(&typed.email.value).with_error(Notice::EmailUnavailable);
        return Ok(Err(typed));
    }
    if let Some(role) = blueprint::default_role(&cx.realm.settings) {
        user::grant_role(cx, &new.id, &role)?;
    }
    for group in group::defaults(cx)? {
        user::join(cx, &new.id, &group)?;
    }
    match entered {
        Some(entered) => entered.join(cx, &mut new)?,
        None => required::store_password(cx, &new, hashed)?,
    }
    Ok(Ok(new))
}
