//! The pages that the protocol itself needs, read by browsers and scripts more than by people.

use askama::Template;

use super::Layout;
use super::parts::Hidden;
use crate::assets;

/// The response mode `form_post`: a form that posts itself to the client
/// (OAuth 2.0 Form Post Response Mode, 2).
#[derive(Clone, Debug, Template)]
#[template(path = "protocol/form_post.html")]
pub struct FormPostPage {
    /// Language and realm.
    pub layout: Layout,
    /// The redirect URI.
    pub action: String,
    /// The response parameters, in the order they are sent: `code`, `iss`, `state`, `session_state`.
    pub parameters: Vec<(String, Hidden)>,
}

/// The session iframe: answers `unchanged`, `changed` or `error` to `client_id session_state`.
///
/// Its script compares with the cookie `KEYCLOAK_SESSION`, which scripts can read and whose
/// value is `{realm_name}/{user_id}/{session_state}`.
#[derive(Clone, Debug, Template)]
#[template(path = "protocol/login_status_iframe.html")]
pub struct LoginStatusFrame {
    /// The path under which a proxy shows this server, empty for none.
    pub base_path: String,
}

impl LoginStatusFrame {
    fn script(&self) -> String {
        assets::url(&self.base_path, "login-status-iframe.js")
    }
}

/// The first step of the test for third-party cookies: sets one and goes to `step2.html`.
#[derive(Clone, Debug, Template)]
#[template(path = "protocol/third_party_cookies_set.html")]
pub struct ThirdPartyCookiesSetFrame {
    /// The path under which a proxy shows this server, empty for none.
    pub base_path: String,
}

impl ThirdPartyCookiesSetFrame {
    fn script(&self) -> String {
        assets::url(&self.base_path, "third-party-cookies-set.js")
    }
}

/// The second step: tells the framing page whether the cookie came back.
#[derive(Clone, Debug, Template)]
#[template(path = "protocol/third_party_cookies_check.html")]
pub struct ThirdPartyCookiesCheckFrame {
    /// The path under which a proxy shows this server, empty for none.
    pub base_path: String,
}

impl ThirdPartyCookiesCheckFrame {
    fn script(&self) -> String {
        assets::url(&self.base_path, "third-party-cookies-check.js")
    }
}
