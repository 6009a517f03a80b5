//! The first pages of a new server: making its first administrator.

use askama::Template;

use super::Layout;
use super::parts::{Alert, Field, FieldProblem, problem};
use crate::i18n::Notice;

/// The set-up form, `setup-form`: POSTs `code`, `username`, `password`, `password-confirm`.
#[derive(Clone, Debug, Template)]
#[template(path = "setup/setup.html")]
pub struct SetupPage {
    /// Language and language switch.
    pub layout: Layout,
    /// Where the form posts to.
    pub action: String,
    /// What went wrong as a whole.
    pub alert: Option<Alert>,
    /// `code`: the one-time code that the server printed when it started.
    pub code: Field,
    /// `username`.
    pub username: Field,
    /// What is wrong with `password`.
    pub password_error: Option<Notice>,
    /// What is wrong with `password-confirm`.
    pub password_confirm_error: Option<Notice>,
}

impl SetupPage {
    fn problems(&self) -> Vec<FieldProblem> {
        [
            self.code.problem("code", "field-setup-code"),
            self.username.problem("username", "field-username"),
            problem(self.password_error.as_ref(), "password", "field-password"),
            problem(
                self.password_confirm_error.as_ref(),
                "password-confirm",
                "field-password-confirm",
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// The first administrator exists.
#[derive(Clone, Debug, Template)]
#[template(path = "setup/done.html")]
pub struct SetupDonePage {
    /// Language and language switch.
    pub layout: Layout,
    /// Who the administrator is.
    pub username: String,
    /// Where he signs in.
    pub sign_in_url: String,
    /// Where applications find the realm's settings.
    pub discovery_url: String,
}

/// What stands at `/` once the server is set up.
#[derive(Clone, Debug, Template)]
#[template(path = "setup/welcome.html")]
pub struct WelcomePage {
    /// Language and language switch.
    pub layout: Layout,
    /// The account page of the first realm.
    pub account_url: String,
    /// Where administrators manage it.
    pub console_url: String,
    /// Where applications find the realm's settings.
    pub discovery_url: String,
}
