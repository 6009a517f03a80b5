//! People of organizations: their name comes first, because its domain says where they sign in; and whoever is of
//! several says for which one this is.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_login::flow::{self, Next, note};
use cloakroom_model::attempt::{self, Attempt, Stage};
use cloakroom_model::client::Client;
use cloakroom_model::identity_provider::IdentityProvider;
use cloakroom_model::organization::{self, Organization};
use cloakroom_model::user::{self, User, directory, identity};
use cloakroom_model::{Cx, Door, Fault, Realm, credential};
use cloakroom_oidc::authorize::AuthorizationRequest;
use cloakroom_oidc::scope::organization::{self as scope, Asked};
use cloakroom_web::App;
use cloakroom_web::i18n::Notice;
use cloakroom_web::page::{
    Alert, OrganizationChoice, SelectOrganizationPage, UsernamePage, render,
};
use cloakroom_web::web::{self, Bytes, Data, Path};
use serde_json::{Map, Value};

use super::pages::{PASSWORD, action, client_shown, layout, providers, security, username_label};
use super::{over, posted, show};
use crate::routes::sign_in::{self, Onward};
use crate::routes::visit::{IDENTITY, Visit};

/// The name of the choice among the required actions.
pub(crate) const CHOICE: &str = "select-organization";

pub(super) fn configure(cfg: &mut web::ServiceConfig, base: &str) {
    cfg.service(web::resource(format!("{base}/organization")).route(web::post().to(choose)));
}

/// Notes what a new request asks for of organizations.
pub(crate) fn mark(
    cx: &mut Cx<'_>,
    request: &AuthorizationRequest,
    client: &Client,
    notes: &mut Map<String, Value>,
) -> Result<(), Fault> {
    match scope::wanted(cx, client, &request.scope) {
        // What a device is given is decided where it asked.
        Some(Asked::Only) if request.device.is_none() => {
            notes.insert(note::CHOOSES.to_owned(), Value::Bool(true));
        }
        Some(Asked::Named(aliases)) if aliases.len() == 1 => {
            let all = organization::list(cx)?;
            let named = all.into_iter().find(|one| aliases.contains(&one.alias));
            if let Some(one) = named {
                let id = Value::String(one.id.as_str().to_owned());
                notes.insert(note::FOR.to_owned(), id);
            }
        }
        _ => {}
    }
    Ok(())
}

/// Puts what a user has said since into the request: for which organization, and under which name.
pub(crate) fn settle(attempt: &Attempt, request: &mut AuthorizationRequest) {
    let chosen = flow::text(attempt, note::CHOSEN);
    if !chosen.is_empty() {
        request.scope = scope::narrowed(&request.scope, chosen);
    }
    if !flow::text(attempt, note::HOME).is_empty() {
        request.login_hint = Some(flow::text(attempt, note::USERNAME).to_owned());
    }
}

/// Whoever signs in for an organization that the request names is a member of it, where the flow asks for that.
pub(crate) fn is_welcome(
    cx: &mut Cx<'_>,
    request: &AuthorizationRequest,
    client: &Client,
    attempt: &Attempt,
) -> Result<bool, Fault> {
    let wants_members = cx.realm.names_first.is_some_and(|how| how.wants_members);
    let asked = scope::wanted(cx, client, &request.scope);
    let (true, Some(Asked::Named(aliases)), Some(user)) = (wants_members, asked, &attempt.user)
    else {
        return Ok(true);
    };
    let mine = organization::list_open_to(cx, user)?;
    Ok(mine.iter().any(|one| aliases.contains(&one.alias)))
}

/// The organization that the request is for, if it has providers of its own: nobody is offered those of others then.
pub(super) fn asked_alone<'a>(realm: &Realm, attempt: &'a Attempt) -> Option<&'a str> {
    let asked = flow::text(attempt, note::FOR);
    let mut all = realm.providers.iter();
    let has_own = all.any(|one| one.organization.as_deref() == Some(asked));
    has_own.then_some(asked)
}

/// The attempt has to know a name before it asks for a password.
pub(super) fn is_name_wanted(realm: &Realm, attempt: &Attempt) -> bool {
    (realm.names_first.is_some() || flow::has(attempt, note::NAMES_FIRST))
        && attempt.user.is_none()
        && attempt.stage == Stage::Prove
        && !flow::has(attempt, note::NAMED)
        && flow::text(attempt, note::LINK_TO).is_empty()
}

/// Takes the name that the application gives (`login_hint`) as if it had been typed.
pub(crate) fn meet(cx: &mut Cx<'_>, attempt: Attempt) -> Result<Onward, Fault> {
    let hint = flow::text(&attempt, note::USERNAME).to_owned();
    let hinted = sign_in::request_of(&attempt)?.idp_hint;
    let is_sent_on = hinted.is_some_and(|alias| !alias.is_empty());
    if hint.is_empty() || is_sent_on || !is_name_wanted(cx.realm, &attempt) {
        return Ok(Onward::Ask(Box::new(attempt), None));
    }
    name(cx, attempt, &hint)
}

/// Goes on with a name: to the identity provider of its organization, or to the password.
///
/// Whoever has no account is asked for a password all the same, unless their organization says that there has to be
/// one.
pub(super) fn name(cx: &mut Cx<'_>, mut attempt: Attempt, typed: &str) -> Result<Onward, Fault> {
    let name: String = typed
        .trim()
        .chars()
        .take(255)
        .filter(|c| *c != '\0')
        .collect();
    let text = |text: &str| Value::String(text.to_owned());
    attempt.notes.insert(note::USERNAME.to_owned(), text(&name));
    attempt.notes.remove(note::HOME);
    if name.is_empty() {
        attempt::advance(cx, &attempt)?;
        return Ok(Onward::Rename(Box::new(attempt), Notice::FieldRequired));
    }
    if cx.realm.names_first.is_none() {
        // Whether anybody is called so is said to nobody: a password is asked for in any case.
        flow::mark(&mut attempt, note::NAMED);
        return Ok(match attempt::advance(cx, &attempt)? {
            true => Onward::Ask(Box::new(attempt), None),
            false => Onward::Over,
        });
    }
    let user = user::find_for_login(cx, &name)?;
    let user = user.filter(|user| user.service_account_client.is_none());
    let address = user.as_ref().and_then(|user| user.email.clone());
    let found = organization::find_by_address(cx, address.as_deref().unwrap_or(&name))?;
    if let Some((of, _)) = &found {
        attempt
            .notes
            .insert(note::HOME.to_owned(), text(of.id.as_str()));
    }
    let home = home(cx, user.as_ref(), found.as_ref())?;
    let is_stranger = user.is_none() && found.is_some();
    if home.is_none() && !is_stranger {
        flow::mark(&mut attempt, note::NAMED);
    }
    if !attempt::advance(cx, &attempt)? {
        return Ok(Onward::Over);
    }
    let attempt = Box::new(attempt);
    Ok(match home {
        Some(provider) => Onward::Depart(attempt, provider.alias),
        None if is_stranger => Onward::Rename(attempt, Notice::OrganizationWithoutAccount),
        None => Onward::Ask(attempt, None),
    })
}

/// The identity provider of an organization that somebody is sent to without a question: people who have no password
/// here, to where they came from, or to where their address belongs.
fn home(
    cx: &mut Cx<'_>,
    user: Option<&User>,
    found: Option<&(Organization, String)>,
) -> Result<Option<IdentityProvider>, Fault> {
    if let Some(user) = user {
        let has_password = credential::find_password(cx, &user.id)?.is_some();
        if has_password || directory::find(cx, &user.id)?.is_some() {
            return Ok(None);
        }
        let links = identity::list(cx, &user.id)?;
        for of in organization::list_open_to(cx, &user.id)? {
            let all = organization::providers(cx, &of.id)?;
            let is_linked =
                |one: &IdentityProvider| links.iter().any(|link| link.provider == one.alias);
            if let Some(own) = all.into_iter().find(is_linked) {
                return Ok(Some(own));
            }
        }
    }
    match found {
        Some((of, domain)) => organization::home(cx, of, domain),
        None => Ok(None),
    }
}

/// The page that asks for the name alone.
pub(crate) fn name_page(visit: &Visit, attempt: &Attempt, alert: Option<Alert>) -> HttpResponse {
    let request = sign_in::request_of(attempt).ok();
    let settings = &visit.realm.settings;
    let layout = layout(visit, attempt, request.as_ref(), "authenticate", PASSWORD);
    let locale = layout.locale().clone();
    let query = sign_in::address(attempt, PASSWORD, false);
    let is_open = asked_alone(&visit.realm, attempt).is_none();
    let page = UsernamePage {
        layout,
        action: action(visit, attempt, "authenticate", PASSWORD),
        alert,
        client: request
            .as_ref()
            .map(|request| client_shown(&locale, attempt, request)),
        username_label: username_label(visit),
        username: flow::text(attempt, note::USERNAME).to_owned(),
        register_url: (settings.registration_allowed && is_open)
            .then(|| visit.url(&format!("login-actions/registration?{query}"))),
        providers: providers(visit, attempt),
        passkey: super::passkey::request(visit, attempt),
    };
    render(StatusCode::OK, &page, &security(visit, request.as_ref()))
}

/// The page that asks for which organization this is.
pub(super) fn page(
    visit: &Visit,
    attempt: &Attempt,
    user: &User,
    all: &[Organization],
) -> HttpResponse {
    let Ok(request) = sign_in::request_of(attempt) else {
        return over(visit);
    };
    let layout = layout(visit, attempt, Some(&request), "required-action", CHOICE);
    let locale = layout.locale().clone();
    let choice = |one: &Organization| OrganizationChoice {
        alias: one.alias.clone(),
        name: one.name.clone(),
    };
    let page = SelectOrganizationPage {
        layout,
        action: action(visit, attempt, "organization", CHOICE),
        client: client_shown(&locale, attempt, &request),
        username: user.username.clone(),
        organizations: all.iter().map(choice).collect(),
    };
    render(StatusCode::OK, &page, &security(visit, Some(&request)))
}

async fn choose(
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
        if let (Next::ChooseOrganization, Some(user)) = flow::next(cx, &attempt)? {
            let all = flow::choices(cx, &attempt, &user)?;
            let chosen = form.get("kc.org").unwrap_or_default();
            // Whoever sends anything else than what was offered is asked again.
            if let Some(one) = all.iter().find(|one| one.alias == chosen) {
                let alias = Value::String(one.alias.clone());
                attempt.notes.insert(note::CHOSEN.to_owned(), alias);
                attempt::advance(cx, &attempt)?;
            }
        }
        sign_in::proceed(cx, &provider, attempt, identity.as_deref(), &origin)
    };
    match visit.app.enter(&visit.realm, Door::Write, work).await {
        Ok(onward) => show(&visit, onward).await,
        Err(fault) => visit.fault(&fault),
    }
}
