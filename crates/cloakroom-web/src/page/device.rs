//! The page where somebody types the code that a device shows.

use askama::Template;

use super::Layout;
use super::parts::{Alert, Field};

/// The form `kc-user-verify-device-user-code-form`: POSTs `device_user_code`.
#[derive(Clone, Debug, Template)]
#[template(path = "device/device.html")]
pub struct DevicePage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// Where the form posts to.
    pub action: String,
    /// What went wrong.
    pub alert: Option<Alert>,
    /// `device_user_code`.
    pub user_code: Field,
}
