//! The page that asks whether a client may have what it asks for.

use askama::Template;

use super::Layout;
use super::parts::{ClientShown, Hidden, Link};

/// One claim that the client would get, with this person's value.
#[derive(Clone, Debug)]
pub struct PreviewedClaim {
    /// The claim's name in the token.
    pub name: String,
    /// Its value, as JSON or text.
    pub value: String,
}

/// The consent form: POSTs the hidden `code` and `accept` or `cancel`.
#[derive(Clone, Debug, Template)]
#[template(path = "consent/consent.html")]
pub struct ConsentPage {
    /// Language, realm and language switch.
    pub layout: Layout,
    /// Where the form posts to.
    pub action: String,
    /// The hidden field `code`.
    pub code: Hidden,
    /// Which client asks.
    pub client: ClientShown,
    /// Who is asked.
    pub username: String,
    /// What each scope gives, in words: the scope's consent text through `Locale::resolve`.
    pub scopes: Vec<String>,
    /// The exact claims; empty where they cannot be told beforehand.
    pub claims: Vec<PreviewedClaim>,
    /// The client's privacy policy (`policy_uri`).
    pub policy: Option<Link>,
    /// The client's terms (`tos_uri`).
    pub terms: Option<Link>,
}
