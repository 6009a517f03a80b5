//! The pages that have something to say and nothing to ask.

use askama::Template;

use super::Layout;
use super::parts::{ClientShown, Link, Moment};
use crate::i18n::Notice;

/// What went wrong, with the code that leads an administrator to the reason.
#[derive(Clone, Debug, Template)]
#[template(path = "message/error.html")]
pub struct ErrorPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// What went wrong.
    pub notice: Notice,
    /// The code of the event, `E-7F3K-2Q`.
    pub code: Option<String>,
    /// The id of the request, which its log lines have.
    pub request: Option<String>,
    /// When it happened.
    pub time: Option<Moment>,
    /// The way back to the client.
    pub back: Option<(ClientShown, Link)>,
}

/// Something that went well, or that is good to know.
#[derive(Clone, Debug, Template)]
#[template(path = "message/info.html")]
pub struct InfoPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// What there is to say.
    pub notice: Notice,
    /// The way on to the client.
    pub back: Option<(ClientShown, Link)>,
    /// The way to the sign-in form, where there is no client.
    pub sign_in: Option<Link>,
}

/// The page was left open too long, or the way back was taken.
#[derive(Clone, Debug, Template)]
#[template(path = "message/page_expired.html")]
pub struct PageExpiredPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// Starts the sign-in again.
    pub restart_url: String,
    /// Goes on where it stands now.
    pub continue_url: String,
}

/// The sign-in was finished in another tab.
#[derive(Clone, Debug, Template)]
#[template(path = "message/already_signed_in.html")]
pub struct AlreadySignedInPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// Who is signed in.
    pub username: String,
    /// The way on to the client.
    pub back: Option<(ClientShown, Link)>,
}
