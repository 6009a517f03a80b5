//! Providers that send browsers back with a code: OpenID Connect and OAuth 2.

pub(in crate::routes::broker) mod goodbye;
pub(in crate::routes::broker) mod tokens;
