//! The pages on which somebody uses a security key or a passkey, or sets one up.

use askama::Template;

use super::Layout;
use super::parts::{Alert, Field, Moment};

/// What the browser is asked for in both ceremonies.
#[derive(Clone, Debug)]
pub struct KeyRequest {
    /// What has to be signed, in base64url.
    pub challenge: String,
    /// The domain that the key is for.
    pub rp_id: String,
    /// `required`, `preferred` or `discouraged`; empty leaves that to the browser.
    pub user_verification: String,
    /// How many seconds the browser waits; 0 leaves that to it.
    pub timeout: String,
}

/// A key to choose from.
#[derive(Clone, Debug)]
pub struct KeyLine {
    /// The id that its authenticator knows it by, in base64url.
    pub id: String,
    /// What its owner calls it; empty if it has no name.
    pub label: String,
    /// When it was set up.
    pub created: Moment,
    /// The ways on which it can be reached, with commas between them.
    pub transports: String,
}

/// The question for a key, `webauth`.
///
/// POSTs `clientDataJSON`, `authenticatorData`, `signature`, `credentialId`, `userHandle`,
/// `error`, or `tryAnotherWay`.
#[derive(Clone, Debug, Template)]
#[template(path = "login/webauthn_authenticate.html")]
pub struct KeyPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// Where the form posts to.
    pub action: String,
    /// What went wrong.
    pub alert: Option<Alert>,
    /// Who is asked; empty where the key says that.
    pub username: String,
    /// Where somebody else can sign in instead.
    pub restart_url: String,
    /// What the browser is asked for.
    pub request: KeyRequest,
    /// A passkey is asked for, and not a security key.
    pub is_passkey: bool,
    /// The keys that will do.
    pub keys: Vec<KeyLine>,
    /// Something else may be asked instead.
    pub has_other: bool,
}

impl KeyPage {
    fn heading(&self) -> &'static str {
        match self.is_passkey {
            true => "passkey-heading",
            false => "key-heading",
        }
    }
}

/// A new key, `register`.
///
/// POSTs `clientDataJSON`, `attestationObject`, `publicKeyCredentialId`, `transports`,
/// `authenticatorAttachment`, `error`, `authenticatorLabel`, `logout-sessions`; or `cancel-aia` with a form of its own.
#[derive(Clone, Debug, Template)]
#[template(path = "login/webauthn_register.html")]
pub struct RegisterKeyPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// Where the form posts to.
    pub action: String,
    /// Why it is asked for, or what went wrong.
    pub alert: Option<Alert>,
    /// Whose key it will be.
    pub username: String,
    /// What the key calls its owner, in base64url.
    pub user_id: String,
    /// What the browser is asked for.
    pub request: KeyRequest,
    /// A passkey is made, and not a security key.
    pub is_passkey: bool,
    /// What the browser calls this server.
    pub rp_name: String,
    /// The algorithms that the key may have, by their numbers, with commas between them.
    pub algorithms: String,
    /// How much the authenticator has to say of itself; empty leaves that to the browser.
    pub attestation: String,
    /// `platform` or `cross-platform`; empty for both.
    pub attachment: String,
    /// `required` or `discouraged`; empty leaves that to the browser.
    pub resident_key: String,
    /// The keys whose authenticator may not make another, in base64url with commas between them.
    pub exclude: String,
    /// What its owner will call it.
    pub key_name: Field,
    /// The client asked for it, and the person may decline.
    pub can_cancel: bool,
}

impl RegisterKeyPage {
    fn heading(&self) -> &'static str {
        match self.is_passkey {
            true => "passkey-register-heading",
            false => "key-register-heading",
        }
    }
}
