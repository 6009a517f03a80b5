//! What somebody sees who comes from a provider for the first time.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use cloakroom_model::attempt::Attempt;
use cloakroom_model::user::User;
use cloakroom_web::i18n::Notice;
use cloakroom_web::page::{Alert, LinkConfirmPage, UpdateProfilePage, render};

use crate::routes::login::{Problems, action, layout, profile_fields, security};
use crate::routes::sign_in;
use crate::routes::visit::Visit;

/// The path of these pages below `login-actions`.
const PATH: &str = "first-broker-login";

/// An account that is there already.
pub(super) struct Taken {
    pub(super) provider: String,
    pub(super) account: String,
    pub(super) taken: String,
    pub(super) can_review: bool,
}

/// The profile, before there is an account.
pub(super) fn review(
    visit: &Visit,
    attempt: &Attempt,
    user: &User,
    problems: &Problems,
) -> HttpResponse {
    const EXECUTION: &str = "idp-review-profile";
    let request = sign_in::request_of(attempt).ok();
    let layout = layout(visit, attempt, request.as_ref(), PATH, EXECUTION);
    let locale = layout.locale().clone();
    let said = (&problems.typed, &problems.fields);
    let attributes = profile_fields(&visit.realm, attempt, Some(user), said, |text| {
        locale.resolve(text)
    });
    let alert = match problems.fields.is_empty() {
        true => Alert::info(Notice::UpdateProfile),
        false => Alert::error(Notice::CheckFields),
    };
    let email_is_username = visit.realm.settings.registration_email_as_username;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let page = UpdateProfilePage {
        layout,
        action: action(visit, attempt, PATH, EXECUTION),
        alert: Some(alert),
        username: (!email_is_username).then(|| problems.field("username", &user.username)),
        email: problems.field("email", &text(&user.email)),
        first_name: problems.field("firstName", &text(&user.first_name)),
        last_name: problems.field("lastName", &text(&user.last_name)),
        attributes,
        can_cancel: false,
        form_id: "kc-idp-review-profile-form",
    };
    render(StatusCode::OK, &page, &security(visit, request.as_ref()))
}

/// The question whether the account that is there is theirs.
pub(super) fn confirm(visit: &Visit, attempt: &Attempt, taken: Taken) -> HttpResponse {
    const EXECUTION: &str = "idp-confirm-link";
    let request = sign_in::request_of(attempt).ok();
    let page = LinkConfirmPage {
        layout: layout(visit, attempt, request.as_ref(), PATH, EXECUTION),
        action: action(visit, attempt, PATH, EXECUTION),
        alert: None,
        provider: taken.provider,
        account: taken.account,
        taken: taken.taken,
        can_review: taken.can_review,
    };
    render(StatusCode::OK, &page, &security(visit, request.as_ref()))
}
