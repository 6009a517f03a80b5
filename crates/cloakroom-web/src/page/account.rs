//! A person's own page: who is signed in, where, and which applications have been let in.

use askama::Template;

use super::Layout;
use super::parts::{Alert, Hidden, Link, Moment};

/// One session of the person.
#[derive(Clone, Debug)]
pub struct AccountSession {
    /// The value of the hidden field `session`.
    pub id: String,
    /// The browser and system, where known: "Firefox on Linux".
    pub device: String,
    /// The address it came from.
    pub address: String,
    /// When it began.
    pub started: Moment,
    /// When it was last used.
    pub last_used: Moment,
    /// Whether it is the session of this page.
    pub is_current: bool,
    /// The names of the clients signed in to.
    pub clients: Vec<String>,
}

/// One application that the person consented to.
#[derive(Clone, Debug)]
pub struct AccountApplication {
    /// The value of the hidden field `client`.
    pub client_id: String,
    /// The name it shows.
    pub name: String,
    /// Its home page.
    pub link: Option<Link>,
    /// What it was allowed, in words.
    pub scopes: Vec<String>,
    /// When.
    pub granted: Moment,
}

/// A provider that an account can be linked to.
#[derive(Clone, Debug)]
pub struct AccountProvider {
    /// The value of the hidden field `provider`.
    pub alias: String,
    /// What people call it.
    pub name: String,
    /// What the person's account there is called, if it is linked.
    pub account: Option<String>,
    /// Where linking begins, if it may.
    pub link_url: Option<String>,
    /// The link can be taken away.
    pub can_unlink: bool,
}

/// What a person proves themselves with beside a password.
#[derive(Clone, Debug)]
pub struct AccountCredential {
    /// `otp`, `recovery-authn-codes` or another kind.
    pub kind: String,
    /// What its owner calls it; empty if it has no name.
    pub label: String,
    /// When it was set up.
    pub set: Moment,
    /// How many codes of a list are left.
    pub codes_left: Option<String>,
    /// Where it is removed, if it may be.
    pub remove_url: Option<String>,
}

/// Something more that can be set up.
#[derive(Clone, Debug)]
pub struct AccountOffer {
    /// The id of the link.
    pub id: &'static str,
    /// The key of its text.
    pub text: &'static str,
    /// Where it is set up.
    pub url: String,
}

/// The account page.
///
/// Its forms POST the hidden `state_checker` and, to
/// `sign_out_action`: nothing more; `end_session_action`: `session`;
/// `end_others_action`: nothing more; `revoke_action`: `client`; `unlink_action`: `provider`.
#[derive(Clone, Debug, Template)]
#[template(path = "account/account.html")]
pub struct AccountPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// What just happened.
    pub alert: Option<Alert>,
    /// Who is signed in.
    pub username: String,
    /// First and last name.
    pub full_name: String,
    /// The e-mail address.
    pub email: String,
    /// The token that ties the forms to this session.
    pub state_checker: Hidden,
    /// Ends this session.
    pub sign_out_action: String,
    /// Ends one session.
    pub end_session_action: String,
    /// Ends all sessions but this one.
    pub end_others_action: String,
    /// Takes a consent back.
    pub revoke_action: String,
    /// Takes a link to an account elsewhere away.
    pub unlink_action: String,
    /// Where the password is changed.
    pub password_url: Option<String>,
    /// When it was set; `None` if there is none.
    pub password_set: Option<Moment>,
    /// What the person proves themselves with beside it.
    pub credentials: Vec<AccountCredential>,
    /// What more can be set up.
    pub offers: Vec<AccountOffer>,
    /// Accounts elsewhere, linked or not.
    pub providers: Vec<AccountProvider>,
    /// All sessions.
    pub sessions: Vec<AccountSession>,
    /// All applications with a consent.
    pub applications: Vec<AccountApplication>,
}

impl AccountPage {
    fn name_of(&self, one: &AccountCredential) -> String {
        let kind = self.layout.credential(&one.kind);
        match one.label.as_str() {
            "" => kind,
            label => format!("{kind} {label}"),
        }
    }

    fn has_other_sessions(&self) -> bool {
        self.sessions.iter().any(|session| !session.is_current)
    }
}

/// The account page of somebody who is not signed in yet.
#[derive(Clone, Debug, Template)]
#[template(path = "account/signed_out.html")]
pub struct AccountSignedOutPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// Where to sign in.
    pub sign_in_url: String,
}
