//! The pages of signing in through an identity provider.

use askama::Template;

use super::Layout;
use super::parts::Alert;

/// A way to sign in that leads to an identity provider.
#[derive(Clone, Debug)]
pub struct ProviderLink {
    /// Its alias, part of the link's id `social-{alias}`.
    pub alias: String,
    /// What people call it.
    pub name: String,
    /// Where it leads.
    pub url: String,
}

/// An account elsewhere is to be linked, `kc-link-idp-form`: POSTs nothing, or `cancel-aia`.
#[derive(Clone, Debug, Template)]
#[template(path = "login/link_provider.html")]
pub struct LinkProviderPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// Where the form posts to.
    pub action: String,
    /// What people call the provider.
    pub provider: String,
}

/// An account is there already, `kc-register-form`: POSTs `submitAction` with `updateProfile` or `linkAccount`.
#[derive(Clone, Debug, Template)]
#[template(path = "login/idp_link_confirm.html")]
pub struct LinkConfirmPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// Where the form posts to.
    pub action: String,
    /// What went wrong.
    pub alert: Option<Alert>,
    /// What people call the provider.
    pub provider: String,
    /// What the account at the provider is called there.
    pub account: String,
    /// The address or the name that is taken here.
    pub taken: String,
    /// The profile can be changed, so that nothing is taken any more.
    pub can_review: bool,
}
