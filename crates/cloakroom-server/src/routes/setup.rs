//! The first address anybody opens: the set-up page until there is an administrator, a welcome
//! afterwards.

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_LANGUAGE, LOCATION, ORIGIN};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_model::Secret;
use cloakroom_web::App;
use cloakroom_web::app::now;
use cloakroom_web::headers::Security;
use cloakroom_web::i18n::{Locale, Locales, Notice, Wanted};
use cloakroom_web::page::{Alert, Field, Layout, SetupDonePage, SetupPage, WelcomePage, render};
use cloakroom_web::web::{self, Data, Form, Query};
use serde::Deserialize;

use crate::bootstrap;
use crate::setup_code::{Checked, Setup};

/// The shortest password that the first administrator may choose.
const SHORTEST: u32 = 8;

/// The paths of the first start.
pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/", web::get().to(root));
    cfg.service(
        web::resource("/setup")
            .route(web::get().to(ask))
            .route(web::post().to(answer)),
    );
}

#[derive(Deserialize)]
struct Shown {
    kc_locale: Option<String>,
}

fn locale(request: &HttpRequest, wanted: Option<&str>) -> Locale {
    let languages = request
        .headers()
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    let wanted = Wanted {
        kc_locale: wanted,
        accept_language: languages,
        ..Wanted::default()
    };
    Locales::embedded().negotiate(&wanted, &["en", "de"], Some("en"))
}

/// The set-up page is still to be shown; where the database does not answer, as before.
async fn is_open(app: &App, setup: &Setup) -> bool {
    bootstrap::is_open(app, setup).await.unwrap_or_else(|why| {
        tracing::error!(error = %why, "whether the set-up is over could not be asked");
        setup.is_open()
    })
}

async fn root(
    app: Data<App>,
    setup: Data<Setup>,
    request: HttpRequest,
    shown: Query<Shown>,
) -> HttpResponse {
    if is_open(&app, &setup).await {
        return HttpResponse::Found()
            .insert_header((LOCATION, format!("{}/setup", app.base_path())))
            .finish();
    }
    let page = WelcomePage {
        layout: layout(&app, locale(&request, shown.kc_locale.as_deref())),
        account_url: format!("{}/realms/master/account", app.base_path()),
        console_url: format!("{}/admin", app.base_path()),
        discovery_url: discovery_url(&app),
    };
    render(StatusCode::OK, &page, &Security::page(app.is_https))
}

fn layout(app: &App, locale: Locale) -> Layout {
    Layout::new(locale, "Cloakroom").with_base_path(app.base_path())
}

fn discovery_url(app: &App) -> String {
    format!(
        "{}/realms/master/.well-known/openid-configuration",
        app.base_url
    )
}

/// An empty form in the visitor's language.
fn form(app: &App, request: &HttpRequest, wanted: Option<&str>) -> SetupPage {
    let at = format!("{}/setup", app.base_path());
    SetupPage {
        layout: layout(app, locale(request, wanted)).with_languages(&["en", "de"], &at),
        action: at,
        alert: None,
        code: Field::new(""),
        username: Field::new(""),
        password_error: None,
        password_confirm_error: None,
    }
}

async fn ask(
    app: Data<App>,
    setup: Data<Setup>,
    request: HttpRequest,
    shown: Query<Shown>,
) -> HttpResponse {
    if !is_open(&app, &setup).await {
        return super::not_found().await;
    }
    let page = form(&app, &request, shown.kc_locale.as_deref());
    render(StatusCode::OK, &page, &Security::page(app.is_https))
}

/// What was typed; a field that is missing counts as empty.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Answer {
    code: String,
    username: String,
    password: String,
    password_confirm: String,
}

async fn answer(
    app: Data<App>,
    setup: Data<Setup>,
    request: HttpRequest,
    typed: Form<Answer>,
) -> HttpResponse {
    if !is_open(&app, &setup).await {
        return super::not_found().await;
    }
    // Another site may post a form here, but not name ours as its origin.
    let origin = request
        .headers()
        .get(ORIGIN)
        .and_then(|value| value.to_str().ok());
    if origin.is_some_and(|origin| origin != "null" && origin != app.origin()) {
        return HttpResponse::Forbidden().finish();
    }
    let typed = typed.into_inner();
    let checked = setup.check(&typed.code, now());
    if checked == Checked::Over {
        return super::not_found().await;
    }
    if let Some(page) = refuse(checked, form(&app, &request, None), &typed) {
        return render(
            StatusCode::UNPROCESSABLE_ENTITY,
            &page,
            &Security::page(app.is_https),
        );
    }
    let password = Secret::new(typed.password);
    let username = typed.username.trim();
    match bootstrap::first_administrator(&app, username, &password).await {
        Ok(true) => setup.close(),
        Ok(false) => {
            setup.close();
            return super::not_found().await;
        }
        Err(why) => {
            tracing::error!(error = %why, "the first administrator could not be made");
            return HttpResponse::ServiceUnavailable().finish();
        }
    }
    let page = SetupDonePage {
        layout: layout(&app, locale(&request, None)),
        username: username.to_owned(),
        sign_in_url: format!("{}/admin", app.base_path()),
        discovery_url: discovery_url(&app),
    };
    render(StatusCode::OK, &page, &Security::page(app.is_https))
}

/// The form with what is wrong in it, with all that was typed but the passwords.
fn refuse(checked: Checked, mut page: SetupPage, typed: &Answer) -> Option<SetupPage> {
    page.code = Field::new(&typed.code);
    page.username = Field::new(&typed.username);
    let mut wrong = false;
    let length = typed.username.trim().chars().count();
    if !(3..=255).contains(&length) {
        page.username = Field::new(&typed.username).with_error(Notice::InvalidUsername);
        wrong = true;
    }
    if typed.password.chars().count() < SHORTEST as usize {
        page.password_error = Some(Notice::PasswordTooShort(SHORTEST));
        wrong = true;
    }
    if typed.password != typed.password_confirm {
        page.password_confirm_error = Some(Notice::PasswordsDiffer);
        wrong = true;
    }
    match checked {
        Checked::Right | Checked::Over => {}
        Checked::Wrong => {
            page.code = Field::new(&typed.code).with_error(Notice::InvalidSetupCode);
            wrong = true;
        }
        Checked::Paused => {
            page.alert = Some(Alert::error(Notice::SetupLocked(60)));
            wrong = true;
        }
    }
    wrong.then_some(page)
}
