//! What goes wrong, as a page: inside the frame for who is signed in, outside of it for the others.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use cloakroom_admin::inside::Reply;
use cloakroom_web::App;
use cloakroom_web::headers::Security;
use cloakroom_web::i18n::Locale;
use cloakroom_web::page::render;
use cloakroom_web::request_id;
use serde_json::Value;

use crate::desk::{self, Desk};
use crate::frame::{Frame, Heading, Outside};
use crate::sentence;

/// Why a page is not what was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    /// The HTTP status.
    pub(crate) status: u16,
    /// What the API says, in its own words; empty if it says nothing.
    pub(crate) text: String,
    /// What it says of single fields.
    pub(crate) fields: Vec<(String, String)>,
    key: &'static str,
}

impl Problem {
    fn new(status: u16, key: &'static str) -> Self {
        Self {
            status,
            text: String::new(),
            fields: Vec::new(),
            key,
        }
    }

    /// There is nothing here.
    pub(crate) fn not_found() -> Self {
        Self::new(404, "problem-not-found")
    }

    /// The administrator may not do this.
    pub(crate) fn forbidden() -> Self {
        Self::new(403, "problem-forbidden")
    }

    /// The form was not sent by a page of this console.
    pub(crate) fn foreign() -> Self {
        Self::new(403, "foreign-form")
    }

    /// What was sent does not fit; the text is the console's own.
    pub(crate) fn invalid(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::new(400, "problem-refused")
        }
    }

    /// What was sent in these fields does not fit; each with the sentence that says why.
    pub(crate) fn at_fields(fields: Vec<(String, String)>) -> Self {
        Self {
            fields,
            ..Self::new(400, "problem-refused")
        }
    }

    /// We could not do our part.
    pub(crate) fn broken(why: impl std::fmt::Display) -> Self {
        tracing::error!(%why, "a page of the console failed");
        Self::new(500, "problem-broken")
    }

    /// What the API refused, in the reader's language where it says so by the name of a message.
    pub(crate) fn of(reply: &Reply, locale: &Locale) -> Self {
        let key = match reply.status {
            401 => "problem-signed-out",
            403 => "problem-forbidden",
            404 => "problem-not-found",
            400..=499 => "problem-refused",
            501 => "problem-not-available",
            _ => "problem-broken",
        };
        let text = |value: &Value, name: &str| {
            let found = value.get(name).and_then(Value::as_str);
            found.map(str::to_owned)
        };
        let json = &reply.json;
        let said = text(json, "errorMessage")
            .or_else(|| text(json, "error_description"))
            .or_else(|| text(json, "error"))
            .filter(|said| !said.starts_with("HTTP "))
            .map(|said| sentence::of(locale, &said, params(json)));
        let listed = json.get("errors").and_then(Value::as_array);
        let own = std::slice::from_ref(json);
        let fields = listed.map_or(own, Vec::as_slice).iter().filter_map(|one| {
            let said = text(one, "errorMessage").unwrap_or_default();
            let said = sentence::of(locale, &said, params(one));
            Some((text(one, "field")?, said))
        });
        Self {
            status: reply.status,
            text: said.unwrap_or_default(),
            fields: fields.collect(),
            key,
        }
    }

    /// The sender may mend it and try again, so their form is shown again.
    pub(crate) fn is_about_what_was_sent(&self) -> bool {
        matches!(self.status, 400 | 409 | 422)
    }

    /// The page that says so.
    pub(crate) fn page(&self, desk: &Desk) -> HttpResponse {
        if self.status == 401 {
            return desk.sign_in_again();
        }
        let title = desk.text(self.key);
        let mut layout = desk.frame(Heading::new(&title));
        // The page says it itself.
        layout.problem.clear();
        let page = ProblemPage {
            layout,
            key: self.key,
            text: self.text.clone(),
            request: request_id::current(),
        };
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        desk.answer(status, &page)
    }
}

/// What a message of the API mentions.
fn params(one: &Value) -> &[Value] {
    let params = one.get("params").and_then(Value::as_array);
    params.map_or(&[], Vec::as_slice)
}

/// A problem inside the frame.
#[derive(Debug, Template)]
#[template(path = "console/problem.html")]
struct ProblemPage {
    layout: Frame,
    key: &'static str,
    text: String,
    request: Option<String>,
}

impl ProblemPage {
    fn hint(&self) -> String {
        self.layout.text(&format!("{}-hint", self.key))
    }
}

/// A page for somebody who is not signed in.
#[derive(Debug, Template)]
#[template(path = "console/outside.html")]
struct OutsidePage {
    layout: Outside,
    title: String,
    hint: String,
    again: Option<String>,
    request: Option<String>,
}

/// A page outside of the frame: one sentence, and the way back in.
pub(crate) fn outside(
    app: &App,
    request: &HttpRequest,
    status: StatusCode,
    key: &str,
    again: Option<&str>,
) -> HttpResponse {
    let locale = desk::locale(app, request, None);
    let page = OutsidePage {
        title: locale.text(key),
        hint: locale.text(&format!("{key}-hint")),
        layout: Outside::new(app, locale),
        again: again.map(str::to_owned),
        request: request_id::current().filter(|_| status != StatusCode::OK),
    };
    render(status, &page, &Security::page(app.is_https))
}
