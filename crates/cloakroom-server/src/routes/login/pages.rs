//! The sign-in page, from what an attempt knows.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use cloakroom_login::flow::{self, note};
use cloakroom_model::attempt::Attempt;
use cloakroom_model::identity_provider::Shown;
use cloakroom_model::user::User;
use cloakroom_oidc::authorize::AuthorizationRequest;
use cloakroom_web::headers::Security;
use cloakroom_web::i18n::{Locale, Notice};
use cloakroom_web::page::{
    Alert, ClientShown, Layout, LoginPage, ProviderLink, ReturningUser, UsernameLabel, render,
};

use super::organization::{self, name_page};
use super::passkey;
use crate::routes::broker;
use crate::routes::sign_in;
use crate::routes::visit::Visit;

/// The execution that the address of the sign-in form names.
pub(super) const PASSWORD: &str = "auth-username-password-form";

/// The frame of a page of this attempt, with the switch of languages.
pub(crate) fn layout(
    visit: &Visit,
    attempt: &Attempt,
    request: Option<&AuthorizationRequest>,
    path: &str,
    execution: &str,
) -> Layout {
    let ui_locales = request.and_then(|request| request.ui_locales.as_deref());
    let query = sign_in::address(attempt, execution, false);
    let here = visit.url(&format!("login-actions/{path}?{query}"));
    let settings = &visit.realm.settings;
    let layout = visit.layout(ui_locales);
    match &settings.supported_locales {
        Some(locales) if settings.internationalization_enabled => {
            layout.with_languages(locales, &here)
        }
        _ => layout,
    }
}

/// Where a form of this attempt is posted to.
pub(crate) fn action(visit: &Visit, attempt: &Attempt, path: &str, execution: &str) -> String {
    let query = sign_in::address(attempt, execution, true);
    visit.url(&format!("login-actions/{path}?{query}"))
}

/// The client, as pages name it in this language.
pub(super) fn client_shown(
    locale: &Locale,
    attempt: &Attempt,
    request: &AuthorizationRequest,
) -> ClientShown {
    // An attempt of a version that kept no name has none.
    let name = match flow::text(attempt, note::CLIENT) {
        "" => request.client_id.as_str(),
        name => name,
    };
    ClientShown::new(&locale.resolve(name), Some(&request.redirect_uri))
}

/// The headers of a page whose form may end at the client.
pub(crate) fn security(visit: &Visit, request: Option<&AuthorizationRequest>) -> Security {
    match request {
        Some(request) => visit.security().with_form_target(&request.redirect_uri),
        None => visit.security(),
    }
}

/// How the realm's people name themselves.
pub(super) fn username_label(visit: &Visit) -> UsernameLabel {
    let settings = &visit.realm.settings;
    if settings.registration_email_as_username {
        UsernameLabel::Email
    } else if settings.login_with_email_allowed {
        UsernameLabel::UsernameOrEmail
    } else {
        UsernameLabel::Username
    }
}

/// The sign-in page; with a user that is known, it asks for the password alone.
pub(crate) fn login_page(
    visit: &Visit,
    attempt: &Attempt,
    known: Option<&User>,
    alert: Option<Alert>,
) -> HttpResponse {
    if let Some(page) = passkey::page(visit, attempt, known, alert.clone()) {
        return page;
    }
    if known.is_none() && organization::is_name_wanted(&visit.realm, attempt) {
        return name_page(visit, attempt, alert);
    }
    let request = sign_in::request_of(attempt).ok();
    let settings = &visit.realm.settings;
    let link = |path: &str| {
        let query = sign_in::address(attempt, PASSWORD, false);
        visit.url(&format!("login-actions/{path}?{query}"))
    };
    let is_named = flow::has(attempt, note::NAMED);
    let known_alert = known.map(|_| match flow::text(attempt, note::LINK_TO) {
        "" => Alert::info(Notice::ReauthenticationNeeded),
        // Whoever proves themselves here gives a provider's account a way in, and is told so on each page.
        _ => Alert::info(Notice::ProviderProveAccount(
            flow::text(attempt, note::LINK_NAME).to_owned(),
        )),
    });
    let layout = layout(visit, attempt, request.as_ref(), "authenticate", PASSWORD);
    let locale = layout.locale().clone();
    let page = LoginPage {
        layout,
        action: action(visit, attempt, "authenticate", PASSWORD),
        alert: alert.or(known_alert),
        client: request
            .as_ref()
            .map(|request| client_shown(&locale, attempt, request)),
        username_label: username_label(visit),
        username: flow::text(attempt, note::USERNAME).to_owned(),
        returning_user: returning(attempt, known, link("restart")),
        remember_me: (settings.remember_me && known.is_none()).then_some(false),
        forgot_url: settings
            .reset_password_allowed
            .then(|| link("reset-credentials")),
        register_url: (settings.registration_allowed && known.is_none() && !is_named)
            .then(|| link("registration")),
        credential_id: String::new(),
        providers: providers(visit, attempt),
        passkey: passkey::request(visit, attempt),
    };
    render(StatusCode::OK, &page, &security(visit, request.as_ref()))
}

/// Whom the page names instead of asking: who is signed in, or who has said who they are.
fn returning(
    attempt: &Attempt,
    known: Option<&User>,
    restart_url: String,
) -> Option<ReturningUser> {
    let (username, is_signed_in) = match known {
        Some(user) => (user.username.clone(), true),
        None if flow::has(attempt, note::NAMED) => {
            (flow::text(attempt, note::USERNAME).to_owned(), false)
        }
        None => return None,
    };
    Some(ReturningUser {
        username,
        is_signed_in,
        restart_url,
    })
}

/// Somebody may go on here without a password: by their name, or by a provider.
pub(crate) fn asks_else(visit: &Visit, attempt: &Attempt) -> bool {
    organization::is_name_wanted(&visit.realm, attempt) || !providers(visit, attempt).is_empty()
}

/// The identity providers that people may sign in with in place of the password: those of everybody, and those of the
/// organization that the name or the request is about.
pub(super) fn providers(visit: &Visit, attempt: &Attempt) -> Vec<ProviderLink> {
    if !flow::text(attempt, note::LINK_TO).is_empty() {
        // What is asked for is the proof that an account here is one's own.
        return Vec::new();
    }
    let locale = visit.layout(None).locale().clone();
    let home = flow::text(attempt, note::HOME);
    let asked = organization::asked_alone(&visit.realm, attempt);
    let is_offered = |provider: &&Shown| {
        let of = provider.organization.as_deref();
        let is_own = of.is_some_and(|of| Some(of) == asked || of == home);
        is_own || (provider.is_listed && asked.is_none())
    };
    let known = visit.realm.providers.iter().filter(is_offered);
    let listed = known.filter(|one| cloakroom_federation::preset::find(&one.provider_id).is_some());
    listed
        .map(|provider| ProviderLink {
            alias: provider.alias.clone(),
            name: locale.resolve(&provider.name),
            url: broker::address(visit, attempt, &provider.alias),
        })
        .collect()
}
