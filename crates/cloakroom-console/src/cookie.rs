//! The cookies of the console: which are there, and how they are set.

use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse};
use cloakroom_model::{Digest, Realm};

/// A cookie of the console.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Name<'a> {
    /// The proof that a browser is signed in, one for each realm that administrators sign in to.
    Session(&'a Realm),
    /// What a sign-in on its way has to come back with.
    SignIn(&'a Realm),
    /// What the next page says first.
    Flash,
    /// Light or dark, where the reader chose.
    Theme,
    /// The language that the reader chose.
    Locale,
    /// Keys that do something by themselves are off.
    Keys,
}

impl Name<'_> {
    /// A name that begins with `__Host-` cannot be set by another host or for a part of the paths; browsers want
    /// `Secure` for it, which plain http on one's own machine cannot have.
    fn text(self, is_https: bool) -> String {
        let name = match self {
            Self::Session(realm) => format!("cloakroom-console-{}", short(realm)),
            Self::SignIn(realm) => format!("cloakroom-console-sign-in-{}", short(realm)),
            Self::Flash => "cloakroom-console-flash".to_owned(),
            Self::Theme => "cloakroom-console-theme".to_owned(),
            Self::Locale => "cloakroom-console-locale".to_owned(),
            Self::Keys => "cloakroom-console-keys".to_owned(),
        };
        if is_https {
            format!("__Host-{name}")
        } else {
            name
        }
    }
}

/// A realm's name may have letters that a cookie's may not.
fn short(realm: &Realm) -> String {
    let digest = Digest::of(realm.id.as_str().as_bytes()).to_base64url();
    let letters = digest.chars().filter(char::is_ascii_alphanumeric);
    letters.take(10).collect()
}

/// The value of a cookie that the browser sent.
pub(crate) fn get(request: &HttpRequest, name: Name<'_>, is_https: bool) -> Option<String> {
    let wanted = name.text(is_https);
    let headers = request.headers().get_all(COOKIE);
    let texts = headers.filter_map(|header| header.to_str().ok());
    let mut pairs = texts
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.split_once('='));
    let found = pairs.find(|(name, _)| name.trim() == wanted);
    found
        .map(|(_, value)| value.trim().to_owned())
        .filter(|value| !value.is_empty())
}

/// Sets a cookie; without a lifetime in seconds it ends with the browser.
pub(crate) fn set(
    answer: &mut HttpResponse,
    name: Name<'_>,
    value: &str,
    is_https: bool,
    seconds: Option<i64>,
) {
    put(
        answer.headers_mut(),
        &name.text(is_https),
        value,
        is_https,
        seconds,
    );
}

/// Lets the browser forget a cookie.
pub(crate) fn unset(answer: &mut HttpResponse, name: Name<'_>, is_https: bool) {
    put(
        answer.headers_mut(),
        &name.text(is_https),
        "",
        is_https,
        Some(0),
    );
}

fn put(headers: &mut HeaderMap, name: &str, value: &str, is_https: bool, seconds: Option<i64>) {
    let mut text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax");
    if let Some(seconds) = seconds {
        text.push_str(&format!("; Max-Age={seconds}"));
    }
    if is_https {
        text.push_str("; Secure");
    }
    if let Ok(value) = HeaderValue::from_str(&text) {
        headers.append(SET_COOKIE, value);
    }
}
