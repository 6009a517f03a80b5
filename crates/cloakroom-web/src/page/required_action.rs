//! The pages of required actions: what must be done before the sign-in goes on.

use askama::Template;

use super::Layout;
use super::parts::{Alert, Field, FieldProblem, Hidden, ProfileField, problem};
use super::qr::{self, Picture};
use crate::i18n::Notice;

/// A new password, `kc-passwd-update-form`: POSTs `password-new`, `password-confirm`, `logout-sessions`.
#[derive(Clone, Debug, Template)]
#[template(path = "login/update_password.html")]
pub struct UpdatePasswordPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// Where the form posts to.
    pub action: String,
    /// Why a password is asked for, or what went wrong.
    pub alert: Option<Alert>,
    /// Whose password it is: password managers look for the name.
    pub username: String,
    /// What is wrong with `password-new`.
    pub password_error: Option<Notice>,
    /// What is wrong with `password-confirm`.
    pub password_confirm_error: Option<Notice>,
    /// What the password policy asks for, in words.
    pub password_rules: Vec<Notice>,
    /// Whether `logout-sessions` is ticked.
    pub logout_sessions: bool,
    /// Whether the application asked for this and the person may decline (`cancel-aia`).
    pub can_cancel: bool,
}

impl UpdatePasswordPage {
    fn problems(&self) -> Vec<FieldProblem> {
        let new = problem(
            self.password_error.as_ref(),
            "password-new",
            "field-password-new",
        );
        let confirm = problem(
            self.password_confirm_error.as_ref(),
            "password-confirm",
            "field-password-confirm",
        );
        new.into_iter().chain(confirm).collect()
    }
}

/// One-time codes, `kc-totp-settings-form`: POSTs `totp`, `userLabel`, `logout-sessions`.
#[derive(Clone, Debug, Template)]
#[template(path = "login/configure_totp.html")]
pub struct ConfigureTotpPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// Where the form posts to.
    pub action: String,
    /// Why it is asked for, or what went wrong.
    pub alert: Option<Alert>,
    /// Whose codes these are.
    pub username: String,
    /// The address in the picture.
    pub address: Hidden,
    /// The secret, for whoever cannot scan.
    pub secret: Hidden,
    /// Codes go by the clock, and not by a counter.
    pub is_by_clock: bool,
    /// `SHA1`, `SHA256` or `SHA512`.
    pub algorithm: String,
    /// How many digits a code has.
    pub digits: String,
    /// How many seconds a code is good for.
    pub period: String,
    /// Where the counter begins.
    pub counter: String,
    /// What is wrong with `totp`; its value never comes back.
    pub code_error: Option<Notice>,
    /// `userLabel`.
    pub device_name: Field,
    /// Whether the application asked for this and the person may decline (`cancel-aia`).
    pub can_cancel: bool,
}

impl ConfigureTotpPage {
    fn picture(&self) -> Option<Picture> {
        qr::draw(self.address.as_str())
    }

    fn problems(&self) -> Vec<FieldProblem> {
        let code = problem(self.code_error.as_ref(), "totp", "field-otp");
        code.into_iter().collect()
    }
}

/// New codes on paper, `kc-recovery-codes-settings-form`: POSTs `userLabel`, `logout-sessions`.
#[derive(Clone, Debug, Template)]
#[template(path = "login/configure_codes.html")]
pub struct RecoveryCodesPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// Where the form posts to.
    pub action: String,
    /// Why they are shown.
    pub alert: Option<Alert>,
    /// Whose codes these are.
    pub username: String,
    /// The codes in their order, in groups.
    pub codes: Vec<Hidden>,
    /// Whether the application asked for this and the person may decline (`cancel-aia`).
    pub can_cancel: bool,
}

/// Whether a credential is to be removed: POSTs `accept`, or `cancel-aia`.
#[derive(Clone, Debug, Template)]
#[template(path = "login/remove_credential.html")]
pub struct RemoveCredentialPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// Where the form posts to.
    pub action: String,
    /// Whose it is.
    pub username: String,
    /// `otp`, `recovery-authn-codes` or another kind.
    pub kind: String,
    /// What its owner calls it; empty if it has no name.
    pub label: String,
}

/// The profile, `kc-update-profile-form`: POSTs `username`, `email`, `firstName`, `lastName`.
#[derive(Clone, Debug, Template)]
#[template(path = "login/update_profile.html")]
pub struct UpdateProfilePage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// Where the form posts to.
    pub action: String,
    /// Why the profile is asked for, or what went wrong.
    pub alert: Option<Alert>,
    /// `username`; `None` where it may not be changed.
    pub username: Option<Field>,
    /// `email`.
    pub email: Field,
    /// `firstName`.
    pub first_name: Field,
    /// `lastName`.
    pub last_name: Field,
    /// The attributes of the user profile that people fill in themselves.
    pub attributes: Vec<ProfileField>,
    /// Whether the application asked for this and the person may decline (`cancel-aia`).
    pub can_cancel: bool,
    /// `kc-update-profile-form`, or `kc-idp-review-profile-form` for somebody whom a provider sent.
    pub form_id: &'static str,
}

impl UpdateProfilePage {
    fn problems(&self) -> Vec<FieldProblem> {
        let username = self
            .username
            .as_ref()
            .and_then(|f| f.problem("username", "field-username"));
        [
            username,
            self.email.problem("email", "field-email"),
            self.first_name.problem("firstName", "field-first-name"),
            self.last_name.problem("lastName", "field-last-name"),
        ]
        .into_iter()
        .chain(self.attributes.iter().map(ProfileField::problem))
        .flatten()
        .collect()
    }
}

/// Terms and conditions: POSTs `accept` or `cancel`.
#[derive(Clone, Debug, Template)]
#[template(path = "login/terms.html")]
pub struct TermsPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// Where the form posts to.
    pub action: String,
    /// What went wrong.
    pub alert: Option<Alert>,
    /// The realm's terms, one paragraph each; empty for the built-in sentence.
    pub paragraphs: Vec<String>,
}
