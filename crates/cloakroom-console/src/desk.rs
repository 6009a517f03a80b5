//! One request of a signed-in administrator: who they are, what they sent, and what they are answered.

mod answer;
mod ask;
mod pairs;
mod refused;

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderValue, LOCATION, ORIGIN, REFERER};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_admin::inside::Inside;
use cloakroom_admin::seat::Seat;
use cloakroom_model::{Digest, Realm};
use cloakroom_web::App;
use cloakroom_web::i18n::{Argument, Locale, Locales, Wanted};
use serde_json::Value;

use crate::cookie::{self, Name};
use crate::flash::Flash;
use crate::frame::{Frame, Heading, base_path};
use crate::problem::{self, Problem};
use crate::routes::Shown;
use crate::sign_in;

pub(crate) use ask::text_of;
pub(crate) use cloakroom_web::address::{decode, encode};
pub(crate) use pairs::Pairs;
pub(crate) use refused::{FORM, PAGE, Refused, again};

/// The languages of the console.
pub(crate) const LANGUAGES: [&str; 2] = ["en", "de"];

/// One request of a signed-in administrator.
pub(crate) struct Desk {
    pub(crate) app: Data<App>,
    /// The realm that the page is about.
    pub(crate) realm: String,
    /// What the form says.
    pub(crate) form: Pairs,
    /// What the address says after its `?`.
    pub(crate) query: Pairs,
    pub(crate) locale: Locale,
    pub(crate) request: HttpRequest,
    inside: Data<Inside>,
    seat: Seat,
    csrf: String,
    flash: Option<Flash>,
    person: Value,
    rights: BTreeSet<String>,
    /// What was sent before, where it was refused and its page is shown again.
    refused: Option<Rc<Refused>>,
}

impl Desk {
    /// Finds out who asks; the error is already an answer: the way to the sign-in, or a page that says why not.
    pub(crate) async fn open(request: HttpRequest, body: &Bytes) -> Result<Self, HttpResponse> {
        let missing = || HttpResponse::InternalServerError().finish();
        let app = request
            .app_data::<Data<App>>()
            .cloned()
            .ok_or_else(missing)?;
        let inside = request
            .app_data::<Data<Inside>>()
            .cloned()
            .ok_or_else(missing)?;
        let part = |name| decode(request.match_info().get(name).unwrap_or_default());
        let (home, realm) = (part("home"), part("realm"));
        let home = self::home(&app, &request, &home).await?;
        let secret = cookie::get(&request, Name::Session(&home), app.is_https);
        let Some(secret) = secret else {
            return Err(sign_in_first(&app, &request, &home));
        };
        let seat = match sign_in::seat(&app, &home, &secret).await {
            Ok(Some(seat)) => seat,
            Ok(None) => return Err(sign_in_first(&app, &request, &home)),
            Err(fault) => {
                tracing::error!(%fault, "a console session could not be read");
                let status = StatusCode::SERVICE_UNAVAILABLE;
                return Err(problem::outside(
                    &app,
                    &request,
                    status,
                    "problem-broken",
                    None,
                ));
            }
        };
        let is_form = request.method() == Method::POST;
        let mut desk = Self {
            form: if is_form {
                Pairs::of_form(&request, body)
            } else {
                Pairs::default()
            },
            query: Pairs::parse(request.query_string().as_bytes()),
            locale: locale(&app, &request, None),
            csrf: csrf(&secret),
            flash: Flash::take(&request, app.is_https),
            person: Value::Null,
            rights: BTreeSet::new(),
            refused: None,
            inside,
            seat,
            realm,
            request,
            app,
        };
        desk.introduce().await?;
        Ok(desk)
    }

    /// Asks the API who is here. It looks at the session, the client and the user.
    async fn introduce(&mut self) -> Result<(), HttpResponse> {
        let outside = |status, key| {
            let base = base_path(&self.app);
            let again = format!("{base}/admin/{}/console", encode(&self.home().name));
            problem::outside(&self.app, &self.request, status, key, Some(&again))
        };
        let shown = match self.get("ui-ext/desk").await {
            Ok(shown) => shown,
            Err(problem) if problem.status == 401 => return Err(self.sign_in_again()),
            Err(problem) if problem.status == 404 => {
                return Err(outside(StatusCode::NOT_FOUND, "problem-not-found"));
            }
            Err(problem) if problem.status == 403 => {
                return Err(outside(StatusCode::FORBIDDEN, "problem-forbidden"));
            }
            Err(_) => return Err(outside(StatusCode::SERVICE_UNAVAILABLE, "problem-broken")),
        };
        let rights = shown.get("rights").and_then(Value::as_array);
        self.rights = rights
            .into_iter()
            .flatten()
            .filter_map(|right| right.as_str().map(str::to_owned))
            .collect();
        let wanted = text_of(&shown, "user/locale");
        if !wanted.is_empty() {
            self.locale = locale(&self.app, &self.request, Some(&wanted));
        }
        self.person = shown;
        Ok(())
    }

    /// The realm that the administrator belongs to.
    pub(crate) fn home(&self) -> &Arc<Realm> {
        self.seat.home()
    }

    /// What the API says of the administrator and the realm: `user/…`, `realm/…`.
    pub(crate) fn about(&self, path: &str) -> String {
        text_of(&self.person, path)
    }

    /// The address that browsers know the realm by, without a slash at its end.
    pub(crate) fn frontend(&self) -> String {
        self.about("realm/frontend")
    }

    /// A part of the address by its name.
    pub(crate) fn part(&self, name: &str) -> String {
        let sent = || self.request.match_info().get(name).unwrap_or_default();
        let part = self.refused.as_ref().map(|one| one.part(name));
        decode(part.unwrap_or_else(sent))
    }

    /// The path of the page, without what a proxy puts before it.
    pub(crate) fn path(&self) -> &str {
        let page = self.refused.as_ref().map(|one| one.path());
        page.unwrap_or_else(|| self.request.path())
    }

    /// The administrator has one of these rights here; of none, any right at all.
    pub(crate) fn may(&self, any_of: &[&str]) -> bool {
        let has = |right: &&str| self.rights.contains(*right);
        match any_of.is_empty() {
            true => self.rights.iter().any(|right| right != "create-realm"),
            false => any_of.iter().any(has),
        }
    }

    /// Refuses unless the administrator has one of these rights here.
    pub(crate) fn check(&self, any_of: &[&str]) -> Result<(), Problem> {
        match self.may(any_of) {
            true => Ok(()),
            false => Err(Problem::forbidden()),
        }
    }

    /// A message in the reader's language.
    pub(crate) fn text(&self, key: &str) -> String {
        self.locale.text(key)
    }

    /// A message with something filled in.
    pub(crate) fn text_with(&self, key: &str, name: &str, value: impl Argument) -> String {
        self.locale.text_with(key, name, value)
    }

    /// The address of a page of this realm.
    pub(crate) fn url(&self, path: &str) -> String {
        self.url_in(&self.realm, path)
    }

    /// The address of a page of another realm.
    pub(crate) fn url_in(&self, realm: &str, path: &str) -> String {
        let (base, home) = (base_path(&self.app), encode(&self.home().name));
        format!("{base}/admin/{home}/console/{}{path}", encode(realm))
    }

    /// This page's address with other parameters.
    pub(crate) fn here(&self, query: &Pairs) -> String {
        let query = query.encode();
        let path = format!("{}{}", self.app.base_path(), self.path());
        if query.is_empty() {
            path
        } else {
            format!("{path}?{query}")
        }
    }

    /// The frame around a page.
    pub(crate) fn frame(&self, heading: Heading) -> Frame {
        Frame::new(self, heading)
    }

    /// The token that forms carry.
    pub(crate) fn csrf(&self) -> &str {
        &self.csrf
    }

    /// What the page before left to be said.
    pub(crate) fn flash(&self) -> Option<&Flash> {
        self.flash.as_ref()
    }

    /// The form was sent by a page of this console, in this browser, for this session.
    pub(crate) fn is_own_form(&self) -> bool {
        is_from_here(&self.app, &self.request) && is_token(&self.form, &self.csrf)
    }

    /// To another page of the realm, which says this first.
    pub(crate) fn go(&self, path: &str, flash: &Flash) -> Shown {
        Ok(self.go_to(&self.url(path), Some(flash)))
    }

    /// To an address of the console.
    pub(crate) fn go_to(&self, url: &str, flash: Option<&Flash>) -> HttpResponse {
        let mut answer = HttpResponse::SeeOther()
            .insert_header((LOCATION, url))
            .insert_header(("cache-control", "no-store"))
            .finish();
        if let Some(flash) = flash {
            flash.keep(&mut answer, self.app.is_https);
        }
        answer
    }

    /// To the sign-in, and back.
    pub(crate) fn sign_in_again(&self) -> HttpResponse {
        sign_in_first(&self.app, &self.request, self.home())
    }
}

/// The realm whose console it is; the error is already a page.
pub(crate) async fn home(
    app: &Data<App>,
    request: &HttpRequest,
    name: &str,
) -> Result<Arc<Realm>, HttpResponse> {
    let (status, key) = match app.realm(&decode(name)).await {
        Ok(Some(realm)) if realm.enabled => return Ok(realm),
        Ok(_) => (StatusCode::NOT_FOUND, "problem-not-found"),
        Err(fault) => {
            tracing::error!(%fault, "a realm could not be read");
            (StatusCode::SERVICE_UNAVAILABLE, "problem-broken")
        }
    };
    Err(problem::outside(app, request, status, key, None))
}

/// The language of the reader; `user` is what their account says.
pub(crate) fn locale(app: &App, request: &HttpRequest, user: Option<&str>) -> Locale {
    let query = Pairs::parse(request.query_string().as_bytes());
    let cookie = cookie::get(request, Name::Locale, app.is_https);
    let accepted = request.headers().get(ACCEPT_LANGUAGE);
    let wanted = Wanted {
        kc_locale: query.get("kc_locale"),
        cookie: cookie.as_deref(),
        user,
        accept_language: accepted.and_then(|value| value.to_str().ok()),
        ..Wanted::default()
    };
    Locales::embedded().negotiate(&wanted, &LANGUAGES, Some("en"))
}

/// Sends a browser to the sign-in. A script is told so instead: what it would get there is no answer to it.
fn sign_in_first(app: &App, request: &HttpRequest, home: &Arc<Realm>) -> HttpResponse {
    let is_script = request.headers().get("sec-fetch-dest");
    if is_script.is_some_and(|dest| dest.as_bytes() == b"empty") {
        return HttpResponse::Unauthorized().finish();
    }
    let back = match request.method() == Method::GET {
        true => format!("{}{}", app.base_path(), request.uri()),
        // What a form wanted to do is not done after a sign-in; the page that it stood on is shown.
        false => {
            let referer = request
                .headers()
                .get(REFERER)
                .and_then(|value| value.to_str().ok());
            let page = referer.and_then(|page| page.strip_prefix(app.origin()));
            page.unwrap_or_default().to_owned()
        }
    };
    sign_in::begin(app, home, &back).unwrap_or_else(|fault| {
        tracing::error!(%fault, "a sign-in could not begin");
        HttpResponse::ServiceUnavailable().finish()
    })
}

/// The token that ties forms to the session of a cookie, without showing the cookie.
fn csrf(secret: &str) -> String {
    Digest::of(format!("console form {secret}").as_bytes()).to_base64url()
}

fn is_token(form: &Pairs, token: &str) -> bool {
    let sent = Digest::of(form.get("csrf").unwrap_or_default().as_bytes());
    sent.matches(&Digest::of(token.as_bytes()))
}

/// A form outside of any realm was sent by a page of this console.
pub(crate) fn is_own_form(app: &App, request: &HttpRequest, body: &Bytes, secret: &str) -> bool {
    is_from_here(app, request) && is_token(&Pairs::parse(body), &csrf(secret))
}

/// What the browser says of the page that sent the request.
fn is_from_here(app: &App, request: &HttpRequest) -> bool {
    let header = |name: &str| request.headers().get(name).map(HeaderValue::as_bytes);
    let is_same_site = header("sec-fetch-site").is_none_or(|site| site == b"same-origin");
    let origin_named = header(ORIGIN.as_str());
    is_same_site && origin_named.is_none_or(|named| named == app.origin().as_bytes())
}
