//! A page of the console as a response: its headers, and what a browser keeps from now on.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, REFERRER_POLICY};
use askama::Template;
use cloakroom_web::headers::Security;
use cloakroom_web::page::render;

use super::{Desk, LANGUAGES};
use crate::cookie::{self, Name};
use crate::routes::Shown;

const YEAR: i64 = 365 * 24 * 60 * 60;

impl Desk {
    /// A page.
    pub(crate) fn show(&self, page: &impl Template) -> Shown {
        Ok(self.answer(StatusCode::OK, page))
    }

    /// A page that has a page of this server in a frame.
    pub(crate) fn show_framing(&self, page: &impl Template) -> Shown {
        let security = self.security().with_own_frames();
        Ok(self.answer_by(StatusCode::OK, page, &security))
    }

    /// A form again, with what is wrong in it.
    pub(crate) fn show_again(&self, page: &impl Template) -> Shown {
        Ok(self.answer(StatusCode::UNPROCESSABLE_ENTITY, page))
    }

    /// A page with a status.
    pub(crate) fn answer(&self, status: StatusCode, page: &impl Template) -> HttpResponse {
        self.answer_by(status, page, &self.security())
    }

    fn security(&self) -> Security {
        // A form may lead to a sign-in: to that of the administrator, and where a client is tried to that of the realm.
        let there = [self.home().frontend.clone(), Some(self.frontend())];
        let there = there.into_iter().flatten();
        let elsewhere = there.filter(|url| *url != self.app.base_url);
        elsewhere.fold(Security::page(self.app.is_https), |security, url| {
            security.with_forms_at(&url)
        })
    }

    fn answer_by(
        &self,
        status: StatusCode,
        page: &impl Template,
        security: &Security,
    ) -> HttpResponse {
        let https = self.app.is_https;
        let mut answer = render(status, page, security);
        // A browser names the origin of a form only to a page that lets it.
        let same_origin = HeaderValue::from_static("same-origin");
        answer.headers_mut().insert(REFERRER_POLICY, same_origin);
        if self.flash.is_some() {
            cookie::unset(&mut answer, Name::Flash, https);
        }
        if let Some(chosen) = self
            .query
            .get("kc_locale")
            .filter(|tag| LANGUAGES.contains(tag))
        {
            cookie::set(&mut answer, Name::Locale, chosen, https, Some(YEAR));
        }
        answer
    }
}
