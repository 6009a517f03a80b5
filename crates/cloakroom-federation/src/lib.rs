//! Identity providers and directories upstream: how people are sent there, and what is believed of the answer.
//!
//! One sign-in in the order of its steps:
//! 1. [`Upstream`] is what a realm's settings make of a provider, with the [`preset`] of its kind.
//! 2. [`departure`] makes the address that the browser is sent to.
//! 3. [`exchange`] trades the code that the browser brings back, proved by [`client_auth`].
//! 4. [`tokens`] and [`userinfo`] decide what is believed, and make it an [`Identity`].
//! 5. [`arrival`] says who that is here; [`first_login`] what happens if it is nobody yet;
//!    [`mapper`]s take over what the settings ask for; [`post_login`] may still say no.
//!
//! Steps 2 to 4 may need the network and cryptography, which are parameters: [`Network`] and
//! [`tokens::Tokens`]. For providers that speak [`saml`], that module is steps 2 to 4.
//!
//! People of an LDAP server or an Active Directory come in by [`directory`].

mod access_token;
pub mod arrival;
pub mod cache;
pub mod claim;
pub mod client_auth;
pub mod departure;
pub mod directory;
pub mod discovery;
pub mod endpoints;
mod entrance;
mod error;
pub mod exchange;
pub mod farewell;
mod federation;
pub mod first_login;
pub mod health;
pub mod identity;
pub mod kerberos;
pub mod keys;
pub mod mapper;
pub mod membership;
mod network;
pub mod pending;
pub mod post_login;
pub mod preset;
pub mod redirector;
pub mod saml;
pub mod tokens;
pub mod trial;
mod upstream;
pub mod userinfo;

pub use error::{Blame, Problem};
pub use federation::{Arrived, Federation, Return};
pub use identity::Identity;
pub use network::{HttpRequest, HttpResponse, Network, Unreached};
pub use pending::Pending;
pub use upstream::{SyncMode, Upstream, Written};

/// What every step answers with.
pub type Result<T> = std::result::Result<T, Problem>;
