//! The sign-ins that the account page asks for, and how they come back to it.

use actix_web::HttpRequest;
use cloakroom_model::{Fault, Secret};
use cloakroom_web::app::random;
use url::form_urlencoded::{Serializer, parse};

use super::CLIENT;
use crate::routes::visit::Visit;

/// Where the browser is sent to sign in, or to do something and sign in for it.
pub(super) struct SignIn {
    url: String,
}

impl SignIn {
    /// The page goes by the session's cookie and has no use for the code that it gets, so nobody should have one: the
    /// challenge is of a verifier that is thrown away here (RFC 7636 §4.1).
    pub(super) fn new(visit: &Visit) -> Result<Self, Fault> {
        let challenge = Secret::random(&mut random()?).digest().to_base64url();
        let query = Serializer::new(String::new())
            .append_pair("client_id", CLIENT)
            .append_pair("redirect_uri", &visit.url("account"))
            .append_pair("response_type", "code")
            .append_pair("scope", "openid")
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .finish();
        let endpoint = visit.url("protocol/openid-connect/auth");
        let url = format!("{endpoint}?{query}");
        Ok(Self { url })
    }

    /// For whoever is not signed in.
    pub(super) fn url(self) -> String {
        self.url
    }

    /// The one in which this action is done.
    pub(super) fn url_for(&self, action: &str) -> String {
        let query = Serializer::new(String::new())
            .append_pair("kc_action", action)
            .finish();
        format!("{}&{query}", self.url)
    }
}

/// The browser comes from such a sign-in. Its answer should not stay in the address, where histories keep it.
pub(super) fn is_back(request: &HttpRequest) -> bool {
    let mut query = parse(request.query_string().as_bytes());
    query.any(|(name, _)| matches!(&*name, "code" | "error"))
}
