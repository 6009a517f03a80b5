//! The pages of what a user has to do before a sign-in ends.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use cloakroom_login::flow::{self, note};
use cloakroom_login::profile::is_name_asked;
use cloakroom_login::required::Action;
use cloakroom_model::attempt::Attempt;
use cloakroom_model::user::User;
use cloakroom_web::headers::Security;
use cloakroom_web::i18n::Notice;
use cloakroom_web::page::{
    Alert, Layout, LinkProviderPage, TermsPage, UpdatePasswordPage, UpdateProfilePage, render,
};

use super::fields::Problems;
use super::pages::{action, layout, security};
use super::{enrol, key_set_up, over, paper, profile, removal};
use crate::routes::broker;
use crate::routes::sign_in;
use crate::routes::visit::Visit;

/// The page, with what is wrong with the form that was posted.
pub(super) fn action_page(
    visit: &Visit,
    attempt: &Attempt,
    what: Action,
    user: &User,
    problems: &Problems,
) -> HttpResponse {
    let request = sign_in::request_of(attempt).ok();
    let layout = layout(
        visit,
        attempt,
        request.as_ref(),
        "required-action",
        what.alias(),
    );
    let action = action(visit, attempt, "required-action", what.alias());
    let security = match what {
        // The answer to the form is the way to the provider.
        Action::LinkProvider => security(visit, request.as_ref()).with_onward_forms(),
        _ => security(visit, request.as_ref()),
    };
    // What the user has to do cannot be put off; what the client asked for can.
    let can_cancel = !user
        .required_actions
        .iter()
        .any(|alias| alias == what.alias())
        && Action::of_request(flow::text(attempt, note::ACTION)) == Some(what)
        && !flow::is_demanded(attempt);
    let notice = if problems.fields.is_empty() {
        None
    } else {
        Some(Alert::error(Notice::CheckFields))
    };
    match what {
        Action::UpdatePassword => {
            let page = update_password((layout, action), user, problems, (notice, can_cancel));
            render(StatusCode::OK, &page, &security)
        }
        Action::UpdateProfile | Action::VerifyProfile => {
            let said = (problems, notice, can_cancel);
            let page = update_profile(visit, (layout, action), (attempt, user, what), said);
            render(StatusCode::OK, &page, &security)
        }
        Action::ConfigureTotp => {
            let page = enrol::page(
                visit,
                attempt,
                user,
                (layout, action),
                (problems, can_cancel),
            );
            let Some(page) = page else { return over(visit) };
            render(StatusCode::OK, &page, &security)
        }
        Action::ConfigureCodes => {
            let page = paper::page(visit, attempt, user, (layout, action), can_cancel);
            let Some(page) = page else { return over(visit) };
            render(StatusCode::OK, &page, &security)
        }
        Action::RegisterKey | Action::RegisterPasskey => {
            let page = key_set_up::page(
                visit,
                (attempt, user, what.key_kind().unwrap_or_default()),
                (layout, action),
                (problems, can_cancel),
            );
            let Some(page) = page else { return over(visit) };
            render(StatusCode::OK, &page, &security)
        }
        Action::DeleteCredential => {
            let page = removal::page(attempt, user, (layout, action));
            render(StatusCode::OK, &page, &security)
        }
        Action::Terms => {
            let page = TermsPage {
                paragraphs: layout.locale().terms(),
                layout,
                action,
                alert: None,
            };
            render(StatusCode::OK, &page, &security)
        }
        Action::LinkProvider => link_provider(attempt, (layout, action), &security),
    }
}

fn link_provider(
    attempt: &Attempt,
    (layout, action): (Layout, String),
    security: &Security,
) -> HttpResponse {
    let page = LinkProviderPage {
        provider: layout.locale().resolve(broker::shown_name(attempt)),
        layout,
        action,
    };
    render(StatusCode::OK, &page, security)
}

fn update_password(
    (layout, action): (Layout, String),
    user: &User,
    problems: &Problems,
    (notice, can_cancel): (Option<Alert>, bool),
) -> UpdatePasswordPage {
    UpdatePasswordPage {
        layout,
        action,
        alert: notice.or(Some(Alert::info(Notice::UpdatePassword))),
        username: user.username.clone(),
        password_error: problems.fields.get("password-new").cloned(),
        password_confirm_error: problems.fields.get("password-confirm").cloned(),
        password_rules: Vec::new(),
        logout_sessions: true,
        can_cancel,
    }
}

fn update_profile(
    visit: &Visit,
    (layout, action): (Layout, String),
    (attempt, user, what): (&Attempt, &User, Action),
    (problems, notice, can_cancel): (&Problems, Option<Alert>, bool),
) -> UpdateProfilePage {
    let (why, first) = match what {
        // What is missing is said from the beginning.
        Action::VerifyProfile if !problems.is_any() => (
            Notice::VerifyProfile,
            Some(profile::lacking(&visit.realm, attempt, user)),
        ),
        _ => (Notice::UpdateProfile, None),
    };
    let problems = first.as_ref().unwrap_or(problems);
    let may_rename = is_name_asked(&visit.realm);
    let locale = layout.locale().clone();
    let said = (&problems.typed, &problems.fields);
    let attributes = profile::fields(&visit.realm, attempt, Some(user), said, |text| {
        locale.resolve(text)
    });
    UpdateProfilePage {
        layout,
        action,
        alert: notice.or(Some(Alert::info(why))),
        username: may_rename.then(|| problems.field("username", &user.username)),
        email: problems.field("email", user.email.as_deref().unwrap_or_default()),
        first_name: problems.field("firstName", user.first_name.as_deref().unwrap_or_default()),
        last_name: problems.field("lastName", user.last_name.as_deref().unwrap_or_default()),
        attributes,
        can_cancel,
        form_id: "kc-update-profile-form",
    }
}
