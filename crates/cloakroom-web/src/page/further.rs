//! The pages on which somebody proves more than a password.

use askama::Template;

use super::Layout;
use super::parts::Alert;

/// A device that makes one-time codes.
#[derive(Clone, Debug)]
pub struct OtpDevice {
    /// What the form sends for it.
    pub id: String,
    /// What its owner calls it; empty if it has no name.
    pub label: String,
}

/// The question for a one-time code, `kc-otp-login-form`: POSTs `otp`, `selectedCredentialId`, or `tryAnotherWay`.
#[derive(Clone, Debug, Template)]
#[template(path = "login/otp.html")]
pub struct OtpPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// Where the form posts to.
    pub action: String,
    /// What went wrong.
    pub alert: Option<Alert>,
    /// Who is asked.
    pub username: String,
    /// Where somebody else can sign in instead.
    pub restart_url: String,
    /// The devices to choose from; one needs no choice.
    pub devices: Vec<OtpDevice>,
    /// The one that is chosen already.
    pub selected: String,
    /// Something else may be asked instead.
    pub has_other: bool,
}

/// The question for a code on paper, `kc-recovery-code-login-form`: POSTs `recoveryCodeInput`, or `tryAnotherWay`.
#[derive(Clone, Debug, Template)]
#[template(path = "login/recovery_code.html")]
pub struct RecoveryCodePage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// Where the form posts to.
    pub action: String,
    /// What went wrong.
    pub alert: Option<Alert>,
    /// Who is asked.
    pub username: String,
    /// Where somebody else can sign in instead.
    pub restart_url: String,
    /// Which code of the list is asked for.
    pub number: String,
    /// Something else may be asked instead.
    pub has_other: bool,
}
