//! The OpenID Connect provider: rules that turn a request's parameters into an answer.
//!
//! There is no HTTP here and nothing asynchronous. A rule takes a [`Cx`](cloakroom_model::Cx), looks
//! at the database through the questions of the model, and answers with a value or an [`Error`].

pub mod account;
pub mod audit;
pub mod authorize;
pub mod backchannel_logout;
pub mod client_auth;
pub mod client_keys;
pub mod client_policy;
pub mod code_grant;
pub mod device;
pub mod discovery;
pub mod dpop;
mod encryption;
pub mod error;
pub mod evaluate;
pub mod form;
pub mod frontchannel_logout;
pub mod grant;
mod grant_session;
pub mod initial_access;
pub mod introspect;
pub mod issue;
pub mod keyring;
pub mod live;
pub mod logout;
pub mod mapper;
pub mod origin;
pub mod own_token;
pub mod par;
pub mod pkce;
mod provider;
pub mod redirect_uri;
pub mod registration_token;
pub mod revoke;
pub mod scope;
pub mod session_rules;
pub mod token;
pub mod uma;
pub mod upstream_token;
pub mod userinfo;

pub use error::{Error, OAuthError, Result};
pub use form::Form;
pub use provider::Provider;
