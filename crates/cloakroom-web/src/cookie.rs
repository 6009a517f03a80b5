//! The cookies of a realm: how they are set, and those that hold a browser's session.

use actix_web::http::header::{HeaderMap, HeaderValue, SET_COOKIE};
use cloakroom_model::session::Session;

use crate::App;

/// The opaque proof of the browser's session.
pub const IDENTITY: &str = "KEYCLOAK_IDENTITY";
/// Names realm, user and session for the session iframe; proves nothing.
pub const SESSION: &str = "KEYCLOAK_SESSION";

/// The key of an administrator's trial of an identity provider.
pub const TRIAL: &str = "CLOAKROOM_TRIAL";

/// A cookie to be set.
#[derive(Clone, Copy, Debug)]
pub struct Cookie<'a> {
    /// Its name.
    pub name: &'static str,
    /// Its value, in letters that a cookie may have.
    pub value: &'a str,
    /// Scripts cannot read it.
    pub http_only: bool,
    /// How long it lives, in seconds; without one it ends with the browser.
    pub max_age: Option<i64>,
}

/// Sets a cookie of the realm with this name.
pub fn set(headers: &mut HeaderMap, app: &App, realm: &str, cookie: &Cookie<'_>) {
    let (name, value, base) = (cookie.name, cookie.value, app.base_path());
    let mut text = format!("{name}={value}; Path={base}/realms/{realm}/");
    if let Some(seconds) = cookie.max_age {
        text.push_str(&format!("; Max-Age={seconds}"));
    }
    // Clients frame the session iframe and ask silently, so cookies cross sites where the
    // browser allows that at all: over https.
    text.push_str(if app.is_https {
        "; Secure; SameSite=None"
    } else {
        "; SameSite=Lax"
    });
    if cookie.http_only {
        text.push_str("; HttpOnly");
    }
    if let Ok(value) = HeaderValue::from_str(&text) {
        headers.append(SET_COOKIE, value);
    }
}

/// Sets the cookies of the browser's session: the proof of it, and what the session iframe reads.
pub fn set_session(
    headers: &mut HeaderMap,
    app: &App,
    realm: &str,
    (session, identity): (&Session, &str),
) {
    let life = session.expires_at.since(session.started_at).as_seconds();
    let proof = Cookie {
        name: IDENTITY,
        value: identity,
        http_only: true,
        max_age: session.remember_me.then_some(life),
    };
    set(headers, app, realm, &proof);
    let named = format!("{realm}/{}/{}", session.user, session.id);
    let named = Cookie {
        name: SESSION,
        value: &named,
        http_only: false,
        max_age: Some(life),
    };
    set(headers, app, realm, &named);
}
