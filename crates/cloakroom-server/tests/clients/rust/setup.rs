//! What the runner set up for the client, and how the client sends its requests.

use openidconnect::http;
use openidconnect::{HttpRequest, HttpResponse};
use serde::Deserialize;

/// The realm, its clients and its user, as the runner made them.
#[derive(Debug, Deserialize)]
pub(crate) struct Setup {
    pub(crate) issuer: String,
    pub(crate) callback: String,
    pub(crate) secret: String,
    pub(crate) username: String,
    pub(crate) password: String,
}

impl Setup {
    /// Reads what the runner wrote into the environment.
    #[expect(
        clippy::disallowed_methods,
        reason = "the runner hands the test its realm in the environment"
    )]
    pub(crate) fn read() -> Self {
        let text = std::env::var("OIDC_TEST_SETUP").expect("run by tests/clients/run.mjs");
        serde_json::from_str(&text).expect("the runner writes JSON")
    }
}

/// A client that follows no redirect, because a token request must not be sent on to another address.
pub(crate) fn http_client() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("the client is built")
}

/// Sends the requests of openidconnect.
pub(crate) async fn send(request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let answer = http_client()
        .execute(reqwest::Request::try_from(request)?)
        .await?;
    let mut response = http::Response::new(Vec::new());
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    *response.body_mut() = answer.bytes().await?.to_vec();
    Ok(response)
}
