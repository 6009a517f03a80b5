//! A browser's visit: its cookies, its language, and the pages and redirects it is answered with.

mod proof;

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_LANGUAGE, COOKIE, HeaderValue, LOCATION, ORIGIN, USER_AGENT};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_login::sign_on::{Opened, Origin};
use cloakroom_model::session::Session;
use cloakroom_model::{Digest, Realm};
use cloakroom_oidc::Form;
use cloakroom_oidc::authorize::{Response, ResponseMode};
use cloakroom_web::App;
use cloakroom_web::brand::Brand;
use cloakroom_web::cookie::{self, SESSION};
use cloakroom_web::headers::Security;
use cloakroom_web::i18n::{Locales, Notice, Wanted};
use cloakroom_web::page::{ErrorPage, FormPostPage, Hidden, Layout, Moment, render};
use cloakroom_web::request_id;

pub(crate) use cloakroom_web::cookie::{Cookie, IDENTITY};

/// Holds the handle of the attempts of this browser.
pub(crate) const AUTH_SESSION: &str = "AUTH_SESSION_ID";
/// Lets a page notice that another tab has begun anew; the digest of the handle.
const AUTH_SESSION_HASH: &str = "KC_AUTH_SESSION_HASH";
/// The request itself, for beginning again after the attempt is over.
pub(crate) const RESTART: &str = "KC_RESTART";
/// What the browser is known by after its user has signed in, where strangers' guesses lock users out.
pub(crate) const DEVICE: &str = "CLOAKROOM_DEVICE";
/// The identity provider that the browser has just come from by itself.
pub(crate) const BROUGHT_BY: &str = "CLOAKROOM_BROUGHT_BY";
/// The language that the reader chose.
const LOCALE: &str = "KEYCLOAK_LOCALE";

/// Says that a browser posts a message for the second time, with the cookies of this site.
pub(crate) const AGAIN: &str = "again";

/// A restart cookie longer than this is not set: a browser keeps 4096 bytes of a cookie.
const RESTART_LONGEST: usize = 3000;

/// One request of a browser to a realm.
pub(crate) struct Visit {
    pub(crate) app: Data<App>,
    pub(crate) realm: Arc<Realm>,
    pub(crate) origin: Origin,
    /// The query of the address.
    pub(crate) query: Form,
    cookies: HashMap<String, String>,
    languages: Option<String>,
    is_foreign: bool,
}

impl Visit {
    /// Takes what a handler needs from the request; the error is already a page.
    pub(crate) async fn start(
        app: Data<App>,
        request: &HttpRequest,
        realm: &str,
    ) -> Result<Self, HttpResponse> {
        let found = app.realm(realm).await;
        let app = App::of(app, found.as_ref().ok().and_then(Option::as_deref));
        let header = |name| {
            let value: Option<&HeaderValue> = request.headers().get(name);
            value
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let languages = header(ACCEPT_LANGUAGE);
        let early = |status, notice| {
            error_page(
                layout_for("Cloakroom", languages.as_deref()).with_base_path(app.base_path()),
                status,
                notice,
                app.is_https,
            )
        };
        let ip = app.client_ip(request);
        let realm = match found {
            Ok(Some(realm)) if !app.is_secure_for(&realm, &ip) => {
                return Err(early(StatusCode::FORBIDDEN, Notice::HttpsRequired));
            }
            Ok(Some(realm)) if realm.enabled => realm,
            Ok(Some(_)) => return Err(early(StatusCode::FORBIDDEN, Notice::RealmDisabled)),
            Ok(None) => return Err(early(StatusCode::NOT_FOUND, Notice::RealmNotFound)),
            Err(fault) => {
                tracing::error!(%fault, "a realm could not be read");
                return Err(early(StatusCode::SERVICE_UNAVAILABLE, Notice::Unexpected));
            }
        };
        let Ok(query) = Form::parse(request.query_string().as_bytes()) else {
            return Err(early(StatusCode::BAD_REQUEST, Notice::InvalidRequest));
        };
        let origin = header(ORIGIN);
        // Pages are sent with `no-referrer`, so an honest browser says `null` here.
        let is_foreign = origin.is_some_and(|from| from != "null" && from != app.origin())
            || request
                .headers()
                .get("sec-fetch-site")
                .is_some_and(|site| site.as_bytes() == b"cross-site");
        Ok(Self {
            origin: Origin {
                ip,
                user_agent: header(USER_AGENT).unwrap_or_default(),
            },
            cookies: cookies(request),
            languages,
            is_foreign,
            query,
            realm,
            app,
        })
    }

    /// A cookie's value.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies
            .get(name)
            .filter(|value| !value.is_empty())
            .cloned()
    }

    /// The digest of the handle that this browser's attempts are kept under.
    pub(crate) fn browser(&self) -> Option<Digest> {
        self.cookie(AUTH_SESSION)
            .map(|handle| Digest::of(handle.as_bytes()))
    }

    /// The request was sent by a page of another site.
    pub(crate) fn is_foreign(&self) -> bool {
        self.is_foreign
    }

    /// The request is a form that a page of ours has posted once more ([`AGAIN`]).
    pub(crate) fn is_posted_again(&self) -> bool {
        self.query.has(AGAIN)
    }

    /// The address of something below the realm.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}/realms/{}/{path}", self.app.base_url, self.realm.name)
    }

    /// The frame of a page, in the reader's language.
    pub(crate) fn layout(&self, ui_locales: Option<&str>) -> Layout {
        let settings = &self.realm.settings;
        let cookie = self.cookie(LOCALE);
        let wanted = Wanted {
            kc_locale: self.query.get("kc_locale"),
            cookie: cookie.as_deref(),
            user: None,
            ui_locales,
            accept_language: self.languages.as_deref(),
        };
        let none = Vec::new();
        let supported = match &settings.supported_locales {
            Some(locales) if settings.internationalization_enabled => locales,
            _ => &none,
        };
        let default = settings.default_locale.as_deref();
        let locale = Locales::embedded()
            .negotiate(&wanted, supported, default)
            .with_texts(&self.realm.texts);
        let (brand, _) = Brand::read(&settings.attributes);
        Layout::new(locale, self.realm.display_name())
            .with_base_path(self.app.base_path())
            .with_brand(&brand, &self.url("brand"))
    }

    /// Lets the browser remember the language that the address asks for (`kc_locale`).
    pub(crate) fn keep_locale(&self, to: &mut HttpResponse) {
        let asked = self.query.get("kc_locale");
        let Some(locale) = asked.and_then(|tag| Locales::embedded().find(tag)) else {
            return;
        };
        self.set(
            to,
            &Cookie {
                name: LOCALE,
                value: locale.tag(),
                http_only: true,
                max_age: None,
            },
        );
    }

    /// The headers of a page.
    pub(crate) fn security(&self) -> Security {
        Security::page(self.app.is_https)
    }

    /// An error page.
    pub(crate) fn error(&self, status: StatusCode, notice: Notice) -> HttpResponse {
        error_page(self.layout(None), status, notice, self.app.is_https)
    }

    /// An error page with the code of the event that has the reason.
    pub(crate) fn error_with_code(
        &self,
        status: StatusCode,
        notice: Notice,
        code: &str,
    ) -> HttpResponse {
        let mut page = error_of(self.layout(None), notice);
        page.code = Some(code.to_owned());
        render(status, &page, &self.security())
    }

    /// The page for what was our fault; the log has the reason.
    pub(crate) fn fault(&self, why: &dyn Display) -> HttpResponse {
        tracing::error!(error = %why, "a page could not be answered");
        self.error(StatusCode::INTERNAL_SERVER_ERROR, Notice::Unexpected)
    }

    /// Sends the browser elsewhere.
    pub(crate) fn redirect(&self, to: &str) -> HttpResponse {
        let mut response = HttpResponse::Found();
        let mut response = match HeaderValue::from_str(to) {
            Ok(to) => response.insert_header((LOCATION, to)).finish(),
            Err(_) => return self.error(StatusCode::BAD_REQUEST, Notice::InvalidRequest),
        };
        self.security().apply(response.headers_mut());
        response
    }

    /// Hands a response to the client, in the mode it asked for.
    pub(crate) fn answer(&self, response: &Response) -> HttpResponse {
        if response.mode != ResponseMode::FormPost {
            return self.redirect(&response.location());
        }
        let parameters = response.parameters.iter();
        let parameters = parameters.map(|(name, value)| (*name, value.as_str()));
        self.post(&response.redirect_uri, parameters, None)
    }

    /// Lets the browser post a form elsewhere, from where it may be sent on to `onward`.
    pub(crate) fn post<'a>(
        &self,
        action: &str,
        fields: impl IntoIterator<Item = (&'a str, &'a str)>,
        onward: Option<&str>,
    ) -> HttpResponse {
        let fields = fields.into_iter();
        let page = FormPostPage {
            layout: self.layout(None),
            action: action.to_owned(),
            parameters: fields
                .map(|(name, value)| (name.to_owned(), Hidden::new(value)))
                .collect(),
        };
        let mut security = self.security().with_form_target(action);
        if let Some(onward) = onward {
            security = security.with_form_target(onward);
        }
        render(StatusCode::OK, &page, &security)
    }

    /// Sets a cookie of this realm; without an age it ends with the browser.
    pub(crate) fn set(&self, to: &mut HttpResponse, cookie: &Cookie<'_>) {
        cookie::set(to.headers_mut(), &self.app, &self.realm.name, cookie);
    }

    /// Lets the browser forget a cookie.
    pub(crate) fn unset(&self, to: &mut HttpResponse, name: &'static str) {
        self.set(
            to,
            &Cookie {
                name,
                value: "",
                http_only: true,
                max_age: Some(0),
            },
        );
    }

    /// Sets the handle of this browser's attempts.
    pub(crate) fn set_handle(&self, to: &mut HttpResponse, handle: &str) {
        let hash = Digest::of(handle.as_bytes()).to_base64url();
        self.set(
            to,
            &Cookie {
                name: AUTH_SESSION,
                value: handle,
                http_only: true,
                max_age: None,
            },
        );
        self.set(
            to,
            &Cookie {
                name: AUTH_SESSION_HASH,
                value: &hash,
                http_only: false,
                max_age: Some(60),
            },
        );
    }

    /// Sets what this browser is known by.
    pub(crate) fn set_device(&self, to: &mut HttpResponse, handle: &str) {
        self.set(
            to,
            &Cookie {
                name: DEVICE,
                value: handle,
                http_only: true,
                max_age: Some(cloakroom_login::known_device::KNOWN.as_seconds()),
            },
        );
    }

    /// Remembers how to begin again.
    pub(crate) fn set_restart(&self, to: &mut HttpResponse, query: &str) {
        // Percent-encoded text of a URL is safe in a cookie but for these.
        let is_safe = query
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b";,\"\\".contains(&b));
        if is_safe && query.len() <= RESTART_LONGEST {
            self.set(
                to,
                &Cookie {
                    name: RESTART,
                    value: query,
                    http_only: true,
                    max_age: None,
                },
            );
        } else {
            self.unset(to, RESTART);
        }
    }

    /// Sets the cookies of a session that a sign-in ended in.
    pub(crate) fn set_session(&self, to: &mut HttpResponse, opened: &Opened) {
        let identity = match &opened.cookie {
            Some(secret) => Some(secret.expose().to_owned()),
            None => self.cookie(IDENTITY),
        };
        self.set_identity(to, identity.as_deref().unwrap_or_default(), &opened.session);
    }

    /// Sets the cookies of the browser's session.
    pub(crate) fn set_identity(&self, to: &mut HttpResponse, identity: &str, session: &Session) {
        self.unset(to, RESTART);
        let (headers, name) = (to.headers_mut(), &self.realm.name);
        cookie::set_session(headers, &self.app, name, (session, identity));
    }

    /// Lets the browser forget its session.
    pub(crate) fn unset_session(&self, to: &mut HttpResponse) {
        self.unset(to, IDENTITY);
        self.unset(to, SESSION);
    }
}

fn cookies(request: &HttpRequest) -> HashMap<String, String> {
    let mut all = HashMap::new();
    for header in request.headers().get_all(COOKIE) {
        let pairs = header.to_str().unwrap_or_default().split(';');
        for (name, value) in pairs.filter_map(|pair| pair.split_once('=')) {
            // The first one is of the longest path, which is ours (RFC 6265 §5.4).
            all.entry(name.trim().to_owned())
                .or_insert_with(|| value.trim().trim_matches('"').to_owned());
        }
    }
    all
}

fn layout_for(realm: &str, languages: Option<&str>) -> Layout {
    let wanted = Wanted {
        accept_language: languages,
        ..Wanted::default()
    };
    Layout::new(
        Locales::embedded().negotiate(&wanted, &["en", "de"], Some("en")),
        realm,
    )
}

fn error_page(layout: Layout, status: StatusCode, notice: Notice, is_https: bool) -> HttpResponse {
    render(status, &error_of(layout, notice), &Security::page(is_https))
}

fn error_of(layout: Layout, notice: Notice) -> ErrorPage {
    let now = cloakroom_web::app::now().seconds();
    ErrorPage {
        layout,
        notice,
        code: None,
        request: request_id::current(),
        time: Some(Moment::from_unix_seconds(now)),
        back: None,
    }
}
