//! The pages of signing out.

use askama::Template;

use super::Layout;
use super::parts::{ClientShown, Hidden, Link};

/// The question whether to sign out: POSTs `session_code` and `confirmLogout`.
#[derive(Clone, Debug, Template)]
#[template(path = "logout/confirm.html")]
pub struct LogoutConfirmPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// Where the form posts to.
    pub action: String,
    /// The hidden field `session_code`.
    pub session_code: Hidden,
    /// Who is signed in, where somebody is.
    pub username: Option<String>,
    /// Which client asks, where one does.
    pub client: Option<ClientShown>,
}

/// What somebody sees who has signed out and is not sent anywhere else.
#[derive(Clone, Debug, Template)]
#[template(path = "logout/signed_out.html")]
pub struct SignedOutPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// The way back to the client.
    pub back: Option<(ClientShown, Link)>,
    /// Where to sign in again.
    pub sign_in: Option<Link>,
}

/// What somebody sees who has signed out while applications are told so in frames (OpenID Connect Front-Channel Logout 1.0).
#[derive(Clone, Debug, Template)]
#[template(path = "logout/farewell.html")]
pub struct FarewellPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// What the frames open.
    pub frames: Vec<String>,
    /// Where the browser goes when they have.
    pub next: Option<String>,
}
