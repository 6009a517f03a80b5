//! The pages on which somebody says who he is: sign in, register, ask for a new password.

use askama::Template;

use super::Layout;
use super::broker::ProviderLink;
use super::key::KeyRequest;
use super::parts::{Alert, ClientShown, Field, FieldProblem, ProfileField, problem};
use crate::i18n::Notice;

/// What the field `username` asks for; the realm's settings decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsernameLabel {
    /// Either of them: `loginWithEmailAllowed`.
    UsernameOrEmail,
    /// The user name alone.
    Username,
    /// The e-mail address alone: `registrationEmailAsUsername`.
    Email,
}

impl UsernameLabel {
    fn key(self) -> &'static str {
        match self {
            Self::UsernameOrEmail => "field-username-or-email",
            Self::Username => "field-username",
            Self::Email => "field-email",
        }
    }
}

/// Somebody who is signed in, and proves it again; or who has said who they are on the page before.
#[derive(Clone, Debug)]
pub struct ReturningUser {
    /// The name they signed in with, or typed.
    pub username: String,
    /// They are signed in.
    pub is_signed_in: bool,
    /// Where somebody else can sign in instead.
    pub restart_url: String,
}

/// The sign-in form, `kc-form-login`: POSTs `username`, `password`, `rememberMe`, `credentialId`, `login`.
#[derive(Clone, Debug, Template)]
#[template(path = "login/login.html")]
pub struct LoginPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// Where the form posts to.
    pub action: String,
    /// What went wrong, or what to know.
    pub alert: Option<Alert>,
    /// Which client asks.
    pub client: Option<ClientShown>,
    /// What the first field asks for.
    pub username_label: UsernameLabel,
    /// What was typed before, or `login_hint`.
    pub username: String,
    /// Set for a re-authentication: the name is shown, and only the password is asked.
    pub returning_user: Option<ReturningUser>,
    /// Whether "Remember me" is ticked; `None` where the realm does not offer it.
    pub remember_me: Option<bool>,
    /// Where a forgotten password is replaced, if the realm lets people do that.
    pub forgot_url: Option<String>,
    /// Where people register, if the realm lets them.
    pub register_url: Option<String>,
    /// The hidden field `credentialId`.
    pub credential_id: String,
    /// Identity providers that people may sign in with instead.
    pub providers: Vec<ProviderLink>,
    /// What the browser is asked for, where a passkey will do as well; it posts what `KeyPage` does.
    pub passkey: Option<KeyRequest>,
}

impl LoginPage {
    /// Puts the cursor where typing goes on: behind a known name, the password.
    fn is_username_focused(&self) -> bool {
        self.username.is_empty()
    }
}

/// The form `kc-form-login` where the name comes first: POSTs `username`, `login`.
#[derive(Clone, Debug, Template)]
#[template(path = "login/username.html")]
pub struct UsernamePage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// Where the form posts to.
    pub action: String,
    /// What went wrong.
    pub alert: Option<Alert>,
    /// Which client asks.
    pub client: Option<ClientShown>,
    /// What the field asks for.
    pub username_label: UsernameLabel,
    /// What was typed before.
    pub username: String,
    /// Where people register, if the realm lets them.
    pub register_url: Option<String>,
    /// Identity providers that people may sign in with instead.
    pub providers: Vec<ProviderLink>,
    /// What the browser is asked for, where a passkey will do as well.
    pub passkey: Option<KeyRequest>,
}

/// An organization that somebody is of.
#[derive(Clone, Debug)]
pub struct OrganizationChoice {
    /// What the form sends for it.
    pub alias: String,
    /// What people call it.
    pub name: String,
}

/// The question for which of their organizations somebody signs in: POSTs `kc.org`.
#[derive(Clone, Debug, Template)]
#[template(path = "login/select_organization.html")]
pub struct SelectOrganizationPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// Where the form posts to.
    pub action: String,
    /// Which client asks.
    pub client: ClientShown,
    /// Who is asked.
    pub username: String,
    /// What there is to choose from.
    pub organizations: Vec<OrganizationChoice>,
}

/// The registration form, `kc-register-form`.
#[derive(Clone, Debug, Template)]
#[template(path = "login/register.html")]
pub struct RegisterPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// Where the form posts to.
    pub action: String,
    /// What went wrong as a whole.
    pub alert: Option<Alert>,
    /// `username`; `None` where the e-mail address is the user name.
    pub username: Option<Field>,
    /// What is wrong with `password`; its value never comes back.
    pub password_error: Option<Notice>,
    /// What is wrong with `password-confirm`.
    pub password_confirm_error: Option<Notice>,
    /// What the password policy asks for, in words.
    pub password_rules: Vec<Notice>,
    /// `email`.
    pub email: Field,
    /// `firstName`.
    pub first_name: Field,
    /// `lastName`.
    pub last_name: Field,
    /// The attributes of the user profile that people fill in themselves.
    pub attributes: Vec<ProfileField>,
    /// Back to the sign-in form.
    pub login_url: String,
}

impl RegisterPage {
    fn problems(&self) -> Vec<FieldProblem> {
        let username = self
            .username
            .as_ref()
            .and_then(|f| f.problem("username", "field-username"));
        [
            username,
            problem(self.password_error.as_ref(), "password", "field-password"),
            problem(
                self.password_confirm_error.as_ref(),
                "password-confirm",
                "field-password-confirm",
            ),
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

/// The request for a new password, `kc-reset-password-form`: POSTs `username`.
/// Its answer is `Notice::ResetRequested` for every name, on an `InfoPage` or as an alert.
#[derive(Clone, Debug, Template)]
#[template(path = "login/reset_credentials.html")]
pub struct ResetCredentialsPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// Where the form posts to.
    pub action: String,
    /// What went wrong, or the neutral answer.
    pub alert: Option<Alert>,
    /// What the field asks for.
    pub username_label: UsernameLabel,
    /// `username`.
    pub username: Field,
    /// Back to the sign-in form.
    pub login_url: String,
}
